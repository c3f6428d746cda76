"""From the records to the strings that stand in the book."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from db import blobs
from db.choices import BookStatus, FileKind, InsuranceKind, IssueKind, MembershipStatus, Sex, TrainingKind
from db.models import (
    Account,
    Agency,
    Application,
    Award,
    HonorCard,
    HostUnit,
    InsuranceCover,
    OtherEntry,
    PerformanceCertificate,
    RecordBook,
    ServiceHours,
    Volunteer,
)
from domain import dates
from domain.books import contents
from domain.logbook.book_pages import (
    Amount,
    Contents,
    Cover,
    Identity,
    Ledger,
    LedgerRow,
    ServiceLeaf,
    ServiceLine,
    ServiceMonth,
    TrainingLine,
    Trainings,
    Verification,
)
from tests import builders

pytestmark = pytest.mark.usefixtures('database', 'september')


@pytest.fixture
async def september() -> AsyncIterator[None]:
    with dates.frozen(datetime(2026, 9, 30, 6, 5, tzinfo=UTC)):
        yield


async def test_a_book_without_any_entry_is_complete_and_empty() -> None:
    staff = await _clerk()
    volunteer = await _a_person(staff)
    book = await _a_book(volunteer, staff)

    gathered = await contents.gather(book)

    assert gathered == Contents(
        number='中市文志字第115000128號',
        printed_on='115.09.30',
        printed='民國 115 年 9 月 30 日 14:05',
        cover=Cover('臺中市政府文化局', '中華民國一一五年三月'),
        identity=Identity(
            name='𠮷田喆‧Kumod',
            english_name='',
            sex='女',
            identity_label='身分證字號',
            identity_number='B23****894',
            born='民國前 3 年 5 月 1 日',
            unit='示例文化中心',
            team='',
            issue_kind='初次',
            issued='民國 115 年 3 月 23 日',
            issued_in_words='中華民國一一五年三月二十三日',
        ),
        trainings=Trainings((), (), Amount('合　計', '0', '00', note='共 0 次')),
        service=(),
        ledgers=(
            Ledger(
                'units',
                '服務單位異動',
                ('運用單位名稱', '所屬志工隊', '起訖日期', '收編狀態'),
                (LedgerRow(('示例文化中心', '—', '115.09.30～', '收編中')),),
            ),
            Ledger('insurance', '保險', ('投保期間', '保險公司', '保單號碼', '保險項目')),
            Ledger('awards', '獎勵獎項', ('日期', '獎勵名稱', '獎勵單位', '字號')),
            Ledger('cards', '榮譽卡', ('核發日期', '有效期限', '採計時數起訖', '卡號', '發給縣市')),
            Ledger('certificates', '服務績效證明', ('核發日期', '字號', '服務期間', '服務時數')),
            Ledger('others', '其他登錄事項', ('日期', '事由', '登錄單位')),
        ),
    )


async def test_every_record_of_every_unit_stands_in_the_book() -> None:
    staff = await _clerk()
    volunteer = await _a_person(staff)
    book = await _a_book(volunteer, staff, remarks='換發自舊冊\n\n附照片一張')
    elsewhere = await builders.an_account(host_unit=await builders.a_host_unit(name='示例美術館'), name='何堃')
    await _fill(volunteer, staff, elsewhere)

    gathered = await contents.gather(book)

    assert gathered.trainings == Trainings(
        lines=(
            TrainingLine('115.03.08', '志工基礎訓練', '基礎訓練', '6', '00', '示例文化中心', '—', '林小滿'),
            TrainingLine(
                '115.03.14\n～04.01', '導覽實務', '特殊訓練\n(文化)', '6', '30', '示例美術館', '示文訓字第1號', '何堃'
            ),
        ),
        subtotals=(
            Amount('基礎訓練　小計', '6', '00', note='共 1 次'),
            Amount('特殊訓練　小計', '6', '30', note='共 2 次'),
        ),
        total=Amount('合　計', '12', '30', note='共 3 次'),
    )
    assert gathered.service == (
        ServiceLeaf(
            months=(
                ServiceMonth(
                    (ServiceLine('114.12.31', '文化服務', '引導服務', '', '3', '00', '—', '示例文化中心', '林小滿'),),
                    Amount('114 年 12 月　小計', '3', '00', note='共 1 次'),
                ),
                ServiceMonth(
                    (
                        ServiceLine(
                            '115.01.01\n～01.31', '文化服務', '導覽', '夜間場', '12', '30', '42', '示例美術館', '何堃'
                        ),
                    ),
                    Amount('115 年 1 月　小計', '12', '30', persons='42', note='共 1 次'),
                ),
            ),
            leaf_total=Amount('本頁小計', '15', '30', persons='42', note='共 2 次'),
            running_total=Amount('累計時數', '15', '30', persons='42', note='共 2 次'),
            is_last=True,
        ),
    )
    assert [ledger.rows for ledger in gathered.ledgers[1:]] == [
        (
            LedgerRow(
                ('115.03.01\n～116.02.28', '示例產物保險', 'VL-1', '志工意外團體保險\n身故 3,000,000 元'), '林小滿'
            ),
        ),
        (LedgerRow(('115.06.30', '優良志工 銅質', '示例文化中心', '—'), '林小滿'),),
        (LedgerRow(('115.07.01', '118.06.30', '112.07.01\n～115.06.30', 'H-7', '臺中市'), '林小滿'),),
        (LedgerRow(('115.08.01', '示文績字第9號', '114.08.01\n～115.07.31', '150 時 30 分'), '林小滿'),),
        (LedgerRow(('115.08.22', '更新個人照片\n示文字第3號', '示例美術館'), '何堃'),),
    ]
    assert gathered.remarks == ('換發自舊冊', '附照片一張')


async def test_the_person_stands_as_registered_today_with_the_photo_and_the_number_that_was_opened() -> None:
    staff = await _clerk()
    volunteer = await _a_person(staff)
    photo = await builders.a_file(FileKind.PHOTO, by=staff, volunteer=volunteer)
    volunteer.photo, volunteer.english_name = photo, 'YOSHIDA, CHE'
    volunteer.legacy_series, volunteer.legacy_serial = '中市文', '128'
    await volunteer.save()
    team = await builders.a_team(await builders.a_host_unit(name='示例美術館'))
    await builders.a_membership(volunteer, await team.host_unit, team=team, joined_on=date(2026, 10, 1))
    gone = await builders.a_host_unit(name='示例圖書館')
    await builders.a_membership(
        volunteer, gone, status=MembershipStatus.LEFT, joined_on=date(2024, 1, 1), left_on=date(2025, 6, 30)
    )
    book = await _a_book(volunteer, staff)
    verification = Verification('https://record-book.example.gov.tw/verify/1')

    gathered = await contents.gather(book, 'B234567894', verification)

    assert gathered.identity == Identity(
        name='𠮷田喆‧Kumod',
        english_name='YOSHIDA, CHE',
        sex='女',
        identity_label='身分證字號',
        identity_number='B234567894',
        born='民國前 3 年 5 月 1 日',
        unit='示例文化中心、示例美術館',
        team='藝文導覽志工隊',
        issue_kind='初次',
        issued='民國 115 年 3 月 23 日',
        issued_in_words='中華民國一一五年三月二十三日',
        legacy_number='中市文字第128號',
        photo=await blobs.read(photo.digest),
    )
    assert gathered.ledgers[0].rows == (
        LedgerRow(('示例圖書館', '—', '113.01.01\n～114.06.30', '已退出')),
        LedgerRow(('示例文化中心', '—', '115.09.30～', '收編中')),
        LedgerRow(('示例美術館', '藝文導覽志工隊', '115.10.01～', '收編中')),
    )
    assert gathered.verification == verification


async def test_a_photo_that_the_disk_has_lost_is_a_sentence_and_no_book_without_it() -> None:
    staff = await _clerk()
    volunteer = await _a_person(staff)
    volunteer.photo = await builders.a_file(FileKind.PHOTO, by=staff, volunteer=volunteer)
    await volunteer.save()
    book = await _a_book(volunteer, staff)
    await blobs.drop(volunteer.photo.digest)

    with pytest.raises(contents.PhotoLost) as refusal:
        await contents.gather(book)

    assert '請運用單位重新上傳照片' in str(refusal.value)


async def test_a_book_no_longer_in_use_says_so() -> None:
    staff = await _clerk()
    book = await _a_book(await _a_person(staff), staff)
    in_use = await contents.gather(book)
    book.status = BookStatus.LOST
    await book.save()

    lost = await contents.gather(book)

    assert lost == replace(in_use, identity=replace(in_use.identity, notice='本冊遺失(已補發)，僅供查考'))


async def _clerk() -> Account:
    return await builders.an_account(host_unit=await builders.a_host_unit(name='示例文化中心'))


async def _a_person(staff: Account) -> Volunteer:
    return await builders.a_volunteer(
        await HostUnit.get(id=staff.host_unit_id),
        name='𠮷田喆‧Kumod',
        sex=Sex.FEMALE,
        born_on=date(1909, 5, 1),
        identity_number='B234567894',
    )


async def _a_book(volunteer: Volunteer, staff: Account, remarks: str = '') -> RecordBook:
    agency = await Agency.get(name='臺中市政府文化局')
    application = await Application.create(
        volunteer=volunteer, host_unit_id=staff.host_unit_id, county_id=agency.county_id, agency=agency, remarks=remarks
    )
    book = await RecordBook.create(
        volunteer=volunteer,
        application=application,
        agency=agency,
        number='中市文志字第115000128號',
        roc_year=115,
        sequence=128,
        kind=IssueKind.FIRST,
        issued_on=date(2026, 3, 23),
        entered_by_unit_id=staff.host_unit_id,
    )
    return await RecordBook.get(id=book.id)  # the database adds what it keeps


async def _fill(volunteer: Volunteer, staff: Account, elsewhere: Account) -> None:
    here: dict[str, Any] = {'volunteer': volunteer, 'recorder': staff, 'entered_by_unit_id': staff.host_unit_id}
    there: dict[str, Any] = {
        'volunteer': volunteer,
        'recorder': elsewhere,
        'entered_by_unit_id': elsewhere.host_unit_id,
    }
    await builders.a_training(volunteer, by=staff)
    await builders.a_training(
        volunteer,
        by=elsewhere,
        title='導覽實務',
        kind=TrainingKind.SPECIAL,
        starts_on=date(2026, 3, 14),
        ends_on=date(2026, 4, 1),
        provider='示例美術館',
        sessions=2,
        minutes=390,
        approval_reference='示文訓字第1號',
    )
    await ServiceHours.create(
        **there,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 1, 31),
        item='文化服務',
        content='導覽',
        remarks='夜間場',
        minutes=750,
        persons_served=42,
    )
    await ServiceHours.create(
        **here,
        starts_on=date(2025, 12, 31),
        ends_on=date(2025, 12, 31),
        item='文化服務',
        content='引導服務',
        minutes=180,
    )
    await InsuranceCover.create(
        **here,
        kind=InsuranceKind.GROUP_ACCIDENT,
        insurer='示例產物保險',
        policy_number='VL-1',
        starts_on=date(2026, 3, 1),
        ends_on=date(2027, 2, 28),
        death_benefit=3_000_000,
    )
    await Award.create(**here, title='優良志工', level='銅質', awarded_by='示例文化中心', awarded_on=date(2026, 6, 30))
    await HonorCard.create(
        **here,
        number='H-7',
        kind=IssueKind.FIRST,
        county=await builders.a_county(),
        issued_on=date(2026, 7, 1),
        valid_until=date(2029, 6, 30),
        counted_from=date(2023, 7, 1),
        counted_to=date(2026, 6, 30),
    )
    await PerformanceCertificate.create(
        **here,
        reference='示文績字第9號',
        issued_on=date(2026, 8, 1),
        starts_on=date(2025, 8, 1),
        ends_on=date(2026, 7, 31),
        minutes=9030,
    )
    await OtherEntry.create(**there, occurred_on=date(2026, 8, 22), subject='更新個人照片', reference='示文字第3號')
