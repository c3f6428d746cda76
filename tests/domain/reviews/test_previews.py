"""預覽: the page that approval would print now, as a picture; nothing is written and no number taken."""

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from db.choices import ApplicationStatus, BookKind, IssueKind, Role
from db.models import AccessEntry, Agency, Application, BookIssue, NumberSeries, RecordBook
from domain import pictures, reviews
from domain.errors import NotFound, NotPermitted
from domain.logbook import pdf
from domain.reviews import previews
from domain.reviews.previews import NothingToPreview

from ...builders import an_account
from ..sample_office import Office, a_book, a_case, a_complete_volunteer

pytestmark = pytest.mark.usefixtures('database', 'today')


@pytest.fixture(scope='module', autouse=True)
async def print_shop() -> AsyncIterator[None]:
    await pdf.opened()
    async with pictures.opened():
        yield
    await pdf.closed()


async def test_the_page_is_a_picture_and_nothing_is_written(office: Office) -> None:
    case = await a_case(office)

    picture = Image.open(io.BytesIO(await previews.page(case.id, by=office.reviewer)))

    assert (picture.format, picture.size) == ('JPEG', (1410, 2000))
    assert (await NumberSeries.all().count(), await RecordBook.all().count(), await BookIssue.all().count()) == (
        0,
        0,
        0,
    )
    now = await Application.get(id=case.id)
    assert (now.status, now.version) == (ApplicationStatus.SUBMITTED, case.version)
    looks = await AccessEntry.filter(volunteer_id=case.volunteer_id, by_id=office.reviewer.id)
    assert [look.reason for look in looks] == ['審核紀錄冊申請']


async def test_the_page_says_what_approval_would_print(office: Office) -> None:
    case = await a_case(office)
    expected = await previews._book(await Application.get(id=case.id).select_related('volunteer', 'agency'))

    book = await reviews.approve(case, case.version, by=office.reviewer)

    printed = ('number', 'kind', 'issued_on', 'status', 'agency_id', 'volunteer_id')
    assert [getattr(expected, name) for name in printed] == [getattr(book, name) for name in printed]


async def test_a_renewal_shows_the_number_it_keeps(office: Office) -> None:
    await Agency.filter(id=office.agency.id).update(renewal_keeps_number=True)
    volunteer = await a_complete_volunteer(office)
    book = await a_book(volunteer, office)
    case = await a_case(office, volunteer, kind=IssueKind.REPLACEMENT)

    expected = await previews._book(await Application.get(id=case.id).select_related('volunteer', 'agency'))

    assert (expected.number, expected.kind) == (book.number, BookKind.REPLACEMENT)
    assert await previews.page(case.id, by=office.reviewer)


async def test_what_prints_no_page_has_no_preview(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await a_book(volunteer, office)
    cancellation = await a_case(office, volunteer, kind=IssueKind.CANCELLATION)
    decided = await a_case(office)
    await reviews.reject(decided, '非本機關業務', decided.version, by=office.reviewer)

    for case in (cancellation, decided):
        with pytest.raises(NothingToPreview):
            await previews.page(case.id, by=office.reviewer)


async def test_only_the_reviewers_of_the_agency_see_it(office: Office) -> None:
    case = await a_case(office)
    stranger = await an_account(Role.REVIEWER, name='社專員', agency=await Agency.get(name='臺中市政府社會局'))

    with pytest.raises(NotFound):
        await previews.page(case.id, by=stranger)
    with pytest.raises(NotPermitted):
        await previews.page(case.id, by=office.clerk)
