"""The 查詢條件 of 教育訓練, and its rows: on the tab of one volunteer, and over the whole unit."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from nicegui import html

from domain import dates, directory, links, trainings
from domain.model import Account, MembershipStatus, Training, TrainingKind
from domain.trainings import FIELDS, TrainingOrder, TrainingQuery, format_duration
from domain.volunteers.basics import MEMBERSHIP

from .form import form
from .form.fields import choice_field, date_field, number_field, text_field

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
    """查詢條件; `is_masked` and `print_format` are for 列印 only."""

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

    def query(self, page: int = 1, per_page: int = 10, *, volunteer_id: int | None = None) -> TrainingQuery:
        """What to ask for, of one volunteer or of all."""
        asked = {name: value for name, value in vars(self).items() if name not in ('is_masked', 'print_format')}
        return TrainingQuery(volunteer_id=volunteer_id, page=page, per_page=per_page, **asked)

    def asked(self) -> dict[str, Any]:
        """What an address says of it, without the course's name, which stands under a key."""
        return {
            'since': self.from_day,
            'until': self.to_day,
            'membership': self.status or '',
            'course': self.kind or '',
            'field': self.field_id,
            'civil': self.is_civil_servant,
            'least': self.hours_from,
            'most': self.hours_to,
            'order': '' if self.order is TrainingOrder.NAME else self.order,
        }


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


def course_row(training: Training, account: Account) -> list[Any]:
    """One course under the totals of its volunteer, as the cells of a line."""
    page = links.training(training.volunteer_id, training.id)
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
