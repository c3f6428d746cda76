"""The HTML of a page: NiceGUI's template, filled in once for all pages of the same components, and sent compressed.

NiceGUI 3.18 puts each sign of a page through a table to make it safe inside of a script (5 ms of processor time for
STEP 4), lists the scripts of its components anew, has Jinja write it all anew and compresses as hard as it can. Here
the template is written once with a mark in each place that is a page's own; the same signs are replaced.
"""

import functools
import re
from collections.abc import Sequence
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from markupsafe import escape
from nicegui import Client, __version__, core, json
from nicegui import client as nicegui_client
from nicegui.dependencies import generate_resources
from nicegui.translations import translations
from starlette.requests import Request
from starlette.responses import Response

from domain import links

from .. import assets
from ..assets import slimmer
from ..assets.compression import compressed

# What stands in the template inside of a JavaScript text between backticks, which itself stands in HTML.
_UNSAFE = ((b'&', b'&amp;'), (b'<', b'&lt;'), (b'>', b'&gt;'), (b'`', b'&#96;'), (b'$', b'&#36;'))
_BETWEEN = re.compile('(\0[a-z ]+\0)')
_components: dict[str, Any] = {}
_PAGE = {'Cache-Control': 'no-store', 'X-NiceGUI-Content': 'page'}


def install() -> None:
    """Once a process, before the first page."""
    Client.build_response = _answer  # type: ignore[method-assign]


def _answer(self: Client, request: Request, status_code: int = 200) -> Response:
    """The page as it stands; what changes on it from now on goes over its socket."""
    self._response_built = True
    self.outbox.updates.clear()
    components = {each.component.key: each.component for each in self.elements.values() if each.component}
    if not components.keys() <= _components.keys():
        _components.update(components)
    self.outbox._loaded_components = _names(frozenset(components))  # type: ignore[assignment]  # of `sending`
    own = _own(self, request)
    parts = _parts(*components, is_of_account=bool(request.scope.get('account')))
    content, headers = compressed(
        b''.join([own[each] if isinstance(each, Place) else each for each in parts]), request.headers
    )
    return Response(content, status_code, headers | _PAGE, media_type='text/html')


def _own(client: Client, request: Request) -> dict['Place', bytes]:
    """What stands in the places of the template that are of this one page."""
    elements = json.dumps({number: each._to_dict() for number, each in client.elements.items()}).encode()
    for sign, safe in _UNSAFE:
        elements = elements.replace(sign, safe)
    query = {
        **core.app.config.socket_io_js_query_params,
        'client_id': client.id,
        'next_message_id': client.outbox.next_message_id,
        'implicit_handshake': not nicegui_client._is_prefetch(request),
    }
    account = request.scope.get('account')
    return {
        Place.ELEMENTS: elements,
        Place.HEAD: client.head_html.encode(),
        Place.BODY: client.body_html.encode(),
        Place.TITLE: escape(client.resolve_title()).encode(),
        Place.QUERY: str(query).encode(),
        Place.NONCE: escape(request.scope.get('csp_nonce', '')).encode(),
        Place.APPEARANCE: escape(account.appearance if account else '').encode(),
        Place.TEXT_SIZE: escape(account.text_size if account else '').encode(),
    }


class Place(StrEnum):
    """What is each page's own, as the template is given it once; no page and no file of ours has such a sign."""

    ELEMENTS = '\0elements\0'
    HEAD = '\0head\0'
    BODY = '\0body\0'
    TITLE = '\0title\0'
    QUERY = '\0query\0'
    NONCE = '\0nonce\0'
    APPEARANCE = '\0appearance\0'
    TEXT_SIZE = '\0text size\0'


@functools.lru_cache(maxsize=512)
def _names(components: frozenset[str]) -> frozenset[str]:
    """Under which a page that begins with components of these keys has them, so that none is told to be loaded."""
    return frozenset(_components[each].name for each in components)


@functools.lru_cache(maxsize=512)
def _parts(*components: str, is_of_account: bool) -> tuple[bytes | Place, ...]:
    """The HTML of all pages that begin with components of these keys, apart at what is each one's own."""
    account = SimpleNamespace(appearance=Place.APPEARANCE.value, text_size=Place.TEXT_SIZE.value)
    shared = _shared(components)
    html = nicegui_client.templates.env.get_template('index.html').render(
        {
            **shared,
            'elements': Place.ELEMENTS.value,
            'head_html': Place.HEAD.value,
            'title': Place.TITLE.value,
            'body_html': f'{shared["styles"]}{Place.BODY.value}{shared["templates"]}',
            'socket_io_js_query_params': Place.QUERY.value,
            'request': SimpleNamespace(
                scope={'csp_nonce': Place.NONCE.value, 'account': account if is_of_account else None}
            ),
        }
    )
    apart = _BETWEEN.split(html)
    return tuple(Place(each) if each.startswith('\0') else each.encode() for each in apart)


def _shared(components: Sequence[str]) -> dict[str, Any]:
    """What the template is given by all pages that begin with components of these keys."""
    config = core.app.config
    stand_ins: Any = [_OfComponent(_components[each]) for each in components]
    templates, styles, scripts, imports, lines, urls = generate_resources('', stand_ins)
    lines, urls = assets.imported(lines, urls)
    language = config.language or 'en-US'
    return {
        'version': __version__,
        'styles': '<style>' + '\n'.join(styles) + '</style>\n',
        'templates': '\n' + '\n'.join(templates),
        'vue_scripts': '\n'.join(scripts),
        'imports': json.dumps(slimmer.imports(imports)),
        'js_imports': '\n'.join(lines),
        'js_imports_urls': urls,
        'vue_config': json.dumps(config.quasar_config),
        'vue_config_script': config.vue_config_script,
        'viewport': config.viewport,
        'favicon_url': links.favicon(),
        'dark': str(config.dark),
        'language': language,
        'html_lang': language,
        'translations': translations[language],
        'prefix': '',
        'tailwind': False,
        'unocss': None,
        'headwind_css': '',
        'prod_js': config.prod_js,
        'socket_io_js_extra_headers': config.socket_io_js_extra_headers,
        'socket_io_js_transports': config.socket_io_js_transports,
    }


class _OfComponent:
    """Stands for all elements of one component."""

    def __init__(self, component: Any) -> None:
        self.component = component
