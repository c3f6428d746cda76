"""退信: what comes back to MAIL_FROM, put by the mail server into a Maildir of ours.

Delivery status notifications (RFC 3464, RFC 6533) are read here, as they carry the server's words; what other servers
write for people is recognized by `flufl.bounce`. Both are anybody's text: they are read as bytes with limits, and
believed only when they repeat the Message-ID of a mail of ours, whose microseconds nobody knows who never got it, and
are about the address it was sent to. The worst a forger can do is to make us call by telephone.
"""

import asyncio
import base64
import contextlib
import email
import logging
import quopri
import re
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from pathlib import Path
from typing import Any, NamedTuple

from flufl.bounce import all_failures

from db.models import OutgoingMail

from ..repeating import repeating
from ..settings import Settings
from . import outbox, smtp

log = logging.getLogger(__name__)

EVERY = 30.0
# Enough for a report and the headers of the mail it is about; the rest of a larger one is not read.
MOST_BYTES = 512 * 1024
# Nobody's report has more; a forged one may.
MOST_PARTS = 50
MOST_AT_ONCE = 500
MOST_FIELD = 8000
# What is read of each text for people: it begins with what failed.
MOST_LINES, MOST_LINE = 200, 200

NO_REASON = '收件人的郵件伺服器退回了這封信，沒有說明原因。'

_STATUSES = ('message/delivery-status', 'message/global-delivery-status')
_RETURNED = ('message/rfc822', 'text/rfc822-headers', 'message/global', 'message/global-headers')
_OURS = re.compile(r'<mail-(\d{1,18})\.(\d{1,12})\.(\d{6})@[^<>\s]{1,255}>')
_FAILED = re.compile(r'fail|error', re.IGNORECASE)  # OpenSMTPD writes error
_MAIL_SYSTEM = re.compile(
    r'daemon|postmaster|smtp|mail[ ._-]?(delivery|system|service|server|admin)|system administrator', re.IGNORECASE
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Bounce(NamedTuple):
    """Which mail came back, the server's words, and the addresses it says it is about, in lower case."""

    mail_id: int
    created_at: datetime
    words: str
    recipients: frozenset[str]


async def collect_forever(office: Settings) -> None:
    """Look into the Maildir until cancelled; without BOUNCES_MAILDIR there is nothing to look into."""
    maildir = office.bounces_maildir
    if maildir is not None:
        await repeating('bounces', EVERY, lambda: collect(maildir))


async def collect(maildir: Path) -> int:
    """Read what is new and note what came back; each is read once. Returns how many mails came back."""
    noted = 0
    for path in await asyncio.to_thread(_new, maildir):
        bounce = await asyncio.to_thread(_read, path)
        if bounce is not None and await _is_ours(bounce):
            noted += await outbox.note_bounce(bounce.mail_id, bounce.created_at, bounce.words)
        # Noted first and put away afterwards: a process killed in between reads it again, which changes nothing.
        await asyncio.to_thread(_put_away, path)
    return noted


def bounce_of(raw: bytes) -> Bounce | None:
    """What a notice tells of a mail of ours that failed for good; None for everything else, whatever it is."""
    try:
        return _bounce(email.message_from_bytes(raw[:MOST_BYTES]))
    except Exception:
        # The parsers were not written for the malicious: any of their errors means no notice.
        log.info('bounces: an unreadable notice', exc_info=True)
        return None


def _bounce(notice: Message) -> Bounce | None:
    failure = _failure(notice)
    if failure is None:
        return None
    returned = _returned(notice)
    ours = _our_id(notice, returned)
    if ours is None:
        return None
    mail_id, seconds, microseconds = (int(number) for number in ours.groups())
    recipients = failure.recipients
    if not failure.names_original and returned is not None:
        # It was passed on by whoever we wrote to; the mail itself still says who that was.
        recipients |= _addresses(returned.get_all('To', []))
    try:
        created_at = _EPOCH + timedelta(seconds=seconds, microseconds=microseconds)
    except OverflowError:
        return None
    return Bounce(mail_id, created_at, failure.words, recipients)


async def _is_ours(bounce: Bounce) -> bool:
    mail = await OutgoingMail.filter(id=bounce.mail_id, created_at=bounce.created_at).only('id', 'recipient').first()
    return mail is not None and mail.recipient.lower() in bounce.recipients


class _Failure(NamedTuple):
    """`names_original`: it tells the address as the sender wrote it, which it was given on the way."""

    words: str
    recipients: frozenset[str]
    names_original: bool


def _failure(notice: Message) -> _Failure | None:
    """What failed for good, as the status tells or, without one, the text of the notice; None when nothing did."""
    statuses = [part for part in _parts(notice) if part.get_content_type() in _STATUSES]
    groups = [fields for part in statuses for fields in _groups(part) if _field(fields, 'Action')]
    if groups:
        # A warning of a delay names X-Failed-Recipients too (Gmail's): the status alone says what became of it.
        failed = next((one for one in groups if _FAILED.match(_field(one, 'Action'))), None)
        return None if failed is None else _of_group(failed)
    if not _is_from_a_mail_system(notice):
        return None
    short = _shortened(notice)
    temporary, permanent = all_failures(short)
    if temporary or not permanent:
        return None
    recipients = frozenset(address.decode(errors='replace').lower() for address in permanent)
    words, _ = _divided(_text(short))
    return _Failure(_words_in(words, recipients), recipients, names_original=False)


def _is_from_a_mail_system(notice: Message) -> bool:
    """Not from a person, whose answer may quote what looks like a failure, such as a list of addresses."""
    name, address = parseaddr(_field(notice, 'From'))
    return not address or _MAIL_SYSTEM.search(f'{name} {address}') is not None


def _shortened(notice: Message) -> Message:
    """The notice without what it carries back: the headers that tell servers apart, and its texts, decoded.

    Lines and their number are cut, for the patterns of flufl.bounce take quadratic time on long ones.
    """
    short = Message()
    for name in ('From', 'X-Mailer', 'X-Failed-Recipients', 'Content-Type', 'Content-Description'):
        if name in notice:
            short[name] = _field(notice, name)
    kind = notice.get_content_maintype()
    if kind == 'multipart' and notice.is_multipart():
        short.set_payload([_shortened(part) for part in _parts(notice)])
    elif kind == 'text':
        lines = _decoded(notice).splitlines()[:MOST_LINES]
        short.set_payload('\n'.join(line[:MOST_LINE] for line in lines) + '\n')
    return short


def _of_group(fields: Message) -> _Failure:
    status, diagnostic = _field(fields, 'Status'), _field(fields, 'Diagnostic-Code')
    kind, semicolon, words = diagnostic.partition(';')
    words = words.strip() if semicolon and ' ' not in kind.strip() else diagnostic
    if not words:
        words = f'{status} {NO_REASON}'
    elif status not in words:
        words = f'{status} {words}'
    original = _mailbox(_field(fields, 'Original-Recipient'))
    recipients = frozenset(original | _mailbox(_field(fields, 'Final-Recipient')))
    return _Failure(smtp.storable(words), recipients, names_original=bool(original))


def _words_in(text: str, recipients: Iterable[str]) -> str:
    """What stands below the address that failed, up to the next empty line."""
    for address in recipients:
        if found := re.search(rf'{re.escape(address)}[^\n]*\n((?:[^\S\n]*\S[^\n]*\n)+)', text, re.IGNORECASE):
            return smtp.storable(found[1])
    return NO_REASON


def _returned(notice: Message) -> Message | None:
    """The head of our mail, as the notice carries it back: whole, its headers only, or within its text."""
    for part in _parts(notice):
        if part.get_content_type() in _RETURNED:
            return email.message_from_bytes(_content(part))
    _, head = _divided(_text(notice))
    return email.message_from_string(head) if head else None


def _divided(text: str) -> tuple[str, str]:
    """What a notice says itself, and the head of our mail below it; '' when there is none."""
    found = re.search(r'^Message-ID:', text, re.IGNORECASE | re.MULTILINE)
    if found is None:
        return text, ''
    block = text.rfind('\n\n', 0, found.start()) + 1
    first = re.compile(r'^[\w-]+:', re.MULTILINE).search(text, block)  # below a line that divides it from the notice
    start = first.start() if first else found.start()
    return text[:start], text[start:]


def _our_id(notice: Message, returned: Message | None) -> re.Match[str] | None:
    """The Message-ID of our mail; of a notice that carries nothing back, the one that it says it is about."""
    if returned is not None:
        return _OURS.fullmatch(_field(returned, 'Message-ID'))
    statuses = [part for part in _parts(notice) if part.get_content_type() in _STATUSES]
    about = [_field(notice, 'In-Reply-To'), _field(notice, 'X-Original-Message-ID')]
    about += [_field(fields, 'X-Original-Message-ID') for part in statuses for fields in _groups(part)[:1]]
    return next(filter(None, map(_OURS.fullmatch, about)), None)


def _parts(notice: Message) -> list[Message]:
    """Its own parts, also those of a multipart within; not those of a mail it carries, which tells nothing of ours."""
    found: list[Message] = []
    waiting = deque([notice])
    while waiting and len(found) < MOST_PARTS:
        part = waiting.popleft()
        payload: Any = part.get_payload()
        if part.get_content_maintype() == 'multipart' and isinstance(payload, list):
            waiting.extendleft(reversed(payload))
        else:
            found.append(part)
    return found


def _groups(part: Message) -> list[Message]:
    """The fields of the mail and of each recipient in a status."""
    blocks = re.split(rb'\n[^\S\n]*\n\s*', _content(part).replace(b'\r\n', b'\n').strip(), maxsplit=MOST_PARTS)
    return [email.message_from_string(smtp.decoded(block)) for block in blocks[:MOST_PARTS]]


def _content(part: Message) -> bytes:
    """The bytes of a part. The library reads message/* as it comes, also where it is encoded, which some servers do."""
    payload: Any = part.get_payload()
    if not isinstance(payload, list):
        plain: Any = part.get_payload(decode=True)
        return plain if isinstance(plain, bytes) else b''
    inner = b'\n'.join(one.as_bytes() for one in payload[:MOST_PARTS])
    match str(part.get('Content-Transfer-Encoding', '')).strip().lower():
        case 'base64':
            return base64.b64decode(b''.join(inner.split()))
        case 'quoted-printable':
            return quopri.decodestring(inner)
    return inner


def _decoded(part: Message) -> str:
    return smtp.decoded(_content(part), part.get_content_charset())


def _text(notice: Message) -> str:
    """What a person reads in the notice."""
    plain = [part for part in _parts(notice) if part.get_content_type() == 'text/plain'][:1]
    return ''.join(_decoded(part).replace('\r\n', '\n') for part in plain)


def _field(fields: Message, name: str) -> str:
    """A field on one line, its encoded words decoded where they can be."""
    field = str(fields.get(name, ''))[:MOST_FIELD]
    try:
        field = str(make_header(decode_header(field)))
    except (HeaderParseError, UnicodeError, LookupError):
        log.info('bounces: a field that is not encoded as it says')
    return ' '.join(field.split())


def _mailbox(field: str) -> set[str]:
    """The address of `rfc822; somebody@example.org`, as it stands and as xtext (RFC 3461 §4) means it."""
    _, _, address = field.rpartition(';')
    plain = address.strip(' <>').lower()
    meant = re.sub(r'\+([0-9a-f]{2})', lambda code: chr(int(code[1], 16)), plain)
    return {plain, meant} - {''}


def _addresses(fields: Iterable[Any]) -> frozenset[str]:
    found = getaddresses([str(field) for field in fields][:MOST_PARTS])
    return frozenset(address.lower() for _, address in found[:MOST_PARTS] if '@' in address)


def _new(maildir: Path) -> list[Path]:
    folder = maildir / 'new'
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())[:MOST_AT_ONCE]


def _read(path: Path) -> Bounce | None:
    try:
        with path.open('rb') as file:
            return bounce_of(file.read(MOST_BYTES))
    except FileNotFoundError:  # another process was first
        return None
    except OSError:
        log.warning('bounces: a file that cannot be read', exc_info=True)
        return None


def _put_away(path: Path) -> None:
    """Into cur, marked as seen (S), as Maildir has it. Another process may have been first."""
    seen = path.parent.parent / 'cur'
    try:
        seen.mkdir(exist_ok=True)
        path.rename(seen / f'{path.name.partition(":")[0]}:2,S')
    except FileNotFoundError:
        pass
    except OSError:
        # One that cannot be put away, for its name is too long, must not keep those behind it from being read.
        log.warning('bounces: a file that cannot be put away is removed', exc_info=True)
        with contextlib.suppress(OSError):
            path.unlink()
