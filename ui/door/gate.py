"""The door of the site: nothing passes, over http or websocket, without a live session and the right Origin.

Outermost stand the security headers, then this gate, then NiceGUI and our own routes. What is not public
(`public_paths`) is refused before NiceGUI sees it, so a stranger can make it neither work nor remember anything.
"""

import logging
from collections.abc import Awaitable, Sequence
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from domain import links
from domain.accounts import sessions
from domain.audit import origin, reads
from domain.errors import DatabaseAway
from domain.model import Account
from domain.settings import Network, Settings

from .. import journal, public, sights
from ..machinery.engine_io import asked
from . import (
    addresses,
    answers,
    bodies,
    cookies,
    draining,
    headers,
    health,
    metrics,
    open_pages,
    origins,
    public_paths,
    sockets,
)

log = logging.getLogger(__name__)

HEALTH = links.health()
# Answered to MONITORING_NETWORKS alone, by the gate itself; for all others there is nothing.
WATCHED = {links.readiness(): health.readiness, links.metrics(): metrics.answer}


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


def allowed_origins(settings: Settings) -> frozenset[str]:
    """Where our own pages come from: the public address and, while that is not https, the machine's own."""
    public = urlsplit(settings.public_url)
    origins = {f'{public.scheme}://{public.netloc}'}
    if not settings.secure_cookies:
        hosts = {settings.host, '127.0.0.1', 'localhost'} - {'0.0.0.0', '::'}  # noqa: S104 -- not an address to visit
        origins |= {f'http://{host}:{settings.port}' for host in hosts}
    return frozenset(origins)


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
            send = answers.numbered(metrics.counted(scope, send))
        await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        addresses.answered_as(scope, self.hosts)
        if scope['path'] == HEALTH:
            await health.answer()(scope, receive, send)
        elif scope['type'] == 'http' and scope['path'] in WATCHED and self._may_watch(scope):
            await (await WATCHED[scope['path']]())(scope, receive, send)
        elif draining.is_elsewhere(scope, is_socket=sockets.are_at(scope['path'])):
            await draining.pass_on(scope, receive, send)
        elif scope['path'].startswith(public_paths.ASSETS) or scope['path'] == public_paths.ICON:
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
                    await answers.no_answer(scope, away)(scope, receive, send)
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
        elif scope['account'] is None and scope['path'] not in public_paths.PAGES:
            await answers.stranger(scope)(scope, receive, send)
        else:
            await self._pass_seen(scope, receive, send)

    async def _pass_seen(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Whoever is read for the answer is in the log before it goes out; so is an answer that was refused."""
        if scope['account'] is None:
            await bodies.Measured(scope, receive, send).run(self.app)
            return
        scope['sight'] = sight = reads.Sight(scope['account'], *sights.of_path(scope['path']))
        with reads.on(sight):
            await bodies.Measured(scope, receive, answers.once_written(scope, receive, send, sight)).run(self.app)
            await sight.write()

    def _pass_socket(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """No coroutine: nothing of what is decided here waits as long as the page is open."""
        origin = Headers(scope=scope).get('origin')
        is_polling = scope['type'] == 'http' and scope['method'] == 'GET'
        is_ours = origin in self.origins or (is_polling and origin is None)
        query = asked(scope['query_string'].decode('latin-1'))
        is_theirs = scope['account'] is not None and not open_pages.is_foreign(query, scope['session_digest'])
        if not is_ours or (not is_theirs and scope['type'] == 'http'):
            return self._refuse_socket(scope, receive, send)
        if not is_theirs:
            is_over = scope['account'] is None and bool(cookies.token_of(scope))
            return answers.tell_to_reload(receive, send, 'Session is over' if is_over else 'Implicit handshake failed')
        if scope['type'] == 'websocket':
            return sockets.served(scope, receive, send)
        return bodies.Measured(scope, receive, answers.in_our_words(scope, receive, send)).run(sockets.served)

    async def _refuse_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] == 'http':
            sentence = '這個連線不屬於您的登入，已拒絕。請重新整理頁面。'
            await public.refusal(scope, 403, sentence)(scope, receive, send)
        else:
            await receive()
            await send({'type': 'websocket.close', 'code': 4403})
