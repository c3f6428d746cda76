"""整批列印: the books of many people in one file, on sheets to be folded (`logbook.imposition`).

It is made beside the page that asked for it, by both workers at once, and the page tells how far it is. The file has
no name on the disk and goes with the page. A book that cannot be printed is named; the others are.
"""

import asyncio
import contextlib
import logging
import os
import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from tempfile import TemporaryFile
from typing import IO

from tortoise.queryset import QuerySet

from db.choices import BookKind, Role
from db.models import Account, BookIssue

from .. import dates, permissions, printouts
from ..accounts import step_up
from ..errors import DatabaseAway, DomainError, NoAnswer, NotFound
from ..logbook import pdf
from ..logbook.imposition import Imposed
from ..workers import Message
from . import record_books

log = logging.getLogger(__name__)

AHEAD = 4
"""So many books are on their way beside each other: two are made, two are read or wait."""
BUSY_SECONDS = 2.0
PIECE = 256 * 1024
REASONS = {Role.UNIT_STAFF: '單位列印', Role.REVIEWER: '機關列印'}

_under_way: dict[str, 'BookPrint'] = {}


class NothingToPrint(DomainError):
    """No book is among what was asked for."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class StillPrinting(DomainError):
    """The account has many books printed already."""

    def __init__(self, earlier: 'BookPrint') -> None:
        super().__init__(
            f'您的上一份「{earlier.title}」還在列印（{earlier.done}／{earlier.total} 冊）。'
            '請等它完成，或在那一頁按「停止列印」，再印這一份。'
        )


class BookPrint:
    """`total` books, of which `done` are; `failed`: whose was not printed, and why. `file` when it is whole.

    `problem`: why all of it came to an end without a file.
    """

    def __init__(self, title: str, books: Sequence[int], reason: str, by: Account) -> None:
        self.key, self.title, self.by = secrets.token_urlsafe(16), title, by
        self.total, self.done, self.printed, self.sheets = len(books), 0, 0, 0
        self.failed: list[tuple[str, str]] = []
        self.problem = ''
        self._books, self._reason = books, reason
        self._file: IO[bytes] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def is_going_on(self) -> bool:
        """Whether books are still to be printed."""
        return self._task is not None and not self._task.done()

    @property
    def is_ready(self) -> bool:
        """Whether there is a file to fetch."""
        return self._file is not None and not self.is_going_on

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return os.fstat(self._file.fileno()).st_size if self._file else 0

    def begin(self) -> None:
        """Print from now on."""
        _under_way[self.key] = self
        self._task = asyncio.create_task(self._run(), name='book print')

    async def ended(self) -> None:
        """Wait until it goes on no more."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def close(self) -> None:
        """Stop, and throw away what there is."""
        _under_way.pop(self.key, None)
        if self.is_going_on:
            assert self._task
            self._task.cancel()
        elif self._file is not None:
            self._file.close()
            self._file = None

    def pieces(self) -> Iterator[bytes]:
        """The file, which blocks; it may be read several times at once."""
        at = 0
        while self._file is not None and (piece := os.pread(self._file.fileno(), PIECE, at)):
            yield piece
            at += len(piece)

    async def _run(self) -> None:
        file = TemporaryFile()  # noqa: SIM115 -- it is kept while the page is
        try:
            await self._print_into(file)
        except DatabaseAway as away:
            self.problem = str(NoAnswer(away))
        except DomainError as refusal:
            self.problem = str(refusal)
        except OSError:
            log.exception('many books could not be written into one file')
            self.problem = '主機的磁碟寫不進去，所以沒有印成；資料都還在。請告訴系統管理者，排除後再印一次。'
        except Exception:
            log.exception('many books could not be printed')
            self.problem = '整批列印沒有完成；資料都還在，請再印一次。若仍然不行，請告訴系統管理者。'
        else:
            self._file = file if self.printed else None
        finally:
            if self._file is None:
                file.close()

    async def _print_into(self, file: IO[bytes]) -> None:
        sheets = await asyncio.to_thread(Imposed, file, self.title)
        waiting: deque[asyncio.Task[tuple[str, Message | str]]] = deque()
        left = iter(self._books)
        try:
            while True:
                while len(waiting) < AHEAD and (one := next(left, None)) is not None:
                    waiting.append(asyncio.create_task(self._made(one), name='book of many'))
                if not waiting:
                    break
                name, made = await waiting[0]
                waiting.popleft()
                if isinstance(made, str):
                    self.failed.append((name, made))
                else:
                    await asyncio.to_thread(sheets.add, made, name)
                    self.printed, self.sheets = self.printed + 1, sheets.count
                self.done += 1
            await asyncio.to_thread(sheets.end)
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    async def _made(self, book_id: int) -> tuple[str, Message | str]:
        """Whose it is, and the book taken apart, or the sentence why there is none."""
        name = f'第 {self._books.index(book_id) + 1} 冊'
        try:
            book = await record_books.get(book_id, by=self.by)
            name = f'{book.volunteer.name} {book.number}'
            contents = await record_books.printable(book, by=self.by, reason=self._reason)
            while True:
                with contextlib.suppress(pdf.PrintingBusy):
                    return name, await pdf.leaves_of(contents, whose=self.by.id)
                await asyncio.sleep(BUSY_SECONDS)
        except pdf.PrintingUnavailable:
            raise
        except DomainError as refusal:
            return name, str(refusal)


async def of_cases(application_ids: Sequence[int], title: str, *, by: Account) -> BookPrint:
    """Begin to print the books that these approved applications led to, in their order; a cancelled one is no book.

    Who may print one of them is asked at each, and noted for its holder. Raises NothingToPrint, StillPrinting,
    printouts.TooLong, StepUpNeeded.
    """
    issues = BookIssue.filter(application_id__in=list(application_ids)).exclude(kind=BookKind.CANCELLATION)
    place = {one: number for number, one in enumerate(application_ids)}
    found = sorted(await issues.values_list('application_id', 'book_id'), key=lambda one: place[one[0]])
    if not found:
        raise NothingToPrint('這份名冊還沒有核可發冊的志工，沒有可以列印的紀錄冊。核可後就可以整批列印。')
    return await _begun([book for _, book in found], title, by)


async def of_day(day: date | None, *, by: Account) -> BookPrint:
    """Begin to print the books that the reviewer's agency has approved on that day. Raises as `of_cases`."""
    permissions.require(by, 'books.book_prints.of_day')
    if day is None:
        raise NothingToPrint('請填要列印哪一天核可的紀錄冊。')
    books = [book for (book,) in await _of_day(day, by).order_by('at', 'id').values_list('book_id')]
    if not books:
        raise NothingToPrint(f'{dates.roc(day)} 沒有核可發冊，沒有可以列印的紀錄冊。請換一天。')
    return await _begun(books, f'{dates.roc_long(day)}核可的紀錄冊', by)


def under_way(key: str, *, by: Account) -> BookPrint:
    """The account's own, when its file is whole. Raises NotFound."""
    found = _under_way.get(key)
    if found is None or found.by.id != by.id or not found.is_ready:
        raise NotFound('這份檔案已經不在了，可能離開過列印的頁面。請回到那一頁再印一次。')
    return found


async def closed() -> None:
    """Stop all of them, as when the office closes."""
    for one in list(_under_way.values()):
        one.close()
        await one.ended()


def _of_day(day: date, by: Account) -> QuerySet[BookIssue]:
    begins, ends = dates.midnight(day), dates.midnight(day + timedelta(days=1))
    issues = BookIssue.filter(agency_id=by.agency_id, at__gte=begins, at__lt=ends, application_id__isnull=False)
    return issues.exclude(kind=BookKind.CANCELLATION)


async def _begun(books: Sequence[int], title: str, by: Account) -> BookPrint:
    if not permissions.may(by, 'books.book_prints.of_cases'):
        raise NotFound
    await step_up.require(by)  # one file has the full numbers of as many people as an export
    books = list(dict.fromkeys(books))
    if len(books) > printouts.MOST_PRINTED:
        raise printouts.TooLong(len(books))
    for other in _under_way.values():
        if other.by.id == by.id and other.is_going_on:
            raise StillPrinting(other)
    begun = BookPrint(title, books, f'{REASONS[by.role]}（整批）', by)
    begun.begin()
    return begun
