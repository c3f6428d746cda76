"""志工基本資料維護: find a volunteer of the own unit; and 志工總歸戶: one person over all units, and 收編."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from nicegui import html, ui

from domain import applications, dates, directory, drafts, links, trainings, volunteers
from domain.announcements import CaseChanged
from domain.books import record_books
from domain.cases import worklists
from domain.guide import home
from domain.guide.home import OpenForm, Standing
from domain.ledgers import HONOR_CARDS, SERVICE_HOURS
from domain.model import Account, IdentityKind, MembershipStatus, Role, Volunteer
from domain.volunteers import Consolidated, VolunteerQuery
from domain.volunteers.basics import HOST_UNIT, MEMBERSHIP

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.fields import choice_field, date_field, segment_field, text_field
from ...components.icon import icon
from ...components.question import is_sure
from ...components.record_table import Cell, Row, record_table, turn_cell
from ...components.reveal import REASONS
from ...flash import leave_with
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


@dataclass
class Exact:
    """志工總歸戶 asks for one person by number, and why."""

    identity_kind: str = IdentityKind.NATIONAL_ID
    identity_number: str = ''
    reason: str = ''

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


@dataclass
class Joining:
    """收編 asks for what only somebody with the person's documents in hand knows."""

    identity_kind: str = IdentityKind.NATIONAL_ID
    identity_number: str = ''
    name: str = ''
    born_on: date | None = None

    def problems(self) -> dict[str, str]:
        """The service checks."""
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
            return [_row(volunteer, standings[volunteer.id], account) for volunteer in found.rows], found.total

        hint = '還沒有符合條件的志工。可以換個條件查詢，或新增志工。'
        table = record_table('Q 查詢結果', COLUMNS, fetch, empty_hint=hint, empty_link=NEW)
        words.on('entered', lambda: table.refresh(1))
        await table.refresh()
    follow(CaseChanged, table.refresh, of_side(account))


async def consolidated_page(account: Account, join: bool = False) -> None:
    """志工總歸戶: ask by exact number and purpose; a clerk can also take the person onto the unit's roster (收編)."""
    is_clerk = account.role is Role.UNIT_STAFF
    with frame(account, '志工總歸戶', crumbs=[MENU, VOLUNTEER_DATA], waiting=await waiting_for(account)):
        if is_clerk:
            with html.nav().classes('lb-pills lb-gap-below').props('aria-label=志工總歸戶'):
                for text, address, is_here in (('查詢', links.consolidated(), not join), ('收編', JOIN[1], join)):
                    link = ui.link(text, address).classes('lb-pill')
                    if is_here:
                        link.classes('on').props('aria-current=page')
        if is_clerk and join:
            _join_card(account)
        else:
            _consolidated_card(account, is_clerk)


def _consolidated_card(account: Account, is_clerk: bool) -> None:
    asked = Exact()
    in_form = form(asked, summary=False)
    with card(
        'Q查詢條件', '(查詢一位志工在各單位的紀錄；查詢的時間、單位與目的會留下紀錄，本人可以看到)', 'lb-gap-below'
    ):
        with html.div().classes('lb-grid'):
            number = _number_fields(in_form)
            choice_field('查詢目的', in_form, 'reason', REASONS, required=True)
        acts = html.div().classes('lb-row-acts')
    result = html.div().classes('lb-stack').props('role=region aria-label=查詢結果 aria-live=polite')

    async def show() -> None:
        result.clear()
        found = await volunteers.consolidated(asked.identity_kind, asked.identity_number, asked.reason, by=account)
        with result:
            await _person(found, is_clerk)

    with acts:
        button = action_button('查詢', show, in_form=in_form)
    number.on('entered', button.press)


def _join_card(account: Account) -> None:
    """收編: number, name and birth date must all be right; nothing is shown before they are."""
    asked = Joining()
    in_form = form(asked)
    with card('收編', '(志工已由其他單位建立資料，經本人同意後加入您的單位)'):
        with html.div().classes('lb-grid'):
            _number_fields(in_form)
            html.div()
            text_field(
                volunteers.FIELDS['name'].caption,
                in_form,
                'name',
                required=True,
                hint='與證件完全相同。',
                maxlength=100,
            )
            date_field(volunteers.FIELDS['born_on'].caption, in_form, 'born_on', required=True)
        html.p(
            '證號、姓名、出生日期都相符才會收編。同一證號核對 5 次後暫停 15 分鐘；每次核對都會留下紀錄，本人可以看到。'
        ).classes('lb-hint')

        async def join() -> None:
            person = await volunteers.join(
                asked.identity_kind, asked.identity_number, asked.name, asked.born_on, by=account
            )
            leave_with(links.basics(person.id), 'volunteer-joined')

        with html.div().classes('lb-row-acts'):
            action_button('收編', join, in_form=in_form)


def _number_fields(in_form: form) -> text_field:
    """The kind of document and its number; the label follows the kind."""
    details: Any = in_form.details
    with html.div().classes('full'):
        hint = '※非本國籍者請填入居留證號碼或護照號碼'
        label = volunteers.FIELDS['identity_kind'].caption
        segment_field(label, in_form, 'identity_kind', IdentityKind.labels(), hidden_label=True, hint=hint)
    number = text_field(
        IdentityKind.NATIONAL_ID.label, in_form, 'identity_number', required=True, classes='mono', maxlength=30
    )
    in_form.on_change(
        lambda: number.rename(
            IdentityKind.labels().get(details.identity_kind, volunteers.FIELDS['identity_number'].label)
        )
    )
    return number


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


async def _person(found: Consolidated, is_clerk: bool) -> None:
    """What the units know together of one person."""
    who, hours = found.volunteer, trainings.format_duration(found.service_minutes)
    with card(who.name), html.dl().classes('lb-meta lb-person'):
        for label, value in (
            (who.identity_kind.label, who.identity_masked),
            (volunteers.FIELDS['sex'].label, who.sex.label),
            (volunteers.FIELDS['born_on'].label, dates.roc(who.born_on)),
            (SERVICE_HOURS.title, hours),
        ):
            with html.div():
                html.dt(label)
                html.dd(value)
    if found.is_ours and is_clerk:
        ui.link('開啟個人頁面', links.basics(who.id)).classes('q-btn lb-btn lb-outline lb-self-start')
    await _listed(
        HOST_UNIT.label,
        [('unit', '運用單位'), ('team', '志工隊'), ('status', MEMBERSHIP.label), ('since', '加入日期')],
        [
            (one.host_unit.name, one.team.name if one.team else '未編隊', one.status.label, dates.roc(one.joined_on))
            for one in found.memberships
        ],
    )
    await _listed(
        '教育訓練',
        [
            *((key, trainings.FIELDS[key].caption) for key in ('starts_on', 'title', 'kind', 'field_id')),
            ('hours', trainings.FIELDS['hours'].caption, 'num'),
            ('trained_for_id', trainings.FIELDS['trained_for_id'].caption),
        ],
        [
            (
                dates.roc(one.starts_on),
                one.title,
                one.kind.label,
                one.field.name,
                trainings.format_duration(one.minutes),
                one.trained_for.name,
            )
            for one in found.trainings
        ],
    )
    await _listed(
        '紀錄冊',
        [
            *((key, record_books.FIELDS[key].caption) for key in ('number', 'kind', 'issued_on')),
            ('agency', applications.FIELDS['agency_id'].caption),
            ('status', record_books.FIELDS['status'].caption),
        ],
        [
            (one.number, one.kind.label, dates.roc(one.issued_on), one.agency.name, one.status.label)
            for one in found.record_books
        ],
    )
    await _listed(
        '榮譽卡',
        [(key, HONOR_CARDS.fields[key].caption) for key in ('number', 'kind', 'issued_on', 'valid_until', 'county_id')],
        [
            (one.number, one.kind.label, dates.roc(one.issued_on), dates.roc(one.valid_until), one.county.name)
            for one in found.honor_cards
        ],
    )


async def _listed(title: str, columns: Sequence[Any], lines: Sequence[tuple[str, ...]]) -> None:
    """A short table that is all there is."""
    names = [column[0] for column in columns]
    rows = [{'key': str(n), **dict(zip(names, line, strict=True))} for n, line in enumerate(lines)]

    async def fetch(_: int, __: int) -> tuple[Sequence[Row], int]:
        return rows, len(rows)

    await record_table(title, columns, fetch, bare=True).refresh()


async def _teams(account: Account) -> dict[int | None, str]:
    return {None: '全部'} | {team.id: team.name for team in await directory.teams(account.host_unit_id or 0)}


def _statuses() -> dict[MembershipStatus | None, str]:
    return {None: '全部'} | {each: each.label for each in MembershipStatus if each is not MembershipStatus.LEFT}


def _row(volunteer: Volunteer, standing: Standing, account: Account) -> Row:
    ours = next(iter(volunteer.memberships))
    return {
        'key': str(volunteer.id),
        'name': {'text': volunteer.name, 'href': links.basics(volunteer.id), 'strong': True},
        'number': volunteer.identity_masked,
        'team': ours.team.name if ours.team else '未編隊',
        'membership': ours.status.label,
        'state': _state(standing, account),
        'next': _next(volunteer, standing),
    }


def _state(standing: Standing, account: Account) -> Cell:
    case = standing.application
    if case is not None and (case.status in applications.OPEN or not standing.book_number):
        return turn_cell(worklists.of(case, account))
    return {'text': standing.book_number or '未申請', 'sub': '已發冊' if standing.book_number else ''}


def _next(volunteer: Volunteer, standing: Standing) -> Cell:
    case = standing.application
    if case is not None and case.status in applications.OPEN:
        return {'text': '查看申請', 'href': links.application(volunteer.id)}
    if standing.book_number:
        return {'text': '查看紀錄冊', 'href': links.record_books(volunteer.id)}
    if case is not None:
        return {'text': '查看申請', 'href': links.record_books(volunteer.id)}
    return {'text': '教育訓練', 'href': links.trainings(volunteer.id)}


def _form_row(each: OpenForm) -> Row:
    return {
        'key': str(each.id),
        'who': {'text': each.who or '（尚未填姓名）', 'strong': True},
        'form': {'text': each.kind.label, 'sub': each.title if each.volunteer else ''},
        'saved': {'text': dates.format_moment(each.saved_at), 'sub': each.owner_name},
        'go': {'text': f'從 STEP {each.step} 繼續', 'href': each.address},
        'drop': {'text': '刪除草稿', 'act': 'drop'},
    }
