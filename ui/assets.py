"""Scripts and styles, for a quick first visit: our stylesheets in one answer, NiceGUI's files compressed only once.

A browser that comes for the first time asks for two dozen files. They do not change while the server runs, so reading
and compressing them again for each visitor would keep the event loop from everybody else.
"""

import asyncio
import hashlib
from pathlib import Path

from nicegui import __version__ as nicegui_version
from nicegui import app as nicegui_app
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain import links

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
MODULES = ('icons.js', 'marks.js', 'mirror.js', 'roc_calendar.js', 'upright.js')
MOST_KEPT = 8 * 1024 * 1024

# Where NiceGUI's own files stand.
NICEGUI = f'/_nicegui/{nicegui_version}'
_KEPT = tuple(f'{NICEGUI}/{folder}/' for folder in ('static', 'components', 'libraries'))


def register() -> None:
    """Put our static files, and all our stylesheets as one, under their addresses."""
    nicegui_app.add_api_route(STYLESHEET, _stylesheet, methods=['GET'])
    nicegui_app.add_static_files('/static', STATIC, max_cache_age=3600)


def stylesheet() -> bytes:
    """All our styles in their order."""
    files = [*(STATIC / 'styles' / f'{name}.css' for name in STYLES), *sorted((STATIC / 'pages').glob('*.css'))]
    return b'\n'.join(file.read_bytes() for file in files)


def stamp(*scripts: str) -> str:
    """What changes with our styles and these scripts, so that no browser keeps old ones."""
    content = b''.join([stylesheet(), *((STATIC / name).read_bytes() for name in scripts)])
    return hashlib.sha256(content).hexdigest()[:12]


def head() -> str:
    """What every page's head says."""
    now = stamp('appearance.js', 'site.js', *MODULES)
    modules = ''.join(f'<link rel="modulepreload" href="{links.static(name)}">' for name in MODULES)
    return (
        f'<meta name="theme-color" content="#0C3A4B"><script src="{links.static("appearance.js")}?{now}"></script>'
        f'<link rel="stylesheet" href="{STYLESHEET}?{now}">{modules}'
        f'<script defer src="{links.static("site.js")}?{now}"></script>'
    )


class KeptAssets:
    """ASGI middleware: an answer that holds a file of NiceGUI's is kept, as compressed as it was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: dict[tuple[str, bool], tuple[Message, bytes]] = {}
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http' or scope['method'] != 'GET' or not scope['path'].startswith(_KEPT):
            await self.app(scope, receive, send)
            return
        key = (scope['path'], 'gzip' in Headers(scope=scope).get('accept-encoding', ''))
        if key not in self._kept:
            await self._pass_and_keep(key, scope, receive, send)
            return
        start, body = self._kept[key]
        await send({**start, 'headers': list(start['headers'])})  # the headers outside of us add theirs
        await send({'type': 'http.response.body', 'body': body})

    async def _pass_and_keep(self, key: tuple[str, bool], scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        body, is_whole = b'', False

        async def listen(message: Message) -> None:
            nonlocal start, body, is_whole
            if message['type'] == 'http.response.start':
                start = {**message, 'headers': list(message['headers'])}
            else:
                body += message.get('body', b'')
                is_whole = not message.get('more_body')
            await send(message)

        async def stay() -> Message:
            # Told that the browser has gone, Starlette breaks off, and half a file looks like a whole one.
            message = await receive()
            if message['type'] == 'http.disconnect':
                await asyncio.Future()
            return message

        await self.app(scope, stay, listen)
        if is_whole and start['status'] == 200 and key not in self._kept and self._size + len(body) <= MOST_KEPT:
            self._size += len(body)
            self._kept[key] = start, body


def _stylesheet() -> Response:
    return Response(stylesheet(), media_type='text/css', headers={'Cache-Control': 'public, max-age=3600'})
