"""簽核: what a 志工督導 is asked to agree to, as plain HTML: by the mailed link without login, or signed in.

It shows what would be sent and nothing more; numbers are masked as they are in what is sent.
"""

from typing import Any
from uuid import UUID

from fastapi import FastAPI, Form, Request
from fastapi.responses import RedirectResponse, Response

from domain import dates, links, sign_offs
from domain.cases import case_numbers
from domain.errors import DomainError, Incomplete, NotFound, NotPermitted
from domain.model import Account
from domain.papers import Papers
from domain.sign_offs import Changed, LinkEnded, Sheet

from . import public
from .components.held_papers import groups_of
from .session import account_of

_AGREED = ('您已同意。承辦人會收到通知，接著送審。', '這次簽核只算您剛才看到的內容；之後若有修改，會再請您簽核。')
_REFUSED = ('已記下您不同意與理由。承辦人會收到通知，修改後再請您簽核。', '沒有任何資料送到發冊機關。')


def register(site: FastAPI) -> None:
    """Put the pages and their pictures under their addresses."""
    site.add_api_route(links.sign_off(), _by_link, methods=['GET'], response_model=None)
    site.add_api_route(links.sign_off(), _answered_by_link, methods=['POST'], response_model=None)
    site.add_api_route('/sign-offs', _list, methods=['GET'], response_model=None)
    site.add_api_route('/sign-offs/{sign_off_id}', _one, methods=['GET'], response_model=None)
    site.add_api_route('/sign-offs/{sign_off_id}', _answered, methods=['POST'], response_model=None)


async def _by_link(token: str = '') -> Response:
    try:
        return _page(await sign_offs.opened(token), token=token)
    except DomainError as refusal:
        return _ended(refusal)


async def _answered_by_link(token: str = Form(''), answer: str = Form(''), reason: str = Form('')) -> Response:
    try:
        sheet = await sign_offs.opened(token) if answer not in ('yes', 'no') else None
        if sheet is not None:
            return _page(sheet, token=token, reason=reason, problem='請選擇同意或不同意。')
        await sign_offs.answer(token, agrees=answer == 'yes', reason=reason)
    except Incomplete as refusal:
        problem = ' '.join(refusal.problems.values())
        return _page(await sign_offs.opened(token), token=token, reason=reason, problem=problem)
    except DomainError as refusal:
        return _ended(refusal)
    return public.page('account_sent.html', title='志工督導簽核', sentences=_AGREED if answer == 'yes' else _REFUSED)


async def _list(request: Request) -> Response:
    try:
        account = account_of(request)
        waiting = await sign_offs.waiting(by=account)
    except (NotPermitted, NotFound):
        return public.refused_by_framework(request.scope, 404)
    rows = [(links.to_sign(one.sign_off.id), _title(one), one.agency, _asked(one)) for one in waiting]
    return public.page('sign_offs.html', account=account, rows=rows)


async def _one(request: Request, sign_off_id: int) -> Response:
    try:
        account = account_of(request)
        return _page(await sign_offs.get(sign_off_id, by=account), account=account)
    except DomainError as refusal:
        return _refused(request, refusal)


async def _answered(request: Request, sign_off_id: int, answer: str = Form(''), reason: str = Form('')) -> Response:
    account: Account | None = None
    try:
        account = account_of(request)
        if answer not in ('yes', 'no'):
            raise Incomplete({'reason': '請選擇同意或不同意。'})
        await sign_offs.decide(sign_off_id, agrees=answer == 'yes', reason=reason, by=account)
    except Incomplete as refusal:
        problem = ' '.join(refusal.problems.values())
        assert account is not None
        try:
            return _page(await sign_offs.get(sign_off_id, by=account), account=account, reason=reason, problem=problem)
        except DomainError as gone:
            return _refused(request, gone)
    except DomainError as refusal:
        return _refused(request, refusal)
    return RedirectResponse(links.sign_offs(), 303)


def _page(
    sheet: Sheet, *, token: str = '', account: Account | None = None, reason: str = '', problem: str = ''
) -> Response:
    asked = sheet.sign_off
    facts: dict[str, Any] = {
        'token': token,
        'target': links.sign_off() if token else links.to_sign(asked.id),
        'unit': sheet.unit,
        'agency': sheet.agency,
        'until': dates.roc_instant(asked.expires_at) if asked.expires_at else '',
        'people': [
            _person(sheet, one.papers, token, one.application.volunteer.name, one.application.id) for one in sheet.held
        ],
        'kinds': [one.application.kind.label for one in sheet.held],
        'reason': reason,
        'problem': problem,
        'problems': {'reason': problem} if problem else {},
    }
    return public.page('sign_off.html', 422 if problem else 200, account=account, **facts)


def _person(sheet: Sheet, held: Papers, token: str, name: str, case_id: int) -> dict[str, Any]:
    def address(file: UUID | None) -> str:
        if file is None:
            return ''
        return links.sign_off_picture(token, file) if token else links.picture_to_sign(sheet.sign_off.id, file)

    return {
        'name': name,
        'case': case_numbers.written(case_id),
        'groups': [
            (title, [{'label': one.label, 'value': one.value, 'picture': address(one.file)} for one in entries])
            for title, entries in groups_of(held)
        ],
    }


def _title(sheet: Sheet) -> str:
    first = sheet.held[0].application.volunteer.name
    return first if len(sheet.held) == 1 else f'{first}等 {len(sheet.held)} 位'


def _asked(sheet: Sheet) -> str:
    return dates.roc_instant(sheet.sign_off.asked_at)


def _ended(refusal: DomainError) -> Response:
    status = 409 if isinstance(refusal, Changed) else 410 if isinstance(refusal, LinkEnded) else 404
    return public.page('account_expired.html', status, message=str(refusal), again=False)


def _refused(request: Request, refusal: DomainError) -> Response:
    if isinstance(refusal, NotPermitted | NotFound):
        return public.refused_by_framework(request.scope, 404)
    return public.refusal(request.scope, 409, str(refusal), '這件簽核已經結束')
