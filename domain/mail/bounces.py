"""退信: delivery status notifications (RFC 3464) that the mail server puts into a Maildir of ours.

A bounce is anybody's text: it is read as bytes with limits, and believed only when it repeats the Message-ID of a mail
of ours, whose microseconds nobody knows who never got it. The worst a forger can do is to make us call by telephone.
"""

import asyncio
import contextlib
import email
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

from ..settings import Settings
from . import outbox, smtp

log = logging.getLogger(__name__)

EVERY = 30.0
# Enough for a report and the headers of the mail it is about; the rest of a larger one is not read.
MOST_BYTES = 512 * 1024
# Nobody's report has more; a forged one may.
MOST_PARTS = 50
MOST_AT_ONCE = 500

_OURS = re.compile(r'<mail-(\d{1,18})\.(\d{1,12})\.(\d{6})@[^<>\s]{1,255}>')
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Bounce(NamedTuple):
    """Which mail came back, and the server's words."""

    mail_id: int
    created_at: datetime
    words: str


async def collect_forever(office: Settings) -> None:
    """Look into the Maildir until cancelled; without BOUNCES_MAILDIR there is nothing to look into."""
    if office.bounces_maildir is None:
        return
    while True:
        try:
            await collect(office.bounces_maildir)
        except Exception:  # the disk or the database is away, say: later reports must still be read
            log.exception('bounces: stumbled, again in %.0f s', EVERY)
        await asyncio.sleep(EVERY)


async def collect(maildir: Path) -> int:
    """Read what is new and note what came back; each is read once. Returns how many mails came back."""
    noted = 0
    for path in await asyncio.to_thread(_new, maildir):
        bounce = await asyncio.to_thread(_read, path)
        if bounce is not None and await outbox.note_bounce(*bounce):
            noted += 1
        # Noted first and put away afterwards: a process killed in between reads it again, which changes nothing.
        await asyncio.to_thread(_put_away, path)
    return noted


def bounce_of(raw: bytes) -> Bounce | None:
    """What a report tells of a mail of ours that failed for good; None for everything else, whatever it is."""
    try:
        report = email.message_from_bytes(raw[:MOST_BYTES])
        if report.get_content_type() != 'multipart/report':
            return None
        parts = list(_parts(report))
        words = next(filter(None, map(_failure, parts)), None)
        ours = next(filter(None, map(_our_id, parts)), None)
    except Exception:
        # The parser of the standard library was not written for the malicious: any of its errors means no report.
        log.info('bounces: an unreadable report', exc_info=True)
        return None
    if words is None or ours is None:
        return None
    mail_id, seconds, microseconds = (int(number) for number in ours.groups())
    try:
        created_at = _EPOCH + timedelta(seconds=seconds, microseconds=microseconds)
    except OverflowError:
        return None
    return Bounce(mail_id, created_at, words)


def _parts(report: Message) -> Iterator[Message]:
    for number, part in enumerate(report.walk()):
        if number >= MOST_PARTS:
            return
        yield part


def _failure(part: Message) -> str | None:
    """The words of the recipient that failed, in a message/delivery-status; None when none did."""
    groups: Any = part.get_payload()
    if part.get_content_type() != 'message/delivery-status' or not isinstance(groups, list):
        return None
    for fields in groups[:MOST_PARTS]:
        if isinstance(fields, Message) and str(fields.get('Action', '')).strip().lower() == 'failed':
            status = str(fields.get('Status', '')).strip()
            said = str(fields.get('Diagnostic-Code', '')).strip()
            _, _, words = said.rpartition('smtp;') if said.lower().startswith('smtp;') else ('', '', said)
            text = smtp.storable(words if status and status in words else f'{status} {words}')
            return text or '收件人的郵件伺服器退回了這封信，沒有說明原因。'
    return None


def _our_id(part: Message) -> re.Match[str] | None:
    """The Message-ID of our mail, as the report carries it back: whole, or its headers only."""
    if part.get_content_type() == 'text/rfc822-headers':
        payload = part.get_payload(decode=True)
        headers = email.message_from_bytes(payload if isinstance(payload, bytes) else b'')
        return _OURS.fullmatch(str(headers.get('Message-ID', '')).strip())
    original: Any = part.get_payload()
    if part.get_content_type() == 'message/rfc822' and isinstance(original, list):
        return _OURS.fullmatch(str(original[0].get('Message-ID', '')).strip())
    return None


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
