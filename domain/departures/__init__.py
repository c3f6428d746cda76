"""結束收編 and the closing of a unit: what is open then, said before, and ended or handed on with consent.

Afterwards nothing waits for anybody who cannot reach it: no case in a list of a unit that no longer has the person.
"""

from dataclasses import dataclass

from tortoise.functions import Count

from db import transaction
from db.choices import ApplicationStatus, DraftKind, MembershipStatus
from db.models import Account, Application, HostUnit, Membership, Volunteer

from .. import applications, directory, drafts, permissions, validation, volunteers
from ..books import paper_books
from ..cases import transitions, worklists
from ..directory import HostUnitDetails
from ..errors import DomainError, NotFound

LEFT_UNIT, CLOSED_UNIT = '志工已結束收編，由單位撤回。', '運用單位已停用，案件撤回。'


class ChangedMeanwhile(DomainError):
    """What is open is no longer what was consented to. Nothing was done."""

    def __init__(self) -> None:
        super().__init__('進行中的案件剛剛有變動，所以還沒有處理。請再按一次，看過目前的情形再決定。')


@dataclass(frozen=True)
class Leaving:
    """What the unit has open for a volunteer: an application, with agency and roster; forms that were not saved.

    `heirs`: other units that have the person, to which the application may go. `decides`: a reviewer has just decided
    on it, and it can be neither ended nor handed on. `paper_book`: the number of one that waits for its agency, or ''.
    """

    case: Application | None
    forms: list[DraftKind]
    heirs: list[HostUnit]
    decides: bool = False
    paper_book: str = ''

    @property
    def seen(self) -> tuple[int, int]:
        """What names it to `leave`: id and version of the application, zeros without one."""
        return (self.case.id, self.case.version) if self.case else (0, 0)


async def leaving(volunteer: Volunteer, *, by: Account) -> Leaving:
    """What would be open if the volunteer left the unit now. Raises NotFound."""
    permissions.require(by, 'departures.leaving')
    known = await volunteers.get(volunteer.id, by=by)
    ours = Application.filter(volunteer_id=known.id, host_unit_id=by.host_unit_id, status__in=worklists.OPEN)
    case = await ours.select_related('agency', 'roster').first()
    others = Membership.filter(volunteer_id=known.id, host_unit__is_active=True).exclude(status=MembershipStatus.LEFT)
    serving = await others.exclude(host_unit_id=by.host_unit_id).select_related('host_unit').order_by('host_unit__name')
    decides = case is not None and await transitions.decision_on(case) is not None
    paper = await paper_books.open_one_of(known, by=by)
    number = paper_books.number_of(paper) if paper and paper_books.may_amend(paper, by=by) else ''
    heirs = [one.host_unit for one in serving]
    return Leaving(case, await drafts.kinds_about(known, by=by), heirs, decides, number)


async def leave(volunteer: Volunteer, seen: tuple[int, int], *, by: Account, heir_id: int | None = None) -> None:
    """結束收編, with what was `seen` to be open: all of it or nothing.

    The application goes to the unit `heir_id`, or it ends: a draft is removed, one that was sent is withdrawn. A paper
    book that the agency has not confirmed is withdrawn, too; another unit may register it. Forms that were not saved
    go. Raises NotFound, ChangedMeanwhile, MovedOn while a decision waits for its release.
    """
    permissions.require(by, 'departures.leave')
    async with transaction():
        now = await leaving(volunteer, by=by)
        if now.seen != tuple(seen):
            raise ChangedMeanwhile
        if now.case is not None and heir_id is not None:
            heir = next((unit for unit in now.heirs if unit.id == validation.record_id(heir_id)), None)
            if heir is None:
                raise NotFound
            await applications.hand_over(now.case, heir, by=by)
        elif now.case is not None:
            case = await applications.get(now.case.id, by=by)
            await applications.give_up(case, by=by, reason=LEFT_UNIT)
        await paper_books.give_up_of(volunteer, by=by)
        await drafts.discard_about(volunteer, by=by)
        await volunteers.end_membership(volunteer, by=by)


async def closing(unit: HostUnit, *, by: Account) -> dict[ApplicationStatus, int]:
    """How many applications the unit has under way, by status; the administrator is told no names."""
    permissions.require(by, 'departures.closing')
    ours = Application.filter(host_unit_id=unit.id, status__in=worklists.OPEN).annotate(n=Count('id'))
    found = dict(await ours.group_by('status').values_list('status', 'n'))
    return {status: int(found[status]) for status in worklists.OPEN if status in found}


async def close_unit(
    details: HostUnitDetails, unit: HostUnit, seen: dict[ApplicationStatus, int], *, by: Account
) -> HostUnit:
    """Save the unit as closed and end what it has under way, which was `seen`: drafts are removed, the rest withdrawn.

    Its volunteers keep everything else, and may apply with another unit. Raises Incomplete, ChangedMeanwhile, MovedOn
    while a decision on one of them waits for its release.
    """
    permissions.require(by, 'departures.close_unit')
    async with transaction():
        if await closing(unit, by=by) != seen:
            raise ChangedMeanwhile
        # Agency after agency, since each counts what it has closed: two units that close never wait for each other.
        ours = Application.filter(host_unit_id=unit.id, status__in=worklists.OPEN).order_by('agency_id', 'id')
        for case in await ours.select_related('volunteer', 'host_unit', 'agency', 'county'):
            await applications.give_up(case, by=by, reason=CLOSED_UNIT)
        await paper_books.give_up_all(unit, by=by)
        return await directory.save_host_unit(details, by=by, of=unit)
