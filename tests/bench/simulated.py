"""Pages without browsers: each is asked for, opens its socket, answers pings and takes what the server sends.

One costs the server exactly what a browser's page does, since it speaks the same engine.io and socket.io: 0 open, 2
ping, 3 pong, 40 connected, 42 event, 44 refused. Scripts, styles and pictures are left to browsers, which keep them.
"""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp

_IN_THE_PAGE = re.compile(r"'client_id': '([0-9a-f-]{36})', 'next_message_id': (\d+)")

Hears = Callable[[str], None]


class Visitors:
    """Whoever opens pages of the site at `url`; connections are not shared between a page and its socket."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: list[Page] = []

    async def __aenter__(self) -> Self:
        jar = aiohttp.DummyCookieJar()
        self._asking = aiohttp.ClientSession(cookie_jar=jar)
        self._calling = aiohttp.ClientSession(cookie_jar=jar, connector=aiohttp.TCPConnector(limit=0, force_close=True))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        await asyncio.gather(*(page.close() for page in self.pages))
        await self._asking.close()
        await self._calling.close()

    async def open(self, path: str, token: str = '', hears: Hears | None = None) -> 'Page':
        """Open a page, as whoever holds the session `token`; it stays open. `hears` is given every event as text."""
        headers = {'Accept': 'text/html', 'Accept-Encoding': 'gzip', 'Cookie': f'sid={token}'}
        async with self._asking.get(self.url + path, headers=headers, allow_redirects=False) as answer:
            text = await answer.text()
        found = _IN_THE_PAGE.search(text)
        if found is None:
            raise RuntimeError(f'{path} is no page: {answer.status} {text[:200]}')
        query = {
            'client_id': found[1],
            'next_message_id': found[2],
            'implicit_handshake': 'true',
            'document_id': uuid4(),
            'tab_id': uuid4(),
            'old_tab_id': 'null',
            'EIO': 4,
            'transport': 'websocket',
        }
        return await self.listen(f'/_nicegui_ws/socket.io/?{urlencode(query)}', token, hears)

    async def listen(self, path: str, token: str = '', hears: Hears | None = None) -> 'Page':
        """Open a socket alone; it stays open."""
        headers = {'Origin': self.url, 'Cookie': f'sid={token}'}
        socket = await self._calling.ws_connect(self.url + path, headers=headers, max_msg_size=0)
        page = Page(socket, hears)
        self.pages.append(page)
        await asyncio.wait_for(page.is_connected, 30)
        return page

    async def open_many(self, count: int, path: str, token: str = '') -> None:
        """Open `count` pages, four at a time."""
        at_once = asyncio.Semaphore(4)

        async def one() -> None:
            async with at_once:
                await self.open(path, token)

        await asyncio.gather(*(one() for _ in range(count)))


class Page:
    """An open page."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, hears: Hears | None) -> None:
        self.is_connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._socket = socket
        self._hears = hears
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """As when its tab is closed."""
        await self._socket.close()
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening

    async def _listen(self) -> None:
        async for message in self._socket:
            text = str(message.data)
            if text == '2':
                await self._socket.send_str('3')
            elif text.startswith('0'):
                await self._socket.send_str('40')
            elif text.startswith('40'):
                self.is_connected.set_result(None)
            elif text.startswith('44'):
                self.is_connected.set_exception(RuntimeError(f'the socket was refused: {text}'))
            elif text.startswith('42') and self._hears is not None:
                self._hears(text)
