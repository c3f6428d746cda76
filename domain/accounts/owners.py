"""Whose account it is, by the name that is typed: staff by user name, a volunteer by identity number."""

import unicodedata

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from db.models import Account, Volunteer

from .. import invisible
from . import login_lock

LONGEST_NAME = 120  # as typed, with blanks and signs between
# At least so many seconds an answer takes that must not tell whether there is such an account.
UNTELLING = 0.3


async def named(username: str) -> Account | None:
    """The account of that name, as `complete`; None where there is none."""
    # The person first: looked for over both tables at once, all accounts would be read.
    people = await Volunteer.filter(identity_index=login_lock.index_of(username)).values_list('id', flat=True)
    named = Q(username=_folded(username)) | Q(volunteer_id__in=people)
    return await complete().filter(named).order_by('volunteer_id').first()


def complete() -> QuerySet[Account]:
    """Accounts with where they work, and whose they are."""
    return Account.all().select_related('host_unit', 'team', 'agency', 'county', 'volunteer')


def _folded(username: str) -> str:
    folded = unicodedata.normalize('NFKC', invisible.removed(username)).strip().casefold()
    return folded if len(folded) <= 60 and '\0' not in folded else ''  # no name is like that
