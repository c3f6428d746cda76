"""What was searched for, kept under a random key: the address of a list names the key, never a person.

Only the account that searched finds the words again. They are sealed, and go after a while.
"""

import secrets
from datetime import timedelta

from db.models import Account, KeptSearch

from . import dates

MOST_CHARACTERS = 100
KEPT_FOR = timedelta(days=90)


async def keep(words: object, *, by: Account, under: str = '') -> str:
    """The key of `words` from now on; '' for no words. A press makes it, never the reading of a page.

    A list that searches while one types keeps its words `under` one key of its own.
    """
    text = str(words or '').strip()[:MOST_CHARACTERS]
    if not text:
        return ''
    await KeptSearch.filter(kept_at__lt=dates.now() - KEPT_FOR).delete()
    if under and await KeptSearch.filter(key=under, account_id=by.id).update(words=text, kept_at=dates.now()):
        return under
    key = secrets.token_urlsafe(12)
    await KeptSearch.create(key=key, account=by, words=text, kept_at=dates.now())
    return key


async def words(key: object, *, by: Account) -> str:
    """The words under `key`; '' when there are none, or they are another's."""
    kept = await KeptSearch.get_or_none(key=str(key or '')[:32], account_id=by.id)
    return str(kept.words.open()) if kept else ''


async def sweep() -> int:
    """Forget what was searched for long ago; how much that was."""
    return await KeptSearch.filter(kept_at__lt=dates.now() - KEPT_FOR).delete()
