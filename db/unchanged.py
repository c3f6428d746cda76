"""Small tables that an administrator changes a few times a year: their rows are kept while the table holds the same.

Whoever needs the rows asks the database what the table holds now, by its digest, beside something else that is asked
anyway; only when that is another one the rows are read. So nobody has to tell that something has changed, whichever
process, migration or hand did it, and a rollback leaves nothing behind.
"""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from tortoise.expressions import RawSQL
from tortoise.models import Model

Record = TypeVar('Record', bound=Model)


class Unchanged(Generic[Record]):
    """The rows of `model`, which has an `id`. They are shared: nobody changes them, or what hangs on them.

    `digest` is SQL for the 32 bytes of what the table holds, NULL while it is empty.
    """

    def __init__(self, model: type[Record]) -> None:
        self._model = model
        self._digest: bytes | None = b''
        self._rows: Sequence[Record] = ()
        told = "string_agg(held::text, E'\\n' ORDER BY held.id)"
        table = model._meta.db_table
        self.digest = f'(SELECT sha256(convert_to({told}, \'UTF8\')) FROM "{table}" held)'  # noqa: S608 -- our own words

    async def rows(self, digest: bytes | None) -> Sequence[Record]:
        """All rows in the order of the model; `digest` was read by the statement that asked beside it."""
        if digest == self._digest:
            return self._rows
        # Of one snapshot: what stands under the digest is what was digested.
        found: list[Any] = await self._model.all().annotate(digested=RawSQL(self.digest))
        self._rows, self._digest = tuple(found), found[0].digested if found else None
        return self._rows
