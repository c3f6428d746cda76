"""New records of a piece by COPY: where files are read the lines are made, and here they only pass through."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db import bulk, transaction
from db.choices import Doubt
from db.models import Account, ImportBatch, ImportBlock

from .. import dates, validation, workers
from . import ready
from .kind import Row
from .kinds import KINDS
from .reading import pool
from .ready import Lines

log = logging.getLogger(__name__)

# Fewer rows are written sooner than a worker is asked.
MOST_AT_HAND = 600


@dataclass(frozen=True)
class Ready:
    """The lines of a piece, the ids of its new records, and the instant they say that they were written at."""

    lines: Lines
    ids: Sequence[int]
    stamp: datetime


class _DoNotStand(Exception):
    pass


async def ready_lines(batch: ImportBatch, blocks: Sequence[ImportBlock], opened: Sequence[bytes]) -> Ready | None:
    """None where the rows are few, or the kind writes each itself, or no worker could do it."""
    copied = KINDS[batch.kind].copied
    letters = [(block.grades, block.doubts, block.takes, block.acts) for block in blocks]
    count = sum(ready.taken(each).total() for each in letters)
    if copied is None or count <= MOST_AT_HAND:
        return None
    by = await Account.get(id=batch.confirmed_by_id)
    ids, stamp = await bulk.ids(copied.table, count), dates.now()
    order = {
        'job': 'lines',
        'kind': batch.kind,
        'blocks': [(block.first_row, each) for block, each in zip(blocks, letters, strict=True)],
        'owners': [by.host_unit_id, by.id],
        'stamp': stamp.isoformat(),
    }
    try:
        told, pieces = await pool.run(order, [json.dumps(ids).encode(), *opened], whose=batch.host_unit_id)
    except (workers.Busy, workers.TooSlow, workers.Died, workers.Failed) as reason:
        log.warning('import %d: no worker has put its rows together (%r)', batch.id, reason)
        return None
    others = [
        Row(number, values, about, takes, validation.member(Doubt, doubt), changes)
        for number, values, about, takes, doubt, changes in json.loads(pieces[2])
    ]
    return Ready(Lines(pieces[0], pieces[1], told['people'], others, told['count']), ids, stamp)


async def copied(batch: ImportBatch, piece: Ready, *, by: Account) -> bool:
    """Write them in the open transaction; False, and nothing is written, where one of them no longer stands."""
    kind = KINDS[batch.kind].copied
    assert kind
    if not piece.lines.copy:
        return True
    try:
        async with transaction():
            await bulk.copy_lines(kind.table, kind.columns, piece.lines.copy)
            if not await kind.stands(min(piece.ids), max(piece.ids), piece.stamp, by):
                raise _DoNotStand
    except _DoNotStand:
        return False
    return True
