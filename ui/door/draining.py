"""A process that is asked to end while another serves beside it: its pages go over one after the other, then it ends.

A page lives in the process that made it. If all of them lost it at once, the other process would make all of them anew
at once, and the last would wait for many seconds. So for DRAIN_SECONDS the process goes on serving the pages it has,
tells one after the other to load again when nobody is just typing, and makes no page any more: what asks for one is
answered 502, by which the proxy asks the other process (deploy/nginx).
"""

import asyncio
import logging

from nicegui import Client
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from .. import public
from ..machinery.engine_io import asked
from . import open_pages

log = logging.getLogger(__name__)

# The last page is told when so much of the time is over; after that pages that were busy have the rest of it.
_TOLD_WITHIN = 0.7
_LOOKS = 0.2
_SENTENCE = '系統正在重新啟動，請重新整理頁面；已填的資料都還在。'

_is_draining = False


async def pages_gone(seconds: float) -> None:
    """Have the pages go over; returns when none is left, at the latest after so many seconds."""
    global _is_draining  # noqa: PLW0603 -- a process ends once
    _is_draining = True
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    pages = [client for client in Client.instances.values() if client.has_socket_connection]
    log.info('asked to end: %d pages go over to another process', len(pages))
    for client in pages:
        if client.has_socket_connection:
            client.run_javascript('window.goOver()')
            await asyncio.sleep(seconds * _TOLD_WITHIN / len(pages))
    while open_pages.counted()[1] and loop.time() < until:  # noqa: ASYNC110 -- NiceGUI tells of no socket that goes
        await asyncio.sleep(_LOOKS)


def is_elsewhere(scope: Scope, *, is_socket: bool) -> bool:
    """Whether another process has to answer: a page that is to be made, or a socket of a page that is not here."""
    if not _is_draining:
        return False
    if is_socket:
        return not open_pages.is_here(asked(scope['query_string'].decode('latin-1')))
    is_read = scope['type'] == 'http' and scope['method'] in ('GET', 'HEAD')
    return is_read and 'text/html' in Headers(scope=scope).get('accept', '')


async def pass_on(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer so that a proxy asks another process."""
    if scope['type'] == 'http':
        await public.refusal(scope, 502, _SENTENCE)(scope, receive, send)
        return
    await receive()
    await send({'type': 'websocket.http.response.start', 'status': 502, 'headers': []})
    await send({'type': 'websocket.http.response.body', 'body': b''})
