"""Whose an open page is, as a sealed mark in it: when its session is over, the same person signs in again there."""

from datetime import timedelta

from db import sealing
from db.models import Account

from .. import dates

LASTS = timedelta(hours=24)


def mark_of(account: Account) -> str:
    """What a page of the account carries; it opens nothing, and the password is asked all the same."""
    words = f'{account.id}|{dates.now().timestamp():.0f}'
    return sealing.handed_out('page mark', words)


def account_id_of(mark: str) -> int | None:
    """Whose mark it is; None for one that is none of ours, or too old."""
    try:
        words = sealing.handed_back('page mark', mark[:300])
    except LookupError:
        return None
    account_id, at = words.split('|')
    return int(account_id) if dates.now().timestamp() - float(at) < LASTS.total_seconds() else None
