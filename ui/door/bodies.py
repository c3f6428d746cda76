"""What somebody may send: how large the body of a request may be, and how long it may take to come."""

import asyncio
import logging
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain import links
from domain.imports import KINDS, most_bytes
from domain.pictures import MEGABYTE, MOST_MEGABYTES

from .. import public
from . import sockets

log = logging.getLogger(__name__)

_MEGABYTES = {links.upload(kind): most for kind, most in MOST_MEGABYTES.items()}
_IMPORTED = {links.upload_import(kind): most_bytes(kind) // MEGABYTE for kind in KINDS}
_MOST_UPLOADED = max(_MEGABYTES.values())
_ROUND_A_FILE = 64 * 1024  # what multipart writes around it
_MOST_TYPED = 256 * 1024
_MOST_POLLED = MEGABYTE
# Seconds for a whole body: what somebody typed, and a file over a slow line.
_TYPED_SECONDS = 30.0
_FILE_SECONDS = 120.0
_SLOWLY = '傳送太慢，已經停止，沒有收到完整的內容。請確認網路後再送出一次；已填的資料都還在。'


class Measured:
    """A request whose body is cut off beyond its limit, declared or not, whatever the application does about it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.most, self._sentence = _limit(scope['path'])
        self.until = asyncio.get_running_loop().time() + _seconds(scope['path'])
        self.seen = 0
        self.is_whole = False
        self.is_answered = False

    async def run(self, app: ASGIApp) -> None:
        declared = Headers(scope=self.scope).get('content-length', '')
        if declared.isdecimal() and int(declared) > self.most:
            await self._refuse()
            return
        try:
            await app(self.scope, self.receive, self.send)
        except* _TooMuch:  # a task group may have wrapped it
            log.info('a body went on beyond its limit')
        except* _TooSlow:
            log.info('a body was not there in time')
            if not self.is_answered:
                await _closing(public.refusal(self.scope, 408, _SLOWLY))(self.scope, self._receive, self._send)
        if self.seen > self.most and not self.is_answered:
            await self._refuse()

    async def receive(self) -> Message:
        if self.is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self.until):
                message = await self._receive()
        except TimeoutError:
            raise _TooSlow from None
        self.is_whole = not message.get('more_body')
        self.seen += len(message.get('body', b''))
        if self.seen > self.most:
            raise _TooMuch
        return message

    async def send(self, message: Message) -> None:
        if self.seen <= self.most or self.is_answered:
            self.is_answered = True
            await self._send(message)

    async def _refuse(self) -> None:
        # Read on for a while: who is cut off in mid-sentence does not hear the answer.
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                while self.seen < 4 * _MOST_UPLOADED * MEGABYTE:
                    message = await self._receive()
                    self.seen += len(message.get('body', b''))
                    if not message.get('more_body'):
                        break
        await _closing(public.refusal(self.scope, 413, self._sentence))(self.scope, self._receive, self._send)


class _TooMuch(Exception):
    """The body goes on beyond its limit."""


class _TooSlow(Exception):
    """The body is not there in time."""


def _limit(path: str) -> tuple[int, str]:
    """How many bytes may be sent to `path`, and the sentence for more."""
    if path.startswith(links.upload('')):
        if path in _IMPORTED:
            sentence = f'檔案超過 {_IMPORTED[path]} MB，沒有收下。請分成幾個檔案，一個一個匯入；沒有寫入任何資料。'
            return _IMPORTED[path] * MEGABYTE + _ROUND_A_FILE, sentence
        most = _MEGABYTES.get(path, _MOST_UPLOADED)
        sentence = f'檔案超過 {most} MB，沒有收下。請縮小檔案，或用手機重新拍照；已填的資料都還在。'
        return most * MEGABYTE + _ROUND_A_FILE, sentence
    return _MOST_POLLED if sockets.are_at(path) else _MOST_TYPED, '送出的內容太長，沒有收下。請縮短後再送出。'


def _seconds(path: str) -> float:
    return _FILE_SECONDS if path.startswith(links.upload('')) else _TYPED_SECONDS


def _closing(answer: Response) -> Response:
    answer.headers['Connection'] = 'close'
    return answer
