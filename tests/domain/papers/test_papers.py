"""What an application holds, what was looked at, and what falls when it changes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from db.choices import (
    ApplicationStatus,
    CorrectionReason,
    CorrectionStatus,
    Demand,
    FileKind,
    Part,
    Place,
    Role,
)
from db.models import (
    Application,
    CaseContent,
    Correction,
    Decision,
    EyeCheck,
    Field,
    HostUnit,
    Rule,
    Training,
    Volunteer,
)
from domain import applications, corrections, dates, files, papers, reviews, rosters, trainings, volunteers
from domain.corrections import Anchor
from domain.errors import MovedOn, NotFound, NotPermitted
from domain.papers import NotLookedAt
from domain.readiness import Check, rules
from domain.reviews import decisions, timeline
from domain.trainings import TrainingDetails
from domain.volunteers import VolunteerDetails

from ...builders import a_file, an_account, an_identity_number
from ..sample_office import NOW, Office, a_case, a_complete_volunteer, a_draft, details_for

pytestmark = pytest.mark.usefixtures('database', 'today')

APPROVED, RETURNED, REJECTED = ApplicationStatus.APPROVED, ApplicationStatus.RETURNED, ApplicationStatus.REJECTED
SUBMITTED = ApplicationStatus.SUBMITTED
PHOTO, NAME = Anchor(Place.BASICS, 'photo'), Anchor(Place.BASICS, 'name')


async def renamed(case: Application, office: Office, name: str = '周大晴') -> None:
    await amended(case, office, name=name)


async def amended(case: Application, office: Office, **facts: Any) -> Volunteer:
    person = await volunteers.get(case.volunteer_id, by=office.clerk)
    details = replace(VolunteerDetails.from_record(person), **facts)
    return await volunteers.amend(person, details, version=person.version, by=office.clerk)


async def a_new_photo(case: Application, office: Office) -> None:
    person = await volunteers.get(case.volunteer_id, by=office.clerk)
    await amended(case, office, photo=(await a_file(FileKind.PHOTO, by=office.clerk, volunteer=person)).id)


async def a_new_front(case: Application, office: Office) -> Training:
    person = await volunteers.get(case.volunteer_id, by=office.clerk)
    [first, *_] = await trainings.of(person, by=office.clerk)
    details = TrainingDetails.from_record(first)
    details.certificate_front = (await a_file(by=office.clerk, volunteer=person)).id
    return await trainings.amend(first, details, version=first.version, by=office.clerk)


async def looked(case: Application, office: Office) -> None:
    seen = await reviews.case(case.id, by=office.reviewer)
    await papers.look(seen.application, seen.digest, by=office.reviewer)


async def the_check(case: Application, office: Office, key: str) -> Check:
    seen = await reviews.case(case.id, by=office.reviewer)
    return next(check for check in seen.checks if check.key == key)


async def version_of(case: Application) -> int:
    return (await Application.get(id=case.id)).version


async def test_what_is_sent_is_kept_sealed_and_read_again_as_it_was(office: Office) -> None:
    draft = await a_draft(office, remarks='第一次')
    before = await papers.sent(draft)
    case = await applications.submit(draft, by=office.clerk)
    now = await papers.of(case)
    await renamed(case, office)

    kept = await papers.sent(case)

    assert before is None
    assert kept == now
    name = kept.at(Place.BASICS, 'name')
    number = kept.at(Place.BASICS, 'identity_number')
    remarks = kept.at(Place.APPLICATION, 'remarks')
    assert name
    assert number
    assert remarks
    assert (name.value, remarks.value) == ('周小晴', '第一次')
    assert '*' in number.value
    [row] = await CaseContent.filter(application_id=case.id)
    assert '周小晴'.encode() not in bytes(row.content)


async def test_a_digest_knows_its_part_and_tells_two_numbers_of_one_mask(office: Office) -> None:
    case = await a_case(office)
    parts = {part: (await papers.of(case)).digest([part]) for part in Part}
    person = await volunteers.get(case.volunteer_id, by=office.clerk)
    [first, *_] = await trainings.of(person, by=office.clerk)

    async def moved() -> set[Part]:
        nonlocal parts
        now = {part: (await papers.of(case)).digest([part]) for part in Part}
        changed = {part for part in Part if now[part] != parts[part]}
        parts = now
        return changed

    await a_new_photo(case, office)
    assert await moved() == {Part.PHOTO, Part.BASICS}
    await amended(case, office, email='other@example.com')
    assert await moved() == {Part.BASICS}
    await a_new_front(case, office)
    assert await moved() == {Part.CERTIFICATES, Part.TRAININGS}
    await Training.filter(id=first.id).update(has_no_back=True)
    assert await moved() == {Part.CERTIFICATES, Part.TRAININGS}
    await Training.filter(id=first.id).update(minutes=361)
    assert await moved() == {Part.TRAININGS}
    await Volunteer.filter(id=case.volunteer_id).update(identity_index='f' * 64)  # the mask is the same
    assert await moved() == {Part.IDENTITY, Part.BASICS}


async def test_a_renamed_entry_of_the_directory_is_no_change_of_the_papers(office: Office) -> None:
    case = await a_case(office)
    before = (await papers.of(case)).digest()

    await Field.filter(name='文化').update(name='文化資產與藝術')
    await HostUnit.filter(id=office.unit.id).update(name='示例文化館')

    assert (await papers.of(case)).digest() == before


async def test_the_reviewer_sees_old_beside_new_who_and_when(office: Office) -> None:
    case = await a_case(office)
    before = await papers.of(case)
    with dates.frozen(NOW + timedelta(minutes=5)):
        await renamed(case, office)
        await a_new_photo(case, office)
        training = await a_new_front(case, office)

    seen = await reviews.case(case.id, by=office.reviewer)

    now = await papers.of(case)
    photos = [one.at(Place.BASICS, 'photo') for one in (before, now)]
    fronts = [one.at(Place.TRAINING, 'certificate_front', training.id) for one in (before, now)]
    assert all([*photos, *fronts])
    assert [(one.label, one.old, one.new, one.old_file, one.new_file) for one in seen.changes] == [
        ('姓名', '周小晴', '周大晴', None, None),
        ('志工照片', '', '', *(one.file for one in photos if one)),
        (f'{training.title}：結業證書正面', '', '', *(one.file for one in fronts if one)),
    ]
    who = {(one.by_name, one.from_unit, one.at) for one in seen.changes}
    assert who == {('林小滿', '示例文化中心', NOW + timedelta(minutes=5))}
    for change in seen.changes[1:]:
        assert change.old_file
        await files.get(change.old_file, by=office.reviewer)  # the reviewer can still open what was there


async def test_a_number_exchanged_for_one_of_the_same_mask_is_told(office: Office) -> None:
    case = await a_case(office)
    number = an_identity_number()
    await amended(case, office, identity_number=number)
    await Volunteer.filter(id=case.volunteer_id).update(identity_masked=case.volunteer.identity_masked)

    [change] = (await reviews.case(case.id, by=office.reviewer)).changes

    assert (change.label, change.old) == ('證件號碼', case.volunteer.identity_masked)
    assert change.new == f'{case.volunteer.identity_masked}（中間的號碼不同）'


async def test_a_training_that_is_added_or_removed_is_one_change_with_its_pictures(office: Office) -> None:
    case = await a_case(office)
    person = await volunteers.get(case.volunteer_id, by=office.clerk)
    [first, second] = await trainings.of(person, by=office.clerk)
    course = replace(
        TrainingDetails.from_record(first),
        title='補充課程',
        certificate_front=(await a_file(by=office.clerk, volunteer=person)).id,
        certificate_back=(await a_file(by=office.clerk, volunteer=person)).id,
    )
    await trainings.record(person, course, by=office.clerk)
    await trainings.remove(second, by=office.clerk)

    changes = (await reviews.case(case.id, by=office.reviewer)).changes

    assert [(one.label, bool(one.old), bool(one.new), bool(one.old_file), bool(one.new_file)) for one in changes] == [
        (f'刪除教育訓練：{second.title}', True, False, False, False),
        (f'{second.title}：結業證書正面', False, False, True, False),
        (f'{second.title}：結業證書反面', False, False, True, False),
        ('新增教育訓練：補充課程', False, True, False, False),
        ('補充課程：結業證書正面', False, False, False, True),
        ('補充課程：結業證書反面', False, False, False, True),
    ]
    assert {one.by_name for one in changes} == {'林小滿'}


@pytest.mark.parametrize('to', [APPROVED, RETURNED, REJECTED])
async def test_no_decision_until_the_changes_were_looked_at(office: Office, to: ApplicationStatus) -> None:
    case = await a_case(office)
    await renamed(case, office)

    with pytest.raises(NotLookedAt, match='姓名'):
        await decisions.decide(case.id, to, await version_of(case), by=office.reviewer, reason='請補正。')
    await looked(case, office)
    await decisions.decide(case.id, to, await version_of(case), by=office.colleague, reason='請補正。')

    told = await timeline.of(case, by=office.reviewer)
    assert [(one.actor, one.what) for one in told if one.kind == 'look'] == [('何專員', '看過送審後的變更')]
    rows = await CaseContent.filter(application_id=case.id).select_related('by')
    assert [(row.is_sent, row.by.name) for row in rows] == [(True, '林小滿'), (False, '何專員')]


async def test_a_look_from_an_old_page_is_refused_and_twice_counts_once(office: Office) -> None:
    case = await a_case(office)
    await renamed(case, office)
    seen = await reviews.case(case.id, by=office.reviewer)
    await a_new_photo(case, office)

    with pytest.raises(MovedOn, match='又有了修改'):
        await papers.look(seen.application, seen.digest, by=office.reviewer)
    await looked(case, office)
    await looked(case, office)

    assert await CaseContent.filter(application_id=case.id).count() == 2
    assert (await reviews.case(case.id, by=office.colleague)).changes == []


async def test_only_a_reviewer_of_the_agency_looks_and_only_while_it_is_under_review(office: Office) -> None:
    case = await a_case(office)
    digest = (await papers.of(case)).digest()
    stranger = await an_account(Role.REVIEWER)

    with pytest.raises(NotPermitted):
        await papers.look(case, digest, by=office.clerk)
    with pytest.raises(NotFound):
        await papers.look(case, digest, by=stranger)
    await reviews.reject(case, '不符規定。', case.version, by=office.reviewer)
    with pytest.raises(MovedOn):
        await papers.look(case, digest, by=office.reviewer)


async def test_a_tick_counts_while_what_it_looked_at_is_what_is_there(office: Office) -> None:
    case = await a_case(office)
    photo, seal = [await the_check(case, office, key) for key in ('eye-photo', 'eye-seal')]
    for check in (photo, seal):
        assert check.rule_id
        await rules.tick(case, check.rule_id, by=office.reviewer, digest=check.digest)

    await a_new_photo(case, office)

    fallen, kept = [await the_check(case, office, key) for key in ('eye-photo', 'eye-seal')]
    assert (fallen.state, fallen.ticked_by, fallen.note) == ('eye', '', '何專員 目視之後，資料有了修改；請再目視後勾選')
    assert (kept.state, kept.ticked_by) == ('ok', '何專員')
    assert photo.rule_id
    with pytest.raises(MovedOn, match='沒有勾選'):
        await rules.tick(case, photo.rule_id, by=office.colleague, digest=photo.digest)  # from the old page
    await rules.tick(case, photo.rule_id, by=office.colleague, digest=fallen.digest)
    assert (await the_check(case, office, 'eye-photo')).ticked_by == '王專員'
    assert await EyeCheck.filter(application_id=case.id).count() == 2


async def test_a_required_tick_that_fell_holds_the_approval(office: Office) -> None:
    await Rule.filter(key='eye-photo', kind=None).update(demand=Demand.REQUIRED)
    case = await a_case(office)
    check = await the_check(case, office, 'eye-photo')
    assert check.rule_id
    await rules.tick(case, check.rule_id, by=office.reviewer, digest=check.digest)
    await a_new_photo(case, office)
    await looked(case, office)

    with pytest.raises(applications.NotReady, match='目視之後'):
        await reviews.approve(case, await version_of(case), by=office.reviewer)


async def test_a_rule_that_names_no_part_looks_at_everything(office: Office) -> None:
    rule = await rules.save(rules.RuleDetails(label='整體看過'), by=await an_account(Role.ADMINISTRATOR))
    case = await a_case(office)
    check = await the_check(case, office, rule.key)
    assert check.rule_id
    await rules.tick(case, check.rule_id, by=office.reviewer, digest=check.digest)

    await amended(case, office, email='other@example.com')

    assert (await the_check(case, office, rule.key)).state == 'eye'


async def answered(office: Office, *anchors: Anchor) -> tuple[Application, list[Correction]]:
    """A case in its second round, whose marks wait for the reviewer's look."""
    case = await a_case(office)
    for anchor in anchors:
        await corrections.mark(case, anchor, CorrectionReason.OTHER, '請確認。', by=office.reviewer)
    await reviews.return_for_correction(case, '', await version_of(case), by=office.reviewer)
    marks = await Correction.filter(application_id=case.id)
    for one in marks:
        await corrections.dispute(one, '就是這樣。', by=office.clerk)
    case = await applications.submit(await applications.get(case.id, by=office.clerk), by=office.clerk)
    return case, marks


async def test_a_confirmed_mark_waits_again_when_its_field_changes(office: Office) -> None:
    case, [photo, _name] = await answered(office, PHOTO, NAME)
    await corrections.accept_all(case, by=office.reviewer)

    await a_new_photo(case, office)

    [of_photo, of_name] = await corrections.of(case, by=office.reviewer)
    assert (of_photo.waits, of_name.waits) == (True, False)
    assert (await Correction.get(id=photo.id)).status == CorrectionStatus.MENDED
    [row] = await reviews.awaiting(by=office.reviewer)
    assert (row.answered_marks, row.has_changed) == (1, True)
    await looked(case, office)
    with pytest.raises(corrections.StillOpen):
        await reviews.approve(case, await version_of(case), by=office.reviewer)
    await corrections.accept(photo, by=office.reviewer, digest=of_photo.digest)
    await reviews.approve(case, await version_of(case), by=office.reviewer)


async def test_a_mark_confirmed_from_an_old_page_is_refused_alone_and_with_all(office: Office) -> None:
    case, [photo, name] = await answered(office, PHOTO, NAME)
    seen = {one.correction.id: one.digest for one in await corrections.of(case, by=office.reviewer)}
    await a_new_photo(case, office)

    with pytest.raises(MovedOn, match='志工照片'):
        await corrections.accept(photo, by=office.reviewer, digest=seen[photo.id])
    with pytest.raises(MovedOn, match='志工照片'):
        await corrections.accept_all(case, by=office.reviewer, seen=seen)

    assert await Correction.filter(status=CorrectionStatus.ACCEPTED).count() == 0
    await corrections.accept(name, by=office.reviewer, digest=seen[name.id])


async def test_what_changes_behind_the_services_back_is_found_by_its_digest(office: Office) -> None:
    """Whichever path forgets to say so: the mark waits, the decision in its ten seconds falls."""
    case, [name] = await answered(office, NAME)
    await corrections.accept_all(case, by=office.reviewer)
    decision = await decisions.decide(case.id, APPROVED, await version_of(case), by=office.reviewer)

    await Volunteer.filter(id=case.volunteer_id).update(name='周大晴')
    with dates.frozen(NOW + timedelta(seconds=11)):
        await decisions.release_due()

    assert (await Application.get(id=case.id)).status == SUBMITTED
    assert (await Decision.get(id=decision.id)).problem.startswith('決定之後、生效之前')
    await looked(case, office)
    with pytest.raises(corrections.StillOpen):
        await reviews.approve(case, await version_of(case), by=office.reviewer)
    [one] = await corrections.of(case, by=office.reviewer)
    await corrections.accept(name, by=office.reviewer, digest=one.digest)
    await reviews.approve(case, await version_of(case), by=office.reviewer)


async def test_a_mark_confirmed_in_an_earlier_round_waits_when_the_unit_has_changed_its_field(office: Office) -> None:
    case, [photo, name] = await answered(office, PHOTO, NAME)
    await corrections.accept(photo, by=office.reviewer)
    await corrections.reopen(name, '還不行。', by=office.reviewer)
    await reviews.return_for_correction(case, '', await version_of(case), by=office.reviewer)
    await a_new_photo(case, office)
    await corrections.dispute(name, '就是這樣。', by=office.clerk)
    await applications.submit(await applications.get(case.id, by=office.clerk), by=office.clerk)

    assert [one.waits for one in await corrections.of(case, by=office.reviewer)] == [True, True]


async def test_a_decision_names_the_content_that_its_page_showed(office: Office) -> None:
    case = await a_case(office)
    seen = await reviews.case(case.id, by=office.reviewer)
    await renamed(case, office)
    await looked(case, office)  # by a colleague, say

    with pytest.raises(MovedOn, match='有了修改'):
        await decisions.decide(case.id, APPROVED, await version_of(case), by=office.colleague, digest=seen.digest)


async def test_a_change_in_the_ten_seconds_voids_the_decision(office: Office) -> None:
    case = await a_case(office)
    decision = await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    assert decision.digest == (await papers.of(case)).digest()

    await a_new_front(case, office)
    with dates.frozen(NOW + timedelta(seconds=11)):
        await decisions.release_due()

    [row] = await reviews.awaiting(by=office.reviewer)
    assert (row.status, row.pending, row.has_changed) == (SUBMITTED, None, True)
    assert row.problem.startswith('決定之後、生效之前')


async def test_many_are_approved_but_not_what_has_changed(office: Office) -> None:
    cases = [await a_case(office) for _ in range(3)]
    with dates.frozen(NOW + timedelta(minutes=1)):
        await renamed(cases[0], office)
        await renamed(cases[1], office)
    chosen = [(cases[0].id, await version_of(cases[0])), *((case.id, case.version) for case in cases[1:])]

    report = await decisions.approve_many(chosen, by=office.reviewer)

    assert [one.application_id for one in report.decided] == [cases[2].id]
    unseen, moved = [sentence for _, sentence in report.refused]
    assert unseen.startswith('送審後，運用單位修改了資料（姓名）')
    assert '基本資料已由 林小滿' in moved


async def test_the_rows_of_a_roster_say_what_has_changed_to_the_agency(office: Office) -> None:
    person = await a_complete_volunteer(office)
    roster = await rosters.start('三月名冊', office.agency.county_id, office.agency.id, by=office.clerk)
    await rosters.add(roster, [person.id], by=office.clerk)
    await rosters.send(roster, by=office.clerk)
    [case] = await Application.filter(roster_id=roster.id)
    await renamed(case, office)

    [of_agency] = await rosters.rows(roster, by=office.reviewer)
    [of_unit] = await rosters.rows(roster, by=office.clerk)

    assert (of_agency.has_changed, of_unit.has_changed) == (True, False)


async def test_a_case_of_an_earlier_version_is_kept_when_it_is_first_opened(office: Office) -> None:
    case = await a_case(office)
    await CaseContent.all().delete()
    await renamed(case, office)  # nobody knows what was sent

    assert (await reviews.case(case.id, by=office.reviewer)).changes == []
    await a_new_photo(case, office)
    assert [one.label for one in (await reviews.case(case.id, by=office.reviewer)).changes] == ['志工照片']
    assert await papers.sent(case) is None


async def test_what_was_sent_last_stays_readable_when_the_case_is_over(office: Office) -> None:
    case = await a_case(office)
    await applications.withdraw(case, by=office.clerk)
    await renamed(case, office)

    kept = await papers.sent(case)
    assert kept
    name = kept.at(Place.BASICS, 'name')
    assert name
    assert name.value == '周小晴'


async def test_a_clerk_is_told_that_a_case_lies_with_a_reviewer(office: Office) -> None:
    draft = await a_draft(office)
    before = await applications.is_under_review(draft.volunteer, by=office.clerk)
    case = await applications.submit(draft, by=office.clerk)

    assert (before, await applications.is_under_review(case.volunteer, by=office.clerk)) == (False, True)
    with pytest.raises(NotFound):
        await applications.is_under_review(case.volunteer, by=await an_account())


async def test_a_returned_case_is_sent_with_a_row_of_its_own(office: Office) -> None:
    case = await a_case(office)
    await reviews.return_for_correction(case, '請補正。', case.version, by=office.reviewer)
    await renamed(case, office)
    await applications.save(details_for(office.agency, remarks='已補正'), of=case.volunteer, by=office.clerk)
    case = await applications.submit(await applications.get(case.id, by=office.clerk), by=office.clerk)

    assert (await reviews.case(case.id, by=office.reviewer)).changes == []
    assert [row.round for row in await CaseContent.filter(application_id=case.id, is_sent=True)] == [1, 2]
    kept = await papers.sent(case)
    assert kept
    assert len({one.training_id for one in kept.entries}) == 3
