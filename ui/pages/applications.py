"""送審進度: the unit's applications, in four lists by whose turn it is."""

from collections.abc import Sequence
from typing import Any

from nicegui import html, ui

from domain import applications, dates, links, validation
from domain.announcements import CaseChanged
from domain.calendar import days_left
from domain.calendar.days_left import DaysLeft
from domain.cases import case_numbers, worklists
from domain.cases.worklists import UnitList
from domain.guide import home, missing
from domain.guide.missing import Gap
from domain.model import Account, Application, ApplicationStatus

from ..components.record_table import Cell, Row, View, record_table, turn_cell
from ..components.states import correction_deadline, deadline
from ..components.withdrawing import act_on, withdrawn
from ..flash import leave_with
from ..frame import MENU, VOLUNTEER_DATA, frame, waiting_for
from ..live import follow, of_side

HINTS = {
    UnitList.TURN: '要補件的案件和還沒送審的草稿會列在這裡。現在沒有等您處理的案件。',
    UnitList.REVIEW: '從志工的紀錄冊頁籤按「申請送審」，或從名冊一起送審，案件就會出現在這裡。',
    UnitList.APPROVED: '機關核可後，案件會出現在這裡。',
    UnitList.CLOSED: '被駁回或撤回的案件會留在這裡，可以重新申請，不必重新輸入。',
}
COLUMNS = [
    ('name', '志工姓名'),
    ('turn', '輪到誰'),
    ('agency', applications.FIELDS['agency_id'].label),
    ('sent', '送審時間'),
    ('reason', '審核意見'),
]


async def applications_page(account: Account, which: str = '', page: int = 1, per: int = 10) -> None:
    """The four lists: 輪到您, 審核中, 已核可, 駁回與撤回."""
    chosen = next((known for known in UnitList if known == which), UnitList.TURN)
    view = View.read(page, per)

    async def shown() -> None:
        ui.navigate.history.replace(links.applications(which, **view.turned))

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await applications.of_unit(by=account, which=chosen, page=page, per_page=per_page)
        return await _rows(found.rows, account), found.total

    async def acted(key: str, what: str) -> None:
        application = await applications.get(validation.number_in(key), by=account)
        if what == 'withdraw':
            if await withdrawn(account, application):
                here = links.applications(chosen.value)
                leave_with(here, 'application-withdrawn' if application.round else 'draft-deleted')
        elif what == 'again':
            anew = await applications.again(application, by=account)
            leave_with(links.application(anew.volunteer_id), 'application-again')

    waiting, named = await waiting_for(account), f'{chosen.label}：送審進度'
    with frame(account, '送審進度', crumbs=[MENU, VOLUNTEER_DATA], waiting=waiting, named=named):
        tabs = html.nav().classes('lb-pills lb-gap-below').props('aria-label=案件清單')
        table = record_table(
            chosen.label,
            _columns(chosen),
            fetch,
            acted=acted,
            empty=f'沒有「{chosen.label}」的案件',
            empty_hint=HINTS[chosen],
            view=view,
            shown=shown,
        )

        async def renew() -> None:
            await _show_tabs(tabs, chosen, account)
            await table.refresh()

        await renew()
    follow(CaseChanged, renew, of_side(account))


def _columns(which: UnitList) -> list[tuple[str, str]]:
    columns = [*COLUMNS]
    if which in (UnitList.TURN, UnitList.REVIEW):
        columns.insert(2, ('due', '期限'))
    if which is not UnitList.APPROVED:
        columns.append(('next', '接下來'))
    return columns


async def _rows(found: Sequence[Application], account: Account) -> Sequence[Row]:
    repeatable = await applications.repeatable(found, by=account)
    left = await days_left.of_cases(found) | await days_left.of_corrections(found)
    gone = await worklists.out_of_reach(found, by=account)
    drafts = {one.id: one for one in found if one.status is ApplicationStatus.DRAFT and one.id not in gone}
    gaps = await missing.of_many([one.volunteer for one in drafts.values()], by=account)
    rows = [_row(each, account, left.get(each.id), each.id in repeatable, each.id in gone) for each in found]
    for row, each in zip(rows, found, strict=True):
        if each.id in drafts:
            row['reason'] = _lacking(gaps[each.volunteer_id])
    return rows


async def _show_tabs(tabs: html.nav, chosen: UnitList, account: Account) -> None:
    counts = worklists.totals(await applications.counts_of(by=account), worklists.OF_UNIT)
    tabs.clear()
    with tabs:
        for each in UnitList:
            link = ui.link(f'{each.label} {counts[each]}', links.applications(each.value)).classes('lb-pill')
            if each is chosen:
                link.classes('on').props('aria-current=page')


def _row(
    application: Application, account: Account, left: DaysLeft | None, is_repeatable: bool, is_out_of_reach: bool
) -> dict[str, Any]:
    """A case whose volunteer has left the unit leads nowhere; it can still be withdrawn here."""
    is_open = application.status in applications.OPEN
    person = application.volunteer_id
    row: dict[str, Any] = {
        'key': str(application.id),
        'name': {
            'text': application.volunteer.name,
            'href': '' if is_out_of_reach else links.application(person) if is_open else links.record_books(person),
            'sub': '\n'.join(_beside(application, is_out_of_reach)),
        },
        'turn': turn_cell(worklists.of(application, account)),
        'agency': application.agency.name,
        'sent': dates.roc_instant(application.submitted_at) if application.submitted_at else '尚未送審',
        'reason': home.in_brief(application.reason),
        'next': _next(application, is_open, is_repeatable and not is_out_of_reach),
    }
    day = application.due_on or application.correct_by
    if day and left is not None:
        text, tone, symbol, _, hint = deadline(left) if application.due_on else correction_deadline(left)
        due = dates.roc(day)
        row['due'] = {'text': text, 'chip': tone or 'plain', 'icon': symbol, 'hint': hint, 'sub': due}
    return row


def _lacking(gaps: Sequence[Gap]) -> Cell:
    """What a draft lacks, with the way to the first of it."""
    lacking = missing.names(gaps)
    return {'text': f'還缺：{lacking}', 'href': gaps[0].address} if lacking else '資料已備齊'


def _beside(application: Application, is_out_of_reach: bool) -> list[str]:
    roster = [f'名冊：{application.roster.title}'] if application.roster else []
    return [case_numbers.written(application.id), *roster, *['已不在您的單位'] * is_out_of_reach]


def _next(application: Application, is_open: bool, is_repeatable: bool) -> Cell:
    if is_open:
        act = act_on(application)
        return {'acts': [{'text': act, 'act': 'withdraw', 'label': f'{act}：{application.volunteer.name}'}]}
    return {'text': '重新申請', 'act': 'again'} if is_repeatable else ''
