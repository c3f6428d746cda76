"""系統管理: the accounts of staff, and 帳號申請."""

from dataclasses import dataclass
from functools import partial

from nicegui import html, ui

from domain import accounts, dates, directory, links, validation
from domain.accounts import FIELDS, OF_UNIT, REFUSAL, AccountDetails, email_changes, terms
from domain.model import Account, EmailChange, Role

from ...components.account_fields import person_fields
from ...components.account_logins import account_logins
from ...components.account_request import request_case, request_rows
from ...components.account_state import account_state
from ...components.action_button import action_button
from ...components.card import card
from ...components.clerk_fields import clerk_fields
from ...components.deputy_card import deputy_card
from ...components.form import form
from ...components.form.fields import (
    check_field,
    choice_field,
    date_field,
    radio_field,
    text_area,
)
from ...components.form.pick_list import PER_PAGE, Found, pick_list
from ...components.icon import icon
from ...components.notices import confirm
from ...components.question import is_sure, question
from ...components.record_table import Row
from ...flash import leave_with
from ...frame import save_bar

END_HINT = '臨時帳號才填：最後一天，過了會自動鎖定。'
_EMAIL_HINT = '設定密碼的連結會寄到這裡。審核人員與系統管理者的電子郵件，更改後要由另一位系統管理者確認。'
ROLES = {role: role.label for role in Role if role != Role.VOLUNTEER}
COLUMNS = [
    *((key, FIELDS[key].caption) for key in ('name', 'username', 'role')),
    ('office', '單位或機關'),
    ('email', FIELDS['email'].caption),
    ('state', '狀態'),
]


@dataclass
class Refusals:
    """Several requests that are refused together: their ids as '3,17,20', and why."""

    chosen: str = ''
    reason: str = ''

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


async def search(account: Account, words: str, page: int, per_page: int) -> tuple[list[Row], int]:
    """The accounts of staff, those in use first."""
    found = await accounts.find(by=account, words=words, page=page, per_page=per_page)
    return [_row(each) for each in found.rows], found.total


async def rows_of_requests(account: Account) -> list[Row]:
    """The requests that wait, oldest first."""
    return await request_rows(account, partial(links.admin, 'requests'))


async def lead(account: Account) -> None:
    """The addresses of reviewers and administrators that wait for a second administrator."""
    if await terms.is_sole_administrator(by=account):
        with html.p().classes('lb-verdict warn lb-gap-below'):
            icon('warning')
            html.span('系統管理者只有您一位，系統不會鎖定您的帳號。請再開通一位，您不在時才有人能處理。')
    waiting = await email_changes.waiting(by=account)
    if not waiting:
        return
    note = '(審核人員與系統管理者的電子郵件，要由另一位系統管理者確認)'
    with card('待確認的電子郵件', note, 'lb-gap-below'), html.div().classes('lb-stack'):
        for change in waiting:
            await _waiting_change(account, change)


async def _waiting_change(account: Account, change: EmailChange) -> None:
    async def confirm_it() -> None:
        await email_changes.confirm(change, by=account)
        leave_with(links.admin('accounts'), 'email-confirmed')

    async def refuse_it() -> None:
        await email_changes.refuse(change, by=account)
        leave_with(links.admin('accounts'), 'email-refused')

    who, asked = change.account, dates.roc_instant(change.asked_at)
    with html.div().classes('lb-stack'):
        html.p(f'{who.name}（{who.role.label}）：{who.email or "沒有電子郵件"} → {change.email}')
        effect = await email_changes.takes_effect(change)
        html.p(f'{change.asked_by.name}於民國 {asked} 提出；{effect}。').classes('lb-hint')
        with html.div().classes('lb-row-acts'):
            if await email_changes.may_confirm(change, by=account):
                action_button('確認變更', confirm_it)
            action_button('拒絕變更', refuse_it, 'outline')


async def refuse_several(account: Account) -> None:
    """Above the list of requests: refuse many at once, as after a flood."""
    found = await accounts.open_requests(by=account)
    if len(found) < 2:
        return
    refusals = Refusals()

    async def fetch(text: str, page: int) -> Found:
        """The first page is of what was just read."""
        nonlocal found
        waiting, found = found or await accounts.open_requests(by=account), []
        rows = [
            (each.id, each.name, f'{each.organisation}　{each.email}')
            for each in waiting
            if text.strip().casefold() in f'{each.name}\n{each.organisation}\n{each.email}'.casefold()
        ]
        return rows[(page - 1) * PER_PAGE : page * PER_PAGE], len(rows)

    with question('一次不核准多件') as dialog:
        in_form = form(refusals, summary=False)
        picks = pick_list('不核准的申請', in_form, 'chosen', fetch)
        await picks.refresh()
        text_area(REFUSAL.caption, in_form, 'reason', wide=True, hint='同一個原因會寄給每一位申請人。')

        async def refuse() -> None:
            await accounts.refuse_all(picks.ids, refusals.reason, by=account)
            leave_with(links.admin('requests'), 'requests-refused')

        with html.div().classes('lb-acts'):
            action_button('不核准勾選的申請', refuse, 'bad', in_form=in_form)
            ui.button('取消', on_click=dialog.close, color=None).props('flat no-caps')
    with html.div().classes('lb-row-acts lb-gap-below'):
        ui.button('一次不核准多件', on_click=dialog.open, color=None).props('outline no-caps')


async def edit(account: Account, key: str) -> str:
    """The form of an account, or of a new one."""
    record = None if key == 'new' else await accounts.get(validation.number_in(key), by=account)
    details = AccountDetails() if record is None else AccountDetails.from_record(record)
    in_form = form(details, mirrored=True)
    with html.div().classes('lb-stack'):
        await _account_fields(in_form, details, account)
        if record is not None:
            here = partial(leave_with, links.admin('accounts', record.id))
            if record.role == Role.REVIEWER and record.is_active:
                await deputy_card(record, account, here)
            await account_logins(record, account, here)
    with save_bar():
        action_button('儲存', partial(_save, record, details, account), in_form=in_form)
        ui.link('返回', links.admin('accounts')).classes('lb-btn q-btn lb-flat')
        if record is not None:
            await _ways_in(record, details, account)
    return record.name if record is not None else ''


async def _save(record: Account | None, details: AccountDetails, account: Account) -> None:
    if record is None:
        await accounts.create(details, by=account)
        leave_with(links.admin('accounts'), 'account-created')
        return
    alone = await accounts.left_alone(record, details, by=account)
    if alone and not await is_sure('讓最後一位承辦人離開', alone, yes='仍要儲存'):
        return
    waits = await accounts.amend(record, details, knowingly=bool(alone), by=account)
    leave_with(links.admin('accounts'), 'email-waits' if waits else 'office-saved')


async def _ways_in(record: Account, details: AccountDetails, account: Account) -> None:
    """What helps its owner to sign in again: unlocked by rule or after wrong passwords, another link."""

    async def open_again() -> None:
        await terms.unlock(record, by=account)
        leave_with(links.admin('accounts'), 'account-unlocked')

    async def send() -> None:
        sentence = f'連結會寄到 {details.email}，24 小時內有效；之前寄的連結就不能再用。'
        if await is_sure('寄出設定密碼的連結', sentence, yes='寄出', is_grave=False):
            await accounts.send_link(record, by=account)
            confirm(f'已把設定密碼的連結寄給{record.name}。')

    async def unlock() -> None:
        await accounts.unlock(record, by=account)
        confirm(f'{record.name}現在可以再試著登入。')
        unlocking.set_visibility(False)

    if record.locked_because is not None:
        action_button('解除系統鎖定', open_again, 'outline')
    if record.is_active:
        action_button('寄出設定密碼的連結', send, 'outline')
    if await accounts.is_locked(record, by=account):
        unlocking = action_button('解除登入鎖定', unlock, 'outline')


async def decide(account: Account, key: str) -> str:
    """One request."""
    back = links.admin('requests')
    return await request_case(account, key, back, partial(leave_with, back), save_bar)


async def _account_fields(in_form: form, details: AccountDetails, account: Account) -> None:
    counties, units, agencies = await directory.names(('counties', 'units', 'agencies'), by=account)
    with card('帳號'), html.div().classes('lb-grid'):
        person_fields(in_form, email_hint=_EMAIL_HINT)
        with html.div().classes('full'):
            radio_field(FIELDS['role'].caption, in_form, 'role', ROLES, required=True)
        with html.div().classes('full') as unit:
            choice_field(FIELDS['host_unit_id'].caption, in_form, 'host_unit_id', units, required=True, searchable=True)
        clerk = clerk_fields(in_form, directory.teams)
        with html.div().classes('full') as agency:
            choice_field(FIELDS['agency_id'].caption, in_form, 'agency_id', agencies, required=True, searchable=True)
            hint = '除了審核，也分派案件、替同事指定代理人。'
            check_field(FIELDS['is_agency_supervisor'].caption, in_form, 'is_agency_supervisor', hint=hint)
        with html.div().classes('full') as county:
            choice_field(FIELDS['county_id'].caption, in_form, 'county_id', counties, required=True)
        date_field(FIELDS['ends_on'].caption, in_form, 'ends_on', hint=END_HINT)
        check_field(
            FIELDS['is_active'].caption,
            in_form,
            'is_active',
            wide=True,
            hint='取消勾選就會停用，並結束這個帳號所有的登入。',
        )

    async def renew() -> None:
        unit.set_visibility(details.role in OF_UNIT)
        county.set_visibility(details.role == Role.COUNTY)
        agency.set_visibility(details.role == Role.REVIEWER)
        await clerk.show(details.host_unit_id if details.role == Role.UNIT_STAFF else None)

    in_form.on_change(renew)
    await renew()


def _row(each: Account) -> Row:
    return {
        'key': str(each.id),
        'name': {'text': each.name, 'href': links.admin('accounts', each.id), 'strong': True},
        'username': each.username or '',
        'role': {'text': each.role.label, 'sub': _further(each)} if _further(each) else each.role.label,
        'office': '' if accounts.office_of(each) == each.role.label else accounts.office_of(each),
        'email': each.email,
        'state': account_state(each),
    }


def _further(each: Account) -> str:
    keys = ('is_unit_administrator', 'is_agency_supervisor')
    return next((FIELDS[key].label for key in keys if getattr(each, key)), '')
