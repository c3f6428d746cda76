"""What a first visit asks for: our stylesheets at once, NiceGUI's files as often as anybody likes."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from nicegui import __version__
from starlette.types import Message, Receive, Scope, Send

from ui import assets
from ui.assets import KeptAssets

from .browser import Browser

QUASAR = f'/_nicegui/{__version__}/static/quasar.important.prod.css'


async def test_all_our_stylesheets_come_in_one_answer(browser: Browser) -> None:
    answer = await browser.get(assets.LOOKS)

    files = [assets.STATIC / 'app.css', *sorted((assets.STATIC / 'pages').glob('*.css'))]
    assert answer.content == b'\n'.join(file.read_bytes() for file in files)
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


def _lasting(answer: httpx.Response) -> dict[str, str]:
    """The headers, but for the hour and the nonce."""
    return {name: text for name, text in answer.headers.items() if name not in ('date', 'content-security-policy')}


async def _answered(app: Callable[[Scope, Receive, Send], Awaitable[None]], path: str) -> list[Message]:
    heard: list[Message] = []

    async def send(message: Message) -> None:
        heard.append({name: value for name, value in message.items() if name != 'more_body'})

    async def receive() -> Message:
        return {'type': 'http.request'}

    await app({'type': 'http', 'method': 'GET', 'path': path, 'headers': []}, receive, send)
    return heard
