"""復原: what a batch wrote goes, the last piece first; where somebody has built on it, it stays and says why."""

from collections import Counter

from db import transaction
from db.choices import BatchState
from db.models import Account, ImportBatch, ImportPiece, ImportRow

from .. import dates
from ..announcements import ImportChanged, announce
from ..audit import history
from ..errors import DomainError
from . import packing, writing
from .kind import Written
from .kinds import KINDS


async def step(batch: ImportBatch) -> None:
    """Take back the last piece that stands; after the first one the batch is TAKEN_BACK."""
    async with transaction():
        now = await ImportBatch.filter(id=batch.id).select_for_update().get()
        if now.state != BatchState.TAKING_BACK:
            return
        by = await Account.get(id=now.taken_back_by_id)
        piece = await ImportPiece.filter(batch_id=batch.id, is_taken_back=False).order_by('-number').first()
        if piece is None:
            await _finish(now, by)
            return
        kept = packing.unpack(packing.opened(piece.written, 'written')) if piece.written else []
        written = [Written(*each[1:]) for each in reversed(kept)]
        stays = await _taken_back(now, written, by) if written else {}
        await _keep_stays(now, stays)
        # From now on it counts what is gone again, for the history.
        piece.people = Counter(str(each[0]) for each in kept if each[0] and each[1] not in stays)
        piece.is_taken_back = True
        await piece.save(update_fields=['is_taken_back', 'people'])
        numbers = {each.number for each in written}
        await ImportBatch.filter(id=batch.id).update(
            done=now.done + len(numbers), written=now.written - len(numbers - stays.keys())
        )
        await announce(ImportChanged(batch.id, batch.host_unit_id))


async def _taken_back(batch: ImportBatch, written: list[Written], by: Account) -> dict[int, str]:
    """By row, why it stays; a refusal of the kind is about all of them."""
    try:
        async with transaction():
            return await KINDS[batch.kind].take_back(written, by=by)
    except DomainError as refusal:
        return {each.number: str(refusal) for each in written}


async def _keep_stays(batch: ImportBatch, stays: dict[int, str]) -> None:
    for number, why in stays.items():
        await ImportRow.update_or_create(batch_id=batch.id, number=number, defaults={'left': why})


async def _finish(batch: ImportBatch, by: Account) -> None:
    await writing.note(batch, history.REMOVED, by=by, is_noted=batch.written_at is not None)
    await ImportBatch.filter(id=batch.id).update(state=BatchState.TAKEN_BACK, taken_back_at=dates.now())
    await announce(ImportChanged(batch.id, batch.host_unit_id))
