"""Small tables that an administrator changes a few times a year: their rows are kept while the table holds the same.

Whoever needs the rows asks the database what the table holds now, by its digest, beside something else that is asked
anyway; only when that is another one the rows are read. So nobody has to tell that something has changed, whichever
process, migration or hand did it, and a rollback leaves nothing behind.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from tortoise.expressions import RawSQL
from tortoise.models import Model
from tortoise.queryset import QuerySet

Record = TypeVar('Record', bound=Model)


class Unchanged(Generic[Record]):
    """The rows of `query()`, kept under `digest`: SQL for 32 bytes that tell what they hold, NULL while there are none.

    The rows are shared: nobody changes them, or what hangs on them.
    """

    def __init__(self, query: Callable[[], QuerySet[Record]], digest: str) -> None:
        self.digest = digest
        self._query = query
        self._kept: tuple[bytes | None, Sequence[Record]] = b'', ()

    async def rows(self, digest: bytes | None) -> Sequence[Record]:
        """The rows; `digest` was read by the statement that asked beside it."""
        kept_under, rows = self._kept
        if digest != kept_under:
            # Of one snapshot: what stands under the digest is what was digested.
            found: list[Any] = await self._query().annotate(digested=RawSQL(self.digest))
            rows = tuple(found)
            self._kept = found[0].digested if found else None, rows
        return rows


def of_table(model: type[Record]) -> Unchanged[Record]:
    """All rows of a small table with an `id`, in the order of the model."""
    return Unchanged(model.all, digested('held::text', f'"{model._meta.db_table}" held ORDER BY 1'))


def digested(text: str, rows: str) -> str:
    """SQL for the digest of `text`, an expression over `rows`, which is what stands behind FROM."""
    told = f'SELECT {text} AS told FROM {rows}'  # noqa: S608 -- our own words
    return f"(SELECT sha256(convert_to(string_agg(told, E'\\n'), 'UTF8')) FROM ({told}) held)"  # noqa: S608
