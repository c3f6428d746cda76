"""The door of the site: nothing passes, over http or websocket, without a live session and the right Origin.

Outermost stand the security headers, then this gate, then NiceGUI and our own routes. What is public is listed here;
everything else is refused before NiceGUI sees it, so a stranger can make it neither work nor remember anything.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain import announcements, links
from domain.accounts import sessions
from domain.announcements import SessionClosed
from domain.audit import log as audit_log
from domain.audit import origin, reads
from domain.errors import DatabaseAway, NoAnswer
from domain.imports import templates
from domain.model import Account, LogAct
from domain.repeating import in_background, repeating
from domain.settings import Network, Settings

from .. import journal, public, sights
from ..assets import NICEGUI
from ..flash import with_flash
from . import (
    addresses,
    bodies,
    cookies,
    draining,
    endings,
    headers,
    health,
    metrics,
    origins,
    sockets,
)

log = logging.getLogger(__name__)

ASSETS = (
    links.static(),
    *(f'{NICEGUI}/{folder}/' for folder in ('static', 'libraries', 'components', 'resources', 'esm')),
    f'{NICEGUI}/dynamic_resources/',
)
ICON = links.favicon()
HEALTH = links.health()
# Answered to MONITORING_NETWORKS alone, by the gate itself; for all others there is nothing.
WATCHED = {links.readiness(): health.readiness, links.metrics(): metrics.answer}
# What may be opened without a session: plain HTML pages of ours, never a page that NiceGUI makes.
PUBLIC_PAGES = frozenset(
    {
        links.login(),
        links.logout(),
        links.certificate_login(),
        links.certificate_challenge(),
        links.passkey_login(),
        links.passkey_challenge(),
        links.second_step(),
        *(links.second_step_part(step) for step in ('passkey', 'passkey-options', 'set-up', 'leave')),
        links.login_again(),
        links.counter_code(),
        links.request_account(),
        links.confirm_request(),
        links.correct_request(),
        links.forgotten_password(),
        links.reset_password(),
        links.paper_code(),
        links.confirm_email(),
        links.sign_off(),
        links.sign_off_picture(),
        links.downloads(),
        links.teaching(),
        links.blank_roster(),
        *(links.import_template(kind, form) for kind in templates.OFFERED for form in templates.FORMS),
        links.site_map(),
        links.privacy(),
        links.privacy_notice(),
        links.security(),
    }
)

# Not yours, or not there: both leave an entry, since numbers in addresses can be tried out.
_HIDDEN = (403, 404)

SWEEP_SECONDS = 20.0


def install(site: FastAPI, settings: Settings) -> None:
    """Put the gate and the headers in front of `site`, and a guard over every event of NiceGUI's sockets."""
    origins = allowed_origins(settings)
    sockets.guard(origins)
    site.add_middleware(Gate, origins=origins, trusted=settings.trusted_proxies, watchers=settings.monitoring_networks)
    component = settings.card_component if settings.citizen_ca_dir else ''
    headers.install(site, origins, is_secure=settings.secure_cookies, component=component)


def in_front_of(site: FastAPI) -> ASGIApp:
    """`site`, whose websockets stand before the gate at once.

    What stands before it is for requests, and of a socket would only wait as long as a page is open.
    """

    def entered(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        app: Any = site.middleware_stack if scope['type'] == 'websocket' else site
        while not isinstance(app, Gate | FastAPI):
            app = app.app
        passed: Awaitable[None] = app(scope, receive, send)
        return passed

    return entered


@asynccontextmanager
async def opened() -> AsyncIterator[None]:
    """For the lifespan of the server: pages of ended sessions are closed; expired sessions end, after a word."""
    announcements.subscribe(SessionClosed, _session_closed)
    try:
        async with in_background(repeating('expired sessions', SWEEP_SECONDS, sessions.close_expired, endings.tell)):
            yield
    finally:
        announcements.unsubscribe(SessionClosed, _session_closed)
        await reads.settled()


def allowed_origins(settings: Settings) -> frozenset[str]:
    """Where our own pages come from: the public address and, while that is not https, the machine's own."""
    public = urlsplit(settings.public_url)
    origins = {f'{public.scheme}://{public.netloc}'}
    if not settings.secure_cookies:
        hosts = {settings.host, '127.0.0.1', 'localhost'} - {'0.0.0.0', '::'}  # noqa: S104 -- not an address to visit
        origins |= {f'http://{host}:{settings.port}' for host in hosts}
    return frozenset(origins)


def no_answer(scope: Scope, away: DatabaseAway) -> Response:
    """What is answered while the database is away: a page with one sentence, or a refusal a script can read."""
    return public.refusal(scope, 503, str(NoAnswer(away)), '資料庫暫時沒有回應')


def page_before(request: Request) -> str:
    """The address on this site from which a request came, '' where the browser does not say."""
    came_from = urlsplit(request.headers.get('referer', ''))
    return f'{came_from.path}?{came_from.query}' if came_from.query else came_from.path


def client_of(request: Request) -> str:
    """Under which name the client's address is counted."""
    return str(request.scope['client_address'])


def account_of(request: Request) -> Account | None:
    """Who asks, their unit, agency and volunteer fetched; None on a public page."""
    account = request.scope['account']
    assert account is None or isinstance(account, Account)
    return account


class Gate:
    """ASGI middleware. Leaves `scope['account']` (Account | None) and `scope['session_digest']` ('' without one).

    And `scope['must_change_password']`, `scope['client_address']`, `scope['origin']` and `scope['sight']`; no Host of
    others goes further.
    """

    def __init__(
        self, app: ASGIApp, origins: frozenset[str], trusted: Sequence[Network], watchers: Sequence[Network]
    ) -> None:
        self.app = app
        self.origins = origins
        self.trusted = trusted
        self.watchers = watchers
        self.hosts = frozenset(urlsplit(origin).netloc for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] == 'lifespan':
            await self.app(scope, receive, send)
            return
        scope['client_address'] = addresses.client_of(scope, self.trusted)
        journal.begin_request(scope['client_address'], addresses.number_of(scope, self.trusted))
        if scope['type'] == 'http':
            send = _numbered(metrics.counted(scope, send))
        await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        addresses.answered_as(scope, self.hosts)
        if scope['path'] == HEALTH:
            await health.answer()(scope, receive, send)
        elif scope['type'] == 'http' and scope['path'] in WATCHED and self._may_watch(scope):
            await (await WATCHED[scope['path']]())(scope, receive, send)
        elif draining.is_elsewhere(scope, is_socket=sockets.are_at(scope['path'])):
            await draining.pass_on(scope, receive, send)
        elif scope['path'].startswith(ASSETS) or scope['path'] == ICON:
            scope['account'], scope['session_digest'] = None, ''
            await self._pass_asset(scope, receive, send)
        else:
            try:
                await self._identify(scope)
            except DatabaseAway as away:
                log.warning('nobody can be recognised: %s', away)
                if scope['type'] == 'websocket':  # its page tries on by itself
                    await self._refuse_socket(scope, receive, send)
                else:
                    await no_answer(scope, away)(scope, receive, send)
                return
            scope['origin'] = origins.of_request(scope, self.trusted)
            with origin.of(scope['origin']):
                await self._pass_identified(scope, receive, send)

    def _pass_identified(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if sockets.are_at(scope['path']):
            return self._pass_socket(scope, receive, send)
        if scope['type'] == 'websocket':
            return self._refuse_socket(scope, receive, send)
        return self._pass_request(scope, receive, send)

    def _may_watch(self, scope: Scope) -> bool:
        client = addresses.address_of(scope, self.trusted)
        return client is not None and any(client in network for network in self.watchers)

    async def _identify(self, scope: Scope) -> None:
        token = cookies.token_of(scope)
        digest = sessions.digest_of(token) if token else ''
        # A page that only tries to come back, or whose socket does, is no sign of a person.
        is_activity = not sockets.are_at(scope['path']) and 'nicegui-check' not in Headers(scope=scope)
        account = await sessions.account_at(digest, is_activity=is_activity) if digest else None
        scope['account'] = account
        scope['session_digest'] = digest if account else ''
        scope['must_change_password'] = account is not None and await sessions.must_change_password(account, digest)

    async def _pass_asset(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http' or scope['method'] not in ('GET', 'HEAD'):
            await public.refusal(scope, 403, '這個位址只能讀取。')(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _pass_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_reading = scope['method'] in ('GET', 'HEAD')
        if not is_reading and Headers(scope=scope).get('origin') not in self.origins:
            sentence = '這個要求不是從本系統的頁面送出，已拒絕。請重新開啟系統再試一次。'
            await public.refusal(scope, 403, sentence)(scope, receive, send)
        elif scope['account'] is None and scope['path'] not in PUBLIC_PAGES:
            await _stranger(scope)(scope, receive, send)
        else:
            await self._pass_seen(scope, receive, send)

    async def _pass_seen(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Whoever is read for the answer is in the log before it goes out; so is an answer that was refused."""
        if scope['account'] is None:
            await bodies.Measured(scope, receive, send).run(self.app)
            return
        scope['sight'] = sight = reads.Sight(scope['account'], *sights.of_path(scope['path']))
        with reads.on(sight):
            await bodies.Measured(scope, receive, _once_written(scope, receive, send, sight)).run(self.app)
            await sight.write()

    def _pass_socket(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """No coroutine: nothing of what is decided here waits as long as the page is open."""
        origin = Headers(scope=scope).get('origin')
        is_polling = scope['type'] == 'http' and scope['method'] == 'GET'
        is_ours = origin in self.origins or (is_polling and origin is None)
        query = sockets.asked(scope['query_string'].decode('latin-1'))
        is_theirs = scope['account'] is not None and not sockets.is_foreign(query, scope['session_digest'])
        if not is_ours or (not is_theirs and scope['type'] == 'http'):
            return self._refuse_socket(scope, receive, send)
        if not is_theirs:
            is_over = scope['account'] is None and bool(cookies.token_of(scope))
            return _tell_to_reload(receive, send, 'Session is over' if is_over else 'Implicit handshake failed')
        if scope['type'] == 'websocket':
            return sockets.served(scope, receive, send)
        return bodies.Measured(scope, receive, _in_our_words(scope, receive, send)).run(sockets.served)

    async def _refuse_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] == 'http':
            sentence = '這個連線不屬於您的登入，已拒絕。請重新整理頁面。'
            await public.refusal(scope, 403, sentence)(scope, receive, send)
        else:
            await receive()
            await send({'type': 'websocket.close', 'code': 4403})


def _numbered(send: Send) -> Send:
    """`send`, telling the number under which the log has the request."""
    number = journal.request_number().encode()

    async def sent(message: Message) -> None:
        if message['type'] == 'http.response.start':
            message['headers'] = [*message.get('headers', ()), (b'x-request-id', number)]
        await send(message)

    return sent


def _stranger(scope: Scope) -> Response:
    """A page: to the login, and back afterwards. Anything else: a refusal a script can read."""
    if scope['method'] in ('GET', 'HEAD') and 'text/html' in Headers(scope=scope).get('accept', ''):
        query = scope['query_string'].decode('latin-1')
        wanted = scope['path'] + (f'?{query}' if query else '')
        login = links.login('' if wanted == links.home() else wanted)
        return RedirectResponse(with_flash(login, 'session-ended') if cookies.was_signed_in(scope) else login, 303)
    return public.refusal(scope, 401, '您已登出或閒置太久。請重新登入；已儲存的資料都還在。')


def _in_our_words(scope: Scope, receive: Receive, send: Send) -> Send:
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


def _once_written(scope: Scope, receive: Receive, send: Send, sight: reads.Sight) -> Send:
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


async def _tell_to_reload(receive: Receive, send: Send, words: str) -> None:
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


async def _session_closed(closed: SessionClosed | None) -> None:
    """A session has ended; None when some may have, while nobody told us."""
    sessions.forget(closed.digest if closed else '')
    ended = [closed.digest] if closed else [one for one in sockets.open_sessions() if not await _is_alive(one)]
    for one in ended:
        sockets.close_pages(one, is_over=closed is not None and closed.why == 'over')


async def _is_alive(digest: str) -> bool:
    return await sessions.account_at(digest, is_activity=False) is not None
