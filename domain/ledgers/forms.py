"""What the six simple tabs ask for: their fields, in order, and what can be wrong with the answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from db.choices import Choice, InsuranceKind, IssueKind
from db.models import Award, HonorCard, InsuranceCover, OtherEntry, PerformanceCertificate, ServiceHours

from .. import validation
from ..audit import history
from ..trainings.details import format_duration

Entry = ServiceHours | PerformanceCertificate | InsuranceCover | HonorCard | Award | OtherEntry

# 'duration' is minutes as one number, 'county' a county's code, 'code' a text for which `code_list` has proposals.
Kind = Literal['text', 'lines', 'code', 'day', 'duration', 'whole', 'choice', 'county']


@dataclass(frozen=True)
class LedgerField:
    """One field. `most`: code points of a text, or the largest number. `may_be_future`: of a day. `unit`: 元, 人次."""

    name: str
    label: str
    kind: Kind
    needed: bool = False
    most: int = 0
    may_be_future: bool = False
    choices: type[Choice] | None = None
    code_list: str = ''
    unit: str = ''


@dataclass(frozen=True)
class Ledger:
    """One tab. `columns` are the names of the fields its table shows; `period` those that must be in order."""

    key: str
    title: str
    model: type[Entry]
    fields: tuple[LedgerField, ...]
    columns: tuple[str, ...]
    period: tuple[str, str] | None = None

    def field(self, name: str) -> LedgerField:
        return next(field for field in self.fields if field.name == name)


def _day(name: str, label: str, *, needed: bool = True, may_be_future: bool = False) -> LedgerField:
    return LedgerField(name, label, 'day', needed, may_be_future=may_be_future)


def _amount(name: str, label: str, most: int = 1_000_000, unit: str = '元') -> LedgerField:
    return LedgerField(name, label, 'whole', most=most, unit=unit)


_REMARKS = LedgerField('remarks', '備註', 'lines', most=2000)
_INSURED = 100_000_000

SERVICE_HOURS = Ledger(
    'service-hours',
    '服務時數',
    ServiceHours,
    (
        _day('starts_on', '服務日期（起）'),
        _day('ends_on', '服務日期（迄）'),
        LedgerField('item', '服務項目', 'code', needed=True, most=40, code_list='item'),
        LedgerField('content', '服務內容', 'code', needed=True, most=100, code_list='content'),
        LedgerField('minutes', '服務時數', 'duration', needed=True, most=validation.MOST_INT4),
        _amount('persons_served', '受服務人次', unit='人次'),
        _amount('transport_fee', '交通費'),
        _amount('meal_fee', '誤餐費'),
        LedgerField('area', '服務區域', 'code', most=10, code_list='area'),
        _REMARKS,
    ),
    ('starts_on', 'ends_on', 'item', 'content', 'minutes', 'persons_served'),
    ('starts_on', 'ends_on'),
)
PERFORMANCE_CERTIFICATES = Ledger(
    'performance-certificates',
    '服務績效證明',
    PerformanceCertificate,
    (
        LedgerField('reference', '證明書字號', 'text', needed=True, most=60),
        _day('issued_on', '發給日期'),
        _day('starts_on', '服務期間（起）'),
        _day('ends_on', '服務期間（迄）'),
        LedgerField('minutes', '服務時數', 'duration', needed=True, most=validation.MOST_INT4),
        LedgerField('achievements', '具體績效', 'lines', most=2000),
        _REMARKS,
    ),
    ('reference', 'issued_on', 'starts_on', 'ends_on', 'minutes'),
    ('starts_on', 'ends_on'),
)
INSURANCE = Ledger(
    'insurance',
    '保險',
    InsuranceCover,
    (
        LedgerField('kind', '保險種類', 'choice', needed=True, choices=InsuranceKind),
        LedgerField('insurer', '保險公司', 'text', needed=True, most=60),
        LedgerField('policy_number', '保單號碼', 'text', needed=True, most=40),
        _day('starts_on', '保險期間（起）', may_be_future=True),
        _day('ends_on', '保險期間（迄）', may_be_future=True),
        _amount('death_benefit', '身故保額', _INSURED),
        _amount('medical_benefit', '醫療保額', _INSURED),
        _amount('daily_benefit', '住院日額', _INSURED),
        _REMARKS,
    ),
    ('kind', 'insurer', 'policy_number', 'starts_on', 'ends_on'),
    ('starts_on', 'ends_on'),
)
HONOR_CARDS = Ledger(
    'honor-cards',
    '榮譽卡',
    HonorCard,
    (
        LedgerField('number', '榮譽卡編號', 'text', needed=True, most=40),
        LedgerField('kind', '發卡類別', 'choice', needed=True, choices=IssueKind),
        LedgerField('county_id', '發給縣市', 'county', needed=True),
        _day('applied_on', '申請日期', needed=False),
        _day('issued_on', '發卡日期'),
        _day('valid_until', '有效日期', may_be_future=True),
        _day('counted_from', '採計年資（起）', needed=False),
        _day('counted_to', '採計年資（迄）', needed=False),
        _REMARKS,
    ),
    ('number', 'kind', 'county_id', 'issued_on', 'valid_until'),
    ('issued_on', 'valid_until'),
)
AWARDS = Ledger(
    'awards',
    '獎勵獎項',
    Award,
    (
        LedgerField('title', '獎勵名稱', 'text', needed=True, most=80),
        LedgerField('level', '等次', 'text', most=40),
        LedgerField('awarded_by', '獎勵單位', 'text', needed=True, most=80),
        _day('awarded_on', '獎勵日期'),
        LedgerField('reference', '獎勵字號', 'text', most=60),
        _REMARKS,
    ),
    ('title', 'level', 'awarded_by', 'awarded_on', 'reference'),
)
OTHER_ENTRIES = Ledger(
    'other-entries',
    '其他登錄事項',
    OtherEntry,
    (
        _day('occurred_on', '日期'),
        LedgerField('subject', '登錄事項', 'text', needed=True, most=200),
        LedgerField('reference', '字號', 'text', most=60),
        _REMARKS,
    ),
    ('occurred_on', 'subject', 'reference'),
)

LEDGERS: dict[str, Ledger] = {
    ledger.key: ledger
    for ledger in (SERVICE_HOURS, PERFORMANCE_CERTIFICATES, INSURANCE, HONOR_CARDS, AWARDS, OTHER_ENTRIES)
}


def problems(ledger: Ledger, values: Mapping[str, Any]) -> dict[str, str]:
    """Field → sentence. `values` by name of field; what is not among them is empty."""
    wrong = validation.found({field.name: _problem(field, values.get(field.name)) for field in ledger.fields})
    if ledger.period and not wrong.keys() & set(ledger.period):
        first, last = (values[name] for name in ledger.period)
        if last < first:
            wrong[ledger.period[1]] = f'{ledger.field(ledger.period[1]).label}早於起日。請再確認日期。'
        elif 'minutes' not in wrong and 'minutes' in values:
            wrong |= _duration_problem(values['minutes'], first, last)
    return wrong


def columns(ledger: Ledger, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are kept. They have no problems; what is no field of the ledger is left out."""
    return {field.name: _as_kept(field, values.get(field.name)) for field in ledger.fields}


def shown(field: LedgerField, value: object, counties: Mapping[str, str] | None = None) -> str:
    """A value as people read it; `counties` by code."""
    if field.kind == 'duration' and isinstance(value, int):
        return format_duration(value)
    if field.kind == 'county':
        return (counties or {}).get(str(value), '')
    return history.shown(value)


def _problem(field: LedgerField, value: object) -> str | None:
    match field.kind:
        case 'text' | 'code' | 'lines':
            is_long = field.kind == 'lines'
            value = '' if value is None else value
            return validation.text(field.label, value, most=field.most, needed=field.needed, lines=is_long)
        case 'day':
            return validation.day(field.label, value, needed=field.needed, future=field.may_be_future)
        case 'duration':
            return _no_duration(field, value)
        case 'whole':
            return validation.whole(field.label, value, most=field.most, needed=field.needed)
        case 'choice':
            assert field.choices is not None
            return validation.choice(field.label, value, field.choices, needed=field.needed)
        case 'county':
            return None if isinstance(value, str) and value else f'請選擇{field.label}。'


def _no_duration(field: LedgerField, value: object) -> str | None:
    if not value:
        return f'請輸入{field.label}，至少 1 分鐘。' if field.needed else None
    if validation.whole(field.label, value, least=1, most=field.most):
        return f'看不懂{field.label}，或數字太大。請再確認。'
    return None


def _duration_problem(minutes: int, first: date, last: date) -> dict[str, str]:
    days = (last - first).days + 1
    if minutes <= days * 24 * 60:
        return {}
    return {'minutes': f'日期只有 {days} 天，不可能有 {format_duration(minutes)}。請再確認日期或時數。'}


def _as_kept(field: LedgerField, value: Any) -> Any:
    if field.kind in ('text', 'code', 'lines'):
        return validation.tidy(value or '')
    if field.kind == 'whole':
        return value or 0
    if field.kind == 'choice' and field.choices is not None:
        return validation.member(field.choices, value)
    return value
