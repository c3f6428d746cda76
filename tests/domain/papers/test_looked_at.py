"""Whatever is done under review, an approved case holds exactly what was looked at.

Hypothesis makes up what a clerk and a reviewer do with one volunteer's case: papers change by every path there is,
while the reviewer reads, ticks, confirms and decides from a page that may be old. What was seen is noted here from the
rows themselves, not from digests.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from db.choices import ApplicationStatus, CorrectionReason, CorrectionStatus, Demand, FileKind, Place, Role
from db.models import Account, Agency, Application, Correction, Decision, EyeCheck, Rule, Training, Volunteer
from domain import applications, corrections, dates, papers, readiness, reviews, trainings, volunteers
from domain.applications import ApplicationDetails
from domain.cases.transitions import UNDO_WITHIN
from domain.corrections import Anchor
from domain.errors import DomainError
from domain.readiness import rules
from domain.reviews import Case, decisions
from domain.trainings import TrainingDetails
from domain.volunteers import VolunteerDetails

from ...builders import a_complete_volunteer, a_file, an_account, an_agency
from ..sample_office import NOW

pytestmark = pytest.mark.usefixtures('database')

SUBMITTED, RETURNED, APPROVED = ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED, ApplicationStatus.APPROVED
ANCHORS = (Anchor(Place.BASICS, 'photo'), Anchor(Place.BASICS, 'name'), Anchor(Place.APPLICATION, 'remarks'))
UNSEEN = {'version', 'updated_at', 'updated_by_id', 'name_key', 'identity_number', 'consented_at'}

Act = Callable[[], Awaitable[object]]
Rows = dict[str, Any]


@dataclass
class Page:
    """The desk as it stands before the reviewer, and the rows it was read from."""

    case: Case
    marks: dict[int, str]
    rows: Rows


@dataclass
class World:
    """One volunteer whose case goes to and fro, and what was seen of it."""

    clerk: Account
    reviewer: Account
    agency: Agency
    person: Volunteer
    now: datetime = NOW + timedelta(days=10)
    page: Page | None = None
    looked: Rows = field(default_factory=dict)
    ticked: dict[int, Rows] = field(default_factory=dict)
    confirmed: dict[int, Rows] = field(default_factory=dict)


@settings(
    max_examples=14,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # a failure is told act by act; making it shorter would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 11)), min_size=12, max_size=36))
async def test_an_approved_case_holds_exactly_what_was_looked_at(
    database: str, moves: Sequence[tuple[int, int]]
) -> None:
    world = await a_world()
    for choice, detail in moves:
        world.now += timedelta(seconds=1)
        with dates.frozen(world.now):
            case, before = await case_of(world), await rows_of(world)
            acts = await what_may_be_tried(world, case, detail)
            act = acts[choice % len(acts)]
            note(f'{getattr(act, "func", act).__name__}, {detail}')
            with suppress(DomainError):  # tried from an old page, much is refused
                await act()
            await is_noticed(world, case, before)
            if (now := await Application.get(id=case.id)).status == APPROVED:
                await holds_what_was_seen(world, now)
                return


async def a_world() -> World:
    clerk, agency = await an_account(Role.UNIT_STAFF), await an_agency()
    await Rule.filter(by_eye=True, kind=None).update(demand=Demand.REQUIRED)
    world = World(clerk, await an_account(Role.REVIEWER, agency=agency), agency, await a_complete_volunteer(by=clerk))
    with dates.frozen(world.now):
        asked = ApplicationDetails(county_code=agency.county_id, agency_id=agency.id)
        await send(world, await applications.save(asked, of=world.person, by=clerk))
        await read(world)
    return world


async def case_of(world: World) -> Application:
    return await Application.filter(volunteer_id=world.person.id).order_by('-id').first()  # type: ignore[return-value]


async def rows_of(world: World) -> Rows:
    """All that a reviewer reads, by form and field, from the tables."""
    [person] = await Volunteer.filter(id=world.person.id).values()
    listed = await Training.filter(volunteer_id=world.person.id).order_by('id').values()
    [case] = await Application.filter(volunteer_id=world.person.id).order_by('-id').values()
    asked = ('kind', 'county_id', 'agency_id', 'remarks', 'attachment_id')
    return {
        'basics': {name: value for name, value in person.items() if name not in UNSEEN},
        'trainings': [{name: value for name, value in one.items() if name not in UNSEEN} for one in listed],
        'application': {name: case[name] for name in asked},
    }


def part(key: str, rows: Rows) -> Any:
    """Of `rows` what the rule of this key looks at, or the field that a mark stands at."""
    person = rows['basics']
    identity = [person[name] for name in ('identity_kind', 'identity_index', 'name', 'born_on', 'sex')]
    sides = [(one['id'], one['certificate_front_id'], one['certificate_back_id']) for one in rows['trainings']]
    return {
        'eye-photo': [*identity, person['photo_id'], person['is_photo_confirmed']],
        'eye-name': [*identity, sides],
        'eye-course': rows['trainings'],
        'eye-seal': sides,
        'photo': person['photo_id'],
        'name': person['name'],
        'remarks': rows['application']['remarks'],
    }[key]


async def is_noticed(world: World, case: Application, before: Rows) -> None:
    """Whichever way the papers of a case under review have changed: its version moved, nobody's decision waits."""
    now = await Application.get(id=case.id)
    if case.status != SUBMITTED or now.status != SUBMITTED or await rows_of(world) == before:
        return
    assert now.version > case.version
    assert now.papers_changed_at is not None
    assert not await Decision.exists(application_id=case.id, problem='')


async def holds_what_was_seen(world: World, case: Application) -> None:
    held = await rows_of(world)
    assert held == world.looked
    kept = await papers.last(case)
    assert kept is not None
    assert kept.digest == (await papers.of(case)).digest()
    for rule in await Rule.filter(by_eye=True, demand=Demand.REQUIRED, kind=None):
        assert await EyeCheck.exists(application_id=case.id, round=case.round, rule_id=rule.id)
        assert part(rule.key, held) == part(rule.key, world.ticked[rule.id])
    for mark in await Correction.filter(application_id=case.id, status=CorrectionStatus.ACCEPTED):
        assert part(mark.field, held) == part(mark.field, world.confirmed[mark.id])


async def what_may_be_tried(world: World, case: Application, detail: int) -> list[Act]:
    acts: list[Act] = [partial(change, world, detail), partial(read, world)]
    if case.status == RETURNED:
        for one in await Correction.filter(application_id=case.id, status=CorrectionStatus.OPEN):
            acts += 2 * [partial(corrections.answer, one, '已處理。', by=world.clerk)]
        return [*acts, *3 * [partial(send, world, case)]]
    if pending := await Decision.filter(application_id=case.id, problem='').first():
        return [*acts, partial(decisions.undo, pending.id, by=world.reviewer), *3 * [partial(release, world)]]
    assert world.page
    page = world.page
    decide = partial(decisions.decide, case.id, version=page.case.application.version, by=world.reviewer)
    acts += [
        partial(change, world, (detail * 7 + 1) % 12),
        *3 * [partial(read, world)],
        partial(look, world),
        *4 * [partial(hurry, world)],
        *5 * [partial(work_through, world)],
        partial(decide, to=RETURNED, reason='請補正。', digest=page.case.digest),
        *5 * [partial(decide, to=APPROVED, digest=page.case.digest)],
        partial(reviews.approve, case, page.case.application.version, by=world.reviewer),
        partial(decisions.approve_many, [(case.id, page.case.application.version)], by=world.reviewer),
    ]
    if detail < 4:
        mark = partial(corrections.mark, reason=CorrectionReason.OTHER, text='請說明。', by=world.reviewer)
        acts.append(partial(mark, case, ANCHORS[detail % 3]))
    for one in await Correction.filter(application_id=case.id).exclude(status=CorrectionStatus.WITHDRAWN):
        if one.status == CorrectionStatus.OPEN:
            acts += 3 * [partial(corrections.withdraw, one, by=world.reviewer)]
        else:
            acts.append(partial(confirm, world, one))
    return acts


async def read(world: World) -> None:
    """The page renews itself; what it shows it has read at this moment."""
    case = await case_of(world)
    found = await reviews.case(case.id, by=world.reviewer)
    marks = await corrections.of(case, by=world.reviewer)
    world.page = Page(found, {one.correction.id: one.digest for one in marks}, await rows_of(world))


async def hurry(world: World) -> None:
    """Whatever the page shows now is approved, without a look at what has changed."""
    await read(world)
    assert world.page
    case = world.page.case
    await decisions.decide(
        case.application.id, APPROVED, case.application.version, by=world.reviewer, digest=case.digest
    )


async def look(world: World) -> None:
    assert world.page
    await papers.look(world.page.case.application, world.page.case.digest, by=world.reviewer)
    world.looked = world.page.rows


async def tick_all(world: World) -> None:
    """Every box, as the page shows it."""
    assert world.page
    page = world.page
    for check in page.case.checks:
        if check.rule_id is not None:
            with suppress(DomainError):
                await rules.tick(page.case.application, check.rule_id, by=world.reviewer, digest=check.digest)
                world.ticked[check.rule_id] = page.rows


async def work_through(world: World) -> None:
    """The whole case, from the page as it stands: what has changed, every box, every mark."""
    for act in (look, tick_all, confirm_all):
        with suppress(DomainError):
            await act(world)


async def confirm(world: World, mark: Correction) -> None:
    assert world.page
    await corrections.accept(mark, by=world.reviewer, digest=world.page.marks.get(mark.id, ''))
    world.confirmed[mark.id] = world.page.rows


async def confirm_all(world: World) -> None:
    assert world.page
    waiting = [one for one in await corrections.of(await case_of(world), by=world.reviewer) if one.waits]
    await corrections.accept_all(world.page.case.application, by=world.reviewer, seen=world.page.marks)
    world.confirmed |= {one.correction.id: world.page.rows for one in waiting}


async def send(world: World, case: Application) -> None:
    await applications.submit(await applications.get(case.id, by=world.clerk), by=world.clerk)
    world.looked, world.ticked = await rows_of(world), {}


async def release(world: World) -> None:
    world.now += UNDO_WITHIN
    with dates.frozen(world.now):
        await decisions.release_due()


async def change(world: World, detail: int) -> None:
    """One of the ways in which a clerk changes papers; a name and a photo come back to what they were, too."""
    person = await volunteers.get(world.person.id, by=world.clerk)
    listed = await trainings.of(person, by=world.clerk)
    if detail < 5 or detail in (6, 7):
        details = VolunteerDetails.from_record(person)
        if detail == 0:
            details.name = '陳大華' if person.name == '陳小華' else '陳小華'
        elif detail == 1:
            details.photo = (await a_file(FileKind.PHOTO, by=world.clerk, volunteer=person)).id
        elif detail in (2, 6):
            details.email = f'{world.now:%H%M%S}@example.org'
        elif detail == 3:
            details.born_on = person.born_on + timedelta(days=1)
        else:
            details.is_civil_servant = not person.is_civil_servant
        await volunteers.amend(person, details, version=person.version, by=world.clerk)
        return
    if detail < 10:
        one = listed[detail % len(listed)]
        course = TrainingDetails.from_record(one)
        if detail == 5:
            course.certificate_front = (await a_file(by=world.clerk, volunteer=person)).id
        else:
            course.title = f'{one.title[:20]}改'
        await trainings.amend(one, course, version=one.version, by=world.clerk)
        return
    if len(listed) > 2:
        await trainings.remove(listed[-1], by=world.clerk)
        return
    course = TrainingDetails.from_record(listed[0])
    course.certificate_front = (await a_file(by=world.clerk, volunteer=person)).id
    course.certificate_back = (await a_file(by=world.clerk, volunteer=person)).id
    await trainings.record(person, course, by=world.clerk)


async def test_the_story_can_end_well(database: str) -> None:
    """What is made up above does reach an approval: changed, looked at, ticked anew, decided, released."""
    world = await a_world()
    with dates.frozen(world.now):
        await tick_all(world)
        await change(world, 1)
        with pytest.raises(DomainError):
            await look(world)  # from the old page
        await read(world)
        await look(world)
        await tick_all(world)
        await read(world)
        assert world.page
        assert not readiness.lacking(world.page.case.checks)
        case = world.page.case.application
        await decisions.decide(case.id, APPROVED, case.version, by=world.reviewer, digest=world.page.case.digest)
    await release(world)
    now = await Application.get(id=case.id)
    assert now.status == APPROVED
    await holds_what_was_seen(world, now)
