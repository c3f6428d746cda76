"""列印 and 列印時數條 of the 教育訓練 query over the whole unit, or of a clerk's team.

A spreadsheet takes everybody; what is laid out on pages takes as many as fit into the time a worker has.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace

from db.choices import AccessKind
from db.models import Account, Training, Volunteer

from .. import dates, permissions, printouts
from ..accounts import step_up
from ..audit import access
from ..errors import DomainError, NotFound
from ..printouts import TooLong
from ..printouts.odf import Cell
from ..trainings import TrainingQuery, TrainingTotals, search
from .profile_lists import (
    MEDIA_TYPES,
    STRIP_COLUMNS,
    TRAINING_COLUMNS,
    Document,
    LongDocument,
    asked_for,
    strip_row,
    total_row,
    training_row,
)

TITLE, STRIPS = '教育訓練清單', '教育訓練時數條'


class NothingFound(DomainError):
    """The filters find no training."""

    def __init__(self) -> None:
        super().__init__('沒有符合查詢條件的教育訓練，所以沒有列印。請換一個條件再列印。')


async def printed(kind: str, query: TrainingQuery, *, is_masked: bool, by: Account) -> Document | LongDocument:
    """What `query` lists, in its order, as `kind` pdf, ods, odt or strips.

    That full identity numbers are printed (not `is_masked`) is noted for each volunteer before they are read. Raises
    NotFound, NothingFound, TooLong, and as `logbook.pdf.as_pdf`.
    """
    permissions.require(by, 'reports.training_lists.printed')
    if kind == 'ods' or not is_masked:
        await step_up.require(by)
    if kind not in ('pdf', 'ods', 'odt', 'strips'):
        raise NotFound
    asked = replace(query, volunteer_id=None)
    count = await search.size(asked, by=by)
    if count == 0:
        raise NothingFound
    if kind != 'ods' and count >= printouts.MOST_PRINTED:  # the sum is a row, too
        raise TooLong(count)
    await by.fetch_related('host_unit', 'team')
    office = '　'.join(place.name for place in (by.host_unit, by.team) if place)
    subtitle = f'{office}　{asked_for(asked)}'
    if kind == 'ods':
        rows = _as_rows(search.every(asked, by=by), is_masked, by)
        file = await printouts.ods_of(TITLE, subtitle, TRAINING_COLUMNS, rows)
        return LongDocument(file, MEDIA_TYPES['ods'], _named(TITLE, 'ods'))
    if kind == 'strips':
        each = [one async for one in _each(search.every(asked, by=by), is_masked, by)]
        owners = [f'{volunteer.name}　{number}' for volunteer, number, _ in each]
        strips = [strip_row(training) for _, _, training in each]
        content = await printouts.strips(STRIPS, '', STRIP_COLUMNS, strips, owners=owners, whose=by.id)
        return _document(content, 'pdf', STRIPS)
    listed = [row async for row in _as_rows(search.every(asked, by=by), is_masked, by)]
    if kind == 'pdf':
        return _document(await printouts.pdf(TITLE, subtitle, TRAINING_COLUMNS, listed, whose=by.id), 'pdf', TITLE)
    return _document(await asyncio.to_thread(printouts.odt, TITLE, subtitle, TRAINING_COLUMNS, listed), 'odt', TITLE)


async def _as_rows(
    found: AsyncIterator[list[TrainingTotals]], is_masked: bool, by: Account
) -> AsyncIterator[Sequence[Cell]]:
    sessions = minutes = 0
    async for volunteer, number, training in _each(found, is_masked, by):
        sessions, minutes = sessions + training.sessions, minutes + training.minutes
        yield training_row(volunteer, number, training)
    yield total_row(sessions, minutes)


async def _each(
    found: AsyncIterator[list[TrainingTotals]], is_masked: bool, by: Account
) -> AsyncIterator[tuple[Volunteer, str, Training]]:
    """Each training with whose it is, and the identity number as it may be read."""
    noted: set[int] = set()
    async for some in found:
        people = {total.volunteer.id: total.volunteer for total in some}
        if not is_masked:
            await _note([one for one in people.values() if one.id not in noted], by)
            noted |= people.keys()
        for total in some:
            one = total.volunteer
            number = one.identity_masked if is_masked else one.identity_number.open()
            for training in total.trainings:
                yield one, number, training


async def _note(people: Iterable[Volunteer], by: Account) -> None:
    await access.note_each(people, AccessKind.TRAINING_LIST, '列印單位的教育訓練時不遮蔽身分證號', by=by)


def _document(content: bytes, kind: str, title: str) -> Document:
    return Document(content, MEDIA_TYPES[kind], _named(title, kind))


def _named(title: str, kind: str) -> str:
    return f'{title}-{dates.roc_digits(dates.today())}.{kind}'
