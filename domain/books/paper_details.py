"""The form of a paper book: what it holds, what can be wrong with it, and its two pictures."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from uuid import UUID

from db.choices import REGISTRATIONS_OPEN, FileKind
from db.models import Account, Agency, PaperRegistration, RecordBook, Volunteer

from .. import book_numbers, dates, files, permissions, readiness, validation
from ..audit.history import Change
from ..cases import application_fields
from ..errors import Incomplete
from ..fields import Field, by_key
from ..volunteers import basics

OPEN = REGISTRATIONS_OPEN
SIDES = ('cover', 'last_page')
FIELDS = by_key(
    replace(basics.FIELDS['legacy_series'], key='series'),
    replace(basics.FIELDS['legacy_serial'], key='serial'),
    replace(basics.FIELDS['legacy_issued_on'], key='issued_on'),
    basics.FIELDS['waives_issue_date'],
    application_fields.FIELDS['county_code'],
    application_fields.FIELDS['agency_id'],
    Field('issued_by', '發冊單位', '發冊單位（不是上列機關發的才填）'),
    Field('cover', '紀錄冊封面', '封面'),
    Field('last_page', '紀錄冊末頁', '末頁'),
)
NUMBER_LENGTH = 80


@dataclass
class PaperBookDetails:
    """The form of a paper book. The pictures, ids of stored files, may follow later.

    `agency_id` is the agency that confirms it; `issued_by` names whoever issued it, where that is none of the agencies.
    `county_code` only leads to the agency. A book has its day or, when it says none, `waives_issue_date`.
    """

    series: str = ''
    serial: str = ''
    issued_on: date | None = None
    waives_issue_date: bool = False
    county_code: str = ''
    agency_id: int | None = None
    issued_by: str = ''
    cover: UUID | None = None
    last_page: UUID | None = None

    @classmethod
    def of_volunteer(cls, volunteer: Volunteer, agency: Agency | None = None) -> Self:
        """A new form, with what 基本資料 says of a paper book; `agency` is proposed."""
        return cls(
            series=volunteer.legacy_series,
            serial=volunteer.legacy_serial,
            issued_on=volunteer.legacy_issued_on,
            waives_issue_date=volunteer.waives_issue_date,
            county_code=agency.county_id if agency else '',
            agency_id=agency.id if agency else None,
        )

    @classmethod
    def from_record(cls, registration: PaperRegistration) -> Self:
        """The details of one that was sent, its agency fetched."""
        return cls(
            series=registration.series,
            serial=registration.serial,
            issued_on=registration.issued_on,
            waives_issue_date=registration.issued_on is None,
            county_code=registration.agency.county_id,
            agency_id=registration.agency_id,
            issued_by=registration.issued_by,
            cover=registration.cover_id,
            last_page=registration.last_page_id,
        )

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        label = {key: field.label for key, field in FIELDS.items()}
        agency = '請選擇發冊機關。' if self.agency_id is None else None
        series, serial = self._parts()
        return validation.found(
            {
                'series': validation.text(label['series'], self.series, most=40, needed=not series),
                'serial': validation.text(label['serial'], self.serial, most=40, needed=not serial)
                or self._length_problem(),
                'waives_issue_date': validation.yes_no(label['waives_issue_date'], self.waives_issue_date, needed=True),
                'issued_on': validation.day(label['issued_on'], self.issued_on) or self._day_problem(),
                'agency_id': agency
                or validation.whole(label['agency_id'], self.agency_id, least=1, most=validation.MOST_INT4),
                'issued_by': validation.text(label['issued_by'], self.issued_by, most=100),
                **{
                    side: None if isinstance(getattr(self, side), UUID | None) else f'請重新上傳{FIELDS[side].label}。'
                    for side in SIDES
                },
            }
        )

    def columns(self) -> dict[str, Any]:
        """As it is kept. The details have no problems."""
        series, serial = self._parts()
        return {
            'series': series,
            'serial': serial,
            'number_key': book_numbers.folded(book_numbers.written(series, serial)),
            'issued_on': None if self.waives_issue_date else self.issued_on,
            'agency_id': self.agency_id,
            'issued_by': validation.tidy(self.issued_by),
            'cover_id': self.cover,
            'last_page_id': self.last_page,
        }

    def _parts(self) -> tuple[str, str]:
        return book_numbers.parts(*map(validation.searched, (self.series, self.serial)))

    def _length_problem(self) -> str | None:
        parts = [one for one in (self.series, self.serial) if isinstance(one, str)]
        if len(book_numbers.written(*map(validation.searched_number, parts))) > NUMBER_LENGTH:
            return f'舊制紀錄冊號合計最多 {NUMBER_LENGTH} 個字。請對照封面，只填號碼。'
        return None

    def _day_problem(self) -> str | None:
        if self.issued_on is None and self.waives_issue_date is False:
            return f'請輸入發冊日期；紙本上沒有日期時，請勾選「{FIELDS["waives_issue_date"].label}」。'
        return None


def number_of(registration: PaperRegistration) -> str:
    """The number as one reads it."""
    return book_numbers.written(registration.series, registration.serial)


def typed_number(volunteer: Volunteer) -> str:
    """What 基本資料 has, which is no book yet; '' for nothing."""
    return basics.legacy_number(volunteer)


async def check(details: PaperBookDetails, volunteer: Volunteer, before: PaperRegistration | None, by: Account) -> None:
    problems = details.problems()
    if 'agency_id' not in problems and (sentence := await _agency_problem(details, before)):
        problems['agency_id'] = sentence
    born = volunteer.born_on
    if 'issued_on' not in problems and details.columns()['issued_on'] and details.issued_on <= born:  # type: ignore[operator]
        problems['issued_on'] = f'發冊日期早於志工的出生日期（{dates.roc_long(born)}）。請再確認年份。'
    if not {'series', 'serial'} & set(problems) and (sentence := await _number_problem(details, volunteer, by)):
        problems['serial'] = sentence
    problems |= await _file_problems(details, volunteer, problems, by)
    if problems:
        raise Incomplete(problems)


async def _agency_problem(details: PaperBookDetails, before: PaperRegistration | None) -> str | None:
    agency = await Agency.get_or_none(id=details.agency_id)
    if agency is None or (details.county_code and agency.county_id != details.county_code):
        return '這個發冊機關不在所選的縣市，請重新選擇。'
    if (before is None or before.agency_id != agency.id) and not readiness.is_open(agency):
        return f'{agency.name}已停止受理，請重新選擇。'
    return None


async def _number_problem(details: PaperBookDetails, volunteer: Volunteer, by: Account) -> str | None:
    """Whose it is, is told only of people whom the clerk sees."""
    columns = details.columns()
    number = book_numbers.written(columns['series'], columns['serial'])
    if await RecordBook.filter(number_key=columns['number_key']).exists():
        return of_a_book(number)
    ours = PaperRegistration.filter(number_key=columns['number_key'], status__in=OPEN, host_unit_id=by.host_unit_id)
    other = await ours.exclude(volunteer_id=volunteer.id).first()
    if other is None:
        return None
    seen = await Volunteer.filter(permissions.visible_to(by), id=other.volunteer_id).first()
    return of_somebody(number, seen.name if seen else '')


def of_a_book(number: str) -> str:
    """The sentence for the number of a book that stands in the records."""
    return f'「{number}」已經是系統中一冊紀錄冊的號碼，兩冊不能同號。請對照封面再確認。'


def of_somebody(number: str, name: str) -> str:
    """The sentence for a number that waits for somebody else; no `name` where the clerk does not see the person."""
    whom = f'替{name}' if name else '替貴單位的另一位志工'
    return f'「{number}」已{whom}送請確認，兩個人不能有同一號。請對照封面再確認。'


async def _file_problems(
    details: PaperBookDetails, volunteer: Volunteer, known: dict[str, str], by: Account
) -> dict[str, str]:
    digests: dict[str, str] = {}
    problems = {}
    for side in SIDES:
        if side in known or getattr(details, side) is None:
            continue
        file = await files.attachable(getattr(details, side), volunteer, FileKind.PAPER_BOOK, by=by)
        if file is None:
            problems[side] = f'找不到上傳的{FIELDS[side].label}，請重新上傳；其他已填的資料都還在。'
        elif file.digest in digests.values():
            problems[side] = '封面與末頁是同一張圖片。請重新上傳末頁。'
        else:
            digests[side] = file.digest
    return problems


async def attach(columns: Mapping[str, Any], old: Mapping[str, Any], volunteer: Volunteer, by: Account) -> None:
    for side in SIDES:
        name = f'{side}_id'
        if columns[name] and columns[name] != old.get(name):
            await files.attach(columns[name], volunteer, by=by, kind=FileKind.PAPER_BOOK)


async def exchanged(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    changes: list[Change] = []
    for side in SIDES:
        changes += await files.exchanged(FIELDS[side], old.get(f'{side}_id'), new.get(f'{side}_id'))
    return changes


def facts(registration: PaperRegistration) -> dict[str, Any]:
    """By field, for the history. Pictures are noted as files."""
    return {
        'series': registration.series,
        'serial': registration.serial,
        'issued_on': registration.issued_on,
        'waives_issue_date': '是' if registration.issued_on is None else '',
        'agency_id': registration.agency.name,
        'issued_by': registration.issued_by,
    }
