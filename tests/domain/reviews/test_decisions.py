"""A decision waits ten seconds, in which only its reviewer can take it back; then it is carried out once."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from tortoise.connection import get_connection

from db import DatabaseAway
from db.choices import ApplicationStatus, CorrectionReason, Place, Role
from db.models import (
    Account,
    Agency,
    Application,
    ApplicationStep,
    Decision,
    NumberSeries,
    OutgoingMail,
    RecordBook,
    Volunteer,
)
from domain import accounts, announcements, applications, corrections, dates, readiness, reviews
from domain.books import record_books
from domain.cases.transitions import UNDO_WITHIN
from domain.corrections import Anchor, StillOpen
from domain.errors import DomainError, Incomplete, MovedOn, NotFound, NotPermitted
from domain.papers import NotLookedAt
from domain.readiness import NotReady, rules
from domain.reviews import decisions
from domain.reviews.decisions import TooLate
from tests.patience import until
from tests.processes import Processes

from ...builders import an_account, an_agency
from ..sample_office import NOW, Office, a_case, a_complete_volunteer, details_for, looked_at, many_cases

pytestmark = pytest.mark.usefixtures('database', 'today')

SUBMITTED, RETURNED = ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED
APPROVED, REJECTED = ApplicationStatus.APPROVED, ApplicationStatus.REJECTED
UNIT, VOLUNTEER = 'unit@example.org', 'volunteer@example.com'
DECIDING = ('-m', 'tests.domain.reviews.deciding')
IN_TIME, TOO_LATE = NOW + timedelta(seconds=9.9), NOW + timedelta(seconds=10)


async def test_until_its_time_a_decision_gives_no_number_and_tells_nobody(office: Office) -> None:
    case = await a_case(office)
    told = await OutgoingMail.all().count()

    decision = await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    with dates.frozen(IN_TIME):
        assert await decisions.release_due() == 0

    assert (decision.to, decision.release_at) == (APPROVED, NOW + timedelta(seconds=10))
    assert (await decisions.own_pending(by=office.reviewer))[case.id][1].by.name == '何專員'
    now = await Application.get(id=case.id)
    assert (now.status, now.version, now.decided_at) == (SUBMITTED, case.version + 1, None)
    assert (await RecordBook.all().count(), await NumberSeries.all().count()) == (0, 0)
    assert await OutgoingMail.all().count() == told


async def test_what_nobody_has_ticked_on_a_case_is_counted_for_its_agency_alone(office: Office) -> None:
    case = await a_case(office)
    boxes = [check for check in await readiness.checks(case, by=office.reviewer) if check.by_eye]

    assert await decisions.unticked([case.id], by=office.reviewer) == len(boxes) > 1
    await rules.tick(case, boxes[0].rule_id or 0, by=office.reviewer)
    assert await decisions.unticked([case.id], by=office.reviewer) == len(boxes) - 1
    stranger = await an_account(role=Role.REVIEWER, agency=await an_agency())
    assert await decisions.unticked([case.id], by=stranger) == 0


async def test_released_it_counts_from_when_it_was_made(office: Office) -> None:
    case = await a_case(office)
    await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)

    with dates.frozen(NOW + timedelta(days=3)):
        assert await decisions.release_due() == 1
        assert await decisions.release_due() == 0

    now = await Application.get(id=case.id)
    assert (now.status, now.decided_by_id, now.decided_at) == (APPROVED, office.reviewer.id, NOW)
    assert [step.at for step in await ApplicationStep.filter(application_id=case.id)] == [NOW, NOW]
    assert (await RecordBook.get(application_id=case.id)).number == '中市文志字第115000001號'
    assert await told_of(case, VOLUNTEER) == 1
    assert await Decision.all().count() == 0


async def test_decided_on_new_years_eve_it_is_numbered_and_dated_in_the_old_year_whenever_it_is_released(
    office: Office,
) -> None:
    old, new, late = [await a_case(office, await a_complete_volunteer(office)) for _ in range(3)]
    eve = datetime(2026, 12, 31, 23, 59, 55, tzinfo=dates.TAIPEI)
    with dates.frozen(eve):
        await decisions.decide(old.id, APPROVED, old.version, by=office.reviewer)
        await decisions.decide(late.id, APPROVED, late.version, by=office.colleague)
    with dates.frozen(eve + timedelta(seconds=8)):
        promised = await record_books.number_ahead(new)
        await decisions.decide(new.id, APPROVED, new.version, by=office.reviewer)
    with dates.frozen(eve + timedelta(days=5)):  # the server was away
        await decisions.release_due()

    books = [await record_books.of_application(case) for case in (old, late, new)]
    assert [(book.number, book.roc_year, str(book.issued_on)) for book in books] == [
        ('中市文志字第115000001號', 115, '2026-12-31'),
        ('中市文志字第115000002號', 115, '2026-12-31'),
        (promised, 116, '2027-01-01'),
    ]
    assert promised == '中市文志字第116000001號'


async def test_the_number_that_was_shown_is_given_also_beside_many_approvals_that_wait_longer(office: Office) -> None:
    many, one = await many_cases(office, 3), await a_case(office, await a_complete_volunteer(office))
    for case in many:
        waits = await decisions.decide(case.id, APPROVED, case.version, by=office.colleague)
        await Decision.filter(id=waits.id).update(release_at=NOW + timedelta(minutes=1))
    promised = await record_books.number_ahead(one)
    await decisions.decide(one.id, APPROVED, one.version, by=office.reviewer)

    with dates.frozen(TOO_LATE):
        await decisions.release_due()

    assert promised == (await record_books.of_application(one)).number == '中市文志字第115000001號'


async def test_taken_back_in_time_nothing_has_happened(office: Office) -> None:
    case = await a_case(office)
    decision = await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)

    with dates.frozen(IN_TIME):
        free = await decisions.undo(decision.id, by=office.reviewer)
    with dates.frozen(TOO_LATE):
        assert await decisions.release_due() == 0

    assert (free.status, free.version) == (SUBMITTED, case.version + 2)
    assert await decisions.own_pending(by=office.reviewer) == {}
    assert await told_of(case, VOLUNTEER) == 0
    again = await decisions.decide(case.id, REJECTED, free.version, by=office.colleague, reason='非本機關業務')
    assert again.to == REJECTED


async def test_when_its_time_is_over_it_stands(office: Office) -> None:
    case = await a_case(office)
    decision = await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)

    with dates.frozen(TOO_LATE):
        with pytest.raises(TooLate):
            await decisions.undo(decision.id, by=office.reviewer)
        await decisions.release_due()
        with pytest.raises(TooLate) as refusal:
            await decisions.undo(decision.id, by=office.reviewer)

    assert str(refusal.value) == '這個決定已經生效，或已經復原過，不能再復原。畫面顯示的是案件目前的狀態。'
    assert (await Application.get(id=case.id)).status == APPROVED


async def test_nobody_else_takes_it_back(office: Office) -> None:
    case = await a_case(office)
    decision = await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    stranger = await an_account(Role.REVIEWER, name='社專員', agency=await Agency.get(name='臺中市政府社會局'))

    for account, refusal in ((office.colleague, NotPermitted), (stranger, TooLate), (office.clerk, NotPermitted)):
        with pytest.raises(refusal):
            await decisions.undo(decision.id, by=account)

    assert list(await decisions.own_pending(by=office.reviewer)) == [case.id]


async def test_undoing_races_with_the_release_and_one_of_them_happens(office: Office) -> None:
    for _ in range(8):
        case = await a_case(office)
        decision = await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
        await Decision.filter(id=decision.id).update(release_at=NOW + timedelta(seconds=random.choice((-1, 1))))

        undone, *_ = await asyncio.gather(
            decisions.undo(decision.id, by=office.reviewer),
            decisions.release_due(),
            decisions.release_due(),
            return_exceptions=True,
        )
        await decisions.release_due()  # what was locked by the one who came too late

        status = (await Application.get(id=case.id)).status
        assert status == (APPROVED if isinstance(undone, TooLate) else SUBMITTED)
        assert await told_of(case, VOLUNTEER) == (status == APPROVED)


async def test_of_two_who_decide_at_once_one_does_and_the_other_learns_from_whom_and_when(office: Office) -> None:
    for _ in range(6):
        case = await a_case(office)

        outcomes = await asyncio.gather(
            decisions.decide(case.id, APPROVED, case.version, by=office.reviewer),
            decisions.decide(case.id, REJECTED, case.version, by=office.colleague, reason='非本機關業務'),
            reviews.reject(case, '非本機關業務', case.version, by=office.colleague),
            applications.withdraw(case, by=office.clerk),
            return_exceptions=True,
        )

        assert [type(outcome) for outcome in outcomes].count(MovedOn) == 3
    with dates.frozen(TOO_LATE):
        await decisions.release_due()
    books = await RecordBook.all().count()
    assert await Application.filter(status=APPROVED).count() == books
    assert await Application.filter(status=SUBMITTED).count() == 0


async def test_while_it_waits_every_other_reviewer_is_told_who_decided(office: Office) -> None:
    case = await a_case(office)
    await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    seen = await Application.get(id=case.id)

    for act in (
        decisions.decide(seen.id, APPROVED, seen.version, by=office.colleague),
        decisions.decide(seen.id, REJECTED, seen.version, by=office.reviewer, reason='非本機關業務'),
        reviews.approve(seen, seen.version, by=office.colleague),
        reviews.return_for_correction(seen, '看不清用印', seen.version, by=office.colleague),
    ):
        with pytest.raises(MovedOn) as refusal:
            await act
        assert str(refusal.value) == '這個案件已由 何專員 於 14:58 核可，您的畫面已更新。'


async def test_the_unit_that_withdraws_meanwhile_does_not_learn_of_what_may_still_be_taken_back(office: Office) -> None:
    case = await a_case(office)
    await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)

    with pytest.raises(MovedOn) as refusal:
        await applications.withdraw(await Application.get(id=case.id), by=office.clerk)

    assert '何專員' not in str(refusal.value)
    assert '核可' not in str(refusal.value)


async def test_sent_twice_it_counts_once(office: Office) -> None:
    case = await a_case(office)

    first, second = await asyncio.gather(
        *(decisions.decide(case.id, APPROVED, case.version, by=office.reviewer) for _ in range(2))
    )

    assert first.id == second.id
    assert (await Application.get(id=case.id)).version == case.version + 1


async def test_approval_is_refused_at_once_when_something_stands_in_its_way(office: Office) -> None:
    case = await a_case(office)
    await corrections.mark(
        case, Anchor(Place.BASICS, 'photo'), CorrectionReason.BLURRED, '請重拍。', by=office.reviewer
    )
    with pytest.raises(StillOpen):
        await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)

    other = await a_case(office)
    await Volunteer.filter(id=other.volunteer_id).update(photo_id=None)
    with pytest.raises(NotLookedAt):
        await decisions.decide(other.id, APPROVED, other.version, by=office.reviewer)
    await looked_at(other, by=office.reviewer)
    with pytest.raises(NotReady):
        await decisions.decide(other.id, APPROVED, other.version, by=office.reviewer)

    third = await a_case(office)
    await Agency.filter(id=office.agency.id).update(number_pattern='號')
    with pytest.raises(DomainError, match='紀錄冊號無法產生'):
        await decisions.decide(third.id, APPROVED, third.version, by=office.reviewer)
    assert await Decision.all().count() == 0


async def test_nobody_decides_what_they_submitted_nor_with_a_forged_outcome(office: Office) -> None:
    case = await a_case(office)
    for to in (ApplicationStatus.WITHDRAWN, SUBMITTED, ApplicationStatus.DRAFT):
        with pytest.raises(NotPermitted):
            await decisions.decide(case.id, to, case.version, by=office.reviewer)
    clerk = await Account.get(id=office.clerk.id)
    clerk.role, clerk.host_unit_id, clerk.agency_id = Role.REVIEWER, None, office.agency.id
    await clerk.save()

    with pytest.raises(NotPermitted, match='不能審核自己送的案件'):
        await decisions.decide(case.id, APPROVED, case.version, by=clerk)


async def test_a_return_says_each_open_mark_and_what_was_written_besides(office: Office) -> None:
    case = await a_case(office)
    with pytest.raises(Incomplete):
        await decisions.decide(case.id, RETURNED, case.version, by=office.reviewer)
    await corrections.mark(
        case, Anchor(Place.BASICS, 'photo'), CorrectionReason.BLURRED, '請重拍。', by=office.reviewer
    )

    await decisions.decide(case.id, RETURNED, case.version, by=office.reviewer, reason='三日內請補。')
    with dates.frozen(TOO_LATE):
        await decisions.release_due()

    now = await Application.get(id=case.id)
    assert (now.status, now.due_on, now.reason) == (RETURNED, None, '1. 志工照片（模糊）：請重拍。\n三日內請補。')
    assert now.reviewer_note == '三日內請補。'
    assert await told_of(case, UNIT) == 1


async def test_of_fifty_approved_together_a_poisoned_one_is_reported_and_the_others_are_done(office: Office) -> None:
    cases = await many_cases(office, 50)
    poisoned, lacking, stale = cases[7], cases[20], cases[33]
    await poison(poisoned)
    await Volunteer.filter(id=lacking.volunteer_id).update(photo_id=None)
    await reviews.reject(stale, '非本機關業務', stale.version, by=office.colleague)

    report = await decisions.approve_many([(case.id, 2) for case in cases], by=office.reviewer)
    with dates.frozen(TOO_LATE):
        await decisions.release_due()

    assert {decision.application_id for decision in report.decided} == {
        case.id for case in cases if case not in (poisoned, lacking, stale)
    }
    assert [(case.id, case.volunteer.name, sentence[:9]) for case, sentence in report.refused] == [
        (poisoned.id, '周小晴', '系統發生未預期的錯'),
        (lacking.id, '周小晴', '尚缺：志工照片（尚'),
        (stale.id, '周小晴', '這個案件已由 王專'),
    ]
    assert await Application.filter(status=APPROVED).count() == 47
    assert await sequences() == list(range(1, 48))
    assert await OutgoingMail.filter(recipient=VOLUNTEER).count() == 47


async def test_what_is_poisoned_between_decision_and_release_blocks_no_other_and_says_why(office: Office) -> None:
    cases = [await a_case(office) for _ in range(4)]
    report = await decisions.approve_many([(case.id, case.version) for case in cases], by=office.reviewer)
    await poison(cases[0])
    await Volunteer.filter(id=cases[1].volunteer_id).update(photo_id=None)

    with dates.frozen(TOO_LATE):
        await decisions.release_due()
        assert await decisions.release_due() == 0

    assert len(report.decided) == 4
    assert [(await Application.get(id=case.id)).status for case in cases] == [SUBMITTED, SUBMITTED, APPROVED, APPROVED]
    first, second = sorted(await reviews.awaiting(by=office.reviewer), key=lambda row: row.id)
    assert (first.pending, first.problem) == (
        None,
        '系統發生未預期的錯誤，這個決定沒有生效，也沒有通知任何人。請再決定一次；若仍不行，請洽系統管理者。',
    )
    assert second.problem == (
        '決定之後、生效之前，志工的資料有了修改，所以這個決定沒有生效，也沒有通知任何人。請看過目前的資料再決定。'
    )
    assert await OutgoingMail.filter(recipient=VOLUNTEER).count() == 2

    await decisions.decide(first.id, REJECTED, first.version, by=office.colleague, reason='資料損毀')
    assert [row.problem for row in await reviews.awaiting(by=office.reviewer) if row.id == first.id] == ['']


async def test_a_decision_that_meets_a_database_that_does_not_answer_waits_and_is_carried_out_later(
    office: Office,
) -> None:
    case = await a_case(office)
    await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    await hold_up('INSERT', 'record_book', 'application_id', case)

    with dates.frozen(TOO_LATE):
        with pytest.raises(DatabaseAway):
            await decisions.release_due()
        await get_connection('default').execute_script('DROP FUNCTION hold_up CASCADE')
        assert (await Decision.get(application_id=case.id)).problem == ''
        assert await decisions.release_due() == 1

    assert (await Application.get(id=case.id)).status == APPROVED


async def test_of_many_approved_at_once_the_rest_does_not_wait_for_a_database_that_does_not_answer(
    office: Office,
) -> None:
    cases = await many_cases(office, 4)
    await hold_up('INSERT', 'decision', 'application_id', cases[1])

    report = await decisions.approve_many([(case.id, 2) for case in cases], by=office.reviewer)

    assert [decision.application_id for decision in report.decided] == [cases[0].id]
    assert [(case.id, said[:17]) for case, said in report.refused] == [
        (case.id, '資料庫暫時沒有回應，這次沒有完成。') for case in cases[1:]
    ]


async def hold_up(act: str, table: str, column: str, case: Application) -> None:
    """As if PostgreSQL had waited too long for a lock."""
    await get_connection('default').execute_script(
        'CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS'
        " 'BEGIN RAISE EXCEPTION USING ERRCODE = ''lock_not_available''; END'; "
        f'CREATE TRIGGER hold_up BEFORE {act} ON {table} FOR EACH ROW WHEN (NEW.{column} = {case.id})'
        ' EXECUTE FUNCTION hold_up()'
    )


async def test_who_needs_longer_to_reach_undo_chooses_up_to_two_minutes(office: Office) -> None:
    one, two = [await a_case(office) for _ in range(2)]
    with pytest.raises(Incomplete):
        await accounts.set_undo_seconds(3600, by=office.reviewer)
    await accounts.set_undo_seconds(120, by=office.reviewer)

    decision = await decisions.decide(one.id, APPROVED, one.version, by=office.reviewer)
    together = await decisions.approve_many([(two.id, two.version)], by=office.reviewer)

    assert {decision.release_at, together.decided[0].release_at} == {NOW + timedelta(minutes=2)}
    with dates.frozen(NOW + timedelta(seconds=119)):
        await decisions.undo(decision.id, by=office.reviewer)
    with pytest.raises(NotPermitted):
        await accounts.set_undo_seconds(30, by=await an_account())


async def test_decisions_made_together_are_taken_back_together_until_ten_seconds_after_the_last(
    office: Office,
) -> None:
    cases = [await a_case(office) for _ in range(3)]
    report = await decisions.approve_many([(case.id, case.version) for case in cases], by=office.reviewer)

    with dates.frozen(IN_TIME):
        undone = await decisions.undo_many([decision.id for decision in report.decided], by=office.reviewer)
        again = await decisions.undo_many([report.decided[0].id], by=office.reviewer)

    assert {decision.release_at for decision in report.decided} == {NOW + UNDO_WITHIN}
    assert (undone.count, undone.refused) == (3, [])
    assert (again.count, [one for one, _ in again.refused]) == (0, [report.decided[0].id])
    assert await Decision.all().count() == 0


async def test_a_list_with_a_case_of_another_agency_is_refused_whole(office: Office) -> None:
    case = await a_case(office)
    welfare = await Agency.get(name='臺中市政府社會局')
    stranger = await an_account(Role.REVIEWER, name='社專員', agency=welfare)

    with pytest.raises(NotFound):
        await decisions.approve_many([(case.id, case.version)], by=stranger)
    with pytest.raises(NotPermitted):
        await decisions.approve_many([(case.id, case.version)], by=office.clerk)
    with pytest.raises(DomainError, match='一次最多核可 200 件'):
        await decisions.approve_many([(number, 1) for number in range(1, 300)], by=office.reviewer)


async def test_several_processes_release_each_decision_once(office: Office) -> None:
    cases = await many_cases(office, 12)
    await decisions.approve_many([(case.id, 2) for case in cases], by=office.reviewer)

    with dates.frozen(TOO_LATE):
        released = await asyncio.gather(*(decisions.release_due() for _ in range(5)))

    assert sum(released) == 12
    assert await sequences() == list(range(1, 13))


async def test_a_case_sent_again_after_its_return_can_be_decided_again(office: Office) -> None:
    case = await a_case(office)
    await decisions.decide(case.id, RETURNED, case.version, by=office.reviewer, reason='看不清用印')
    with dates.frozen(TOO_LATE):
        await decisions.release_due()

    mended = await applications.save(details_for(office.agency), of=case.volunteer, by=office.clerk)
    sent = await applications.submit(mended, by=office.clerk)
    await decisions.decide(sent.id, APPROVED, sent.version, by=office.colleague)
    with dates.frozen(TOO_LATE):
        await decisions.release_due()

    assert (await Application.get(id=case.id)).status == APPROVED


@pytest.fixture
async def listening(database: str) -> AsyncIterator[str]:
    await announcements.opened(database)
    yield database
    await announcements.closed()


async def test_the_release_wakes_when_a_decision_is_due(
    office: Office, listening: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.reviewer.undo_seconds = 1
    monkeypatch.setattr(decisions, '_LONGEST_SLEEP', 3600)  # it is woken, or never releases
    case = await a_case(office)
    monkeypatch.setattr(dates, '_frozen_at', None)
    work = asyncio.create_task(decisions.release_forever())
    await asyncio.sleep(0.1)  # it sleeps

    decision = await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    await until(nothing_waits)
    released_at = dates.now()
    work.cancel()

    assert released_at >= decision.release_at
    assert (await Application.get(id=case.id)).status == APPROVED


async def test_what_a_killed_process_decided_another_one_releases(
    office: Office, database: str, processes: Processes
) -> None:
    cases = await many_cases(office, 3)
    process = await processes.begin(*DECIDING, database)
    assert process.stdout
    assert await process.stdout.readline() == b'decided\n'
    process.kill()
    await process.communicate()
    assert await Decision.all().count() == 3
    assert await RecordBook.all().count() == 0

    await Decision.all().update(release_at=datetime.now(dates.TAIPEI))
    another = await processes.begin(*DECIDING, database)
    await until(nothing_waits)
    another.kill()
    await another.communicate()

    assert {case.status for case in await Application.filter(id__in=[case.id for case in cases])} == {APPROVED}
    assert await sequences() == [1, 2, 3]


async def nothing_waits() -> bool:
    return not await Decision.all().exists()


async def told_of(case: Application, recipient: str) -> int:
    return await OutgoingMail.filter(application_id=case.id, recipient=recipient).count()


async def poison(case: Application) -> None:
    """Spoil the case so that no rule foresees it: the identity number opens with no key."""
    await get_connection('default').execute_query(
        "UPDATE volunteer SET identity_number = '\\x0102' WHERE id = $1", [case.volunteer_id]
    )


async def sequences() -> list[int]:
    return sorted(book.sequence or 0 for book in await RecordBook.all())
