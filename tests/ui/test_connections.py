"""One connection of a stranger: heads without end, and whoever never comes to an end of what they say."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn

from ui.machinery import connections
from ui.machinery.connections import MOST_HEAD, Limited

from ..patience import SECONDS
from ..served import free_port

GET = b'GET / HTTP/1.1\r\nHost: x\r\n'
POST = b'POST / HTTP/1.1\r\nHost: x\r\n'


@dataclass
class Door:
    """A server that says how long a body was; `asked` counts who got through."""

    port: int
    asked: int = 0
    lengths: list[int] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope['type'] != 'http':
            return
        self.asked += 1
        length = 0
        while (message := await receive()).get('more_body'):
            length += len(message['body'])
        if message['type'] == 'http.disconnect':
            return
        self.lengths.append(length + len(message.get('body', b'')))
        await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'content-length', b'2')]})
        await send({'type': 'http.response.body', 'body': b'ok'})

    async def said(self, *pieces: bytes) -> bytes:
        """All the server answers to these pieces, until it closes or says nothing for want of more."""
        reader, writer = await asyncio.open_connection('127.0.0.1', self.port)
        answer = b''
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.01)
            async with asyncio.timeout(SECONDS):
                answer = await reader.read(100)
        except ConnectionError:
            answer = b'cut off'
        writer.close()
        return answer


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """uvicorn as `ui.server` has it, before a site of one page."""
    here = Door(free_port())
    configured: Any = {'http': Limited, 'log_config': None, 'lifespan': 'off', 'proxy_headers': False}
    server = uvicorn.Server(uvicorn.Config(here, port=here.port, **configured))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield here
    server.should_exit = True
    await serving
    assert Limited.unfinished == {}


async def test_what_browsers_say_is_answered(door: Door) -> None:
    assert (await door.said(GET + b'Cookie: ' + b'x' * 8000 + b'\r\n\r\n')).startswith(b'HTTP/1.1 200')
    body = POST + b'Content-Length: 300000\r\n\r\n'
    assert (await door.said(body, b'x' * 150_000, b'x' * 150_000)).startswith(b'HTTP/1.1 200')
    assert (await door.said(GET + b'\r\n' + GET + b'\r\n')).count(b'200 OK') >= 1
    assert door.lengths[:2] == [0, 300_000]


@pytest.mark.parametrize(
    'pieces',
    [
        [GET + b'X: ', *[b'x' * 16_384] * 20],
        [GET, *[b'X: ' + b'x' * 1000 + b'\r\n'] * 300],
        [GET + b'X: ' + b'x' * 100_000 + b'\r\n\r\n'],
        [b'GET /', *[b'x' * 16_384] * 20],
        [b'GET /' + b'x' * 100_000 + b' HTTP/1.1\r\n\r\n'],
        [POST + b'Transfer-Encoding: chunked\r\n\r\n0\r\nX: ', *[b'x' * 16_384] * 20],
        [POST + b'Transfer-Encoding: chunked\r\n\r\n1;x=', *[b'x' * 16_384] * 20],
    ],
    ids=['a header', 'many headers', 'at once', 'an address', 'an address at once', 'a trailer', 'an extension'],
)
async def test_a_head_without_end_is_cut_off_early(door: Door, pieces: list[bytes]) -> None:
    answer = await door.said(*pieces)

    assert answer.startswith((b'HTTP/1.1 431', b'cut off'))
    assert door.lengths == []
    assert sum(map(len, pieces)) > 2 * MOST_HEAD


@pytest.mark.parametrize(
    'pieces',
    [[GET], [GET, b'X: 1\r\n'], [POST + b'Content-Length: 5\r\n\r\n', b'x'], [GET + b'\r\n', GET]],
    ids=['a head', 'a header after the other', 'a body', 'the second head'],
)
async def test_who_never_comes_to_an_end_is_cut_off(
    door: Door, pieces: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, 'HEAD_SECONDS', 0.5)
    monkeypatch.setattr(connections, 'BODY_SECONDS', 0.5)
    reader, writer = await asyncio.open_connection('127.0.0.1', door.port)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.05)
    async with asyncio.timeout(SECONDS):
        answer = await reader.read()  # until the server closes
    writer.close()

    assert b' 408 ' in answer


async def test_of_too_many_who_hesitate_the_first_makes_room(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, 'MOST_UNFINISHED', 3)
    hesitating = []
    for _ in range(4):
        reader, writer = await asyncio.open_connection('127.0.0.1', door.port)
        writer.write(GET)
        await asyncio.sleep(0.05)
        hesitating.append((reader, writer))
    async with asyncio.timeout(SECONDS):
        assert b' 408 ' in await hesitating[0][0].read()
    assert len(Limited.unfinished) == 3
    assert (await door.said(GET + b'\r\n')).startswith(b'HTTP/1.1 200')
    for _, writer in hesitating:
        writer.close()


async def test_who_says_nothing_hears_nothing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, 'HEAD_SECONDS', 0.2)
    reader, writer = await asyncio.open_connection('127.0.0.1', door.port)
    async with asyncio.timeout(SECONDS):
        assert await reader.read() == b''
    writer.close()
