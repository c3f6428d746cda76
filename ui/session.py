"""Who is signed in: login and logout, and the guard at each page's door."""

import functools
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from nicegui import Client, ui
from nicegui import app as nicegui_app
from nicegui.page import page as nicegui_page
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount

from domain import accounts, links, roles
from domain.accounts import known_devices, second_factors, sessions
from domain.errors import DatabaseAway, DomainError, NotFound, NotPermitted
from domain.model import Account, Role, SignInWay

from . import frame, journal, live, public, slow_pages
from .door import answers, cookies, gate, headers, metrics, public_paths
from .flash import with_flash
from .pages import login

log = logging.getLogger(__name__)

Builder = Callable[..., Awaitable[Any]]
_plain: list[FastAPI] = []
_WAYS_IN_AND_OUT = (links.login(), links.certificate_login(), links.logout())
FAILED = ('這個頁面暫時無法顯示', '系統已記錄這個問題。已儲存的資料都還在；請稍後再試，或回到首頁。')


def register(site: FastAPI) -> None:
    """Put login and logout under their addresses, and our pages in the place of NiceGUI's own error pages."""
    site.add_api_route(links.login(), sign_in, methods=['POST'])
    site.add_api_route(links.logout(), sign_out, methods=['POST'])
    _plain.append(site)
    nicegui_app.add_exception_handler(404, _not_there)
    site.add_exception_handler(NotFound, _nothing)
    site.add_exception_handler(NotPermitted, _not_permitted)
    for app in (site, nicegui_app):
        app.add_exception_handler(HTTPException, _refused)
        app.add_exception_handler(RequestValidationError, _not_there if app is site else _without_what_is_wrong)
        app.add_exception_handler(Exception, _failed)
        app.add_exception_handler(DatabaseAway, _away)
    nicegui_app.on_page_exception(_page_failed)


def only_for(*row: Role) -> Callable[[Builder], Builder]:
    """The guard of a page: `async def training_page(account: Account, training_id: int)` is built for these roles only.

    Others, and whoever asks for what is not theirs, see the page of an address that does not exist. A refusal of the
    domain becomes a page with its sentence, and so does what nobody expected. Who signed in by a password that somebody
    else has set changes it first.
    """

    def guarded(builder: Builder) -> Builder:
        @functools.wraps(builder)
        async def page(request: Request, **parameters: Any) -> Any:
            account = _signed_in(request)
            if request.scope['must_change_password'] and request.url.path != links.change_password():
                return RedirectResponse(links.change_password(), 303)
            with slow_pages.answered_in_time(account) as answer:
                return answer.finish(await _built(builder, account, row, parameters))

        page.__signature__ = _signature_for_a_route(builder)  # type: ignore[attr-defined]
        return page

    return guarded


async def only_for_its_row(request: Request) -> None:
    """The guard of plain addresses: for whoever has no row there in the table of roles, nothing stands there.

    It is a dependency of the whole site, so a form that is only sent and a print have it as pages have theirs. A
    script that sends a file is told why not; of a single file all hear the same, by whom it may be seen or not.
    """
    account, address = gate.account_of(request), request.scope['route'].path
    if account is None or address in public_paths.PAGES or account.role in roles.of_address(address):
        return
    if address.startswith(links.upload('')):
        raise NotPermitted
    if not address.startswith(links.file('')):
        raise NotFound


async def _built(
    builder: Builder, account: Account, row: tuple[Role, ...], parameters: dict[str, Any]
) -> Response | None:
    """The page, or the page that says why not. Returns the redirect the builder answers with, if any."""
    try:
        if account.role not in row:
            raise NotFound
        with live.missing_nothing(ui.context.client):
            outcome: Response | None = await builder(account, **parameters)
    except (NotFound, NotPermitted):
        _begin_again(404)
        frame.not_found_page(account)
    except DomainError as refusal:
        _begin_again(409)
        frame.sentence_page(account, '無法開啟這個頁面', str(refusal))
    except DatabaseAway as away:
        log.warning('a page could not be built: %s: %s', ui.context.client.page.path, away)
        _begin_again(503)
        frame.sentence_page(
            account, '資料庫暫時沒有回應', '系統會自動恢復，已儲存的資料都還在。請稍候重新整理這個頁面。'
        )
    except Exception:
        log.exception('a page could not be built: %s', ui.context.client.page.path)
        _begin_again(500)
        _page_failed(account)
    else:
        return outcome
    return None


def account_of(request: Request) -> Account:
    """Who asks, their unit, agency and volunteer fetched.

    Raises NotPermitted where nobody is signed in, and for whoever must change the password before anything else.
    """
    account = _signed_in(request)
    if request.scope['must_change_password']:
        raise NotPermitted('請先變更密碼，再使用其他功能；已儲存的資料都還在。')
    return account


def _signed_in(request: Request) -> Account:
    account = gate.account_of(request)
    if account is None:
        raise NotPermitted('您已登出或閒置太久。請重新登入；已儲存的資料都還在。')
    return account


async def sign_in(
    request: Request, username: str = Form(''), password: str = Form(''), next_: str = Form('', alias='next')
) -> Response:
    """The login form. Always a new session: one that was there before, planted or not, is closed."""
    try:
        account = await accounts.sign_in(username, password, client=gate.client_of(request))
    except DomainError as refusal:
        return login.render(request, str(refusal), username, next_[:2000], public.status_of(refusal, 401))
    if await second_factors.is_asked_of(account):
        return await half_way(request, account, next_)
    return await entered(request, account, next_, SignInWay.PASSWORD)


async def half_way(request: Request, account: Account, wanted: str, way: SignInWay = SignInWay.PASSWORD) -> Response:
    """Whoever has shown the first of two goes to the second step, without a session."""
    await sessions.close(cookies.token_of(request.scope))
    answer = RedirectResponse(links.second_step(own_address(wanted)), 303)
    cookies.drop_session(answer)
    cookies.keep_half(answer, await second_factors.begin(account, way))
    return answer


async def entered(request: Request, account: Account, wanted: str, *ways: SignInWay) -> Response:
    """Whoever has just signed in goes to the address `wanted`, if it is one of ours, in a session of their own.

    Told there: that this browser is a new one. First come those who have to set up a second factor before long.
    """
    await sessions.close(cookies.token_of(request.scope))
    greeting = await known_devices.greet(account, cookies.device_of(request))
    where = own_address(wanted)
    changes_first = sessions.must_change_after(account, ways)
    if SignInWay.CARD not in ways and not changes_first and await second_factors.reminder(account):
        where = links.own_factors(where)
    elif greeting.is_new or greeting.others:
        told = 'new-device' if greeting.is_new else 'other-device'
        where = with_flash(frame.HOMES[account.role] if where == links.home() else where, told)
    await _take_along(request, account)
    answer = RedirectResponse(where, 303)
    cookies.keep_session(answer, await sessions.open(account, *ways))
    cookies.keep_device(answer, greeting.token)
    cookies.drop_chosen(answer)
    return answer


async def _take_along(request: Request, account: Account) -> None:
    """What was chosen on this device just before the login is what its user wants now."""
    size, look = cookies.chosen_of(request)
    if size is not None and size != account.text_size:
        await accounts.set_text_size(size, by=account)
    if look is not None and look != account.appearance:
        await accounts.set_appearance(look, by=account)


async def sign_out(request: Request) -> Response:
    """End the session; its open pages close everywhere."""
    await sessions.sign_out(cookies.token_of(request.scope))
    answer = RedirectResponse(links.login(), 303)
    cookies.drop_session(answer)
    return answer


def own_address(text: str) -> str:
    """`text` if it is an address of this site, else '/'. Browsers drop control characters and take \\ for /."""
    if len(text) > 2000:
        return links.home()
    is_ours = text.startswith('/') and not text.startswith('//') and text.isprintable() and '\\' not in text
    return text if is_ours and text.partition('?')[0] not in _WAYS_IN_AND_OUT else links.home()


def _signature_for_a_route(builder: Builder) -> inspect.Signature:
    """What FastAPI reads the path from: the builder's parameters with the request in the place of the account."""
    signature = inspect.signature(builder)
    parameters = [each for each in signature.parameters.values() if each.name != 'account']
    request = inspect.Parameter('request', inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)
    return signature.replace(parameters=[request, *parameters])


def _begin_again(status: int) -> None:
    """Take away what a builder put on the page before it was refused."""
    client = ui.context.client
    client.content.clear()
    client._body_html = ''
    client.status_code = status


async def _not_there(request: Request, _: Exception) -> Response:
    """An address with nothing behind it, or one that cannot be read as what the page needs."""
    if any(_is_for_another_method(route, request) for site in _plain for route in site.routes):
        return public.refused_by_framework(request.scope, 405)
    return await _nothing(request, _)


async def _nothing(request: Request, _: Exception) -> Response:
    """Nothing is there, for whoever asks."""
    account = gate.account_of(request)
    if account is None or 'text/html' not in request.headers.get('accept', ''):
        return public.refused_by_framework(request.scope, 404)
    with Client(nicegui_page(''), request=request) as client:
        frame.not_found_page(account)
    return client.build_response(request, 404)


async def _not_permitted(request: Request, refusal: Exception) -> Response:
    return public.refusal(request.scope, 403, str(refusal))


def _is_for_another_method(route: BaseRoute, request: Request) -> bool:
    """NiceGUI's pages stand behind our plain ones, and get what these do not take."""
    return not isinstance(route, Mount) and route.matches(request.scope)[0] is Match.PARTIAL


def _page_failed(account: Account | None = None) -> None:
    """What a user sees when a page of ours breaks; what broke stands in the log only."""
    frame.sentence_page(account, *FAILED)


async def _away(request: Request, error: Exception) -> Response:
    """The database is away or hangs: that is known, and needs no traceback."""
    assert isinstance(error, DatabaseAway)
    log.warning('a request met no answer: %s', error)
    return answers.no_answer(request.scope, error)


async def _failed(request: Request, _: Exception) -> Response:
    """What a user sees when anything else breaks: plain HTML, since it may be NiceGUI that is broken."""
    title, sentence = FAILED
    is_page = 'text/html' in request.headers.get('accept', '')
    answer = public.refusal(request.scope, 500, sentence if is_page else f'{title}。{sentence}', title)
    # This answer goes out past the gate.
    answer.headers['X-Request-Id'] = journal.request_number()
    headers.put_on(answer.headers, request.scope)
    metrics.count_failure(request.scope)
    return answer


async def _without_what_is_wrong(request: Request, wrong: Exception) -> Response:
    """A page whose address says `page=abc` is the page without it. A document would be another one, so it is none."""
    assert isinstance(wrong, RequestValidationError)
    places = [one['loc'] for one in wrong.errors()]
    if request.method != 'GET' or any(place[0] != 'query' for place in places):
        return await _not_there(request, wrong)
    left_out = {str(place[1]) for place in places}
    query = urlencode([(name, value) for name, value in request.query_params.multi_items() if name not in left_out])
    return RedirectResponse(f'{request.url.path}?{query}' if query else request.url.path, 303)


async def _refused(request: Request, refusal: Exception) -> Response:
    """What a library of the server refuses: a method, a form that is none."""
    status = refusal.status_code if isinstance(refusal, HTTPException) else 400
    return await _not_there(request, refusal) if status == 404 else public.refused_by_framework(request.scope, status)
