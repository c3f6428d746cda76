"""Signing in again where one was: a page whose session is over asks the same person for the password (static/again.js).

The page then loads anew, in the new session, and what was typed is there from its draft and its mirror. Nobody else
takes the page over: whose it is stands sealed in it.
"""

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, Response

from domain import accounts, links
from domain.accounts import page_marks, second_factors
from domain.errors import DomainError
from domain.model import Account, SignInWay

from . import gate, public
from .session import entered

OTHER = '這個瀏覽器現在由另一位使用者登入中，所以沒有登入。請先在那個分頁登出，再回到這裡；您輸入的內容都還在。'


def register(site: FastAPI) -> None:
    """Put it under its address."""
    site.add_api_route(links.login_again(), _sign_in, methods=['POST'], response_model=None)


async def _sign_in(request: Request, mark: str = Form(''), password: str = Form(''), code: str = Form('')) -> Response:
    """JSON: `done`, or `needs` a code or the login page, or the `sentence` why not."""
    whose, here = page_marks.account_id_of(mark), gate.account_of(request)
    if here is not None and whose is not None:
        return _answer({'done': True}) if here.id == whose else _answer({'sentence': OTHER}, 409)
    if whose is None or not password:
        return _answer({'needs': 'password' if whose else 'login'})
    try:
        account = await accounts.sign_in_again(whose, password, client=gate.client_of(request))
        ways = await _shown(account, code)
    except DomainError as refusal:
        return _answer({'sentence': str(refusal)}, public.status_of(refusal, 401))
    if isinstance(ways, str):
        return _answer({'needs': ways})
    signed_in, answer = await entered(request, account, '', *ways), _answer({'done': True})
    for cookie in signed_in.headers.getlist('set-cookie'):
        answer.headers.append('set-cookie', cookie)
    return answer


async def _shown(account: Account, code: str) -> list[SignInWay] | str:
    """By what the account signs in; 'code' where one is still needed, 'login' where the login page has what is."""
    if not await second_factors.is_asked_of(account):
        return [SignInWay.PASSWORD]
    if not (await second_factors.of(account)).app:
        return 'login'
    return [SignInWay.PASSWORD, await second_factors.check_code(account, code)] if code.strip() else 'code'


def _answer(words: dict[str, object], status: int = 200) -> Response:
    return JSONResponse(words, status, headers={'Cache-Control': 'no-store'})
