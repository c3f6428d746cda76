"""Where a volunteer stands on STEP 1 to 8: what is done, what is open, and where to go on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tortoise.connection import get_connection

from db.choices import ApplicationStatus, BookStatus, MembershipStatus
from db.models import Account, Application, Volunteer

from .. import links, permissions, volunteers
from ..errors import NotFound
from ..readiness import Check, Told
from . import missing
from .missing import Gap

_SENT = (ApplicationStatus.SUBMITTED, ApplicationStatus.APPROVED)
_WAYS = {2: links.menu(), 3: links.volunteer_data()}
# `is_ours` as permissions.visible_to has it for a clerk.
_STANDS = f"""
SELECT EXISTS (SELECT FROM membership
    WHERE volunteer_id = $1 AND {permissions.serving_in_sql('$3', '$4', '$5')}) AS is_ours,
  EXISTS (SELECT FROM record_book WHERE volunteer_id = $1 AND status = $2) AS has_book,
  (SELECT id FROM training WHERE volunteer_id = $1 ORDER BY starts_on DESC, id DESC LIMIT 1) AS last_training"""  # noqa: S608 -- our own words


@dataclass(frozen=True)
class Progress:
    """`done` steps of 1 to 8, what is missing (`gaps`), and the address of each step that can be opened now.

    `told` is the list of `readiness` behind the gaps, of the unit's latest `case` or without one of the person; None
    where nothing is asked. `returned`: the person's case that has come back, whose ever it is; `is_under_review`:
    whether one lies with a reviewer, who sees what is changed now.
    """

    who: str = ''
    done: frozenset[int] = frozenset({1, 2, 3})
    gaps: Sequence[Gap] = ()
    addresses: dict[int, str] = field(default_factory=dict)
    case: Application | None = None
    told: Told | None = None
    returned: Application | None = None
    is_under_review: bool = False

    @property
    def left(self) -> dict[int, list[Gap]]:
        """The gaps by step."""
        by_step: dict[int, list[Gap]] = {}
        for gap in self.gaps:
            by_step.setdefault(gap.step, []).append(gap)
        return by_step

    def checks_of(self, application: Application | None, kind: object, agency_id: object) -> Sequence[Check]:
        """The list, if it is of this case as it was read (None: of no case), of that kind at that agency; else ()."""
        of, wanted = ((one.id, one.version) if one else None for one in (self.case, application))
        is_it = self.told is not None and (of, self.told.kind, self.told.agency_id) == (wanted, kind, agency_id)
        return self.told.checks if self.told is not None and is_it else ()


async def of(volunteer: Volunteer | int | None, *, by: Account) -> Progress:
    """The guide for this volunteer, as just read or by id; without one, for somebody new. Raises NotFound."""
    if volunteer is None:
        return Progress(addresses=_WAYS)
    permissions.require(by, 'guide.progress.of')
    if not isinstance(volunteer, Volunteer):
        volunteer = await volunteers.known(volunteer, by=by)
    asked = [volunteer.id, BookStatus.IN_USE, by.host_unit_id, by.team_id, MembershipStatus.LEFT]
    [stands] = await get_connection('default').execute_query_dict(_STANDS, asked)
    if not stands['is_ours']:
        raise NotFound
    with_book = [volunteer.id] if stands['has_book'] else []
    cases = await Application.filter(volunteer_id=volunteer.id).order_by('id')
    of_unit = missing.latest_of(cases, by=by)
    gaps, told = (await missing.of_known([volunteer], of_unit, with_book, by=by))[volunteer.id]
    latest = next((case for case in reversed(cases) if permissions.may_see_case(by, case)), None)
    steps = {gap.step for gap in gaps}
    done = {1, 2, 3, 5} | {4, 6} - steps
    if latest is not None:
        done.add(7)
    if latest is not None and latest.status in _SENT:
        done.add(8)
    last = stands['last_training'] if 6 not in steps else None
    ways = _WAYS | {
        4: links.basics(volunteer.id),
        5: links.trainings(volunteer.id),
        6: links.training(volunteer.id, last) if last else links.new_training(volunteer.id),
        7: links.record_books(volunteer.id),
        8: links.application(volunteer.id),
    }
    who = f'{volunteer.name}　{volunteer.identity_masked}'
    return Progress(
        who,
        frozenset(done),
        gaps,
        ways,
        of_unit.get(volunteer.id),
        told,
        returned=next((case for case in cases if case.status == ApplicationStatus.RETURNED), None),
        is_under_review=any(case.status == ApplicationStatus.SUBMITTED for case in cases),
    )
