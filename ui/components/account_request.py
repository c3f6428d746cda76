"""A 帳號申請 on the desk of whoever decides: what was asked, by whom, its steps, and the three answers."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from nicegui import html, ui

from domain import accounts, dates, directory
from domain.accounts import FIELDS, REFUSAL, REQUEST_FIELDS, AccountDetails, requests
from domain.announcements import AccountRequestsChanged
from domain.directory import admission
from domain.model import Account, AccountRequest, HostUnit, RequestStatus, RequestStep, Role

from ..live import follow
from .action_button import action_button
from .card import card
from .facts import facts
from .form import form
from .form.fields import choice_field, date_field, email_field, radio_field, text_area, text_field
from .icon import icon
from .record_table import Row

COLUMNS = [
    ('name', REQUEST_FIELDS['name'].caption),
    ('organisation', '單位或機關'),
    ('county', '縣市'),
    *((key, REQUEST_FIELDS[key].caption) for key in ('role', 'phone')),
    ('at', '申請時間'),
    ('go', '處理'),
]
ROLES = {role: role.label for role in (Role.UNIT_STAFF, Role.REVIEWER)}
# A step as people call it; OPEN is that of the applicant.
STEPS = {RequestStatus.OPEN: '送出申請'}
CORRECTED = '補正後送出'


@dataclass
class Answer:
    """Why a request is returned or refused."""

    reason: str = ''

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


async def request_rows(account: Account, address: Callable[[int], str]) -> list[Row]:
    """The requests that wait, oldest first; `address` is that of one."""
    waiting = await accounts.open_requests(by=account)
    corrected = await requests.corrected(waiting, by=account)
    return [
        {
            'key': str(request.id),
            'name': {'text': request.name, 'strong': True},
            'organisation': {'text': request.organisation, 'sub': request.unified_number},
            'county': request.county.name if request.county else '',
            'role': request.role.label,
            'phone': request.phone,
            'at': {'text': dates.format_moment(request.created_at), 'sub': '已補正' if request.id in corrected else ''},
            'go': {'text': '核對並開通', 'href': address(request.id)},
        }
        for request in waiting
    ]


async def request_case(
    account: Account, key: str, back: str, leave: Callable[[str], None], bar: Callable[[], AbstractContextManager[None]]
) -> str:
    """One request: who decides grants it as completed here, sends it back, or says why not; others may look at it.

    `back` is the address of the list, `leave` goes there with a message; `bar` holds the buttons. Returns who asks.
    """
    request = await accounts.open_request(key, by=account)
    decides = await requests.is_decider(request, by=account)
    with html.div().classes('lb-stack'):
        _asked(request)
        unit = await requests.unit_of(request)
        await _warnings(request, unit, account)
        _steps(await requests.steps(request, by=account))
        if decides:
            granting = await _granting(request, unit, account)
            _answers(request, account, leave)
        else:
            html.p(f'這件申請由{await requests.competent(request)}決定，這裡只能查看。').classes('lb-verdict warn')
    with bar():
        if decides:
            details, in_form = granting

            async def grant() -> None:
                await admission.grant(request, details, by=account)
                leave('account-created')

            action_button('開通帳號', grant, in_form=in_form)
        ui.link('返回', back).classes('lb-btn q-btn lb-flat')

    async def look_again() -> None:
        """Decided by a colleague: the page says so when it is opened anew."""
        await accounts.open_request(key, by=account)

    follow(AccountRequestsChanged, look_again, lambda changed: changed.request_id == request.id)
    return request.name


def _asked(request: AccountRequest) -> None:
    told = [
        (REQUEST_FIELDS['organisation'].label, request.organisation),
        (REQUEST_FIELDS['unified_number'].label, request.unified_number or '沒有填'),
        (REQUEST_FIELDS['county_id'].label, request.county.name if request.county else '沒有填'),
        (REQUEST_FIELDS['agency_id'].label, request.agency.name if request.agency else '沒有填'),
        (REQUEST_FIELDS['role'].label, request.role.label),
        ('申請人', request.name),
        (REQUEST_FIELDS['contact'].label, request.contact or '沒有填'),
        (REQUEST_FIELDS['phone'].label, request.phone),
        (REQUEST_FIELDS['email'].label, f'{request.email}（已確認）'),
        ('申請時間', dates.roc_instant(request.created_at)),
    ]
    facts(told)
    if request.reason:
        with card(REQUEST_FIELDS['reason'].label):
            html.p(request.reason)


async def _warnings(request: AccountRequest, unit: HostUnit | None, account: Account) -> None:
    """What is there already: the unit with the same number, and other requests that wait."""
    if unit is not None:
        _warn(f'系統裡已經有「{unit.name}」{unit.unified_number}，帳號會開在這個單位，不會另外新增。')
    others = await requests.others_like(request, by=account)
    if others:
        named = '、'.join(f'{one.name}（{one.organisation}，{dates.roc_instant(one.created_at)}）' for one in others)
        _warn(f'同一個單位、帳號或信箱還有 {len(others)} 件申請在等候：{named}。請一起看，不要重複開通。')


def _warn(sentence: str) -> None:
    with html.p().classes('lb-verdict warn'):
        icon('warning')
        html.span(sentence)


def _steps(steps: Sequence[RequestStep]) -> None:
    with card('處理經過'), html.ol().classes('lb-stack'):
        for n, step in enumerate(steps):
            who = step.by.name if step.by else '申請人'
            done = CORRECTED if n and step.status is RequestStatus.OPEN else STEPS.get(step.status, step.status.label)
            reason = f'：{step.reason}' if step.reason else ''
            html.li(f'{dates.roc_instant(step.at)}　{who}　{done}{reason}')


async def _granting(request: AccountRequest, unit: HostUnit | None, account: Account) -> tuple[AccountDetails, form]:
    """The account that is opened, filled in from the request."""
    details = AccountDetails.from_request(request)
    new: dict[int | None, str] = {None: f'新增「{request.organisation}」'}
    units = (new if unit is None else {}) | await admission.units(request, by=account)
    details.host_unit_id = unit.id if unit is not None and unit.id in units else None
    in_form = form(details, mirrored=True)
    agencies = await directory.open_agency_names()
    with card('開通的帳號'), html.div().classes('lb-grid'):
        text_field(FIELDS['name'].caption, in_form, 'name', required=True, maxlength=60)
        text_field(FIELDS['username'].caption, in_form, 'username', required=True, maxlength=60, autocomplete='off')
        email_field(FIELDS['email'].caption, in_form, 'email', required=True, readonly=True)
        text_field(FIELDS['phone'].caption, in_form, 'phone', maxlength=30)
        with html.div().classes('full'):
            radio_field(FIELDS['role'].caption, in_form, 'role', ROLES, required=True)
        with html.div().classes('full') as of_unit:
            hint = '單位的第一個帳號會成為單位管理者，之後由他開通同事的帳號。'
            caption = FIELDS['host_unit_id'].caption
            choice_field(caption, in_form, 'host_unit_id', units, required=True, searchable=True, hint=hint)
        with html.div().classes('full') as of_agency:
            choice_field(FIELDS['agency_id'].caption, in_form, 'agency_id', agencies, required=True, searchable=True)
        date_field(FIELDS['ends_on'].caption, in_form, 'ends_on', hint='臨時帳號才填：最後一天，過了會自動鎖定。')

    def renew() -> None:
        of_unit.set_visibility(details.role == Role.UNIT_STAFF)
        of_agency.set_visibility(details.role == Role.REVIEWER)

    in_form.on_change(renew)
    renew()
    return details, in_form


def _answers(request: AccountRequest, account: Account, leave: Callable[[str], None]) -> None:
    answer = Answer()
    with card('退回補正或不核准', '(原因會寄給申請人)'):
        in_form = form(answer, summary=False)
        text_area(REFUSAL.caption, in_form, 'reason', wide=True)

        async def send_back() -> None:
            await requests.return_for_correction(request, answer.reason, by=account)
            leave('request-returned')

        async def refuse() -> None:
            await accounts.refuse(request, answer.reason, by=account)
            leave('request-refused')

        with html.div().classes('lb-row-acts'):
            action_button('退回補正', send_back, 'outline', in_form=in_form)
            action_button('不核准', refuse, 'outline', in_form=in_form)
