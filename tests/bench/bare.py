"""Bare NiceGUI pages, served exactly as our site is: what a page costs before there is anything on it, and one list.

`python -m tests.bench.bare PORT` serves it. Tailwind, compression and the rest are as in `ui/server.py`, so that the
comparison is not made easy by NiceGUI's heavier defaults.
"""

import sys

import uvicorn
from fastapi import FastAPI, Request
from nicegui import Event, ui


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
