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
from starlette.requests import Request, cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain import accounts, announcements, links
from domain import settings as settings_module
from domain.accounts import known_devices, sessions
from domain.announcements import SessionClosed
from domain.audit import log as audit_log
from domain.audit import origin, reads
from domain.errors import DatabaseAway, NoAnswer
from domain.imports import KINDS, most_bytes, templates
from domain.model import Account, LogAct
from domain.pictures import MEGABYTE, MOST_MEGABYTES
from domain.repeating import in_background, repeating
from domain.settings import Network, Settings

from . import addresses, draining, endings, headers, health, journal, metrics, origins, public, sights, sockets
from .assets import NICEGUI
from .flash import with_flash

log = logging.getLogger(__name__)

SOCKETS = '/_nicegui_ws/'
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

_MEGABYTES = {links.upload(kind): most for kind, most in MOST_MEGABYTES.items()}
_IMPORTED = {links.upload_import(kind): most_bytes(kind) // MEGABYTE for kind in KINDS}
_MOST_UPLOADED = max(_MEGABYTES.values())
_ROUND_A_FILE = 64 * 1024  # what multipart writes around it
_MOST_TYPED = 256 * 1024
_MOST_POLLED = MEGABYTE
# Seconds for a whole body: what somebody typed, and a file over a slow line.
_TYPED_SECONDS = 30.0
_FILE_SECONDS = 120.0

# Not yours, or not there: both leave an entry, since numbers in addresses can be tried out.
_HIDDEN = (403, 404)

SWEEP_SECONDS = 20.0
# After 登出 the session's cookie is gone; for so many seconds this one tells why a page leads to the login.
_SIGNED_OUT, _TOLD_FOR = 'signed-out', 120


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


def keep_session(response: Response, token: str) -> None:
    """Have the browser keep the session until it is closed."""
    is_secure = settings_module.current().secure_cookies
    response.set_cookie(_cookie_name(), token, httponly=True, samesite='lax', path='/', secure=is_secure)
    response.delete_cookie(_SIGNED_OUT, httponly=True, samesite='lax', path='/', secure=is_secure)


def browser_of(request: Request) -> str:
    """A secret that only this browser has, '' for one that has none: by it a card signs where it was asked to."""
    return cookie_parser(request.headers.get('cookie', '')).get(_card_cookie(), '')[:100]


def keep_browser(response: Response, secret: str) -> None:
    """Have the browser keep its secret until it is closed. No page of others has it sent."""
    response.set_cookie(
        _card_cookie(),
        secret,
        httponly=True,
        samesite='strict',
        path='/',
        secure=settings_module.current().secure_cookies,
    )


def page_before(request: Request) -> str:
    """The address on this site from which a request came, '' where the browser does not say."""
    came_from = urlsplit(request.headers.get('referer', ''))
    return f'{came_from.path}?{came_from.query}' if came_from.query else came_from.path


def half_of(request: Request) -> str:
    """The token of a half-open sign-in (`domain.accounts.second_factors`), '' for nobody."""
    return cookie_parser(request.headers.get('cookie', '')).get(_named('half'), '')[:100]


def keep_half(response: Response, token: str) -> None:
    """Have the browser keep a half-open sign-in until its second step. No page of others has it sent."""
    is_secure = settings_module.current().secure_cookies
    response.set_cookie(_named('half'), token, httponly=True, samesite='strict', path='/', secure=is_secure)


def drop_half(response: Response) -> None:
    """Have the browser forget the half-open sign-in."""
    is_secure = settings_module.current().secure_cookies
    response.delete_cookie(_named('half'), httponly=True, samesite='strict', path='/', secure=is_secure)


def device_of(request: Request) -> str:
    """By what an account knows this browser again; '' for one that is new to us."""
    return cookie_parser(request.headers.get('cookie', '')).get(_named('device'), '')[:100]


def keep_device(response: Response, token: str) -> None:
    """Have the browser keep it as long as browsers keep anything."""
    is_secure = settings_module.current().secure_cookies
    seconds = int(known_devices.KEPT_FOR.total_seconds())
    response.set_cookie(
        _named('device'), token, max_age=seconds, httponly=True, samesite='lax', path='/', secure=is_secure
    )


def chosen_of(request: Request) -> tuple[str | None, str | None]:
    """字級 and 外觀 that were chosen in this browser just before the login (static/public.js); None: nobody did."""
    sent = cookie_parser(request.headers.get('cookie', ''))
    size, look = (sent.get(f'chosen-{what}') for what in ('size', 'look'))
    return size if size in accounts.TEXT_SIZES else None, look if look in accounts.APPEARANCES else None


def drop_chosen(response: Response) -> None:
    """They are the account's now."""
    for what in ('size', 'look'):
        response.delete_cookie(f'chosen-{what}', path='/', samesite='lax')


def drop_session(response: Response) -> None:
    """Have the browser forget the session, and its other tabs say why they are closed."""
    is_secure = settings_module.current().secure_cookies
    response.delete_cookie(_cookie_name(), httponly=True, samesite='lax', path='/', secure=is_secure)
    response.set_cookie(
        _SIGNED_OUT, 'yes', max_age=_TOLD_FOR, httponly=True, samesite='lax', path='/', secure=is_secure
    )


def token_of(scope: Scope) -> str:
    """The session token the browser sent, or ''."""
    return cookie_parser(Headers(scope=scope).get('cookie', '')).get(_cookie_name(), '')


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

    And `scope['client_address']`, `scope['origin']` and `scope['sight']`; no Host of others goes further.
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
        elif draining.is_elsewhere(scope, is_socket=scope['path'].startswith(SOCKETS)):
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
        if scope['path'].startswith(SOCKETS):
            return self._pass_socket(scope, receive, send)
        if scope['type'] == 'websocket':
            return self._refuse_socket(scope, receive, send)
        return self._pass_request(scope, receive, send)

    def _may_watch(self, scope: Scope) -> bool:
        client = addresses.address_of(scope, self.trusted)
        return client is not None and any(client in network for network in self.watchers)

    async def _identify(self, scope: Scope) -> None:
        token = token_of(scope)
        digest = sessions.digest_of(token) if token else ''
        # A page that only tries to come back, or whose socket does, is no sign of a person.
        is_activity = not scope['path'].startswith(SOCKETS) and 'nicegui-check' not in Headers(scope=scope)
        account = await sessions.account_at(digest, is_activity=is_activity) if digest else None
        scope['account'] = account
        scope['session_digest'] = digest if account else ''

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
            await _Measured(scope, receive, send).run(self.app)
            return
        scope['sight'] = sight = reads.Sight(scope['account'], *sights.of_path(scope['path']))
        with reads.on(sight):
            await _Measured(scope, receive, _once_written(scope, receive, send, sight)).run(self.app)
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
            is_over = scope['account'] is None and bool(token_of(scope))
            return _tell_to_reload(receive, send, 'Session is over' if is_over else 'Implicit handshake failed')
        if scope['type'] == 'websocket':
            return sockets.served(scope, receive, send)
        return _Measured(scope, receive, _in_our_words(scope, receive, send)).run(sockets.served)

    async def _refuse_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] == 'http':
            sentence = '這個連線不屬於您的登入，已拒絕。請重新整理頁面。'
            await public.refusal(scope, 403, sentence)(scope, receive, send)
        else:
            await receive()
            await send({'type': 'websocket.close', 'code': 4403})


class _Measured:
    """A request whose body is cut off beyond its limit, declared or not, whatever the application does about it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.most, self._sentence = _limit(scope['path'])
        self.until = asyncio.get_running_loop().time() + _seconds(scope['path'])
        self.seen = 0
        self.is_whole = False
        self.is_answered = False

    async def run(self, app: ASGIApp) -> None:
        declared = Headers(scope=self.scope).get('content-length', '')
        if declared.isdecimal() and int(declared) > self.most:
            await self._refuse()
            return
        try:
            await app(self.scope, self.receive, self.send)
        except* _TooMuch:  # a task group may have wrapped it
            log.info('a body went on beyond its limit')
        except* _TooSlow:
            log.info('a body was not there in time')
            if not self.is_answered:
                await _closing(public.refusal(self.scope, 408, _SLOWLY))(self.scope, self._receive, self._send)
        if self.seen > self.most and not self.is_answered:
            await self._refuse()

    async def receive(self) -> Message:
        if self.is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self.until):
                message = await self._receive()
        except TimeoutError:
            raise _TooSlow from None
        self.is_whole = not message.get('more_body')
        self.seen += len(message.get('body', b''))
        if self.seen > self.most:
            raise _TooMuch
        return message

    async def send(self, message: Message) -> None:
        if self.seen <= self.most or self.is_answered:
            self.is_answered = True
            await self._send(message)

    async def _refuse(self) -> None:
        # Read on for a while: who is cut off in mid-sentence does not hear the answer.
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                while self.seen < 4 * _MOST_UPLOADED * MEGABYTE:
                    message = await self._receive()
                    self.seen += len(message.get('body', b''))
                    if not message.get('more_body'):
                        break
        await _closing(public.refusal(self.scope, 413, self._sentence))(self.scope, self._receive, self._send)


class _TooMuch(Exception):
    """The body goes on beyond its limit."""


class _TooSlow(Exception):
    """The body is not there in time."""


_SLOWLY = '傳送太慢，已經停止，沒有收到完整的內容。請確認網路後再送出一次；已填的資料都還在。'


def _seconds(path: str) -> float:
    return _FILE_SECONDS if path.startswith(links.upload('')) else _TYPED_SECONDS


def _closing(answer: Response) -> Response:
    answer.headers['Connection'] = 'close'
    return answer


def _limit(path: str) -> tuple[int, str]:
    """How many bytes may be sent to `path`, and the sentence for more."""
    if path.startswith(links.upload('')):
        if path in _IMPORTED:
            sentence = f'檔案超過 {_IMPORTED[path]} MB，沒有收下。請分成幾個檔案，一個一個匯入；沒有寫入任何資料。'
            return _IMPORTED[path] * MEGABYTE + _ROUND_A_FILE, sentence
        most = _MEGABYTES.get(path, _MOST_UPLOADED)
        sentence = f'檔案超過 {most} MB，沒有收下。請縮小檔案，或用手機重新拍照；已填的資料都還在。'
        return most * MEGABYTE + _ROUND_A_FILE, sentence
    return _MOST_POLLED if path.startswith(SOCKETS) else _MOST_TYPED, '送出的內容太長，沒有收下。請縮短後再送出。'


def _cookie_name() -> str:
    return _named('sid')


def _card_cookie() -> str:
    return _named('card')


def _named(name: str) -> str:
    return f'__Host-{name}' if settings_module.current().secure_cookies else name


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
        was_here = token_of(scope) or _SIGNED_OUT in cookie_parser(Headers(scope=scope).get('cookie', ''))
        return RedirectResponse(with_flash(login, 'session-ended') if was_here else login, 303)
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
