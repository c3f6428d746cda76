"""Files that LibreOffice wrote (tests/samples/sheets/make.py) are imported whole, whatever their format."""

from pathlib import Path

import pytest

from db.models import Account, HostUnit, ServiceHours
from domain import imports

from ...builders import a_volunteer
from ...samples.sheets.make import PEOPLE
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


def file(extension: str) -> bytes:
    text = (SAMPLES / 'hours.csv').read_text(encoding='utf-8')
    match extension:
        case 'cp950.csv':
            return text.encode('cp950')
        case 'utf16.tsv':
            return text.replace('"導覽, 下午"', '導覽; 下午').replace(',', '\t').replace(';', ',').encode('utf-16')
    return (SAMPLES / f'hours.{extension}').read_bytes()
