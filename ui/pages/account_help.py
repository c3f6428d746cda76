"""帳號申請, 忘記密碼 and 紙本驗證碼: plain HTML forms for people without a login.

No answer tells whether an account exists.
"""

from datetime import date

from fastapi import FastAPI, Form, Request
from fastapi.responses import RedirectResponse, Response

from domain import accounts, dates, directory, links, validation
from domain.accounts import (
    AccountRequestDetails,
    ConfirmationExpired,
    LinkExpired,
    UnfitPassword,
    passwords,
    requests,
)
from domain.errors import DomainError, Incomplete
from domain.model import Role
from domain.volunteers import addresses, paper_codes
from domain.volunteers.addresses import AnswerExpired

from .. import public
from ..door import gate
from ..flash import with_flash

ROLES = {Role.UNIT_STAFF: '運用單位承辦人', Role.REVIEWER: '發冊機關志工業務窗口'}
# How the fields of 帳號申請 follow each other, and so the faults.
REQUEST_ORDER = (
    'role',
    'organisation',
    'unified_number',
    'county_id',
    'agency_id',
    'name',
    'contact',
    'phone',
    'username',
    'email',
    'reason',
)
# The four rules, by the names public.js knows them by, so that they are ticked while typing.
RULES = list(zip(('length', 'digit', 'lower', 'upper'), passwords.RULES, strict=True))


def register(site: FastAPI) -> None:
    """Put the forms under their addresses. The gate has checked where a POST comes from."""
    for address, show, take in (
        (links.request_account(), _request_form, _take_request),
        (links.confirm_request(), _confirm_form, _take_confirmed),
        (links.correct_request(), _correction_form, _take_corrected),
        (links.forgotten_password(), _forgotten_form, _take_forgotten),
        (links.reset_password(), _reset_form, _take_reset),
        (links.paper_code(), _code_form, _take_code),
        (links.confirm_email(), _email_form, _take_email),
    ):
        site.add_api_route(address, show, methods=['GET'], response_model=None)
        site.add_api_route(address, take, methods=['POST'], response_model=None)


async def _request_form() -> Response:
    return await _request_page(AccountRequestDetails())


async def _take_request(request: Request) -> Response:
    details = await _asked(request)
    try:
        await accounts.request_account(details, client=gate.client_of(request))
    except Incomplete as refusal:
        return await _request_page(details, problems=refusal.problems)
    except DomainError as refusal:
        return await _request_page(details, message=str(refusal), status=public.status_of(refusal, 422))
    return public.page('account_sent.html', title='帳號申請', sentences=_REQUESTED)


async def _correction_form(token: str = '') -> Response:
    known = await requests.returned(token)
    if known is None:
        return _not_confirmed(ConfirmationExpired())
    return await _request_page(AccountRequestDetails.from_record(known[0]), token=token)


async def _take_corrected(request: Request, token: str = Form('')) -> Response:
    details = await _asked(request)
    if (known := await requests.returned(token)) is not None:
        details.email = known[0].email
    try:
        await requests.send_again(token, details, client=gate.client_of(request))
    except ConfirmationExpired as refusal:
        return _not_confirmed(refusal)
    except Incomplete as refusal:
        return await _request_page(details, problems=refusal.problems, token=token)
    except DomainError as refusal:
        return await _request_page(details, message=str(refusal), status=public.status_of(refusal, 422), token=token)
    return public.page('account_sent.html', title='帳號申請補正', sentences=_CONFIRMED)


async def _asked(request: Request) -> AccountRequestDetails:
    """What the form of 帳號申請 says; a browser may send anything."""
    sent = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    texts = ('organisation', 'name', 'username', 'email', 'phone', 'reason', 'unified_number', 'county_id', 'contact')
    return AccountRequestDetails(
        **{key: sent.get(key, '') for key in texts},
        # What is not offered is none of them, so the form asks again.
        role=next((each for each in ROLES if each == sent.get('role')), Role.VOLUNTEER),
        agency_id=validation.number_in(sent.get('agency_id')) or None,
    )


async def _confirm_form(token: str = '') -> Response:
    if not await accounts.is_confirmable(token):
        return _not_confirmed(ConfirmationExpired())
    return public.page('account_confirm.html', token=token)


async def _take_confirmed(token: str = Form('')) -> Response:
    try:
        await accounts.confirm_request(token)
    except DomainError as refusal:
        return _not_confirmed(refusal)
    return public.page('account_sent.html', title='帳號申請', sentences=_CONFIRMED)


async def _forgotten_form() -> Response:
    return public.page('account_forgotten.html', message='')


async def _take_forgotten(request: Request, username: str = Form(''), email: str = Form('')) -> Response:
    try:
        await accounts.request_reset(username, email, client=gate.client_of(request))
    except DomainError as refusal:
        return public.page('account_forgotten.html', public.status_of(refusal, 422), message=str(refusal))
    return public.page('account_sent.html', title='忘記密碼', sentences=_MAILED)


async def _reset_form(token: str = '') -> Response:
    if not await accounts.is_reset_open(token):
        return _expired(LinkExpired())
    return _reset_page(token)


async def _take_reset(token: str = Form(''), password: str = Form(''), again: str = Form('')) -> Response:
    if password != again:
        return _reset_page(token, '兩次輸入的密碼不同，請重新輸入。密碼沒有變更。')
    try:
        await accounts.reset_password(token, password)
    except LinkExpired as refusal:
        return _expired(refusal)
    except DomainError as refusal:
        return _reset_page(token, str(refusal), public.status_of(refusal, 422))
    return RedirectResponse(with_flash(links.login(), 'password-set'), 303)


async def _code_form() -> Response:
    return _code_page({})


async def _take_code(
    request: Request,
    number: str = Form(''),
    born_on: str = Form(''),
    code: str = Form(''),
    password: str = Form(''),
    again: str = Form(''),
    email: str = Form(''),
) -> Response:
    typed = {'number': number, 'born_on': born_on, 'code': code, 'email': email}
    if password != again:
        return _code_page(typed, {'again': '兩次輸入的密碼不同，請重新輸入。'})
    try:
        day = _day(born_on)
    except DomainError as refusal:
        return _code_page(typed, {'born_on': str(refusal)})
    try:
        await paper_codes.use(number, day, code, password, email, client=gate.client_of(request))
    except Incomplete as refusal:
        return _code_page(typed, refusal.problems)
    except UnfitPassword as refusal:
        return _code_page(typed, {'password': str(refusal)})
    except DomainError as refusal:
        return _code_page(typed, message=str(refusal), status=public.status_of(refusal, 422))
    return RedirectResponse(with_flash(links.login(), 'password-set'), 303)


async def _email_form(token: str = '') -> Response:
    asked = await addresses.asked(token)
    if asked is None:
        return _expired(AnswerExpired())
    return public.page('account_email.html', token=token, asked=asked)


async def _take_email(token: str = Form(''), answer: str = Form('')) -> Response:
    try:
        await addresses.answer(token, agrees=answer == 'yes')
    except AnswerExpired as refusal:
        return _expired(refusal)
    sentences = _AGREED if answer == 'yes' else _NOT_AGREED
    return public.page('account_sent.html', title='確認電子郵件', sentences=sentences)


def _day(text: str) -> date | None:
    # What is longer is no date, and stays none when it is cut.
    return dates.parse_roc(text.strip()[:41]) if text.strip() else None


def _code_page(
    typed: dict[str, str], problems: dict[str, str] | None = None, message: str = '', status: int = 422
) -> Response:
    status = status if problems or message else 200
    facts = {'typed': typed, 'problems': problems or {}, 'message': message, 'rules': RULES}
    return public.page('account_code.html', status, **facts)


async def _request_page(
    details: AccountRequestDetails,
    message: str = '',
    problems: dict[str, str] | None = None,
    status: int = 422,
    token: str = '',
) -> Response:
    """The form; with `token` that of a request which came back, with what is to be corrected."""
    known = await requests.returned(token) if token else None
    labels = {key: field.caption for key, field in accounts.REQUEST_FIELDS.items()}
    in_order = {key: problems[key] for key in REQUEST_ORDER if key in problems} if problems else {}
    facts = {'details': details, 'labels': labels, 'roles': ROLES, 'message': message, 'problems': in_order}
    counties = {'': await directory.county_names()}
    agencies: dict[str, dict[int, str]] = {}
    for agency in await directory.open_agencies():
        agencies.setdefault(agency.county.name, {})[agency.id] = agency.name
    facts |= {'counties': counties, 'agencies': agencies, 'token': token}
    facts['returned'] = known[1].splitlines() if known else []
    return public.page('account_request.html', status if problems or message else 200, **facts)


def _reset_page(token: str, message: str = '', status: int = 422) -> Response:
    return public.page('account_reset.html', status if message else 200, token=token, message=message, rules=RULES)


def _expired(refusal: DomainError) -> Response:
    is_password = isinstance(refusal, LinkExpired)
    return public.page('account_expired.html', 410, message=str(refusal), again=is_password)


def _not_confirmed(refusal: DomainError) -> Response:
    return public.page('account_unconfirmed.html', 410, message=str(refusal))


_REQUESTED = (
    '還差一步：請到您填寫的電子郵件信箱，點選信裡的連結確認申請，兩天內有效。',
    '確認後，縣市主管機關才會收到這件申請，並依您填寫的單位或機關核對身分。',
    '十分鐘內沒有收到信，請查看垃圾郵件匣，並確認電子郵件沒有打錯；打錯時請重新申請。',
)
_CONFIRMED = (
    '申請已確認並送出，主管機關會依您填寫的單位或機關核對身分。',
    '核對後，開通、退回補正或未核准的通知會寄到您填寫的電子郵件；開通的信裡有設定密碼的連結，24 小時內有效。',
    '三個工作天還沒有收到信，請查看垃圾郵件匣，或撥客服諮詢專線。',
)
_MAILED = (
    '如果這個使用者帳號與電子郵件相符，設定新密碼的連結會寄到那裡，30 分鐘內有效，只能使用一次。',
    '為了保護帳號，不論相符與否，這裡都顯示同樣的說明。',
    '沒有收到信：請查看垃圾郵件匣，確認帳號與電子郵件沒有打錯；沒有登記電子郵件的志工，請洽您的運用單位。',
)
_AGREED = (
    '電子郵件已更改，以後的通知會寄到新的信箱。',
    '原來的信箱也會收到一封通知。',
)
_NOT_AGREED = (
    '已記下您不同意，電子郵件沒有更改。',
    '您不認識提出請求的單位時，請撥客服諮詢專線。',
)
