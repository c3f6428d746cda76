"""我的登入: where one is signed in, and ending it there. A plain HTML page."""

from fastapi import FastAPI, Form, Request
from fastapi.responses import RedirectResponse, Response

from domain import dates, links
from domain.accounts import sessions
from domain.errors import DomainError

from .. import public
from ..door import cookies
from ..flash import PARAMETER, with_flash
from ..session import account_of

NOTICES = {
    'session-over': '已結束那個登入，那裡的頁面會立刻關閉。',
    'others-over': '其他的登入都已結束，那裡的頁面會立刻關閉。',
}


def register(site: FastAPI) -> None:
    """Put the page, and what its forms send, under their addresses."""
    site.add_api_route(links.own_sessions(), _open, methods=['GET'], response_model=None)
    site.add_api_route(links.end_session(), _end, methods=['POST'], response_model=None)


async def _open(request: Request) -> Response:
    return await _page(request)


async def _end(request: Request, session: str = Form('')) -> Response:
    """One of them, or all others. Whoever ends this one is signed out."""
    own = str(request.scope['session_digest'])
    try:
        account = account_of(request)
        if session == 'others':
            await sessions.end_others(by=account, keeping=own)
            return RedirectResponse(with_flash(links.own_sessions(), 'others-over'), 303)
        await sessions.end(session, by=account)
    except DomainError as refusal:
        return await _page(request, str(refusal))
    if session == own:
        answer = RedirectResponse(links.login(), 303)
        cookies.drop_session(answer)
        return answer
    return RedirectResponse(with_flash(links.own_sessions(), 'session-over'), 303)


async def _page(request: Request, message: str = '') -> Response:
    try:
        account = account_of(request)
    except DomainError as refusal:
        return public.refusal(request.scope, 404, str(refusal), '我的登入')
    return public.page(
        'sessions_own.html',
        422 if message else 200,
        account=account,
        message=message,
        notice=NOTICES.get(request.query_params.get(PARAMETER, ''), ''),
        rows=await sessions.of(account),
        own=str(request.scope['session_digest']),
        ways=sessions.ways_of,
        instant=dates.roc_instant,
    )
