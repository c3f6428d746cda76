"""How a batch moves from one state to the next, in the caller's transaction and locked by it; pages are told."""

from collections.abc import Mapping
from typing import Any

from db.choices import BatchState
from db.models import ImportBatch, ImportBlock, ImportFile, ImportRow

from ..announcements import ImportChanged, announce


async def change(batch: ImportBatch, changes: Mapping[str, Any]) -> None:
    """Write these columns of the locked batch, and tell of it."""
    batch.update_from_dict(dict(changes))
    await batch.save(update_fields=list(changes))
    await announce(ImportChanged(batch.id, batch.host_unit_id))


async def read_again(batch: ImportBatch, **changes: Any) -> None:
    """Back to READING with these columns changed: whatever was found in the file is found anew."""
    counts = dict.fromkeys(('rows', 'good', 'attention', 'wrong'), 0)
    await change(batch, changes | counts | {'state': BatchState.READING, 'edition': batch.edition + 1})


async def give_up(batch: ImportBatch) -> None:
    """Its cells and its file go; the row stays as DROPPED."""
    await forget_rows(batch)
    await ImportFile.filter(batch_id=batch.id).delete()
    await change(batch, {'state': BatchState.DROPPED, 'edition': batch.edition + 1})


async def forget_rows(batch: ImportBatch) -> None:
    """Its cells go, with what they were graded and what was mended."""
    await ImportBlock.filter(batch_id=batch.id).delete()
    await ImportRow.filter(batch_id=batch.id).delete()
