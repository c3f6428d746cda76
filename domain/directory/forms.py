"""What the administrator fills in about the offices: units, teams, agencies, required hours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from string import Formatter
from typing import Any, Protocol, Self

from db.choices import TrainingKind
from db.models import Agency, HostUnit, RequiredHours, Team

from .. import dates, mail_addresses, unified_numbers, validation
from ..fields import Field, by_key

_PATTERN_PARTS = {'word', 'year', 'sequence'}

UNIT_FIELDS = by_key(
    Field('name', '單位名稱'),
    Field('unified_number', unified_numbers.LABEL),
    Field('county_id', '縣市'),
    Field('phone', '電話'),
    Field('email', '電子郵件'),
    Field('is_active', '使用中'),
)
TEAM_FIELDS = by_key(Field('host_unit_id', '運用單位'), Field('name', '志工隊名稱'))
AGENCY_FIELDS = by_key(
    Field('county_id', '縣市'),
    Field('name', '機關名稱'),
    Field('field_id', '課程領域'),
    Field('phone', '電話'),
    Field('email', '電子郵件'),
    Field('document_word', '機關代字'),
    Field('number_pattern', '號碼格式'),
    Field('renewal_keeps_number', '換發、補發沿用原號', '換發、補發時'),
    Field('settling_days', '收編後等待天數'),
    Field('review_days', '審核天數'),
    Field('counts_working_days', '依辦公日計算', '計算方式'),
    Field('correction_days', '補件天數'),
    Field('supervisor_name', '主管姓名'),
    Field('supervisor_email', '主管電子郵件'),
    Field('valid_from', '開始受理日'),
    Field('valid_to', '停止受理日'),
)
HOURS_FIELDS = by_key(
    Field('kind', '訓練課程'),
    Field('agency_id', '發冊機關'),
    Field('field_id', '課程領域'),
    Field('minutes', '規定時數（分鐘）', '規定時數'),
    Field('completed_from', '結訓日期自'),
    Field('completed_to', '結訓日期至'),
    Field('source', '依據'),
)


class Details(Protocol):
    """A form that knows what is wrong with it and what is to be kept."""

    def problems(self) -> dict[str, str]: ...

    def values(self) -> dict[str, Any]: ...


@dataclass
class HostUnitDetails:
    """志願服務運用單位."""

    name: str = ''
    county_id: str = ''
    phone: str = ''
    email: str = ''
    is_active: bool = True
    unified_number: str = ''

    @classmethod
    def from_record(cls, unit: HostUnit) -> Self:
        """The details of an existing unit."""
        return cls(**_fields_of(cls, unit))

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return validation.found(
            {
                'name': validation.text(UNIT_FIELDS['name'].label, self.name, most=80, needed=True),
                'unified_number': unified_numbers.problem(self.unified_number),
                'county_id': _county_problem(UNIT_FIELDS['county_id'], self.county_id),
                'phone': validation.text(UNIT_FIELDS['phone'].label, self.phone, most=30),
                'email': validation.email(UNIT_FIELDS['email'].label, self.email),
            }
        )

    def values(self) -> dict[str, Any]:
        """As it is kept."""
        kept = _tidied(self) | {'email': mail_addresses.tidy(self.email), 'phone': validation.telephone(self.phone)}
        return kept | {'unified_number': unified_numbers.compact(self.unified_number)}


@dataclass
class TeamDetails:
    """志工隊 of a host unit."""

    host_unit_id: int
    name: str = ''

    @classmethod
    def from_record(cls, team: Team) -> Self:
        """The details of an existing team."""
        return cls(**_fields_of(cls, team))

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return validation.found({'name': validation.text(TEAM_FIELDS['name'].label, self.name, most=80, needed=True)})

    def values(self) -> dict[str, Any]:
        """As it is kept."""
        return _tidied(self)


@dataclass
class AgencyDetails:
    """發冊機關. `number_pattern` knows {word}, {year} and {sequence}; `review_days` counts from the day after 送審.

    What is overdue is told to the supervisor. `correction_days` 0: a correction has no term.
    `renewal_keeps_number`: 換發 and 補發 keep the earlier number.
    """

    county_id: str = ''
    name: str = ''
    document_word: str = ''
    number_pattern: str = '{word}字第{year:03d}{sequence:06d}號'
    field_id: int | None = None
    phone: str = ''
    email: str = ''
    review_days: int = 3
    counts_working_days: bool = False
    correction_days: int = 30
    supervisor_name: str = ''
    supervisor_email: str = ''
    renewal_keeps_number: bool = True
    settling_days: int = 14
    valid_from: date | None = None
    valid_to: date | None = None

    @classmethod
    def from_record(cls, agency: Agency) -> Self:
        """The details of an existing agency."""
        return cls(**_fields_of(cls, agency))

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        is_reversed = self.valid_from and self.valid_to and self.valid_to < self.valid_from
        return validation.found(
            {
                'county_id': _county_problem(AGENCY_FIELDS['county_id'], self.county_id),
                'name': validation.text(AGENCY_FIELDS['name'].label, self.name, most=60, needed=True),
                'document_word': validation.text(
                    AGENCY_FIELDS['document_word'].label, self.document_word, most=20, needed=True
                ),
                'number_pattern': pattern_problem(self.number_pattern),
                'field_id': validation.whole(
                    AGENCY_FIELDS['field_id'].label, self.field_id, least=1, most=validation.MOST_INT4
                ),
                'phone': validation.text(AGENCY_FIELDS['phone'].label, self.phone, most=30),
                'email': validation.email(AGENCY_FIELDS['email'].label, self.email),
                'review_days': validation.whole(
                    AGENCY_FIELDS['review_days'].label, self.review_days, least=1, most=60, needed=True
                ),
                'settling_days': validation.whole(
                    AGENCY_FIELDS['settling_days'].label, self.settling_days, least=0, most=365, needed=True
                ),
                'counts_working_days': validation.yes_no(
                    AGENCY_FIELDS['counts_working_days'].caption, self.counts_working_days, needed=True
                ),
                'correction_days': validation.whole(
                    AGENCY_FIELDS['correction_days'].label, self.correction_days, least=0, most=60, needed=True
                ),
                'supervisor_name': validation.text(
                    AGENCY_FIELDS['supervisor_name'].label, self.supervisor_name, most=60
                ),
                'supervisor_email': validation.email(AGENCY_FIELDS['supervisor_email'].label, self.supervisor_email),
                'renewal_keeps_number': validation.yes_no(
                    AGENCY_FIELDS['renewal_keeps_number'].label, self.renewal_keeps_number, needed=True
                ),
                'valid_to': _ends_first(AGENCY_FIELDS, 'valid_from', 'valid_to') if is_reversed else None,
            }
        )

    def values(self) -> dict[str, Any]:
        """As it is kept."""
        addresses = {'email': self.email, 'supervisor_email': self.supervisor_email}
        kept = _tidied(self) | {name: mail_addresses.tidy(address) for name, address in addresses.items()}
        return kept | {'phone': validation.telephone(self.phone)}


@dataclass
class RequiredHoursDetails:
    """How many minutes of a kind of training an application needs; no agency or field: all of them."""

    kind: TrainingKind = TrainingKind.BASIC
    agency_id: int | None = None
    field_id: int | None = None
    minutes: int = 360
    completed_from: date | None = None
    completed_to: date | None = None
    source: str = ''

    @classmethod
    def from_record(cls, rule: RequiredHours) -> Self:
        """The details of an existing rule."""
        return cls(**_fields_of(cls, rule))

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        is_reversed = self.completed_from and self.completed_to and self.completed_to < self.completed_from
        return validation.found(
            {
                'kind': validation.choice(HOURS_FIELDS['kind'].label, self.kind, TrainingKind),
                'minutes': validation.whole(
                    HOURS_FIELDS['minutes'].label, self.minutes, least=0, most=60_000, needed=True
                ),
                'completed_to': _ends_first(HOURS_FIELDS, 'completed_from', 'completed_to') if is_reversed else None,
                'source': validation.text(HOURS_FIELDS['source'].label, self.source, most=200),
            }
        )

    def values(self) -> dict[str, Any]:
        """As it is kept."""
        return _tidied(self)


def pattern_problem(pattern: str) -> str | None:
    """What is wrong with the pattern of an agency's numbers; every number of a year must come out different.

    >>> pattern_problem('{word}字第{year:03d}{sequence:06d}號')
    >>> pattern_problem('{word}字第{sequence}號')
    '號碼格式須含有 {year} 和 {sequence}，例如 {word}字第{year:03d}{sequence:06d}號。'
    """
    if problem := validation.text(AGENCY_FIELDS['number_pattern'].label, pattern, most=80, needed=True):
        return problem
    try:
        parts = [part[1:] for part in Formatter().parse(pattern) if part[1] is not None]
    except ValueError:
        return '號碼格式的大括號沒有成對，請再檢查一次。'
    names = {name for name, _, _ in parts}
    if not {'year', 'sequence'} <= names:
        return '號碼格式須含有 {year} 和 {sequence}，例如 {word}字第{year:03d}{sequence:06d}號。'
    if not names <= _PATTERN_PARTS or not all(_is_simple(*part) for part in parts):
        return '號碼格式只能用 {word}、{year:03d}、{sequence:06d} 這幾種寫法。'
    return None


def sample_number(pattern: str, word: str) -> str:
    """The first number of this year as `pattern` writes it, or '' while the pattern has a problem.

    >>> sample_number('{word}字第{year}-{sequence:04d}號', '中市文志')[-6:]
    '-0001號'
    """
    return written(pattern, word, dates.roc_year(dates.today()), 1)


def written(pattern: str, word: str, roc_year: int, sequence: int) -> str:
    """The number as `pattern` writes it, or '' while the pattern has a problem."""
    if not isinstance(pattern, str) or not _is_right(pattern):
        return ''
    return pattern.format(word=word, year=roc_year, sequence=sequence)


@lru_cache(maxsize=1000)
def _is_right(pattern: str) -> bool:
    return pattern_problem(pattern) is None


def _county_problem(field: Field, county: object) -> str | None:
    return validation.text(field.label, county, most=5) if county else f'請選擇{field.label}。'


def _ends_first(fields: Mapping[str, Field], first: str, last: str) -> str:
    return f'{fields[last].label}不能早於{fields[first].label}。'


def _is_simple(name: str | None, spec: str | None, conversion: str | None) -> bool:
    return conversion is None and bool(re.fullmatch('' if name == 'word' else r'(0?[1-9]d)?', spec or ''))


def _fields_of(form: Any, record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in form.__dataclass_fields__}


def _tidied(details: Any) -> dict[str, Any]:
    return {name: validation.tidy(value) if type(value) is str else value for name, value in vars(details).items()}
