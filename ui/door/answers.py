"""What the gate answers by itself, and what it does to an answer on its way out."""

import asyncio
import json
import logging
from contextlib import suppress

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from domain import links
from domain.audit import log as audit_log
from domain.audit import reads
from domain.errors import DatabaseAway, NoAnswer
from domain.model import LogAct

from .. import journal, public
from ..flash import with_flash
from . import cookies

log = logging.getLogger(__name__)

# Not yours, or not there: both leave an entry, since numbers in addresses can be tried out.
_HIDDEN = (403, 404)


def no_answer(scope: Scope, away: DatabaseAway) -> Response:
    """What is answered while the database is away: a page with one sentence, or a refusal a script can read."""
    return public.refusal(scope, 503, str(NoAnswer(away)), '資料庫暫時沒有回應')


def numbered(send: Send) -> Send:
    """`send`, telling the number under which the log has the request."""
    number = journal.request_number().encode()

    async def sent(message: Message) -> None:
        if message['type'] == 'http.response.start':
            message['headers'] = [*message.get('headers', ()), (b'x-request-id', number)]
        await send(message)

    return sent


def stranger(scope: Scope) -> Response:
    """A page: to the login, and back afterwards. Anything else: a refusal a script can read."""
    if scope['method'] in ('GET', 'HEAD') and 'text/html' in Headers(scope=scope).get('accept', ''):
        query = scope['query_string'].decode('latin-1')
        wanted = scope['path'] + (f'?{query}' if query else '')
        login = links.login('' if wanted == links.home() else wanted)
        why = cookies.why_closed(scope)
        return RedirectResponse(with_flash(login, why) if why else login, 303)
    return public.refusal(scope, 401, '您已登出或閒置太久。請重新登入；已儲存的資料都還在。')


def in_our_words(scope: Scope, receive: Receive, send: Send) -> Send:
    """`send` for an application whose refusals are English: they are ours, with its status."""
    is_refused = False

    async def answer(message: Message) -> None:
        nonlocal is_refused
        if message['type'] == 'http.response.start' and message['status'] >= 400:
            is_refused = True
            await public.refused_by_framework(scope, message['status'])(scope, receive, send)
        elif not is_refused:
            await send(message)

    return answer


def once_written(scope: Scope, receive: Receive, send: Send, sight: reads.Sight) -> Send:
    """`send` that lets nothing out before the log has it; when that cannot be written, nothing is shown."""
    is_refused = False

    async def sent(message: Message) -> None:
        nonlocal is_refused
        if message['type'] == 'http.response.start':
            try:
                if message['status'] in _HIDDEN:
                    await audit_log.note(LogAct.REFUSED, by=scope['account'], what=scope['path'])
                await sight.open()
            except DatabaseAway as away:
                log.warning('what was read could not be written down: %s', away)
                is_refused = True
                await no_answer(scope, away)(scope, receive, send)
        if not is_refused:
            await send(message)

    return sent


async def tell_to_reload(receive: Receive, send: Send, words: str) -> None:
    """A page whose session has ended, or that is another session's, wants its socket: tell it to load again.

    Or that its user may sign in again there ('Session is over', static/again.js).

    A plain refusal would have it try for ever. These are the words of engine.io (0 open) and socket.io (44 refused)
    that NiceGUI's page answers with `location.reload()`; the reloaded page is sent to the login.
    """
    opening = {'sid': '-', 'upgrades': [], 'pingInterval': 25_000, 'pingTimeout': 20_000, 'maxPayload': 1}
    await receive()
    await send({'type': 'websocket.accept'})
    await send({'type': 'websocket.send', 'text': f'0{json.dumps(opening)}'})
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await receive()
    await send({'type': 'websocket.send', 'text': f'44{json.dumps({"message": words})}'})
    await send({'type': 'websocket.close', 'code': 4401})
