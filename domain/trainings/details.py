"""教育訓練課程: what the form of STEP 6 holds, and what can be wrong with it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from db.choices import TrainingKind
from db.models import Training

from .. import validation
from ..validation import found

# Longer days happen (a camp, a night's exercise), but somebody has to say so.
LONG_DAY_MINUTES = 10 * 60
MOST_HOURS = 9999
MOST_REMARKS = 2000


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
        )

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return found(
            {
                'trained_for_id': _chosen('受訓單位', self.trained_for_id),
                'title': validation.text('課程名稱', self.title, most=100, needed=True),
                'starts_on': validation.day('訓練日期', self.starts_on, needed=True),
                'ends_on': validation.day('訓練日期（迄）', self.ends_on, needed=True) or self._order_problem(),
                'provider': validation.text('訓練單位', self.provider, most=100, needed=True),
                'kind': validation.choice('訓練課程', self.kind, TrainingKind),
                'field_id': _chosen('課程領域', self.field_id),
                'sessions': validation.whole('訓練次數', self.sessions, least=1, most=999, needed=True),
                'hours': validation.whole('訓練時數', self.hours, most=MOST_HOURS, needed=True)
                or self._duration_problem(),
                'extra_minutes': validation.whole('訓練時數的分鐘', self.extra_minutes, most=59),
                'remarks': validation.text('備註', self.remarks, most=MOST_REMARKS, lines=True),
                'has_no_approval': validation.yes_no('本單位無核定日期與字號', self.has_no_approval, needed=True),
                'approved_on': validation.day('核定日期', self.approved_on),
                'approval_reference': validation.text('核定字號', self.approval_reference, most=60),
                'certificate_front': _side_problem('正面', self.certificate_front),
                'certificate_back': _side_problem('反面', self.certificate_back),
            }
        )

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
            'certificate_back_id': self.certificate_back,
        }

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
        return '訓練日期的迄日在起日之前。請對照證書再確認。' if is_wrong else None

    def _duration_problem(self) -> str | None:
        if validation.whole('', self.extra_minutes, most=59):
            return None
        minutes, days = self._minutes(), self._days()
        if minutes == 0:
            return '請輸入訓練時數，至少 1 分鐘。'
        if days is None:
            return None
        if minutes > days * 24 * 60:
            return f'訓練日期只有 {days} 天，不可能有 {format_duration(minutes)}。請對照證書修改日期或時數。'
        if minutes > days * LONG_DAY_MINUTES and not (isinstance(self.remarks, str) and validation.tidy(self.remarks)):
            return f'訓練日期只有 {days} 天。請對照證書修改；若確實是 {format_duration(minutes)}，請在備註說明。'
        return None


def _chosen(label: str, value: object) -> str | None:
    if value is None:
        return f'請選擇{label}。'
    return f'請重新選擇{label}。' if validation.whole(label, value, least=1, most=validation.MOST_INT4) else None


def _side_problem(side: str, value: object) -> str | None:
    return None if isinstance(value, UUID) else f'教育訓練證書檔案須包含正反面：還缺{side}。'


def format_duration(minutes: int) -> str:
    """A duration as people read it.

    >>> format_duration(375), format_duration(960)
    ('6 小時 15 分鐘', '16 小時')
    """
    return f'{minutes // 60} 小時' + (f' {minutes % 60} 分鐘' if minutes % 60 else '')
