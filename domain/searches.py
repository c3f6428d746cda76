"""What was searched for, kept under a random key: the address of a list names the key, never a person.

Only the account that searched finds the words again. They are sealed, and go after a while.
"""

import secrets
from datetime import timedelta

from db.models import Account, KeptSearch

from . import dates, validation

MOST_CHARACTERS = 100
KEPT_FOR = timedelta(days=90)
_MOST_OF_KEY = 32


async def keep(words: object, *, by: Account, under: str = '') -> str:
    """The key of `words` from now on; '' for no words. A press makes it, never the reading of a page.

    A list that searches while one types keeps its words `under` one key of its own.
    """
    text = str(words or '').strip()[:MOST_CHARACTERS]
    if not text:
        return ''
    await KeptSearch.filter(kept_at__lt=dates.now() - KEPT_FOR).delete()
    if under := _asked(under):
        ours = KeptSearch.filter(key=under, account_id=by.id)
        if await ours.update(words=text, kept_at=dates.now()):
            return under
    key = secrets.token_urlsafe(12)
    await KeptSearch.create(key=key, account=by, words=text, kept_at=dates.now())
    return key


async def words(key: object, *, by: Account) -> str:
    """The words under `key`, which an address may have made up; '' when there are none, or they are another's."""
    asked = _asked(key)
    kept = await KeptSearch.get_or_none(key=asked, account_id=by.id) if asked else None
    return str(kept.words.open()) if kept else ''


async def sweep() -> int:
    """Forget what was searched for long ago; how much that was."""
    return await KeptSearch.filter(kept_at__lt=dates.now() - KEPT_FOR).delete()


def _asked(key: object) -> str:
    """As the database can be asked for it: it knows no control characters."""
    return validation.searched(key)[:_MOST_OF_KEY]
