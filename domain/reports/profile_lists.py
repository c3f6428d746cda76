"""列印 of the tabs of a profile: lists of record books and of trainings, and strips for a paper book."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from db.choices import AccessKind, IdentityKind, Role, TrainingKind
from db.models import Account, Training, Volunteer

from .. import dates, file_names, printouts, volunteers
from ..audit import access
from ..books import record_books
from ..books.record_books import RecordBookQuery
from ..errors import DomainError, NotFound
from ..paging import MOST_ROWS
from ..printouts import book_texts
from ..printouts.odf import Cell
from ..trainings import FIELDS as TRAINING_FIELDS
from ..trainings import TrainingQuery, format_duration
from ..trainings import find as find_trainings

MEDIA_TYPES = {
    'pdf': 'application/pdf',
    'ods': 'application/vnd.oasis.opendocument.spreadsheet',
    'odt': 'application/vnd.oasis.opendocument.text',
    'docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
}
_PERSON = ('志工姓名', IdentityKind.NATIONAL_ID.label)
_COURSE = ('starts_on', 'title', 'kind', 'provider', 'approval_reference', 'sessions', 'hours')
_OF_STRIP = ('starts_on', 'title', 'kind', 'hours', 'provider', 'approval_reference')
TRAINING_COLUMNS = (*_PERSON, '志工單位', *(TRAINING_FIELDS[key].caption for key in _COURSE))
STRIP_COLUMNS = (*(TRAINING_FIELDS[key].caption for key in _OF_STRIP), '登錄人')


class NothingToPrint(DomainError):
    """The filters find no book."""

    def __init__(self) -> None:
        super().__init__('沒有符合查詢條件的紀錄冊，所以沒有列印。請換一個條件再列印。')


@dataclass(frozen=True)
class Document:
    """A file made on demand, for the browser; `name` is the file name of the download."""

    content: bytes
    media_type: str
    name: str


async def books(query: RecordBookQuery, kind: str, *, reason: str, by: Account) -> Document:
    """列印(doc) and 列印(odt) of the 紀錄冊 tab: the contents of the books that `query` finds of its volunteer.

    `kind` is docx or odt. That a book was opened, and why, is noted as for the PDF. Raises NotFound, NothingToPrint.
    """
    if kind not in ('docx', 'odt'):
        raise NotFound
    volunteer = await volunteers.get(query.volunteer_id or 0, by=by)
    found = await record_books.find(replace(query, page=1, per_page=MOST_ROWS), by=by)
    if not found.rows:
        raise NothingToPrint
    printed = [await record_books.printable(book, by=by, reason=reason) for book in found.rows]
    write = book_texts.docx if kind == 'docx' else book_texts.odt
    return _document(await asyncio.to_thread(write, printed), kind, '志願服務紀錄冊', volunteer)


async def trainings(volunteer_id: int, kind: str, query: TrainingQuery, *, is_masked: bool, by: Account) -> Document:
    """列印 (`kind` pdf, ods, odt) and 列印時數條 (strips) of the 教育訓練 tab: what `query` lists, in its order.

    The access log records it when the full identity number is printed (not `is_masked`). Raises NotFound, and as
    `logbook.pdf.as_pdf`.
    """
    if kind not in ('pdf', 'ods', 'odt', 'strips'):
        raise NotFound
    volunteer = await volunteers.get(volunteer_id, by=by)
    asked = replace(query, volunteer_id=volunteer.id, page=1, per_page=MOST_ROWS)
    listed = [training for total in (await find_trainings(asked, by=by)).rows for training in total.trainings]
    number = volunteer.identity_masked if is_masked else await _full_number(volunteer, by)
    if kind == 'strips':
        owner = f'{volunteer.name}　{number}'
        content = await printouts.strips(
            '教育訓練時數條', owner, STRIP_COLUMNS, [strip_row(each) for each in listed], whose=by.id
        )
        return _document(content, 'pdf', '教育訓練時數條', volunteer)
    rows: list[Sequence[Cell]] = [training_row(volunteer, number, each) for each in listed]
    if rows:
        rows.append(total_row(sum(each.sessions for each in listed), sum(each.minutes for each in listed)))
    return _document(await _list(kind, asked_for(query), rows, by), kind, '教育訓練', volunteer)


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


def training_row(volunteer: Volunteer, number: str, training: Training) -> Sequence[Cell]:
    """By TRAINING_COLUMNS; `number` is masked or in full."""
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


def total_row(sessions: int, minutes: int) -> Sequence[Cell]:
    """The last row of a list of trainings."""
    blank = [''] * (len(TRAINING_COLUMNS) - 3)
    return ('合計', *blank, sessions, format_duration(minutes))


def strip_row(training: Training) -> Sequence[str]:
    """By STRIP_COLUMNS."""
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


def asked_for(query: TrainingQuery) -> str:
    """What was asked for."""
    facts = [f'{TRAINING_FIELDS["title"].caption} {query.title}'] if query.title else []
    if query.from_day or query.to_day:
        facts.append(f'受訓日期 {"～".join(dates.roc_dotted(day) if day else "" for day in _days_of(query))}')
    if query.kind:
        facts.append(query.kind.label)
    if query.hours_from is not None or query.hours_to is not None:
        least, most = ('' if hours is None else str(hours) for hours in (query.hours_from, query.hours_to))
        facts.append(f'{least}～{most} 小時')
    return printouts.below(*facts)


def _days_of(query: TrainingQuery) -> tuple[date | None, date | None]:
    return query.from_day, query.to_day


def _document(content: bytes, kind: str, title: str, volunteer: Volunteer) -> Document:
    return Document(content, MEDIA_TYPES[kind], file_names.clean(f'{title}-{volunteer.name}', kind))
