"""What a mail looks like on its way, and the server it is handed to."""

import base64
import contextlib
import email.utils
import ipaddress
import re
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import aiosmtplib

from db.models import OutgoingMail

from .. import dates
from ..settings import Settings

# Seconds the server may take for one answer. RFC 5321 §4.5.3.2 would allow minutes; nobody waits for us to hang up.
ANSWER_WITHIN = 30.0

# How much of what a server says is kept; characters.
MOST_WORDS = 1000

_PORTS = {'smtp': 25, 'smtp+starttls': 587, 'smtps': 465}
# Answers to MAIL FROM that are about this mail: too large (552), or an address that will not do (553).
_ABOUT_THE_MAIL = (552, 553)
# Answers to a recipient or a letter that are about us or the server: it is closing, or wants a login.
_ABOUT_THE_SERVER = (421, 530, 534, 535, 538)
# So are mail systems in trouble (RFC 3463 §3.4: X.3.X) and a server that passes on nothing of ours.
_TROUBLE_OF_THE_SERVER = re.compile(r'4\.3\.\d|.*\brelay', re.IGNORECASE | re.DOTALL)
# Of what is put off only this is said of the mailbox (RFC 3463: the address, a mailbox that is full or closed).
_ABOUT_THE_MAILBOX = re.compile(r'4\.(1\.\d|2\.[123])')
_ODS = ('application', 'vnd.oasis.opendocument.spreadsheet')
_ANYTHING = ('application', 'octet-stream')


class Trouble(NamedTuple):
    """Why a mail was not taken. `words` are the server's own, as far as it spoke.

    `is_final`: this server will never take this mail. `is_general`: no other mail would have fared better.
    `wears_out`: nobody takes it when it happens for days; else the server puts off what it may take one day.
    """

    words: str
    is_final: bool
    is_general: bool
    wears_out: bool = True


def server(settings: Settings) -> aiosmtplib.SMTP:
    """The server of SMTP_URL, not connected yet: smtp:// (plain), smtp+starttls:// or smtps://, perhaps with a login.

    Encryption that the address asks for is never done without, nor is it when there is a password to tell. The
    certificate must be the server's, vouched for by the system's authorities or those of `smtp_ca_file`.
    """
    address = urlsplit(settings.smtp_url or '')
    return aiosmtplib.SMTP(
        hostname=address.hostname,
        port=address.port or _PORTS[address.scheme],
        username=unquote(address.username) if address.username else None,
        password=unquote(address.password or '') if address.username else None,
        use_tls=address.scheme == 'smtps',
        start_tls=address.scheme == 'smtp+starttls' or (address.scheme == 'smtp' and bool(address.username)),
        cert_bundle=str(settings.smtp_ca_file) if settings.smtp_ca_file else None,
        local_hostname=_our_name(settings),
        timeout=ANSWER_WITHIN,
    )


async def send(mail: OutgoingMail, through: aiosmtplib.SMTP, mail_from: str) -> None:
    """Hand the mail over, connecting first when needed; done when the server has said that it takes it.

    Raises what aiosmtplib raises; `trouble(error)` reads it.
    """
    message = as_message(mail, mail_from)
    if not through.is_connected:
        await through.connect()
    await through.send_message(message, sender=_sender(mail_from).addr_spec, recipients=[mail.recipient])


def as_message(mail: OutgoingMail, mail_from: str) -> EmailMessage:
    """The mail as the receiver gets it.

    Message-ID and Date come from the row alone, so a mail sent twice (the process was killed between the server's
    "taken" and our noting it) is twice the same, and the receiver can drop the second.
    """
    sender = _sender(mail_from)
    message = EmailMessage(policy=SMTP)
    message['Message-ID'] = f'<mail-{mail.id}.{mail.created_at.timestamp():.6f}@{sender.domain}>'
    message['Date'] = mail.created_at.astimezone(dates.TAIPEI)
    message['From'] = sender
    message['To'] = mail.recipient
    message['Subject'] = mail.subject
    message['Auto-Submitted'] = 'auto-generated'
    message['Content-Language'] = 'zh-TW'
    message.set_content(mail.body.open(), cte='base64')
    if mail.attachment is not None:
        maintype, subtype = _ODS if mail.attachment_name.endswith('.ods') else _ANYTHING
        message.add_attachment(
            base64.b64decode(mail.attachment.open()),
            maintype=maintype,
            subtype=subtype,
            filename=mail.attachment_name,
        )
        _name_for_old_programs(message, mail.attachment_name)
    return message


def _name_for_old_programs(message: EmailMessage, name: str) -> None:
    """Say the name of the attachment as `name=` in encoded words (RFC 2047), too, for those who do not read RFC 2231.

    The standard forbids it and every mail program understands it.
    """
    attachment = next(message.iter_attachments())
    encoded = name if name.isascii() else Header(name, 'utf-8').encode(maxlinelen=60, linesep='\r\n')
    kind = f'{attachment.get_content_type()};\r\n name="{encoded}"'
    # Set as a plain string with short lines, which the policy leaves alone; as a header it would obey RFC 2231.
    headers: list[tuple[str, Any]] = attachment._headers  # type: ignore[attr-defined]
    headers[:] = [(key, kind if key.lower() == 'content-type' else value) for key, value in headers]


def trouble(error: Exception) -> Trouble:
    """What an error of `send` means.

    Only a 5xx answer to the recipient or to the mail itself is final. Wrong credentials, or a sender the server does
    not let through, are ours to mend: the mail waits for that as it waits for a server that is down.
    """
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            refusal = error.recipients[0]
            return _answer(refusal.code, refusal.message, is_general=_is_of_the_server(refusal))
        case aiosmtplib.SMTPRecipientRefused() | aiosmtplib.SMTPDataError():
            return _answer(error.code, error.message, is_general=_is_of_the_server(error))
        case aiosmtplib.SMTPSenderRefused() if error.code in _ABOUT_THE_MAIL:
            return _answer(error.code, error.message, is_general=False)
        case aiosmtplib.SMTPResponseException():
            return _answer(error.code, error.message, is_general=True)
        case aiosmtplib.SMTPException() | OSError():  # TimeoutError is an OSError
            return Trouble(storable(str(error) or 'no answer in time'), is_final=False, is_general=True)
        case _:
            return Trouble(storable(f'{type(error).__name__}: {error}'), is_final=False, is_general=False)


def _is_of_the_server(refusal: aiosmtplib.SMTPResponseException) -> bool:
    return refusal.code in _ABOUT_THE_SERVER or bool(_TROUBLE_OF_THE_SERVER.match(refusal.message))


def _answer(code: int, words: str, *, is_general: bool) -> Trouble:
    is_final = 500 <= code < 600 and not is_general
    wears_out = is_general or is_final or bool(_ABOUT_THE_MAILBOX.match(words))
    return Trouble(storable(f'{code} {words}'), is_final=is_final, is_general=is_general, wears_out=wears_out)


def storable(words: str) -> str:
    """One line the database can keep: a server may speak Big5 (which arrives as lone surrogates) or send NULs.

    >>> storable('550 ' + '查無此人'.encode('big5').decode(errors='surrogateescape'))
    '550 查無此人'
    """
    try:
        raw = words.encode(errors='surrogateescape')
    except UnicodeEncodeError:
        raw = words.encode(errors='replace')
    return ' '.join(decoded(raw).replace('\0', ' ').split())[:MOST_WORDS]


def decoded(raw: bytes, charset: str | None = None) -> str:
    """What a mail server wrote, in the charset it names, else in the first of those of Taiwan and China that fits.

    >>> decoded('信箱已滿'.encode('big5')), decoded('邮箱已满'.encode('gbk'), 'gb2312'), decoded(b'refus\\xe9 !')
    ('信箱已滿', '邮箱已满', 'refusé !')
    """
    for name in (charset, 'utf-8', 'big5', 'cp950', 'gb18030'):
        with contextlib.suppress(UnicodeError, LookupError):
            if name is not None:
                return raw.decode(name)
    return raw.decode('latin-1')


def _our_name(settings: Settings) -> str:
    """What we call ourselves in EHLO (RFC 5321 §4.1.3): our public name; looking up the machine's own can take long."""
    host = urlsplit(settings.public_url).hostname or 'localhost'
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return f'[{address}]' if address.version == 4 else f'[IPv6:{address}]'


def _sender(mail_from: str) -> Address:
    """MAIL_FROM is an address, or a name and an address: 紀錄冊申請 <no-reply@example.gov.tw>."""
    name, address = email.utils.parseaddr(mail_from)
    return Address(display_name=name, addr_spec=address)
