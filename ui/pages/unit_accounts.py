"""帳號管理: a 單位管理者 opens, renames and closes the accounts and the teams of the own unit."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from nicegui import html, ui

from domain import directory, links, searches, sign_offs, validation
from domain.accounts import FIELDS, OF_UNIT, AccountDetails, reviews, terms, unit_accounts
from domain.departures import teams
from domain.departures.teams import TeamFilled, TeamState
from domain.directory import TEAM_FIELDS, TeamDetails
from domain.model import Account, Role

from ..components.account_fields import person_fields
from ..components.account_review import review_card
from ..components.account_state import account_state
from ..components.action_button import action_button
from ..components.card import card
from ..components.clerk_fields import WHOLE, clerk_fields
from ..components.form import form
from ..components.form.fields import check_field, choice_field, date_field, radio_field, text_field
from ..components.notices import confirm
from ..components.question import is_sure
from ..components.record_table import Cell, Row, View, record_table
from ..flash import leave_with
from ..frame import MENU, frame, save_bar, waiting_for

TITLE = '帳號管理'
COLUMNS = [
    *((key, FIELDS[key].caption) for key in ('name', 'username')),
    ('scope', '身分與範圍'),
    ('email', FIELDS['email'].caption),
    ('state', '狀態'),
]
ROLES = {role: role.label for role in OF_UNIT}

TEAM = 'team-'
TEAM_COLUMNS = [
    ('name', TEAM_FIELDS['name'].caption),
    ('people', '志工'),
    ('accounts', '使用中的帳號'),
    ('state', '狀態'),
]


@dataclass
class Going:
    """Where the people of a team go that is closed."""

    to: int | None = None

    def problems(self) -> dict[str, str]:
        """The service says what is lacking."""
        return {}


@dataclass
class Words:
    """What the list is searched for."""

    text: str = ''

    def problems(self) -> dict[str, str]:
        """A search is never wrong."""
        return {}


async def unit_accounts_page(account: Account, edit: str = '', q: str = '', page: int = 1, per: int = 10) -> None:
    """The unit's accounts, of the words under the key `q`; with `edit`, the form of one of them or of a 'new' one."""
    unit_accounts.require_administrator(account)
    waiting = await waiting_for(account)
    if edit:
        of_team = edit.startswith(TEAM)
        title = '志工隊維護' if of_team else '帳號維護'
        named = '新增帳號' if edit == 'new' else ''
        crumbs = [MENU, (TITLE, links.unit_accounts())]
        with frame(account, title, crumbs=crumbs, waiting=waiting, named=named) as page_of_one:
            if called := await (_team_form(account, edit) if of_team else _form(account, edit)):
                page_of_one.name(f'{called}：{title}')
        return
    with frame(account, TITLE, crumbs=[MENU], waiting=waiting):
        html.p('這裡是您單位承辦人與志工督導的帳號。志工的帳號在各志工的「基本資料」開通。').classes('lb-lead')
        if (state := await reviews.of_unit(by=account)) is not None:
            await review_card(account, state, partial(leave_with, links.unit_accounts(), 'review-done'))
        await _list(account, q, View.read(page, per))
        await _teams(account)
        await _sign_off(account)


async def _list(account: Account, key: str, view: View) -> None:
    found = Words(await searches.words(key, by=account))
    words = form(found, summary=False)
    with html.div().classes('lb-list-head'):
        text_field('尋找', words, 'text', placeholder='姓名、帳號、信箱或志工隊的一部分', maxlength=60)
        ui.link('新增帳號', links.unit_accounts('new')).classes('q-btn lb-btn bg-primary')

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        listed = await unit_accounts.find(by=account, words=found.text, page=page, per_page=per_page)
        return [_row(each) for each in listed.rows], listed.total

    async def shown() -> None:
        ui.navigate.history.replace(links.unit_accounts(q=key, **view.turned))

    with html.div().classes('lb-gap-below'):
        table = record_table('單位帳號', COLUMNS, fetch, view=view, shown=shown)
    await table.refresh()

    async def sought() -> None:
        nonlocal key
        key = await searches.keep(found.text, by=account, under=key)
        await table.refresh(1)

    words.on_change(sought)


async def _sign_off(account: Account) -> None:
    """Whether the unit sends nothing before its 志工督導 has agreed."""
    is_demanded = await sign_offs.is_demanded(account.host_unit_id)
    with card('志工督導簽核', '(整個單位的設定)', 'lb-sign-off-setting'), html.div().classes('lb-stack'):
        html.p(
            '送審前須由志工督導簽核；督導用自己的帳號，或用寄到信箱的連結簽核。'
            if is_demanded
            else '目前不須簽核，承辦人可以直接送審。'
        )

        async def turn() -> None:
            await sign_offs.demand(not is_demanded, by=account)
            leave_with(links.unit_accounts(), 'office-saved')

        with html.div().classes('lb-row-acts'):
            action_button('改為不須簽核' if is_demanded else '改為送審前須簽核', turn, 'outline')


async def _teams(account: Account) -> None:
    """志工隊 of the unit with who is there; new ones are made where people are put into them."""
    found = await teams.of_unit(by=account)

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        return [_team_row(one) for one in found[(page - 1) * per_page : page * per_page]], len(found)

    hint = '可以在「志工移轉」新增。'
    table = record_table('志工隊', TEAM_COLUMNS, fetch, empty='還沒有志工隊', empty_hint=hint, named='teams')
    await table.refresh()


async def _team_form(account: Account, edit: str) -> str:
    """改名, and 停用 with what becomes of its people and accounts. Returns its name."""
    team, state = await teams.get(validation.number_in(edit.removeprefix(TEAM)), by=account)
    details = TeamDetails.from_record(team)
    in_form = form(details, mirrored=True)
    with (
        card('志工隊', f'({state.people} 位志工，{state.accounts} 個使用中的帳號)', 'lb-gap-below'),
        html.div().classes('lb-grid'),
    ):
        text_field(TEAM_FIELDS['name'].caption, in_form, 'name', required=True, maxlength=80)

    async def save() -> None:
        await directory.save_team(details, by=account, of=team)
        leave_with(links.unit_accounts(), 'office-saved')

    async def reopen() -> None:
        await teams.reopen(team.id, by=account)
        leave_with(links.unit_accounts(), 'team-reopened')

    if not state.is_closed:
        await _closing(account, state)
    with save_bar():
        action_button('儲存', save, in_form=in_form).by_enter(in_form)
        if state.is_closed:
            action_button('重新開啟', reopen, 'outline')
        ui.link('返回', links.unit_accounts()).classes('lb-btn q-btn lb-flat')
    return team.name


async def _closing(account: Account, state: TeamState) -> None:
    """停用志工隊: where its people go is chosen first."""
    going = Going()
    in_form = form(going, summary=False)
    others = {one.id: one.name for one in await teams.of_unit(by=account) if not one.is_closed and one.id != state.id}

    async def close() -> None:
        to = going.to if state.people else None
        if state.people and to is None:
            raise TeamFilled(state)
        where = others.get(to, WHOLE) if to is not None else ''
        moved = f'{state.people} 位志工的志工隊變更為「{where}」，申請案與表單跟著走。' if where else ''
        closed = f'{state.accounts} 個帳號會停用並登出。' if state.accounts else ''
        if not await is_sure(
            f'停用「{state.name}」', f'{moved}{closed}先前的紀錄保留這個隊名，名冊由整個單位的承辦人辦理。'
        ):
            return
        await teams.close(state.id, state.seen, to=to, by=account)
        leave_with(links.unit_accounts(), 'team-closed')

    with card('停用志工隊', '(之後不能再編入志工、開通帳號)'), html.div().classes('lb-stack'):
        if state.people:
            choice_field('志工的志工隊變更為', in_form, 'to', {teams.WHOLE: WHOLE, **others}, required=True)
        if state.accounts:
            html.p('這個志工隊的帳號會停用；要改管其他志工隊時，請先在帳號清單改好。').classes('lb-note')
        with html.div().classes('lb-row-acts'):
            action_button('停用志工隊', close, 'outline', in_form=in_form)


def _team_row(one: TeamState) -> Row:
    return {
        'key': str(one.id),
        'name': {'text': one.name, 'href': links.unit_accounts(f'{TEAM}{one.id}'), 'strong': True},
        'people': f'{one.people} 位',
        'accounts': f'{one.accounts} 個',
        'state': _state(not one.is_closed),
    }


def _state(is_in_use: bool) -> Cell:
    if is_in_use:
        return {'text': '使用中', 'chip': 'ok', 'icon': 'check'}
    return {'text': '已停用', 'chip': 'plain', 'icon': 'lock'}


async def _form(account: Account, edit: str) -> str:
    """Returns whose account it is, '' of a new one."""
    record = None if edit == 'new' else await unit_accounts.get(validation.number_in(edit), by=account)
    details = AccountDetails() if record is None else AccountDetails.from_record(record)
    in_form = form(details, mirrored=True)
    await _fields(in_form, details, account, is_new=record is None)
    with save_bar():
        action_button('儲存', partial(_save, record, details, account), in_form=in_form)
        ui.link('返回', links.unit_accounts()).classes('lb-btn q-btn lb-flat')
        if record is not None:
            _ways_in(record, account)
    return record.name if record is not None else ''


async def _save(record: Account | None, details: AccountDetails, account: Account) -> None:
    if record is None:
        await unit_accounts.create(details, by=account)
        leave_with(links.unit_accounts(), 'account-created')
        return
    alone = await unit_accounts.left_alone(record, details, by=account)
    if alone and not await is_sure('讓最後一位承辦人離開', alone, yes='仍要儲存'):
        return
    await unit_accounts.amend(record, details, knowingly=bool(alone), by=account)
    leave_with(links.unit_accounts(), 'office-saved')


def _ways_in(record: Account, account: Account) -> None:
    """What helps its owner to sign in again: unlocked, another link."""

    async def open_again() -> None:
        await terms.unlock(record, by=account)
        leave_with(links.unit_accounts(), 'account-unlocked')

    async def send() -> None:
        sentence = f'連結會寄到 {record.email}，24 小時內有效；之前寄的連結就不能再用。'
        if await is_sure('寄出設定密碼的連結', sentence, yes='寄出'):
            await unit_accounts.send_link(record, by=account)
            confirm(f'已把設定密碼的連結寄給{record.name}。')

    if record.locked_because is not None:
        action_button('解除系統鎖定', open_again, 'outline')
    if record.is_active:
        action_button('寄出設定密碼的連結', send, 'outline')


async def _fields(in_form: form, details: AccountDetails, account: Account, *, is_new: bool) -> None:
    with card('帳號', '' if is_new else f'({details.role.label})'), html.div().classes('lb-grid'):
        person_fields(in_form, email_hint='設定密碼的連結會寄到這裡。')
        if is_new:
            with html.div().classes('full'):
                radio_field(FIELDS['role'].caption, in_form, 'role', ROLES, required=True)
        clerk = clerk_fields(in_form, directory.teams)
        date_field(FIELDS['ends_on'].caption, in_form, 'ends_on', hint='臨時帳號才填：最後一天，過了會自動鎖定。')
        check_field(
            FIELDS['is_active'].caption,
            in_form,
            'is_active',
            wide=True,
            hint='取消勾選就會停用，並結束這個帳號所有的登入；資料都會保留。',
        )

    async def renew() -> None:
        await clerk.show(account.host_unit_id if details.role == Role.UNIT_STAFF else None)

    in_form.on_change(renew)
    await renew()


def _row(each: Account) -> Row:
    scope = each.team.name if each.team else WHOLE if each.role == Role.UNIT_STAFF else each.role.label
    return {
        'key': str(each.id),
        'name': {'text': each.name, 'href': links.unit_accounts(each.id), 'strong': True},
        'username': each.username or '',
        'scope': {'text': scope, 'sub': FIELDS['is_unit_administrator'].label}
        if unit_accounts.is_administrator(each)
        else scope,
        'email': each.email,
        'state': account_state(each),
    }
