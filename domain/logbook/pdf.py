"""Contents → PDF. The work is done by the presses (`presses`, `worker`); here is the door to them."""

import base64
import json
from dataclasses import asdict, dataclass
from typing import Any

from .book_pages import Contents
from .presses import PrintingFailed, PrintingTooSlow, PrintingUnavailable, PrintShop

__all__ = [
    'Listing',
    'PrintingFailed',
    'PrintingTooSlow',
    'PrintingUnavailable',
    'as_pdf',
    'closed',
    'list_as_pdf',
    'opened',
    'preview_as_pdf',
    'strips_as_pdf',
]


@dataclass(frozen=True)
class Listing:
    """A plain list on A4. `printed` stands at the foot of each page."""

    title: str
    subtitle: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    printed: str


async def as_pdf(contents: Contents) -> bytes:
    """The book: A5, tagged (PDF/UA-1), its text selectable.

    Raises PrintingTooSlow, PrintingFailed, PrintingUnavailable.
    """
    return await _book_printed('logbook', contents)


async def preview_as_pdf(contents: Contents) -> bytes:
    """The page of 基本資料 alone, stamped 預覽. Raises as `as_pdf`."""
    return await _book_printed('preview', contents)


async def list_as_pdf(listing: Listing) -> bytes:
    """A table on A4, upright up to six columns, lying beyond. Raises as `as_pdf`."""
    return await _printed('list', asdict(listing), {})


async def strips_as_pdf(listing: Listing) -> bytes:
    """A strip for each row, to be cut out and pasted into a paper book. Raises as `as_pdf`."""
    return await _printed('strips', asdict(listing), {})


async def opened() -> None:
    """Start the presses and wait until they are warm. Raises PrintingUnavailable, naming what this machine lacks."""
    try:
        await _opened_shop().warm()
    except BaseException:
        await closed()
        raise


async def closed() -> None:
    """End the presses, in the middle of a document too. The next order opens them again."""
    global _shop
    shop, _shop = _shop, None
    if shop:
        await shop.close()


async def _book_printed(template: str, contents: Contents) -> bytes:
    photo = contents.identity.photo
    fields = asdict(contents)
    fields['identity']['photo'] = photo is not None
    return await _printed(template, fields, {'portrait': photo} if photo else {})


async def _printed(template: str, contents: dict[str, Any], pictures: dict[str, bytes]) -> bytes:
    encoded = {name: base64.b64encode(picture).decode() for name, picture in pictures.items()}
    order = json.dumps({'template': template, 'contents': contents, 'pictures': encoded})
    return await _opened_shop().print(order.encode())


_shop: PrintShop | None = None


def _opened_shop() -> PrintShop:
    global _shop  # noqa: PLW0603, one print shop a process
    if _shop is None:
        _shop = PrintShop()
    return _shop
