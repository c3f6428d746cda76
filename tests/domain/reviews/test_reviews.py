"""志工紀錄冊審核: the queue, the case, the three decisions, and two reviewers at once."""

import asyncio
from datetime import date, timedelta

import pytest

from db.choices import ApplicationStatus, BookStatus, CorrectionReason, Place, Role
from db.models import (
    AccessEntry,
    Account,
    Agency,
    Application,
    ApplicationStep,
    HistoryEntry,
    NumberSeries,
    OutgoingMail,
    RecordBook,
    Training,
)
from domain import applications, corrections, dates, readiness, reviews
from domain.books.record_books import CannotIssue
from domain.corrections import Anchor
from domain.errors import Incomplete, MovedOn, NotFound, NotPermitted
from domain.readiness import NotReady
from domain.reviews import timeline

from ...builders import an_account
from ...plans import noted
from ..sample_office import NOW, Office, a_case, a_complete_volunteer, a_draft, details_for, looked_at

pytestmark = pytest.mark.usefixtures('database', 'today')

SUBMITTED, RETURNED = ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED
APPROVED, REJECTED = ApplicationStatus.APPROVED, ApplicationStatus.REJECTED


async def test_approving_issues_the_book_tells_everybody_and_says_so_in_the_history(office: Office) -> None:
    case = await a_case(office)

    book = await reviews.approve(case, case.version, by=office.reviewer)

    assert (book.number, book.issued_on, book.status) == (
        '中市文志字第115000001號',
        date(2026, 3, 5),
        BookStatus.IN_USE,
    )
    now = await Application.get(id=case.id)
    assert (now.status, now.version, now.decided_by_id, now.decided_at) == (APPROVED, 3, office.reviewer.id, NOW)
    assert await recipients(case) == ['window@culture.example.gov.tw', 'unit@example.org', 'volunteer@example.com']
    entries = await HistoryEntry.filter(volunteer_id=case.volunteer_id, from_unit='臺中市政府文化局').order_by('id')
    assert [(entry.label, entry.new) for entry in entries] == [
        ('申請狀態', '已核可'),
        ('紀錄冊號', '中市文志字第115000001號'),
        ('發冊類別', '初次'),
        ('發冊日期', '115/03/05'),
    ]


async def test_of_two_reviewers_one_wins_and_the_other_learns_from_whom_and_when(office: Office) -> None:
    case = await a_case(office)

    outcomes = await asyncio.gather(
        reviews.approve(case, case.version, by=office.reviewer),
        reviews.approve(case, case.version, by=office.colleague),
        return_exceptions=True,
    )

    (book,) = [outcome for outcome in outcomes if isinstance(outcome, RecordBook)]
    (refusal,) = [outcome for outcome in outcomes if isinstance(outcome, MovedOn)]
    winner = await Account.get(id=(await Application.get(id=case.id)).decided_by_id or 0)
    assert str(refusal) == f'這個案件已由 {winner.name} 於 14:58 核可，您的畫面已更新。'
    assert await RecordBook.all() == [book]
    assert (await NumberSeries.get()).last_sequence == 1
    assert len(await recipients(case)) == 3
    assert await ApplicationStep.filter(status=APPROVED).count() == 1


async def test_whatever_two_reviewers_decide_at_once_one_decision_stands(office: Office) -> None:
    cases = [await a_case(office) for _ in range(6)]

    for case in cases:
        outcomes = await asyncio.gather(
            reviews.approve(case, case.version, by=office.reviewer),
            reviews.return_for_correction(case, '看不清用印', case.version, by=office.colleague),
            reviews.reject(case, '非本機關業務', case.version, by=office.colleague),
            applications.withdraw(case, by=office.clerk),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes].count(MovedOn) == 3

    approved = await Application.filter(status=APPROVED).count()
    assert await RecordBook.all().count() == approved
    assert await ApplicationStep.exclude(status=SUBMITTED).count() == len(cases)


async def test_a_decision_on_what_has_changed_since_it_was_read_is_refused(office: Office) -> None:
    case = await a_case(office)
    await reviews.return_for_correction(case, '看不清用印', case.version, by=office.colleague)
    mended = await applications.save(details_for(office.agency), of=case.volunteer, by=office.clerk)
    await applications.submit(mended, by=office.clerk)

    with pytest.raises(MovedOn) as refusal:
        await reviews.approve(case, case.version, by=office.reviewer)

    assert str(refusal.value) == '這個案件已由 林小滿 於 14:58 送審，您的畫面已更新。'
    assert await RecordBook.all().count() == 0


async def test_an_approval_sent_twice_because_its_answer_was_lost_counts_once(office: Office) -> None:
    case = await a_case(office)

    first = await reviews.approve(case, case.version, by=office.reviewer)
    again = await reviews.approve(case, case.version, by=office.reviewer)
    at_once = await asyncio.gather(*(reviews.approve(case, case.version, by=office.reviewer) for _ in range(5)))

    assert [again, *at_once] == [first] * 6
    assert len(await recipients(case)) == 3


async def test_a_return_or_rejection_sent_twice_counts_once(office: Office) -> None:
    first, second = await a_case(office), await a_case(office)

    for _ in range(2):
        await reviews.return_for_correction(first, ' 看不清用印 ', first.version, by=office.reviewer)
        await reviews.reject(second, '非本機關業務', second.version, by=office.reviewer)

    assert (await Application.get(id=first.id)).reason == '看不清用印'
    assert await recipients(first) == ['window@culture.example.gov.tw', 'unit@example.org']
    assert await ApplicationStep.exclude(status=SUBMITTED).count() == 2
    with pytest.raises(MovedOn):
        await reviews.return_for_correction(first, '另一個原因', first.version, by=office.reviewer)


async def test_an_approval_that_fails_after_taking_the_number_gives_it_back(office: Office) -> None:
    earlier = await a_case(office)
    await reviews.approve(earlier, earlier.version, by=office.reviewer)
    case = await a_case(office)
    # Another agency has been given the same word: its next number is one that exists.
    twin = await Agency.create(county_id='66000', name='臺中市政府文化觀光局', document_word='中市文志')
    await Application.filter(id=case.id).update(agency_id=twin.id)
    reviewer = await an_account(Role.REVIEWER, name='雙專員', agency=twin)
    await looked_at(case, by=reviewer)

    with pytest.raises(CannotIssue) as refusal:
        await reviews.approve(case, case.version, by=reviewer)

    assert '中市文志字第115000001號' in str(refusal.value)
    assert await NumberSeries.filter(agency_id=twin.id).count() == 0
    assert (await Application.get(id=case.id)).status == SUBMITTED
    assert await recipients(case) == ['window@culture.example.gov.tw']

    await Agency.filter(id=twin.id).update(document_word='中市觀志')
    book = await reviews.approve(case, case.version, by=reviewer)
    assert book.number == '中市觀志字第115000001號'


async def test_a_number_pattern_that_cannot_count_is_refused_and_nothing_moves(office: Office) -> None:
    case = await a_case(office)
    await Agency.filter(id=office.agency.id).update(number_pattern='{word}字第{sequence}號')

    with pytest.raises(CannotIssue) as refusal:
        await reviews.approve(case, case.version, by=office.reviewer)

    assert str(refusal.value) == (
        '臺中市政府文化局的紀錄冊號無法產生：'
        '號碼格式須含有 {year} 和 {sequence}，例如 {word}字第{year:03d}{sequence:06d}號。'
        '請系統管理者更正後再核可，案件沒有變動。'
    )
    assert (await Application.get(id=case.id)).status == SUBMITTED
    assert await NumberSeries.all().count() == 0


async def test_what_lacks_at_the_moment_of_approval_stops_it(office: Office) -> None:
    case = await a_case(office)
    await Training.filter(volunteer_id=case.volunteer_id, kind='special').update(certificate_back_id=None)
    await looked_at(case, by=office.reviewer)

    with pytest.raises(NotReady) as refusal:
        await reviews.approve(case, case.version, by=office.reviewer)

    assert [check.field for check in refusal.value.lacking] == ['certificate_back']
    assert (await Application.get(id=case.id)).status == SUBMITTED


@pytest.mark.parametrize('reason', ['', '  \n', '甲' * 501])
async def test_a_case_is_not_sent_back_without_a_reason_people_can_use(office: Office, reason: str) -> None:
    case = await a_case(office)

    for decide in (reviews.return_for_correction, reviews.reject):
        with pytest.raises(Incomplete) as refusal:
            await decide(case, reason, case.version, by=office.reviewer)
        assert list(refusal.value.problems) == ['reason']

    assert (await Application.get(id=case.id)).status == SUBMITTED


async def test_after_a_rejection_the_unit_may_apply_anew(office: Office) -> None:
    case = await a_case(office)
    await reviews.reject(case, '非本機關業務', case.version, by=office.reviewer)

    again = await a_case(office, case.volunteer)
    book = await reviews.approve(again, again.version, by=office.colleague)

    assert (again.round, book.number) == (1, '中市文志字第115000001號')
    assert (await Application.get(id=case.id)).status == REJECTED


async def test_a_reviewer_of_another_agency_finds_nothing(office: Office) -> None:
    case = await a_case(office)
    welfare = await Agency.get(name='臺中市政府社會局')
    stranger = await an_account(Role.REVIEWER, name='社專員', agency=welfare)

    for act in (
        reviews.case(case.id, by=stranger),
        reviews.approve(case, case.version, by=stranger),
        reviews.return_for_correction(case, '原因', case.version, by=stranger),
        reviews.reject(case, '原因', case.version, by=stranger),
    ):
        with pytest.raises(NotFound):
            await act
    assert await reviews.awaiting(by=stranger) == []
    assert (await reviews.counts(by=stranger)).by_status[SUBMITTED] == 0
    assert (await Application.get(id=case.id)).status == SUBMITTED


async def test_nobody_but_a_reviewer_decides_or_sees_the_queue(office: Office) -> None:
    case = await a_case(office)
    volunteer = await an_account(Role.VOLUNTEER, name='周小晴', volunteer=case.volunteer)
    administrator = await an_account(Role.ADMINISTRATOR, name='管理者')

    for account in (office.clerk, volunteer, administrator):
        for act in (
            reviews.case(case.id, by=account),
            reviews.approve(case, case.version, by=account),
            reviews.reject(case, '原因', case.version, by=account),
            reviews.awaiting(by=account),
            reviews.counts(by=account),
        ):
            with pytest.raises(NotPermitted):
                await act


async def test_whoever_sent_a_case_cannot_decide_it_after_changing_sides(office: Office) -> None:
    case = await a_case(office)
    await reviews.return_for_correction(case, '看不清用印', case.version, by=office.reviewer)
    other = await an_account(Role.UNIT_STAFF, name='林大滿', host_unit=office.unit)
    mended = await applications.save(details_for(office.agency), of=case.volunteer, by=other)
    sent = await applications.submit(mended, by=other)
    clerk = await Account.get(id=office.clerk.id)
    clerk.role, clerk.host_unit_id, clerk.agency_id = Role.REVIEWER, None, office.agency.id
    await clerk.save()

    for act in (
        reviews.approve(sent, sent.version, by=clerk),
        reviews.return_for_correction(sent, '原因', sent.version, by=clerk),
        reviews.reject(sent, '原因', sent.version, by=clerk),
    ):
        with pytest.raises(NotPermitted) as refusal:
            await act
        assert str(refusal.value) == '您送審過這個案件，不能審核自己送的案件。請由另一位志工業務窗口審核。'


async def test_a_case_holds_what_a_decision_needs_and_takes_no_number(office: Office) -> None:
    sent = await a_case(office)

    case = await reviews.case(sent.id, by=office.reviewer)
    again = await reviews.case(sent.id, by=office.colleague)

    assert (case.number, again.number) == ('中市文志字第115000001號', '中市文志字第115000001號')
    assert await NumberSeries.all().count() == 0
    assert case.application.host_unit.name == '示例文化中心'
    assert [training.kind.label for training in case.trainings] == ['基礎訓練', '特殊訓練']
    assert [(step.by.name, step.status) for step in case.steps] == [('林小滿', SUBMITTED)]
    assert readiness.lacking(case.checks) == []

    book = await reviews.approve(sent, sent.version, by=office.reviewer)
    approved = await reviews.case(sent.id, by=office.reviewer)
    assert (approved.number, readiness.lacking(approved.checks)) == (book.number, [])
    following = await a_case(office)
    assert (await reviews.case(following.id, by=office.reviewer)).number == '中市文志字第115000002號'


async def test_to_open_a_case_its_rows_are_read_once_each(office: Office) -> None:
    sent = await a_case(office)
    await corrections.mark(sent, Anchor(Place.BASICS, 'photo'), CorrectionReason.OTHER, '請重拍', by=office.reviewer)
    await reviews.case(sent.id, by=office.reviewer)

    with noted() as statements:
        case = await reviews.case(sent.id, by=office.reviewer)
        await timeline.of_case(case, by=office.reviewer)

    read = [text for text, _ in statements]
    for table in ('application', 'case_content', 'training', 'application_step', 'correction'):
        assert sum(f'FROM "{table}" ' in text or text.endswith(f'FROM "{table}"') for text in read) == 1, table
    assert not [text for text in read if 'FROM "decision"' in text or 'FROM "eye_check"' in text]  # there are none
    assert len(read) <= 11


async def test_looking_at_a_case_is_noted_once_a_sitting(office: Office) -> None:
    sent = await a_case(office)
    before = await AccessEntry.all().count()

    for _ in range(3):
        await reviews.case(sent.id, by=office.reviewer)
    await reviews.case(sent.id, by=office.colleague)
    with dates.frozen(NOW + timedelta(hours=1)):
        await reviews.case(sent.id, by=office.reviewer)

    looks = (await AccessEntry.all().order_by('id'))[before:]
    assert [(look.by_name, look.from_unit, look.what, look.reason) for look in looks] == [
        ('何專員', '臺中市政府文化局', '紀錄冊申請案', '審核紀錄冊申請'),
        ('王專員', '臺中市政府文化局', '紀錄冊申請案', '審核紀錄冊申請'),
        ('何專員', '臺中市政府文化局', '紀錄冊申請案', '審核紀錄冊申請'),
    ]


async def test_what_was_never_sent_is_no_case(office: Office) -> None:
    draft = await a_draft(office, await a_complete_volunteer(office))

    with pytest.raises(NotFound):
        await reviews.case(draft.id, by=office.reviewer)
    assert (await reviews.counts(by=office.reviewer)).by_status == dict.fromkeys(ApplicationStatus, 0)


async def recipients(case: Application) -> list[str]:
    mails = await OutgoingMail.filter(application_id=case.id).order_by('id')
    return [mail.recipient for mail in mails]
