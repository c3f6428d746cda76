"""The reference data of a new office, and that it leaves alone what an administrator has made of it."""

import asyncio

import pytest

from db import reference
from db.choices import TrainingKind
from db.models import Agency, County, Field, RequiredHours, ServiceCode

pytestmark = pytest.mark.usefixtures('database')

EVERYWHERE = {'社會福利', '文化', '教育', '環境保護', '衛生保健'}


async def everything() -> list[list[str]]:
    models = (County, Field, Agency, ServiceCode, RequiredHours)
    return [sorted(str(row) for row in await model.all().values()) for model in models]


@pytest.fixture(autouse=True)
async def filled(database: str) -> None:
    await reference.fill()


async def test_there_are_22_counties_in_the_order_of_the_statistics() -> None:
    nation, *counties = await County.all()

    assert (nation.code, nation.letter, nation.name) == ('00000', '', '中央')

    assert [(county.code, county.letter, county.name) for county in counties[:4]] == [
        ('65000', 'F', '新北市'),
        ('63000', 'A', '臺北市'),
        ('68000', 'H', '桃園市'),
        ('66000', 'B', '臺中市'),
    ]
    assert len(counties) == len({county.letter for county in counties}) == 22


async def test_the_culture_bureau_of_taichung_comes_first() -> None:
    agency, *others = await Agency.filter(county__name='臺中市').select_related('field')

    assert (agency.name, agency.document_word, agency.review_days) == ('臺中市政府文化局', '中市文志', 3)
    assert agency.field
    assert agency.field.name == '文化'
    assert len(others) == 30


async def test_every_county_has_an_agency_for_the_five_common_fields() -> None:
    fields: dict[str, set[str]] = {}
    for agency in await Agency.all().select_related('county', 'field'):
        fields.setdefault(agency.county.name, set()).add(agency.field.name if agency.field else '')

    central = fields.pop('中央')
    # 連江縣 keeps welfare and health in one bureau, which therefore takes any special training.
    assert [name for name, has in fields.items() if not has >= EVERYWHERE] == ['連江縣']
    assert fields['連江縣'] == EVERYWHERE - {'社會福利', '衛生保健'} | {''}
    assert len(fields) == 22
    assert {'文化', '教育', '環境保護', ''} < central


async def test_no_two_agencies_share_a_document_word_and_none_is_written_with_the_short_character() -> None:
    agencies = await Agency.all()

    assert len({agency.document_word for agency in agencies}) == len(agencies) == 158
    assert [agency.name for agency in agencies if '台' in agency.name] == []


async def test_official_codes_are_told_from_ours() -> None:
    items = await ServiceCode.filter(list='item', is_official=True)
    area = await ServiceCode.get(list='area', code='')

    assert [(item.code, item.name) for item in items] == [
        ('0010', '綜合服務'),
        ('0060', '老人服務'),
        ('0130', '社區服務'),
        ('0190', '消防防救災服務'),
    ]
    assert area.name == '中央'
    assert await ServiceCode.filter(list='content', is_official=True).count() == 11


async def test_required_hours_say_their_source() -> None:
    rows = await RequiredHours.all().select_related('field').order_by('id')

    assert [(row.kind, row.minutes, row.field.name if row.field else '') for row in rows] == [
        (TrainingKind.BASIC, 720, ''),
        (TrainingKind.BASIC, 360, ''),
        (TrainingKind.SPECIAL, 360, '社會福利'),
        (TrainingKind.SPECIAL, 0, ''),
    ]
    assert all(row.source for row in rows)


async def test_filling_again_changes_nothing() -> None:
    before = await everything()

    await asyncio.gather(reference.fill(), reference.fill())

    assert await everything() == before


async def test_what_an_administrator_edited_renamed_or_removed_stays_so() -> None:
    await Agency.filter(document_word='中市數志').update(name='臺中市政府智慧城市局', document_word='中市智志')
    await Agency.filter(document_word='中市捷志').delete()
    await Agency.filter(document_word='中市文志').update(review_days=5, phone='(04)0000-0000')
    await Field.filter(name='其他').update(name='其他領域')
    await RequiredHours.filter(minutes=360, kind=TrainingKind.SPECIAL).update(minutes=0)
    await ServiceCode.filter(list='item', code='0990').delete()
    before = await everything()

    await reference.fill()

    assert await everything() == before
