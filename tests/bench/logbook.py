"""Printing: faster than plain WeasyPrint, without growing, without holding the event loop.

`python -m tests.bench.logbook` prints the table; every comparison is made in the same run, rounds taking turns.
"""

import asyncio
import base64
import gc
import statistics
import time
from dataclasses import asdict, replace

import psutil
from weasyprint import HTML

from domain.logbook import pdf
from domain.logbook.book_pages import Contents
from domain.logbook.worker import FOLDER, Renderer
from tests.samples.logbooks import a_book

from .table import Row
from .ticks import is_short, longest_hold

ROUNDS = 15
BOOKS = 500
WARM_UP = 40


async def measured() -> list[Row]:
    """About four minutes."""
    return [await _loop(), await _speed(), await _memory()]


async def _speed() -> Row:
    """A book of four filled leaves through a warm worker, against `HTML(string).write_pdf()` for each book."""
    book = a_book()
    plain = _plain(book)
    await pdf.opened()
    ours_times, plain_times = [], []
    for number in range(ROUNDS + 2):
        start = time.perf_counter()
        await pdf.as_pdf(book)
        middle = time.perf_counter()
        HTML(string=plain, base_url=FOLDER.as_uri() + '/').write_pdf(pdf_variant='pdf/ua-1')
        if number >= 2:  # the first rounds open files for both
            ours_times.append(middle - start)
            plain_times.append(time.perf_counter() - middle)
    await pdf.closed()
    ours, compared = statistics.median(ours_times), statistics.median(plain_times)
    return Row(
        'a book of four filled leaves',
        f'{ours * 1000:.0f} ms',
        f'plain write_pdf() {compared * 1000:.0f} ms',
        f'{compared / ours:.2f} ×',
        'at least 1.3 × as fast',
        compared / ours >= 1.3,
    )


async def _loop() -> Row:
    """The longest time the event loop did not come round while books of twelve pages were made."""
    book = a_book(services=50)
    gc.collect()
    gc.freeze()  # what else the bench has left behind in this process is not our matter here
    await pdf.opened()
    printing, idle = await longest_hold(_printed(book, times=5))
    await pdf.closed()
    gc.unfreeze()
    return Row(
        f'event loop held by a book of {len(book.service) + 6} pages',
        f'{printing * 1000:.1f} ms',
        f'an idle process meanwhile {idle * 1000:.1f} ms',
        '',
        'under 50 ms',
        is_short(printing, idle),
    )


async def _printed(book: Contents, times: int) -> None:
    for _ in range(times):
        await pdf.as_pdf(book)


async def _memory() -> Row:
    """Resident memory of one worker after 500 books, against the same worker when it had printed 40."""
    book = a_book()
    both, pdf.pool = pdf.pool, replace(pdf.pool, size=1)
    await pdf.opened()
    [worker] = [child for child in psutil.Process().children() if 'domain.logbook.worker' in child.cmdline()]
    await _printed(book, times=WARM_UP)
    before = worker.memory_info().rss
    await _printed(book, times=BOOKS)
    after = worker.memory_info().rss
    await pdf.closed()
    pdf.pool = both
    return Row(
        f'memory of a worker after {BOOKS} more books',
        f'{after / 2**20:.0f} MiB',
        f'after {WARM_UP} books {before / 2**20:.0f} MiB',
        f'{after / before:.3f}',
        'no growth (at most 1.01)',
        after <= before * 1.01,
    )


def _plain(book: Contents) -> str:
    """The same page as a worker lays out, with its stylesheet and the photo inside, as one would write it at first."""
    fields = asdict(book)
    photo = base64.b64encode(fields['identity']['photo']).decode()
    text: str = Renderer().templates.get_template('logbook.html').render(fields)
    stylesheet = (FOLDER / 'logbook.css').read_text(encoding='utf-8')
    return text.replace('</head>', f'<style>{stylesheet}</style></head>').replace(
        'photo:portrait', f'data:image/jpeg;base64,{photo}'
    )


if __name__ == '__main__':
    for row in asyncio.run(measured()):
        print(*row, sep=' | ')
