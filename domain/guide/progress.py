"""Where a volunteer stands on STEP 1 to 8: what is done, what is open, and where to go on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from db.choices import ApplicationStatus
from db.models import Account, Application, Training, Volunteer

from .. import links, permissions, volunteers
from ..readiness import Check, Told
from . import missing
from .missing import Gap

_SENT = (ApplicationStatus.SUBMITTED, ApplicationStatus.APPROVED)


@dataclass(frozen=True)
class Progress:
    """`done` steps of 1 to 8, what is missing (`gaps`), and the address of each step that can be opened now.

    `told` is the list of `readiness` behind the gaps, of the unit's latest `case` or without one of the person; None
    where nothing is asked.
    """

    who: str = ''
    done: frozenset[int] = frozenset({1, 2, 3})
    gaps: Sequence[Gap] = ()
    addresses: dict[int, str] = field(default_factory=dict)
    case: Application | None = None
    told: Told | None = None

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


async def of(volunteer_id: int | None, *, by: Account) -> Progress:
    """The guide for this volunteer; without one, for somebody new. Raises NotFound."""
    ways = {2: links.menu(), 3: links.volunteer_data()}
    if volunteer_id is None:
        return Progress(addresses=ways)
    volunteer = await volunteers.known(volunteer_id, by=by)
    cases = await Application.filter(volunteer_id=volunteer.id).order_by('id')
    of_unit = missing.latest_of(cases, by=by)
    gaps, told = (await missing.of_known([volunteer], of_unit, by=by))[volunteer.id]
    latest = next((case for case in reversed(cases) if permissions.may_see_case(by, case)), None)
    steps = {gap.step for gap in gaps}
    done = {1, 2, 3, 5} | {4, 6} - steps
    if latest is not None:
        done.add(7)
    if latest is not None and latest.status in _SENT:
        done.add(8)
    last = 6 not in steps and await _last_training(volunteer)
    ways |= {
        4: links.basics(volunteer.id),
        5: links.trainings(volunteer.id),
        6: links.training(volunteer.id, last) if last else links.new_training(volunteer.id),
        7: links.record_books(volunteer.id),
        8: links.application(volunteer.id),
    }
    who = f'{volunteer.name}　{volunteer.identity_masked}'
    return Progress(who, frozenset(done), gaps, ways, of_unit.get(volunteer.id), told)


async def _last_training(volunteer: Volunteer) -> int | None:
    trained = Training.filter(volunteer_id=volunteer.id).order_by('-starts_on', '-id')
    found: list[Any] = await trained.limit(1).values_list('id', flat=True)
    return found[0] if found else None
