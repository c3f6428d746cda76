"""What a first visit asks for: our stylesheets at once, NiceGUI's files as often as anybody likes."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import nicegui
import pytest
from nicegui import __version__
from nicegui.dependencies import js_components
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from domain import links
from ui import assets
from ui.assets import slimmer
from ui.assets.kept_files import FOR_GOOD, KeptAssets
from ui.components.desk.review_queue import review_queue

from .browser import Browser

SCRIPT = f'/_nicegui/{__version__}/static/quasar.umd.prod.js'
QUASAR = f'/_nicegui/{__version__}/static/quasar.important.prod.css'


async def test_all_our_stylesheets_come_in_one_answer(browser: Browser) -> None:
    answer = await browser.get(assets.STYLESHEET)

    for file in (assets.STATIC / 'styles' / 'tokens.css', assets.STATIC / 'pages' / 'volunteer_search.css'):
        assert slimmer.minified(file.read_text(encoding='utf-8')).strip() in answer.text
    assert (answer.headers['content-type'], answer.headers['cache-control']) == (
        'text/css; charset=utf-8',
        'public, max-age=3600',
    )


@pytest.mark.parametrize('encoding', ['gzip', 'identity'])
async def test_a_file_asked_for_again_is_the_same(browser: Browser, encoding: str) -> None:
    first, again = [await browser.get(QUASAR, **{'Accept-Encoding': encoding}) for _ in range(2)]

    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert _lasting(first) == _lasting(again)
    assert again.headers.get('content-encoding', 'identity') == encoding


async def test_each_way_of_sending_a_file_has_a_mark_of_its_own_and_is_not_sent_twice(browser: Browser) -> None:
    ways = ['br', 'gzip', 'identity']
    marks = [(await browser.get(SCRIPT, **{'Accept-Encoding': way})).headers['etag'] for way in ways]
    asked = [(way, mark) for way in ways for mark in marks]
    answers = [await browser.get(SCRIPT, **{'Accept-Encoding': way, 'If-None-Match': mark}) for way, mark in asked]

    assert len(set(marks)) == 3
    assert [each.status_code for each in answers] == [304, 200, 200, 200, 304, 200, 200, 200, 304]
    assert [each.headers['etag'] for each in answers] == [mark for mark in marks for _ in marks]


async def test_the_icon_of_the_site_is_kept_by_browsers(browser: Browser) -> None:
    icon = await browser.get(links.favicon())
    again = await browser.get(links.favicon(), **{'If-None-Match': icon.headers['etag']})

    assert (icon.status_code, again.status_code) == (200, 304)
    assert icon.headers['cache-control'] == again.headers['cache-control'] == 'public, max-age=3600'


async def test_a_component_is_kept_for_good_under_the_address_that_changes_with_what_it_imports(
    browser: Browser,
) -> None:
    file = Path(inspect.getfile(review_queue)).with_suffix('.js')
    key = next(key for key, component in js_components.items() if component.path == file)
    address = f'{assets.NICEGUI}/components/{key}'
    plain, stamped = [await browser.get(each) for each in (address, f'{address}?{assets.stamp()}')]

    assert plain.text == stamped.text
    assert [each.headers['cache-control'] for each in (plain, stamped)] == ['no-cache', FOR_GOOD]


async def test_an_answer_is_asked_for_once_and_one_that_broke_off_is_not_kept() -> None:
    asked = []

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        asked.append(scope['path'])
        await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'x', b'y')]})
        await send({'type': 'http.response.body', 'body': b'whole', 'more_body': len(asked) == 1})

    kept = KeptAssets(app)
    heard = [await _answered(kept, QUASAR) for _ in range(3)]

    assert asked == [QUASAR, QUASAR]
    assert heard[1:] == [heard[1]] * 2
    assert [message.get('body') for message in heard[2]] == [None, b'whole']


@pytest.mark.parametrize('seconds', [0, 0.001, 0.003, 0.01])
async def test_a_browser_that_goes_while_a_file_is_sent_leaves_no_half_file_to_the_others(seconds: float) -> None:
    async def passed_on(request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)

    files = Mount(f'/_nicegui/{__version__}/static', StaticFiles(packages=[('nicegui', 'static')]))
    kept = KeptAssets(Starlette(routes=[files], middleware=[Middleware(BaseHTTPMiddleware, dispatch=passed_on)]))

    await _answered(kept, SCRIPT, gone_after=seconds)
    heard = await _answered(kept, SCRIPT)

    whole = Path(nicegui.__file__).parent / 'static' / 'quasar.umd.prod.js'
    assert b''.join(message.get('body', b'') for message in heard) == whole.read_bytes()


def _lasting(answer: httpx.Response) -> dict[str, str]:
    """The headers, but for the hour, the nonce and the number of the request."""
    passing = ('date', 'content-security-policy', 'x-request-id')
    return {name: text for name, text in answer.headers.items() if name not in passing}


async def _answered(
    app: Callable[[Scope, Receive, Send], Awaitable[None]], path: str, gone_after: float = 60
) -> list[Message]:
    heard: list[Message] = []
    requests = [{'type': 'http.request', 'body': b''}]

    async def send(message: Message) -> None:
        heard.append({name: value for name, value in message.items() if name != 'more_body'})
        await asyncio.sleep(0)

    async def receive() -> Message:
        if requests:
            return requests.pop()
        await asyncio.sleep(gone_after)
        return {'type': 'http.disconnect'}

    address = {'path': path, 'raw_path': path.encode(), 'query_string': b'', 'root_path': '', 'scheme': 'http'}
    await app({'type': 'http', 'method': 'GET', 'headers': [], 'http_version': '1.1', **address}, receive, send)
    return heard
