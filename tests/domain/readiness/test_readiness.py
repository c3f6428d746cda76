"""送審前體檢: what lacks, where it is mended, and which hours are asked of whom."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from db.choices import BookStatus, InsuranceKind, IssueKind, TrainingKind
from db.models import Agency, Application, Field, InsuranceCover, RequiredHours, Training, Volunteer
from domain import directory, readiness, reviews
from domain.errors import NotFound
from domain.readiness import Check

from ...builders import an_account
from ..sample_office import Office, a_book, a_case, a_complete_volunteer, a_draft, a_training, a_unit, a_volunteer

pytestmark = pytest.mark.usefixtures('database', 'today')

BASIC, SPECIAL = TrainingKind.BASIC, TrainingKind.SPECIAL
LONG_AGO: dict[str, Any] = {'starts_on': date(2017, 12, 31), 'ends_on': date(2017, 12, 31)}


async def lines(volunteer: Volunteer, office: Office) -> list[tuple[str, str, str]]:
    checks = [check for check in await readiness.checks(volunteer, by=office.clerk) if not check.by_eye]
    return [(check.label, check.state, check.note) for check in checks]


async def lacking(volunteer: Volunteer, office: Office) -> list[tuple[str, str, str]]:
    checks = readiness.lacking(await readiness.checks(volunteer, by=office.clerk))
    return [(check.label, check.note, check.address.removeprefix(f'/volunteers/{volunteer.id}/')) for check in checks]


async def test_a_complete_volunteer_passes_every_line(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await an_insurance(volunteer, office, date(2026, 1, 1), date(2026, 12, 31))

    assert await lines(volunteer, office) == [
        ('基本資料', 'ok', '必填都已完成'),
        ('身分證字號', 'ok', '檢查無誤，沒有重複'),
        ('志工照片', 'ok', '清晰、半身照'),
        ('同意個資使用', 'ok', '115/03/05 同意'),
        ('基礎訓練', 'ok', '6 小時'),
        ('特殊訓練', 'ok', '6 小時'),
        ('教育訓練結業證書', 'ok', '2 份，正反面齊全'),
        ('紀錄冊', 'ok', '沒有使用中的紀錄冊'),
        ('保險狀態', 'ok', '投保中'),
        ('發冊機關', 'ok', '臺中市政府文化局'),
        ('核定字號', 'ok', '已登錄'),
    ]


async def test_each_thing_that_lacks_leads_to_its_field(office: Office) -> None:
    volunteer = await a_volunteer(office)
    await Volunteer.filter(id=volunteer.id).update(photo_id=None, consents_to_data_use=False, legacy_series='中市文志')

    assert await lacking(volunteer, office) == [
        ('基本資料', '舊制紀錄冊號還缺「號」的部分，例如：000123。', 'basics#legacy_serial'),
        ('志工照片', '尚未上傳', 'basics#photo'),
        ('同意個資使用', '尚未勾選', 'basics#consents_to_data_use'),
        ('基礎訓練', '還沒有紀錄，需 6 小時', 'trainings/new?kind=basic#kind'),
        ('特殊訓練', '還沒有文化領域的紀錄', 'trainings/new?kind=special#kind'),
        ('教育訓練結業證書', '登錄教育訓練後上傳，須包含正反面', 'trainings/new#certificate_front'),
    ]


async def test_a_photo_must_be_confirmed_by_a_person(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await Volunteer.filter(id=volunteer.id).update(is_photo_confirmed=False)

    assert await lacking(volunteer, office) == [
        ('志工照片', '請確認為清晰、半身照', 'basics#is_photo_confirmed'),
    ]


async def test_each_certificate_side_that_lacks_has_its_line(office: Office) -> None:
    volunteer = await a_volunteer(office)
    basic = await a_training(office, volunteer, BASIC, sides='f', title='志工基礎訓練')
    special = await a_training(office, volunteer, SPECIAL, sides='', title='導覽訓練')

    assert await lacking(volunteer, office) == [
        ('教育訓練結業證書', '「志工基礎訓練」還缺反面', f'trainings/{basic.id}#certificate_back'),
        ('教育訓練結業證書', '「導覽訓練」還缺正面、反面', f'trainings/{special.id}#certificate_front'),
    ]


async def test_an_extra_training_without_certificate_does_not_stand_in_the_way(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await a_training(office, volunteer, BASIC, sides='')

    assert await lacking(volunteer, office) == []


async def test_hours_of_several_trainings_add_up_and_then_all_certificates_are_needed(office: Office) -> None:
    volunteer = await a_volunteer(office)
    await a_training(office, volunteer, SPECIAL)
    await a_training(office, volunteer, BASIC, minutes=180)
    second = await a_training(office, volunteer, BASIC, minutes=180, sides='b', title='線上課程')

    assert await lacking(volunteer, office) == [
        ('教育訓練結業證書', '「線上課程」還缺正面', f'trainings/{second.id}#certificate_front'),
    ]


@pytest.mark.parametrize(
    ('ended', 'minutes', 'note'),
    [
        (date(2017, 12, 31), 720, None),
        (date(2017, 12, 31), 690, '目前 11 小時 30 分鐘，需 12 小時'),
        (date(2018, 1, 1), 360, None),
        (date(2018, 1, 1), 330, '目前 5 小時 30 分鐘，需 6 小時'),
    ],
)
async def test_basic_training_is_12_hours_before_2018_and_6_since(
    office: Office, ended: date, minutes: int, note: str | None
) -> None:
    volunteer = await a_volunteer(office)
    await a_training(office, volunteer, SPECIAL)
    basic = await a_training(office, volunteer, BASIC, starts_on=ended, ends_on=ended, minutes=minutes)

    assert await lacking(volunteer, office) == ([('基礎訓練', note, f'trainings/{basic.id}#hours')] if note else [])


async def test_old_and_new_basic_trainings_do_not_add_up_across_the_rules(office: Office) -> None:
    volunteer = await a_volunteer(office)
    await a_training(office, volunteer, SPECIAL)
    await a_training(office, volunteer, BASIC, minutes=480, **LONG_AGO)
    newer = await a_training(office, volunteer, BASIC, minutes=240)

    assert await lacking(volunteer, office) == [
        ('基礎訓練', '目前 4 小時，需 6 小時', f'trainings/{newer.id}#hours'),
    ]


async def test_a_training_that_has_not_ended_does_not_count(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await dates_of_special(volunteer, date(2026, 3, 5), date(2026, 3, 6))

    assert await lacking(volunteer, office) == [
        ('特殊訓練', '還沒有文化領域的紀錄', 'trainings/new?kind=special#kind'),
    ]


async def test_special_training_of_another_field_does_not_count(office: Office) -> None:
    volunteer = await a_volunteer(office)
    await a_training(office, volunteer, BASIC)
    await a_training(office, volunteer, SPECIAL, field='環境保護')

    assert [label for label, _, _ in await lacking(volunteer, office)] == ['特殊訓練']


async def test_an_agency_without_a_field_takes_any_special_training(office: Office) -> None:
    await Agency.filter(id=office.agency.id).update(field_id=None)
    volunteer = await a_volunteer(office)
    await a_training(office, volunteer, BASIC)
    await a_training(office, volunteer, SPECIAL, field='環境保護', minutes=60)

    assert await lacking(volunteer, office) == []


async def test_the_narrowest_rule_on_hours_counts(office: Office) -> None:
    volunteer = await a_volunteer(office)
    await a_training(office, volunteer, BASIC)
    special = await a_training(office, volunteer, SPECIAL, minutes=60)
    culture = await Field.get(name='文化')
    assert await lacking(volunteer, office) == []

    await RequiredHours.create(kind=SPECIAL, field=culture, minutes=180, source='本領域規定')
    assert await lacking(volunteer, office) == [('特殊訓練', '目前 1 小時，需 3 小時', f'trainings/{special.id}#hours')]

    await RequiredHours.create(kind=SPECIAL, agency=office.agency, minutes=120)
    assert await lacking(volunteer, office) == [('特殊訓練', '目前 1 小時，需 2 小時', f'trainings/{special.id}#hours')]

    await RequiredHours.create(kind=SPECIAL, agency=office.agency, field=culture, minutes=0)
    assert await lacking(volunteer, office) == []


async def test_a_rule_says_where_it_comes_from(office: Office) -> None:
    volunteer = await a_volunteer(office)

    (basic,) = [check for check in await readiness.checks(volunteer, by=office.clerk) if check.key == 'basic']

    assert basic == Check(
        key='basic',
        label='基礎訓練',
        note='還沒有紀錄，需 6 小時',
        state='lacking',
        field='kind',
        address=f'/volunteers/{volunteer.id}/trainings/new?kind=basic#kind',
        source='衛生福利部公告：民國107年起基礎訓練課程為6小時',
    )


async def test_whoever_has_a_book_cannot_apply_for_a_first_one(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await a_book(volunteer, office)

    assert await lacking(volunteer, office) == [
        ('紀錄冊', '已有使用中的紀錄冊 中市文志字第115000009號，請改選換發或補發', 'record-book/application#kind'),
    ]


async def test_a_cancelled_book_does_not_stand_in_the_way(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await a_book(volunteer, office, status=BookStatus.CANCELLED)

    assert await lacking(volunteer, office) == []


@pytest.mark.parametrize('kind', [IssueKind.REPLACEMENT, IssueKind.REISSUE])
async def test_a_renewal_needs_photo_and_book_but_no_trainings(office: Office, kind: IssueKind) -> None:
    volunteer = await a_volunteer(office)
    application = await a_draft(office, volunteer, kind=kind)
    checks = await readiness.checks(application, by=office.clerk)
    assert [(check.label, check.note) for check in readiness.lacking(checks)] == [
        ('紀錄冊', f'沒有使用中的紀錄冊可以{kind.label}'),
    ]

    await a_book(volunteer, office)
    checks = await readiness.checks(application, by=office.clerk)

    assert readiness.lacking(checks) == []
    assert [check.label for check in checks if check.state == 'advice'] == [
        '基礎訓練',
        '特殊訓練',
        '教育訓練結業證書',
        '保險狀態',
    ]


async def test_a_book_of_the_old_system_can_be_replaced(office: Office) -> None:
    volunteer = await a_complete_volunteer(office, legacy_series='中市文', legacy_serial='000123')
    first = {check.key: check for check in await readiness.checks(volunteer, by=office.clerk)}['book']
    application = await a_draft(office, volunteer, kind=IssueKind.REPLACEMENT)
    replacement = {check.key: check for check in await readiness.checks(application, by=office.clerk)}['book']

    assert (first.state, first.note) == ('advice', '有舊制紀錄冊 中市文字第000123號；若是更換舊冊，請改選換發')
    assert (replacement.state, replacement.note) == ('ok', '舊制 中市文字第000123號')


async def test_a_renewal_goes_to_the_agency_that_issued_the_book(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    welfare = await Agency.get(name='臺中市政府社會局')
    await a_book(volunteer, office, agency=welfare)
    application = await a_draft(office, volunteer, kind=IssueKind.REISSUE)

    checks = readiness.lacking(await readiness.checks(application, by=office.clerk))
    await Agency.filter(id=welfare.id).update(valid_to=date(2026, 2, 28))

    assert [(check.label, check.note) for check in checks] == [
        ('發冊機關', '中市文志字第115000009號 由臺中市政府社會局發冊，補發請送原發冊機關'),
    ]
    assert readiness.lacking(await readiness.checks(application, by=office.clerk)) == []


async def test_a_cancellation_needs_nothing_but_the_book(office: Office) -> None:
    volunteer = await a_volunteer(office)
    await a_book(volunteer, office)
    application = await a_draft(office, volunteer, kind=IssueKind.CANCELLATION)

    checks = await readiness.checks(application, by=office.clerk)

    assert [check.label for check in checks] == ['基本資料', '身分證字號', '紀錄冊', '發冊機關']
    assert readiness.lacking(checks) == []


async def test_an_agency_that_has_closed_must_be_chosen_anew(office: Office) -> None:
    application = await a_draft(office)
    await Agency.filter(id=office.agency.id).update(valid_to=date(2026, 3, 4))

    (check,) = readiness.lacking(await readiness.checks(application, by=office.clerk))

    assert (check.label, check.note, check.field) == (
        '發冊機關',
        '臺中市政府文化局已停止受理，請重新選擇',
        'agency_id',
    )


async def test_a_default_agency_that_was_renamed_is_to_be_chosen(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await Agency.filter(id=office.agency.id).update(name='臺中市政府文化觀光局')

    assert await lacking(volunteer, office) == [
        ('發冊機關', '請選擇發冊縣市與發冊機關', 'record-book/application#agency_id'),
    ]


async def test_insurance_and_approval_number_are_advice(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    await a_training(office, volunteer, SPECIAL, approval_reference='', has_no_approval=True)
    late = await a_training(office, volunteer, SPECIAL, approval_reference='')
    await an_insurance(volunteer, office, date(2025, 1, 1), date(2025, 12, 31))

    checks = await readiness.checks(volunteer, by=office.clerk)

    assert [(check.label, check.note, check.address) for check in checks if check.state == 'advice'] == [
        ('保險狀態', '已到期，可以先送審', f'/volunteers/{volunteer.id}/insurance'),
        (
            '核定字號',
            '特殊訓練未填，可以先送審',
            f'/volunteers/{volunteer.id}/trainings/{late.id}#approval_reference',
        ),
    ]


async def test_clerk_and_reviewer_see_the_same_list(office: Office) -> None:
    application = await a_case(office)

    seen_by_clerk = await readiness.checks(application, by=office.clerk)
    case = await reviews.case(application.id, by=office.reviewer)

    assert [replace(check, digest='') for check in case.checks] == seen_by_clerk


async def test_the_list_follows_the_kind_and_the_agency_that_are_chosen_before_anything_is_saved(
    office: Office,
) -> None:
    volunteer = await a_complete_volunteer(office)
    agency = await directory.agency(office.agency.id)

    async def lacks(kind: IssueKind, agency: Agency) -> list[str]:
        found = await readiness.checks_as(volunteer, kind, agency, by=office.clerk)
        return [check.key for check in readiness.lacking(found)]

    assert await lacks(IssueKind.FIRST, agency) == []
    assert await lacks(IssueKind.REPLACEMENT, agency) == ['book']
    assert 'agency' in await lacks(IssueKind.FIRST, Agency())
    assert await Application.all().count() == 0


async def test_another_unit_learns_nothing(office: Office) -> None:
    application = await a_draft(office)
    stranger = await an_account(office.clerk.role, name='陌生人', host_unit=await a_unit('別的單位'))

    with pytest.raises(NotFound):
        await readiness.checks(application, by=stranger)


async def an_insurance(volunteer: Volunteer, office: Office, starts_on: date, ends_on: date) -> None:
    await InsuranceCover.create(
        volunteer=volunteer,
        recorder=office.clerk,
        kind=InsuranceKind.GROUP_ACCIDENT,
        insurer='示例保險',
        policy_number='P-1',
        starts_on=starts_on,
        ends_on=ends_on,
    )


async def dates_of_special(volunteer: Volunteer, starts_on: date, ends_on: date) -> None:
    await Training.filter(volunteer_id=volunteer.id, kind=SPECIAL).update(starts_on=starts_on, ends_on=ends_on)
