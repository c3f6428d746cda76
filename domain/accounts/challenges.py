"""What a card or a passkey is asked to sign: a random text, for one act in one browser, once, for a few minutes.

Only its SHA-256 is kept. Without it, a signature that somebody has seen once would open the account for ever.
"""

import hashlib
import secrets
from datetime import timedelta

from db.choices import CardAct
from db.models import SignatureChallenge

from .. import dates

LONGEST = 100


async def made(act: CardAct, browser: str, lasts: timedelta) -> str:
    """43 characters of ASCII for `browser` (a secret of it, or the digest of its session) to have signed."""
    text = secrets.token_urlsafe(32)
    await SignatureChallenge.create(
        digest=_digest(text), act=act, browser=_digest(browser), expires_at=dates.now() + lasts
    )
    return text


async def spend(text: str, act: CardAct, browser: str) -> bool:
    """Use it up, before anything is looked at: of many at once one is first. Whether it was there."""
    if not browser or len(text) > LONGEST:
        return False
    asked = SignatureChallenge.filter(digest=_digest(text), act=act, browser=_digest(browser))
    return bool(await asked.filter(expires_at__gt=dates.now()).delete())


async def sweep() -> int:
    """Forget those that are over; how many."""
    return await SignatureChallenge.filter(expires_at__lte=dates.now()).delete()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()
