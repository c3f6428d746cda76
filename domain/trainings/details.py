"""教育訓練課程: what the form of STEP 6 holds, and what can be wrong with it."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, Self
from uuid import UUID

from db.choices import TrainingKind
from db.models import Training

from .. import dates, validation
from ..fields import Field, by_key, period
from ..validation import found

# Longer days happen (a camp, a night's exercise), but somebody has to say so.
LONG_DAY_MINUTES = 10 * 60
MOST_HOURS = 9999
MOST_REMARKS = 2000

_MINUTES = '(?:分鐘|分|minutes?|mins?|m)'
_DURATION = re.compile(
    r'(?P<clock>[0-9]{1,6}):(?P<past>[0-5]?[0-9])?(?::00)?分?'
    r'|(?P<hours>[0-9]{1,6}(?:\.[0-9]{1,4})?)'
    rf'(?:(?:個?小時|時|hours?|hrs?|h)(?:(?P<minutes>[0-9]{{1,2}}){_MINUTES}?|(?P<half>半)|整)?)?'
    rf'|(?P<only>[0-9]{{1,6}}){_MINUTES}|(?P<half_alone>半)個?小時',
    re.IGNORECASE,
)

FIELDS = by_key(
    Field('trained_for_id', '受訓單位'),
    Field('title', '課程名稱'),
    *period('starts_on', 'ends_on', '訓練日期'),
    Field('provider', '訓練單位'),
    Field('kind', '訓練課程'),
    Field('field_id', '課程領域'),
    Field('sessions', '訓練次數'),
    Field('hours', '訓練時數'),
    Field('extra_minutes', '訓練時數：分鐘'),
    Field('remarks', '備註'),
    Field('has_no_approval', '本單位無核定日期與字號'),
    Field('approved_on', '核定日期'),
    Field('approval_reference', '核定字號'),
    Field('certificate_front', '結業證書正面', '正面'),
    Field('certificate_back', '結業證書反面', '反面'),
    Field('has_no_back', '證書沒有反面（電子證書）'),
)
SIDES = ('certificate_front', 'certificate_back')
REMOVAL_REASON = Field('removal_reason', '刪除原因')


@dataclass
class TrainingDetails:
    """One training. The hours are `hours` and `extra_minutes` (0 to 59); certificates are ids of stored files."""

    trained_for_id: int | None = None
    title: str = ''
    starts_on: date | None = None
    ends_on: date | None = None
    provider: str = ''
    kind: str = ''
    field_id: int | None = None
    sessions: int | None = 1
    hours: int | None = None
    extra_minutes: int | None = 0
    remarks: str = ''
    has_no_approval: bool = False
    approved_on: date | None = None
    approval_reference: str = ''
    certificate_front: UUID | None = None
    certificate_back: UUID | None = None
    has_no_back: bool = False

    @classmethod
    def from_record(cls, training: Training) -> Self:
        """The details of a training on record."""
        return cls(
            trained_for_id=training.trained_for_id,
            title=training.title,
            starts_on=training.starts_on,
            ends_on=training.ends_on,
            provider=training.provider,
            kind=training.kind,
            field_id=training.field_id,
            sessions=training.sessions,
            hours=training.minutes // 60,
            extra_minutes=training.minutes % 60,
            remarks=training.remarks,
            has_no_approval=training.has_no_approval,
            approved_on=training.approved_on,
            approval_reference=training.approval_reference,
            certificate_front=training.certificate_front_id,
            certificate_back=training.certificate_back_id,
            has_no_back=training.has_no_back,
        )

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return found(
            {
                'trained_for_id': _chosen('trained_for_id', self.trained_for_id),
                'title': validation.text(_label('title'), self.title, most=100, needed=True),
                'starts_on': validation.day(_label('starts_on'), self.starts_on, needed=True),
                'ends_on': validation.day(_label('ends_on'), self.ends_on, needed=True) or self._order_problem(),
                'provider': validation.text(_label('provider'), self.provider, most=100, needed=True),
                'kind': validation.choice(_label('kind'), self.kind, TrainingKind),
                'field_id': _chosen('field_id', self.field_id),
                'sessions': validation.whole(_label('sessions'), self.sessions, least=1, most=999, needed=True),
                'hours': validation.whole(_label('hours'), self.hours, most=MOST_HOURS, needed=True)
                or self._duration_problem(),
                'extra_minutes': validation.whole(_label('extra_minutes'), self.extra_minutes, most=59),
                'remarks': validation.text(_label('remarks'), self.remarks, most=MOST_REMARKS, lines=True),
                'has_no_approval': validation.yes_no(_label('has_no_approval'), self.has_no_approval, needed=True),
                'approved_on': validation.day(_label('approved_on'), self.approved_on),
                'approval_reference': validation.text(_label('approval_reference'), self.approval_reference, most=60),
                'has_no_back': validation.yes_no(_label('has_no_back'), self.has_no_back, needed=True),
                **{side: _side_problem(side, getattr(self, side)) for side in self.sides()},
            }
        )

    def problems_of(self, *, unit_id: int | None, born_on: date) -> dict[str, str]:
        """The same, and whether it is the unit's to record for somebody born on this day."""
        problems = self.problems()
        if 'trained_for_id' not in problems and self.trained_for_id != unit_id:
            label = FIELDS['trained_for_id'].label
            problems['trained_for_id'] = f'{label}須為您所屬的運用單位。其他單位的訓練，請由該單位登錄。'
        if 'starts_on' not in problems and self.starts_on and self.starts_on <= born_on:
            label, born = FIELDS['starts_on'].label, dates.roc_long(born_on)
            problems['starts_on'] = f'{label}早於志工的出生日期（{born}）。請再確認年份。'
        return problems

    def columns(self) -> dict[str, Any]:
        """As it is kept. The details have no problems."""
        return {
            'trained_for_id': self.trained_for_id,
            'title': validation.tidy(self.title),
            'starts_on': self.starts_on,
            'ends_on': self.ends_on,
            'provider': validation.tidy(self.provider),
            'kind': validation.member(TrainingKind, self.kind),
            'field_id': self.field_id,
            'sessions': self.sessions,
            'minutes': self._minutes(),
            'remarks': validation.tidy(self.remarks),
            'has_no_approval': self.has_no_approval,
            'approved_on': None if self.has_no_approval else self.approved_on,
            'approval_reference': '' if self.has_no_approval else validation.tidy(self.approval_reference),
            'certificate_front_id': self.certificate_front,
            'certificate_back_id': None if self.has_no_back else self.certificate_back,
            'has_no_back': self.has_no_back,
        }

    def sides(self) -> tuple[str, ...]:
        """The sides that the certificate has."""
        return SIDES[:1] if self.has_no_back is True else SIDES

    def _minutes(self) -> int:
        return (self.hours or 0) * 60 + (self.extra_minutes or 0)

    def _days(self) -> int | None:
        """How many days from the first to the last; None when they are not both right."""
        if self.starts_on is None or self.ends_on is None:
            return None
        if validation.day('', self.starts_on) or validation.day('', self.ends_on) or self.ends_on < self.starts_on:
            return None
        return (self.ends_on - self.starts_on).days + 1

    def _order_problem(self) -> str | None:
        is_wrong = self._days() is None and validation.day('', self.starts_on, needed=True) is None
        return f'{_label("ends_on")}在{_label("starts_on")}之前。請對照證書再確認。' if is_wrong else None

    def _duration_problem(self) -> str | None:
        if validation.whole('', self.extra_minutes, most=59):
            return None
        minutes, days = self._minutes(), self._days()
        if minutes == 0:
            return f'請輸入{_label("hours")}，至少 1 分鐘。'
        if days is None:
            return None
        short = f'{FIELDS["starts_on"].caption}只有 {days} 天'
        if minutes > days * 24 * 60:
            return f'{short}，不可能有 {format_duration(minutes)}。請對照證書修改日期或時數。'
        if minutes > days * LONG_DAY_MINUTES and not (isinstance(self.remarks, str) and validation.tidy(self.remarks)):
            return f'{short}。請對照證書修改；若確實是 {format_duration(minutes)}，請在{_label("remarks")}說明。'
        return None


def _label(key: str) -> str:
    return FIELDS[key].label


def _chosen(key: str, value: object) -> str | None:
    label = _label(key)
    if value is None:
        return f'請選擇{label}。'
    return f'請重新選擇{label}。' if validation.whole(label, value, least=1, most=validation.MOST_INT4) else None


def _side_problem(side: str, value: object) -> str | None:
    missing = FIELDS[side].caption
    return None if isinstance(value, UUID) else f'教育訓練證書檔案須包含正反面：還缺{missing}。'


class HasSides(Protocol):
    """A training, or what stands for one."""

    @property
    def certificate_front_id(self) -> UUID | None: ...
    @property
    def certificate_back_id(self) -> UUID | None: ...
    @property
    def has_no_back(self) -> bool: ...


def has_its_sides(training: HasSides) -> bool:
    """Whether the certificate is there, with both sides or, ticked by the clerk, its only one."""
    return bool(training.certificate_front_id and (training.certificate_back_id or training.has_no_back))


def read_duration(text: str) -> int | None:
    """Minutes, of hours as people and spreadsheets write them; None for what is none, and where it is not even.

    >>> [read_duration(text) for text in ('6', '６．５ 小時', '6 小時 30 分鐘', '1:15', '90分', '6小', '0.333')]
    [360, 390, 390, 75, 90, None, None]
    >>> [read_duration(text) for text in ('6小時半', '半小時', '6 hrs 30 min', '06:30:00', '1:75', '半')]
    [390, 30, 390, 390, None, None]
    """
    found = _DURATION.fullmatch(''.join(unicodedata.normalize('NFKC', text).split()))
    if found is None:
        return None
    hours = Decimal(found['hours'] or found['clock'] or 0)
    minutes = int(found['minutes'] or found['only'] or found['past'] or 0)
    if found['half'] or found['half_alone']:
        minutes = 30
    if found['half'] and '.' in found['hours']:
        return None
    whole = hours * 60 + minutes
    return int(whole) if whole == int(whole) else None


def format_duration(minutes: int) -> str:
    """A duration as people read it.

    >>> format_duration(375), format_duration(960)
    ('6 小時 15 分鐘', '16 小時')
    """
    return f'{minutes // 60} 小時' + (f' {minutes % 60} 分鐘' if minutes % 60 else '')
