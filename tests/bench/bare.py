"""Bare NiceGUI pages, served exactly as our site is: what a page costs before there is anything on it, and one list.

`python -m tests.bench.bare PORT` serves it. Tailwind, compression and the rest are as in `ui/server.py`, so that the
comparison is not made easy by NiceGUI's heavier defaults.
"""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI, Request
from nicegui import Event, ui

from tests.site import ROOT, free_port


@contextmanager
def bare_site() -> 'Iterator[tuple[str, int]]':
    """Its address and the number of its process, while this lasts."""
    port = free_port()
    url = f'http://127.0.0.1:{port}'
    process = subprocess.Popen([sys.executable, '-m', 'tests.bench.bare', str(port)], cwd=ROOT)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f'{url}/healthz', timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(10)


def assemble() -> FastAPI:
    """One page with one word; one with a list, to which `POST /list` adds a line in every page that is open."""
    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    site.add_api_route('/healthz', lambda: 'ok')
    ui.page('/')(lambda: ui.label('哈囉'))
    lines = [f'第 {number} 件' for number in range(60)]
    added = Event[str]()

    async def add(request: Request) -> None:
        lines.append((await request.body()).decode())
        added.emit(lines[-1])

    def list_page() -> None:
        with ui.column() as column:
            for line in lines:
                ui.label(line)

        def show(line: str) -> None:
            with column:
                ui.label(line)

        added.subscribe(show)

    site.add_api_route('/list', add, methods=['POST'])
    ui.page('/list')(list_page)
    ui.run_with(
        site,
        language='zh-TW',
        binding_refresh_interval=None,
        reconnect_timeout=30,
        tailwind=False,
        show_welcome_message=False,
    )
    return site


if __name__ == '__main__':
    uvicorn.run(
        assemble(),
        host='127.0.0.1',
        port=int(sys.argv[1]),
        log_level='warning',
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
