"""Files that LibreOffice wrote (tests/samples/sheets/make.py) are imported whole, whatever their format."""

from datetime import date
from pathlib import Path

import pytest

from db.choices import BatchState, Grade, ImportKind
from db.models import Account, HostUnit, Membership, ServiceHours, Volunteer
from domain import imports

from ...builders import a_field, a_team, a_volunteer
from ...samples.sheets.make import LISTS, PEOPLE
from .conftest import graded, settled

SAMPLES = Path(__file__).parents[2] / 'samples' / 'sheets'


@pytest.mark.parametrize('extension', ['xlsx', 'xls', 'ods', 'csv', 'cp950.csv', 'utf16.tsv'])
async def test_hours_are_imported_whole(extension: str, clerk: Account, unit: HostUnit) -> None:
    for number, name in PEOPLE.items():
        await a_volunteer(unit, name=name, identity_number=number)

    batch = await graded(file(extension), by=clerk, name=f'hours.{extension}')
    assert (batch.why, batch.good, batch.attention, batch.wrong) == ('', 3, 0, 0)
    await settled(await imports.commit(batch.id, by=clerk), by=clerk)

    kept = (
        await ServiceHours.all()
        .order_by('starts_on')
        .values_list(
            'item', 'content', 'starts_on', 'minutes', 'persons_served', 'transport_fee', 'meal_fee', 'area', 'remarks'
        )
    )
    assert [(item, content, f'{day}', *rest) for item, content, day, *rest in kept] == [
        ('圖書館服務', '圖書整理', '2026-02-01', 1110, 0, 120, 0, '臺中市', ''),
        ('文化服務', '導覽解說', '2026-03-01', 210, 40, 0, 80, '臺中市', '導覽, 下午'),
        ('圖書館服務', '圖書整理', '2026-03-02', 120, 1200, 0, 0, '', '說「謝謝」'),
    ]


@pytest.mark.parametrize('extension', ['xlsx', 'xls', 'ods', 'csv'])
@pytest.mark.parametrize('kind', [kind for kind in ImportKind if kind.value in LISTS], ids=str)
async def test_a_list_of_each_kind_is_imported_whole(
    kind: ImportKind, extension: str, clerk: Account, unit: HostUnit
) -> None:
    await a_field()
    if kind == 'volunteers':
        await a_team(unit, '導覽隊')
    else:
        for number, name in PEOPLE.items():
            await a_volunteer(unit, name=name, identity_number=number)
    content = (SAMPLES / f'{kind}.{extension}').read_bytes()
    batch = await imports.begin(kind, f'{kind}.{extension}', content, by=clerk)
    batch = await settled(batch, by=clerk)
    rows = len(LISTS[kind]) - 1
    said = [
        (mark.column, mark.sentence)
        for row in (await imports.preview(batch.id, by=clerk)).rows
        for cell in row.cells.values()
        for mark in cell.marks
        if row.grade != Grade.GOOD
    ]
    assert (batch.why, batch.lacking, said, batch.good) == ('', [], [], rows)
    batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)
    assert (batch.state, batch.written) == (BatchState.DONE, rows)
    batch = await settled(await imports.undo(batch.id, by=clerk), by=clerk)
    assert (batch.state, batch.written) == (BatchState.TAKEN_BACK, 0)


async def test_what_offices_write_is_understood(clerk: Account, unit: HostUnit) -> None:
    await a_team(unit, '導覽隊')
    content = (SAMPLES / 'volunteers.xlsx').read_bytes()
    batch = await settled(await imports.begin(ImportKind.VOLUNTEERS, 'a.xlsx', content, by=clerk), by=clerk)
    assert imports.not_kept(batch) == ['手機']
    await settled(await imports.commit(batch.id, by=clerk), by=clerk)
    kept = Volunteer.all().order_by('born_on')
    assert await kept.values_list('name', 'born_on', 'email', 'is_indigenous', 'consents_to_data_use') == [
        ('林美玉', date(1961, 3, 2), 'lin@example.org', False, True),
        ('李小文', date(2001, 5, 6), '', True, True),
    ]
    joined = Membership.all().order_by('id').values_list('team__name', 'joined_on')
    assert await joined == [('導覽隊', date(2015, 3, 1)), (None, date(2021, 5, 6))]


def file(extension: str) -> bytes:
    text = (SAMPLES / 'hours.csv').read_text(encoding='utf-8')
    match extension:
        case 'cp950.csv':
            return text.encode('cp950')
        case 'utf16.tsv':
            return text.replace('"導覽, 下午"', '導覽; 下午').replace(',', '\t').replace(';', ',').encode('utf-16')
    return (SAMPLES / f'hours.{extension}').read_bytes()
