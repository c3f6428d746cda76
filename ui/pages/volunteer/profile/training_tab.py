"""STEP 5 教育訓練: 查詢條件, 查詢結果 with totals, one line a unit that opens to its courses."""

from collections.abc import Sequence

from nicegui import html, ui

from domain import dates, links, searches, trainings
from domain.guide import missing
from domain.guide.missing import TrainingUnderWay
from domain.guide.progress import Progress
from domain.model import Account, TrainingKind, Volunteer
from domain.trainings import FIELDS, TrainingTotals, format_duration

from ....components.action_button import action_button
from ....components.card import card
from ....components.form import form
from ....components.record_table import Row, record_table
from ....components.training_filters import COLUMNS, TrainingFilter, course_row, filter_fields


async def training_tab(account: Account, volunteer: Volunteer, _: Progress) -> None:
    """The tab: filters, buttons, results."""
    wanted = TrainingFilter()
    filters = form(wanted, summary=False)

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await trainings.find(wanted.query(page, per_page, volunteer_id=volunteer.id), by=account)
        begun = await missing.trainings_under_way([volunteer], by=account) if page == 1 else []
        rows = [_begun_row(each, account) for each in begun]
        return rows + [_row(total, account) for total in found.rows], found.total + len(rows)

    with card('Q查詢條件', '(本查詢以志工在所轄單位之教育訓練資料)', 'lb-filters'):
        ui.link('※教學影片', links.at(links.teaching(), 'step-6')).classes('lb-video')
        await filter_fields(filters)
        with html.div().classes('lb-acts'):
            action_button('查詢', lambda: table.refresh(1), 'outline').by_enter(filters)
            action_button('列印', lambda: _print(account, volunteer, wanted, wanted.print_format), 'outline')
            action_button('列印時數條', lambda: _print(account, volunteer, wanted, 'strips'), 'outline')
            ui.link('新增', links.new_training(volunteer.id)).classes('q-btn lb-btn bg-primary')
            ui.link(f'查詢{"本隊" if account.team_id else "全單位"}的教育訓練', links.unit_trainings()).classes(
                'q-btn lb-btn lb-flat'
            )
    ui.link(
        '※如需批次新增多筆志工教育訓練時數請點此至「批次維護作業」-教育訓練課程維護中進行批次新增',
        links.batch_trainings(),
    ).classes('lb-bulk')
    table = record_table('Q 查詢結果', COLUMNS, fetch, empty_hint='按「新增」登錄第一筆教育訓練，並上傳證書正反面。')
    await table.refresh()


async def _print(account: Account, volunteer: Volunteer, wanted: TrainingFilter, kind: str) -> None:
    """Open the printout of what the screen lists: every filter, and the order."""
    q = await searches.keep(wanted.title, by=account)
    ui.navigate.to(
        links.printed_trainings(volunteer.id, kind, masked=wanted.is_masked, q=q, **wanted.asked()), new_tab=True
    )


def _row(total: TrainingTotals, account: Account) -> Row:
    return {
        'key': f'{total.volunteer.id}-{total.unit.id}',
        'name': {'text': total.volunteer.name, 'strong': True},
        'number': total.volunteer.identity_masked,
        'unit': total.unit.name,
        'sessions': str(total.sessions),
        'hours': format_duration(total.minutes),
        'opened': True,
        'more': [course_row(training, account) for training in total.trainings],
    }


def _begun_row(begun: TrainingUnderWay, account: Account) -> Row:
    """A form left half done, with what it lacks and the way back into it."""
    course = begun.details
    day = dates.roc(course.starts_on) if course.starts_on else ''
    return {
        'key': 'draft',
        'name': {'text': begun.volunteer.name, 'strong': True},
        'number': begun.volunteer.identity_masked,
        'unit': account.host_unit.name if account.host_unit else '',
        'sessions': '',
        'hours': '',
        'opened': True,
        'more': [
            [
                day,
                {'text': course.title or f'（尚未填{FIELDS["title"].label}）', 'strong': True},
                next((kind.label for kind in TrainingKind if kind == course.kind), ''),
                {'text': f'草稿：{begun.lacks}', 'chip': 'warn', 'icon': 'warning'},
                {'text': '繼續', 'href': begun.address},
                '',
            ]
        ],
    }
