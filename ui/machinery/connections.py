"""Connections as uvicorn has them, with limits of size and of time that httptools has not.

httptools keeps the head of a request, a trailer or a chunk's extension until it ends, however long it is: one endless
header took 230 MB and held the loop for twelve seconds. Here whoever sends more than MOST_HEAD bytes that are no body,
or is too slow with a head, a body or with reading an answer, is cut off. What a body may be, `bodies` says.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.datastructures import Headers
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import Protocol

MOST_HEAD = 32 * 1024  # NiceGUI's own heads have 2 kB; proxies cut at 8 or 16
HEAD_SECONDS = 15.0
BODY_SECONDS = 150.0  # longer than an upload may take, which has a sentence of its own
READING_SECONDS = 60.0
# Heads that are not complete, in this process: whoever is slowest makes room.
MOST_UNFINISHED = 500
# Bytes of a body up to which it is copied behind its head.
MOST_JOINED = 64 * 1024
_OF_A_BODY = {b'content-length', b'transfer-encoding'}
# Under this name a websocket's scope has its connection.
LINE = 'line'
# True in a message to a websocket that waits for the next one, which goes at once.
FOLLOWED = 'followed'

# What a websocket is given to answer the request that opens it, and is not asked for again.
_OF_ITS_ANSWER = ('config', 'app', 'app_state', 'asgi_version', 'root_path', 'default_headers', 'request', 'response')

_ANSWERS = {
    400: (b'Bad Request', '這個要求無法辨識，沒有完成。請重新整理頁面。'),
    408: (b'Request Timeout', '傳送太慢，已經停止。請確認網路後再試一次；已填的資料都還在。'),
    431: (b'Request Header Fields Too Large', '瀏覽器送來的標頭太長，沒有收下。請清除這個網站的 Cookie 後再試一次。'),
}


class Oversized(Exception):
    """The head of a request is too long."""


class Limited(HttpToolsProtocol):
    """One connection. Its states: a head is awaited or under way, a body is, or the answer is."""

    unfinished: dict['Limited', None] = {}  # noqa: RUF012 -- of the process, as uvicorn's own set of connections

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_in_head = True
        self.loose = 0  # bytes since something of the message was complete
        self.head = 0
        self.deadline: asyncio.TimerHandle | None = None
        self.stall: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._resume()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if self.is_in_head and self.deadline is None:
            self._await_head()
        self.loose += len(data)
        super().data_received(data)
        if self.loose > MOST_HEAD and not self.transport.is_closing():
            self._refuse(431)

    def send_400_response(self, msg: str) -> None:
        self._refuse(431 if self.head > MOST_HEAD else 400)

    def handle_websocket_upgrade(self) -> None:
        self._stop_waiting()
        names = {name for name, _ in self.scope['headers']}
        if self.scope['method'] != 'GET' or self.scope['http_version'] != '1.1' or names & _OF_A_BODY:
            super().handle_websocket_upgrade()  # which refuses it
            return
        self.connections.discard(self)
        line = Line(config=self.config, server_state=self.server_state, app_state=self.app_state)
        line.take_over(self)
        self.transport.set_protocol(line)
        self.parser = None  # type: ignore[assignment]  # which knows us: together we would wait for the collector

    def on_message_begin(self) -> None:
        self.head = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self.is_in_head, self.loose = False, 1
        self._stop_waiting()
        self.deadline = self.loop.call_later(BODY_SECONDS, self._refuse, 408)
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            self.cycle.transport = _Whole(self.transport)  # type: ignore[assignment]  # all that it is used for

    def on_body(self, body: bytes) -> None:
        self.loose = 1  # never 0 in the middle of a message
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.is_in_head, self.loose = True, 0
        self._stop_waiting()
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.stall is None:
            self.stall = self.loop.call_later(READING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._resume()
        super().resume_writing()

    def _count(self, size: int) -> None:
        self.head += size
        if self.head > MOST_HEAD:
            raise Oversized  # httptools makes an HttpParserError of it, and uvicorn answers 400: see above

    def _await_head(self) -> None:
        self.deadline = self.loop.call_later(HEAD_SECONDS, self._refuse, 408)
        self.unfinished[self] = None
        if len(self.unfinished) > MOST_UNFINISHED:
            next(iter(self.unfinished))._refuse(408)

    def _stop_waiting(self) -> None:
        self.unfinished.pop(self, None)
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def _resume(self) -> None:
        if self.stall is not None:
            self.stall.cancel()
            self.stall = None

    def _refuse(self, status: int) -> None:
        """Say why, if nothing is being said yet, and close."""
        self._stop_waiting()
        if self.transport is None or self.transport.is_closing():
            return
        is_heard = self.cycle is None or self.cycle.response_complete or not self.cycle.response_started
        # Browsers open connections in advance, and would take words on them for the answer to something.
        if is_heard and self.loose:
            words, sentence = _ANSWERS[status][0], _ANSWERS[status][1].encode()
            about = b'content-type: text/plain; charset=utf-8\r\ncontent-length: %d' % len(sentence)
            head = b'HTTP/1.1 %d %s\r\nconnection: close\r\n%s\r\n\r\n' % (status, words, about)
            self.transport.write(head + sentence)
        self.transport.close()


class _Whole:
    """Where an answer is written: its head waits for its body, if that comes at once, so that they go in one piece."""

    __slots__ = ('_head', '_line')

    def __init__(self, line: asyncio.Transport) -> None:
        self._line = line
        self._head: bytes | None = None

    def write(self, data: bytes) -> None:
        if self._head is None:
            self._head = data
            asyncio.get_running_loop().call_soon(self._no_more)
        elif self._head and len(data) <= MOST_JOINED:
            head, self._head = self._head, b''
            self._line.write(head + data)
        else:
            self._no_more()
            self._line.write(data)

    def close(self) -> None:
        self._no_more()
        self._line.close()

    def is_closing(self) -> bool:
        return self._line.is_closing()

    def _no_more(self) -> None:
        if self._head:
            head, self._head = self._head, b''
            self._line.write(head)


class _Kept:
    """Where a message that waits for the next one is written instead."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.kept.append(data)

    def is_closing(self) -> bool:
        return False


def frame_of(text: str) -> bytes:
    """A text as it travels over a websocket from here: the same for everybody."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


class Line(WebSocketsSansIOProtocol):
    """A websocket that also takes a whole frame, encoded once for many: uvicorn encodes each message for each.

    What the browser asked for was read once, by httptools; uvicorn writes it anew to have it read once more.
    """

    # While nothing happens all are alike, and none keeps it (`_take_little_room`).
    initial_response = None
    close_sent = False
    disconnected = False
    close_timer = None
    close_timeout = 10.0
    read_paused = False
    ping_timer = None
    pong_timer = None
    pending_ping_payload = None
    ping_sent_at = 0.0
    last_ping_rtt = 0.0

    def take_over(self, opened: Limited) -> None:
        """The connection, with whose ends it is, and the request that opens a websocket on it."""
        self.connections.add(self)
        self.transport, self.server, self.client = opened.transport, opened.server, opened.client
        self.scheme = 'wss' if opened.scheme == 'https' else 'ws'
        given = Headers()
        for name, value in opened.scope['headers']:
            given[name.decode('latin-1')] = value.decode('latin-1')
        # What follows are frames: the parser as it is behind a request.
        self.conn.parser = Protocol.parse(self.conn)
        next(self.conn.parser)
        self.handle_connect(Request(opened.url.decode('latin-1'), given))

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope[LINE] = self  # type: ignore[literal-required]  # a name of our own

    async def send(self, message: Any) -> None:
        """What waits for the next message goes in one piece with it."""
        if message.get(FOLLOWED) and self.writable.is_set():
            line, self.transport = self.transport, _Kept()  # type: ignore[assignment]  # all that it is used for
            try:
                await super().send(message)
                self.conn.writes[:0] = self.transport.kept  # type: ignore[attr-defined]  # what is written next has it
            finally:
                self.transport = line
        else:
            await super().send(message)
        if message['type'] == 'websocket.accept':
            self._take_little_room()

    def _take_little_room(self) -> None:
        """It is open: what only its answer needed goes, and what is as usual is the class's."""
        usual = vars(Line)
        kept = {name: value for name, value in vars(self).items() if name not in _OF_ITS_ANSWER}
        self.__dict__ = {name: value for name, value in kept.items() if name not in usual or value != usual[name]}

    def _write_all(self) -> None:
        if (output := self.conn.data_to_send()) and not self.transport.is_closing():
            self.transport.write(b''.join(output))

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if hasattr(self, 'scope'):  # there was a request
            self.scope.pop(LINE, None)  # type: ignore[misc]  # so that nothing waits for the collector

    def put(self, frame: bytes) -> bool:
        """Send `frame`; False, and nothing is sent, where the connection is closing, or its reader slow."""
        is_open = self.handshake_complete and not self.close_sent and not self.disconnected
        if not is_open or self.transport.is_closing() or not self.writable.is_set():
            return False
        if self.conn.writes:
            self._write_all()
        self.transport.write(frame)
        return True
