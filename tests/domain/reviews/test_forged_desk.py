"""The review desk under attack: everything a socket sends is forged, and whoever sends it wants what is not theirs."""

import asyncio
import io
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from time import process_time
from typing import Any
from uuid import uuid4

import pytest

from db.choices import (
    ApplicationStatus,
    CallResult,
    CorrectionReason,
    FileKind,
    MailStatus,
    MembershipStatus,
    Place,
    Role,
    TrainingKind,
)
from db.models import (
    Account,
    Application,
    ApplicationStep,
    CalendarDay,
    Correction,
    Decision,
    HostUnit,
    Membership,
    OutgoingMail,
    RecordBook,
    Roster,
    Rule,
    Training,
    Volunteer,
)
from domain import applications, corrections, dates, readiness, reviews, rosters, trainings, volunteers
from domain.books import number_ledger
from domain.books.number_ledger import EntryQuery
from domain.calendar import office_calendar
from domain.corrections import Anchor, marks
from domain.errors import DomainError, Incomplete, MovedOn, NotFound, NotPermitted
from domain.mail import outbox, templates
from domain.mail import queries as mail_queries
from domain.readiness import rules
from domain.reports import review_periods, statistics
from domain.reports.review_periods import Period
from domain.reviews import deadlines, decisions, openings, phone_calls, presence, previews, timeline
from domain.reviews.decisions import TooLate
from domain.trainings import TrainingDetails
from domain.volunteers import VolunteerDetails

from ... import builders
from ...builders import an_account, an_agency
from ..sample_office import NOW, Office, a_case, a_complete_volunteer, a_unit, looked_at

pytestmark = pytest.mark.usefixtures('database', 'today')

SUBMITTED, RETURNED, APPROVED = ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED, ApplicationStatus.APPROVED
PHOTO = Anchor(Place.BASICS, 'photo')
BLURRED = CorrectionReason.BLURRED
LATER = NOW + timedelta(seconds=11)

NO_IDS: list[Any] = [None, 'x', '1', True, -1, 0, 2**31, 2**63, 10**400, 1.5, float('nan'), [], {}, [1], '\0', '\ud800']


def _brief(given: object) -> str:
    return ascii(given)[:24]


@dataclass
class Target:
    """What is attacked: a case of a roster with a mark on it and a mail about it."""

    case: Application
    roster: Roster
    mark: Correction
    mail: OutgoingMail


@pytest.fixture
async def target(office: Office) -> Target:
    volunteer = await a_complete_volunteer(office)
    agency = office.agency
    roster = await rosters.start('三月名冊', agency.county_id, agency.id, by=office.clerk)
    await rosters.add(roster, [volunteer.id], by=office.clerk)
    await rosters.send(roster, by=office.clerk)
    case = await applications.get((await Application.get()).id, by=office.clerk)
    mark = await corrections.mark(case, PHOTO, BLURRED, '請重拍', by=office.reviewer)
    return Target(case, roster, mark, await OutgoingMail.filter(roster_id=roster.id).first() or OutgoingMail())


Act = Callable[[Target, Account], Awaitable[object]]
AGENCY_ONLY: dict[str, Act] = {
    'case': lambda t, by: reviews.case(t.case.id, by=by),
    'decide': lambda t, by: decisions.decide(t.case.id, RETURNED, t.case.version, by=by, reason='補件'),
    'approve many': lambda t, by: decisions.approve_many([(t.case.id, t.case.version)], by=by),
    'approve': lambda t, by: reviews.approve(t.case, t.case.version, by=by),
    'return': lambda t, by: reviews.return_for_correction(t.case, '補件', t.case.version, by=by),
    'reject': lambda t, by: reviews.reject(t.case, '不符', t.case.version, by=by),
    'mark': lambda t, by: corrections.mark(t.case, PHOTO, BLURRED, '別的', by=by),
    'amend a mark': lambda t, by: corrections.amend(t.mark, BLURRED, '改', by=by),
    'withdraw a mark': lambda t, by: corrections.withdraw(t.mark, by=by),
    'accept': lambda t, by: corrections.accept(t.mark, by=by),
    'accept all': lambda t, by: corrections.accept_all(t.case, by=by),
    'reopen': lambda t, by: corrections.reopen(t.mark, '再補', by=by),
    'read a mark': lambda t, by: corrections.get(t.mark.id, by=by),
    'tick': lambda t, by: rules.tick(t.case, 1, by=by),
    'enter': lambda t, by: presence.enter(t.case.id, uuid4(), by=by),
    'take over': lambda t, by: presence.take_over(t.case.id, uuid4(), by=by),
    'readers': lambda t, by: presence.of(t.case.id, by=by),
    'preview': lambda t, by: previews.page(t.case.id, by=by),
    'open': lambda t, by: openings.opened(t.case.id, by=by),
}
BOTH_SIDES: dict[str, Act] = {
    'get': lambda t, by: applications.get(t.case.id, by=by),
    'timeline': lambda t, by: timeline.of(t.case, by=by),
    'marks': lambda t, by: marks.of(t.case, by=by),
    'checks': lambda t, by: readiness.checks(t.case, by=by),
    'calls': lambda t, by: phone_calls.of(t.case, by=by),
    'log a call': lambda t, by: phone_calls.log(t.case, CallResult.REACHED, by=by),
    'mails': lambda t, by: outbox.of_application(t.case, by=by),
    'resend': lambda t, by: outbox.resend(t.mail.id, by=by),
    'roster': lambda t, by: rosters.get(t.roster.id, by=by),
    'rows': lambda t, by: rosters.rows(t.roster, by=by),
    'sheet': lambda t, by: rosters.sheet(t.roster.id, 'ods', is_masked=False, by=by),
}
UNIT_ONLY: dict[str, Act] = {
    'rename': lambda t, by: rosters.rename(t.roster, '別的', by=by),
    'discard': lambda t, by: rosters.discard(t.roster, by=by),
    'add': lambda t, by: rosters.add(t.roster, [t.case.volunteer_id], by=by),
    'remove': lambda t, by: rosters.remove(t.roster, t.case, by=by),
    'send': lambda t, by: rosters.send(t.roster, by=by),
    'submit': lambda t, by: applications.submit(t.case, by=by),
    'withdraw': lambda t, by: applications.withdraw(t.case, by=by),
    'again': lambda t, by: applications.again(t.case, by=by),
    'answer': lambda t, by: corrections.answer(t.mark, '已換', by=by),
    'dispute': lambda t, by: corrections.dispute(t.mark, '沒錯', by=by),
}


async def strangers() -> list[Account]:
    """One of each role, with a place of its own; and accounts that have lost theirs."""
    whole = [await an_account(role) for role in Role]
    lost = [Account(id=10**6 + n, role=role, name='無') for n, role in enumerate(Role)]
    return [*whole, *lost]


async def test_no_stranger_reads_or_does_anything_about_a_case(target: Target) -> None:
    before = await state()
    for name, act in {**AGENCY_ONLY, **BOTH_SIDES, **UNIT_ONLY}.items():
        for by in await strangers():
            if name == 'resend' and by.role == Role.ADMINISTRATOR:
                continue  # theirs to do: they read nothing by it
            assert await is_refused(act(target, by)), (name, by.role)
    assert await state() == before


async def test_neither_side_does_what_is_the_others(office: Office, target: Target) -> None:
    for acts, by in ((AGENCY_ONLY, office.clerk), (UNIT_ONLY, office.reviewer)):
        for name, act in acts.items():
            assert await is_refused(act(target, by)), name


async def test_an_administrator_reads_no_case_no_queue_and_no_ledger(target: Target) -> None:
    by = await an_account(Role.ADMINISTRATOR)
    reads: list[Awaitable[object]] = [
        reviews.awaiting(by=by),
        reviews.counts(by=by),
        reviews.neighbours(target.case.id, by=by),
        presence.of_agency(by=by),
        deadlines.running(by=by),
        review_periods.rounds(Period(), by=by),
        review_periods.ods(Period(), by=by),
        number_ledger.find(EntryQuery(), by=by),
        number_ledger.export(EntryQuery(), by=by),
        number_ledger.report(by=by),
        statistics.of(NOW.date(), NOW.date(), by=by),
        phone_calls.to_make(by=by),
        rosters.of_unit(by=by),
        rosters.of_agency(by=by),
        rosters.candidates(by=by),
        applications.of_unit(by=by),
    ]
    for read in reads:
        with pytest.raises(NotPermitted):
            await read


async def test_only_an_administrator_sets_rules_calendar_series_and_wordings(office: Office) -> None:
    for by in (office.clerk, office.reviewer, await an_account(Role.VOLUNTEER)):
        acts: list[Awaitable[object]] = [
            rules.every(by=by),
            rules.save(rules.RuleDetails(label='x'), by=by),
            rules.remove(Rule(id=1), by=by),
            office_calendar.days(by=by),
            office_calendar.save(office_calendar.CalendarDayDetails(NOW.date(), 'x'), by=by),
            office_calendar.fill(2026, by=by),
            office_calendar.remove(CalendarDay(id=1), by=by),
            number_ledger.begin(office.agency.id, 115, by=by),
            templates.all(by=by),
            templates.save('submitted', 'x', 'y', by=by),
            templates.restore('submitted', by=by),
            mail_queries.undelivered(by=by),
        ]
        for act in acts:
            with pytest.raises(NotPermitted):
                await act


@pytest.mark.parametrize('given', NO_IDS, ids=_brief)
async def test_what_is_no_id_finds_nothing_and_breaks_nothing(office: Office, given: Any) -> None:
    clerk, reviewer = office.clerk, office.reviewer
    admin = await an_account(Role.ADMINISTRATOR)
    acts: list[Awaitable[object]] = [
        applications.get(given, by=clerk),
        reviews.case(given, by=reviewer),
        decisions.decide(given, APPROVED, 1, by=reviewer),
        decisions.undo(given, by=reviewer),
        corrections.get(given, by=reviewer),
        corrections.mark(Application(id=1), Anchor(Place.TRAINING, 'title', given or -1), BLURRED, 'x', by=reviewer),
        presence.enter(given, uuid4(), by=reviewer),
        rosters.get(given, by=clerk),
        rosters.add(Roster(id=1), [given] if not isinstance(given, list | dict) else [-1], by=clerk),
        outbox.resend(given, by=admin),
        mail_queries.undelivered_one(given, by=admin),
        office_calendar.get(given, by=admin),
        number_ledger.series_of(given, by=reviewer),
        number_ledger.begin(given, 115, by=admin),
    ]
    for act in acts:
        with pytest.raises(DomainError):
            await act


async def test_decisions_together_are_counted_before_anybody_looks_at_them(office: Office, queries: list[str]) -> None:
    queries.clear()
    with pytest.raises(DomainError, match='一次最多核可'):
        await decisions.approve_many([(n, 1) for n in range(1, 100_000)], by=office.reviewer)
    assert queries == []
    with pytest.raises(NotFound):
        await decisions.approve_many([(2**31, 1)], by=office.reviewer)


async def test_another_agencys_case_among_many_stops_them_all_before_any_is_decided(office: Office) -> None:
    case = await a_case(office)
    stranger = await an_account(Role.REVIEWER, agency=await an_agency())
    with pytest.raises(NotFound):
        await decisions.approve_many([(case.id, case.version)], by=stranger)
    assert await Decision.all().count() == 0


# What was looked at is what is approved


async def test_what_the_unit_changes_under_review_must_be_read_again(office: Office) -> None:
    case = await a_case(office)
    volunteer = await volunteers.get(case.volunteer_id, by=office.clerk)
    changed = VolunteerDetails.from_record(volunteer)
    changed.english_name = 'SOMEBODY ELSE'

    await volunteers.amend(volunteer, changed, version=volunteer.version, by=office.clerk)

    with pytest.raises(MovedOn):
        await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    await looked_at(case, by=office.reviewer)
    now = await applications.get(case.id, by=office.reviewer)
    assert (await decisions.decide(now.id, APPROVED, now.version, by=office.reviewer)).to == APPROVED


async def test_another_unit_of_the_volunteer_changes_nothing_unnoticed_either(office: Office) -> None:
    case = await a_case(office)
    unit = await a_unit('另一個單位')
    other = await an_account(Role.UNIT_STAFF, host_unit=unit)
    await builders.a_membership(await Volunteer.get(id=case.volunteer_id), unit)
    volunteer = await volunteers.get(case.volunteer_id, by=other)
    changed = VolunteerDetails.from_record(volunteer)
    changed.photo = (await builders.a_file(FileKind.PHOTO, by=other)).id

    with dates.frozen(LATER):
        await volunteers.amend(volunteer, changed, version=volunteer.version, by=other)
        with pytest.raises(MovedOn, match='基本資料已由 林小滿 於 14:58 修改'):
            await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)


@pytest.mark.parametrize('act', ['amend', 'remove', 'record'])
async def test_a_training_changed_while_a_decision_waits_voids_it(office: Office, act: str) -> None:
    case = await a_case(office)
    await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    volunteer = await volunteers.get(case.volunteer_id, by=office.clerk)
    training = await trainings.get((await Training.all())[0].id, by=office.clerk)
    if act == 'remove':
        await trainings.remove(training, by=office.clerk)
    elif act == 'amend':
        details = TrainingDetails.from_record(training)
        details.certificate_front = (await builders.a_file(by=office.clerk)).id
        await trainings.amend(training, details, version=training.version, by=office.clerk)
    else:
        details = TrainingDetails.from_record(training)
        details.kind = TrainingKind.GROWTH
        details.certificate_front = (await builders.a_file(by=office.clerk)).id
        details.certificate_back = (await builders.a_file(by=office.clerk)).id
        await trainings.record(volunteer, details, by=office.clerk)

    with dates.frozen(LATER):
        await decisions.release_due()

    assert (await Application.get(id=case.id)).status == SUBMITTED
    assert await RecordBook.all().count() == 0
    assert '資料' in (await Decision.get()).problem


async def test_a_save_that_changes_nothing_disturbs_no_review(office: Office) -> None:
    case = await a_case(office)
    volunteer = await volunteers.get(case.volunteer_id, by=office.clerk)
    training = await trainings.get((await Training.all())[0].id, by=office.clerk)

    same = VolunteerDetails.from_record(volunteer)
    await volunteers.amend(volunteer, same, version=volunteer.version, by=office.clerk)
    as_it_is = TrainingDetails.from_record(training)
    await trainings.amend(training, as_it_is, version=training.version, by=office.clerk)

    assert (await Application.get(id=case.id)).version == case.version


async def test_saving_and_releasing_at_the_same_moment_end_in_one_or_the_other(office: Office) -> None:
    case = await a_case(office)
    await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    volunteer = await volunteers.get(case.volunteer_id, by=office.clerk)
    changed = VolunteerDetails.from_record(volunteer)
    changed.identity_number = builders.an_identity_number()

    with dates.frozen(LATER):
        await asyncio.gather(
            decisions.release_due(),
            volunteers.amend(volunteer, changed, version=volunteer.version, by=office.clerk),
            decisions.release_due(),
        )
        await decisions.release_due()

    is_approved = (await Application.get(id=case.id)).status == APPROVED
    problems = [one.problem for one in await Decision.all()]
    assert (is_approved, len(problems)) in ((True, 0), (False, 1))
    assert all('資料' in problem for problem in problems)


# Nobody decides what they sent


async def test_a_clerk_who_became_a_reviewer_neither_decides_nor_closes_marks_of_what_they_sent(
    office: Office,
) -> None:
    case = await a_case(office)
    mark = await corrections.mark(case, PHOTO, BLURRED, '請重拍', by=office.reviewer)
    await reviews.return_for_correction(case, '', case.version, by=office.reviewer)
    await corrections.answer(mark, '已換照片', by=office.clerk)
    case = await applications.submit(await applications.get(case.id, by=office.clerk), by=office.clerk)
    turncoat = office.clerk
    turncoat.role, turncoat.agency_id, turncoat.host_unit_id = Role.REVIEWER, office.agency.id, None
    await turncoat.save()
    acts: list[Awaitable[object]] = [
        corrections.accept(mark, by=turncoat),
        corrections.accept_all(case, by=turncoat),
        corrections.withdraw(mark, by=turncoat),
        rules.tick(case, 1, by=turncoat),
        decisions.decide(case.id, ApplicationStatus.REJECTED, case.version, by=turncoat, reason='x'),
        reviews.reject(case, 'x', case.version, by=turncoat),
    ]
    for act in acts:
        with pytest.raises(NotPermitted, match='送審過'):
            await act
    [(_, sentence)] = (await decisions.approve_many([(case.id, case.version)], by=turncoat)).refused
    assert '送審過' in sentence
    # Nor does a decision that got into the table some other way.
    await Decision.create(application=case, to=APPROVED, by=turncoat, at=NOW, release_at=NOW)
    await decisions.release_due()
    assert '送審過' in (await Decision.get()).problem


# Release and undo


@pytest.mark.parametrize('moved', [ApplicationStatus.WITHDRAWN, RETURNED, ApplicationStatus.REJECTED])
async def test_a_case_that_left_the_desk_is_not_released(office: Office, moved: ApplicationStatus) -> None:
    case = await a_case(office)
    await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    with pytest.raises(MovedOn):
        await applications.withdraw(await applications.get(case.id, by=office.clerk), by=office.clerk)
    await Application.filter(id=case.id).update(status=moved)  # as if it had got past that

    with dates.frozen(LATER):
        await decisions.release_due()

    assert ((await Application.get(id=case.id)).status, await RecordBook.all().count()) == (moved, 0)


@pytest.mark.parametrize('lost', [{'is_active': False}, {'role': Role.ADMINISTRATOR}, {'agency_id': None}])
async def test_who_was_dismissed_within_the_ten_seconds_has_decided_nothing(
    office: Office, lost: dict[str, Any]
) -> None:
    case = await a_case(office)
    await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    await Account.filter(id=office.reviewer.id).update(**lost)

    with dates.frozen(LATER):
        await decisions.release_due()

    assert ((await Application.get(id=case.id)).status, await RecordBook.all().count()) == (SUBMITTED, 0)
    assert (await Decision.get()).problem


async def test_many_releasing_at_once_give_one_number_and_one_mail(office: Office) -> None:
    case = await a_case(office)
    await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    before = await OutgoingMail.all().count()

    with dates.frozen(LATER):
        await asyncio.gather(*(decisions.release_due() for _ in range(6)))

    assert [book.sequence for book in await RecordBook.all()] == [1]
    told = await OutgoingMail.filter(id__gt=0).order_by('id').offset(before)
    assert sorted(mail.template for mail in told) == ['approved', 'approved_for_volunteer']


async def test_a_decision_is_taken_back_once_in_time_by_its_reviewer_only(office: Office) -> None:
    case = await a_case(office)
    decision = await decisions.decide(case.id, APPROVED, case.version, by=office.reviewer)
    with pytest.raises(NotPermitted):
        await decisions.undo(decision.id, by=office.colleague)
    with pytest.raises(TooLate):
        await decisions.undo(decision.id, by=await an_account(Role.REVIEWER))

    pressed = await asyncio.gather(
        *(decisions.undo(decision.id, by=office.reviewer) for _ in range(3)), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in pressed) == ['Application', 'TooLate', 'TooLate']
    now = await Application.get(id=case.id)
    decision = await decisions.decide(case.id, APPROVED, now.version, by=office.reviewer)
    with dates.frozen(LATER):
        await decisions.release_due()
        with pytest.raises(TooLate):
            await decisions.undo(decision.id, by=office.reviewer)


# Marks


@pytest.mark.parametrize(
    'spot', [float('nan'), float('inf'), -0.1, 1.1, 10**400, -(10**400), True, '0.5', [0.5], {}], ids=_brief
)
async def test_a_spot_outside_the_picture_is_no_spot(office: Office, spot: Any) -> None:
    case = await a_case(office)
    with pytest.raises(NotFound):
        await corrections.mark(case, Anchor(Place.BASICS, 'photo', None, spot, 0.5), BLURRED, 'x', by=office.reviewer)


@pytest.mark.parametrize(
    'anchor',
    [
        Anchor(Place.BASICS, 'password'),
        Anchor(Place.BASICS, 'identity_index'),
        Anchor(Place.BASICS, '__class__'),
        Anchor(Place.BASICS, 'photo', 1),
        Anchor(Place.TRAINING, 'title'),
        Anchor('nowhere', 'photo'),  # type: ignore[arg-type]
        Anchor([], 'photo'),  # type: ignore[arg-type]
        Anchor(Place.BASICS, {}),  # type: ignore[arg-type]
        Anchor(Place.BASICS, 'photo\0'),
    ],
    ids=str,
)
async def test_a_field_that_no_form_has_is_not_marked(office: Office, anchor: Anchor) -> None:
    case = await a_case(office)
    with pytest.raises(NotFound):
        await corrections.mark(case, anchor, BLURRED, 'x', by=office.reviewer)


@pytest.mark.parametrize('text', [None, 5, [], {'a': 1}, 'a\0b', 'a\ud800', 'x' * 10**6, '  '])
async def test_what_is_no_text_is_refused_with_a_sentence_wherever_one_is_written(office: Office, text: Any) -> None:
    case = await a_case(office)
    roster = await rosters.start('名冊', office.agency.county_id, office.agency.id, by=office.clerk)
    acts: list[Awaitable[object]] = [
        corrections.mark(case, PHOTO, BLURRED, text, by=office.reviewer),
        decisions.decide(case.id, RETURNED, case.version, by=office.reviewer, reason=text),
        rosters.rename(roster, text, by=office.clerk),
    ]
    if text != '  ':
        acts.append(phone_calls.log(case, CallResult.REACHED, by=office.clerk, note=text))
        acts.append(phone_calls.log(case, text, by=office.clerk))
    for act in acts:
        with pytest.raises(Incomplete):
            await act


async def test_a_note_of_a_call_is_one_line(office: Office) -> None:
    case = await a_case(office)
    for note in ('好\n2026-03-05 INFO 核可', '好\r\nx', '好\u2028x', '\x1b[31mx'):
        with pytest.raises(Incomplete):
            await phone_calls.log(case, CallResult.REACHED, by=office.clerk, note=note)


# What is not said yet


async def test_a_clerk_learns_nothing_of_marks_and_decisions_before_they_are_sent(
    office: Office, target: Target
) -> None:
    clerk = office.clerk
    await corrections.withdraw(target.mark, by=office.reviewer)
    quiet = await what_a_clerk_sees(target, clerk)

    await corrections.mark(target.case, PHOTO, BLURRED, '祕密', by=office.reviewer)
    spot = Anchor(Place.BASICS, 'photo', None, 0.5, 0.5)
    await corrections.mark(target.case, spot, BLURRED, '祕密二', by=office.reviewer)
    await decisions.decide(target.case.id, RETURNED, target.case.version, by=office.reviewer)

    assert await what_a_clerk_sees(target, clerk) == quiet


async def what_a_clerk_sees(target: Target, clerk: Account) -> dict[str, Any]:
    case = await applications.get(target.case.id, by=clerk)
    return {
        'timeline': await timeline.of(case, by=clerk),
        'marks': [one.correction.id for one in await marks.of(case, by=clerk)],
        'beside': await marks.beside(case, Place.BASICS, by=clerk),
        'checks': await readiness.checks(case, by=clerk),
        'counts': await applications.counts_of(by=clerk),
        'figures': await statistics.of(date(2026, 1, 1), NOW.date(), by=clerk),
        'rows': [
            (row.unanswered, row.answered, row.pending, row.problem, row.hindrance)
            for row in await rosters.rows(target.roster, by=clerk)
        ],
        'mails': [mail.id for mail in await outbox.of_application(case, by=clerk)],
    }


# Names and numbers


async def test_a_unit_prints_no_full_number_of_somebody_who_has_left_it(office: Office, target: Target) -> None:
    number = (await Volunteer.get(id=target.case.volunteer_id)).identity_number.open()
    [row] = await rosters.rows(target.roster, by=office.clerk)
    whole = await rosters.sheet(target.roster.id, 'ods', is_masked=False, by=office.clerk)
    assert number in text_of(whole.content)

    await Membership.filter(volunteer_id=row.volunteer.id).update(status=MembershipStatus.LEFT)

    for by, is_told in ((office.clerk, False), (office.reviewer, True)):
        made = await rosters.sheet(target.roster.id, 'ods', is_masked=False, by=by)
        assert (number in text_of(made.content)) is is_told


# Floods


async def test_repeating_a_mail_is_no_way_to_flood_a_mailbox(office: Office, target: Target) -> None:
    at = NOW
    for _ in range(12):
        at += timedelta(minutes=2)
        with dates.frozen(at):
            # Whoever presses on every mail there is, each time they have gone out.
            for mail in await OutgoingMail.filter(roster_id=target.roster.id).order_by('id'):
                try:
                    await outbox.resend(mail.id, by=office.clerk)
                except outbox.NotAgain:
                    continue
            await OutgoingMail.filter(status=MailStatus.WAITING).update(status=MailStatus.SENT, sent_at=at)

    assert await OutgoingMail.filter(roster_id=target.roster.id).count() <= 1 + outbox.MOST_REPEATS


async def test_a_mail_without_address_is_not_repeated_for_ever_either(office: Office) -> None:
    case = await a_case(office)
    mail = await outbox.queue('', '主旨', '內容', application=case)
    refused = 0
    for _ in range(20):
        try:
            await outbox.resend(mail.id, by=office.clerk)
        except outbox.NotAgain:
            refused += 1
    assert refused >= 20 - outbox.MOST_REPEATS


@pytest.mark.parametrize('lost', [{'is_active': False}, {'agency_id': None}])
async def test_a_mail_is_not_repeated_to_who_may_not_read_the_case_any_more(
    office: Office, lost: dict[str, Any]
) -> None:
    case = await a_case(office)
    await Account.filter(id=office.colleague.id).update(email='gone@example.com')
    person = await Account.get(id=office.colleague.id)
    mail = await outbox.queue(
        'gone@example.com', '主旨', '內容', application=case, account=person, template='submitted'
    )
    await OutgoingMail.filter(id=mail.id).update(status=MailStatus.FAILED)
    await Account.filter(id=person.id).update(**lost)

    with pytest.raises(outbox.NotAgain):
        await outbox.resend(mail.id, by=office.reviewer)


async def test_a_call_to_whom_has_a_long_name_is_logged_all_the_same(office: Office) -> None:
    await HostUnit.filter(id=office.unit.id).update(name='長' * 80, phone='(04)0000-1234#' + '5' * 16)
    await Account.filter(id=office.clerk.id).update(name='名' * 60)
    case = await applications.get((await a_case(office)).id, by=office.reviewer)

    call = await phone_calls.log(case, CallResult.REACHED, by=office.reviewer)

    assert (len(call.callee), call.phone) == (phone_calls.CALLEE_LENGTH, '(04)0000-1234#' + '5' * 16)


# Wordings


@pytest.mark.parametrize(
    'body',
    [
        '{{ 志工.__class__ }}',
        '{{ 志工["__class__"] }}',
        '{{ 志工|attr("__class__") }}',
        '{{ self }}',
        '{{ self._TemplateReference__context }}',
        '{{ namespace(a=1) }}',
        '{{ range(10**9) }}',
        '{{ 9**9**9 }}',
        '{{ "a" * 10**9 }}',
        '{{ "%999999999d"|format(1) }}',
        '{{ cycler }}{{ lipsum }}{{ joiner }}{{ dict }}',
        '{% include "../settings.py" %}',
        '{% include ["submitted.txt"] %}',
        '{% include 志工 %}',
        '{% import "case.txt" as x %}',
        '{% extends "case.txt" %}',
        '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}',
        '{% set x = 案號 %}{{ x }}',
        '{% for a in 原因 %}{% for b in 原因 %}{{ b }}{% endfor %}{% endfor %}',
        '{% for a in 原因 recursive %}{{ loop(原因) }}{% endfor %}',
        '{% for a in "x" %}{{ a }}{% endfor %}',
        '{% call 案號() %}{% endcall %}',
        '{% filter upper %}x{% endfilter %}',
        '{{ ' + '(' * 1900 + '1' + ')' * 1900 + ' }}',
        '{{ ' + 'not ' * 950 + '1 }}',
        '{% if 案號 %}' * 150 + 'x' + '{% endif %}' * 150,
        '{{ ' + ' and '.join(['案號'] * 400) + ' }}',
        '{% for a in 備註 %}' + 'x' * 3900 + '{% endfor %}',
        '{{ 密碼 }}',
        '{{ config }}{{ request }}',
        None,
        5,
        ['x'],
    ],
    ids=_brief,
)
async def test_a_wording_reaches_nothing_and_ends_soon(body: Any) -> None:
    by = await an_account(Role.ADMINISTRATOR)
    began = process_time()  # of the processor: it does not depend on who else works
    with pytest.raises(Incomplete):
        await templates.save('returned', '【志願服務紀錄冊】案號 {{ 案號 }}', body, by=by)
    assert process_time() - began < 5


async def is_refused(act: Awaitable[object]) -> bool:
    try:
        await act
    except (NotFound, NotPermitted):
        return True
    return False


async def state() -> list[Any]:
    """Everything about cases, to see that nothing has changed."""
    return [
        await Application.all().values('id', 'status', 'version', 'roster_id', 'reason'),
        await ApplicationStep.all().count(),
        await Correction.all().values('id', 'status', 'text'),
        await Decision.all().count(),
        await OutgoingMail.all().count(),
        await Roster.all().values('id', 'title'),
    ]


def text_of(ods: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(ods)) as file:
        return file.read('content.xml').decode()
