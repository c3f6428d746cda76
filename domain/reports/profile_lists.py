"""列印 of the tabs of a profile: lists of record books and of trainings, and strips for a paper book."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from db.choices import AccessKind, IdentityKind, Role, TrainingKind
from db.models import Account, RecordBook, Training, Volunteer

from .. import dates, file_names, printouts, volunteers
from ..audit import access
from ..books.record_books import FIELDS as BOOK_FIELDS
from ..books.record_books import RecordBookQuery
from ..books.record_books import find as find_books
from ..errors import NotFound
from ..paging import MOST_ROWS
from ..printouts.odf import Cell
from ..trainings import FIELDS as TRAINING_FIELDS
from ..trainings import format_duration
from ..trainings import of as trainings_of

MEDIA_TYPES = {
    'pdf': 'application/pdf',
    'ods': 'application/vnd.oasis.opendocument.spreadsheet',
    'odt': 'application/vnd.oasis.opendocument.text',
    'docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
}
_PERSON = ('志工姓名', IdentityKind.NATIONAL_ID.label)
_COURSE = ('starts_on', 'title', 'kind', 'provider', 'approval_reference', 'sessions', 'hours')
_OF_STRIP = ('starts_on', 'title', 'kind', 'hours', 'provider', 'approval_reference')
BOOK_COLUMNS = (
    *_PERSON,
    *(BOOK_FIELDS[key].caption for key in ('number', 'kind', 'issued_on', 'entered_by_unit')),
)
TRAINING_COLUMNS = (*_PERSON, '志工單位', *(TRAINING_FIELDS[key].caption for key in _COURSE))
STRIP_COLUMNS = (*(TRAINING_FIELDS[key].caption for key in _OF_STRIP), '登錄人')


@dataclass(frozen=True)
class Document:
    """A file made on demand, for the browser; `name` is the file name of the download."""

    content: bytes
    media_type: str
    name: str


async def record_books(volunteer_id: int, kind: str, *, by: Account) -> Document:
    """列印(doc) and 列印(odt) of the 紀錄冊 tab: all books of a volunteer. `kind` is docx or odt. Raises NotFound."""
    if kind not in ('docx', 'odt'):
        raise NotFound
    volunteer = await volunteers.get(volunteer_id, by=by)
    found = await find_books(RecordBookQuery(volunteer_id=volunteer.id, per_page=MOST_ROWS), by=by)
    rows = [_book_as_row(volunteer, book) for book in found.rows]
    write = printouts.docx if kind == 'docx' else printouts.odt
    content = await asyncio.to_thread(write, '志願服務紀錄冊', printouts.below(), BOOK_COLUMNS, rows)
    return _document(content, kind, '紀錄冊', volunteer)


async def trainings(
    volunteer_id: int, kind: str, *, is_masked: bool, since: date | None, until: date | None, by: Account
) -> Document:
    """列印 (`kind` pdf, ods, odt) and 列印時數條 (strips) of the 教育訓練 tab.

    The volunteer's trainings, for whichever unit, that overlap the days from `since` to `until`; None is no bound. The
    access log records it when the full identity number is printed (not `is_masked`). Raises NotFound, and as
    `logbook.pdf.as_pdf`.
    """
    if kind not in ('pdf', 'ods', 'odt', 'strips'):
        raise NotFound
    volunteer = await volunteers.get(volunteer_id, by=by)
    listed = [
        training
        for training in await trainings_of(volunteer, by=by)
        if (since is None or training.ends_on >= since) and (until is None or training.starts_on <= until)
    ]
    number = volunteer.identity_masked if is_masked else await _full_number(volunteer, by)
    if kind == 'strips':
        owner = f'{volunteer.name}　{number}'
        content = await printouts.strips(
            '教育訓練時數條', owner, STRIP_COLUMNS, [_as_strip(each) for each in listed], whose=by.id
        )
        return _document(content, 'pdf', '教育訓練時數條', volunteer)
    rows: list[Sequence[Cell]] = [_training_as_row(volunteer, number, each) for each in listed]
    if rows:
        rows.append(_total_row(listed))
    return _document(await _list(kind, _period(since, until), rows, by), kind, '教育訓練', volunteer)


async def _list(kind: str, subtitle: str, rows: Sequence[Sequence[Cell]], by: Account) -> bytes:
    title = '教育訓練清單'
    if kind == 'pdf':
        return await printouts.pdf(title, subtitle, TRAINING_COLUMNS, rows, whose=by.id)
    write = printouts.ods if kind == 'ods' else printouts.odt
    return await asyncio.to_thread(write, title, subtitle, TRAINING_COLUMNS, rows)


async def _full_number(volunteer: Volunteer, by: Account) -> str:
    if by.role != Role.VOLUNTEER:
        await access.note(volunteer, AccessKind.TRAINING_LIST, '列印時不遮蔽身分證號', by=by)
    number: str = volunteer.identity_number.open()
    return number


def _book_as_row(volunteer: Volunteer, book: RecordBook) -> Sequence[str]:
    return (
        volunteer.name,
        volunteer.identity_masked,
        book.number,
        book.kind.label,
        dates.roc(book.issued_on),
        book.entered_by_unit.name,
    )


def _training_as_row(volunteer: Volunteer, number: str, training: Training) -> Sequence[Cell]:
    return (
        volunteer.name,
        number,
        training.trained_for.name,
        _days(training),
        training.title,
        _kind(training),
        training.provider,
        training.approval_reference or '無',
        training.sessions,
        format_duration(training.minutes),
    )


def _total_row(listed: Sequence[Training]) -> Sequence[Cell]:
    blank = [''] * (len(TRAINING_COLUMNS) - 3)
    sessions, minutes = sum(each.sessions for each in listed), sum(each.minutes for each in listed)
    return ('合計', *blank, sessions, format_duration(minutes))


def _as_strip(training: Training) -> Sequence[str]:
    return (
        _days(training),
        training.title,
        _kind(training),
        format_duration(training.minutes),
        training.provider,
        training.approval_reference or '無',
        training.created_by.name,
    )


def _days(training: Training) -> str:
    first, last = dates.roc_dotted(training.starts_on), dates.roc_dotted(training.ends_on)
    return first if first == last else f'{first}～{last}'


def _kind(training: Training) -> str:
    is_special = training.kind is TrainingKind.SPECIAL
    return f'{training.kind.label}（{training.field.name}）' if is_special else training.kind.label


def _period(since: date | None, until: date | None) -> str:
    if since is None and until is None:
        return printouts.below()
    first, last = (dates.roc_dotted(day) if day else '' for day in (since, until))
    return printouts.below(f'受訓日期 {first}～{last}')


def _document(content: bytes, kind: str, title: str, volunteer: Volunteer) -> Document:
    return Document(content, MEDIA_TYPES[kind], file_names.clean(f'{title}-{volunteer.name}', kind))
