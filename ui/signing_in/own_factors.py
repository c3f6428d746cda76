"""登入驗證: what one shows at the login besides the password; and 再次確認本人 on a page of its own. Plain HTML."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from domain import accounts, citizen_certificates, dates, links, validation
from domain.accounts import authenticator_apps, factor_demands, passkeys, second_factors, step_up
from domain.accounts.authenticator_apps import SetUpOver
from domain.accounts.step_up import StepUpNeeded
from domain.errors import DomainError
from domain.model import Account, CardAct

from .. import public
from ..door import gate
from ..flash import PARAMETER, with_flash
from ..session import account_of, own_address
from .second_step import said

NOTICES = {
    'app-removed': '已移除驗證器 App，之後登入不再詢問它的驗證碼。',
    'passkey-added': '已新增通行金鑰，下次可以直接用它登入。您登記了信箱的話，會收到通知信。',
    'passkey-removed': '已移除通行金鑰，它不能再登入您的帳號。',
}


def register(site: FastAPI) -> None:
    """Put both pages, and what their forms and script send, under their addresses."""
    for address, act, method in (
        (links.own_factors(), _own, 'GET'),
        (links.factor('app'), _add_app, 'POST'),
        (links.factor('app-removal'), _remove_app, 'POST'),
        (links.factor('passkey'), _add_passkey, 'POST'),
        (links.factor('passkey-options'), _ask_new_passkey, 'POST'),
        (links.factor('passkey-removal'), _remove_passkey, 'POST'),
        (links.factor('codes'), _renew_codes, 'POST'),
        (links.proof(), _ask_proof, 'GET'),
        (links.proof(), _take_proof, 'POST'),
        (links.proof_by_passkey(), _ask_passkey, 'POST'),
        (links.passkey_proof(), _take_passkey, 'POST'),
    ):
        site.add_api_route(address, act, methods=[method], response_model=None)


def to_proof(request: Request) -> Response:
    """Whoever has to show who it is first, and goes on to this address afterwards; a POST begins again on its page."""
    came_from = own_address(gate.page_before(request))
    wanted = f'{request.url.path}?{request.url.query}' if request.url.query else request.url.path
    return RedirectResponse(links.proof(wanted if request.method == 'GET' else came_from, came_from), 303)


async def _own(
    request: Request,
    next: str = '',  # noqa: A002 -- as the address names it
    kept: str = '',
    name: str = '',
) -> Response:
    async def shown(account: Account) -> Response:
        return await _page(request, account, kept=kept, wanted=next, name=name)

    return await _done(request, shown)


async def _add_app(
    request: Request, kept: str = Form(''), code: str = Form(''), next_: str = Form('', alias='next')
) -> Response:
    async def added(account: Account) -> Response:
        try:
            codes = await second_factors.add_app(kept, code, by=account)
        except (second_factors.WrongCode, second_factors.FactorLocked, SetUpOver) as refusal:
            return await _page(request, account, refusal, kept, next_)
        return _codes(account, codes, next_)

    return await _done(request, added, links.own_factors(next_, kept=kept[:600]))


async def _remove_app(request: Request) -> Response:
    async def removed(account: Account) -> Response:
        await second_factors.remove_app(by=account)
        return RedirectResponse(with_flash(links.own_factors(), 'app-removed'), 303)

    return await _done(request, removed)


async def _ask_new_passkey(request: Request, name: str = Form(''), next_: str = Form('', alias='next')) -> Response:
    """JSON for the script: the `options`, or the page of the `proof` that comes before, or the `sentence` why not."""
    try:
        account = account_of(request)
        await step_up.require(account)
        return JSONResponse({'options': await passkeys.to_add(account, browser=_session(request))})
    except StepUpNeeded:
        return JSONResponse({'proof': _proof_before(links.own_factors(next_, name=name[:40]))}, 409)
    except DomainError as refusal:
        return said(refusal)


async def _add_passkey(
    request: Request, answer: str = Form(''), name: str = Form(''), next_: str = Form('', alias='next')
) -> Response:
    async def added(account: Account) -> Response:
        codes = await second_factors.add_passkey(answer, name, session=_session(request), by=account)
        if codes:
            return _codes(account, codes, next_)
        return RedirectResponse(with_flash(links.own_factors(), 'passkey-added'), 303)

    return await _done(request, added, links.own_factors(next_, name=name[:40]))


async def _remove_passkey(request: Request, key: str = Form('')) -> Response:
    async def removed(account: Account) -> Response:
        await second_factors.remove_passkey(validation.number_in(key), by=account)
        return RedirectResponse(with_flash(links.own_factors(), 'passkey-removed'), 303)

    return await _done(request, removed)


async def _renew_codes(request: Request) -> Response:
    async def renewed(account: Account) -> Response:
        return _codes(account, await second_factors.renew_codes(by=account), '')

    return await _done(request, renewed)


async def _ask_proof(request: Request, next: str = '', back: str = '') -> Response:  # noqa: A002 -- as above
    wanted, back = own_address(next), own_address(back)
    try:
        account = account_of(request)
    except DomainError as refusal:
        return public.refusal(request.scope, 404, str(refusal), '再次確認本人')
    if await step_up.is_proved(account):
        return _proved(account, wanted, back)
    return await _proof_page(account, wanted, back)


async def _take_proof(
    request: Request,
    password: str = Form(''),
    code: str = Form(''),
    next: str = Form(''),  # noqa: A002 -- as the form names it
    back: str = Form(''),
) -> Response:
    wanted, back = own_address(next), own_address(back)
    try:
        account = account_of(request)
    except DomainError as refusal:
        return public.refusal(request.scope, 404, str(refusal), '再次確認本人')
    try:
        if code.strip():
            await accounts.prove_by_code(code, by=account)
        else:
            await accounts.prove(password, by=account)
    except DomainError as refusal:
        return await _proof_page(account, wanted, back, refusal)
    return _proved(account, wanted, back)


async def _ask_passkey(request: Request) -> Response:
    try:
        account = account_of(request)
        options = await passkeys.to_show(CardAct.PROOF, browser=_session(request), account=account)
    except DomainError as refusal:
        return said(refusal)
    return JSONResponse({'options': options})


async def _take_passkey(
    request: Request, answer: str = Form(''), next_: str = Form('', alias='next'), back: str = Form('')
) -> Response:
    """From the page of the proof, or from the script of a dialog, which asks for no page."""
    is_page = 'text/html' in request.headers.get('accept', '')
    try:
        account = account_of(request)
        await accounts.prove_by_passkey(answer, session=_session(request), by=account)
    except DomainError as refusal:
        if not is_page or request.scope['account'] is None:
            return said(refusal)
        return await _proof_page(request.scope['account'], own_address(next_), own_address(back), refusal)
    if not is_page:
        return JSONResponse({})
    return _proved(account, own_address(next_), own_address(back))


async def _done(request: Request, act: Callable[[Account], Awaitable[Response]], again: str = '') -> Response:
    """What `act` answers; whoever has to show who it is does that first, then goes on at `again`.

    A refusal stands on the page.
    """
    try:
        account = account_of(request)
    except DomainError as refusal:
        return public.refusal(request.scope, 404, str(refusal), '登入驗證')
    try:
        return await act(account)
    except StepUpNeeded:
        return RedirectResponse(_proof_before(again), 303)
    except DomainError as refusal:
        return await _page(request, account, refusal)


async def _page(
    request: Request,
    account: Account,
    refusal: DomainError | None = None,
    kept: str = '',
    wanted: str = '',
    name: str = '',
) -> Response:
    factors = await second_factors.of(account)
    return public.page(
        'factors_own.html',
        public.status_of(refusal, 422) if refusal else 200,
        account=account,
        message=str(refusal or ''),
        notice=NOTICES.get(request.query_params.get(PARAMETER, ''), ''),
        factors=factors,
        set_up=authenticator_apps.shown(account, kept),
        opens_app='app' in request.query_params or bool(kept),
        remind=await second_factors.reminder(account),
        is_demanded=await factor_demands.due_on(account) is not None,
        next=own_address(wanted) if wanted else '',
        key_name=name[:40],
        offers_passkeys=passkeys.are_offered(),
        offers_cards=citizen_certificates.is_offered(),
        day=lambda moment: dates.roc(dates.day_of(moment)),
        roc=dates.roc,
        instant=dates.roc_instant,
    )


def _codes(account: Account, codes: list[str], wanted: str) -> Response:
    where = own_address(wanted) if wanted else links.own_factors()
    if not codes:
        return RedirectResponse(where, 303)
    return public.page('factor_codes.html', account=account, codes=codes, wanted=where)


async def _proof_page(account: Account, wanted: str, back: str, refusal: DomainError | None = None) -> Response:
    factors = await second_factors.of(account)
    return public.page(
        'proof.html',
        public.status_of(refusal, 422) if refusal else 200,
        account=account,
        message=str(refusal or ''),
        next=wanted,
        back=back,
        factors=factors,
        has_passkeys=bool(factors.passkeys) and passkeys.are_offered(),
        card=links.card_proof(wanted, back) if await citizen_certificates.has_one(by=account) else '',
    )


def _proved(account: Account, wanted: str, back: str) -> Response:
    """To the page that was wanted; a document is fetched from a page that leads back."""
    is_document = '.' in wanted.partition('?')[0].rpartition('/')[2]
    if not is_document:
        return RedirectResponse(wanted, 303)
    return public.page('proof_done.html', account=account, wanted=wanted, back=back)


def _proof_before(again: str) -> str:
    # An address that is too long to be led to is left out, not the proof.
    wanted = again if again and own_address(again) == again else links.own_factors()
    return links.proof(wanted, links.own_factors())


def _session(request: Request) -> str:
    return str(request.scope['session_digest'])
