"""Registering many at once, from a file: as one by one, but in a few statements, and nobody is told of a password.

No password stands in a file. Whoever has an address may be sent the link to set one; all others get a code on paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from db import sealing, transaction
from db.choices import Section
from db.models import Account, Consent, Membership, PasswordReset, Team, Volunteer

from .. import accounts, announcements, consents, dates, permissions, validation
from ..announcements import VolunteerChanged
from ..audit import history
from ..audit.history import Noted
from ..errors import Incomplete
from ..fields import Field
from . import keeping
from .basics import TEAM, VolunteerDetails

JOINED_ON = Field('joined_on', '加入日期')
TAKEN = '這個號碼在系統中已有資料。若經本人同意，請以「收編」輸入證號、姓名、出生日期，加入您的單位。'
_STAYS = '這位志工的資料在匯入之後又有異動，所以保留。請在他的個人頁面處理。'


@dataclass(frozen=True)
class Newcomer:
    """Somebody to be registered, in a team of the unit or none. `joined_on` None: today."""

    details: VolunteerDetails
    team_id: int | None = None
    joined_on: date | None = None

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        found = self.details.problems(new=True)
        born = self.details.born_on if 'born_on' not in found else None
        joined = validation.day(JOINED_ON.label, self.joined_on, since=born or validation.EARLIEST)
        return found | validation.found({JOINED_ON.key: joined})


async def register_all(newcomers: Sequence[Newcomer], *, by: Account) -> list[Volunteer]:
    """New volunteers on the unit's roster, all or none, in the order given, each with an account.

    Raises Incomplete, whose problems have the place in `newcomers`, from 0, as their key.
    """
    permissions.require(by, 'volunteers.newcomers.register_all')
    await _check(newcomers, by)
    rows = [_columns(one) for one in newcomers]
    indexes = [row['identity_index'] for row in rows]
    try:
        async with transaction():
            await Volunteer.bulk_create([Volunteer(**row) for row in rows], batch_size=500)
            made = {one.identity_index: one for one in await Volunteer.filter(identity_index__in=indexes)}
            people = [made[index] for index in indexes]
            await Membership.bulk_create(
                Membership(
                    volunteer_id=person.id,
                    joined_on=one.joined_on or dates.today(),
                    **permissions.place_of(by) | ({'team_id': one.team_id} if one.team_id else {}),
                )
                for person, one in zip(people, newcomers, strict=True)
            )
            await _open_accounts(people, newcomers, by)
            added = [Noted(one.id, Section.BASICS, history.ADDED, await _told(one)) for one in people]
            await history.note_each(added, by=by)
            if signed := [(one.id, True) for one in people if one.consents_to_data_use]:
                await consents.note(signed, by=by)
            await announcements.announce_each(VolunteerChanged(one.id) for one in people)
    except IntegrityError:
        await _refuse_known(indexes)  # somebody was faster by a moment
        raise
    return people


async def unregister(volunteer_id: int, version: int, *, by: Account) -> str:
    """Take back the registering of somebody, in the caller's transaction; why the person stays, or ''.

    Only while nobody has built on it: the basics are as they were at `version`, nothing hangs on the person, and
    nobody has used the account.
    """
    permissions.require(by, 'volunteers.newcomers.unregister')
    person = await Volunteer.filter(id=volunteer_id).select_for_update().first()
    if person is None:
        return ''
    memberships = await Membership.filter(volunteer_id=person.id)
    is_ours = [one.host_unit_id for one in memberships] == [by.host_unit_id]
    account = await Account.get_or_none(volunteer_id=person.id)
    if person.version != version or not is_ours or (account and account.password_hash):
        return _STAYS
    try:
        async with transaction():
            if account:
                await PasswordReset.filter(account_id=account.id).delete()
                await account.delete()
            await Consent.filter(volunteer_id=person.id).delete()
            await Membership.filter(volunteer_id=person.id).delete()
            # That the person was added goes, too; from here nobody else may take entries away (0031_log).
            await get_connection('default').execute_query('SELECT forget_newcomer($1)', [person.id])
    except IntegrityError:  # something hangs on the person, whatever it is
        return _STAYS
    await announcements.announce(VolunteerChanged(volunteer_id))
    return ''


async def _check(newcomers: Sequence[Newcomer], by: Account) -> None:
    teams = {team.id for team in await Team.filter(host_unit_id=by.host_unit_id, closed_at__isnull=True)}
    wrong: dict[str, str] = {}
    for place, one in enumerate(newcomers):
        if problems := one.problems():
            wrong[str(place)] = next(iter(problems.values()))
        elif one.team_id is not None and (one.team_id not in teams or by.team_id not in (None, one.team_id)):
            wrong[str(place)] = f'{TEAM.label}已不在您的單位，請重新選擇。'
    if wrong:
        raise Incomplete(wrong)
    await _refuse_known([sealing.blind_index(keeping.number_of(one.details)) for one in newcomers])


async def _refuse_known(indexes: Sequence[str]) -> None:
    known = {index for (index,) in await Volunteer.filter(identity_index__in=indexes).values_list('identity_index')}
    taken = {str(place): TAKEN for place, index in enumerate(indexes) if index in known or index in indexes[:place]}
    if taken:
        raise Incomplete(taken)


def _columns(one: Newcomer) -> dict[str, Any]:
    columns = one.details.columns()
    return columns | keeping.following(columns) | keeping.number_columns(keeping.number_of(one.details))


async def _open_accounts(people: Sequence[Volunteer], newcomers: Sequence[Newcomer], by: Account) -> None:
    mailed = [
        person
        for person, one in zip(people, newcomers, strict=True)
        if one.details.sets_password_by_system and person.email
    ]
    for person in mailed:
        await accounts.give_volunteer_password(person, None, by=by)
    told = {one.id for one in mailed}
    await accounts.opened_each([one for one in people if one.id not in told], by=by)


async def _told(person: Volunteer) -> list[history.Change]:
    return await keeping.changes({}, keeping.kept(person))
