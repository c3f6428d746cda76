"""The second step of a login, and signing in by passkey alone: plain HTML pages, and JSON for the passkey's script.

Between password and second step there is no session: a cookie of its own opens this page and nothing else.
"""

import re
import secrets

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from domain import dates, limits, links
from domain.accounts import authenticator_apps, client_limits, factor_demands, passkeys, second_factors
from domain.accounts.second_factors import HalfOver
from domain.errors import DomainError
from domain.model import Account, CardAct, SignInWay
from domain.volunteers import counter_codes

from .. import public
from ..door import cookies, gate
from ..pages import login
from ..session import entered, half_way

_SECRET = re.compile(r'[\w-]{43}')


def register(site: FastAPI) -> None:
    """Put the second step, and what its script asks for, under their addresses."""
    for address, act, method in (
        (links.second_step(), _open, 'GET'),
        (links.second_step(), _take_code, 'POST'),
        (links.second_step_part('passkey'), _take_passkey, 'POST'),
        (links.second_step_part('passkey-options'), _ask_passkey, 'POST'),
        (links.second_step_part('set-up'), _take_set_up, 'POST'),
        (links.second_step_part('leave'), _leave, 'POST'),
        (links.passkey_login(), _enter, 'POST'),
        (links.passkey_challenge(), _ask_to_enter, 'POST'),
        (links.counter_code(), _counter_form, 'GET'),
        (links.counter_code(), _take_counter_code, 'POST'),
    ):
        site.add_api_route(address, act, methods=[method], response_model=None)


async def _open(request: Request) -> Response:
    return await _page(request, request.query_params.get('next', '')[:2000])


async def _take_code(request: Request, code: str = Form(''), next_: str = Form('', alias='next')) -> Response:
    try:
        account, way = await second_factors.pass_by_code(cookies.half_of(request), code)
    except DomainError as refusal:
        return await _page(request, next_[:2000], refusal)
    return await _done(request, account, next_, way)


async def _take_passkey(request: Request, answer: str = Form(''), next_: str = Form('', alias='next')) -> Response:
    try:
        account = await second_factors.pass_by_passkey(cookies.half_of(request), answer)
    except DomainError as refusal:
        return await _page(request, next_[:2000], refusal)
    return await _done(request, account, next_, SignInWay.PASSKEY)


async def _ask_passkey(request: Request) -> Response:
    try:
        return JSONResponse({'options': await second_factors.ask_passkey(cookies.half_of(request))})
    except DomainError as refusal:
        return said(refusal)


async def _take_set_up(
    request: Request, kept: str = Form(''), code: str = Form(''), next_: str = Form('', alias='next')
) -> Response:
    """The app is set up, the codes are shown once, and the session is there."""
    try:
        account, codes = await second_factors.pass_by_set_up(cookies.half_of(request), kept, code)
    except DomainError as refusal:
        return await _page(request, next_[:2000], refusal, kept)
    signed_in = await _done(request, account, next_, SignInWay.APP_CODE)
    shown = public.page('factor_codes.html', account=account, codes=codes, wanted=signed_in.headers['location'])
    for cookie in signed_in.headers.getlist('set-cookie'):
        shown.headers.append('set-cookie', cookie)
    return shown


async def _leave(request: Request) -> Response:
    await second_factors.leave(cookies.half_of(request))
    answer = RedirectResponse(links.login(), 303)
    cookies.drop_half(answer)
    return answer


async def _ask_to_enter(request: Request) -> Response:
    """What a passkey of this device signs in order to sign in; for this browser alone."""
    browser = cookies.browser_of(request)
    if not _SECRET.fullmatch(browser):
        browser = secrets.token_urlsafe(32)
    try:
        await limits.take(client_limits.logins(), gate.client_of(request))
        options = await passkeys.to_show(CardAct.PASSKEY_ENTERS, browser=browser)
    except DomainError as refusal:
        return said(refusal)
    answer = JSONResponse({'options': options})
    cookies.keep_browser(answer, browser)
    return answer


async def _enter(request: Request, answer: str = Form(''), next_: str = Form('', alias='next')) -> Response:
    try:
        account = await second_factors.sign_in_by_passkey(answer, browser=cookies.browser_of(request))
    except DomainError as refusal:
        return login.render(request, str(refusal), '', next_[:2000], public.status_of(refusal, 401))
    await limits.give_back(client_limits.logins(), gate.client_of(request))
    return await entered(request, account, next_, SignInWay.PASSKEY)


async def _counter_form() -> Response:
    return _counter_page({})


async def _take_counter_code(
    request: Request, number: str = Form(''), born_on: str = Form(''), code: str = Form('')
) -> Response:
    """A volunteer with a 登入碼 from the counter: as after the password."""
    typed = {'number': number[:60], 'born_on': born_on[:20], 'code': code[:60]}
    try:
        day = dates.parse_roc(born_on.strip()[:41]) if born_on.strip() else None
    except DomainError as refusal:
        return _counter_page(typed, {'born_on': str(refusal)})
    try:
        account = await counter_codes.sign_in(number, day, code, client=gate.client_of(request))
    except DomainError as refusal:
        return _counter_page(typed, message=str(refusal), status=public.status_of(refusal, 422))
    if await second_factors.is_asked_of(account):
        return await half_way(request, account, '', SignInWay.COUNTER_CODE)
    return await entered(request, account, '', SignInWay.COUNTER_CODE)


def _counter_page(
    typed: dict[str, str], problems: dict[str, str] | None = None, message: str = '', status: int = 200
) -> Response:
    facts = {'typed': typed, 'problems': problems or {}, 'message': message}
    return public.page('counter_code.html', 422 if problems else status, **facts)


def said(refusal: DomainError) -> Response:
    """A refusal for a script."""
    return JSONResponse(
        {'sentence': str(refusal)}, public.status_of(refusal, 409), headers={'Cache-Control': 'no-store'}
    )


async def _done(request: Request, account: Account, wanted: str, way: SignInWay) -> Response:
    first = second_factors.first_step_of(cookies.half_of(request))
    answer = await entered(request, account, wanted, first, way)
    cookies.drop_half(answer)
    return answer


async def _page(request: Request, wanted: str, refusal: DomainError | None = None, kept: str = '') -> Response:
    """The second step of whoever is half-way; whoever is not goes to the login."""
    try:
        account = await second_factors.half_of(cookies.half_of(request))
    except HalfOver as over:
        if refusal is None:
            return RedirectResponse(links.login(wanted), 303)
        return login.render(request, str(over), '', wanted)
    factors = await second_factors.of(account)
    return public.page(
        'second_step.html',
        public.status_of(refusal, 401) if refusal else 200,
        name=account.name,
        message=str(refusal or ''),
        next=wanted,
        factors=factors,
        set_up=None if factors.is_any else authenticator_apps.shown(account, kept),
        has_passkeys=bool(factors.passkeys) and passkeys.are_offered(),
        due=await factor_demands.due_on(account),
    )
