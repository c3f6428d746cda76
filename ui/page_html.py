"""The HTML of a page: NiceGUI's template with what does not change from page to page made once, and sent compressed.

NiceGUI 3.18 puts each sign of a page through a table to make it safe inside of a script (5 ms of processor time for
STEP 4), lists the scripts of its components anew and compresses as hard as it can. The same signs are replaced here.
"""

import functools
from typing import Any

from nicegui import Client, __version__, core, json
from nicegui import client as nicegui_client
from nicegui.dependencies import generate_resources
from nicegui.translations import translations
from starlette.requests import Request
from starlette.responses import Response

from domain import links

from . import assets

# What stands in the template inside of a JavaScript text between backticks, which itself stands in HTML.
_UNSAFE = (('&', '&amp;'), ('<', '&lt;'), ('>', '&gt;'), ('`', '&#96;'), ('$', '&#36;'))
_components: dict[str, Any] = {}
_PAGE = {'Cache-Control': 'no-store', 'X-NiceGUI-Content': 'page'}


def install() -> None:
    """Once a process, before the first page."""
    Client.build_response = _answer  # type: ignore[method-assign]


def _answer(self: Client, request: Request, status_code: int = 200) -> Response:
    """The page as it stands; what changes on it from now on goes over its socket."""
    self._response_built = True
    self.outbox.updates.clear()
    elements = json.dumps({number: each._to_dict() for number, each in self.elements.items()})
    for sign, safe in _UNSAFE:
        elements = elements.replace(sign, safe)
    own = {
        'elements': elements,
        'request': request,
        'head_html': self.head_html,
        'title': self.resolve_title(),
        'socket_io_js_query_params': {
            **core.app.config.socket_io_js_query_params,
            'client_id': self.id,
            'next_message_id': self.outbox.next_message_id,
            'implicit_handshake': not nicegui_client._is_prefetch(request),
        },
    }
    components = {each.component.key: each.component for each in self.elements.values() if each.component}
    _components.update(components)
    shared = _shared(*components)
    body = f'{shared["styles"]}{self.body_html}{shared["templates"]}'
    html = nicegui_client.templates.env.get_template('index.html').render({**shared, **own, 'body_html': body})
    content, headers = assets.compressed(html.encode(), request.headers)
    return Response(content, status_code, headers | _PAGE, media_type='text/html')


@functools.lru_cache(maxsize=512)
def _shared(*components: str) -> dict[str, Any]:
    """What all pages that begin with components of these keys have."""
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
        'imports': json.dumps(imports),
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
