"""整批列印: three hundred books on sheets in one file.

`python -m tests.bench.bulk_print FILE` writes that file, to be looked at.
"""

import asyncio
import io
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import psutil
from pypdf import PdfReader, PdfWriter

from domain.books.book_prints import AHEAD
from domain.logbook import pdf
from domain.logbook.book_pages import Contents
from domain.logbook.imposition import Imposed
from domain.workers import Message

from . import print_peers
from .table import Row

BOOKS = 300
PLAIN = 4


async def measured(books: Sequence[Contents]) -> Row:
    """Printed as `book_prints` does, which adds what it reads of the database; beside each by itself and joined."""
    with TemporaryFile() as file:
        begun = time.perf_counter()
        memory = await printed(books, file)
        wall = time.perf_counter() - begun
        size = file.tell()
    await pdf.closed()
    begun = time.perf_counter()
    _joined(books[:PLAIN])
    plain = (time.perf_counter() - begun) / PLAIN * len(books)
    return Row(
        f'{len(books)} books on sheets in one file',
        f'{wall:.1f} s, {size / 2**20:.1f} MiB',
        f'each by plain write_pdf(), joined by pypdf: {plain:.0f} s (of {PLAIN})',
        f'{plain / wall:.0f} ×; server {memory[0] / 2**20:+.0f} MiB, largest worker {memory[1] / 2**20:.0f} MiB',
        'at most 15 s',
        wall <= 15,
    )


async def printed(books: Sequence[Contents], file: IO[bytes]) -> tuple[int, int]:
    """By how much this process grew, and the largest memory of a worker, in bytes."""
    await pdf.opened()
    own, most = psutil.Process(), 0
    before = own.memory_info().rss
    sheets, left = Imposed(file, '整批列印'), iter(books)
    waiting: deque[tuple[Contents, asyncio.Task[Message]]] = deque()
    while True:
        while len(waiting) < AHEAD and (book := next(left, None)) is not None:
            waiting.append((book, asyncio.create_task(pdf.leaves_of(book))))
        if not waiting:
            break
        book, task = waiting.popleft()
        await asyncio.to_thread(sheets.add, await task, f'{book.identity.name} {book.number}')
        if sheets.count % 50 == 0:
            most = max(most, *(worker.memory_info().rss for worker in own.children()))
    await asyncio.to_thread(sheets.end)
    return own.memory_info().rss - before, most


def _joined(books: Sequence[Contents]) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    for book in books:
        single = print_peers.by_weasyprint(print_peers.page(book), variant=None)
        writer.append(PdfReader(io.BytesIO(single)))
    writer.write(out)
    return out.getvalue()


async def _written(path: Path) -> None:
    from .logbook import books

    with path.open('wb') as file:
        await printed(books(BOOKS), file)
    await pdf.closed()


if __name__ == '__main__':
    asyncio.run(_written(Path(sys.argv[1])))
