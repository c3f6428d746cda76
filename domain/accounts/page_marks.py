"""Whose an open page is, as a sealed mark in it: when its session is over, the same person signs in again there."""

import base64
import binascii
from datetime import timedelta

from db import sealing
from db.models import Account

from .. import dates

LASTS = timedelta(hours=24)
_NAME = 'account.page'


def mark_of(account: Account) -> str:
    """What a page of the account carries; it opens nothing, and the password is asked all the same."""
    words = f'{account.id}|{dates.now().timestamp():.0f}'
    return base64.urlsafe_b64encode(sealing.seal_bytes(words.encode(), _NAME)).decode()


def account_id_of(mark: str) -> int | None:
    """Whose mark it is; None for one that is none of ours, or too old."""
    try:
        words = sealing.open_bytes(base64.urlsafe_b64decode(mark[:300]), _NAME).decode()
    except (LookupError, binascii.Error, ValueError):
        return None
    account_id, at = words.split('|')
    return int(account_id) if dates.now().timestamp() - float(at) < LASTS.total_seconds() else None
