"""名冊: built, filled, sent together, partly returned, sent again; and what each side sees of it."""

import asyncio
import base64
from typing import Any

import pytest

from db.choices import ApplicationStatus, CorrectionReason, IssueKind, MailStatus, MembershipStatus, Place, Role
from db.models import AccessEntry, Account, Application, Decision, Membership, OutgoingMail, Roster, Volunteer
from domain import applications, corrections, dates, readiness, reviews, rosters, volunteers
from domain.audit import retention
from domain.books import paper_books
from domain.calendar.days_left import DaysLeft
from domain.cases import resubmission_limit
from domain.corrections import Anchor
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.reviews import decisions
from domain.rosters import CannotRemove
from domain.volunteers import Listed, memberships
from tests import builders

from ..printouts.test_roster_sheets import cells
from ..sample_office import Office, a_book, a_case, a_complete_volunteer, a_draft, a_unit, a_volunteer, an_office

pytestmark = pytest.mark.usefixtures('database')

DRAFT, SUBMITTED, RETURNED = ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED


async def a_roster(office: Office, *people: Volunteer, title: str = '三月名冊') -> Roster:
    roster = await rosters.start(title, office.agency.county_id, office.agency.id, by=office.clerk)
    if people:
        await rosters.add(roster, [person.id for person in people], by=office.clerk)
    return roster


async def names(roster: Roster, office: Office) -> list[tuple[str, ApplicationStatus]]:
    return [(row.volunteer.name, row.application.status) for row in await rosters.rows(roster, by=office.clerk)]


async def three(office: Office) -> list[Volunteer]:
    return [await a_complete_volunteer(office, name=name) for name in ('甲', '乙', '丙')]


async def returned_with_a_mark(application: Application, office: Office) -> None:
    anchor = Anchor(Place.BASICS, 'photo')
    await corrections.mark(application, anchor, CorrectionReason.BLURRED, '照片模糊', by=office.reviewer)
    now = await applications.get(application.id, by=office.reviewer)
    await reviews.return_for_correction(now, '請補件', now.version, by=office.reviewer)


async def test_a_new_roster_begins_with_a_title_and_the_usual_agency() -> None:
    office = await an_office()

    details = await rosters.defaults()
    roster = await rosters.start(details.title, details.county_code, details.agency_id, by=office.clerk)

    assert (roster.agency.name, roster.host_unit.name, roster.title) == (
        '臺中市政府文化局',
        '示例文化中心',
        details.title,
    )


@pytest.mark.parametrize(('title', 'county'), [('', '66000'), ('長' * 81, '66000'), ('三月', None), ('三月', '63000')])
async def test_a_roster_needs_a_title_and_an_agency_of_its_county(title: str, county: str | None) -> None:
    office = await an_office()

    with pytest.raises(Incomplete):
        await rosters.start(title, county, office.agency.id, by=office.clerk)

    assert await Roster.all() == []


async def test_the_header_of_a_volunteer_leads_the_units_clerks_back_to_the_row_of_the_roster() -> None:
    office = await an_office()
    one, two, three_ = await three(office)
    roster = await a_roster(office, one, two, three_)
    cases = [row.application for row in await rosters.rows(roster, by=office.clerk)]
    await rosters.remove(roster, cases[0], by=office.clerk)

    listed = [(await volunteers.header(person, by=office.clerk)).listed for person in (one, two, three_)]
    sent = (await rosters.send(roster, by=office.clerk)).sent
    still = await volunteers.listed(two, by=office.clerk)
    now = await applications.get(sent[0].id, by=office.reviewer)
    await reviews.approve(now, now.version, by=office.reviewer)

    assert listed == [
        None,
        Listed(roster.id, roster.title, cases[1].id, 1),
        Listed(roster.id, roster.title, cases[2].id, 2),
    ]
    assert (still, await volunteers.listed(two, by=office.clerk)) == (listed[1], None)
    assert await volunteers.listed(three_, by=office.reviewer) is None


async def test_who_was_sent_and_taken_back_over_and_over_stays_and_the_others_go() -> None:
    office = await an_office()
    one, two, _ = await three(office)
    for _ in range(resubmission_limit.MOST):
        await applications.withdraw(await a_case(office, one), by=office.clerk)
    roster = await a_roster(office, one, two)
    waits = (await rosters.rows(roster, by=office.clerk))[0].hindrance

    result = await rosters.send(roster, by=office.clerk)

    assert waits.startswith('這位志工的申請一天內已送審又撤回 5 次，每次都會通知發冊機關，現在不能再送。請在 ')
    assert [case.volunteer.name for case in result.sent] == ['乙']
    assert [(row.volunteer.name, sentence) for row, sentence in result.left] == [('甲', waits)]
    assert await names(roster, office) == [('甲', DRAFT), ('乙', SUBMITTED)]


async def test_volunteers_join_in_the_order_they_were_chosen_each_with_a_draft() -> None:
    office = await an_office()
    one, two, three_ = await three(office)

    roster = await a_roster(office, two, one)
    added = await rosters.add(roster, [three_.id, three_.id], by=office.clerk)

    assert [application.volunteer_id for application in added.added] == [three_.id]
    assert await names(roster, office) == [('乙', DRAFT), ('甲', DRAFT), ('丙', DRAFT)]


async def test_a_draft_of_the_unit_is_taken_along_and_goes_to_the_roster_s_agency() -> None:
    office = await an_office()
    other = await builders.an_agency(name='臺中市政府社會局的另一科')
    draft = await a_draft(office, remarks='補上的備註')
    await Application.filter(id=draft.id).update(agency_id=other.id)

    roster = await a_roster(office, draft.volunteer)

    [row] = await rosters.rows(roster, by=office.clerk)
    kept = (row.application.id, row.application.remarks, row.application.agency_id)
    assert kept == (draft.id, '補上的備註', office.agency.id)


async def test_who_cannot_join_is_told_and_the_others_join() -> None:
    office = await an_office()
    ready, under_review, elsewhere, listed = [await a_complete_volunteer(office, name=name) for name in '甲乙丙丁']
    await a_case(office, under_review)
    await a_roster(office, listed, title='二月名冊')
    roster = await a_roster(office)
    unit = await a_unit('另一個單位')
    await builders.a_membership(elsewhere, unit)
    colleague = await builders.an_account(Role.UNIT_STAFF, host_unit=unit)
    await applications.save(await applications.defaults(), of=elsewhere, by=colleague)

    added = await rosters.add(roster, [one.id for one in (ready, under_review, elsewhere, listed)], by=office.clerk)
    again = await rosters.add(roster, [ready.id], by=office.clerk)

    assert [application.volunteer_id for application in added.added] == [ready.id]
    assert [(person.name, sentence[:15]) for person, sentence in (*added.refused, *again.refused)] == [
        ('乙', '已有一件進行中的申請（審核中）'),
        ('丙', '另一個單位有這位志工的申請草稿'),
        ('丁', '已列在名冊「二月名冊」，請先從'),
        ('甲', '已經在這份名冊裡（草稿）。'),
    ]
    assert await names(roster, office) == [('甲', DRAFT)]


async def test_strangers_nobody_and_more_than_200_are_refused_as_a_whole() -> None:
    office = await an_office()
    person, stranger = await a_complete_volunteer(office), await builders.a_volunteer()
    roster = await a_roster(office)

    for ids in ([], [person.id, stranger.id], [person.id, 999_999], list(range(1, 202))):
        with pytest.raises(Incomplete):
            await rosters.add(roster, ids, by=office.clerk)

    assert await names(roster, office) == []


async def test_another_unit_neither_sees_nor_changes_the_roster() -> None:
    office = await an_office()
    roster = await a_roster(office, await a_complete_volunteer(office))
    stranger = await builders.an_account(Role.UNIT_STAFF)
    [row] = await rosters.rows(roster, by=office.clerk)

    for act in (
        rosters.get(roster.id, by=stranger),
        rosters.rows(roster, by=stranger),
        rosters.rename(roster, '改名', by=stranger),
        rosters.discard(roster, by=stranger),
        rosters.add(roster, [row.volunteer.id], by=await builders.an_account(host_unit_id=stranger.host_unit_id)),
        rosters.remove(roster, row.application, by=stranger),
        rosters.send(roster, by=stranger),
        rosters.sheet(roster.id, 'ods', is_masked=True, by=stranger),
        rosters.get(roster.id, by=office.reviewer),  # nothing has been sent to the agency
    ):
        with pytest.raises((NotFound, Incomplete)):
            await act
    for volunteer_role in (Role.VOLUNTEER, Role.ADMINISTRATOR):
        with pytest.raises(NotPermitted):
            await rosters.get(roster.id, by=await builders.an_account(volunteer_role))
    assert (await rosters.of_unit(by=stranger)).rows == (await rosters.of_agency(by=office.reviewer)).rows == []


async def test_removing_a_draft_throws_a_bare_one_away_and_keeps_what_was_written() -> None:
    office = await an_office()
    bare, written = await a_complete_volunteer(office), await a_complete_volunteer(office)
    draft = await a_draft(office, written, remarks='補上的備註')
    roster = await a_roster(office, bare, written)

    for row in await rosters.rows(roster, by=office.clerk):
        await rosters.remove(roster, row.application, by=office.clerk)

    assert [(one.id, one.roster_id) for one in await Application.all()] == [(draft.id, None)]
    assert await names(roster, office) == []


async def test_what_was_sent_stays_on_its_roster_and_only_an_empty_one_can_be_discarded() -> None:
    office = await an_office()
    roster = await a_roster(office, await a_complete_volunteer(office))
    await rosters.send(roster, by=office.clerk)
    [row] = await rosters.rows(roster, by=office.clerk)

    with pytest.raises(CannotRemove):
        await rosters.remove(roster, row.application, by=office.clerk)
    with pytest.raises(CannotRemove):
        await rosters.discard(roster, by=office.clerk)
    empty = await a_roster(office, title='空的')
    await rosters.discard(empty, by=office.clerk)

    assert [one.id for one in await Roster.all()] == [roster.id]


async def test_each_row_says_what_lacks_and_where() -> None:
    office = await an_office()
    whole = await a_complete_volunteer(office, name='甲')
    part = await a_volunteer(office, name='乙')
    roster = await a_roster(office, whole, part)

    rows = await rosters.rows(roster, by=office.clerk)

    page = f'/volunteers/{part.id}/trainings/new'
    assert [(row.hindrance[:6], [check.address for check in row.lacking]) for row in rows] == [
        ('', []),
        ('尚缺：基礎訓', [f'{page}?kind=basic#kind', f'{page}?kind=special#kind', f'{page}#certificate_front']),
    ]


async def test_the_ready_ones_are_sent_together_with_one_mail_that_carries_the_roster() -> None:
    office = await an_office()
    first, second = await a_complete_volunteer(office, name='甲'), await a_complete_volunteer(office, name='乙')
    part = await a_volunteer(office, name='丙')
    roster = await a_roster(office, first, part, second)

    sent = await rosters.send(roster, by=office.clerk)

    assert [one.volunteer.name for one in sent.sent] == ['甲', '乙']
    assert [(row.volunteer.name, sentence[:3]) for row, sentence in sent.left] == [('丙', '尚缺：')]
    assert await names(roster, office) == [('甲', SUBMITTED), ('丙', DRAFT), ('乙', SUBMITTED)]
    [mail] = await OutgoingMail.filter(recipient='window@culture.example.gov.tw')
    assert (mail.roster_id, mail.status, mail.attachment_name) == (roster.id, MailStatus.WAITING, '名冊.ods')
    assert mail.subject.startswith('【志願服務紀錄冊】示例文化中心送審名冊 2 件')
    attached = cells(base64.b64decode(mail.attachment.open()))
    assert [line[1] for line in attached[2:]] == ['姓名', '甲', '乙']
    assert await AccessEntry.filter(what='名冊').count() == 2


async def test_sent_twice_at_once_each_goes_once_with_one_mail() -> None:
    office = await an_office()
    roster = await a_roster(office, *await three(office))

    both = await asyncio.gather(rosters.send(roster, by=office.clerk), rosters.send(roster, by=office.clerk))

    assert sorted(len(one.sent) for one in both) == [0, 3]
    assert [one.round for one in await Application.all()] == [1, 1, 1]
    assert await OutgoingMail.filter(roster_id=roster.id).count() == 1


async def test_only_the_named_ones_go_and_others_wait() -> None:
    office = await an_office()
    roster = await a_roster(office, *await three(office))
    chosen = (await rosters.rows(roster, by=office.clerk))[1].application.id

    sent = await rosters.send(roster, by=office.clerk, only=[chosen, 999_999])

    assert ([one.id for one in sent.sent], list(sent.left)) == ([chosen], [])
    assert await names(roster, office) == [('甲', DRAFT), ('乙', SUBMITTED), ('丙', DRAFT)]


async def test_an_application_whose_agency_was_changed_or_whose_volunteer_left_is_not_sent_along() -> None:
    office = await an_office()
    moved, gone = await a_complete_volunteer(office, name='甲'), await a_complete_volunteer(office, name='乙')
    roster = await a_roster(office, moved, gone)
    other = await builders.an_agency(name='臺中市政府社會局的另一科')
    await Application.filter(volunteer_id=moved.id).update(agency_id=other.id)
    await Membership.filter(volunteer=gone).update(status=MembershipStatus.LEFT)

    sent = await rosters.send(roster, by=office.clerk)

    assert sent.sent == []
    assert [sentence for _, sentence in sent.left] == [
        '申請的發冊機關是臺中市政府社會局的另一科，與名冊不同。請改選臺中市政府文化局，或移出名冊另送。',
        '這位志工已不在您的單位，不能代為申請。請先收編，或移出名冊。',
    ]


async def test_a_partly_returned_roster_stays_one_thing_and_what_was_answered_goes_again() -> None:
    office = await an_office()
    roster = await a_roster(office, *await three(office))
    await rosters.send(roster, by=office.clerk)
    marked, plain, waiting = [row.application for row in await rosters.rows(roster, by=office.reviewer)]
    await returned_with_a_mark(marked, office)
    await reviews.return_for_correction(plain, '附件不清楚', plain.version, by=office.reviewer)

    early = await rosters.send(roster, by=office.clerk)
    [mark] = await corrections.of(marked, by=office.clerk)
    await corrections.dispute(mark.correction, '照片是清楚的', by=office.clerk)
    sent = await rosters.send(roster, by=office.clerk)

    assert early.sent == []
    assert [sentence[:14] for _, sentence in early.left] == [
        '還有 1 項需補正沒有回覆。',
        '機關已通知補件，還看不出是否',
    ]
    assert [(one.id, one.round) for one in sent.sent] == [(marked.id, 2)]
    assert await names(roster, office) == [('甲', SUBMITTED), ('乙', RETURNED), ('丙', SUBMITTED)]
    by_name = await rosters.send(roster, by=office.clerk, only=[plain.id])
    assert [(one.id, one.round) for one in by_name.sent] == [(plain.id, 2)]
    seen = await rosters.rows(roster, by=office.reviewer)
    assert [(row.application.id, row.answered) for row in seen] == [(marked.id, 1), (plain.id, 0), (waiting.id, 0)]


async def test_the_agency_sees_the_rows_that_were_sent_and_nothing_of_the_others() -> None:
    office = await an_office()
    roster = await a_roster(office, await a_complete_volunteer(office, name='甲'), await a_volunteer(office, name='乙'))
    await rosters.send(roster, by=office.clerk)

    [summary] = (await rosters.of_agency(by=office.reviewer)).rows
    rows = await rosters.rows(roster, by=office.reviewer)

    due_on = rows[0].application.due_on
    assert due_on is not None
    assert [(row.volunteer.name, row.lacking, row.days_left) for row in rows] == [
        ('甲', [], DaysLeft(dates.days_left(due_on, dates.today()), False))
    ]
    assert (summary.roster.id, summary.total, summary.by_status[SUBMITTED], summary.due_on) == (roster.id, 1, 1, due_on)
    assert summary.days_left == rows[0].days_left
    with pytest.raises(NotFound):
        await rosters.get(roster.id, by=await builders.an_account(Role.REVIEWER))


async def test_a_row_whose_decision_is_released_while_it_is_read_waits_for_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = await an_office()
    roster = await a_roster(office, await a_complete_volunteer(office))
    [case] = (await rosters.send(roster, by=office.clerk)).sent
    await decisions.approve_many([(case.id, case.version)], by=office.reviewer)
    checked = readiness.checks_read

    async def meanwhile(*cases: Any, **by: Any) -> Any:
        await Decision.all().update(release_at=dates.now())
        await decisions.release_due()
        return await checked(*cases, **by)

    monkeypatch.setattr(readiness, 'checks_read', meanwhile)
    [row] = await rosters.rows(roster, by=office.reviewer)

    assert (row.application.status, row.pending is not None) == (SUBMITTED, True)  # as it stood, not as undecided
    [row] = await rosters.rows(roster, by=office.reviewer)
    assert (row.application.status, row.pending) == (ApplicationStatus.APPROVED, None)


async def test_the_list_of_a_unit_counts_the_rows_by_state_the_latest_change_first() -> None:
    office = await an_office()
    older = await a_roster(office, await a_complete_volunteer(office), title='二月')
    newer = await a_roster(office, title='三月')
    await rosters.send(older, by=office.clerk)

    page = await rosters.of_unit(by=office.clerk, per_page=1)
    rest = await rosters.of_unit(by=office.clerk, page=2, per_page=1)

    assert [(one.roster.title, one.by_status[SUBMITTED]) for one in (*page.rows, *rest.rows)] == [
        ('二月', 1),
        ('三月', 0),
    ]
    assert (page.total, newer.title) == (2, '三月')


async def test_the_agency_s_list_has_the_nearest_due_day_first() -> None:
    office = await an_office()
    late, later, done = [await a_roster(office, await a_complete_volunteer(office), title=one) for one in '甲乙丙']
    for roster in (done, later, late):
        await rosters.send(roster, by=office.clerk)
    await Application.filter(roster_id=late.id).update(due_on='2026-01-05')
    await Application.filter(roster_id=done.id).update(status=RETURNED, due_on=None)

    page = await rosters.of_agency(by=office.reviewer)

    assert [one.roster.title for one in page.rows] == ['甲', '乙', '丙']


async def test_rosters_are_found_by_their_title_by_who_is_listed_and_by_whose_turn_it_is() -> None:
    office = await an_office()
    spring = await a_roster(office, await a_complete_volunteer(office, name='周小晴'), title='春季名冊')
    autumn = await a_roster(office, await a_complete_volunteer(office, name='林大雨'), title='100% 秋季名冊')
    await a_roster(office, title='空名冊')
    await rosters.send(spring, by=office.clerk)

    async def found(by: Account, **asked: Any) -> tuple[list[str], int]:
        listing = rosters.of_unit if by == office.clerk else rosters.of_agency
        page = await listing(by=by, **asked)
        return [one.roster.title for one in page.rows], page.total

    assert [await found(office.clerk, text=text) for text in ('秋季', '周小晴', '%', '沒有')] == [
        (['100% 秋季名冊'], 1),
        (['春季名冊'], 1),
        (['100% 秋季名冊'], 1),
        ([], 0),
    ]
    assert await found(office.clerk, only_turn=True) == (['100% 秋季名冊'], 1)
    assert await found(office.reviewer, only_turn=True) == (['春季名冊'], 1)
    # what was not sent to it an agency does not find, whatever it asks for
    sought = ('林大雨', autumn.title, '示例文化中心', '周小')
    assert [await found(office.reviewer, text=text) for text in sought] == [
        ([], 0),
        ([], 0),
        (['春季名冊'], 1),
        (['春季名冊'], 1),
    ]


async def test_a_roster_can_be_renamed_and_a_blank_title_is_refused() -> None:
    office = await an_office()
    roster = await a_roster(office)

    assert (await rosters.rename(roster, ' 春季名冊 ', by=office.clerk)).title == '春季名冊'
    with pytest.raises(Incomplete):
        await rosters.rename(roster, ' ', by=office.clerk)


async def test_who_may_join_has_no_book_and_nothing_under_way() -> None:
    office = await an_office()
    free = await a_complete_volunteer(office, name='甲')
    drafted = await a_complete_volunteer(office, name='乙')
    await a_draft(office, drafted)
    await a_case(office, await a_complete_volunteer(office, name='丙'))
    approved = await a_case(office, await a_complete_volunteer(office, name='丁'))
    await reviews.approve(approved, approved.version, by=office.reviewer)
    await a_roster(office, await a_complete_volunteer(office, name='戊'))
    await builders.a_volunteer(name='己')  # another unit's
    left = await a_complete_volunteer(office, name='庚')
    await memberships.end_membership(left, by=office.clerk)

    first = await rosters.candidates(by=office.clerk)
    by_number = await rosters.candidates(by=office.clerk, text=free.identity_number.open())
    again = await rosters.candidate_ids(by=office.clerk, kind=IssueKind.REPLACEMENT)

    assert ({one.name for one in first.rows}, first.total) == ({'甲', '乙'}, 2)
    assert await rosters.candidate_ids(by=office.clerk) == [one.id for one in first.rows]
    assert [one.id for one in by_number.rows] == [free.id]
    assert again == [approved.volunteer_id]


@pytest.mark.parametrize(('is_masked', 'noted'), [(True, 0), (False, 2)])
async def test_the_roster_is_printed_masked_or_in_full_without_what_was_withdrawn(is_masked: bool, noted: int) -> None:
    office = await an_office()
    people = await three(office)
    roster = await a_roster(office, *people)
    sent = await rosters.send(roster, by=office.clerk)
    await applications.withdraw(sent.sent[1], by=office.clerk)
    async with retention.removing():
        await AccessEntry.all().delete()

    made = await rosters.sheet(roster.id, 'ods', is_masked=is_masked, by=office.reviewer)

    shown = [
        person.identity_masked if is_masked else person.identity_number.open() for person in (people[0], people[2])
    ]
    assert [(line[1], line[4]) for line in cells(made.content)[3:]] == list(zip('甲丙', shown, strict=True))
    assert (made.name, await AccessEntry.filter(what='名冊').count()) == ('名冊-三月名冊.ods', noted)
    with pytest.raises(NotFound):
        await rosters.sheet(roster.id, 'exe', is_masked=True, by=office.reviewer)


async def test_the_rows_take_as_many_queries_for_ten_as_for_one(queries: list[str]) -> None:
    office = await an_office()
    roster = await a_roster(office, await a_complete_volunteer(office))
    queries.clear()
    await rosters.rows(roster, by=office.clerk)
    for_one = len(queries)
    await rosters.add(roster, [(await a_complete_volunteer(office)).id for _ in range(9)], by=office.clerk)
    queries.clear()

    await rosters.rows(roster, by=office.clerk)

    assert len(queries) == for_one


async def test_the_roster_on_paper_has_its_name_who_was_sent_and_the_numbers_of_their_books() -> None:
    office = await an_office()
    roster = await a_roster(office, *await three(office))
    before = await rosters.sheet(roster.id, 'ods', is_masked=True, by=office.clerk)
    mine = [row.application.id for row in await rosters.rows(roster, by=office.clerk)]
    sent = await rosters.send(roster, by=office.clerk, only=[mine[0], mine[2]])
    first = await applications.get(sent.sent[0].id, by=office.reviewer)
    book = await reviews.approve(first, first.version, by=office.reviewer)

    after = await rosters.sheet(roster.id, 'ods', is_masked=True, by=office.clerk)

    assert [line[1] for line in cells(before.content)[3:]] == ['甲', '乙', '丙']
    assert '名冊「三月名冊」' in cells(after.content)[1][0]
    assert [(line[1], line[5]) for line in cells(after.content)[3:]] == [('甲', book.number), ('丙', '')]


async def test_nobody_with_a_book_gets_a_first_one_by_way_of_a_roster(office: Office) -> None:
    free, holder, waiting = await three(office)
    await a_book(holder, office)
    paper = paper_books.PaperBookDetails('中市文', '7', waives_issue_date=True, agency_id=office.agency.id)
    await paper_books.register(waiting, paper, by=office.clerk)
    ids = [free.id, holder.id, waiting.id]
    roster = await a_roster(office)

    added = await rosters.add(roster, ids, by=office.clerk)

    assert [one.volunteer_id for one in added.added] == [free.id]
    assert [(one.id, said) for one, said in added.refused] == [
        (one, '已有紀錄冊，請改用換發或補發。') for one in (holder.id, waiting.id)
    ]
    assert await Application.filter(volunteer_id__in=ids, status=DRAFT).count() == 1
    [renewed] = (await rosters.add(roster, [holder.id], kind=IssueKind.REPLACEMENT, by=office.clerk)).added
    assert (renewed.volunteer_id, renewed.kind) == (holder.id, IssueKind.REPLACEMENT)
