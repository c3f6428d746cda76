"""What a mail looks like on its way, and the server it is handed to."""

import base64
import email.utils
import ipaddress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple
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
_ODS = ('application', 'vnd.oasis.opendocument.spreadsheet')
_ANYTHING = ('application', 'octet-stream')


class Trouble(NamedTuple):
    """Why a mail was not taken. `words` are the server's own, as far as it spoke.

    `is_final`: this server will never take this mail. `is_general`: no other mail would have fared better.
    """

    words: str
    is_final: bool
    is_general: bool


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
    return message


def trouble(error: Exception) -> Trouble:
    """What an error of `send` means.

    Only a 5xx answer to the recipient or to the mail itself is final. Wrong credentials or a sender the server does
    not let through are ours to mend: the mail waits for that as it waits for a server that is down.
    """
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            refusal = error.recipients[0]
            return _answer(refusal.code, refusal.message, is_general=False)
        case aiosmtplib.SMTPRecipientRefused() | aiosmtplib.SMTPDataError():
            return _answer(error.code, error.message, is_general=False)
        case aiosmtplib.SMTPResponseException():
            return _answer(error.code, error.message, is_general=True)
        case aiosmtplib.SMTPException() | OSError():  # TimeoutError is an OSError
            return Trouble(storable(str(error) or 'no answer in time'), is_final=False, is_general=True)
        case _:
            return Trouble(storable(f'{type(error).__name__}: {error}'), is_final=False, is_general=False)


def _answer(code: int, words: str, *, is_general: bool) -> Trouble:
    is_final = 500 <= code < 600 and not is_general
    return Trouble(storable(f'{code} {words}'), is_final=is_final, is_general=is_general)


def storable(words: str) -> str:
    """One line the database can keep: a server may speak Big5 (which arrives as lone surrogates) or send NULs."""
    return ' '.join(words.encode(errors='replace').decode().replace('\0', ' ').split())[:MOST_WORDS]


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
