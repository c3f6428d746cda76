"""Where a volunteer stands on STEP 1 to 8: what is done, what is open, and where to go on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tortoise.connection import get_connection
from tortoise.expressions import RawSQL

from db.choices import REGISTRATIONS_OPEN, ApplicationStatus, BookStatus, MembershipStatus
from db.models import Account, Application, Volunteer

from .. import links, permissions, volunteers
from ..errors import NotFound
from ..readiness import Check, Told
from . import missing
from .missing import Gap

_SENT = (ApplicationStatus.SUBMITTED, ApplicationStatus.APPROVED)
_WAYS = {2: links.menu(), 3: links.volunteer_data()}
# Of a person, named by %s: the places served, each with whether a training form is begun there; whether there is a book
# in use, and a paper book that is being registered; and the last training.
_STANDS = {
    'places': (
        f'ARRAY(SELECT ROW(m.host_unit_id, m.team_id, {missing.HAS_BEGUN}) FROM membership m'  # noqa: S608 -- ours
        f" WHERE m.volunteer_id = %s AND m.status <> '{MembershipStatus.LEFT.value}')"
    ),
    'has_book': (
        f"EXISTS (SELECT FROM record_book b WHERE b.volunteer_id = %s AND b.status = '{BookStatus.IN_USE.value}')"
    ),
    'has_paper': (
        'EXISTS (SELECT FROM paper_registration p WHERE p.volunteer_id = %s'
        f' AND p.status IN ({", ".join(repr(one.value) for one in REGISTRATIONS_OPEN)}))'
    ),
    'last_training': (
        '(SELECT t.id FROM training t WHERE t.volunteer_id = %s'
        ' ORDER BY t.starts_on DESC, t.id DESC FETCH FIRST ROW ONLY)'
    ),
}
_BESIDE_CASE = {name: sql % 'application.volunteer_id' for name, sql in _STANDS.items()}
_OF_PERSON = 'SELECT ' + ', '.join(f'{sql % "$1"} AS {name}' for name, sql in _STANDS.items())


@dataclass(frozen=True)
class Progress:
    """`done` steps of 1 to 8, what is missing (`gaps`), and the address of each step that can be opened now.

    `told` is the list of `readiness` behind the gaps, of the unit's latest `case` or without one of the person; None
    where nothing is asked. `returned`: the person's case that has come back, whose ever it is; `is_under_review`:
    whether one lies with a reviewer, who sees what is changed now. `has_book`: whether a book is in use; `has_paper`:
    whether a paper book is being registered.
    """

    who: str = ''
    done: frozenset[int] = frozenset({1, 2, 3})
    gaps: Sequence[Gap] = ()
    addresses: dict[int, str] = field(default_factory=dict)
    case: Application | None = None
    told: Told | None = None
    returned: Application | None = None
    is_under_review: bool = False
    has_book: bool = False
    has_paper: bool = False

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
    cases, stands = await _cases_and_stands(volunteer)
    ours = [begun for unit_id, team_id, begun in stands.places if permissions.is_of_place(by, unit_id, team_id)]
    if not ours:  # as permissions.visible_to has it
        raise NotFound
    with_book, begun = [volunteer.id] if stands.has_book else [], [volunteer.id] if any(ours) else []
    of_unit = missing.latest_of(cases, by=by)
    gaps, told = (await missing.of_known([volunteer], of_unit, with_book, begun, by=by))[volunteer.id]
    latest = next((case for case in reversed(cases) if permissions.may_see_case(by, case)), None)
    steps = {gap.step for gap in gaps}
    done = {1, 2, 3, 5} | {4, 6} - steps
    if latest is not None:
        done.add(7)
    if latest is not None and latest.status in _SENT:
        done.add(8)
    last = stands.last_training if 6 not in steps else None
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
        has_book=stands.has_book,
        has_paper=stands.has_paper,
    )


class _Stands(NamedTuple):
    """Units and teams served by a person, with whether a training form is begun there; the id of the last training."""

    places: Sequence[tuple[int, int | None, bool]]
    has_book: bool
    has_paper: bool
    last_training: int | None


async def _cases_and_stands(volunteer: Volunteer) -> tuple[list[Application], _Stands]:
    """All cases of the person, oldest first, and what else the guide goes by: mostly one statement tells both."""
    beside = {name: RawSQL(sql) for name, sql in _BESIDE_CASE.items()}
    cases: list[Any] = await Application.filter(volunteer_id=volunteer.id).annotate(**beside).order_by('id')
    if cases:
        return cases, _Stands(*(getattr(cases[0], name) for name in _STANDS))
    [row] = await get_connection('default').execute_query_dict(_OF_PERSON, [volunteer.id])
    return [], _Stands(**row)
