"""A real SMTP server for the tests: keeps what it takes, refuses whom it is told to, with TLS and logins on demand."""

import asyncio
import email
import email.policy
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from domain.settings import Settings


class MailServer:
    """`letters` it took, in order, `written` as they came.

    `refused` maps an address to the answer it gets; `on_letter` runs at each DATA.
    """

    def __init__(self, logins: dict[str, str]) -> None:
        self.letters: list[EmailMessage] = []
        self.written: list[bytes] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.logged_in: list[str] = []
        self.refused: dict[str, str] = {}
        self.on_letter: Callable[[], Awaitable[str | None]] | None = None
        self.port = 0
        self._logins = logins

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd finds it by this name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self._logins and not session.authenticated:
            return '530 5.7.0 Authentication required'
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await self.on_letter() if self.on_letter else None
        if answer is None or answer.startswith('2'):
            self.written.append(envelope.content)
            self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return answer or '250 OK: queued'

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
        assert isinstance(login, LoginPassword)
        name = login.login.decode()
        is_right = self._logins.get(name) == login.password.decode()
        if is_right:
            self.logged_in.append(name)
        return AuthResult(success=is_right, handled=False)


@asynccontextmanager
async def a_mail_server(
    *, port: int = 0, tls: ssl.SSLContext | None = None, starttls: bool = False, logins: dict[str, str] | None = None
) -> AsyncIterator[MailServer]:
    """Serves on 127.0.0.1. `tls` from the first byte, or, with `starttls`, by STARTTLS only."""
    loop = asyncio.get_running_loop()
    kept = MailServer(logins or {})

    def conversation() -> SMTP:
        return SMTP(
            kept,
            hostname='mail.test',
            tls_context=tls if starttls else None,
            require_starttls=starttls,
            authenticator=kept.authenticate,
            auth_require_tls=starttls,
            loop=loop,
        )

    server = await loop.create_server(conversation, '127.0.0.1', port, ssl=None if starttls else tls)
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()
        await server.wait_closed()


def through(server: MailServer, office: Settings) -> Settings:
    """The office with this server's SMTP_URL."""
    return replace(office, smtp_url=f'smtp://127.0.0.1:{server.port}')


def certified(name: str, folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A fresh authority's certificate file, and what a server called `name` shows."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / 'authority.pem'))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(tls)
    return folder / 'authority.pem', tls
