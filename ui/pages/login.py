"""STEP 1 一般模式登入作業: a plain HTML form, so that it works before anything else does."""

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from domain import directory, links
from domain.accounts import passkeys

from .. import public
from ..assets.compression import compressed
from ..door import gate
from ..flash import PARAMETER

DONE = 'password-set'
NOTICES = {
    DONE: '密碼已設定完成，請用新密碼登入。',
    'signed-out': '您已經登出。重新登入後會回到原來的頁面；已儲存的資料都還在。',
    'session-ended': '您閒置太久，或已在別處登出，所以要重新登入。登入後會回到原來的頁面；您輸入的內容都還在。',
}


def register(site: FastAPI) -> None:
    """Put the page under its address; `ui.session` takes what it sends."""
    site.add_api_route(links.login(), _open, methods=['GET'])


def render(
    request: Request,
    message: str = '',
    username: str = '',
    next: str = '',  # noqa: A002 -- as the form names it
    status: int = 401,
) -> Response:
    """The page. `message` says why the login was refused, above the fields; the name typed stays where it was."""
    told = request.query_params.get(PARAMETER, '')
    return public.page(
        'login.html',
        status if message else 200,
        message=message,
        notice=NOTICES.get(told, ''),
        is_done=told == DONE,
        username=username,
        next=next,
        agency=directory.DEFAULT_AGENCY,
        offers_passkeys=passkeys.are_offered(),
    )


async def _open(request: Request) -> Response:
    if gate.account_of(request) is not None:
        return RedirectResponse(links.home(), 303)
    page = render(request, next=request.query_params.get('next', '')[:2000])
    # The first page of each day, and nothing on it is a secret that its length could tell.
    content, headers = compressed(bytes(page.body), request.headers)
    return Response(content, headers={'Cache-Control': 'no-store', **headers}, media_type='text/html')
