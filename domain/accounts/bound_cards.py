"""Which citizen certificates are bound to an account: what stands in the history, and when all of them go.

Signing in by them is `citizen_certificates`, which stands above.
"""

from db.choices import Role, Section
from db.models import Account, CitizenCertificate, Volunteer

from .. import dates
from ..audit import history, office_history
from ..audit.history import Change
from ..fields import Field

CARD = Field('citizen_certificate', '自然人憑證')
SECTION = '帳號'


async def note(account: Account, change: Change, *, by: Account) -> None:
    """Keep in the history, of the office or of the volunteer, that a card was bound or removed; in the transaction."""
    if account.role == Role.VOLUNTEER and account.volunteer_id is not None:
        volunteer = await Volunteer.get(id=account.volunteer_id)
        await history.note(volunteer, Section.BASICS, history.ADDED if change.new else history.REMOVED, [change], by=by)
    else:
        action = '綁定自然人憑證' if change.new else '移除自然人憑證'
        await office_history.tell(SECTION, account.name, action, [change], by=by)


def as_read(card: CitizenCertificate) -> str:
    """How the history names a card."""
    return f'{card.name}，有效至 {dates.roc(dates.day_of(card.expires_at))}'


async def remove_all(account: Account, *, by: Account) -> int:
    """None of its cards signs in any more, in the caller's transaction. Returns how many there were."""
    cards = await CitizenCertificate.filter(account_id=account.id).order_by('id')
    for card in cards:
        await card.delete()
        await note(account, Change(CARD, as_read(card), ''), by=by)
    return len(cards)
