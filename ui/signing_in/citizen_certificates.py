"""自然人憑證: signing in with the card, the cards of one's own account, and showing by one who it is: plain HTML.

The script has the component on the user's own computer sign a text of ours (static/citizen_card.js); the PIN never
comes here. Without authorities in the settings the page says honestly that cards are not taken.
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from domain import citizen_certificates, dates, links, settings, validation
from domain.accounts import sessions
from domain.citizen_certificates import NotOffered
from domain.errors import DomainError
from domain.model import Account, SignInWay

from .. import public
from ..door import cookies, gate
from ..door.headers import OLDER_COMPONENT
from ..flash import PARAMETER, with_flash
from ..session import account_of, entered, own_address

NOTICES = {
    'card-bound': '已綁定這張自然人憑證，下次可以直接用它登入。您登記了信箱的話，會收到通知信。',
    'card-removed': '已移除這張自然人憑證，它不能再登入您的帳號。您登記了信箱的話，會收到通知信。',
}
_SECRET = re.compile(r'[\w-]{43}')


def register(site: FastAPI) -> None:
    """Put the two pages, and what their script asks for, under their addresses."""
    for address, act, method in (
        (links.certificate_login(), _open, 'GET'),
        (links.certificate_login(), _sign_in, 'POST'),
        (links.certificate_challenge(), _start, 'POST'),
        (links.citizen_certificates(), _own, 'GET'),
        (links.citizen_certificates(), _bind, 'POST'),
        (links.binding_challenge(), _prove, 'POST'),
        (links.unbind(), _remove, 'POST'),
        (links.card_proof(), _ask_proof, 'GET'),
        (links.card_proof(), _take_proof, 'POST'),
        (links.card_proof_challenge(), _start_proof, 'POST'),
        (links.shown_beside(), _shown_beside, 'GET'),
    ):
        site.add_api_route(address, act, methods=[method], response_model=None)


async def _open(request: Request) -> Response:
    if gate.account_of(request) is not None:
        return RedirectResponse(links.home(), 303)
    return _login_page(wanted=request.query_params.get('next', '')[:2000])


async def _start(request: Request) -> Response:
    """A text for the card to sign, bound to this browser."""
    browser = cookies.browser_of(request)
    if not _SECRET.fullmatch(browser):
        browser = secrets.token_urlsafe(32)
    try:
        text = await citizen_certificates.start(browser, client=gate.client_of(request))
    except DomainError as refusal:
        return _said(refusal)
    answer = JSONResponse({'text': text})
    cookies.keep_browser(answer, browser)
    return answer


async def _sign_in(
    request: Request,
    text: str = Form(''),
    signature: str = Form(''),
    number: str = Form(''),
    next_: str = Form('', alias='next'),
) -> Response:
    """Always a new session, as after the password."""
    how = {'browser': cookies.browser_of(request), 'number': number, 'client': gate.client_of(request)}
    try:
        account = await citizen_certificates.sign_in(text, signature, **how)
    except DomainError as refusal:
        return _login_page(str(refusal), next_[:2000], number, status=public.status_of(refusal, 401))
    return await entered(request, account, next_, SignInWay.CARD)


async def _own(request: Request) -> Response:
    try:
        account = account_of(request)
        return await _own_page(request, account)
    except DomainError as refusal:
        return _refused(request, refusal)


async def _prove(request: Request, secret: str = Form('')) -> Response:
    """A text for the card to sign in order to be bound, for whoever knows the password."""
    return await _asked(request, partial(citizen_certificates.prove, secret))


async def _bind(request: Request, text: str = Form(''), signature: str = Form('')) -> Response:
    try:
        account, session = account_of(request), str(request.scope['session_digest'])
    except DomainError as refusal:
        return _refused(request, refusal)
    try:
        await citizen_certificates.bind(text, signature, session=session, by=account)
    except NotOffered as refusal:
        return _refused(request, refusal)
    except DomainError as refusal:
        return await _own_page(request, account, str(refusal), public.status_of(refusal, 422))
    return RedirectResponse(with_flash(links.citizen_certificates(), 'card-bound'), 303)


async def _remove(request: Request, card: str = Form('')) -> Response:
    try:
        account = account_of(request)
        await citizen_certificates.remove(validation.number_in(card), by=account)
    except DomainError as refusal:
        return _refused(request, refusal)
    return RedirectResponse(with_flash(links.citizen_certificates(), 'card-removed'), 303)


async def _ask_proof(request: Request, next: str = '', back: str = '') -> Response:  # noqa: A002 -- as the address
    try:
        return _proof_page(account_of(request), next, back)
    except DomainError as refusal:
        return _refused(request, refusal)


async def _start_proof(request: Request) -> Response:
    return await _asked(request, citizen_certificates.ask_proof)


async def _asked(request: Request, ask: Callable[..., Awaitable[str]]) -> Response:
    """What the card is to sign for this session, or why not, for the script of the page."""
    try:
        text = await ask(session=str(request.scope['session_digest']), by=account_of(request))
    except DomainError as refusal:
        return _said(refusal)
    return JSONResponse({'text': text})


async def _take_proof(
    request: Request,
    text: str = Form(''),
    signature: str = Form(''),
    next: str = Form(''),  # noqa: A002 -- as the form names it
    back: str = Form(''),
) -> Response:
    try:
        account, session = account_of(request), str(request.scope['session_digest'])
    except DomainError as refusal:
        return _refused(request, refusal)
    try:
        await citizen_certificates.prove_by_card(text, signature, session=session, by=account)
    except NotOffered as refusal:
        return _refused(request, refusal)
    except DomainError as refusal:
        return _proof_page(account, next, back, str(refusal), public.status_of(refusal, 422))
    # The page of the proof sees that nothing has to be asked any more, and goes on.
    where = links.proof(own_address(next), own_address(back)) if next else links.shown_beside()
    return RedirectResponse(where, 303)


async def _shown_beside(request: Request) -> Response:
    return public.page('shown_beside.html', account=gate.account_of(request))


def _proof_page(account: Account, wanted: str, back: str, message: str = '', status: int = 200) -> Response:
    """Without `wanted` it stands beside the page that waits."""
    if not citizen_certificates.is_offered():
        raise NotOffered
    wanted, back = own_address(wanted) if wanted else '', own_address(back)
    return public.page(
        'certificate_proof.html',
        status,
        account=account,
        message=message,
        next=wanted,
        back=back,
        other=links.proof(wanted, back),
        component=settings.current().card_component,
        older=OLDER_COMPONENT,
    )


def _login_page(message: str = '', wanted: str = '', number: str = '', status: int = 200) -> Response:
    if not citizen_certificates.is_offered():
        return public.page('certificate.html')
    return public.page(
        'certificate_login.html',
        status,
        message=message,
        next=wanted,
        number=number[:60],
        asks_number=settings.current().card_opens_volunteers,
        component=settings.current().card_component,
        older=OLDER_COMPONENT,
    )


async def _own_page(request: Request, account: Account, message: str = '', status: int = 200) -> Response:
    if not citizen_certificates.is_offered():
        raise NotOffered
    means = await sessions.means_of(str(request.scope['session_digest']))
    return public.page(
        'certificate_own.html',
        status,
        account=account,
        message=message,
        notice=NOTICES.get(request.query_params.get(PARAMETER, ''), ''),
        cards=await citizen_certificates.of(by=account),
        means=means,
        day=lambda moment: dates.roc(dates.day_of(moment)),
        instant=dates.roc_instant,
        now=dates.now(),
        component=settings.current().card_component,
        older=OLDER_COMPONENT,
    )


def _refused(request: Request, refusal: DomainError) -> Response:
    """The page of a sentence; whoever must change the password does that first."""
    if request.scope['must_change_password']:
        return RedirectResponse(links.change_password(), 303)
    return public.refusal(request.scope, public.status_of(refusal, 404), str(refusal), '自然人憑證')


def _said(refusal: DomainError) -> Response:
    """For the script, which shows the sentence."""
    return JSONResponse({'sentence': str(refusal)}, public.status_of(refusal, 422))
