"""範本: what is downloaded can be filled in and read; what is exported is imported without a change."""

import io
import re
import zipfile
from datetime import date
from typing import Any

import pytest

from db.choices import AccessKind, BatchState, ImportKind, InsuranceKind
from db.models import (
    AccessEntry,
    Account,
    HostUnit,
    ImportBatch,
    InsuranceCover,
    Membership,
    ServiceCode,
    ServiceHours,
    Training,
    Volunteer,
)
from domain import imports
from domain.errors import Incomplete, NotFound
from domain.imports import Ended, running, templates
from domain.imports.kinds import KINDS
from domain.sheets import workbooks

from ...builders import a_host_unit, a_membership, a_team, a_training, a_volunteer, an_account, an_identity_number

FORMS = ['ods', 'xlsx']


async def an_office(clerk: Account, unit: HostUnit) -> Volunteer:
    """One person with something in each list."""
    person = await a_volunteer(
        unit,
        name='=王小明',
        email='wang@example.org',
        is_indigenous=True,
        identity_number=an_identity_number(),
        legacy_series='中市文',
        legacy_serial='000123',
    )
    await Membership.filter(volunteer_id=person.id).update(team_id=(await a_team(unit)).id, joined_on=date(2015, 3, 1))
    await a_training(person, by=clerk, starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 1), remarks='=1+1\n@x')
    ours: dict[str, Any] = {'volunteer': person, 'entered_by_unit_id': unit.id, 'recorder': clerk}
    item = await ServiceCode.filter(list='item').first()
    content = await ServiceCode.filter(list='content').first()
    assert item
    assert content
    await ServiceHours.create(
        **ours,
        starts_on=date(2026, 2, 1),
        ends_on=date(2026, 2, 28),
        item=item.name,
        content=content.name,
        minutes=210,
        area='臺中市',
    )
    await ServiceHours.create(
        **ours,
        starts_on=date(2015, 3, 1),
        ends_on=date(2025, 12, 31),
        item='期初累計',
        content='系統上線前累計時數',
        minutes=72030,
    )
    await InsuranceCover.create(
        **ours,
        kind=InsuranceKind.GROUP_ACCIDENT,
        insurer='+示例產險',
        policy_number='-P1',
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
    )
    return person


async def counts() -> list[Any]:
    people = await Volunteer.all().values_list('id', 'version', 'name', 'email')
    return [people, *[await model.all().count() for model in (Membership, Training, ServiceHours, InsuranceCover)]]


async def read(kind: ImportKind, content: bytes, form: str, by: Account) -> ImportBatch:
    batch = await imports.begin(kind, f'x.{form}', content, by=by)
    await running.finished(batch.id)
    return await imports.get(batch.id, by=by)


@pytest.mark.parametrize('form', FORMS)
@pytest.mark.parametrize('kind', templates.OFFERED, ids=str)
async def test_a_template_has_its_headings_and_an_example_that_is_no_row(
    clerk: Account, kind: ImportKind, form: str
) -> None:
    document = await templates.blank(kind, form)
    table = workbooks.read(document.content, '', KINDS[kind].sheet)
    assert table.sheet == KINDS[kind].sheet
    assert list(table.rows[0]) == [column.label for column in KINDS[kind].columns]
    assert [cell for cell in table.rows[1] if cell] == [c.sample for c in KINDS[kind].columns if c.sample]
    batch = await read(kind, document.content, form, clerk)
    assert (batch.state, batch.lacking, batch.rows) == (BatchState.GRADED, [], 0)


@pytest.mark.parametrize('form', FORMS)
@pytest.mark.parametrize('kind', templates.EXPORTED[:-1], ids=str)
async def test_what_is_exported_is_imported_without_a_change(
    clerk: Account, unit: HostUnit, kind: ImportKind, form: str
) -> None:
    person = await an_office(clerk, unit)
    before = await counts()
    document = await templates.on_record(kind, form, reason='對帳', by=clerk)
    batch = await read(kind, document.content, form, clerk)
    said = [
        (row.number, mark.sentence) for row in (await imports.preview(batch.id, by=clerk)).rows for mark in row.marks
    ]
    assert (batch.rows, batch.wrong, said) == (1, 0, [])
    if batch.good:
        await imports.commit(batch.id, by=clerk)
        await running.finished(batch.id)
        [row] = (await imports.preview(batch.id, by=clerk)).rows
        assert (await imports.ended(batch.id, by=clerk), row.is_written) == (Ended(same=1), False)
    assert await counts() == before
    [entry] = await AccessEntry.filter(volunteer_id=person.id, kind=AccessKind.IDENTITY_NUMBER)
    assert (entry.what, entry.reason) == (f'匯出{kind.label}', '對帳')


async def test_hours_in_words_of_no_list_are_imported_without_a_change(clerk: Account, unit: HostUnit) -> None:
    await an_office(clerk, unit)
    await ServiceHours.filter(item__not='期初累計').update(item='燈會 支援', content='2026 花博導覽', area='馬祖')
    before = await ServiceHours.all().order_by('id').values('item', 'content', 'area', 'minutes')
    document = await templates.on_record(ImportKind.SERVICE_HOURS, 'ods', reason='對帳', by=clerk)
    await ServiceHours.filter(item__not='期初累計').delete()
    batch = await read(ImportKind.SERVICE_HOURS, document.content, 'ods', clerk)
    assert (batch.rows, batch.good) == (1, 1)
    await imports.commit(batch.id, by=clerk)
    await running.finished(batch.id)
    after = await ServiceHours.all().order_by('-id').values('item', 'content', 'area', 'minutes')
    assert after == before


@pytest.mark.parametrize('form', FORMS)
async def test_no_cell_is_a_formula_whoever_wrote_it(clerk: Account, unit: HostUnit, form: str) -> None:
    await an_office(clerk, unit)
    document = await templates.on_record(ImportKind.TRAININGS, form, reason='對帳', by=clerk)
    with zipfile.ZipFile(io.BytesIO(document.content)) as package:
        parts = [package.read(name).decode() for name in package.namelist() if name.endswith('.xml')]
    assert not [part for part in parts if re.search(r'<f[ >]|table:formula', part)]
    table = workbooks.read(document.content, '', '教育訓練')
    assert {'=王小明', '=1+1\n@x'} <= set(table.rows[1])


async def test_only_the_own_people_are_exported_and_not_without_a_purpose(clerk: Account, unit: HostUnit) -> None:
    await a_volunteer(await a_host_unit())
    shared = await a_volunteer(unit)
    other = await an_account()
    await a_membership(shared, await HostUnit.get(id=other.host_unit_id))
    await a_training(shared, by=other)
    document = await templates.on_record(ImportKind.TRAININGS, 'ods', reason='對帳', by=clerk)
    assert len(workbooks.read(document.content, '', '教育訓練').rows) == 1
    with pytest.raises(Incomplete):
        await templates.on_record(ImportKind.TRAININGS, 'ods', reason='', by=clerk)
    with pytest.raises(NotFound):
        await templates.blank(ImportKind.PICTURES, 'ods')
