"""Who is reading a case: the first holds it, leaving passes it on, anybody may take it over, the dead are forgotten."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from db.choices import Role
from db.models import Agency, Application, Presence
from domain import announcements, dates, reviews
from domain.announcements import ReadersChanged
from domain.errors import NotFound, NotPermitted
from domain.reviews import presence
from domain.reviews.presence import Reader
from tests.processes import Processes

from ...builders import an_account
from ...patience import SECONDS
from ..sample_office import NOW, Office, a_case, a_complete_volunteer, a_draft

pytestmark = pytest.mark.usefixtures('database', 'empty_process')


@pytest.fixture
def empty_process() -> Iterator[None]:
    """No page of an earlier test is open in this process."""
    presence._pages.clear()
    yield
    presence._pages.clear()


@pytest.mark.usefixtures('today')
async def test_the_first_who_opens_a_case_holds_it(office: Office) -> None:
    case, other = await a_case(office), await a_case(office)
    await presence.enter(case.id, uuid4(), by=office.colleague)
    with dates.frozen(NOW + timedelta(seconds=5)):
        await presence.enter(case.id, uuid4(), by=office.reviewer)
    await presence.enter(other.id, uuid4(), by=office.reviewer)

    found = await presence.of_agency(by=office.reviewer)

    assert found == {
        case.id: [
            Reader('王專員', office.colleague.id, True, NOW),
            Reader('何專員', office.reviewer.id, False, NOW + timedelta(seconds=5)),
        ],
        other.id: [Reader('何專員', office.reviewer.id, True, NOW)],
    }
    assert await presence.of(case.id, by=office.colleague) == found[case.id]


async def test_of_many_who_open_it_at_once_one_holds_it(office: Office) -> None:
    case = await a_case(office)

    await asyncio.gather(*(presence.enter(case.id, uuid4(), by=office.reviewer) for _ in range(12)))

    assert await Presence.filter(application_id=case.id, holds=True).count() == 1
    assert await Presence.filter(application_id=case.id).count() == 12


async def test_leaving_passes_the_case_on(office: Office) -> None:
    case = await a_case(office)
    mine, theirs = uuid4(), uuid4()
    await presence.enter(case.id, mine, by=office.reviewer)
    await presence.enter(case.id, theirs, by=office.colleague)

    await presence.leave(mine)
    await presence.leave(mine)

    assert await names(office, case) == [('王專員', True)]
    await presence.leave(theirs)
    assert await presence.of_agency(by=office.reviewer) == {}


@pytest.mark.usefixtures('today')
async def test_who_has_been_present_longest_inherits_it(office: Office) -> None:
    case = await a_case(office)
    newest = await an_account(Role.REVIEWER, name='新專員', agency=office.agency)
    # The later a page came, the smaller its id.
    pages = [UUID(int=number) for number in (9, 5, 1)]
    for seconds, (page, reviewer) in enumerate(zip(pages, (office.reviewer, office.colleague, newest), strict=True)):
        with dates.frozen(NOW + timedelta(seconds=seconds)):
            await presence.enter(case.id, page, by=reviewer)

    with dates.frozen(NOW + timedelta(seconds=9)):
        await presence.leave(pages[0])
        assert await names(office, case) == [('王專員', True), ('新專員', False)]
        await presence.take_over(case.id, pages[2], by=newest)
        await presence.leave(pages[2])
        assert await names(office, case) == [('王專員', True)]


async def test_anybody_may_take_it_over(office: Office) -> None:
    case = await a_case(office)
    theirs = uuid4()
    await presence.enter(case.id, uuid4(), by=office.reviewer)
    await presence.enter(case.id, theirs, by=office.colleague)

    await presence.take_over(case.id, theirs, by=office.colleague)

    assert await names(office, case) == [('王專員', True), ('何專員', False)]


async def test_somebody_with_two_pages_is_one_reader(office: Office) -> None:
    case = await a_case(office)
    first = uuid4()
    await presence.enter(case.id, first, by=office.reviewer)
    await presence.enter(case.id, uuid4(), by=office.reviewer)
    assert await names(office, case) == [('何專員', True)]

    await presence.leave(first)

    assert await names(office, case) == [('何專員', True)]


async def test_a_page_that_goes_on_to_the_next_case_leaves_the_last(office: Office) -> None:
    first, second = await a_case(office), await a_case(office)
    page = uuid4()

    await presence.enter(first.id, page, by=office.reviewer)
    await presence.enter(second.id, page, by=office.reviewer)

    assert list(await presence.of_agency(by=office.reviewer)) == [second.id]


async def test_a_decided_case_is_read_by_nobody_on_the_queue(office: Office) -> None:
    case = await a_case(office)
    await presence.enter(case.id, uuid4(), by=office.reviewer)

    await reviews.reject(case, '非本機關業務', case.version, by=office.colleague)

    assert await presence.of_agency(by=office.reviewer) == {}


async def test_strangers_neither_read_nor_see_who_reads(office: Office) -> None:
    case = await a_case(office)
    draft = await a_draft(office, await a_complete_volunteer(office))
    welfare = await Agency.get(name='臺中市政府社會局')
    stranger = await an_account(Role.REVIEWER, name='社專員', agency=welfare)
    page = uuid4()
    await presence.enter(case.id, page, by=office.reviewer)

    for act in (
        presence.enter(case.id, uuid4(), by=stranger),
        presence.take_over(case.id, page, by=stranger),
        presence.of(case.id, by=stranger),
        presence.enter(draft.id, uuid4(), by=office.reviewer),
    ):
        with pytest.raises(NotFound):
            await act
    for refused in (presence.enter(case.id, uuid4(), by=office.clerk), presence.of_agency(by=office.clerk)):
        with pytest.raises(NotPermitted):
            await refused
    assert await presence.of_agency(by=stranger) == {}
    assert await names(office, case) == [('何專員', True)]


@pytest.mark.usefixtures('today')
async def test_whoever_is_not_heard_of_for_a_minute_is_forgotten_and_the_next_one_holds(office: Office) -> None:
    case = await a_case(office)
    mine, lost = uuid4(), uuid4()
    await presence.enter(case.id, lost, by=office.reviewer)
    await presence.enter(case.id, mine, by=office.colleague)

    with dates.frozen(NOW + timedelta(seconds=40)):
        await presence.seen([mine])
        await presence.forget()
        assert await names(office, case) == [('何專員', True), ('王專員', False)]
    with dates.frozen(NOW + timedelta(seconds=70)):
        assert await names(office, case) == [('王專員', False)]
        await presence.forget()
        assert await names(office, case) == [('王專員', True)]


@pytest.mark.usefixtures('today')
async def test_a_process_that_slept_is_back_with_its_next_breath_and_holds_no_more(office: Office) -> None:
    case = await a_case(office)
    slept = uuid4()
    await presence.enter(case.id, slept, by=office.reviewer)

    with dates.frozen(NOW + timedelta(seconds=90)):
        await presence.enter(case.id, uuid4(), by=office.colleague)
        await presence.seen([slept])
        now = await names(office, case)

    assert now == [('王專員', True), ('何專員', False)]


async def test_presence_is_known_to_another_process_by_itself(
    office: Office, heard: asyncio.Queue[ReadersChanged | None], database: str, processes: Processes
) -> None:
    case = await a_case(office)
    mine = uuid4()
    process = await reading(processes, database, case, office.colleague.id)
    assert process.stdin and process.stdout  # noqa: PT018

    process.stdin.write(b'\n')
    changed, shown = await asyncio.wait_for(heard.get(), SECONDS), await names(office, case)

    assert changed is not None
    assert (replace(changed, page=''), shown) == (ReadersChanged(case.id, office.agency.id), [('王專員', True)])

    await presence.enter(case.id, mine, by=office.reviewer)
    await asyncio.wait_for(heard.get(), SECONDS)
    process.stdin.write(b'\n')
    await asyncio.wait_for(heard.get(), SECONDS)
    assert await names(office, case) == [('何專員', True)]
    assert (await process.stdout.read()).splitlines() == [b'reading', b'closed']
    await process.wait()


async def test_a_second_page_of_the_same_reader_is_told_to_nobody_and_a_new_reader_to_all(
    office: Office, heard: asyncio.Queue[ReadersChanged | None]
) -> None:
    case, other = await a_case(office), await a_case(office)
    first, second, theirs = uuid4(), uuid4(), uuid4()
    await presence.enter(case.id, first, by=office.reviewer)
    assert await asyncio.wait_for(heard.get(), SECONDS) == ReadersChanged(case.id, office.agency.id, str(first))

    readers = await presence.enter(case.id, second, by=office.reviewer)
    await presence.leave(second)
    await presence.enter(other.id, second, by=office.colleague)

    # In the order in which they were announced: of the second page there is nothing between.
    assert await asyncio.wait_for(heard.get(), SECONDS) == ReadersChanged(other.id, office.agency.id, str(second))
    assert [(one.name, one.holds) for one in readers] == [('何專員', True)]
    await presence.enter(case.id, theirs, by=office.colleague)
    assert await asyncio.wait_for(heard.get(), SECONDS) == ReadersChanged(case.id, office.agency.id, str(theirs))
    assert await names(office, case) == [('何專員', True), ('王專員', False)]

    await presence.leave(theirs)  # which need not be told itself that it has gone
    assert await asyncio.wait_for(heard.get(), SECONDS) == ReadersChanged(case.id, office.agency.id, str(theirs))


async def test_what_a_killed_process_read_is_forgotten(office: Office, database: str, processes: Processes) -> None:
    case = await a_case(office)
    process = await reading(processes, database, case, office.colleague.id)
    assert process.stdin and process.stdout  # noqa: PT018
    process.stdin.write(b'\n')
    assert await process.stdout.readline() == b'reading\n'
    process.kill()
    await process.communicate()
    assert await names(office, case) == [('王專員', True)]

    with dates.frozen(dates.now() + timedelta(seconds=61)):
        assert await names(office, case) == []
        await presence.forget()

    assert await Presence.all().count() == 0


@pytest.fixture
async def heard(database: str) -> AsyncIterator[asyncio.Queue[ReadersChanged | None]]:
    """What was announced of presence."""
    queue: asyncio.Queue[ReadersChanged | None] = asyncio.Queue()
    await announcements.opened(database)
    announcements.subscribe(ReadersChanged, queue.put_nowait)
    yield queue
    announcements.unsubscribe(ReadersChanged, queue.put_nowait)
    await announcements.closed()


async def names(office: Office, case: Application) -> list[tuple[str, bool]]:
    return [(reader.name, reader.holds) for reader in await presence.of(case.id, by=office.reviewer)]


async def reading(processes: Processes, url: str, case: Application, account_id: int) -> asyncio.subprocess.Process:
    process = await processes.begin('-m', 'tests.domain.reviews.reading', url, case.id, account_id)
    assert process.stdout is not None
    assert await process.stdout.readline() == b'open\n'
    return process
