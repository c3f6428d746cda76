"""Scripts and styles as they are sent: each is fetched, leaned and compressed once, and kept with its ETag.

They do not change while the server runs, so reading and compressing them again for each visitor would keep the event
loop from everybody else.
"""

import asyncio
import hashlib
import zlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain import links

from . import COMPONENTS, component_at, stamp
from .bundles import NICEGUI, STATIC, module
from .compression import accepts, smallest

MOST_KEPT = 8 * 1024 * 1024

_KEPT = (
    *(f'{NICEGUI}/{folder}/' for folder in ('static', 'components', 'libraries', 'esm')),
    links.static(),
    links.favicon(),
)
FOR_GOOD = 'public, max-age=31536000, immutable'
_TEXTS = ('text/javascript', 'text/css', 'image/svg+xml', 'application/json')
# What a request has of its own, and what an answer gets here.
_OF_ONE_BROWSER = (b'accept-encoding', b'if-none-match', b'if-modified-since', b'range', b'cookie')
_SET_HERE = (b'content-length', b'content-encoding', b'etag', b'last-modified', b'vary', b'accept-ranges')


class KeptAssets:
    """ASGI middleware: an answer that holds a script or a style is kept, compressed once, with its ETag."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: dict[tuple[str, bool], _Kept] = {}
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http' or scope['method'] != 'GET' or not scope['path'].startswith(_KEPT):
            await self.app(scope, receive, send)
            return
        # The address of a component says when it was written last, but not what it imports, nor what is bundled.
        is_lasting = scope['path'].startswith(NICEGUI) and not scope['path'].startswith(COMPONENTS)
        key = (scope['path'], is_lasting or scope['query_string'] == stamp().encode())
        if key not in self._kept:
            await self._fetch(key, scope, receive, send)
        if key in self._kept:
            await self._kept[key].send(Headers(scope=scope), send)

    async def _fetch(self, key: tuple[str, bool], scope: Scope, receive: Receive, send: Send) -> None:
        """Have the file whole and plain, and keep it; what is no such file is passed on as it is."""
        heard: list[Message] = []

        async def listen(message: Message) -> None:
            heard.append(message)

        async def stay() -> Message:
            # Told that the browser has gone, Starlette breaks off, and half a file looks like a whole one.
            message = await receive()
            if message['type'] == 'http.disconnect':
                await asyncio.Future()
            return message

        plain = [(name, value) for name, value in scope['headers'] if name not in _OF_ONE_BROWSER]
        await self.app({**scope, 'headers': plain}, stay, listen)
        body = b''.join(message.get('body', b'') for message in heard)
        is_whole = bool(heard) and heard[0].get('status') == 200 and not heard[-1].get('more_body')
        if is_whole and key not in self._kept and self._size + 2 * len(body) <= MOST_KEPT:
            kept = await asyncio.to_thread(_Kept, heard[0], scope['path'], body, is_for_good=key[1])
            self._size += kept.size
            self._kept[key] = kept
        elif key not in self._kept:
            for message in heard:
                await send(message)


class _Kept:
    """A file as it is sent: plain, and as small as it gets where that is smaller."""

    def __init__(self, start: Message, path: str, body: bytes, *, is_for_good: bool) -> None:
        file = STATIC / path.removeprefix(links.static()) if path.startswith(links.static()) else component_at(path)
        if file and file.suffix == '.js' and file.is_file():
            body = module(file).encode()
        self.bodies = {'': body}
        headers = MutableHeaders(raw=[(name, value) for name, value in start['headers'] if name not in _SET_HERE])
        if headers.get('content-type', '').partition(';')[0] in _TEXTS:
            self.bodies |= {'br': smallest(body), 'gzip': zlib.compress(body, 9, wbits=31)}
        self.size = sum(map(len, self.bodies.values()))
        self.digest = hashlib.sha256(body).hexdigest()[:16]
        headers['vary'] = 'Accept-Encoding'
        # No document: what a script may do is said by the page. Short, since it goes with each of a dozen files.
        headers.setdefault('content-security-policy', "default-src 'none'")
        if is_for_good:
            headers['cache-control'] = FOR_GOOD
        elif path.startswith(COMPONENTS):
            headers['cache-control'] = 'no-cache'
        headers.setdefault('cache-control', 'public, max-age=3600')
        self.headers = headers.raw

    async def send(self, asked: Headers, send: Send) -> None:
        """In the way that the browser takes it; nothing where the browser has it."""
        encoding = accepts(asked.get('accept-encoding', ''))
        if encoding not in self.bodies:
            encoding = ''
        # Each way has a mark of its own: it says that two answers are the same, sign by sign (RFC 9110, 8.8.3.3).
        etag = f'"{self.digest}{"-" * bool(encoding)}{encoding}"'
        headers = [*self.headers, (b'etag', etag.encode())]
        if etag in asked.get('if-none-match', ''):
            await send({'type': 'http.response.start', 'status': 304, 'headers': headers})
            await send({'type': 'http.response.body', 'body': b''})
            return
        body = self.bodies[encoding]
        headers.append((b'content-length', str(len(body)).encode()))
        if encoding:
            headers.append((b'content-encoding', encoding.encode()))
        await send({'type': 'http.response.start', 'status': 200, 'headers': headers})
        await send({'type': 'http.response.body', 'body': body})
