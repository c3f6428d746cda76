"""A browser's part of the conversation, without the browser: pages, sockets and what is sent through them.

Everything a stranger may choose can be chosen here: cookie, Origin, the query of a socket, the words in it. The socket
speaks engine.io and socket.io: 0 open, 1 closed, 2 ping, 3 pong, 40 connected, 42 event, 43 answer, 44 refused.
"""

import asyncio
import html
import json
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
import httpx

from ..patience import SECONDS

_CLIENT = re.compile(r"'client_id': '([0-9a-f-]{36})', 'next_message_id': (\d+)")
_ELEMENTS = re.compile(r'String\.raw`(.*?)`\)', re.DOTALL)


class Browser:
    """Keeps cookies. `origin` is what it says where its pages come from; `trust`, whom it believes over https."""

    def __init__(self, url: str, origin: str | None = None, trust: ssl.SSLContext | None = None) -> None:
        self.url, self.origin, self._trust = url, origin or url, trust or True
        self._cookie = '__Host-sid' if trust else 'sid'
        self.http = httpx.AsyncClient(
            base_url=url, headers={'Accept': 'text/html'}, timeout=SECONDS, verify=self._trust
        )
        self._sockets = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        await self.http.aclose()
        await self._sockets.close()

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.http.get(path, headers=headers)

    async def post(self, path: str, **how: Any) -> httpx.Response:
        """As our own pages do, with their Origin."""
        return await self.http.post(path, headers={'Origin': self.origin} | how.pop('headers', {}), **how)

    async def sign_in(self, username: str, password: str, **more: str) -> httpx.Response:
        return await self.post('/login', data={'username': username, 'password': password} | more)

    @property
    def token(self) -> str:
        return self.http.cookies.get(self._cookie) or ''

    @token.setter
    def token(self, token: str) -> None:
        self.http.cookies.clear()
        self.http.cookies.set(self._cookie, token, domain='127.0.0.1')

    async def open(self, path: str) -> 'Page':
        """A page of NiceGUI, not yet connected."""
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text[:300]
        found, elements = _CLIENT.search(answer.text), _ELEMENTS.search(answer.text)
        assert found
        assert elements
        return Page(found[1], found[2], json.loads(html.unescape(elements[1])))

    async def connect(self, page: 'Page', **query: str) -> 'Socket':
        """The socket of `page`; `query` changes what is said about it. Raises Refused, aiohttp's refusals."""
        headers = {'Cookie': f'{self._cookie}={self.token}'} | (
            {'Origin': self.origin} if self.origin != 'none' else {}
        )
        address = f'{self.url}/_nicegui_ws/socket.io/?{urlencode(page.query() | query)}'
        socket = Socket(await self._sockets.ws_connect(address, headers=headers, ssl=self._trust))
        await socket.begin()
        return socket


@dataclass
class Page:
    """What a browser knows of an open page."""

    client_id: str
    next_message_id: str
    elements: dict[str, Any]

    def query(self) -> dict[str, str]:
        """What it says when it connects."""
        return {
            'client_id': self.client_id,
            'next_message_id': self.next_message_id,
            'implicit_handshake': 'true',
            'document_id': str(uuid4()),
            'tab_id': str(uuid4()),
            'old_tab_id': 'null',
            'EIO': '4',
            'transport': 'websocket',
        }

    def shown(self) -> str:
        """The texts on the screen, from top to bottom; elements that hang nowhere are not."""
        return '\n'.join(self._texts('0'))

    def _texts(self, number: str) -> Iterator[str]:
        element = self.elements[number]
        props = element.get('props', {})
        heading = props.get('title') if element['tag'] == 'nicegui-page_head' else None
        yield from (text for text in (element.get('text'), props.get('name'), heading) if text)
        inside = [element.get('children', []), *(slot['ids'] for slot in element.get('slots', {}).values())]
        for child in (each for ids in inside for each in ids):
            yield from self._texts(str(child))

    def click(self) -> dict[str, Any]:
        """The event of a click on its button."""
        number, button = next((n, each) for n, each in self.elements.items() if each['tag'] == 'q-btn')
        listener = next(each for each in button['events'] if each['type'] == 'click')
        return {'id': int(number), 'client_id': self.client_id, 'listener_id': listener['listener_id'], 'args': []}

    def press(self, label: str) -> dict[str, Any]:
        """The event of a click on the newest button that says `label`."""
        number, button = next(
            (n, each)
            for n, each in sorted(self.elements.items(), key=lambda item: -int(item[0]))
            if each['tag'] == 'q-btn' and label in (each.get('text'), each.get('props', {}).get('label'))
        )
        listener = next(each for each in button['events'] if each['type'] == 'click')
        return {'id': int(number), 'client_id': self.client_id, 'listener_id': listener['listener_id'], 'args': []}

    def event(self, name: str, args: object, /, **props: object) -> dict[str, Any]:
        """What the first element with `props` that listens to `name` says."""
        for number, each in self.elements.items():
            if not props.items() <= each.get('props', {}).items():
                continue
            for listener in each.get('events', []):
                if listener['type'] == name:
                    known = {'client_id': self.client_id, 'listener_id': listener['listener_id']}
                    return {'id': int(number), **known, 'args': [json.dumps(args)]}
        raise LookupError(name)


class Refused(Exception):
    """The server's words when it does not want the socket."""


class Socket:
    """A connected socket; `received` is all it has heard."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.received: list[str] = []

    async def begin(self) -> None:
        """Until connected. Raises Refused."""
        await self._heard('0')
        await self._socket.send_str('40')
        await self._heard('40')

    async def emit(self, name: str, *arguments: Any, ask: bool = False) -> None:
        """Send an event; `ask` for an answer."""
        await self._socket.send_str(f'42{"7" if ask else ""}{json.dumps([name, *arguments])}')

    async def send(self, text: str) -> None:
        """Any text."""
        await self._socket.send_str(text)

    async def answer(self) -> Any:
        """What the server answers to the event that asked."""
        return json.loads((await self._heard('437')).removeprefix('437'))

    async def heard(self, *words: str) -> str:
        """The next event that contains all of `words`. Raises TimeoutError when it never comes."""
        return await self._heard('42', *words)

    async def until_shown(self, page: Page, *words: str) -> str:
        """Take the updates of `page` until it shows all of `words`. Raises TimeoutError without."""
        while not all(word in page.shown() for word in words):
            _, update = json.loads((await self._heard('42["update"')).removeprefix('42'))
            for number, element in update.items():
                if element is None:
                    page.elements.pop(number, None)
                elif number != '_id':
                    page.elements[number] = element
        return page.shown()

    async def silent(self, *words: str, seconds: float = 0.6) -> bool:
        """Whether nothing with `words` comes for a while."""
        try:
            async with asyncio.timeout(seconds):
                await self._heard('42', *words)
        except TimeoutError:
            return True
        return False

    async def ended(self) -> None:
        """Until the server ends it. Raises TimeoutError when it does not."""
        async with asyncio.timeout(SECONDS):
            while (message := await self._socket.receive()).type == aiohttp.WSMsgType.TEXT and message.data != '1':
                pass
        await self.close()

    async def close(self) -> None:
        await self._socket.close()

    async def _heard(self, kind: str, *words: str) -> str:
        async with asyncio.timeout(SECONDS):
            while True:
                message = await self._socket.receive()
                if message.type != aiohttp.WSMsgType.TEXT:
                    raise Refused(f'closed with {self._socket.close_code}')
                text = str(message.data)
                self.received.append(text)
                if text == '2':
                    await self._socket.send_str('3')
                elif text.startswith('44'):
                    raise Refused(json.loads(text[2:])['message'])
                elif text.startswith(kind) and all(word in text for word in words):
                    return text
