"""Security headers on every answer, and the nonce that lets NiceGUI's own inline scripts run and no others."""

import secrets
from urllib.parse import quote

from fastapi import FastAPI
from jinja2 import DictLoader
from nicegui import client as nicegui_client
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain import links

from .. import assets
from ..assets import bundles, slimmer

_ALWAYS = {
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(self), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()',
    'Cross-Origin-Resource-Policy': 'same-origin',
    # Pages and files hold personal data; what may be kept says so itself.
    'Cache-Control': 'no-store',
}
# What NiceGUI's template says to browsers of before 2018.
_TOO_OLD = 'Your browser does not support ES modules.<br />Please use a modern browser.'
_PAGE_OF = (
    '<html{% if request.scope.account %} data-appearance="{{ request.scope.account.appearance }}"'
    ' data-text-size="{{ request.scope.account.text_size }}"{% endif %}'
)
_HSTS = 'max-age=31536000; includeSubDomains'
# Where the card component of before the present one listens. It is only looked for, to say that it is too old.
OLDER_COMPONENT = 'http://localhost:16888'
# NiceGUI has it on each of its pages.
_DRAWN = b'x-nicegui-content'
_CARD_PAGES = (links.certificate_login(), links.citizen_certificates(), links.card_proof())


def install(site: FastAPI, origins: frozenset[str], *, is_secure: bool, component: str = '') -> None:
    """Set the headers on all answers of `site`; HSTS when it is reached by https only.

    `component` is where the card component of each user listens, '' where cards are not taken.
    """
    _put_nonce_into_template()
    site.add_middleware(SecurityHeaders, origins=origins, is_secure=is_secure, component=component)


def disposition(name: str, *, is_download: bool) -> str:
    """The value of Content-Disposition (RFC 6266) for a file of this name: to be kept, or shown in the browser.

    >>> disposition('名冊.ods', is_download=True)
    "attachment; filename*=UTF-8''%E5%90%8D%E5%86%8A.ods"
    """
    return f"{'attachment' if is_download else 'inline'}; filename*=UTF-8''{quote(name, safe='')}"


def put_on(answer: MutableHeaders, scope: Scope) -> None:
    """Those of the request's answer; also for the one of a failure, which goes out past the middleware."""
    for name, value in scope.get('security_headers', {}).items():
        answer.setdefault(name, value)


class SecurityHeaders:
    """ASGI middleware. A header the answer already has is left as it is."""

    def __init__(self, app: ASGIApp, origins: frozenset[str], *, is_secure: bool, component: str) -> None:
        self.app = app
        self.fixed = _ALWAYS | ({'Strict-Transport-Security': _HSTS} if is_secure else {})
        self.raw = [(name.lower().encode(), value.encode()) for name, value in self.fixed.items()]
        self.component = component
        self.sockets = ' '.join(sorted(origin.replace('http', 'ws', 1) for origin in origins))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        nonce = scope['csp_nonce'] = secrets.token_urlsafe(16)
        # The citizen certificate's component opens a window that has to find its way back.
        is_of_cards = bool(self.component) and scope['path'] in _CARD_PAGES
        is_opener = is_of_cards or scope['path'].startswith(links.login())
        opener = 'same-origin-allow-popups' if is_opener else 'same-origin'
        pictures = f' {self.component} {OLDER_COMPONENT}' if is_of_cards else ''

        variable = {'Content-Security-Policy': self._policy(nonce, pictures), 'Cross-Origin-Opener-Policy': opener}
        scope['security_headers'] = self.fixed | variable

        async def send_with_headers(message: Message) -> None:
            if message['type'] == 'http.response.start':
                given = list(message.get('headers', ()))
                names = {name.lower() for name, _ in given}
                policy = self._policy(nonce, pictures, is_drawn=_DRAWN in names)
                own = [(b'content-security-policy', policy.encode()), (b'cross-origin-opener-policy', opener.encode())]
                message['headers'] = given + [pair for pair in self.raw + own if pair[0] not in names]
            await send(message)

        await self.app(scope, receive, send_with_headers)

    def _policy(self, nonce: str, pictures: str, *, is_drawn: bool = False) -> str:
        # Vue compiles templates in the browser, and NiceGUI's run_javascript is an eval. Plain HTML needs neither.
        evals = " 'unsafe-eval'" if is_drawn else ''
        return (
            f"default-src 'self'; script-src 'self' 'nonce-{nonce}'{evals}; style-src 'self' 'unsafe-inline'; "
            f"img-src 'self' data: blob:{pictures}; connect-src 'self' {self.sockets}; frame-ancestors 'none'; "
            "base-uri 'none'; form-action 'self'; object-src 'none'"
        )


def _put_nonce_into_template() -> None:
    """Give each script of NiceGUI's page template the nonce of its answer, and the page the appearance that was chosen.

    In the template, not in what is sent: a script that got into a page in any other way stays without.
    """
    environment = nicegui_client.templates.env
    loader = environment.loader
    assert loader is not None
    source, _, _ = loader.get_source(environment, 'index.html')
    if 'csp_nonce' not in source:
        source = source.replace('<script', '<script nonce="{{ request.scope.csp_nonce }}"')
        # 外觀 of whoever is signed in, known before anything is drawn (static/appearance.js).
        source = source.replace('<html', _PAGE_OF, 1)
        now = assets.stamp()
        source = slimmer.template(source, f'{bundles.STYLE}?{now}', f'{bundles.SCRIPT}?{now}')
        source = source.replace(_TOO_OLD, '這個瀏覽器太舊，無法顯示這個系統。<br />請改用新版的瀏覽器。')
    environment.loader = DictLoader({'index.html': source})
