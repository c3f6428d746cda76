"""Where a volunteer stands on STEP 1 to 8: what is done, what is open, and where to go on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from db.choices import ApplicationStatus
from db.models import Account, Application, Training

from .. import links, permissions, volunteers
from . import missing
from .missing import Gap

_SENT = (ApplicationStatus.SUBMITTED, ApplicationStatus.APPROVED)


@dataclass(frozen=True)
class Progress:
    """`done` steps of 1 to 8, what is missing (`gaps`), and the address of each step that can be opened now."""

    who: str = ''
    done: frozenset[int] = frozenset({1, 2, 3})
    gaps: Sequence[Gap] = ()
    addresses: dict[int, str] = field(default_factory=dict)

    @property
    def left(self) -> dict[int, list[Gap]]:
        """The gaps by step."""
        by_step: dict[int, list[Gap]] = {}
        for gap in self.gaps:
            by_step.setdefault(gap.step, []).append(gap)
        return by_step


async def of(volunteer_id: int | None, *, by: Account) -> Progress:
    """The guide for this volunteer; without one, for somebody new. Raises NotFound."""
    ways = {2: links.menu(), 3: links.volunteer_data()}
    if volunteer_id is None:
        return Progress(addresses=ways)
    volunteer = await volunteers.known(volunteer_id, by=by)
    gaps = await missing.of(volunteer, by=by)
    cases = await Application.filter(volunteer_id=volunteer.id).order_by('-id')
    latest = next((case for case in cases if permissions.may_see_case(by, case)), None)
    steps = {gap.step for gap in gaps}
    done = {1, 2, 3, 5} | {4, 6} - steps
    if latest is not None:
        done.add(7)
    if latest is not None and latest.status in _SENT:
        done.add(8)
    last = await Training.filter(volunteer_id=volunteer.id).order_by('-starts_on', '-id').first().values_list('id')
    is_new = not last or 6 in steps
    ways |= {
        4: links.basics(volunteer.id),
        5: links.trainings(volunteer.id),
        6: links.new_training(volunteer.id) if is_new else links.training(volunteer.id, last[0]),
        7: links.record_books(volunteer.id),
        8: links.application(volunteer.id),
    }
    return Progress(f'{volunteer.name}　{volunteer.identity_masked}', frozenset(done), gaps, ways)
