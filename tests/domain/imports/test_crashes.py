"""Of every kind: what ends in the middle of preview, commit or undo is gone on with, and nothing is done twice.

The end is that of the transaction, refused by the database at the last moment; a process that is really killed is in
`test_killed`, of one kind, since what follows is the same: a batch that nobody works on, as its last COMMIT left it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from db.choices import BatchState, DraftKind, ImportKind
from db.models import (
    Account,
    Draft,
    HistoryEntry,
    HostUnit,
    ImportBatch,
    InsuranceCover,
    Membership,
    PaperRegistration,
    ServiceHours,
    Volunteer,
)
from domain import imports
from domain.books import paper_books
from domain.demo import sample_pictures
from domain.imports import running

from ...builders import a_field, a_volunteer, an_agency, an_identity_number
from .test_pictures import a_zip

NAME = '周小晴'
# The tables and states at which the work ends, once each: reading, the piece and the batch, there and back.
ENDS = {
    BatchState.READING: [('import_batch', "NEW.state = 'graded'")],
    BatchState.WRITING: [('import_piece', 'true'), ('import_batch', "NEW.state = 'done'")],
    BatchState.TAKING_BACK: [('import_piece', 'NEW.is_taken_back'), ('import_batch', "NEW.state = 'taken-back'")],
}


@dataclass(frozen=True)
class Case:
    """A file for two people (`are_new`: who are not there yet), what it brings, and the history after both."""

    headings: str
    cells: str
    brings: Callable[[], QuerySet[Any]]
    are_new: bool = False
    history: tuple[int, int] = (2, 4)


CASES = {
    ImportKind.VOLUNTEERS: Case('生日', '74/5/12', Volunteer.all, are_new=True, history=(10, 0)),
    ImportKind.PICTURES: Case('', '', lambda: Volunteer.exclude(photo_id=None), history=(4, 8)),
    ImportKind.TRAININGS: Case(
        '課程名稱,訓練日期,訓練單位,訓練課程,課程領域,小時,無核定字號',
        '志工基礎訓練,115/01/10,示例文化中心,基礎訓練,文化,6,是',
        lambda: Draft.filter(kind=DraftKind.TRAINING),
    ),
    ImportKind.SERVICE_HOURS: Case('起,訖,項目代碼,服務內容,時', '1150201,1150228,0200,0006,18', ServiceHours.all),
    ImportKind.OPENING_HOURS: Case('起日,截至日期,累計時數', '1050101,1141231,120', ServiceHours.all),
    ImportKind.INSURANCE: Case(
        '保險公司,保單號碼,起日,迄日',
        '示例產險,P-1,1150101,1151231',
        InsuranceCover.all,
    ),
    ImportKind.PAPER_BOOKS: Case(
        '舊制紀錄冊號,發冊日期,發冊機關',
        '中市文志字第{:06}號,105/03/08,臺中市政府示例局',
        lambda: PaperRegistration.filter(status__in=paper_books.OPEN),
        history=(10, 12),
    ),
    ImportKind.TEAMS: Case('志工隊', '導覽隊', lambda: Membership.exclude(team_id=None)),
}


@pytest.mark.parametrize('kind', CASES, ids=str)
async def test_what_ends_in_the_middle_is_gone_on_with_and_done_once(
    clerk: Account, unit: HostUnit, kind: ImportKind
) -> None:
    case = CASES[kind]
    numbers = [an_identity_number() for _ in range(2)]
    await a_field()
    await an_agency(name='臺中市政府示例局')
    for number in [] if case.are_new else numbers:
        await a_volunteer(unit, name=NAME, identity_number=number)
    name, content = a_file_of(kind, case, numbers)

    batch = await through(BatchState.READING, imports.begin(kind, name, content, by=clerk))
    assert batch.state == BatchState.GRADED
    if kind == ImportKind.PICTURES:
        await imports.set_common(batch.id, {'is_looked_at': '是'}, by=clerk)
        await running.finished(batch.id)
    batch = await through(BatchState.WRITING, imports.commit(batch.id, by=clerk))
    assert (batch.state, batch.written, await case.brings().count()) == (BatchState.DONE, 2, 2)
    noted = await HistoryEntry.all().count()
    batch = await through(BatchState.TAKING_BACK, imports.undo(batch.id, by=clerk))
    assert (batch.state, batch.written, await case.brings().count()) == (BatchState.TAKEN_BACK, 0, 0)
    assert (noted, await HistoryEntry.all().count()) == case.history


def a_file_of(kind: ImportKind, case: Case, numbers: list[str]) -> tuple[str, bytes]:
    if kind == ImportKind.PICTURES:
        return '照片.zip', a_zip({f'{number}.jpg': sample_pictures.portrait(1) for number in numbers})
    rows = [f'{NAME},{number},{case.cells.format(place)}' for place, number in enumerate(numbers, 1)]
    return '檔案.csv', '\r\n'.join([f'姓名,證號,{case.headings}', *rows]).encode('utf-8-sig')


async def through(state: BatchState, act: Awaitable[ImportBatch]) -> ImportBatch:
    """What comes of `act` after its work has ended at each of the places where it could, and was begun again."""
    places = ENDS[state]
    await ends_at(*places[0])
    batch = await act
    for place in [*places[1:], None]:
        await running.finished(batch.id)
        assert (await ImportBatch.get(id=batch.id)).state == state, 'it has not ended there'
        await ends_at(*place) if place else await goes_on()
        running.start(batch.id)
    await running.finished(batch.id)
    return await ImportBatch.get(id=batch.id)


async def ends_at(table: str, when: str) -> None:
    await goes_on()
    await get_connection('default').execute_script(
        "CREATE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'it ends here'; END $$;"
        f'CREATE TRIGGER ends BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION ends()'
    )


async def goes_on() -> None:
    await get_connection('default').execute_script('DROP FUNCTION IF EXISTS ends CASCADE')
