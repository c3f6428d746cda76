"""Volunteers' accounts: a unit opens them and never learns a lasting password.

A unit that took over somebody known elsewhere (收編) a short while ago, or shares the person with other units, sets
neither password nor e-mail: otherwise whoever has a person's papers in hand could sign in as that person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from db import transaction
from db.choices import MembershipStatus, Role
from db.models import Account, Agency, HostUnit, Membership, Volunteer

from .. import dates, permissions, validation
from ..audit import log
from ..audit.log import LogAct
from ..errors import Incomplete, NotFound
from ..mail import account_mails
from . import new_passwords, password_links, passwords, sessions

LINK_LASTS = timedelta(hours=24)  # of the first link to set a password; a new one can be sent
SETTLING_DAYS = 14  # where the unit's county has no agency


@dataclass(frozen=True)
class Hold:
    """What keeps a unit from setting password and e-mail: it has just come, `until` then, or there are `others`.

    `settled` are those of the others that have been with the person long enough.
    """

    until: datetime | None
    others: Sequence[HostUnit]
    settled: Sequence[HostUnit]

    @property
    def sentence(self) -> str:
        """Why, as the form says it before anything is typed."""
        if self.until is not None:
            return f'您的單位剛收編這位志工，民國 {dates.roc_instant(self.until)} 以前不能直接設定密碼和 E-MAIL。'
        names = '、'.join(unit.name for unit in self.others)
        return f'這位志工也在其他單位服務（{names}），任何一個單位都不能單獨設定密碼和 E-MAIL。'


async def hold(volunteer: Volunteer, *, by: Account) -> Hold | None:
    """What keeps the unit from setting password and e-mail itself; None: nothing does. Raises NotFound."""
    permissions.require(by, 'accounts.volunteer_accounts.hold')
    of_them = Membership.filter(volunteer_id=validation.record_id(volunteer.id)).select_related('host_unit')
    return await hold_among(await of_them, by=by)


async def hold_among(memberships: Iterable[Membership], *, by: Account) -> Hold | None:
    """The same by all memberships of a volunteer, as just read with their units. Raises NotFound."""
    permissions.require(by, 'accounts.volunteer_accounts.hold_among')
    present = [one for one in memberships if one.status != MembershipStatus.LEFT and one.host_unit.is_active]
    serving = sorted(present, key=lambda one: one.id)
    own = next((one for one in serving if permissions.is_of_place(by, one.host_unit_id, one.team_id)), None)
    if own is None:
        raise NotFound
    until = await _settled_at(own)
    others = [one for one in serving if one is not own]
    if until is None and not others:
        return None
    settled = [one.host_unit for one in others if await _settled_at(one) is None]
    return Hold(until, [one.host_unit for one in others], settled)


async def held_each(volunteer_ids: Sequence[int], *, by: Account) -> set[int]:
    """Which of these people of the unit are held (`hold`)."""
    permissions.require(by, 'accounts.volunteer_accounts.held_each')
    of_them = Membership.filter(volunteer_id__in=list(volunteer_ids), host_unit__is_active=True)
    serving = await of_them.exclude(status=MembershipStatus.LEFT).select_related('host_unit')
    others = {one.volunteer_id for one in serving if one.host_unit_id != by.host_unit_id}
    taken_over = [one for one in serving if one.host_unit_id == by.host_unit_id and one.enrolled_at is not None]
    return others | {one.volunteer_id for one in taken_over if await _settled_at(one) is not None}


async def give_volunteer_password(volunteer: Volunteer, password: str | None, *, by: Account) -> None:
    """Open the volunteer's account, or give it another password; in the caller's transaction, after the membership.

    None: the volunteer gets a link to set one. One that is given is used once: it is changed at the first login.
    Raises UnfitPassword, Incomplete when there is no address to mail to, or when the unit may not set a password.
    """
    if password is None:
        if not volunteer.email:
            raise Incomplete(
                {'email': '請填寫 E-MAIL，系統才能把設定密碼的連結寄給志工；沒有 E-MAIL 時，請改印紙本驗證碼。'}
            )
        account = await opened(volunteer, by=by)
        link, until = await password_links.made(account, LINK_LASTS)
        await account_mails.first_password(account, link, until)
        return
    if held := await hold(volunteer, by=by):
        raise Incomplete({'password': f'{held.sentence}請改寄設定密碼的連結，或列印紙本驗證碼給本人。'})
    new_passwords.check(password, *new_passwords.words_of(volunteer))
    account = await opened(volunteer, by=by)
    is_known = bool(account.password_hash)
    account.password_hash, account.must_change_password = await passwords.hash_password(password), True
    async with transaction():
        await account.save(update_fields=['password_hash', 'must_change_password'])
        await password_links.close(account)
        await sessions.close_all(account)
        await log.note(LogAct.PASSWORD_RESET, by=by, about=[volunteer.id], what='單位設定的一次性密碼')
        if is_known:
            unit = await HostUnit.get(id=by.host_unit_id)
            await new_passwords.tell(account, f'運用單位「{unit.name}」設定了只能用一次的密碼')


async def opened(volunteer: Volunteer, *, by: Account) -> Account:
    """The volunteer's account, without a password while nobody has set one. Raises NotFound."""
    permissions.require(by, 'accounts.volunteer_accounts.opened')
    ours = Membership.filter(volunteer_id=volunteer.id, **permissions.place_of(by))
    if not await ours.exclude(status=MembershipStatus.LEFT).exists():
        raise NotFound
    account = await Account.get_or_none(volunteer_id=volunteer.id) or Account(
        role=Role.VOLUNTEER, volunteer_id=volunteer.id, text_size='large'
    )
    account.name, account.email = volunteer.name[:60], volunteer.email
    await account.save()
    return account


async def opened_each(volunteers: Sequence[Volunteer], *, by: Account) -> None:
    """Accounts without a password for people who have just been put onto the unit's roster and have none."""
    permissions.require(by, 'accounts.volunteer_accounts.opened_each')
    await Account.bulk_create(
        Account(role=Role.VOLUNTEER, volunteer_id=one.id, text_size='large', name=one.name[:60], email=one.email)
        for one in volunteers
    )


async def _settled_at(membership: Membership) -> datetime | None:
    """When the unit's waiting time after 收編 ends; None when it has ended, or never was.

    The longest counts of the agencies that the unit's county has: a unit applies to several of them.
    """
    if membership.enrolled_at is None:
        return None
    today = dates.today()
    in_office = Q(Q(valid_to=None), Q(valid_to__gte=today), join_type=Q.OR)
    agencies = Agency.filter(in_office, county_id=membership.host_unit.county_id)
    waits = [agency.settling_days for agency in await agencies.only('settling_days')]
    until: datetime = membership.enrolled_at + timedelta(days=max(waits, default=SETTLING_DAYS))
    return until if until > dates.now() else None
