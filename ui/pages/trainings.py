"""教育訓練查詢: the trainings of everybody in the unit, with the filters and the prints of STEP 5."""

from collections.abc import Sequence
from datetime import date

from nicegui import html, ui

from domain import links, searches, trainings, validation
from domain.model import Account, MembershipStatus, TrainingKind
from domain.trainings import TrainingOrder, TrainingTotals, format_duration

from ..components.action_button import action_button
from ..components.card import card
from ..components.form import form
from ..components.record_table import Row, View, record_table
from ..components.training_filters import COLUMNS, TrainingFilter, course_row, filter_fields
from ..frame import MENU, VOLUNTEER_DATA, frame, waiting_for

TITLE = '教育訓練查詢'


async def trainings_page(
    account: Account,
    q: str = '',
    since: date | None = None,
    until: date | None = None,
    membership: str = '',
    course: str = '',
    field: int | None = None,
    civil: bool | None = None,
    least: int | None = None,
    most: int | None = None,
    order: str = '',
    page: int = 1,
    per: int = 10,
) -> None:
    """The query over the unit, or a clerk's team, as the address says; the course's name stands under the key `q`."""
    wanted = TrainingFilter(
        title=await searches.words(q, by=account),
        from_day=since,
        to_day=until,
        status=validation.member(MembershipStatus, membership),
        kind=validation.member(TrainingKind, course),
        field_id=field,
        order=validation.member(TrainingOrder, order) or TrainingOrder.NAME,
        is_civil_servant=civil,
        hours_from=least,
        hours_to=most,
    )
    waiting = await waiting_for(account)
    with frame(account, TITLE, crumbs=[MENU, VOLUNTEER_DATA], waiting=waiting):
        table = await _list(account, wanted, View.read(page, per), q)
        await table.refresh()


async def _list(account: Account, wanted: TrainingFilter, view: View, key: str) -> record_table:
    kept = {'key': key, 'words': wanted.title}
    filters = form(wanted, summary=False)

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await trainings.find(wanted.query(page, per_page), by=account)
        return [_row(total, account) for total in found.rows], found.total

    async def keep() -> str:
        if wanted.title != kept['words']:
            kept['key'], kept['words'] = await searches.keep(wanted.title, by=account), wanted.title
        return kept['key']

    async def shown() -> None:
        address = links.unit_trainings(q=await keep(), **(wanted.asked() | view.turned))
        ui.navigate.history.replace(address)

    async def print_it(kind: str) -> None:
        sheet = links.printed_unit_trainings(kind, masked=wanted.is_masked, q=await keep(), **wanted.asked())
        ui.navigate.to(sheet, new_tab=True)

    whose = account.team.name if account.team else '您單位'
    with card('Q查詢條件', f'(本查詢為{whose}所有志工的教育訓練資料)', 'lb-filters lb-gap-below'):
        ui.link('※教學影片', links.at(links.teaching(), 'step-6')).classes('lb-video')
        await filter_fields(filters)
        with html.div().classes('lb-acts'):
            action_button('查詢', lambda: table.refresh(1), 'outline').by_enter(filters)
            action_button('列印', lambda: print_it(wanted.print_format), 'outline')
            action_button('列印時數條', lambda: print_it('strips'), 'outline')
            ui.link('批次新增', links.batch_trainings()).classes('q-btn lb-btn lb-flat')
    table = record_table('Q 查詢結果', COLUMNS, fetch, view=view, shown=shown)
    return table


def _row(total: TrainingTotals, account: Account) -> Row:
    return {
        'key': f'{total.volunteer.id}-{total.unit.id}',
        'name': {'text': total.volunteer.name, 'href': links.trainings(total.volunteer.id), 'strong': True},
        'number': total.volunteer.identity_masked,
        'unit': total.unit.name,
        'sessions': str(total.sessions),
        'hours': format_duration(total.minutes),
        'more': [course_row(training, account) for training in total.trainings],
    }
