"""志工基本資料維護: the volunteers of the own unit, and the forms under way."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import html, ui

from domain import applications, dates, directory, drafts, links, volunteers
from domain.announcements import CaseChanged
from domain.cases import worklists
from domain.guide import home, missing
from domain.guide.home import OpenForm, Standing
from domain.guide.missing import Gap
from domain.model import Account, IdentityKind, MembershipStatus, Volunteer
from domain.volunteers import VolunteerQuery
from domain.volunteers.basics import MEMBERSHIP

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.fields import choice_field, text_field
from ...components.icon import icon
from ...components.question import is_sure
from ...components.record_table import Cell, Row, record_table, turn_cell
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
FORM_COLUMNS = [('who', '志工'), ('form', '表單'), ('saved', '自動儲存'), ('go', '繼續'), ('drop', '不要了')]


@dataclass
class Search:
    """查詢條件 of 志工基本資料維護."""

    text: str = ''
    team_id: int | None = None
    status: MembershipStatus | None = None

    def problems(self) -> dict[str, str]:
        """A filter is never wrong."""
        return {}


async def volunteer_search_page(account: Account, name: str = '') -> None:
    """志工基本資料維護: the unit's volunteers, the forms under way, the way to a new one; `name` comes from the bar."""
    title, _ = BASICS
    query = Search(text=name[:100])
    guide = await guide_for(account)
    waiting = await waiting_for(account)
    with frame(account, title, crumbs=[MENU, VOLUNTEER_DATA], step=4, guide=guide, waiting=waiting):
        with html.div().classes('lb-page-acts'):
            with ui.link('', NEW[1]).classes('q-btn lb-btn bg-primary'):
                icon('plus')
                html.span(NEW[0])
            ui.link(*JOIN).classes('q-btn lb-btn lb-outline')
        await _forms_under_way(account)
        filters = form(query, summary=False)
        teams, statuses = await _teams(account), _statuses()
        with card('Q查詢條件', '(本查詢為您單位的志工)', 'lb-filters lb-gap-below'), html.div().classes('lb-find-grid'):
            words = text_field('姓名、證號或紀錄冊號', filters, 'text', placeholder='姓名可只輸入一部分', maxlength=100)
            choice_field('志工隊', filters, 'team_id', teams, placeholder='全部')
            choice_field(MEMBERSHIP.label, filters, 'status', statuses, placeholder='全部')
            action_button('查詢', lambda: table.refresh(1), 'outline')

        async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
            found = await volunteers.find(VolunteerQuery(page=page, per_page=per_page, **vars(query)), by=account)
            standings = await home.standings(found.rows, by=account)
            gaps = await missing.of_many(found.rows, by=account)
            rows = [_row(each, standings[each.id], gaps[each.id], account) for each in found.rows]
            return rows, found.total

        hint = '還沒有符合條件的志工。可以換個條件查詢，或新增志工。'
        table = record_table('Q 查詢結果', COLUMNS, fetch, empty_hint=hint, empty_link=NEW)
        words.on('entered', lambda: table.refresh(1))
        await table.refresh()
    follow(CaseChanged, table.refresh, of_side(account))


async def _forms_under_way(account: Account) -> None:
    """做到一半的資料: each with the way back into it; what is not wanted can be dropped after a question."""
    if not await home.open_forms(by=account):
        return

    async def fetch(_: int, __: int) -> tuple[Sequence[Row], int]:
        forms = await home.open_forms(by=account)
        return [_form_row(each) for each in forms], len(forms)

    async def acted(key: str, _: str) -> None:
        if await is_sure('刪除草稿', '這份還沒有儲存的內容會刪除，無法復原；已經儲存的志工資料不受影響。'):
            await drafts.discard(await drafts.get(key, by=account), by=account)
            await table.refresh()

    table = record_table('做到一半的資料', FORM_COLUMNS, fetch, acted=acted, bare=True, empty='沒有做到一半的資料')
    await table.refresh()


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


def _form_row(each: OpenForm) -> Row:
    return {
        'key': str(each.id),
        'who': {'text': each.who or '（尚未填姓名）', 'strong': True},
        'form': {'text': each.kind.label, 'sub': each.title if each.volunteer else ''},
        'saved': {'text': dates.format_moment(each.saved_at), 'sub': each.owner_name},
        'go': {'text': f'從 STEP {each.step} 繼續', 'href': each.address},
        'drop': {'text': '刪除草稿', 'act': 'drop'},
    }
