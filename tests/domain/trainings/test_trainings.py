"""教育訓練: whose training it is, what the history keeps, and the totals of STEP 5."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from db.choices import DraftKind, FileKind, HistoryAction, MembershipStatus, Role, Section, TrainingKind
from db.models import Account, Field, HistoryEntry, HostUnit, Membership, StoredFile, Training, Volunteer
from domain import drafts, files, trainings
from domain.audit import history
from domain.errors import Incomplete, MovedOn, NotFound, NotPermitted
from domain.trainings import TrainingDetails, TrainingOrder, TrainingQuery

from ...builders import a_field, a_file, a_host_unit, a_membership, a_training, a_volunteer, an_account

pytestmark = pytest.mark.usefixtures('database')


async def of_unit(clerk: Account, **changes: Any) -> Volunteer:
    return await a_volunteer(await HostUnit.get(id=clerk.host_unit_id), **changes)


async def details(clerk: Account, **changes: Any) -> TrainingDetails:
    """Right for this clerk, with two fresh sides."""
    facts: dict[str, Any] = {
        'title': '志工基礎訓練',
        'starts_on': date(2026, 3, 8),
        'ends_on': date(2026, 3, 8),
        'provider': '示例文化中心',
        'kind': TrainingKind.BASIC,
        'hours': 6,
        'trained_for_id': clerk.host_unit_id,
        'field_id': (await a_field()).id,
        'certificate_front': (await a_file(by=clerk, name='正面.jpg')).id,
        'certificate_back': (await a_file(by=clerk, name='反面.jpg')).id,
    }
    return TrainingDetails(**facts | changes)


async def test_an_electronic_certificate_of_one_side_is_recorded_as_such_and_the_history_says_so() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)

    training = await trainings.record(volunteer, await details(clerk, has_no_back=True), by=clerk)

    assert (training.has_no_back, training.certificate_back_id) == (True, None)
    assert trainings.has_its_sides(training)
    entries = (await history.of(volunteer, by=clerk, per_page=50)).rows
    label = '證書沒有反面（電子證書）'
    assert [(one.old, one.new) for one in entries if one.label == label] == [('', '是')]
    assert [one.label for one in entries if one.new_file] == ['結業證書正面']
    both = replace(TrainingDetails.from_record(training), has_no_back=False)
    with pytest.raises(Incomplete) as refusal:
        await trainings.amend(training, both, version=training.version, by=clerk)
    assert refusal.value.problems == {'certificate_back': '教育訓練證書檔案須包含正反面：還缺反面。'}


async def test_a_training_is_recorded_with_both_sides_and_its_history() -> None:
    clerk = await an_account(name='林小滿')
    volunteer = await of_unit(clerk)
    form = await details(clerk, extra_minutes=30)

    training = await trainings.record(volunteer, form, by=clerk)

    assert (training.minutes, training.created_by.name, training.field.name) == (390, '林小滿', '文化')
    sides = await StoredFile.filter(id__in=[form.certificate_front, form.certificate_back])
    assert [side.volunteer_id for side in sides] == [volunteer.id] * 2
    entries = (await history.of(volunteer, by=clerk, per_page=50)).rows
    assert {(entry.section, entry.subject, entry.action) for entry in entries} == {
        (Section.TRAINING, '志工基礎訓練', HistoryAction.ADDED)
    }
    assert {(entry.label, entry.old, entry.new) for entry in entries} == {
        ('受訓單位', '', training.trained_for.name),
        ('課程名稱', '', '志工基礎訓練'),
        ('訓練日期（起）', '', '民國 115/03/08'),
        ('訓練日期（迄）', '', '民國 115/03/08'),
        ('訓練單位', '', '示例文化中心'),
        ('訓練課程', '', '基礎訓練'),
        ('課程領域', '', '文化'),
        ('訓練次數', '', '1'),
        ('訓練時數', '', '6 小時 30 分鐘'),
        ('結業證書正面', '', '已上傳'),
        ('結業證書反面', '', '已上傳'),
    }


async def test_a_draft_becomes_one_training_however_often_it_is_sent() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    draft = await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=volunteer)
    wanted = await details(clerk)

    sent = [trainings.record(volunteer, wanted, by=clerk, draft=draft) for _ in range(5)]
    outcomes = await asyncio.gather(*sent, return_exceptions=True)

    assert sorted(type(one).__name__ for one in outcomes) == ['NotFound'] * 4 + ['Training']
    assert await Training.filter(volunteer=volunteer).count() == 1


async def test_a_draft_stays_when_its_training_is_refused() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    draft = await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=volunteer)
    await drafts.save(draft.id, 'title', '志工基礎訓練', by=clerk)

    with pytest.raises(Incomplete):
        await trainings.record(volunteer, await details(clerk, hours=None), by=clerk, draft=draft)

    assert await drafts.values(draft) == {'title': '志工基礎訓練'}


async def test_ids_of_others_are_refused() -> None:
    clerk, stranger = await an_account(), await an_account()
    volunteer, neighbour = await of_unit(clerk), await of_unit(clerk)
    closed = await Field.create(name='停用', position=99, is_active=False)
    forged: dict[str, Any] = {
        'trained_for_id': stranger.host_unit_id,
        'field_id': closed.id,
        'certificate_front': (await a_file(by=stranger)).id,
        'certificate_back': (await a_file(by=clerk, volunteer=neighbour)).id,
    }

    for name, value in forged.items():
        with pytest.raises(Incomplete) as refusal:
            await trainings.record(volunteer, await details(clerk, **{name: value}), by=clerk)
        assert list(refusal.value.problems) == [name]
    with pytest.raises(Incomplete):
        await trainings.record(volunteer, await details(clerk, field_id=999_999), by=clerk)
    photo = await a_file(FileKind.PHOTO, by=clerk)
    with pytest.raises(Incomplete):
        await trainings.record(volunteer, await details(clerk, certificate_front=photo.id), by=clerk)
    assert await Training.all().count() == 0


async def test_one_picture_is_not_two_sides() -> None:
    clerk = await an_account()
    side = await a_file(by=clerk)
    copy = await a_file(by=clerk, digest=side.digest)

    for other in (side, copy):
        form = await details(clerk, certificate_front=side.id, certificate_back=other.id)
        with pytest.raises(Incomplete) as refusal:
            await trainings.record(await of_unit(clerk), form, by=clerk)
        assert refusal.value.problems == {'certificate_back': '正面與反面是同一張圖片。請重新上傳反面。'}


async def test_nobody_was_trained_before_birth() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk, born_on=date(2026, 3, 8))

    with pytest.raises(Incomplete) as refusal:
        await trainings.record(volunteer, await details(clerk), by=clerk)

    assert list(refusal.value.problems) == ['starts_on']


async def test_a_replaced_side_is_noted_and_can_still_be_opened() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    training = await trainings.record(volunteer, await details(clerk), by=clerk)
    colleague = await an_account(host_unit_id=clerk.host_unit_id, name='沈小川')
    new = await a_file(by=colleague, name='新反面.jpg')

    form = replace(TrainingDetails.from_record(training), certificate_back=new.id, hours=7)
    amended = await trainings.amend(training, form, version=1, by=colleague)

    assert (amended.minutes, amended.version, amended.updated_by.name) == (420, 2, '沈小川')
    replaced = await HistoryEntry.get(action=HistoryAction.REPLACED)
    facts = (replaced.label, replaced.old, replaced.new, replaced.old_file, replaced.new_file)
    assert facts == ('結業證書反面', '反面.jpg', '已更換', training.certificate_back_id, new.id)
    assert (await files.get(training.certificate_back_id, by=clerk)).volunteer_id == volunteer.id
    duration = await HistoryEntry.get(action=HistoryAction.AMENDED)
    assert (duration.label, duration.old, duration.new) == ('訓練時數', '6 小時', '7 小時')


async def test_an_unchanged_form_changes_nothing() -> None:
    clerk = await an_account()
    training = await trainings.record(await of_unit(clerk), await details(clerk), by=clerk)
    before = await HistoryEntry.all().count()

    same = await trainings.amend(training, TrainingDetails.from_record(training), version=1, by=clerk)

    assert (same.version, await HistoryEntry.all().count()) == (1, before)


async def test_the_second_of_two_colleagues_is_told_who_was_first() -> None:
    clerk = await an_account(name='林小滿')
    training = await trainings.record(await of_unit(clerk), await details(clerk), by=clerk)
    form = TrainingDetails.from_record(training)
    await trainings.amend(training, replace(form, hours=7), version=1, by=clerk)

    with pytest.raises(MovedOn) as refusal:
        await trainings.amend(training, replace(form, hours=8), version=1, by=clerk)
    with pytest.raises(MovedOn):
        await trainings.remove(training, by=clerk)

    assert '林小滿 於' in str(refusal.value)
    assert (await Training.get(id=training.id)).minutes == 420


async def test_a_removed_training_stays_in_the_history_with_its_certificate() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    training = await trainings.record(volunteer, await details(clerk), by=clerk)

    await trainings.remove(training, '重複登錄', by=clerk)

    assert await Training.all().count() == 0
    removed = await HistoryEntry.filter(action=HistoryAction.REMOVED)
    assert ('課程名稱', '志工基礎訓練', '') in {(entry.label, entry.old, entry.new) for entry in removed}
    assert ('刪除原因', '', '重複登錄') in {(entry.label, entry.old, entry.new) for entry in removed}
    kept = {entry.old_file for entry in removed if entry.old_file}
    assert kept == {training.certificate_front_id, training.certificate_back_id}
    for file_id in kept:
        assert (await files.read(file_id, by=clerk))[0].volunteer_id == volunteer.id
    with pytest.raises(NotFound):
        await trainings.remove(training, by=clerk)


async def test_another_unit_of_the_volunteer_reads_and_does_not_amend() -> None:
    clerk, other = await an_account(), await an_account()
    volunteer = await of_unit(clerk)
    await a_membership(volunteer, await HostUnit.get(id=other.host_unit_id))
    training = await trainings.record(volunteer, await details(clerk), by=clerk)

    assert await trainings.of(volunteer, by=other) == [training]
    assert [trainings.may_amend(training, by=one) for one in (clerk, other)] == [True, False]
    for attempt in (
        trainings.amend(training, TrainingDetails.from_record(training), version=1, by=other),
        trainings.remove(training, by=other),
    ):
        with pytest.raises(NotPermitted):
            await attempt


async def test_to_a_stranger_there_is_no_such_training() -> None:
    clerk, stranger = await an_account(), await an_account()
    volunteer = await of_unit(clerk)
    training = await a_training(volunteer, by=clerk)

    for attempt in (
        trainings.get(training.id, by=stranger),
        trainings.of(volunteer, by=stranger),
        trainings.record(volunteer, await details(stranger), by=stranger),
        trainings.amend(training, TrainingDetails.from_record(training), version=1, by=stranger),
        trainings.remove(training, by=stranger),
        trainings.get(training.id, by=clerk, of=await of_unit(clerk)),
    ):
        with pytest.raises(NotFound):
            await attempt
    forged: Any
    for forged in (2**40, 'x', None):
        with pytest.raises(NotFound):
            await trainings.get(forged, by=clerk)


@pytest.mark.parametrize('role', [Role.REVIEWER, Role.ADMINISTRATOR, Role.VOLUNTEER])
async def test_only_clerks_record(role: Role) -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    changes = {'volunteer': volunteer} if role == Role.VOLUNTEER else {}

    with pytest.raises(NotPermitted):
        await trainings.record(volunteer, await details(clerk), by=await an_account(role, **changes))


async def test_totals_stand_for_each_volunteer_and_unit(queries: list[str]) -> None:
    clerk = await an_account(host_unit=await a_host_unit(name='示例文化中心'))
    other = await an_account(host_unit=await a_host_unit(name='範例圖書館'))
    volunteer = await of_unit(clerk)
    basic = await a_training(volunteer, by=clerk)
    special = await a_training(volunteer, by=clerk, minutes=90, sessions=2, starts_on=date(2026, 3, 1))
    there = await a_training(volunteer, by=other, minutes=180)
    await a_training(await a_volunteer(), by=other)

    queries.clear()
    page = await trainings.find(TrainingQuery(volunteer_id=volunteer.id), by=clerk)

    assert [(row.volunteer, row.unit.name, row.sessions, row.minutes, row.trainings) for row in page.rows] == [
        (volunteer, '示例文化中心', 3, 450, [special, basic]),
        (volunteer, '範例圖書館', 1, 180, [there]),
    ]
    assert (page.total, len(queries)) == (2, 2)


@pytest.mark.parametrize(
    ('query', 'found'),
    [
        (TrainingQuery(), ['甲', '乙']),
        (TrainingQuery(title='特殊'), ['乙']),
        (TrainingQuery(title='%'), []),
        (TrainingQuery(kind=TrainingKind.BASIC), ['甲']),
        (TrainingQuery(from_day=date(2026, 3, 10)), ['乙']),
        (TrainingQuery(to_day=date(2026, 3, 10)), ['甲', '乙']),
        (TrainingQuery(to_day=date(2026, 3, 8)), ['甲']),
        (TrainingQuery(is_civil_servant=True), ['乙']),
        (TrainingQuery(is_civil_servant=False), ['甲']),
        (TrainingQuery(status=MembershipStatus.PENDING), ['乙']),
        (TrainingQuery(hours_from=7), ['乙']),
        (TrainingQuery(hours_to=6), ['甲']),
        (TrainingQuery(hours_from=6, hours_to=9), ['甲', '乙']),
        (TrainingQuery(order=TrainingOrder.MOST_HOURS), ['乙', '甲']),
        (TrainingQuery(order=TrainingOrder.FEWEST_HOURS), ['甲', '乙']),
        (TrainingQuery(order=TrainingOrder.LATEST), ['乙', '甲']),
        (TrainingQuery(page=2, per_page=1), ['乙']),
        (TrainingQuery(page=7), []),
    ],
)
async def test_each_filter_filters(query: TrainingQuery, found: list[str]) -> None:
    clerk = await an_account()
    first = await of_unit(clerk, name='甲')
    second = await of_unit(clerk, name='乙', is_civil_servant=True)
    # 乙 comes before 甲 by code point; names are chosen by the order they have.
    await Volunteer.filter(id=first.id).update(name_order='1')
    await Volunteer.filter(id=second.id).update(name_order='2')
    await Membership.filter(volunteer=second).update(status=MembershipStatus.PENDING)
    await a_training(first, by=clerk)
    days = {'starts_on': date(2026, 3, 9), 'ends_on': date(2026, 3, 10)}
    await a_training(second, by=clerk, kind=TrainingKind.SPECIAL, title='文化志工特殊訓練', minutes=540, **days)

    page = await trainings.find(query, by=clerk)

    assert [row.volunteer.name for row in page.rows] == found
    assert page.total == (2 if query.page > 1 else len(found))


async def test_a_field_filters() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    culture = await a_training(volunteer, by=clerk)
    await a_training(volunteer, by=clerk, field=await a_field('教育'))

    page = await trainings.find(TrainingQuery(field_id=culture.field_id), by=clerk)

    assert [row.trainings for row in page.rows] == [[culture]]


async def test_others_find_nothing_and_volunteers_their_own() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    training = await a_training(volunteer, by=clerk)
    own = await an_account(Role.VOLUNTEER, volunteer=volunteer)

    [row] = (await trainings.find(TrainingQuery(), by=own)).rows
    assert row.trainings == [training]
    for other in (await an_account(), await an_account(Role.REVIEWER), await an_account(Role.ADMINISTRATOR)):
        assert (await trainings.find(TrainingQuery(volunteer_id=volunteer.id), by=other)).total == 0


async def test_forged_filters_harm_nothing() -> None:
    clerk = await an_account()
    await a_training(await of_unit(clerk), by=clerk)
    junk: Any = ['x']

    page = await trainings.find(
        TrainingQuery(
            title='\0\ud800',
            from_day=junk,
            to_day=junk,
            status=junk,
            kind=junk,
            is_civil_servant=junk,
            hours_from=2**70,
            hours_to=junk,
            order=junk,
            page=junk,
            per_page=junk,
        ),
        by=clerk,
    )

    assert page.total == 0
    with pytest.raises(NotFound):
        await trainings.find(TrainingQuery(field_id=2**40), by=clerk)
