"""Scripts and styles, for a quick first visit: in few answers (`bundles`), which are compressed only once.

They do not change while the server runs, so reading and compressing them again for each visitor would keep the event
loop from everybody else.
"""

import asyncio
import functools
import hashlib
import re
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from nicegui import app as nicegui_app
from nicegui.dependencies import js_components, register_importmap_override
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain import links

from . import bundles, slimmer

NICEGUI, STATIC = bundles.NICEGUI, bundles.STATIC
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
# The script that every page runs; it asks for others when they are needed.
SCRIPTS = ('site.js',)
MOST_KEPT = 8 * 1024 * 1024

_KEPT = (
    *(f'{NICEGUI}/{folder}/' for folder in ('static', 'components', 'libraries', 'esm')),
    links.static(),
    links.favicon(),
)
_COMPONENTS = f'{NICEGUI}/components/'
# A component as NiceGUI lists it among what a page imports.
_IMPORTED = re.compile(r'import \{ default as (\w+) \} from "([^"]+)";')
FOR_GOOD = 'public, max-age=31536000, immutable'
_NOT_TAKEN = re.compile(r';\s*q=0(\.0*)?\s*$')
_TEXTS = ('text/javascript', 'text/css', 'image/svg+xml', 'application/json')
# What a request has of its own, and what an answer gets here.
_OF_ONE_BROWSER = (b'accept-encoding', b'if-none-match', b'if-modified-since', b'range', b'cookie')
_SET_HERE = (b'content-length', b'content-encoding', b'etag', b'last-modified', b'vary', b'accept-ranges')


def register() -> None:
    """Put our static files, and all our stylesheets as one, under their addresses."""
    made: dict[str, Callable[[], str]] = {
        STYLESHEET: stylesheet,
        bundles.STYLE: bundles.style,
        bundles.SCRIPT: bundles.script,
        bundles.PARTS: bundles.parts,
    }
    for address, make in made.items():
        nicegui_app.add_api_route(address, functools.partial(_made, address, make), methods=['GET'])
    nicegui_app.add_static_files('/static', STATIC, max_cache_age=3600)
    # Modules by what components call them, under an address that changes with them.
    for address in [bundles.PARTS, *(links.static(module.name) for module in STATIC.glob('*.js'))]:
        register_importmap_override(address, f'{address}?{stamp()}')


def stylesheet() -> str:
    """All our styles in their order."""
    files = [*(STATIC / 'styles' / f'{name}.css' for name in STYLES), *sorted((STATIC / 'pages').glob('*.css'))]
    return slimmer.minified('\n'.join(file.read_text(encoding='utf-8') for file in files))


@functools.cache
def stamp() -> str:
    """What changes with our styles and scripts, so that no browser keeps old ones."""
    content = b''.join([stylesheet().encode(), *(file.read_bytes() for file in sorted(bundles.sources()))])
    return hashlib.sha256(NICEGUI.encode() + content).hexdigest()[:12]


def head() -> str:
    """What every page's head says."""
    now = stamp()
    return (
        f'<meta name="theme-color" content="#0C3A4B"><script src="{links.static("appearance.js")}?{now}"></script>'
        f'<link rel="stylesheet" href="{STYLESHEET}?{now}"><link rel="modulepreload" href="{bundles.PARTS}?{now}">'
        + ''.join(f'<script defer src="{links.static(name)}?{now}"></script>' for name in SCRIPTS)
    )


def imported(lines: list[str], urls: list[str]) -> tuple[list[str], list[str]]:
    """Imports of a page's script, and its preloads, as NiceGUI lists them; from the bundle what it has."""

    def ours(found: re.Match[str]) -> str:
        name, url = found.groups()
        file = _component(url)
        if file and bundles.is_bundled(file):
            bundled = bundles.name_of(file)
            return f'import {{ {bundled} }} from "{bundles.PARTS}"; const {name} = {bundled}.default;'
        return f'import {{ default as {name} }} from "{url}?{stamp()}";'

    others = [url for url in urls if not (file := _component(url)) or not bundles.is_bundled(file)]
    stamped = [f'{url}?{stamp()}' if _component(url) else url for url in others]
    return [_IMPORTED.sub(ours, line) for line in lines], stamped


def _component(path: str) -> Path | None:
    """The file of a component, as NiceGUI has it under this address."""
    found = js_components.get(path.removeprefix(_COMPONENTS)) if path.startswith(_COMPONENTS) else None
    return found.path if found else None


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
        is_lasting = scope['path'].startswith(NICEGUI) and not scope['path'].startswith(_COMPONENTS)
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
        file = STATIC / path.removeprefix(links.static()) if path.startswith(links.static()) else _component(path)
        if file and file.suffix == '.js' and file.is_file():
            body = bundles.module(file).encode()
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
        elif path.startswith(_COMPONENTS):
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


def accepts(header: str) -> str:
    """The best that a browser takes, as its Accept-Encoding says: br, gzip or ''.

    >>> accepts('gzip, deflate, br;q=0.9'), accepts('gzip'), accepts('br;q=0, identity')
    ('br', 'gzip', '')
    """
    taken = {one.partition(';')[0].strip() for one in header.split(',') if not _NOT_TAKEN.search(one)}
    return next((one for one in ('br', 'gzip') if one in taken), '')


def compressed(content: bytes, asked: Headers) -> tuple[bytes, dict[str, str]]:
    """What one reader gets, as the browser takes it and as quickly as can be; and the headers that say so.

    A page becomes 4 % smaller at 3, which takes three times as long.
    """
    encoding = accepts(asked.get('accept-encoding', ''))
    if encoding == 'br':
        content = brotli.compress(content, mode=brotli.MODE_TEXT, quality=1)
    elif encoding:
        content = zlib.compress(content, 1, wbits=31)
    return content, {'Vary': 'Accept-Encoding'} | ({'Content-Encoding': encoding} if encoding else {})


def smallest(content: bytes) -> bytes:
    """By Brotli: as small as it gets where that was prepared, else in a few milliseconds."""
    prepared = bundles.PREPARED / f'{hashlib.sha256(content).hexdigest()}.br'
    try:
        return prepared.read_bytes()
    except OSError:
        return brotli.compress(content, mode=brotli.MODE_TEXT, quality=5)  # type: ignore[no-any-return]


def _made(address: str, make: Callable[[], str]) -> Response:
    kind = 'text/css' if address.endswith('.css') else 'text/javascript'
    return Response(make(), media_type=kind, headers={'Cache-Control': 'public, max-age=3600'})


def prepare() -> None:
    """Compress what a browser loads as well as it can be done; what was prepared already is left."""
    bundles.PREPARED.mkdir(parents=True, exist_ok=True)
    theirs = Path(sys.modules['nicegui'].__file__ or '').parent
    plain = ('vue.esm-browser.prod.js', 'dompurify.mjs')
    modules = [*STATIC.glob('*.js'), *(bundles.UI / 'components').rglob('*.js'), *(theirs / 'elements').glob('*.js')]
    contents = [
        *(make().encode() for make in (stylesheet, bundles.style, bundles.script, bundles.parts)),
        *((theirs / 'static' / name).read_bytes() for name in plain),
        *(bundles.module(file).encode() for file in modules),
    ]
    for content in contents:
        target = bundles.PREPARED / f'{hashlib.sha256(content).hexdigest()}.br'
        if not target.exists():
            new = target.with_suffix('.new')
            new.write_bytes(brotli.compress(content, mode=brotli.MODE_TEXT, quality=11))
            new.rename(target)
