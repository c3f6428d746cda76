"""Contents → PDF, which worker processes make (`worker`).

A book takes a processor for 40 ms, or half a second where it is laid out plainly, which must not hold the event loop;
threads would only take turns at it.
"""

import logging
from collections.abc import Hashable
from dataclasses import asdict, dataclass
from typing import Any

from .. import workers
from ..errors import DomainError
from ..workers import Message
from .book_pages import Contents

log = logging.getLogger(__name__)

# Whoever leaves meanwhile, as by closing the tab, costs no warm worker unless the document is a long one.
pool = workers.Pool(
    'domain.logbook.worker',
    seconds=60,
    waiting_seconds=30,
    jobs_each=1000,  # memory does not grow (tests/bench/logbook.py); this bounds what that has missed
    grace=10,
    environment=(
        'PATH',
        'HOME',
        'LANG',
        'LC_ALL',
        'LD_LIBRARY_PATH',
        'DYLD_FALLBACK_LIBRARY_PATH',
        'XDG_CACHE_HOME',
        'FONTCONFIG_FILE',
        'FONTCONFIG_PATH',
    ),
)


class PrintingBusy(DomainError):
    """Too many documents are waiting to be printed."""

    def __init__(self) -> None:
        super().__init__('現在列印的文件很多，還沒輪到這一份。資料都還在，請稍等一下再列印一次。')


class PrintingTooSlow(DomainError):
    """The document was not finished within the time limit."""

    def __init__(self) -> None:
        super().__init__(f'列印超過 {pool.seconds:.0f} 秒還沒有完成，已先停止。資料都還在，請稍候再列印一次。')


class PrintingFailed(DomainError):
    """The document could not be printed, or its worker died twice."""

    def __init__(self) -> None:
        super().__init__('這份文件沒有印成。資料都還在，請再列印一次；若仍然不行，請告訴系統管理者。')


class PrintingUnavailable(DomainError):
    """This machine lacks Debian packages that printing needs."""

    def __init__(self, lacking: list[str]) -> None:
        self.lacking = lacking
        super().__init__(f'這台主機還不能列印。請系統管理者先執行：apt-get install {" ".join(lacking)}')


@dataclass(frozen=True)
class Listing:
    """A plain list on A4. `printed` stands at the foot of each page; who is in `to_sign` finds a line for it.

    `owners`: of strips of several people, whose each row is, instead of the subtitle.
    """

    title: str
    subtitle: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    printed: str
    to_sign: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeSheet:
    """紙本驗證碼 on half a sheet: whose it is, the code in groups, the steps to take, and where; finished strings."""

    title: str
    name: str
    unit: str
    code: str
    until: str
    address: str
    steps: tuple[str, ...]
    warning: str
    printed: str


async def as_pdf(contents: Contents, *, whose: Hashable = None) -> bytes:
    """The book: A5, tagged (PDF/UA-1), its text selectable. Accounts print by turns: `whose` order it is.

    Raises PrintingBusy, PrintingTooSlow, PrintingFailed, PrintingUnavailable.
    """
    return await _book_printed('logbook', contents, whose)


async def leaves_of(contents: Contents, *, whose: Hashable = None) -> Message:
    """The pages of the book, loose, to be put on sheets with those of others (`imposition`). Raises as `as_pdf`."""
    order, pictures = _order('logbook', contents)
    return await _answered(order | {'is_loose': True}, pictures, whose)


async def preview_as_pdf(contents: Contents, *, whose: Hashable = None) -> bytes:
    """The page of 基本資料 alone, stamped 預覽. Raises as `as_pdf`."""
    return await _book_printed('preview', contents, whose)


async def list_as_pdf(listing: Listing, *, whose: Hashable = None) -> bytes:
    """A table on A4, upright up to six columns, lying beyond. Raises as `as_pdf`."""
    return await _printed('list', asdict(listing), {}, whose)


async def strips_as_pdf(listing: Listing, *, whose: Hashable = None) -> bytes:
    """A strip for each row, to be cut out and pasted into a paper book. Raises as `as_pdf`."""
    return await _printed('strips', asdict(listing), {}, whose)


async def code_as_pdf(sheet: CodeSheet) -> bytes:
    """A code on paper, with its address as QR code. Raises as `as_pdf`."""
    return await _printed('code', asdict(sheet), {}, None)


async def opened() -> None:
    """Start the workers and wait until they are warm.

    Raises PrintingUnavailable, naming what this machine lacks, or workers.Died.
    """
    try:
        for worker in await pool.warm():
            if worker['lacking']:
                raise PrintingUnavailable(worker['lacking'])
    except BaseException:
        await closed()
        raise


async def closed() -> None:
    """End the workers, in the middle of a document too. The next order starts them again."""
    await pool.close()


async def _book_printed(template: str, contents: Contents, whose: Hashable) -> bytes:
    return await _document(*_order(template, contents), whose)


async def _printed(template: str, contents: dict[str, Any], pictures: dict[str, bytes], whose: Hashable) -> bytes:
    return await _document({'template': template, 'contents': contents}, pictures, whose)


def _order(template: str, contents: Contents) -> tuple[dict[str, Any], dict[str, bytes]]:
    photo = contents.identity.photo
    fields = asdict(contents)
    fields['identity']['photo'] = photo is not None
    return {'template': template, 'contents': fields}, {'portrait': photo} if photo else {}


async def _document(order: dict[str, Any], pictures: dict[str, bytes], whose: Hashable) -> bytes:
    _, [document] = await _answered(order, pictures, whose)
    return document


async def _answered(order: dict[str, Any], pictures: dict[str, bytes], whose: Hashable) -> Message:
    try:
        answer, pieces = await pool.run(order | {'pictures': list(pictures)}, list(pictures.values()), whose=whose)
    except workers.Busy:
        raise PrintingBusy from None
    except workers.TooSlow:
        raise PrintingTooSlow from None
    except (workers.Died, workers.Failed) as reason:
        log.exception('a document could not be printed')
        raise PrintingFailed from reason
    if 'lacking' in answer:
        raise PrintingUnavailable(answer['lacking'])
    return answer, pieces
