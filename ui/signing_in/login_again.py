"""Signing in again where one was: a page whose session is over asks the same person for the password (static/again.js).

The page then loads anew, in the new session, and what was typed is there from its draft and its mirror. Nobody else
takes the page over: whose it is stands sealed in it.
"""

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, Response

from domain import accounts, citizen_certificates, limits, links
from domain.accounts import client_limits, page_marks, passkeys, second_factors
from domain.errors import DomainError
from domain.model import Account, SignInWay

from .. import public
from ..door import cookies, gate
from ..session import entered

OTHER = '這個瀏覽器現在由另一位使用者登入中，所以沒有登入。請先在那個分頁登出，再回到這裡；您輸入的內容都還在。'


def register(site: FastAPI) -> None:
    """Put it under its address."""
    site.add_api_route(links.login_again(), _sign_in, methods=['POST'], response_model=None)


async def _sign_in(
    request: Request,
    mark: str = Form(''),
    password: str = Form(''),
    code: str = Form(''),
    answer: str = Form(''),
) -> Response:
    """JSON: `done`, or what it `needs` (a password, a code, one of the `offers`, the login page), or why not.

    `answer` is a passkey's. A card signs in on its page in another tab; then this one is asked again.
    """
    whose, here = page_marks.account_id_of(mark), gate.account_of(request)
    if here is not None and whose is not None:
        return _answer({'done': True}) if here.id == whose else _answer({'sentence': OTHER}, 409)
    if whose is None:
        return _answer({'needs': 'login'})
    if not password and not answer:
        return _answer(await _needs(whose))
    try:
        account, ways = await (_by_passkey(request, whose, answer) if answer else _by(request, whose, password, code))
    except DomainError as refusal:
        return _answer({'sentence': str(refusal)}, public.status_of(refusal, 401))
    if isinstance(ways, str):
        return _answer({'needs': ways})
    signed_in, done = await entered(request, account, '', *ways), _answer({'done': True})
    for cookie in signed_in.headers.getlist('set-cookie'):
        done.headers.append('set-cookie', cookie)
    return done


async def _needs(account_id: int) -> dict[str, object]:
    """What the account of the page can show; whoever can show nothing here goes to the login page."""
    account = await Account.get_or_none(id=account_id)
    if account is None:
        return {'needs': 'login'}
    offers = []
    if passkeys.are_offered() and await passkeys.of(account):
        offers.append('passkey')
    if await citizen_certificates.has_one(by=account):
        offers.append('card')
    if not account.password_hash:
        return {'needs': 'other', 'offers': offers} if offers else {'needs': 'login'}
    return {'needs': 'password'} | ({'offers': offers} if offers else {})


async def _by_passkey(request: Request, account_id: int, answer: str) -> tuple[Account, list[SignInWay] | str]:
    browser = cookies.browser_of(request)
    account = await second_factors.sign_in_by_passkey(answer, browser=browser, account_id=account_id)
    await limits.give_back(client_limits.logins(), gate.client_of(request))
    return account, [SignInWay.PASSKEY]


async def _by(request: Request, account_id: int, password: str, code: str) -> tuple[Account, list[SignInWay] | str]:
    account = await accounts.sign_in_again(account_id, password, client=gate.client_of(request))
    return account, await _shown(account, code)


async def _shown(account: Account, code: str) -> list[SignInWay] | str:
    """By what the account signs in; 'code' or 'passkey' where one is needed, or 'login' where nothing here helps."""
    if not await second_factors.is_asked_of(account):
        return [SignInWay.PASSWORD]
    factors = await second_factors.of(account)
    if not factors.app:
        return 'passkey' if factors.passkeys and passkeys.are_offered() else 'login'
    return [SignInWay.PASSWORD, await second_factors.check_code(account, code)] if code.strip() else 'code'


def _answer(words: dict[str, object], status: int = 200) -> Response:
    return JSONResponse(words, status, headers={'Cache-Control': 'no-store'})
