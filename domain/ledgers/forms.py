"""What the six simple tabs ask for: their fields, in order, and what can be wrong with the answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from db.choices import Choice, InsuranceKind, IssueKind, Section
from db.models import Award, HonorCard, InsuranceCover, OtherEntry, PerformanceCertificate, ServiceHours

from .. import validation
from ..audit import history
from ..fields import Field, period
from ..trainings.details import format_duration

Entry = ServiceHours | PerformanceCertificate | InsuranceCover | HonorCard | Award | OtherEntry

Part = Literal['', 'first', 'last']
# 'duration' is minutes as one number, 'county' a county's code, 'code' a text for which `code_list` has proposals.
Kind = Literal['text', 'lines', 'code', 'day', 'duration', 'whole', 'choice', 'county']


@dataclass(frozen=True)
class LedgerField(Field):
    """One field. `most`: code points of a text, or the largest number. `may_be_future`: of a day. `unit`: 元, 人次.

    `part`: whether the day is the first or the last of a period, which page and table show as one.
    """

    kind: Kind = 'text'
    needed: bool = False
    most: int = 0
    may_be_future: bool = False
    choices: type[Choice] | None = None
    code_list: str = ''
    unit: str = ''
    part: Part = ''


@dataclass(frozen=True)
class Ledger:
    """One tab. `columns` are the keys of the fields its table shows; `period` those that must be in order."""

    section: Section
    model: type[Entry]
    fields: Mapping[str, LedgerField]
    columns: tuple[str, ...]
    period: tuple[str, str] | None = None

    @property
    def key(self) -> str:
        """What its address calls it."""
        return self.section.value

    @property
    def title(self) -> str:
        """What its tab is called."""
        return self.section.label


def _fields(*fields: LedgerField) -> dict[str, LedgerField]:
    return {field.key: field for field in fields}


def _text(key: str, label: str, most: int, *, needed: bool = False) -> LedgerField:
    return LedgerField(key, label, kind='text', needed=needed, most=most)


def _code(key: str, label: str, most: int, *, needed: bool = False) -> LedgerField:
    return LedgerField(key, label, kind='code', needed=needed, most=most, code_list=key)


def _day(key: str, label: str, *, needed: bool = True, may_be_future: bool = False) -> LedgerField:
    return LedgerField(key, label, kind='day', needed=needed, may_be_future=may_be_future)


def _period(
    first: str, last: str, label: str, *, needed: bool = True, may_be_future: bool = False
) -> Iterator[LedgerField]:
    parts: tuple[Part, Part] = ('first', 'last')
    for day, part in zip(period(first, last, label), parts, strict=True):
        yield LedgerField(
            day.key, day.label, day.on_page, kind='day', needed=needed, may_be_future=may_be_future, part=part
        )


def _amount(key: str, label: str, most: int = 1_000_000, unit: str = '元') -> LedgerField:
    return LedgerField(key, label, kind='whole', most=most, unit=unit)


_MINUTES = LedgerField('minutes', '服務時數', kind='duration', needed=True, most=validation.MOST_INT4)
_REMARKS = LedgerField('remarks', '備註', kind='lines', most=2000)
_INSURED = 100_000_000
# The item of 服務時數 that stands for all hours up to a day, recorded elsewhere one by one.
OPENING = '期初累計'

SERVICE_HOURS = Ledger(
    Section.SERVICE_HOURS,
    ServiceHours,
    _fields(
        *_period('starts_on', 'ends_on', '服務日期'),
        _code('item', '服務項目', 40, needed=True),
        _code('content', '服務內容', 100, needed=True),
        _MINUTES,
        _amount('persons_served', '受服務人次', unit='人次'),
        _amount('transport_fee', '交通費'),
        _amount('meal_fee', '誤餐費'),
        _code('area', '服務區域', 10),
        _REMARKS,
    ),
    ('starts_on', 'ends_on', 'item', 'content', 'minutes', 'persons_served'),
    ('starts_on', 'ends_on'),
)
PERFORMANCE_CERTIFICATES = Ledger(
    Section.PERFORMANCE_CERTIFICATES,
    PerformanceCertificate,
    _fields(
        _text('reference', '證明書字號', 60, needed=True),
        _day('issued_on', '發給日期'),
        *_period('starts_on', 'ends_on', '服務期間'),
        _MINUTES,
        LedgerField('achievements', '具體績效', kind='lines', most=2000),
        _REMARKS,
    ),
    ('reference', 'issued_on', 'starts_on', 'ends_on', 'minutes'),
    ('starts_on', 'ends_on'),
)
INSURANCE = Ledger(
    Section.INSURANCE,
    InsuranceCover,
    _fields(
        LedgerField('kind', '保險種類', kind='choice', needed=True, choices=InsuranceKind),
        _text('insurer', '保險公司', 60, needed=True),
        _text('policy_number', '保單號碼', 40, needed=True),
        *_period('starts_on', 'ends_on', '保險期間', may_be_future=True),
        _amount('death_benefit', '身故保額', _INSURED),
        _amount('medical_benefit', '醫療保額', _INSURED),
        _amount('daily_benefit', '住院日額', _INSURED),
        _REMARKS,
    ),
    ('kind', 'insurer', 'policy_number', 'starts_on', 'ends_on'),
    ('starts_on', 'ends_on'),
)
HONOR_CARDS = Ledger(
    Section.HONOR_CARDS,
    HonorCard,
    _fields(
        _text('number', '榮譽卡編號', 40, needed=True),
        LedgerField('kind', '發卡類別', kind='choice', needed=True, choices=IssueKind),
        LedgerField('county_id', '發給縣市', kind='county', needed=True),
        _day('applied_on', '申請日期', needed=False),
        _day('issued_on', '發卡日期'),
        _day('valid_until', '有效日期', may_be_future=True),
        *_period('counted_from', 'counted_to', '採計年資', needed=False),
        _REMARKS,
    ),
    ('number', 'kind', 'county_id', 'issued_on', 'valid_until'),
    ('issued_on', 'valid_until'),
)
AWARDS = Ledger(
    Section.AWARDS,
    Award,
    _fields(
        _text('title', '獎勵名稱', 80, needed=True),
        _text('level', '等次', 40),
        _text('awarded_by', '獎勵單位', 80, needed=True),
        _day('awarded_on', '獎勵日期'),
        _text('reference', '獎勵字號', 60),
        _REMARKS,
    ),
    ('title', 'level', 'awarded_by', 'awarded_on', 'reference'),
)
OTHER_ENTRIES = Ledger(
    Section.OTHER_ENTRIES,
    OtherEntry,
    _fields(
        _day('occurred_on', '日期'),
        _text('subject', '登錄事項', 200, needed=True),
        _text('reference', '字號', 60),
        _REMARKS,
    ),
    ('occurred_on', 'subject', 'reference'),
)

LEDGERS: dict[str, Ledger] = {
    ledger.key: ledger
    for ledger in (SERVICE_HOURS, PERFORMANCE_CERTIFICATES, INSURANCE, HONOR_CARDS, AWARDS, OTHER_ENTRIES)
}


def problems(ledger: Ledger, values: Mapping[str, Any]) -> dict[str, str]:
    """Field → sentence. `values` by field; what is not among them is empty."""
    wrong = validation.found({key: _problem(field, values.get(key)) for key, field in ledger.fields.items()})
    for first, last in _periods(ledger):
        if not wrong.keys() & {first, last} and (begins := values.get(first)) and (ends := values.get(last)):
            if ends < begins:
                than = '起日' if ledger.fields[first].part else ledger.fields[first].label
                wrong[last] = f'{ledger.fields[last].label}早於{than}。請再確認日期。'
            elif (first, last) == ledger.period and 'minutes' not in wrong and 'minutes' in values:
                wrong |= _duration_problem(values['minutes'], begins, ends)
    return wrong


def columns(ledger: Ledger, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as they are kept. They have no problems; what is no field of the ledger is left out."""
    return {key: _as_kept(field, values.get(key)) for key, field in ledger.fields.items()}


def describe(field: LedgerField, value: object, counties: Mapping[str, str] | None = None) -> str:
    """A value as people read it; `counties` by code."""
    if field.kind == 'duration' and isinstance(value, int):
        return format_duration(value)
    if field.kind == 'county':
        return (counties or {}).get(str(value), '')
    return history.describe(value)


def _periods(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """The pairs of days that must be in order."""
    firsts, lasts = ([key for key, field in ledger.fields.items() if field.part == part] for part in ('first', 'last'))
    yield from {**dict.fromkeys(zip(firsts, lasts, strict=True)), **({ledger.period: None} if ledger.period else {})}


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
