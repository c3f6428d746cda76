"""People whom other units know: asking whether, and taking them onto one's own roster (收編).

A unit learns of somebody else's volunteer nothing but that there is one, until it shows that it has the person's
documents in hand.
"""

from dataclasses import dataclass

from db import transaction
from db.choices import AccessKind, IdentityKind, LookupKind, MembershipStatus, Section
from db.models import Account, HostUnit, Membership, Volunteer

from .. import announcements, dates, identity_numbers, names, permissions, validation
from ..announcements import VolunteerChanged
from ..audit import access, history
from ..audit.history import Change
from ..errors import DomainError, Incomplete, NotFound
from ..mail import notices
from . import closing, lookups
from .basics import FIELDS, HOST_UNIT


@dataclass(frozen=True)
class Elsewhere:
    """There is somebody of this number, not on the roster of the unit that asks. No more is told."""


class NoSuchPerson(NotFound):
    """Number, name and birth date do not belong together; which of them is wrong is not said."""

    def __init__(self) -> None:
        super().__init__('找不到證號、姓名、出生日期都相符的志工。請對照證件再確認；若仍不符，請洽志工原來的運用單位。')


class SpeltOtherwise(NotFound):
    """Number and birth date are right, which proves the person; how the name is written on record is not said."""

    def __init__(self) -> None:
        super().__init__(
            '證號與出生日期都相符，只有姓名的寫法與登錄的不同（例如同音字、漏字，或羅馬拼音的寫法）。'
            '請照證件上的姓名再輸入一次，這次不計入核對次數；若證件上就是這樣寫，請洽志工原來的運用單位更正。'
        )


class OfOtherTeam(DomainError):
    """The person serves at the unit already, not in the team of the clerk who asks; told when the papers are right."""

    def __init__(self) -> None:
        super().__init__('這位志工已在貴單位的名冊上，只是不在您的志工隊。要編入您的志工隊，請洽貴單位的承辦人。')


async def lookup_identity(kind: object, number: object, *, by: Account) -> Volunteer | Elsewhere | None:
    """Whether somebody of this number is on record: the volunteer if `by`'s unit may see it, else only the fact.

    `kind` makes no difference: a number stands for one person. Raises TooManyTries.
    """
    permissions.require(by, 'volunteers.enrolment.lookup_identity')
    if not validation.member(IdentityKind, kind):
        return None
    if not identity_numbers.compact(validation.searched(number)):
        return None
    known = await lookups.counted(LookupKind.DUPLICATE, number, by=by)
    if known is None:
        return None
    return await Volunteer.filter(permissions.visible_to(by), id=known.id).first() or Elsewhere()


async def join(kind: object, number: object, name: object, born_on: object, *, by: Account) -> Volunteer:
    """收編: put a person known elsewhere onto the unit's roster, with the person's consent.

    Number, name and birth date must all be right (`prove`). Whom a clerk of one team takes on serves in that team.
    Raises as that, OfOtherTeam.
    """
    known = await prove(kind, number, name, born_on, by=by)
    async with transaction():
        return await enrol(known, by=by)


async def prove(kind: object, number: object, name: object, born_on: object, *, by: Account) -> Volunteer:
    """The person whose number, name and birth date these are. Who knows all three has the documents in hand.

    Each try is counted, and noted for the person; not counted is one that is wrong only in how the name is written.
    Raises Incomplete, NoSuchPerson, SpeltOtherwise, TooManyTries.
    """
    permissions.require(by, 'volunteers.enrolment.prove')
    _check_join(kind, number, name, born_on)
    await lookups.count_try(number, by=by)
    known = await lookups.counted(LookupKind.ENROLMENT, number, by=by)
    if known is None:
        raise NoSuchPerson
    known = await closing.as_before(known)
    is_named = names.key(known.name) == names.key(str(name))
    if known.born_on == born_on and not is_named and _is_spelling_of(known, str(name)):
        await lookups.take_back_try(number, by=by)
        await access.note(known, AccessKind.ENROLMENT, '姓名寫法不同，未收編', by=by)
        raise SpeltOtherwise
    if known.born_on != born_on or not is_named:
        await access.note(known, AccessKind.ENROLMENT, '核對資料不符，未收編', by=by)
        raise NoSuchPerson
    return known


async def enrol(known: Volunteer, *, by: Account) -> Volunteer:
    """Put somebody whom `prove` has returned onto the unit's roster, in the caller's transaction.

    Raises OfOtherTeam.
    """
    permissions.require(by, 'volunteers.enrolment')
    volunteer = await Volunteer.select_for_update().get(id=known.id)
    if not await Volunteer.filter(permissions.visible_to(by), id=volunteer.id).exists():
        if by.team_id is not None and await _is_on_roster(volunteer, by):
            raise OfOtherTeam
        await closing.reopen(volunteer, '重新收編', by=by)
        await _put_on_roster(volunteer, by)
    return volunteer


def _is_spelling_of(known: Volunteer, name: str) -> bool:
    """Another name altogether is none: whoever has only a number and a guess at the birth date learns nothing."""
    return names.is_near(known.name, name) or names.is_near(known.english_name, name)


def _check_join(kind: object, number: object, name: object, born_on: object) -> None:
    problems = number_problem(kind, number) | validation.found(
        {
            'name': validation.text(FIELDS['name'].label, name, most=100, needed=True),
            'born_on': validation.day(FIELDS['born_on'].label, born_on, needed=True),
        }
    )
    if problems:
        raise Incomplete(problems)


def number_problem(kind: object, number: object) -> dict[str, str]:
    """What is wrong with a number that somebody is asked for by; {} for nothing."""
    known = validation.member(IdentityKind, kind)
    if known is None or not isinstance(number, str):
        return {'identity_kind': f'請選擇{FIELDS["identity_kind"].label}，並輸入號碼。'}
    try:
        identity_numbers.validate(known, validation.searched(number))
    except identity_numbers.BadIdentityNumber as refusal:
        return {'identity_number': str(refusal)}
    return {}


async def _is_on_roster(volunteer: Volunteer, by: Account) -> bool:
    ours = Membership.filter(volunteer_id=volunteer.id, host_unit_id=by.host_unit_id)
    return await ours.exclude(status=MembershipStatus.LEFT).exists()


async def _put_on_roster(volunteer: Volunteer, by: Account) -> None:
    """A new membership, or the one that was left before; the person and the units that are there are told."""
    unit = await HostUnit.get(id=by.host_unit_id)
    serving = Membership.filter(volunteer_id=volunteer.id, host_unit__is_active=True)
    present = await serving.exclude(status=MembershipStatus.LEFT).select_related('host_unit').order_by('id')
    facts = {'status': MembershipStatus.ACTIVE, 'joined_on': dates.today(), 'left_on': None, 'team_id': by.team_id}
    facts['enrolled_at'] = dates.now()
    await Membership.update_or_create(defaults=facts, volunteer_id=volunteer.id, host_unit_id=unit.id)
    await history.note(volunteer, Section.BASICS, history.ADDED, [Change(HOST_UNIT, '', unit.name)], by=by)
    await access.note(volunteer, AccessKind.ENROLMENT, '核對證號、姓名、出生日期相符', by=by)
    await notices.enrolled(volunteer, unit, [one.host_unit for one in present])
    await announcements.announce(VolunteerChanged(volunteer.id))
