"""POST /uploads/{kind}: takes a file, has it looked at, keeps it, and answers with its id.

The answer is JSON: `{files: [{id, url, name, media_type, width, height, verdict}]}` or, with a 4xx, `{sentence}`.
Session, Origin and size are the gate's; what the file is, `domain.pictures` decides by its bytes.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from tempfile import SpooledTemporaryFile
from typing import Any

from fastapi import FastAPI, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse

from domain import files, imports, limits, links, pictures, validation
from domain.errors import DomainError, MovedOn, NotFound, NotPermitted
from domain.model import Account, FileKind, ImportBatch, ImportKind, StoredFile
from domain.pictures import Accepted, Crop, TooHard

from .session import account_of

WAITING_EACH = 8
AT_ONCE = 3
RECEIVING_SECONDS = 120
_IN_MEMORY = 1024 * 1024


class TooMany(DomainError):
    """More files of this account wait than anybody chooses at once."""

    def __init__(self) -> None:
        super().__init__('您的檔案還有好幾個在處理，這個檔案還沒收下。請等前面的完成再上傳；已填的資料都還在。')


class Unreceived(DomainError):
    """No file arrived, or only a part of it."""

    def __init__(self) -> None:
        super().__init__('沒有收到完整的檔案，請再選一次；已填的資料都還在。')


def register(site: FastAPI) -> None:
    """Put the upload under its address."""
    site.add_api_route('/uploads/{kind}', upload, methods=['POST'])
    site.add_api_route('/uploads/imports/{kind}', upload_import, methods=['POST'])


async def upload(request: Request, kind: str) -> JSONResponse:
    """One file, as multipart field `file` or as the bare body (then `?name=`); `?crop=` frames a photo."""
    try:
        account = account_of(request)
        await files.admit(by=account)
        kept = await _kept(request, _kind_of(kind), account)
    except DomainError as refusal:
        return JSONResponse({'sentence': str(refusal)}, _status_of(refusal))
    return JSONResponse({'files': [_as_json(file) for file in kept]})


async def upload_import(request: Request, kind: str, replaces: str = '', pasted: str = '') -> JSONResponse:
    """A file to be imported, or with `?pasted=1` a range as text; the answer is `{address}`, where its preview is.

    `?replaces=` drops the batch in whose place it comes.
    """
    try:
        account = account_of(request)
        chosen = validation.member(ImportKind, kind)
        if chosen is None:
            raise NotFound
        await files.admit(by=account)
        async with _turn_of(account) as turn:
            received, name = await _received(request)
            with received:
                async with turn:
                    content = await asyncio.to_thread(received.read)
        batch = await _begun(chosen, name, content, bool(pasted), account)
        if replaced := validation.number_in(replaces):
            with suppress(NotFound, MovedOn):  # it has gone already
                await imports.drop(replaced, by=account)
    except DomainError as refusal:
        return JSONResponse({'sentence': str(refusal)}, _status_of(refusal))
    return JSONResponse({'address': links.import_batch(batch.id)})


async def _begun(kind: ImportKind, name: str, content: bytes, is_pasted: bool, account: Account) -> ImportBatch:
    if is_pasted:
        return await imports.begin_pasted(kind, content.decode('utf-8', 'replace'), by=account)
    return await imports.begin(kind, name, content, by=account)


async def _kept(request: Request, kind: FileKind, account: Account) -> list[StoredFile]:
    crop = _crop_of(request.query_params.get('crop', ''))
    async with _turn_of(account) as turn:
        received, name = await _received(request)
        with received:
            # Held on disk until it is its turn: only files in work are in memory.
            async with turn, _places:
                content = await asyncio.to_thread(received.read)
                await files.scan(content, by=account)
                accepted = await _accepted(kind, content, crop, account)
                return [await files.keep(one, kind, name, by=account) for one in accepted]


async def _accepted(kind: FileKind, content: bytes, crop: Crop | None, account: Account) -> list[Accepted]:
    try:
        if kind == FileKind.PHOTO:
            return [await pictures.accept_photo(content, crop)]
        if kind in (FileKind.CERTIFICATE, FileKind.PAPER_BOOK):
            return [*await pictures.accept_scan(content)]
        return [await pictures.accept_attachment(content)]
    except TooHard:
        await files.blame(by=account)
        raise


async def _received(request: Request) -> tuple[Any, str]:
    """The file as sent, from its beginning, and its name. Raises Unreceived."""
    try:
        async with asyncio.timeout(RECEIVING_SECONDS):
            if not request.headers.get('content-type', '').startswith('multipart/'):
                return await _body(request), request.query_params.get('name', '')
            form = await request.form(max_files=1, max_fields=4)
    except (TimeoutError, ClientDisconnect, HTTPException):
        raise Unreceived from None
    sent = form.get('file')
    if not isinstance(sent, UploadFile):
        raise Unreceived
    return sent.file, sent.filename or ''


async def _body(request: Request) -> Any:
    received = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 -- the caller closes it
    try:
        async for chunk in request.stream():
            await asyncio.to_thread(received.write, chunk)
    except BaseException:
        received.close()
        raise
    received.seek(0)
    return received


class _Sender:
    """What one account has under way here; its files are worked on one after the other."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.waiting = 0


_senders: dict[int, _Sender] = {}
_places = asyncio.Semaphore(AT_ONCE)


@asynccontextmanager
async def _turn_of(account: Account) -> AsyncIterator[asyncio.Lock]:
    """The lock by which an account waits for itself, so that a flood of one does not keep others waiting."""
    sender = _senders.setdefault(account.id, _Sender())
    if sender.waiting >= WAITING_EACH:
        raise TooMany
    sender.waiting += 1
    try:
        yield sender.turn
    finally:
        sender.waiting -= 1
        if not sender.waiting:
            del _senders[account.id]


def _kind_of(text: str) -> FileKind:
    for kind in FileKind:
        if kind == text:
            return kind
    raise NotFound


def _crop_of(text: str) -> Crop | None:
    """`left,top,width,height` in fractions of the picture; None when it is not that."""
    try:
        left, top, width, height = map(float, text.split(','))
    except ValueError:
        return None
    edges = (left, top, width, height, 1.001 - left - width, 1.001 - top - height)
    is_within = all(math.isfinite(edge) and edge >= 0 for edge in edges) and min(width, height) > 0.01
    return (left, top, width, height) if is_within else None


def _status_of(refusal: DomainError) -> int:
    if isinstance(refusal, NotPermitted):
        return 403
    if isinstance(refusal, NotFound):
        return 404
    return 429 if isinstance(refusal, TooMany | limits.Exceeded) else 422


def _as_json(file: StoredFile) -> dict[str, Any]:
    return {
        'id': str(file.id),
        'url': links.file(file.id),
        'name': file.name,
        'media_type': file.media_type,
        'width': file.width,
        'height': file.height,
        'verdict': file.verdict,
    }
