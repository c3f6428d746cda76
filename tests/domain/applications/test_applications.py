"""申請案: saved, sent, mended, sent again, withdrawn; never twice, and by nobody else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from db.choices import ApplicationStatus, FileKind, IssueKind, Role
from db.models import (
    Agency,
    Application,
    ApplicationStep,
    Decision,
    HistoryEntry,
    Membership,
    OutgoingMail,
    Training,
    Volunteer,
)
from domain import announcements, applications, dates, reviews, rosters
from domain.announcements import CaseChanged
from domain.applications import AlreadyUnderWay, ApplicationDetails, DraftElsewhere
from domain.cases import resubmission_limit
from domain.cases.worklists import UnitList
from domain.errors import Incomplete, MovedOn, NotFound, NotPermitted
from domain.readiness import NotReady
from tests.patience import until

from ...builders import a_file, an_account, an_agency
from ..sample_office import NOW, Office, a_case, a_complete_volunteer, a_draft, a_unit, a_volunteer, details_for

pytestmark = pytest.mark.usefixtures('database', 'today')

DRAFT, SUBMITTED, RETURNED = ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED


@pytest.fixture
async def heard(database: str) -> AsyncIterator[list[CaseChanged | None]]:
    news: list[CaseChanged | None] = []
    await announcements.opened(database)
    announcements.subscribe(CaseChanged, news.append)
    yield news
    announcements.unsubscribe(CaseChanged, news.append)
    await announcements.closed()


async def history(volunteer: Volunteer | int) -> list[tuple[str, str, str, str]]:
    entries = await HistoryEntry.filter(volunteer_id=getattr(volunteer, 'id', volunteer)).order_by('id')
    return [(entry.action.label, entry.label, entry.old, entry.new) for entry in entries]


async def mails() -> list[tuple[str, str]]:
    return [(mail.recipient, mail.subject) for mail in await OutgoingMail.all().order_by('id')]


async def test_a_new_form_starts_from_the_culture_bureau_of_taichung(office: Office) -> None:
    expected = ApplicationDetails(IssueKind.FIRST, '66000', office.agency.id)
    assert await applications.defaults() == expected

    await Agency.filter(id=office.agency.id).update(name='臺中市政府文化觀光局')
    assert await applications.defaults() == ApplicationDetails(IssueKind.FIRST)


async def test_a_form_says_what_is_wrong_with_it() -> None:
    form = ApplicationDetails(kind=None, remarks='甲' * 1001)

    assert form.problems() == {
        'kind': '請選擇發冊類別。',
        'county_code': '請選擇發冊縣市。',
        'agency_id': '請選擇發冊機關。',
        'remarks': '備註最多 1000 個字，這裡有 1001 個字。請縮短後再儲存。',
    }


async def test_saving_keeps_a_draft_and_sends_nothing(office: Office) -> None:
    volunteer = await a_volunteer(office)

    application = await a_draft(office, volunteer, remarks=' 急件 ')

    assert (application.status, application.round, application.remarks) == (DRAFT, 0, '急件')
    assert await applications.current_of(volunteer, by=office.clerk) == application
    assert await mails() == []
    assert await history(volunteer) == [
        ('新增', '發冊類別', '', '初次'),
        ('新增', '發冊縣市', '', '臺中市'),
        ('新增', '發冊機關', '', '臺中市政府文化局'),
        ('新增', '備註', '', '急件'),
    ]


async def test_saving_again_amends_the_same_draft_and_notes_what_changed(office: Office) -> None:
    volunteer = await a_volunteer(office)
    first = await a_draft(office, volunteer)
    welfare = await Agency.get(name='臺中市政府社會局')
    attachment = await a_file(FileKind.ATTACHMENT, by=office.clerk, name='名冊.pdf')
    before = len(await history(volunteer))

    again = await applications.save(
        details_for(welfare, kind=IssueKind.REISSUE, attachment=attachment.id), of=volunteer, by=office.clerk
    )

    assert (again.id, again.agency_id, again.attachment_id) == (first.id, welfare.id, attachment.id)
    assert (await history(volunteer))[before:] == [
        ('修改', '發冊類別', '初次', '補發'),
        ('修改', '發冊機關', '臺中市政府文化局', '臺中市政府社會局'),
        ('修改', '附件', '', '名冊.pdf'),
    ]


async def test_an_older_form_does_not_undo_what_a_colleague_has_saved_since_it_was_opened(office: Office) -> None:
    volunteer, seen = await a_volunteer(office), await applications.defaults()
    await applications.save(replace(seen, remarks='急件'), of=volunteer, by=office.clerk, seen=seen)

    both = await applications.save(replace(seen, kind=IssueKind.REISSUE), of=volunteer, by=office.clerk, seen=seen)
    with pytest.raises(MovedOn) as refusal:
        await applications.save(replace(seen, remarks='不急'), of=volunteer, by=office.clerk, seen=seen)

    assert (both.kind, both.remarks) == (IssueKind.REISSUE, '急件')
    assert '同仁剛儲存了不同的「備註」' in str(refusal.value)


async def test_an_agency_of_another_county_is_refused(office: Office) -> None:
    volunteer = await a_volunteer(office)
    taipei = await Agency.get(name='臺北市政府文化局')
    form = ApplicationDetails(county_code=office.agency.county_id, agency_id=taipei.id)

    with pytest.raises(Incomplete) as refusal:
        await applications.save(form, of=volunteer, by=office.clerk)

    assert refusal.value.problems == {'agency_id': '這個發冊機關不在所選的縣市，請重新選擇。'}


async def test_an_attachment_of_another_unit_is_refused(office: Office) -> None:
    volunteer = await a_volunteer(office)
    stranger = await an_account(Role.UNIT_STAFF, name='陌生人', host_unit=await a_unit('別的單位'))
    theirs = await a_file(FileKind.ATTACHMENT, by=stranger)

    with pytest.raises(NotFound):
        await a_draft(office, volunteer, attachment=theirs.id)

    assert await Application.all().count() == 0


async def test_sending_puts_the_case_before_the_agency(office: Office, heard: list[CaseChanged | None]) -> None:
    draft = await a_draft(office)

    sent = await applications.submit(draft, by=office.clerk)

    step = await ApplicationStep.get(application_id=sent.id)
    assert (sent.status, sent.round, sent.version) == (SUBMITTED, 1, 2)
    assert (sent.submitted_by_id, sent.submitted_at, sent.due_on) == (office.clerk.id, NOW, date(2026, 3, 9))
    assert (step.status, step.by_id, step.at) == (SUBMITTED, office.clerk.id, NOW)
    assert (await history(sent.volunteer_id))[-1] == ('修改', '申請狀態', '草稿', '審核中')
    (mail,) = await OutgoingMail.all()
    assert (mail.recipient, mail.application_id, mail.attachment_name) == (
        'window@culture.example.gov.tw',
        sent.id,
        '名冊.ods',
    )
    changed = CaseChanged(sent.id, sent.agency_id, sent.host_unit_id, sent.volunteer_id)
    await until_heard(heard, changed, 2)
    assert heard == [changed, changed]


@pytest.mark.parametrize(
    ('review_days', 'counts_working_days', 'due_on'),
    [(3, False, date(2026, 3, 9)), (3, True, date(2026, 3, 10)), (1, False, date(2026, 3, 6))],
)
async def test_the_period_is_the_agencys(
    office: Office, review_days: int, counts_working_days: bool, due_on: date
) -> None:
    await Agency.filter(id=office.agency.id).update(review_days=review_days, counts_working_days=counts_working_days)

    assert (await a_case(office)).due_on == due_on


async def test_sending_reads_each_thing_once_however_many_reviewers_hear_of_it(
    office: Office, queries: list[str]
) -> None:
    counts = []
    for _ in range(3):  # the first reads also what is kept while its table holds the same
        draft = await a_draft(office)
        queries.clear()
        await applications.submit(draft, by=office.clerk)
        counts.append(len(queries))
        for _ in range(3):
            await an_account(Role.REVIEWER, agency=office.agency, email='')

    assert counts[2] == counts[1] <= 34


async def test_sending_with_anything_lacking_says_exactly_what(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    draft = await a_draft(office, volunteer)
    await Volunteer.filter(id=volunteer.id).update(consents_to_data_use=False)
    await Training.filter(volunteer_id=volunteer.id, kind='basic').update(certificate_back_id=None)
    await Training.filter(volunteer_id=volunteer.id, kind='special').delete()

    with pytest.raises(NotReady) as refusal:
        await applications.submit(draft, by=office.clerk)

    assert [(check.key, check.field) for check in refusal.value.lacking] == [
        ('consent', 'consents_to_data_use'),
        ('special', 'kind'),
        ('certificates', 'certificate_back'),
    ]
    assert str(refusal.value) == (
        '尚缺：同意個資使用（尚未勾選）；特殊訓練（還沒有文化領域的紀錄）；教育訓練結業證書（「志工基礎訓練」還缺反面）。'
    )
    assert (await Application.get(id=draft.id)).status == DRAFT
    assert await mails() == []


async def test_two_clicks_at_once_and_a_late_third_send_once(office: Office) -> None:
    draft = await a_draft(office)

    first, second = await asyncio.gather(
        applications.submit(draft, by=office.clerk), applications.submit(draft, by=office.clerk)
    )
    third = await applications.submit(draft, by=office.clerk)

    assert {(sent.id, sent.round, sent.version) for sent in (first, second, third)} == {(draft.id, 1, 2)}
    assert await ApplicationStep.all().count() == 1
    assert len(await mails()) == 1


async def test_a_click_that_arrives_after_the_return_does_not_send_again(office: Office) -> None:
    draft = await a_draft(office)
    sent = await applications.submit(draft, by=office.clerk)
    await reviews.return_for_correction(sent, '看不清用印', sent.version, by=office.reviewer)

    with pytest.raises(MovedOn) as refusal:
        await applications.submit(draft, by=office.clerk)

    assert str(refusal.value) == '這個案件已由 何專員 於 14:58 通知補件，您的畫面已更新。'
    assert (await Application.get(id=draft.id)).status == RETURNED


async def test_returned_mended_and_sent_again_is_round_two_with_a_new_period(office: Office) -> None:
    sent = await a_case(office)
    await reviews.return_for_correction(sent, '反面看不清用印', sent.version, by=office.reviewer)
    returned = await applications.current_of(sent.volunteer, by=office.clerk)
    assert returned is not None
    assert (returned.status, returned.reason, returned.due_on) == (RETURNED, '反面看不清用印', None)

    with dates.frozen(NOW + timedelta(days=7)):
        mended = await applications.save(
            details_for(office.agency, remarks='已重新掃描'), of=sent.volunteer, by=office.clerk
        )
        again = await applications.submit(mended, by=office.clerk)

    assert (again.status, again.round, again.remarks, again.reason) == (SUBMITTED, 2, '已重新掃描', '')
    assert (again.due_on, again.decided_by_id) == (date(2026, 3, 16), None)
    steps = await ApplicationStep.filter(application_id=sent.id)
    assert [step.status for step in steps] == [SUBMITTED, RETURNED, SUBMITTED]


async def test_a_returned_case_stays_with_its_agency(office: Office) -> None:
    sent = await a_case(office)
    await reviews.return_for_correction(sent, '請補件', sent.version, by=office.reviewer)
    welfare = await Agency.get(name='臺中市政府社會局')

    with pytest.raises(Incomplete) as refusal:
        await applications.save(details_for(welfare), of=sent.volunteer, by=office.clerk)

    assert list(refusal.value.problems) == ['agency_id']


async def test_what_is_with_the_agency_cannot_be_edited(office: Office) -> None:
    sent = await a_case(office)

    with pytest.raises(MovedOn) as refusal:
        await applications.save(details_for(office.agency, remarks='改'), of=sent.volunteer, by=office.clerk)

    assert str(refusal.value) == '這個案件已由 林小滿 於 14:58 送審，您的畫面已更新。'
    assert (await Application.get(id=sent.id)).remarks == ''


async def test_a_refusal_names_the_day_when_it_is_not_today(office: Office) -> None:
    sent = await a_case(office)

    with dates.frozen(NOW + timedelta(days=1)), pytest.raises(MovedOn) as refusal:
        await applications.save(details_for(office.agency), of=sent.volunteer, by=office.clerk)

    assert str(refusal.value) == '這個案件已由 林小滿 於 115/03/05 14:58 送審，您的畫面已更新。'


async def test_a_case_can_be_withdrawn_and_applied_for_anew(office: Office) -> None:
    sent = await a_case(office)

    withdrawn = await applications.withdraw(sent, by=office.clerk, reason='志工改變主意')
    twice = await applications.withdraw(sent, by=office.clerk)
    new = await a_draft(office, sent.volunteer)

    assert withdrawn is not None
    assert twice is not None
    assert (withdrawn.status, withdrawn.due_on, twice.version) == (ApplicationStatus.WITHDRAWN, None, 3)
    assert new.id != sent.id
    assert [step.status for step in await ApplicationStep.filter(application_id=sent.id)] == [
        SUBMITTED,
        ApplicationStatus.WITHDRAWN,
    ]


async def test_who_sends_and_takes_back_over_and_over_waits_a_day_but_a_return_is_always_answered(
    office: Office,
) -> None:
    case = await a_case(office)
    await applications.withdraw(case, by=office.clerk)
    for _ in range(resubmission_limit.MOST - 1):
        draft = await applications.again(await applications.get(case.id, by=office.clerk), by=office.clerk)
        case = await applications.submit(draft, by=office.clerk)
        await applications.withdraw(case, by=office.clerk)
    draft = await applications.again(await applications.get(case.id, by=office.clerk), by=office.clerk)
    mails = await OutgoingMail.all().count()

    with pytest.raises(resubmission_limit.TakenBackTooOften) as refusal:
        await applications.submit(draft, by=office.clerk)

    assert str(refusal.value) == (
        '這位志工的申請一天內已送審又撤回 5 次，每次都會通知發冊機關，現在不能再送。'
        '請在 115/03/06 14:58 以後再送；急件請先以電話與臺中市政府文化局聯絡。已填的資料都還在。'
    )
    assert await OutgoingMail.all().count() == mails
    other = await a_case(office)
    returned = await reviews.return_for_correction(other, '請補件', other.version, by=office.reviewer)
    assert (await applications.submit(returned, by=office.clerk)).round == 2
    with dates.frozen(NOW + timedelta(days=1, minutes=1)):
        assert (await applications.submit(draft, by=office.clerk)).status == SUBMITTED


async def test_the_agency_of_a_draft_in_a_roster_is_the_rosters(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    roster = await rosters.start('三月名冊', office.agency.county_id, office.agency.id, by=office.clerk)
    await rosters.add(roster, [volunteer.id], by=office.clerk)
    other = await an_agency()

    with pytest.raises(Incomplete) as refusal:
        await applications.save(details_for(other), of=volunteer, by=office.clerk)

    assert refusal.value.problems == {
        'agency_id': '此申請在名冊「三月名冊」中，發冊機關由名冊決定；要送別的機關，請先移出名冊。'
    }
    saved = await applications.save(details_for(office.agency, remarks='請儘速'), of=volunteer, by=office.clerk)
    assert (saved.agency_id, saved.remarks) == (office.agency.id, '請儘速')


async def test_withdrawing_a_draft_removes_it_since_nobody_has_seen_it(office: Office) -> None:
    draft = await a_draft(office)

    assert await applications.withdraw(draft, by=office.clerk) is None

    assert await Application.all().count() == 0
    assert (await history(draft.volunteer_id))[-1] == ('刪除', '發冊機關', '臺中市政府文化局', '')


async def test_a_decided_case_cannot_be_withdrawn(office: Office) -> None:
    sent = await a_case(office)
    await reviews.reject(sent, '非本機關業務', sent.version, by=office.reviewer)

    with pytest.raises(MovedOn) as refusal:
        await applications.withdraw(sent, by=office.clerk)

    assert str(refusal.value) == '這個案件已由 何專員 於 14:58 駁回，您的畫面已更新。'


async def test_a_volunteer_has_one_open_application_whichever_unit_asks(office: Office) -> None:
    sent = await a_case(office)
    other_unit = await a_unit('範例圖書館')
    other_clerk = await an_account(Role.UNIT_STAFF, name='沈小川', host_unit=other_unit)
    await Membership.create(volunteer=sent.volunteer, host_unit=other_unit, joined_on=date(2026, 2, 1))

    with pytest.raises(AlreadyUnderWay) as refusal:
        await applications.save(details_for(office.agency), of=sent.volunteer, by=other_clerk)

    assert str(refusal.value) == (
        '示例文化中心正在為這位志工申請紀錄冊（審核中），一人同時只能有一件申請案。'
        '請與該單位聯絡，或等案件結束後再申請。'
    )
    assert await applications.current_of(sent.volunteer, by=other_clerk) is None


async def test_two_units_that_open_one_at_once_make_one(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    other_unit = await a_unit('範例圖書館')
    other_clerk = await an_account(Role.UNIT_STAFF, name='沈小川', host_unit=other_unit)
    await Membership.create(volunteer=volunteer, host_unit=other_unit, joined_on=date(2026, 2, 1))

    outcomes = await asyncio.gather(
        *(
            applications.save(details_for(office.agency), of=volunteer, by=clerk)
            for clerk in (office.clerk, other_clerk)
        ),
        return_exceptions=True,
    )

    assert {type(outcome) for outcome in outcomes} == {DraftElsewhere, Application}
    assert await Application.all().count() == 1


async def test_only_the_units_own_clerks_send_and_withdraw(office: Office) -> None:
    draft = await a_draft(office)
    stranger = await an_account(Role.UNIT_STAFF, name='陌生人', host_unit=await a_unit('別的單位'))

    for act in (applications.submit, applications.withdraw):
        with pytest.raises(NotFound):
            await act(draft, by=stranger)
        with pytest.raises(NotPermitted):
            await act(draft, by=office.reviewer)
    with pytest.raises(NotFound):
        await applications.save(details_for(office.agency), of=draft.volunteer, by=stranger)
    with pytest.raises(NotFound):
        await applications.get(draft.id, by=stranger)

    assert (await Application.get(id=draft.id)).status == DRAFT


async def test_a_draft_is_nobodys_business_but_the_units_and_the_volunteers(office: Office) -> None:
    draft = await a_draft(office)
    volunteer = await an_account(Role.VOLUNTEER, name='周小晴', volunteer=draft.volunteer)
    administrator = await an_account(Role.ADMINISTRATOR, name='管理者')

    assert (await applications.get(draft.id, by=volunteer)).id == draft.id
    for account in (office.reviewer, administrator):
        with pytest.raises(NotFound):
            await applications.get(draft.id, by=account)


async def test_the_unit_sees_its_cases_by_status_and_how_many_there_are(office: Office) -> None:
    draft, sent = await a_draft(office), await a_case(office)
    stranger = await an_account(Role.UNIT_STAFF, name='陌生人', host_unit=await a_unit('別的單位'))

    waiting = await applications.of_unit(by=office.clerk, which=UnitList.REVIEW)
    everything = await applications.of_unit(by=office.clerk)
    counts = await applications.counts_of(by=office.clerk)

    assert ([one.id for one in waiting.rows], waiting.total) == ([sent.id], 1)
    assert ({one.id for one in everything.rows}, everything.total) == ({draft.id, sent.id}, 2)
    assert counts == dict.fromkeys(ApplicationStatus, 0) | {DRAFT: 1, SUBMITTED: 1}
    assert (await applications.of_unit(by=stranger)).total == 0


async def test_a_refused_case_is_made_anew_with_all_it_said_and_only_once(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    scan = await a_file(FileKind.ATTACHMENT, by=office.clerk, volunteer=volunteer)
    sent = await a_case(office, volunteer, remarks='請優先辦理', attachment=scan.id)
    await reviews.reject(sent, '非本機關業務', sent.version, by=office.reviewer)

    anew = await applications.again(sent, by=office.clerk)
    twice = await applications.again(sent, by=office.clerk)

    assert twice.id == anew.id
    assert (anew.status, anew.round, anew.previous_id) == (DRAFT, 0, sent.id)
    assert ApplicationDetails.from_record(anew) == ApplicationDetails.from_record(await Application.get(id=sent.id))
    assert (await applications.submit(anew, by=office.clerk)).status == SUBMITTED


async def test_only_a_closed_case_of_the_own_unit_is_made_anew(office: Office) -> None:
    sent = await a_case(office)
    stranger = await an_account(Role.UNIT_STAFF, name='陌生人', host_unit=await a_unit('別的單位'))

    with pytest.raises(MovedOn, match='林小滿 於 14:58 送審'):
        await applications.again(sent, by=office.clerk)
    await applications.withdraw(sent, by=office.clerk)
    for account, refusal in ((stranger, NotFound), (office.reviewer, NotPermitted)):
        with pytest.raises(refusal):
            await applications.again(sent, by=account)
    await a_draft(office, sent.volunteer)
    with pytest.raises(AlreadyUnderWay):
        await applications.again(sent, by=office.clerk)


async def test_a_case_whose_decision_waits_for_its_release_is_not_withdrawn(office: Office) -> None:
    sent = await a_case(office)
    await Decision.create(application=sent, to=ApplicationStatus.APPROVED, by=office.reviewer, at=NOW, release_at=NOW)

    with pytest.raises(MovedOn, match='審核人員正在處理這個案件，現在不能撤回'):
        await applications.withdraw(sent, by=office.clerk)

    assert (await Application.get(id=sent.id)).status == SUBMITTED


async def test_the_history_of_a_volunteer_shows_all_rounds(office: Office) -> None:
    sent = await a_case(office)
    await reviews.reject(sent, '非本機關業務', sent.version, by=office.reviewer)
    new = await a_draft(office, sent.volunteer)

    found = await applications.history_of(sent.volunteer, by=office.clerk)

    assert [application.id for application in found] == [new.id, sent.id]
    assert [step.by.name for step in found[1].steps] == ['林小滿', '何專員']
    reviewed = await applications.history_of(sent.volunteer, by=office.reviewer)
    assert [application.id for application in reviewed] == [sent.id]


async def until_heard(heard: list[CaseChanged | None], changed: CaseChanged, times: int) -> None:
    await until(lambda: heard.count(changed) >= times)
