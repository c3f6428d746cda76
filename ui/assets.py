"""Scripts and styles, for a quick first visit: our stylesheets in one answer, NiceGUI's files compressed only once.

A browser that comes for the first time asks for two dozen files. They do not change while the server runs, so reading
and compressing them again for each visitor would keep the event loop from everybody else.
"""

import asyncio
import hashlib
import re
import sys
import zlib
from functools import cache
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from nicegui import __version__ as nicegui_version
from nicegui import app as nicegui_app
from nicegui.dependencies import register_importmap_override
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain import links

from . import slimmer

STATIC = Path(__file__).parent / 'static'
STYLESHEET = links.static('styles.css')
# The order in which our stylesheets are read, the later over the earlier: from the plain to the composed. Those of
# static/pages follow, each with classes of its own.
STYLES = (
    'tokens',
    'elements',
    'quasar',
    'cards',
    'buttons',
    'chips',
    'notices',
    'form',
    'roc_calendar',
    'pick_list',
    'upload',
    'tables',
    'check_list',
    'question',
    'cover',
    'frame',
    'bar',
    'rail',
    'small_windows',
    'forced_colors',
    'print',
)
# Modules that our components import: asked for at once, not only when the first component has been read.
MODULES = ('icons.js', 'keys.js', 'marks.js', 'mirror.js', 'roc_calendar.js', 'upright.js')
# Scripts that every page runs.
SCRIPTS = ('site.js', 'passkeys.js', 'again.js')
MOST_KEPT = 8 * 1024 * 1024

# Where NiceGUI's own files stand.
NICEGUI = f'/_nicegui/{nicegui_version}'
_KEPT = (*(f'{NICEGUI}/{folder}/' for folder in ('static', 'components', 'libraries', 'esm')), links.static())
# Where `python -m ui.assets` puts what takes two seconds of a processor: each file as small as Brotli makes it.
PREPARED = Path(__file__).parent.parent / '.cache' / 'assets'
FOR_GOOD = 'public, max-age=31536000, immutable'
_NOT_TAKEN = re.compile(r';\s*q=0(\.0*)?\s*$')
_TEXTS = ('text/javascript', 'text/css', 'image/svg+xml', 'application/json')
# What a request has of its own, and what an answer gets here.
_OF_ONE_BROWSER = (b'accept-encoding', b'if-none-match', b'if-modified-since', b'range', b'cookie')
_SET_HERE = (b'content-length', b'content-encoding', b'etag', b'last-modified', b'vary', b'accept-ranges')


def register() -> None:
    """Put our static files, and all our stylesheets as one, under their addresses."""
    nicegui_app.add_api_route(STYLESHEET, _stylesheet, methods=['GET'])
    nicegui_app.add_static_files('/static', STATIC, max_cache_age=3600)
    for module in STATIC.glob('*.js'):  # by what components call them, under an address that changes with them
        address = links.static(module.name)
        register_importmap_override(address, f'{address}?{stamp()}')


def stylesheet() -> bytes:
    """All our styles in their order."""
    files = [*(STATIC / 'styles' / f'{name}.css' for name in STYLES), *sorted((STATIC / 'pages').glob('*.css'))]
    return b'\n'.join(file.read_bytes() for file in files)


@cache
def stamp() -> str:
    """What changes with our styles and scripts, so that no browser keeps old ones."""
    styles = [stylesheet(), ','.join(sorted(slimmer.UNUSED)).encode()]
    content = b''.join([*styles, *(file.read_bytes() for file in sorted(STATIC.glob('*.js')))])
    return hashlib.sha256(content).hexdigest()[:12]


def head() -> str:
    """What every page's head says."""
    now = stamp()
    modules = ''.join(f'<link rel="modulepreload" href="{links.static(name)}?{now}">' for name in MODULES)
    return (
        f'<meta name="theme-color" content="#0C3A4B"><script src="{links.static("appearance.js")}?{now}"></script>'
        f'<link rel="stylesheet" href="{STYLESHEET}?{now}">{modules}'
        + ''.join(f'<script defer src="{links.static(name)}?{now}"></script>' for name in SCRIPTS)
    )


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
        key = (scope['path'], scope['path'].startswith(NICEGUI) or scope['query_string'] == stamp().encode())
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
        body = _slim(path, body)
        self.bodies = {'': body}
        headers = MutableHeaders(raw=[(name, value) for name, value in start['headers'] if name not in _SET_HERE])
        if headers.get('content-type', '').partition(';')[0] in _TEXTS:
            self.bodies |= {'br': smallest(body), 'gzip': zlib.compress(body, 9, wbits=31)}
        self.size = sum(map(len, self.bodies.values()))
        self.etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers.update({'etag': self.etag, 'vary': 'Accept-Encoding'})
        # No document: what a script may do is said by the page. Short, since it goes with each of thirty files.
        headers.setdefault('content-security-policy', "default-src 'none'")
        if is_for_good:
            headers['cache-control'] = FOR_GOOD
        self.headers = headers.raw

    async def send(self, asked: Headers, send: Send) -> None:
        """In the way that the browser takes it; nothing where the browser has it."""
        if self.etag in asked.get('if-none-match', ''):
            await send({'type': 'http.response.start', 'status': 304, 'headers': list(self.headers)})
            await send({'type': 'http.response.body', 'body': b''})
            return
        encoding = accepts(asked.get('accept-encoding', ''))
        if encoding not in self.bodies:
            encoding = ''
        body = self.bodies[encoding]
        own = [(b'content-length', str(len(body)).encode())]
        if encoding:
            own.append((b'content-encoding', encoding.encode()))
        await send({'type': 'http.response.start', 'status': 200, 'headers': [*self.headers, *own]})
        await send({'type': 'http.response.body', 'body': body})


def accepts(header: str) -> str:
    """The best that a browser takes, as its Accept-Encoding says: br, gzip or ''.

    >>> accepts('gzip, deflate, br;q=0.9'), accepts('gzip'), accepts('br;q=0, identity')
    ('br', 'gzip', '')
    """
    taken = {one.partition(';')[0].strip() for one in header.split(',') if not _NOT_TAKEN.search(one)}
    return next((one for one in ('br', 'gzip') if one in taken), '')


def compressed(content: bytes, asked: Headers) -> tuple[bytes, dict[str, str]]:
    """What one reader gets, as the browser takes it and as well as costs little; and the headers that say so."""
    encoding = accepts(asked.get('accept-encoding', ''))
    if encoding == 'br':
        content = brotli.compress(content, mode=brotli.MODE_TEXT, quality=3)
    elif encoding:
        content = zlib.compress(content, 3, wbits=31)
    return content, {'Vary': 'Accept-Encoding'} | ({'Content-Encoding': encoding} if encoding else {})


def _slim(path: str, body: bytes) -> bytes:
    """The styles of Quasar without what no page of ours has."""
    is_quasar = path.startswith(f'{NICEGUI}/static/quasar.') and path.endswith('.css')
    return slimmer.style(body.decode()).encode() if is_quasar else body


def smallest(content: bytes) -> bytes:
    """By Brotli: as small as it gets where that was prepared, else in a few milliseconds."""
    prepared = PREPARED / f'{hashlib.sha256(content).hexdigest()}.br'
    try:
        return prepared.read_bytes()
    except OSError:
        return brotli.compress(content, mode=brotli.MODE_TEXT, quality=5)  # type: ignore[no-any-return]


def _stylesheet() -> Response:
    return Response(stylesheet(), media_type='text/css', headers={'Cache-Control': 'public, max-age=3600'})


def prepare() -> None:
    """Compress what a browser loads as well as it can be done; what was prepared already is left."""
    PREPARED.mkdir(parents=True, exist_ok=True)
    nicegui = Path(sys.modules['nicegui'].__file__ or '').parent
    files = [
        *(nicegui / 'static').glob('*.prod.*'),
        *(nicegui / 'static').glob('*.min.js'),
        *(nicegui / 'static').glob('nicegui.*'),
        *((nicegui / 'static' / name) for name in ('dompurify.mjs', 'fonts.css', 'lang/zh-TW.umd.prod.js')),
        *(nicegui / 'elements').glob('*.js'),
        *STATIC.glob('*.js'),
        *(Path(__file__).parent / 'components').rglob('*.js'),
    ]
    contents = [_slim(f'{NICEGUI}/static/{file.name}', file.read_bytes()) for file in files]
    wanted = {hashlib.sha256(each).hexdigest(): each for each in [stylesheet(), *contents]}
    for digest, content in wanted.items():
        target = PREPARED / f'{digest}.br'
        if not target.exists():
            new = target.with_suffix('.new')
            new.write_bytes(brotli.compress(content, mode=brotli.MODE_TEXT, quality=11))
            new.rename(target)


if __name__ == '__main__':
    prepare()
