"""整批列印: the books of a roster or of a day in one file, each on sheets of its own; noted for each holder."""

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from db.choices import AccessKind, IssueKind, Role
from db.models import AccessEntry, Account, Application, Roster, StoredFile
from domain import dates, reviews, rosters
from domain.accounts import sessions
from domain.accounts.step_up import StepUpNeeded
from domain.audit import origin
from domain.audit.origin import Origin
from domain.books import book_prints
from domain.books.book_prints import BookPrint, NothingToPrint, StillPrinting
from domain.errors import NotFound, NotPermitted
from domain.logbook import pdf

from ...builders import an_account
from ..sample_office import Office, a_case, a_complete_volunteer

pytestmark = pytest.mark.usefixtures('database', 'today')
NAMES = ['周小晴', '吳小明', '王小美']


@pytest.fixture(scope='module', autouse=True)
async def the_press() -> AsyncIterator[None]:
    yield
    await pdf.closed()


@pytest.fixture(autouse=True)
async def no_print_stays() -> AsyncIterator[None]:
    yield
    await book_prints.closed()


async def approved(office: Office) -> list[Application]:
    """One of each name, in this order."""
    cases = [await a_case(office, await a_complete_volunteer(office, name=name)) for name in NAMES]
    for case in cases:
        await reviews.approve(case, case.version, by=office.reviewer)
    return cases


async def whole(made: BookPrint, *, by: Account) -> PdfReader:
    """The file as it is fetched."""
    await made.ended()
    return PdfReader(io.BytesIO(b''.join(book_prints.under_way(made.key, by=by).pieces())))


async def test_the_books_of_a_day_are_one_file_and_who_cannot_be_printed_is_named(office: Office) -> None:
    second = (await approved(office))[1]
    await StoredFile.filter(id=(await second.volunteer).photo_id).update(digest='0' * 64)

    made = await book_prints.of_day(dates.today(), by=office.reviewer)
    read = await whole(made, by=office.reviewer)

    assert (made.total, made.done, made.printed, made.problem) == (3, 3, 2, '')
    [(whose, why)] = made.failed
    assert (whose, why.partition('，')[0]) == ('吳小明 中市文志字第115000002號', '志工照片的檔案打不開')
    each = len(read.pages) // 2
    assert (each % 2, 2 * made.sheets) == (0, len(read.pages))
    assert [NAMES[0] in read.pages[1].extract_text(), NAMES[2] in read.pages[1 + each].extract_text()] == [True, True]
    assert [one.title for one in outline(read)] == ['周小晴 中市文志字第115000001號', '王小美 中市文志字第115000003號']
    assert len({font for page in read.pages for font in fonts_of(page)}) == 3
    noted = await AccessEntry.filter(kind=AccessKind.RECORD_BOOK).order_by('id').values_list('by_name', 'reason')
    assert sorted(noted) == 3 * [('何專員', '機關列印（整批）')]


async def test_a_unit_prints_the_books_of_its_roster_in_its_order_and_a_team_those_of_its_people(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = await approved(office)
    roster = await Roster.create(
        host_unit=office.unit,
        county_id=office.agency.county_id,
        agency=office.agency,
        title='三月',
        created_by=office.clerk,
    )
    for place, case in enumerate(reversed(cases), start=1):
        await Application.filter(id=case.id).update(roster_id=roster.id, roster_position=place)

    made = await rosters.print_books(roster.id, by=office.clerk)
    read = await whole(made, by=office.clerk)

    assert [one.title[:3] for one in outline(read)] == NAMES[::-1]
    assert made.title == '名冊「三月」的紀錄冊'
    for stranger in (office.reviewer, await an_account(Role.UNIT_STAFF, host_unit=office.unit)):
        with pytest.raises(NotFound):
            book_prints.under_way(made.key, by=stranger)
    made.close()
    with pytest.raises(NotFound):
        book_prints.under_way(made.key, by=office.clerk)


async def test_one_that_is_stopped_leaves_nothing_and_the_next_waits_for_no_one(office: Office) -> None:
    await approved(office)
    first = await book_prints.of_day(dates.today(), by=office.reviewer)
    with pytest.raises(StillPrinting, match=r'還在列印（0／3 冊）'):
        await book_prints.of_day(dates.today(), by=office.reviewer)
    first.close()
    await first.ended()

    assert (first.is_ready, first.is_going_on, list(first.pieces())) == (False, False, [])
    second = await book_prints.of_day(dates.today(), by=office.reviewer)
    second.close()


async def test_many_books_at_once_are_printed_only_for_whom_the_session_has_just_shown(office: Office) -> None:
    case = (await approved(office))[0]
    here = Origin(session=sessions.digest_of(await sessions.open(office.reviewer)))

    with origin.of(here):
        later = dates.now() + timedelta(minutes=10)
        with dates.frozen(later), pytest.raises(StepUpNeeded):
            await book_prints.of_cases([case.id], '名冊', by=office.reviewer)
        made = await book_prints.of_cases([case.id], '名冊', by=office.reviewer)
    made.close()


async def test_a_day_without_books_and_a_roster_without_are_told(office: Office) -> None:
    case = await a_case(office, kind=IssueKind.FIRST)

    with pytest.raises(NothingToPrint, match='115/03/05 沒有核可發冊'):
        await book_prints.of_day(dates.today(), by=office.reviewer)
    with pytest.raises(NothingToPrint, match='還沒有核可發冊的志工'):
        await book_prints.of_cases([case.id], '名冊', by=office.clerk)
    with pytest.raises(NotPermitted):
        await book_prints.of_day(dates.today(), by=office.clerk)


def outline(read: PdfReader) -> list[Any]:
    """The list of books beside the pages."""
    return [*read.outline]


def fonts_of(page: Any) -> list[str]:
    """The fonts of a side, by the places of their objects in the file."""
    forms = [form.get_object() for form in page['/Resources']['/XObject'].values()]
    fonts = [form['/Resources'].get_object().raw_get('/Font').get_object() for form in forms]
    return [str(each.raw_get(name)) for each in fonts for name in each]
