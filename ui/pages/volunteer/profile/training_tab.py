"""STEP 5 教育訓練: 查詢條件, 查詢結果 with totals, one line a unit that opens to its courses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from nicegui import html, ui

from domain import dates, directory, links, searches, trainings
from domain.guide import missing
from domain.guide.missing import TrainingUnderWay
from domain.model import Account, MembershipStatus, Training, TrainingKind, Volunteer
from domain.trainings import FIELDS, TrainingOrder, TrainingQuery, TrainingTotals, format_duration
from domain.volunteers.basics import MEMBERSHIP

from ....components.action_button import action_button
from ....components.card import card
from ....components.form import form
from ....components.form.fields import choice_field, date_field, number_field, text_field
from ....components.record_table import Row, record_table

COLUMNS = [
    ('name', '志工姓名'),
    ('number', '身分證字號'),
    ('unit', '志工單位'),
    ('sessions', '總訓練次數', 'num'),
    ('hours', '總訓練時數', 'num'),
]
FORMATS = {'pdf': 'PDF', 'ods': 'ODS（試算表）', 'odt': 'ODT（文件）'}


@dataclass
class TrainingFilter:
    """The tab's 查詢條件; `is_masked` and `print_format` are for 列印 only."""

    title: str = ''
    from_day: date | None = None
    to_day: date | None = None
    status: MembershipStatus | None = None
    is_masked: bool = True
    kind: TrainingKind | None = None
    field_id: int | None = None
    order: TrainingOrder = TrainingOrder.NAME
    is_civil_servant: bool | None = None
    hours_from: int | None = None
    hours_to: int | None = None
    print_format: str = 'pdf'

    def problems(self) -> dict[str, str]:
        """A filter is never wrong."""
        return {}

    def query(self, volunteer: Volunteer, page: int = 1, per_page: int = 10) -> TrainingQuery:
        """What to ask for."""
        asked = {name: value for name, value in vars(self).items() if name not in ('is_masked', 'print_format')}
        return TrainingQuery(volunteer_id=volunteer.id, page=page, per_page=per_page, **asked)


async def training_tab(account: Account, volunteer: Volunteer) -> None:
    """The tab: filters, buttons, results."""
    wanted = TrainingFilter()
    filters = form(wanted, summary=False)

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await trainings.find(wanted.query(volunteer, page, per_page), by=account)
        begun = await missing.trainings_under_way([volunteer], by=account) if page == 1 else []
        rows = [_begun_row(each, account) for each in begun]
        return rows + [_row(total, volunteer, account) for total in found.rows], found.total + len(rows)

    with card('Q查詢條件', '(本查詢以志工在所轄單位之教育訓練資料)', 'lb-filters'):
        ui.link('※教學影片', links.at(links.teaching(), 'step-6')).classes('lb-video')
        await filter_fields(filters)
        with html.div().classes('lb-acts'):
            action_button('查詢', lambda: table.refresh(1), 'outline')
            action_button('列印', lambda: print_list(account, volunteer, wanted, wanted.print_format), 'outline')
            action_button('列印時數條', lambda: print_list(account, volunteer, wanted, 'strips'), 'outline')
            ui.link('新增', links.new_training(volunteer.id)).classes('q-btn lb-btn bg-primary')
    ui.link(
        '※如需批次新增多筆志工教育訓練時數請點此至「批次維護作業」-教育訓練課程維護中進行批次新增',
        links.batch_trainings(),
    ).classes('lb-bulk')
    table = record_table('Q 查詢結果', COLUMNS, fetch, empty_hint='按「新增」登錄第一筆教育訓練，並上傳證書正反面。')
    await table.refresh()


async def filter_fields(filters: form) -> None:
    """The twelve filters of the tutorial."""
    fields = {each.id: each.name for each in await directory.fields()}
    nothing: dict[Any, str] = {None: '請選擇'}
    with html.div().classes('lb-filter-grid'):
        text_field(FIELDS['title'].caption, filters, 'title')
        with html.div().classes('lb-range'):
            date_field('受訓日期', filters, 'from_day')
            html.span('～').classes('lb-to')
            date_field('受訓日期（迄）', filters, 'to_day')
        choice_field(MEMBERSHIP.caption, filters, 'status', nothing | MembershipStatus.labels())
        choice_field('列印是否要遮蔽身分證號', filters, 'is_masked', {True: '是', False: '否'})
        choice_field(FIELDS['kind'].caption, filters, 'kind', nothing | TrainingKind.labels())
        choice_field(FIELDS['field_id'].caption, filters, 'field_id', nothing | fields)
        choice_field('排序', filters, 'order', TrainingOrder.labels())
        choice_field(
            '公教人員過濾', filters, 'is_civil_servant', nothing | {True: '只列公教人員', False: '不列公教人員'}
        )
        with html.div().classes('lb-range'):
            number_field('教育訓練時數區間(單位：小時)', filters, 'hours_from')
            html.span('～').classes('lb-to')
            number_field('教育訓練時數區間（至）', filters, 'hours_to')
        choice_field('列印格式', filters, 'print_format', FORMATS)


async def print_list(account: Account, volunteer: Volunteer, wanted: TrainingFilter, kind: str) -> None:
    """Open the printout of what the screen lists: every filter, and the order."""
    sheet = links.printed_trainings(
        volunteer.id,
        kind,
        masked=wanted.is_masked,
        q=await searches.keep(wanted.title, by=account),
        since=wanted.from_day,
        until=wanted.to_day,
        membership=wanted.status or '',
        course=wanted.kind or '',
        field=wanted.field_id,
        civil=wanted.is_civil_servant,
        least=wanted.hours_from,
        most=wanted.hours_to,
        order=wanted.order,
    )
    ui.navigate.to(sheet, new_tab=True)


def _row(total: TrainingTotals, volunteer: Volunteer, account: Account) -> Row:
    return {
        'key': f'{total.volunteer.id}-{total.unit.id}',
        'name': {'text': total.volunteer.name, 'strong': True},
        'number': total.volunteer.identity_masked,
        'unit': total.unit.name,
        'sessions': str(total.sessions),
        'hours': format_duration(total.minutes),
        'opened': True,
        'more': [_course(training, volunteer, account) for training in total.trainings],
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


def _course(training: Training, volunteer: Volunteer, account: Account) -> list[Any]:
    page = links.training(volunteer.id, training.id)
    return [
        dates.roc(training.starts_on),
        {'text': training.title, 'strong': True},
        training.kind.label,
        {'text': '沒有反面' if training.has_no_back else '正反面齊全', 'chip': 'ok', 'icon': 'check'}
        if trainings.has_its_sides(training)
        else {'text': '證書不全', 'chip': 'warn', 'icon': 'warning'},
        {'text': '修改' if trainings.may_amend(training, by=account) else '檢視', 'href': page},
        format_duration(training.minutes),
    ]
