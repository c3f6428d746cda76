"""服務時數: from the file to the record, and back."""

from db.choices import BatchState, Grade
from db.models import Account, HistoryEntry, HostUnit, ServiceHours
from domain import imports

from ...builders import a_volunteer, an_identity_number
from ...sheet_files import an_xlsx, hours_file, hours_row
from .conftest import graded, settled


async def test_a_file_goes_to_the_record_and_back(clerk: Account, unit: HostUnit) -> None:
    numbers = [an_identity_number() for _ in range(2)]
    people = [
        await a_volunteer(unit, name=name, identity_number=number)
        for name, number in zip(('林美玉', '李小文'), numbers, strict=True)
    ]
    rows = [
        hours_row('林美玉', numbers[0], '1150301'),
        hours_row('李小文', numbers[1], '1150302'),
        hours_row('李小雯', numbers[1], '1150303'),
    ]

    batch = await graded(hours_file(*rows), by=clerk)
    assert (batch.state, batch.why, batch.lacking) == (BatchState.GRADED, '', [])
    assert (batch.rows, batch.good, batch.attention, batch.wrong) == (3, 2, 0, 1)

    preview = await imports.preview(batch.id, by=clerk)
    assert [(row.number, row.grade) for row in preview.rows] == [(4, Grade.WRONG), (2, Grade.GOOD), (3, Grade.GOOD)]
    [mark] = preview.rows[0].cells['name'].marks
    assert (mark.sentence, mark.fix, mark.fix_label) == ('此證號登記為「李小文」。', '李小文', '改用此名')

    mended = await imports.mend(batch.id, 4, 'name', mark.fix, by=clerk)
    assert (mended.grade, mended.cells['name'].text, mended.cells['name'].original) == (Grade.GOOD, '李小文', '李小雯')

    batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)
    assert (batch.state, batch.written, batch.done, batch.total) == (BatchState.DONE, 3, 3, 3)
    assert sorted(await ServiceHours.all().values_list('volunteer_id', 'item', 'minutes', 'area')) == [
        (people[0].id, '文化服務', 180, '臺中市'),
        (people[1].id, '文化服務', 180, '臺中市'),
        (people[1].id, '文化服務', 180, '臺中市'),
    ]
    assert sorted(await HistoryEntry.all().values_list('volunteer_id', 'new')) == [
        (people[0].id, f'服務時數 1 筆（批號 {batch.id}）'),
        (people[1].id, f'服務時數 2 筆（批號 {batch.id}）'),
    ]

    batch = await settled(await imports.undo(batch.id, by=clerk), by=clerk)
    assert (batch.state, batch.written) == (BatchState.TAKEN_BACK, 0)
    assert await ServiceHours.all().count() == 0


async def test_a_code_stands_with_its_lost_zeros_and_so_does_one_that_is_typed(clerk: Account, unit: HostUnit) -> None:
    number = an_identity_number()
    await a_volunteer(unit, name='林美玉', identity_number=number)
    row = hours_row('林美玉', number, '1150201')
    row[4] = '200'

    batch = await graded(hours_file(row), by=clerk)
    [shown] = (await imports.preview(batch.id, by=clerk)).rows
    mended = await imports.mend(batch.id, shown.number, 'item', '101', by=clerk)

    assert (shown.grade, shown.cells['item'].text) == (Grade.GOOD, '0200')
    assert (mended.cells['item'].text, mended.cells['item'].original) == ('0101', '200')


async def test_a_day_that_does_not_exist_is_the_only_fault_of_its_row(clerk: Account, unit: HostUnit) -> None:
    number = an_identity_number()
    await a_volunteer(unit, name='林美玉', identity_number=number)
    row = hours_row('林美玉', number, '1150201')
    row[3], row[6] = '1150231', '20'  # twenty hours of a month would be too many for one day

    batch = await graded(hours_file(row), by=clerk)
    preview = await imports.preview(batch.id, by=clerk)

    cells = preview.rows[0].cells
    assert [key for key, cell in cells.items() if cell.marks] == ['ends_on']


async def test_a_list_that_a_unit_has_numbered_and_printed_on_several_pages_is_read(
    clerk: Account, unit: HostUnit
) -> None:
    number = an_identity_number()
    await a_volunteer(unit, name='林美玉', identity_number=number)
    headings = ['序號', '姓名', '身分證字號', '服務日期', '', '服務項目', '服務內容', '服務時數', '']
    below = ['', '', '', '起', '迄', '', '', '小時', '分鐘']
    rows = [[str(day), '林美玉', number, f'115030{day}', f'115030{day}', '0200', '0006', '3', '30'] for day in (1, 2)]

    batch = await graded(an_xlsx([headings, below, rows[0], headings, below, rows[1]]), by=clerk)
    assert (batch.heading_row, batch.lacking, batch.rows, batch.good) == (2, [], 2, 2)
    await settled(await imports.commit(batch.id, by=clerk), by=clerk)
    assert [one.minutes for one in await ServiceHours.all()] == [210, 210]
