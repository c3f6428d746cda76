"""Lists of one volunteer as files, opened again as their own programs would."""

import io
import re
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any

import docx
import pypdf
import pytest
from odfdo import Document

from db.choices import Role, Sex, TrainingKind
from db.models import AccessEntry, Volunteer
from domain import reviews
from domain.errors import NotFound
from domain.logbook import pdf
from domain.reports import profile_lists
from domain.reports.profile_lists import BOOK_COLUMNS, TRAINING_COLUMNS

from ...builders import an_account
from ..sample_office import Office, a_case, a_complete_volunteer, a_training, a_volunteer

pytestmark = pytest.mark.usefixtures('today')

NUMBER = 'A123456789'
BOOK_ROW = ('陳小華', 'A12****789', '中市文志字第115000001號', '初次', '115/03/05', '示例文化中心')
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
    asked: dict[str, Any] = {'is_masked': True, 'since': None, 'until': None, 'by': office.clerk} | changes
    return await profile_lists.trainings(volunteer.id, kind, **asked)


@pytest.mark.parametrize(
    ('kind', 'media_type'),
    [
        ('docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'),
        ('odt', 'application/vnd.oasis.opendocument.text'),
    ],
)
async def test_the_books_of_a_volunteer_as_a_text_document(office: Office, kind: str, media_type: str) -> None:
    volunteer = await a_complete_volunteer(office, name='陳小華', sex=Sex.MALE, identity_number=NUMBER)
    case = await a_case(office, volunteer)
    await reviews.approve(case, case.version, by=office.reviewer)

    made = await profile_lists.record_books(volunteer.id, kind, by=office.clerk)

    assert (made.media_type, made.name) == (media_type, f'紀錄冊-陳小華.{kind}')
    assert table_of(made) == [BOOK_COLUMNS, BOOK_ROW]


async def test_a_volunteer_without_a_book_gets_the_headings_alone(office: Office) -> None:
    made = await profile_lists.record_books((await a_volunteer(office)).id, 'docx', by=office.clerk)

    assert table_of(made) == [BOOK_COLUMNS]


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
        await profile_lists.record_books(trained.id, kind, by=office.clerk)
    if kind != 'pdf':
        with pytest.raises(NotFound):
            await the_list(office, trained, kind)


async def test_to_a_stranger_there_is_nothing_to_print_and_nothing_is_noted(office: Office, trained: Volunteer) -> None:
    for stranger in (await an_account(), await an_account(Role.ADMINISTRATOR), await an_account(Role.VOLUNTEER)):
        with pytest.raises(NotFound):
            await the_list(office, trained, is_masked=False, by=stranger)
        with pytest.raises(NotFound):
            await profile_lists.record_books(trained.id, 'odt', by=stranger)

    assert await AccessEntry.all().count() == 0


def table_of(made: profile_lists.Document) -> list[Sequence[str]]:
    """The rows of its table, headings first; what a sheet says above them left out."""
    if made.name.endswith('.docx'):
        [table] = docx.Document(io.BytesIO(made.content)).tables
        return [tuple(cell.text for cell in row.cells) for row in table.rows]
    [sheet] = Document(io.BytesIO(made.content)).body.get_elements('table:table')
    above = 2 if made.name.endswith('.ods') else 0
    return [
        tuple(
            ''.join(paragraph.text for paragraph in cell.get_elements('text:p'))
            for cell in row.get_elements('table:table-cell')
        )
        for row in sheet.get_elements('.//table:table-row')[above:]
    ]


def pages_of(made: profile_lists.Document) -> list[str]:
    """The text of each page, without blanks."""
    return [re.sub(r'\s', '', page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(made.content)).pages]
