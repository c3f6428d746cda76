"""`make bench`: what the first release promised about speed and memory, measured; one table.

Every ratio comes from one run on one machine, the two sides taking turns. The machine should have nothing else to do.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable
from pathlib import Path

from . import evidence, imports, logbook, office_documents, opening, pictures, queues, rosters
from .stage import stage
from .table import Row, drawn


async def main() -> None:
    """About fifteen minutes."""
    rows = []
    with tempfile.TemporaryDirectory(prefix='bench-') as folder:
        async with stage(Path(folder)) as site:
            rows += await _measured('opening STEP 4', opening.measured(site))
            rows += await _measured('a hundred, then a thousand open queues', queues.measured(site))
            rows += await _measured('the evidence of five thousand rounds', evidence.measured(site))
            rows += await _measured('a hundred thousand hours from a file', imports.measured(site))
    rows += await _measured('a roster of two hundred', rosters.measured())
    rows += await _measured('a photo of twelve megapixels', pictures.measured())
    rows += await _measured('lists of five thousand rows', office_documents.measured())
    rows += await _measured('printing', logbook.measured())
    print(drawn(rows))


async def _measured(what: str, rows: Awaitable[list[Row]]) -> list[Row]:
    print(f'measuring {what} …', file=sys.stderr, flush=True)
    return await rows


if __name__ == '__main__':
    asyncio.run(main())
