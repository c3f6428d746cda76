"""A preview is mended, in place or as a file that comes back, and its doubts are answered."""

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
import xlsxwriter

from db import locks
from db.choices import BatchState, Doubt, Grade, ImportKind, InsuranceKind, MembershipStatus
from db.models import Account, HostUnit, ImportBlock, InsuranceCover, Membership, ServiceHours, Volunteer
from domain import dates, imports
from domain.errors import MovedOn, NotFound
from domain.imports import Ended, NotReady, PreviewRow

from ...builders import a_host_unit, a_team, a_volunteer, an_account, an_identity_number
from ...sheet_files import HOURS_HEADINGS, an_xlsx, hours_file, hours_row
from .conftest import graded, settled

NUMBER = 'A200000012'
WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({'服務日期迄': '1150332'}, '民國 115 年 3 月沒有 32 日，請再確認日期。'),
    ({'服務日期起': '1150228'}, '起迄要在同一個月內。跨月的服務請分成一個月一列。'),
    ({'服務日期起': '1150302'}, '服務日期（迄）早於起日。請再確認日期。'),
    ({'服務項目': '期初累計'}, '「期初累計」是上線前的累計時數。請改用「服務時數累計」匯入。'),
    ({'服務內容': '字' * 101}, '服務內容最多 100 個字，這裡有 101 個字。請縮短後再儲存。'),
    ({'服務項目': '9999'}, '沒有服務項目代碼「9999」。請對照下載專區的代碼表。'),
    ({'服務時數_小時': '25'}, '日期只有 1 天，不可能有 25 小時。請再確認日期或時數。'),
    ({'服務時數_小時': '2.5'}, '服務時數-小時應為整數，這裡是「2.5」。請只填數字，例如 3。'),
    ({'服務時數_分鐘': '20'}, '分鐘只收 0 或 30（未滿半小時不計），這裡是 20。'),
    ({'服務區域': 'R'}, '沒有服務區域代碼「R」。請填縣市的英文字母，中央請空白。'),
    ({'匯入動作': 'D'}, '匯入動作只收 A（新增），這裡是「D」。修改或刪除請到志工的「服務時數」頁。'),
    ({'序號': '12'}, '匯入動作 A（新增）的序號應為空白。'),
    ({'姓名': '陳?華'}, '姓名「陳?華」有問號，可能是存檔時遺失的字。請對照原始資料，重新輸入這一格。'),
    ({'身分證字號': 'A200000011'}, '身分證字號的檢查碼不符，可能有一個字打錯。請對照證件再輸入一次。'),
)


@pytest.fixture
async def volunteer(unit: HostUnit) -> Volunteer:
    return await a_volunteer(unit, name='林美玉', identity_number=NUMBER)


def row(day: str = '1150301', **changes: str) -> list[str]:
    return hours_row('林美玉', NUMBER, day, **changes)


async def hours(volunteer: Volunteer, by: Account, day: date = date(2026, 3, 1), **changes: Any) -> ServiceHours:
    facts: dict[str, Any] = {
        'item': '文化服務',
        'content': '資料整理',
        'minutes': 180,
        'starts_on': day,
        'ends_on': day,
    }
    return await ServiceHours.create(
        volunteer=volunteer, entered_by_unit_id=by.host_unit_id, recorder=by, **(facts | changes)
    )


async def rows_of(content: bytes, clerk: Account) -> list[PreviewRow]:
    batch = await graded(content, by=clerk)
    return list((await imports.preview(batch.id, by=clerk)).rows)


def said(row: PreviewRow) -> list[str]:
    return [mark.sentence for cell in row.cells.values() for mark in cell.marks]


async def test_what_is_wrong_is_said_at_its_cell(clerk: Account, volunteer: Volunteer) -> None:
    found = await rows_of(hours_file(*(row(**changes) for changes, _ in WRONG)), clerk)

    assert {each.grade for each in found} == {Grade.WRONG}
    assert [said(each) for each in found] == [[sentence] for _, sentence in WRONG]


async def test_somebody_of_another_unit_is_named_as_whoever_is_in_no_list(clerk: Account) -> None:
    await a_volunteer(await a_host_unit(), name='林美玉', identity_number=NUMBER)

    [found] = await rows_of(hours_file(row()), clerk)

    [sentence] = said(found)
    assert sentence.startswith('這個證號不在本單位的志工名單。')


async def test_rows_are_looked_at_again_when_somebody_was_registered(clerk: Account, unit: HostUnit) -> None:
    batch = await graded(hours_file(row(服務時數_分鐘='20', 身分證字號='A200000013')), by=clerk)
    await imports.mend(batch.id, 2, 'minutes', '0', by=clerk)
    await imports.mend(batch.id, 2, 'identity_number', NUMBER, by=clerk)
    await a_volunteer(unit, name='林美玉', identity_number=NUMBER)

    batch = await settled(await imports.grade_again(batch.id, by=clerk), by=clerk)

    [found] = (await imports.preview(batch.id, by=clerk)).rows
    assert (batch.good, found.grade, found.is_mended) == (1, Grade.GOOD, True)


async def test_minutes_are_mended_by_the_rule_and_given_back(clerk: Account, volunteer: Volunteer) -> None:
    batch = await graded(hours_file(row(服務時數_分鐘='45')), by=clerk)
    [mark] = (await imports.preview(batch.id, by=clerk)).rows[0].cells['minutes'].marks

    mended = await imports.mend(batch.id, 2, 'minutes', mark.fix, by=clerk)
    assert (mark.fix_label, mended.grade, mended.values['minutes']) == ('改為 30 分', Grade.GOOD, 210)
    assert (mended.cells['minutes'].text, mended.cells['minutes'].original) == ('30', '45')

    given_back = await imports.unmend(batch.id, 2, 'minutes', by=clerk)
    assert (given_back.grade, given_back.is_mended, given_back.cells['minutes'].text) == (Grade.WRONG, False, '45')


async def test_numbers_stand_masked_until_something_is_wrong_with_them(clerk: Account, volunteer: Volunteer) -> None:
    wrong, right = await rows_of(hours_file(row(), row('1150302', 身分證字號='A200000011')), clerk)

    assert (right.cells['identity_number'].text, wrong.cells['identity_number'].text) == ('A20****012', 'A200000011')


async def test_what_can_no_longer_be_mended_stands_masked(clerk: Account, volunteer: Volunteer) -> None:
    batch = await graded(hours_file(row(), row('1150302', 身分證字號='A200000011')), by=clerk)
    await settled(await imports.commit(batch.id, by=clerk), by=clerk)

    found = await imports.preview(batch.id, by=clerk)
    assert 'A200000011' not in {each.cells['identity_number'].text for each in found.rows}


async def test_an_entry_on_record_is_kept_or_replaced_and_put_back(clerk: Account, volunteer: Volunteer) -> None:
    known = await hours(volunteer, clerk, remarks='原來的')
    batch = await graded(hours_file(row(服務時數_小時='5')), by=clerk)
    [found] = (await imports.preview(batch.id, by=clerk)).rows
    assert (found.grade, found.doubt, found.takes) == (Grade.ATTENTION, Doubt.DUPLICATE, False)
    assert said(found) == [f'同日同項目已由林小滿於 {dates.roc(dates.day_of(known.created_at))} 登錄。']
    assert found.cells['hours'].beside == '原紀錄 3 小時'
    with pytest.raises(NotReady, match='沒有可以匯入的列'):
        await imports.commit(batch.id, by=clerk)

    await imports.answer(batch.id, takes=True, doubt=Doubt.DUPLICATE, by=clerk)
    assert (await imports.preview(batch.id, by=clerk)).importable == 1
    await settled(await imports.commit(batch.id, by=clerk), by=clerk)
    replaced = await ServiceHours.get(id=known.id)
    assert (await ServiceHours.all().count(), replaced.minutes, replaced.remarks) == (1, 300, '')

    await settled(await imports.undo(batch.id, by=clerk), by=clerk)
    again = await ServiceHours.get(id=known.id)
    assert (again.minutes, again.remarks, again.updated_at) == (180, '原來的', known.updated_at)


async def test_a_row_that_stands_twice_replaces_the_first_only_if_somebody_says_so(
    clerk: Account, volunteer: Volunteer
) -> None:
    batch = await graded(hours_file(row(), row(服務時數_小時='4'), row('1150302')), by=clerk)
    first = (await imports.preview(batch.id, by=clerk)).rows[0]
    assert (first.number, first.doubt, said(first)) == (3, Doubt.DUPLICATE, ['與這個檔案的第 2 列相同。'])

    await imports.answer(batch.id, takes=True, row=3, by=clerk)
    batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)
    assert sorted(await ServiceHours.all().values_list('minutes')) == [(180,), (240,)]

    batch = await settled(await imports.undo(batch.id, by=clerk), by=clerk)
    assert (batch.written, await ServiceHours.all().count()) == (0, 0)


async def test_mending_a_row_looks_at_those_that_were_the_same(clerk: Account, volunteer: Volunteer) -> None:
    batch = await graded(hours_file(row(), row(), row('1150302')), by=clerk)
    assert (batch.good, batch.attention) == (2, 1)

    await imports.mend(batch.id, 2, 'starts_on', '1150302', by=clerk)
    await imports.mend(batch.id, 2, 'ends_on', '1150302', by=clerk)

    rows = {each.number: each for each in (await imports.preview(batch.id, by=clerk)).rows}
    assert [(rows[at].grade, rows[at].doubt) for at in (2, 3, 4)] == [
        (Grade.GOOD, None),
        (Grade.GOOD, None),
        (Grade.ATTENTION, Doubt.DUPLICATE),
    ]


async def test_hours_of_another_unit_on_the_same_day_are_named(clerk: Account, volunteer: Volunteer) -> None:
    other = await an_account(host_unit=await a_host_unit(name='範例圖書館'))
    await hours(volunteer, other, minutes=420)

    [found] = await rows_of(hours_file(row(服務時數_小時='6')), clerk)

    assert (found.doubt, said(found)) == (Doubt.OVERLAP, ['與「範例圖書館」同日登錄的 7 小時重疊。'])
    assert found.cells['hours'].beside == '兩單位合計 13 小時'


async def test_a_day_of_a_month_that_is_on_record_as_a_total_is_a_doubt(clerk: Account, volunteer: Volunteer) -> None:
    await hours(volunteer, clerk, date(2026, 2, 1), ends_on=date(2026, 2, 28), minutes=1080)

    [found] = await rows_of(hours_file(row('1150203')), clerk)

    assert (found.doubt, said(found)) == (
        Doubt.OVERLAP,
        ['與本單位 115/02/01 ～ 115/02/28 同項目的 18 小時重疊，可能重複計算。'],
    )


async def test_a_gap_of_the_insurance_is_named(clerk: Account, volunteer: Volunteer) -> None:
    for first, last in ((date(2026, 1, 1), date(2026, 2, 19)), (date(2026, 2, 26), date(2026, 12, 31))):
        await InsuranceCover.create(
            volunteer=volunteer,
            recorder=clerk,
            kind=InsuranceKind.GROUP_ACCIDENT,
            insurer='示例產險',
            policy_number='P-1',
            starts_on=first,
            ends_on=last,
        )

    good = (await rows_of(hours_file(row('1150301')), clerk))[0]
    [found] = await rows_of(hours_file(row('1150221', 服務日期迄='1150228')), clerk)

    assert good.grade == Grade.GOOD
    assert (found.doubt, said(found)) == (Doubt.UNINSURED, ['02/21 ～ 02/25 沒有保險。'])


async def test_what_changed_since_the_preview_is_left_out_with_its_reason(clerk: Account, volunteer: Volunteer) -> None:
    other_number = an_identity_number()
    leaver = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id), name='李小文', identity_number=other_number)
    rows = [row(), row('1150302'), hours_row('李小文', other_number, '1150301')]
    batch = await graded(hours_file(*rows), by=clerk)
    await hours(volunteer, clerk)
    await Membership.filter(volunteer=leaver).update(status=MembershipStatus.LEFT)

    batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)

    assert (batch.state, batch.written, batch.total) == (BatchState.DONE, 1, 3)
    assert [(each.number, each.left) for each in await imports.left(batch.id, by=clerk)] == [
        (2, '預覽之後已有人登錄同日同項目的時數，所以沒有寫入。請對照志工的「服務時數」頁。'),
        (4, '這位志工已不在本單位的志工名單，所以沒有寫入。'),
    ]


async def test_rows_that_were_left_out_begin_a_batch_of_their_own_as_they_were_mended(
    clerk: Account, volunteer: Volunteer
) -> None:
    rows = [row(), row('1150302', 姓名='林美五'), row('1150303', 服務時數_分鐘='20'), row('1150303')]
    batch = await graded(hours_file(*rows), by=clerk)
    await imports.mend(batch.id, 4, 'minutes', '15', by=clerk)
    await hours(volunteer, clerk)  # meanwhile somebody enters what row 2 says
    batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)
    assert await imports.ended(batch.id, by=clerk) == Ended(same=0, rest=3)

    rest = await settled(await imports.begin_rest(batch.id, by=clerk), by=clerk)

    assert (rest.file_name, rest.state, rest.rows, rest.headings) == (
        '其餘-時數.xlsx',
        BatchState.GRADED,
        3,
        batch.headings,
    )
    shown = {each.number: each for each in (await imports.preview(rest.id, by=clerk)).rows}
    assert {at: (each.cells['name'].text, each.cells['minutes'].text) for at, each in shown.items()} == {
        2: ('林美玉', '0'),
        3: ('林美五', '0'),
        4: ('林美玉', '15'),
    }
    await imports.mend(rest.id, 4, 'starts_on', '1150304', by=clerk)
    await imports.mend(rest.id, 4, 'ends_on', '1150304', by=clerk)
    await imports.mend(rest.id, 4, 'minutes', '0', by=clerk)
    rest = await settled(await imports.commit(rest.id, by=clerk), by=clerk)
    assert (rest.written, await ServiceHours.all().count()) == (1, 3)
    with pytest.raises(NotFound):
        await imports.begin_rest(batch.id, by=await an_account())


async def test_after_taking_back_only_what_was_never_written_is_left_to_be_mended(
    clerk: Account, volunteer: Volunteer
) -> None:
    rows = [row(), row('1150302', 姓名='林美五'), row('1150303'), row('1150304')]
    batch = await graded(hours_file(*rows), by=clerk)
    await hours(volunteer, clerk)  # meanwhile somebody enters what row 2 says
    batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)
    kept = await ServiceHours.get(starts_on=date(2026, 3, 3))
    kept.minutes = 240
    await kept.save()
    batch = await settled(await imports.undo(batch.id, by=clerk), by=clerk)

    assert {each.number: each.is_written for each in await imports.left(batch.id, by=clerk)} == {2: False, 4: True}
    assert (batch.state, await imports.ended(batch.id, by=clerk)) == (BatchState.TAKEN_BACK, Ended(rest=2))
    rest = await settled(await imports.begin_rest(batch.id, by=clerk), by=clerk)
    assert {each.cells['starts_on'].text for each in (await imports.preview(rest.id, by=clerk)).rows} == {
        '1150301',
        '1150302',
    }


async def test_a_record_that_was_kept_on_purpose_is_not_left_to_be_mended(clerk: Account, volunteer: Volunteer) -> None:
    for day in (date(2026, 3, 1), date(2026, 3, 2)):
        await hours(volunteer, clerk, day, minutes=120)
    batch = await graded(hours_file(row('1150301'), row('1150302'), row('1150303')), by=clerk)
    await imports.answer(batch.id, takes=False, row=2, by=clerk)
    batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)

    assert await imports.ended(batch.id, by=clerk) == Ended(same=0, rest=1)  # row 3, of which nobody said anything
    rest = await settled(await imports.begin_rest(batch.id, by=clerk), by=clerk)
    assert [each.cells['starts_on'].text for each in (await imports.preview(rest.id, by=clerk)).rows] == ['1150302']


async def test_nothing_left_out_begins_nothing(clerk: Account, volunteer: Volunteer) -> None:
    batch = await graded(hours_file(row()), by=clerk)
    with pytest.raises(NotReady, match='沒有留下可以改正的列'):
        await imports.begin_rest(batch.id, by=clerk)
    batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)
    with pytest.raises(NotReady, match='沒有留下可以改正的列'):
        await imports.begin_rest(batch.id, by=clerk)
    [found] = (await imports.preview(batch.id, by=clerk)).rows
    assert found.is_written


async def test_a_doubt_that_was_answered_is_told_from_one_that_waits(clerk: Account, volunteer: Volunteer) -> None:
    await hours(volunteer, clerk)
    batch = await graded(hours_file(row(), row('1150302'), row('1150302')), by=clerk)
    await imports.answer(batch.id, takes=False, row=2, by=clerk)

    await imports.grade_again(batch.id, by=clerk)
    await settled(batch, by=clerk)
    found = await imports.preview(batch.id, by=clerk)

    assert (found.doubts, found.answered) == ({Doubt.DUPLICATE: 2}, {Doubt.DUPLICATE: 1})
    assert {each.number: (each.is_answered, each.takes) for each in found.rows if each.doubt} == {
        2: (True, False),
        4: (False, False),
    }
    assert {each.cells['identity_number'].text for each in found.rows} == {'A20****012'}


async def test_what_somebody_built_on_stays_and_says_why(clerk: Account, volunteer: Volunteer) -> None:
    batch = await graded(hours_file(row(), row('1150302'), row('1150303')), by=clerk)
    batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)
    first, second, _ = await ServiceHours.all().order_by('starts_on')
    first.minutes = 240
    await first.save()
    await second.delete()

    batch = await settled(await imports.undo(batch.id, by=clerk), by=clerk)

    assert (batch.state, await ServiceHours.all().count()) == (BatchState.TAKEN_BACK, 1)
    assert [each.left for each in await imports.left(batch.id, by=clerk)] == [
        '這筆時數在匯入後已被修改，所以保留現在的內容。',
        '這筆時數在匯入後已被刪除，沒有可以復原的紀錄。',
    ]


@pytest.mark.parametrize('extension', ['xlsx', 'ods'])
async def test_the_marked_file_comes_back_as_it_is(extension: str, clerk: Account, volunteer: Volunteer) -> None:
    batch = await graded(hours_file(row(姓名='林美五'), row('1150302', 備註='=1+1')), by=clerk, name='三月.csv')

    name, content = await imports.marked_file(batch.id, extension, by=clerk)
    again = await graded(content, by=clerk, name=name)

    assert (name, again.headings[:-1], again.headings[-1]) == (f'標色-三月.{extension}', HOURS_HEADINGS, '匯入結果')
    assert (again.good, again.wrong, again.mapping[-1]) == (1, 1, '')
    wrong, right = (await imports.preview(again.id, by=clerk)).rows
    assert (said(wrong), right.cells['remarks'].text) == (['此證號登記為「林美玉」。'], '=1+1')
    _, once_more = await imports.marked_file(again.id, extension, by=clerk)
    assert (await graded(once_more, by=clerk)).headings == again.headings


async def test_a_heading_that_was_explained_once_is_known_next_month(clerk: Account, volunteer: Volunteer) -> None:
    headings = ['班別' if each == '服務項目' else each for each in HOURS_HEADINGS]
    batch = await graded(an_xlsx([headings, row()]), by=clerk)
    assert batch.lacking == ['找不到「服務項目」這一欄。請在欄位對應中選出是哪一欄，或改用範本的標題。']
    with pytest.raises(NotReady, match='找不到「服務項目」'):
        await imports.commit(batch.id, by=clerk)

    batch = await settled(await imports.map_columns(batch.id, {4: 'item'}, by=clerk), by=clerk)
    assert (batch.lacking, batch.good) == ([], 1)

    assert (await graded(an_xlsx([headings, row()]), by=clerk)).good == 1


async def test_a_pasted_range_without_headings_has_the_order_of_the_template(
    clerk: Account, volunteer: Volunteer
) -> None:
    text = '\n'.join('\t'.join(each) for each in (row(), row('1150302')))

    batch = await settled(await imports.begin_pasted(ImportKind.SERVICE_HOURS, text, by=clerk), by=clerk)

    assert (batch.good, batch.heading_row, batch.headings[0]) == (2, 0, '姓名')


@pytest.mark.parametrize('width', [17, 15, 11])
async def test_older_forms_of_the_template_have_fewer_columns(width: int, clerk: Account, volunteer: Volunteer) -> None:
    batch = await graded(an_xlsx([HOURS_HEADINGS[:width], row()[:width]]), by=clerk)

    assert (batch.lacking, batch.good, len(batch.mapping)) == ([], 1, width)


async def test_the_example_of_the_template_is_no_row(clerk: Account, volunteer: Volunteer) -> None:
    kind = imports.KINDS[ImportKind.SERVICE_HOURS]
    batch = await graded(hours_file([column.sample for column in kind.columns], row()), by=clerk)

    assert (batch.rows, batch.good) == (1, 1)


async def test_a_sheet_whose_far_corner_is_filled_ends_the_reader_and_nothing_else(clerk: Account) -> None:
    assert (await graded(far(hours_file(row())), by=clerk)).why.startswith('讀取這個檔案需要的空間太大')
    assert (await graded(hours_file(row()), by=clerk)).state == BatchState.GRADED


async def test_another_units_or_teams_batch_is_not_there(clerk: Account, unit: HostUnit, volunteer: Volunteer) -> None:
    of_team = await an_account(host_unit=unit, team=await a_team(unit))
    batch, other = await graded(hours_file(row()), by=clerk), await an_account()
    own = await graded(hours_file(row()), by=of_team)

    assert [one.id for one in (await imports.batches(by=of_team)).rows] == [own.id]
    assert {one.id for one in (await imports.batches(by=clerk)).rows} == {own.id, batch.id}
    assert (own.good, own.wrong) == (0, 1)  # not of the team
    for each in (other, of_team):
        await is_not_there(batch.id, each)


async def is_not_there(batch_id: int, by: Account) -> None:
    for act in (
        imports.get(batch_id, by=by),
        imports.preview(batch_id, by=by),
        imports.mend(batch_id, 2, 'name', 'x', by=by),
        imports.answer(batch_id, takes=True, row=2, by=by),
        imports.map_columns(batch_id, {0: ''}, by=by),
        imports.commit(batch_id, by=by),
        imports.undo(batch_id, by=by),
        imports.drop(batch_id, by=by),
        imports.marked_file(batch_id, 'xlsx', by=by),
    ):
        with pytest.raises(NotFound):
            await act


async def test_what_is_confirmed_is_changed_no_more(clerk: Account, volunteer: Volunteer) -> None:
    batch = await graded(hours_file(row()), by=clerk)
    await settled(await imports.commit(batch.id, by=clerk), by=clerk)

    with pytest.raises(MovedOn, match='這一批目前是「已匯入」'):
        await imports.commit(batch.id, by=clerk)
    with pytest.raises(MovedOn):
        await imports.mend(batch.id, 2, 'name', 'x', by=clerk)
    with pytest.raises(MovedOn):
        await imports.drop(batch.id, by=clerk)


def far(content: bytes) -> bytes:
    """The workbook with another cell, in the last row and column that a sheet can have."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(made, 'w') as after:
        for name in before.namelist():
            corner = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
            after.writestr(name, before.read(name).replace(b'</sheetData>', corner))
    return made.getvalue()


async def test_another_sheet_of_the_file_is_chosen(clerk: Account, volunteer: Volunteer) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {'in_memory': True}) as book:
        for name, rows in (('三月', [row(), row('1150302')]), ('二月', [row('1150201')])):
            sheet = book.add_worksheet(name)
            for number, cells in enumerate([HOURS_HEADINGS, *rows]):
                sheet.write_row(number, 0, cells)
    batch = await graded(content.getvalue(), by=clerk)
    assert (batch.sheets, batch.sheet, batch.good) == (['三月', '二月'], '三月', 2)

    batch = await settled(await imports.choose_sheet(batch.id, '二月', by=clerk), by=clerk)

    assert (batch.sheet, batch.good) == ('二月', 1)


async def test_what_nobody_confirms_goes_and_cells_go_after_the_term(clerk: Account, volunteer: Volunteer) -> None:
    waiting = await graded(hours_file(row()), by=clerk)
    done = await graded(hours_file(row()), by=clerk)
    done = await settled(await imports.commit(done.id, by=clerk), by=clerk)
    assert (imports.may_undo(done), await imports.sweep()) == (True, 0)

    with dates.frozen(dates.now() + timedelta(days=imports.UNDO_DAYS, minutes=1)):
        assert await imports.sweep() == 2
        assert await ImportBlock.all().count() == 0
        assert (await imports.get(waiting.id, by=clerk)).state == BatchState.DROPPED
        with pytest.raises(NotReady, match='匯入超過 30 天'):
            await imports.undo(done.id, by=clerk)
    assert await ServiceHours.all().count() == 1


async def test_two_processes_never_work_on_one_batch(clerk: Account) -> None:
    async with locks.held(1, 2) as first, locks.held(1, 2) as second, locks.held(1, 3) as another:
        assert (first, second, another) == (True, False, True)
    async with locks.held(1, 2) as again:
        assert again


async def test_the_total_of_a_month_beside_its_days_is_a_doubt_until_one_of_them_is_mended(
    clerk: Account, volunteer: Volunteer
) -> None:
    total = {'服務日期迄': '1150228', '服務時數_小時': '9'}
    batch = await graded(hours_file(row('1150205'), row('1150201', **total), row('1150105')), by=clerk)
    in_doubt = (await imports.preview(batch.id, by=clerk, show=Grade.ATTENTION)).rows
    assert [(each.number, each.doubt, said(each)) for each in in_doubt] == [
        (
            3,
            Doubt.OVERLAP,
            ['與這個檔案的第 2 列是同一人、同項目，日期重疊（月合計與逐日），可能重複計算。請只留一種。'],
        )
    ]

    await imports.mend(batch.id, 2, 'starts_on', '1150104', by=clerk)
    await imports.mend(batch.id, 2, 'ends_on', '1150104', by=clerk)
    rows = {each.number: each.grade for each in (await imports.preview(batch.id, by=clerk)).rows}
    assert rows == dict.fromkeys((2, 3, 4), Grade.GOOD)

    await imports.mend(batch.id, 4, 'starts_on', '1150228', by=clerk)
    mended = await imports.mend(batch.id, 4, 'ends_on', '1150228', by=clerk)
    assert said(mended) == ['與這個檔案的第 3 列是同一人、同項目，日期重疊（月合計與逐日），可能重複計算。請只留一種。']


async def test_the_day_of_a_number_stands_before_the_number(clerk: Account, volunteer: Volunteer) -> None:
    day = str((date(2026, 3, 1) - date(1899, 12, 30)).days)
    [found] = await rows_of(hours_file(row(day)), clerk)

    assert (found.grade, found.cells['starts_on'].text, found.cells['starts_on'].meant) == (
        Grade.GOOD,
        day,
        '115/03/01',
    )


async def test_what_is_mended_in_one_row_is_mended_wherever_it_stands(clerk: Account, volunteer: Volunteer) -> None:
    rows = [row(f'115030{day}', 服務項目=item) for day, item in enumerate(('9999', '9999 ', '8888', '0200'), 1)]
    batch = await graded(hours_file(*rows), by=clerk)
    await imports.mend(batch.id, 2, 'minutes', '30', by=clerk)

    assert await imports.mend_alike(batch.id, 2, 'item', '0010', by=clerk) == 2
    batch = await settled(batch, by=clerk)

    shown = {each.number: each.cells for each in (await imports.preview(batch.id, by=clerk)).rows}
    assert {at: cells['item'].text for at, cells in shown.items()} == {2: '0010', 3: '0010', 4: '8888', 5: '0200'}
    assert (shown[2]['minutes'].text, batch.good, batch.wrong) == ('30', 3, 1)
    with pytest.raises(NotFound):
        await imports.mend_alike(batch.id, 2, 'nothing', '0010', by=clerk)


async def test_what_is_added_changed_and_left_as_it_is_is_counted_before_and_after(
    clerk: Account, unit: HostUnit
) -> None:
    numbers = [an_identity_number() for _ in range(3)]
    for number in numbers[:2]:
        await a_volunteer(unit, name='林美玉', identity_number=number, english_name='')
    lines = [f'林美玉,{number},,{english}' for number, english in zip(numbers[:2], ('', 'LIN MEI YU'), strict=True)]
    content = '\r\n'.join(['姓名,證號,生日,英文姓名', *lines, f'林美玉,{numbers[2]},74/5/12,']).encode('utf-8-sig')
    batch = await settled(await imports.begin(ImportKind.VOLUNTEERS, '志工.csv', content, by=clerk), by=clerk)
    await imports.answer(batch.id, takes=True, doubt=Doubt.DIFFERS, by=clerk)

    before = await imports.preview(batch.id, by=clerk)
    batch = await settled(await imports.commit(batch.id, by=clerk), by=clerk)

    assert (before.adding, before.changing, before.same) == (1, 1, 1)
    assert (batch.written, batch.changed) == (2, 1)
    assert await imports.ended(batch.id, by=clerk) == Ended(same=1, rest=0)
