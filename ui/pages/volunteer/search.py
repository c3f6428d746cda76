"""志工基本資料維護: the volunteers of the own unit, and the forms under way."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import html, ui

from domain import applications, dates, directory, drafts, links, searches, validation, volunteers
from domain.announcements import CaseChanged
from domain.cases import worklists
from domain.guide import home, missing
from domain.guide.home import OpenForm, Standing
from domain.guide.missing import Gap
from domain.model import Account, IdentityKind, MembershipStatus, Volunteer
from domain.volunteers import State, VolunteerQuery
from domain.volunteers.basics import MEMBERSHIP

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.fields import choice_field, text_field
from ...components.icon import icon
from ...components.question import is_sure
from ...components.record_table import Cell, Row, View, record_table, turn_cell
from ...frame import BASICS, MENU, VOLUNTEER_DATA, frame, guide_for, waiting_for
from ...live import follow, of_side

NEW = ('新增志工基本資料', links.new_volunteer())
JOIN = ('收編其他單位的志工', links.consolidated(join=True))
COLUMNS = [
    ('name', '志工姓名'),
    ('number', IdentityKind.NATIONAL_ID.label),
    ('team', '志工隊'),
    ('membership', MEMBERSHIP.label),
    ('state', '紀錄冊申請'),
    ('next', '接下來'),
]
SORTABLE = ('name', 'number', 'team', 'membership', 'state')
HINT = '還沒有符合條件的志工。可以換個條件查詢，或新增志工。'
FEW = 3
FORM_COLUMNS = [('who', '志工'), ('form', '表單'), ('saved', '自動儲存'), ('go', '繼續'), ('drop', '不要了')]


@dataclass
class Search:
    """查詢條件 of 志工基本資料維護."""

    text: str = ''
    team_id: int | None = None
    status: MembershipStatus | None = None
    state: State | None = None

    def problems(self) -> dict[str, str]:
        """A filter is never wrong."""
        return {}

    def asked(self, key: str) -> dict[str, Any]:
        """What an address says of it; `key` stands for the words."""
        return {'q': key, 'team': self.team_id, 'membership': self.status or '', 'state': self.state or ''}


async def volunteer_search_page(
    account: Account,
    q: str = '',
    team: int | None = None,
    membership: str = '',
    state: str = '',
    sort: str = '',
    page: int = 1,
    per: int = 10,
) -> None:
    """志工基本資料維護: the unit's volunteers, the forms under way, the way to a new one, as the address says."""
    title, _ = BASICS
    view = View.read(page, per, sort)
    query = Search(
        await searches.words(q, by=account),
        team,
        validation.member(MembershipStatus, membership),
        validation.member(State, state),
    )
    guide = await guide_for(account)
    waiting = await waiting_for(account)
    with frame(account, title, crumbs=[MENU, VOLUNTEER_DATA], step=4, guide=guide, waiting=waiting):
        with html.div().classes('lb-page-acts'):
            with ui.link('', NEW[1]).classes('q-btn lb-btn bg-primary'):
                icon('plus')
                html.span(NEW[0])
            ui.link(*JOIN).classes('q-btn lb-btn lb-outline')
        await _forms_under_way(account)
        table = await _list(account, query, view, q)
        await table.refresh()
    follow(CaseChanged, table.refresh, of_side(account))


async def _list(account: Account, query: Search, view: View, q: str) -> record_table:
    """The filters and what they find; both stand in the address, so that Back returns to them."""
    kept = {'key': q, 'words': query.text}
    filters = form(query, summary=False)
    words, sheet = await _filter_card(account, filters, lambda: table.refresh(1))

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        asked = VolunteerQuery(page=page, per_page=per_page, sort=view.sort, **vars(query))
        found = await volunteers.find(asked, by=account)
        listed = await home.listed(found.rows, by=account)
        return [_row(*each, account) for each in listed], found.total

    async def shown() -> None:
        if query.text != kept['words']:
            kept['key'], kept['words'] = await searches.keep(query.text, by=account), query.text
        asked = query.asked(kept['key'])
        sheet.props['href'] = links.volunteer_sheet(**asked, sort=view.sort)
        ui.navigate.history.replace(links.volunteers(**(asked | {'sort': view.sort} | view.turned)))

    table = record_table(
        'Q 查詢結果', COLUMNS, fetch, empty_hint=HINT, empty_link=NEW, view=view, sortable=SORTABLE, shown=shown
    )
    words.on('entered', lambda: table.refresh(1))
    return table


async def _filter_card(
    account: Account, filters: form, find: Callable[[], Awaitable[None]]
) -> tuple[text_field, ui.link]:
    """查詢條件, and the way to a spreadsheet of what they find."""
    with card('Q查詢條件', _whose(account), 'lb-filters lb-gap-below'), html.div().classes('lb-find-grid'):
        words = text_field('姓名、證號或紀錄冊號', filters, 'text', placeholder='姓名可只輸入一部分', maxlength=100)
        if account.team_id is None:
            choice_field('志工隊', filters, 'team_id', await _teams(account), placeholder='全部')
        choice_field(MEMBERSHIP.label, filters, 'status', _statuses(), placeholder='全部')
        choice_field('紀錄冊申請', filters, 'state', {None: '全部', **State.labels()}, placeholder='全部')
        with html.div().classes('lb-find-acts'):
            action_button('查詢', find, 'outline')
            sheet = ui.link('匯出 ODS', links.volunteer_sheet()).classes('q-btn lb-btn lb-flat')
    return words, sheet


async def _forms_under_way(account: Account) -> None:
    """做到一半的資料: the latest three, the others on demand; each can be gone on with, or dropped after a question."""
    begun = await home.open_forms(by=account)
    if not begun:
        return
    is_whole = False

    async def fetch(_: int, __: int) -> tuple[Sequence[Row], int]:
        forms = begun[:] or await home.open_forms(by=account)
        begun.clear()  # they were read to open the page
        more.set_visibility(len(forms) > FEW and not is_whole)
        more.set_text(f'顯示其餘 {len(forms) - FEW} 份')
        shown = forms if is_whole else forms[:FEW]
        return [_form_row(each, await home.lacking(each, by=account)) for each in shown], len(forms)

    async def acted(key: str, _: str) -> None:
        if await is_sure('刪除草稿', '這份還沒有儲存的內容會刪除，無法復原；已經儲存的志工資料不受影響。'):
            await drafts.discard(await drafts.get(key, by=account), by=account)
            await table.refresh()

    async def show_all() -> None:
        nonlocal is_whole
        is_whole = True
        await table.refresh()

    table = record_table('做到一半的資料', FORM_COLUMNS, fetch, acted=acted, bare=True, empty='沒有做到一半的資料')
    more = ui.button('', on_click=show_all, color=None).props('flat no-caps').classes('lb-self-start')
    await table.refresh()


def _whose(account: Account) -> str:
    return f'(本查詢為{account.team.name}的志工)' if account.team else '(本查詢為您單位的志工)'


async def _teams(account: Account) -> dict[int | None, str]:
    return {None: '全部'} | {team.id: team.name for team in await directory.teams(account.host_unit_id or 0)}


def _statuses() -> dict[MembershipStatus | None, str]:
    return {None: '全部'} | {each: each.label for each in MembershipStatus if each is not MembershipStatus.LEFT}


def _row(volunteer: Volunteer, standing: Standing, gaps: Sequence[Gap], account: Account) -> Row:
    ours = next(iter(volunteer.memberships))
    return {
        'key': str(volunteer.id),
        'name': {'text': volunteer.name, 'href': links.basics(volunteer.id), 'strong': True},
        'number': volunteer.identity_masked,
        'team': ours.team.name if ours.team else '未編隊',
        'membership': ours.status.label,
        'state': _state(standing, account),
        'next': _next(volunteer, standing, gaps),
    }


def _state(standing: Standing, account: Account) -> Cell:
    case = standing.application
    if case is not None and (case.status in applications.OPEN or not standing.book_number):
        return turn_cell(worklists.of(case, account))
    return {'text': standing.book_number or '未申請', 'sub': '已發冊' if standing.book_number else ''}


def _next(volunteer: Volunteer, standing: Standing, gaps: Sequence[Gap]) -> Cell:
    """The way on: to the first thing that lacks, with the names of all."""
    case = standing.application
    if gaps:
        lacking = missing.names(gaps)
        return {'text': gaps[0].act, 'href': gaps[0].address, 'sub': f'還缺：{lacking}' if lacking else ''}
    if case is not None and case.status in applications.OPEN:
        return {'text': '查看申請', 'href': links.application(volunteer.id)}
    if standing.book_number:
        return {'text': '查看紀錄冊', 'href': links.record_books(volunteer.id)}
    return {'text': '查看申請', 'href': links.record_books(volunteer.id)}


def _form_row(each: OpenForm, lacking: str) -> Row:
    return {
        'key': str(each.id),
        'who': {
            'text': each.who or '（尚未填姓名）',
            'strong': True,
            'sub': each.volunteer.identity_masked if each.volunteer else '',
        },
        'form': {'text': each.kind.label, 'sub': each.title if each.volunteer else ''},
        'saved': {'text': dates.format_moment(each.saved_at), 'sub': each.owner_name},
        'go': {'text': f'從 STEP {each.step} 繼續', 'href': each.address, 'sub': lacking},
        'drop': {'text': '刪除草稿', 'act': 'drop'},
    }
