"""Lists of one volunteer as files, opened again as their own programs would."""

import html
import io
import itertools
import re
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pypdf
import pytest
from odfdo import Document

from db.choices import BookStatus, Role, Sex, TrainingKind
from db.models import AccessEntry, Account, RecordBook, Volunteer
from domain import reviews, trainings
from domain.books import record_books
from domain.books.record_books import RecordBookQuery
from domain.errors import NotFound
from domain.logbook import chapters, pdf
from domain.reports import profile_lists
from domain.reports.profile_lists import TRAINING_COLUMNS, NothingToPrint
from domain.trainings import TrainingOrder, TrainingQuery

from ...builders import an_account
from ..sample_office import Office, a_book, a_case, a_complete_volunteer, a_training, a_unit, a_volunteer

pytestmark = pytest.mark.usefixtures('today')

NUMBER = 'A123456789'
BASIC_ROW = (
    *('陳小華', 'A12****789', '示例文化中心', '115.01.10', '志工基礎訓練', '基礎訓練'),
    *('示例文化中心', '示文訓字第1150210002號', '1', '6 小時'),
)
SPECIAL_ROW = (
    *('陳小華', 'A12****789', '示例文化中心', '115.02.01～115.02.02', '文化志工特殊訓練', '特殊訓練（文化）'),
    *('示例文化中心', '無', '2', '6 小時 30 分鐘'),
)
TOTAL_ROW = ('合計', '', '', '', '', '', '', '', '3', '12 小時 30 分鐘')


@pytest.fixture(scope='module', autouse=True)
async def print_shop() -> AsyncIterator[None]:
    await pdf.opened()
    yield
    await pdf.closed()


@pytest.fixture
async def trained(office: Office) -> Volunteer:
    """Somebody with a training of one day in January and one of two days in February."""
    volunteer = await a_volunteer(office, name='陳小華', identity_number=NUMBER)
    await a_training(office, volunteer, TrainingKind.BASIC)
    await a_training(
        office,
        volunteer,
        TrainingKind.SPECIAL,
        title='文化志工特殊訓練',
        starts_on=date(2026, 2, 1),
        ends_on=date(2026, 2, 2),
        minutes=390,
        sessions=2,
        approval_reference='',
    )
    return volunteer


async def the_list(office: Office, volunteer: Volunteer, kind: str = 'ods', **changes: Any) -> profile_lists.Document:
    query = TrainingQuery(from_day=changes.pop('since', None), to_day=changes.pop('until', None))
    asked: dict[str, Any] = {'is_masked': True, 'by': office.clerk} | changes
    return await profile_lists.trainings(volunteer.id, kind, query, **asked)


async def printed_books(
    office: Office, volunteer: Volunteer, kind: str, *, by: Account | None = None, **asked: Any
) -> profile_lists.Document:
    query = RecordBookQuery(volunteer_id=volunteer.id, **asked)
    return await profile_lists.books(query, kind, reason='單位列印', by=by or office.clerk)


@pytest.mark.parametrize('kind', ['docx', 'odt'])
async def test_the_record_book_is_printed_as_a_text_with_all_that_stands_in_the_pdf(office: Office, kind: str) -> None:
    volunteer = await a_complete_volunteer(office, name='陳小華', sex=Sex.MALE, identity_number=NUMBER)
    case = await a_case(office, volunteer)
    await reviews.approve(case, case.version, by=office.reviewer)

    made = await printed_books(office, volunteer, kind)

    assert (made.media_type, made.name) == (profile_lists.MEDIA_TYPES[kind], f'志願服務紀錄冊-陳小華.{kind}')
    book = await RecordBook.get(volunteer=volunteer)
    contents = await record_books.printable(book, by=office.clerk, reason='單位列印')
    told = words_of(made)
    for chapter in chapters.of(contents):
        for text in (chapter.title, *chapter.columns * bool(chapter.rows), *itertools.chain(*chapter.rows)):
            assert re.sub(r'\s', '', text) in told
    assert NUMBER in told
    assert await AccessEntry.filter(volunteer=volunteer, reason='單位列印').count() == 2
    if kind == 'odt':
        assert len(Document(io.BytesIO(made.content)).body.get_elements('table:table')) >= 3
    [picture] = pictures_of(made)
    assert contents.identity.photo
    assert picture.endswith(contents.identity.photo[2:])


async def test_only_the_books_that_the_filters_find_are_printed(office: Office) -> None:
    volunteer = await a_volunteer(office)
    await a_book(volunteer, office, status=BookStatus.REPLACED, number='中市文志字第115000008號', sequence=8)
    await a_book(volunteer, office)

    found = {
        status: re.findall('第11500000[89]號', words_of(await printed_books(office, volunteer, 'docx', status=status)))
        for status in (BookStatus.IN_USE, BookStatus.REPLACED)
    }

    assert {status: set(numbers) for status, numbers in found.items()} == {
        BookStatus.IN_USE: {'第115000009號'},
        BookStatus.REPLACED: {'第115000008號'},
    }
    with pytest.raises(NothingToPrint):
        await printed_books(office, volunteer, 'odt', status=BookStatus.CANCELLED)


async def test_the_list_of_trainings_has_what_the_screen_lists_in_its_order(office: Office, trained: Volunteer) -> None:
    other = await a_unit('範例圖書館')
    await a_training(office, trained, TrainingKind.GROWTH, title='導覽進階', trained_for=other, minutes=900)
    queries = [
        TrainingQuery(kind=TrainingKind.BASIC),
        TrainingQuery(title='特殊'),
        TrainingQuery(hours_from=13),
        TrainingQuery(hours_to=13),
        TrainingQuery(order=TrainingOrder.MOST_HOURS),
        TrainingQuery(order=TrainingOrder.FEWEST_HOURS),
        TrainingQuery(is_civil_servant=True),
    ]

    for query in queries:
        screen = await trainings.find(replace(query, volunteer_id=trained.id), by=office.clerk)
        on_screen = [one.title for total in screen.rows for one in total.trainings]
        made = await profile_lists.trainings(trained.id, 'ods', query, is_masked=True, by=office.clerk)
        assert [row[4] for row in table_of(made)[1:] if row[0] != '合計'] == on_screen


@pytest.mark.parametrize('kind', ['ods', 'odt'])
async def test_the_trainings_with_their_total(office: Office, trained: Volunteer, kind: str) -> None:
    made = await the_list(office, trained, kind)

    assert made.name == f'教育訓練-陳小華.{kind}'
    assert table_of(made) == [TRAINING_COLUMNS, BASIC_ROW, SPECIAL_ROW, TOTAL_ROW]


async def test_a_printed_list_of_trainings_is_a_pdf(office: Office, trained: Volunteer) -> None:
    made = await the_list(office, trained, 'pdf', since=date(2026, 1, 1))

    [page] = pages_of(made)
    assert (made.media_type, made.name) == ('application/pdf', '教育訓練-陳小華.pdf')
    assert '受訓日期115.01.01～' in page
    assert 'A12****789' in page
    assert '12小時30分鐘' in page


async def test_each_training_is_a_strip_that_says_whose_it_is(office: Office, trained: Volunteer) -> None:
    made = await the_list(office, trained, 'strips')

    [page] = pages_of(made)
    assert (made.media_type, made.name) == ('application/pdf', '教育訓練時數條-陳小華.pdf')
    assert page.count('陳小華A12****789') == page.count('林小滿') == 2


@pytest.mark.parametrize(
    ('since', 'until', 'expected'),
    [
        (date(2026, 2, 2), None, ['文化志工特殊訓練']),
        (None, date(2026, 1, 10), ['志工基礎訓練']),
        (date(2026, 1, 10), date(2026, 2, 1), ['志工基礎訓練', '文化志工特殊訓練']),
        (date(2026, 3, 1), None, []),
    ],
)
async def test_a_training_counts_when_it_touches_the_days_asked_for(
    office: Office, trained: Volunteer, since: date | None, until: date | None, expected: list[str]
) -> None:
    made = await the_list(office, trained, since=since, until=until)

    assert [row[4] for row in table_of(made)[1:] if row[0] != '合計'] == expected


@pytest.mark.parametrize('kind', ['ods', 'strips'])
async def test_the_full_number_is_printed_only_on_demand_and_that_is_noted(
    office: Office, trained: Volunteer, kind: str
) -> None:
    await the_list(office, trained, kind)
    before = await AccessEntry.filter(volunteer=trained).count()
    made = await the_list(office, trained, kind, is_masked=False)

    shown = pages_of(made)[0] if kind == 'strips' else str(table_of(made))
    assert (before, shown.count(NUMBER)) == (0, 2)
    [entry] = await AccessEntry.filter(volunteer=trained)
    assert (entry.what, entry.reason, entry.by_name) == ('教育訓練清單', '列印時不遮蔽身分證號', '林小滿')


async def test_the_own_number_is_nothing_to_note(office: Office, trained: Volunteer) -> None:
    made = await the_list(
        office, trained, is_masked=False, by=await an_account(Role.VOLUNTEER, volunteer=trained, name='陳小華')
    )

    assert table_of(made)[1][1] == NUMBER
    assert await AccessEntry.filter(volunteer=trained).count() == 0


@pytest.mark.parametrize('kind', ['pdf', 'exe', '', 'ODT'])
async def test_a_kind_that_is_none_is_not_found(office: Office, trained: Volunteer, kind: str) -> None:
    with pytest.raises(NotFound):
        await printed_books(office, trained, kind)
    if kind != 'pdf':
        with pytest.raises(NotFound):
            await the_list(office, trained, kind)


async def test_to_a_stranger_there_is_nothing_to_print_and_nothing_is_noted(office: Office, trained: Volunteer) -> None:
    for stranger in (await an_account(), await an_account(Role.ADMINISTRATOR), await an_account(Role.VOLUNTEER)):
        with pytest.raises(NotFound):
            await the_list(office, trained, is_masked=False, by=stranger)
        with pytest.raises(NotFound):
            await printed_books(office, trained, 'odt', by=stranger)

    assert await AccessEntry.all().count() == 0


def table_of(made: profile_lists.Document) -> list[Sequence[str]]:
    """The rows of its table, headings first; what a sheet says above them left out."""
    [sheet] = Document(io.BytesIO(made.content)).body.get_elements('table:table')
    above = 2 if made.name.endswith('.ods') else 0
    return [
        tuple(
            ''.join(paragraph.text for paragraph in cell.get_elements('text:p'))
            for cell in row.get_elements('table:table-cell')
        )
        for row in sheet.get_elements('.//table:table-row')[above:]
    ]


def words_of(made: profile_lists.Document) -> str:
    """All that is written in it, without blanks."""
    part = 'word/document.xml' if made.name.endswith('.docx') else 'content.xml'
    with zipfile.ZipFile(io.BytesIO(made.content)) as package:
        xml = package.read(part).decode()
    return re.sub(r'\s', '', html.unescape(re.sub('<[^>]*>', '', xml)))


def pictures_of(made: profile_lists.Document) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(made.content)) as package:
        return [package.read(name) for name in package.namelist() if name.endswith('.jpg')]


def pages_of(made: profile_lists.Document) -> list[str]:
    """The text of each page, without blanks."""
    return [re.sub(r'\s', '', page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(made.content)).pages]
