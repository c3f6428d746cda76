"""Scripts and styles, for a quick first visit: under which addresses they are, and what each page says of them.

They come in few answers (`bundles`), which are kept as they are sent (`kept_files`) and as small as can be
(`compression`).
"""

import functools
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from nicegui import app as nicegui_app
from nicegui.dependencies import js_components, register_importmap_override
from starlette.responses import Response

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
COMPONENTS = f'{NICEGUI}/components/'
# A component as NiceGUI lists it among what a page imports.
_IMPORTED = re.compile(r'import \{ default as (\w+) \} from "([^"]+)";')


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
        file = component_at(url)
        if file and bundles.is_bundled(file):
            bundled = bundles.name_of(file)
            return f'import {{ {bundled} }} from "{bundles.PARTS}"; const {name} = {bundled}.default;'
        return f'import {{ default as {name} }} from "{url}?{stamp()}";'

    others = [url for url in urls if not (file := component_at(url)) or not bundles.is_bundled(file)]
    stamped = [f'{url}?{stamp()}' if component_at(url) else url for url in others]
    return [_IMPORTED.sub(ours, line) for line in lines], stamped


def component_at(path: str) -> Path | None:
    """The file of a component, as NiceGUI has it under this address."""
    found = js_components.get(path.removeprefix(COMPONENTS)) if path.startswith(COMPONENTS) else None
    return found.path if found else None


def _made(address: str, make: Callable[[], str]) -> Response:
    kind = 'text/css' if address.endswith('.css') else 'text/javascript'
    return Response(make(), media_type=kind, headers={'Cache-Control': 'public, max-age=3600'})
