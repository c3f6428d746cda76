"""Rows that are entries of a tab, as insurance and hours: written and taken back by the batches of `ledgers`."""

from collections.abc import Sequence

from db.models import Account

from ..errors import Incomplete
from ..ledgers import Ledger, batches
from .kind import Row, Written


async def written_rows(ledger: Ledger, rows: Sequence[Row], *, by: Account) -> list[Written]:
    """A row without values says nothing new. `replaces` among the values: the entry that the row replaces."""
    going = [row for row in rows if row.values]
    wanted = [
        batches.Wanted(row.about, batches.from_json(ledger, row.values), row.values.get('replaces', 0)) for row in going
    ]
    try:
        kept = await batches.write(ledger, wanted, by=by)
    except Incomplete as refusal:
        raise Incomplete({str(going[int(at)].number): text for at, text in refusal.problems.items()}) from None
    return [
        Written(row.number, type(one.entry).__name__, str(one.entry.id), batches.stamp(one.entry), one.before)
        for row, one in zip(going, kept, strict=True)
    ]


async def taken_back(ledger: Ledger, written: Sequence[Written], *, by: Account) -> dict[int, str]:
    """By row, why it stays."""
    numbers = {int(one.record_id): one.number for one in written}
    several = [(int(one.record_id), one.stamp, one.before) for one in written]
    return {numbers[entry]: why for entry, why in (await batches.take_back(ledger, several, by=by)).items()}
