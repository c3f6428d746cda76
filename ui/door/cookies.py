"""Our cookies, each with how it is kept, read and dropped: the session, half of a sign-in, the device, the browser.

Over https the names of those that are secrets are bound to the host.
"""

from typing import Literal

from starlette.datastructures import Headers
from starlette.requests import Request, cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from domain import accounts
from domain import settings as settings_module
from domain.accounts import known_devices

_LONGEST = 100  # characters that are looked at; our secrets are shorter
# After 登出 the session's cookie is gone; for so many seconds this one, called as its notice on the login page, tells
# why a page leads there.
_SIGNED_OUT, _TOLD_FOR = 'signed-out', 120


def token_of(scope: Scope) -> str:
    """The session token the browser sent, or ''."""
    return _sent(scope).get(_named('sid'), '')


def keep_session(response: Response, token: str) -> None:
    """Have the browser keep the session until it is closed."""
    _keep(response, _named('sid'), token)
    _drop(response, _SIGNED_OUT)


def drop_session(response: Response) -> None:
    """Have the browser forget the session, and its other tabs say why they are closed."""
    _drop(response, _named('sid'))
    _keep(response, _SIGNED_OUT, 'yes', seconds=_TOLD_FOR)


def why_closed(scope: Scope) -> str:
    """Why the browser has no open session, as a notice of the login page: it ended, or was just left; '' for no."""
    if token_of(scope):
        return 'session-ended'
    return _SIGNED_OUT if _SIGNED_OUT in _sent(scope) else ''


def half_of(request: Request) -> str:
    """The token of a half-open sign-in (`domain.accounts.second_factors`), '' for nobody."""
    return _secret(request, 'half')


def keep_half(response: Response, token: str) -> None:
    """Have the browser keep a half-open sign-in until its second step. No page of others has it sent."""
    _keep(response, _named('half'), token, 'strict')


def drop_half(response: Response) -> None:
    """Have the browser forget the half-open sign-in."""
    _drop(response, _named('half'), 'strict')


def device_of(request: Request) -> str:
    """By what an account knows this browser again; '' for one that is new to us."""
    return _secret(request, 'device')


def keep_device(response: Response, token: str) -> None:
    """Have the browser keep it as long as browsers keep anything."""
    _keep(response, _named('device'), token, seconds=int(known_devices.KEPT_FOR.total_seconds()))


def browser_of(request: Request) -> str:
    """A secret that only this browser has, '' for one that has none: by it a card signs where it was asked to."""
    return _secret(request, 'card')


def keep_browser(response: Response, secret: str) -> None:
    """Have the browser keep its secret until it is closed. No page of others has it sent."""
    _keep(response, _named('card'), secret, 'strict')


def chosen_of(request: Request) -> tuple[str | None, str | None]:
    """字級 and 外觀 that were chosen in this browser just before the login (static/public.js); None: nobody did."""
    sent = _sent(request.scope)
    size, look = (sent.get(f'chosen-{what}') for what in ('size', 'look'))
    return size if size in accounts.TEXT_SIZES else None, look if look in accounts.APPEARANCES else None


def drop_chosen(response: Response) -> None:
    """They are the account's now."""
    for what in ('size', 'look'):
        response.delete_cookie(f'chosen-{what}', path='/', samesite='lax')


def _named(name: str) -> str:
    return f'__Host-{name}' if settings_module.current().secure_cookies else name


def _sent(scope: Scope) -> dict[str, str]:
    return cookie_parser(Headers(scope=scope).get('cookie', ''))


def _secret(request: Request, name: str) -> str:
    return _sent(request.scope).get(_named(name), '')[:_LONGEST]


def _keep(
    response: Response,
    name: str,
    value: str,
    samesite: Literal['lax', 'strict'] = 'lax',
    *,
    seconds: int | None = None,
) -> None:
    is_secure = settings_module.current().secure_cookies
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite=samesite, path='/', secure=is_secure)


def _drop(response: Response, name: str, samesite: Literal['lax', 'strict'] = 'lax') -> None:
    is_secure = settings_module.current().secure_cookies
    response.delete_cookie(name, httponly=True, samesite=samesite, path='/', secure=is_secure)
