"""志工總歸戶 as sections of rows, on the page as in print."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from db.choices import AccessKind
from db.models import Account

from .. import accounts, applications, dates, file_names, ledgers, printouts, trainings, volunteers
from ..books import book_days, record_books
from ..errors import NotFound
from ..printouts import odf
from ..printouts.odf import Sheet
from ..trainings import format_duration
from ..volunteers import Consolidated
from ..volunteers.basics import FIELDS as BASICS
from ..volunteers.basics import HOST_UNIT, MEMBERSHIP
from .profile_lists import MEDIA_TYPES, Document

TITLE = AccessKind.CONSOLIDATED.label
_TRAINING, _BOOK = trainings.FIELDS, record_books.FIELDS
_CARD, _COVER, _AWARD = (ledgers.LEDGERS[key].fields for key in ('honor-cards', 'insurance', 'awards'))
_ALL_COLUMNS = ('項目', '日期', '內容', '單位或機關', '字號、時數或狀態')


@dataclass(frozen=True)
class Section:
    """One table: what it is about, its headings, its rows as people read them."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def sections(found: Consolidated) -> list[Section]:
    """Everything on record of the person, table by table; empty ones too."""
    return [
        Section(HOST_UNIT.label, ('運用單位', '志工隊', MEMBERSHIP.label, '加入日期'), list(_memberships(found))),
        Section('教育訓練', _training_columns(), list(_trainings(found))),
        Section(
            '未登記的紙本紀錄冊',
            [BASICS[key].caption for key in ('legacy_series', 'legacy_issued_on')],
            [(one.number, _day(one.issued_on)) for one in found.paper_books],
        ),
        Section('紀錄冊', _book_columns(), list(_books(found))),
        Section('服務時數', ('年度', '登打單位', '服務時數'), list(_hours(found))),
        Section(
            '保險',
            [_COVER[key].label for key in ('kind', 'insurer', 'policy_number')] + ['保險期間'],
            list(_covers(found)),
        ),
        Section(
            '榮譽卡',
            [_CARD[key].caption for key in ('number', 'kind', 'issued_on', 'valid_until', 'county_id')],
            list(_cards(found)),
        ),
        Section(
            '獎勵獎項',
            [_AWARD[key].caption for key in ('title', 'level', 'awarded_by', 'awarded_on', 'reference')],
            list(_awards(found)),
        ),
    ]


async def printed(file_kind: str, kind: object, number: object, reason: str, *, by: Account) -> Document:
    """列印 of 志工總歸戶 as pdf or ods; that it was printed, and why, is noted for the person.

    Raises NotFound, and as `volunteers.consolidated` and `logbook.pdf.as_pdf`.
    """
    if file_kind not in ('pdf', 'ods'):
        raise NotFound
    found = await volunteers.consolidated(kind, number, reason, by=by, what=f'列印{TITLE}')
    who = f'{found.name}　{found.identity_masked}　{found.sex.label}'
    facts = [who] if found.born_on is None else [f'{who}　{dates.roc(found.born_on)}生']
    office = accounts.office_of(by)
    subtitle = printouts.below(*facts, f'服務時數共 {format_duration(found.service_minutes)}', f'{office}列印')
    listed = sections(found)
    if file_kind == 'ods':
        sheets = [Sheet(one.title, one.columns, one.rows) for one in listed]
        content = await asyncio.to_thread(odf.spreadsheet, TITLE, subtitle, sheets)
    else:
        content = await printouts.pdf(TITLE, subtitle, _ALL_COLUMNS, list(_in_one(found)), whose=by.id)
    return Document(content, MEDIA_TYPES[file_kind], file_names.clean(f'{TITLE}-{found.name}', file_kind))


def _in_one(found: Consolidated) -> Iterator[Sequence[str]]:
    """All facts in one table, for a page."""
    for unit, team, status, since in _memberships(found):
        yield HOST_UNIT.label, since, team, unit, status
    for day, title, kind, field, hours, unit in _trainings(found):
        yield '教育訓練', day, f'{title}（{kind}，{field}）', unit, hours
    for one in found.paper_books:
        yield '未登記的紙本紀錄冊', _day(one.issued_on), '舊制紀錄冊', '', one.number
    for number, kind, day, agency, status in _books(found):
        yield '紀錄冊', day, f'{kind}（{status}）', agency, number
    for year, unit, hours in _hours(found):
        yield '服務時數', year, '', unit, hours
    for cover, (kind, insurer, policy, period) in zip(found.insurance, _covers(found), strict=True):
        unit = cover.entered_by_unit.name if cover.entered_by_unit else ''
        yield '保險', period, f'{kind}　{insurer}', unit, policy
    for number, kind, issued, until, county in _cards(found):
        yield '榮譽卡', f'{issued}～{until}', kind, county, number
    for title, level, awarded_by, day, reference in _awards(found):
        yield '獎勵獎項', day, f'{title}　{level}'.strip(), awarded_by, reference


def _memberships(found: Consolidated) -> Iterator[tuple[str, str, str, str]]:
    for one in found.memberships:
        team = one.team.name if one.team else '未編隊'
        yield one.host_unit.name, team, one.status.label, dates.roc(one.joined_on)


def _training_columns() -> list[str]:
    return [_TRAINING[key].caption for key in ('starts_on', 'title', 'kind', 'field_id', 'hours', 'trained_for_id')]


def _trainings(found: Consolidated) -> Iterator[tuple[str, str, str, str, str, str]]:
    for one in found.trainings:
        day, hours = dates.roc(one.starts_on), format_duration(one.minutes)
        yield day, one.title, one.kind.label, one.field.name, hours, one.trained_for.name


def _book_columns() -> list[str]:
    first = [_BOOK[key].caption for key in ('number', 'kind', 'issued_on')]
    return [*first, applications.FIELDS['agency_id'].caption, _BOOK['status'].caption]


def _books(found: Consolidated) -> Iterator[tuple[str, str, str, str, str]]:
    for one in found.record_books:
        issued = '　'.join(filter(None, (book_days.issued(one), book_days.first(one))))
        yield one.number, one.kind.label, issued, one.issued_by or one.agency.name, one.status.label


def _hours(found: Consolidated) -> Iterator[tuple[str, str, str]]:
    for one in found.served:
        years = f'{one.year} 年度' if one.year == one.until else f'{one.year}～{one.until} 年度'
        yield years, one.unit or '未記載', format_duration(one.minutes)


def _covers(found: Consolidated) -> Iterator[tuple[str, str, str, str]]:
    for one in found.insurance:
        yield one.kind.label, one.insurer, one.policy_number, f'{dates.roc(one.starts_on)}～{dates.roc(one.ends_on)}'


def _cards(found: Consolidated) -> Iterator[tuple[str, str, str, str, str]]:
    for one in found.honor_cards:
        yield one.number, one.kind.label, dates.roc(one.issued_on), dates.roc(one.valid_until), one.county.name


def _awards(found: Consolidated) -> Iterator[tuple[str, str, str, str, str]]:
    for one in found.awards:
        yield one.title, one.level, one.awarded_by, dates.roc(one.awarded_on), one.reference


def _day(day: date | None) -> str:
    return dates.roc(day) if day else '未記載'
