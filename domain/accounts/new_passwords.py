"""A new password: whether it is fit, how it is kept, and the notice to its owner that it is another one now."""

from db.models import Account, Agency, HostUnit, Volunteer

from .. import dates
from ..audit import log
from ..audit.log import LogAct
from ..errors import DomainError
from ..mail import notices
from . import bound_cards, passwords

OWN_ACT = '本人變更'
EARLIER = 2  # with the present one, none of the last three comes again (資通系統防護基準)


class UnfitPassword(DomainError):
    """The new password does not keep the rules."""


def check(password: str, *own_words: str) -> None:
    """Raises UnfitPassword for what does not keep the rules, is common, or has one of `own_words` in it."""
    if passwords.is_too_long(password):
        raise UnfitPassword(f'密碼最多 {passwords.LONGEST} 個字，請縮短後再試一次。')
    if unmet := passwords.unmet(password):
        raise UnfitPassword(f'密碼還不符合規則：{"、".join(unmet)}。')
    if passwords.is_common(password):
        raise UnfitPassword(passwords.COMMON)
    if passwords.is_made_of(password, own_words):
        raise UnfitPassword(passwords.OWN_WORDS)


async def keep(account: Account, new: str, how: str) -> None:
    """Set the password its owner has chosen, in the caller's transaction. Raises UnfitPassword."""
    check(new, *await own_words(account))
    used = [account.password_hash, *account.earlier_hashes]
    for stored in filter(None, used):
        if await passwords.verify(new, stored):
            raise UnfitPassword(passwords.USED)
    before = account.password_hash
    account.earlier_hashes = used[:EARLIER]
    account.password_hash = await passwords.hash_password(new)
    account.must_change_password = False
    await account.save(update_fields=['earlier_hashes', 'password_hash', 'must_change_password'])
    act = LogAct.PASSWORD_CHANGED if how == OWN_ACT else LogAct.PASSWORD_RESET
    await log.note(act, by=account, what=how)
    if before:
        await tell(account, how)


async def own_words(account: Account) -> list[str]:
    """What everybody who knows the owner would try; for comparing alone, it is shown to nobody."""
    found = [account.username or '', account.name, account.phone, *_of_address(await address_of(account))]
    if account.host_unit_id is not None:
        found.append((await HostUnit.get(id=account.host_unit_id)).name)
    if account.agency_id is not None:
        found.append((await Agency.get(id=account.agency_id)).name)
    if account.volunteer_id is not None:
        found += words_of(await Volunteer.get(id=account.volunteer_id))
    return found


def words_of(volunteer: Volunteer) -> list[str]:
    """Names, identity number, birthday as people write it."""
    born = volunteer.born_on
    digits = [f'{born:%Y%m%d}', f'{born:%d%m%Y}', f'{born:%m%d%Y}', f'{born:%y%m%d}', dates.roc_digits(born)]
    number = volunteer.identity_number.open()
    parts = volunteer.english_name.replace('-', ' ').replace(',', ' ').split()
    return [volunteer.name, volunteer.english_name, *parts, number, number[-6:], *digits, *_of_address(volunteer.email)]


def _of_address(email: str) -> list[str]:
    return [email.partition('@')[0]]


async def keep_fetched_back(account: Account, new: str, how: str) -> None:
    """As `keep`, by a link or a code on paper. Cards that are bound are not any more: they may be a stranger's."""
    cards = await bound_cards.remove_all(account, by=account)
    await keep(account, new, how + ('；原來綁定的自然人憑證已移除，請登入後重新綁定' if cards else ''))


async def tell(account: Account, how: str) -> None:
    """Tell the owner that the password was changed, and `how`; nobody is told where no address is known."""
    if address := await address_of(account):
        await notices.password_changed(account, address, how)


async def address_of(account: Account) -> str:
    """Where the owner reads mail; a volunteer's address is that of the shared record."""
    if account.volunteer_id is None:
        return account.email
    return (await Volunteer.get(id=account.volunteer_id)).email
