"""Many cases at once leave behind what they leave behind one by one, and what one lacks stops no other."""

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from db import transaction
from db.choices import ApplicationStatus, CorrectionReason, IssueKind, Place
from db.models import (
    Agency,
    Application,
    ApplicationStep,
    BookIssue,
    CaseContent,
    Decision,
    HistoryEntry,
    NumberSeries,
    OutgoingMail,
    RecordBook,
    UntoldDecision,
)
from domain import applications, corrections, dates, reviews, rosters
from domain.cases.transitions import UNDO_WITHIN
from domain.corrections import Anchor
from domain.reviews import decisions

from ..sample_office import NOW, Office, a_book, a_case, a_complete_volunteer, a_draft

pytestmark = pytest.mark.usefixtures('database', 'today')

APPROVED = ApplicationStatus.APPROVED
LATER = NOW + timedelta(minutes=2)
# What differs from one case to the next; the identity number in a sealed content, too.
_OWN = re.compile(r'(?:^|_)(?:id|number|number_key|sequence|digest|content|attachment|position|created_at)$')
_DIGITS = re.compile(r'\d+')


async def test_cases_approved_together_leave_the_records_that_each_alone_leaves(office: Office) -> None:
    alone = [*await _of_a_roster(office, 1), await a_case(office, await a_complete_volunteer(office))]
    together = [*await _of_a_roster(office, 2), await a_case(office, await a_complete_volunteer(office))]

    with dates.frozen(LATER):
        for case in alone:
            await reviews.approve(case, case.version, by=office.reviewer, at=NOW)
        # Each waits as a decision first, which counts a version.
        await Application.filter(id__in=_ids(alone)).update(version=together[0].version + 2)
        report = await decisions.approve_many(_as_read(together), by=office.reviewer)
        await Decision.filter(problem='').update(at=NOW, release_at=NOW)
        found = [await decisions._released_together(), report.refused]

    assert found == [3, []]
    by_kind = [await _left(each) for each in (alone[0], alone[1])]
    assert [await _left(each) for each in together] == [by_kind[0], by_kind[0], by_kind[1]]
    books = await RecordBook.filter(application_id__in=_ids(together)).order_by('application_id')
    assert [(book.sequence, book.number) for book in books] == [
        (sequence, f'中市文志字第115{sequence:06}號') for sequence in (3, 4, 5)
    ]


async def test_books_renewed_together_leave_the_records_that_each_alone_leaves(office: Office) -> None:
    cases = []
    for at, kind in enumerate((IssueKind.REPLACEMENT, IssueKind.CANCELLATION) * 2, 1):
        volunteer = await a_complete_volunteer(office)
        await a_book(volunteer, office, number=f'中市文志字第115{at:06}號', sequence=at)
        cases.append(await a_case(office, volunteer, kind=kind))
    await NumberSeries.create(agency=office.agency, roc_year=115, last_sequence=4)
    await Agency.filter(id=office.agency.id).update(renewal_keeps_number=False)

    with dates.frozen(LATER):
        for case in cases[:2]:
            await reviews.approve(case, case.version, by=office.reviewer, at=NOW)
        await Application.filter(id__in=_ids(cases[:2])).update(version=cases[0].version + 2)
        await decisions.approve_many(_as_read(cases[2:]), by=office.reviewer)
        await Decision.filter(problem='').update(at=NOW, release_at=NOW)
        assert await decisions._released_together() == 2

    assert [await _left(each) for each in cases[2:]] == [await _left(each) for each in cases[:2]]
    assert [book.sequence for book in await RecordBook.all().order_by('id')] == [1, 2, 3, 4, 5, 6]


async def test_drafts_sent_together_leave_the_records_that_each_alone_leaves(office: Office) -> None:
    alone, *together = [await a_draft(office, await a_complete_volunteer(office)) for _ in range(3)]
    assert await applications.send_drafts([], by=office.clerk) == []

    with dates.frozen(LATER):
        async with transaction():
            await applications.send(await applications.get(alone.id, by=office.clerk), by=office.clerk)
            drafts = [await applications.get(one.id, by=office.clerk) for one in together]
            sent = await applications.send_drafts(drafts, by=office.clerk)

    assert _ids(sent) == _ids(together)
    assert [await _left(each) for each in together] == [await _left(alone)] * 2


async def test_of_many_that_are_approved_each_other_one_is_told_what_it_lacks(office: Office) -> None:
    fine, marked, decided, moved, *more = [await a_case(office, await a_complete_volunteer(office)) for _ in range(6)]
    await corrections.mark(
        marked, Anchor(Place.BASICS, 'name'), CorrectionReason.OTHER, '請確認姓名', by=office.colleague
    )
    await decisions.decide(decided.id, APPROVED, decided.version, by=office.colleague)
    chosen = [fine, marked, decided, moved, *more]
    await Application.filter(id=moved.id).update(version=moved.version + 1)

    report = await decisions.approve_many(_as_read(chosen), by=office.reviewer)

    assert [one.application_id for one in report.decided] == _ids([fine, *more])
    assert {one.release_at for one in report.decided} == {NOW + UNDO_WITHIN}
    refused = {one.id: sentence for one, sentence in report.refused}
    assert list(refused) == _ids([marked, decided, moved])
    assert refused[marked.id].startswith('還有 1 項補正沒有確認')
    assert '已由 王專員 於' in refused[decided.id]


async def test_what_was_approved_together_is_released_once_by_two_who_come_at_once(office: Office) -> None:
    cases = [await a_case(office, await a_complete_volunteer(office)) for _ in range(6)]
    await decisions.approve_many(_as_read(cases), by=office.reviewer)
    left = cases[2]
    await Application.filter(id=left.id).update(papers_changed_at=NOW)
    await CaseContent.filter(application_id=left.id).update(digest='0' * 64)  # somebody has changed it since

    with dates.frozen(LATER):
        await asyncio.gather(decisions.release_due(), decisions.release_due())

    sequences = [book.sequence for book in await RecordBook.all().order_by('sequence')]
    assert sequences == [1, 2, 3, 4, 5]
    [kept] = await Decision.all()
    assert (kept.application_id, kept.problem.split('，')[0]) == (left.id, '送審後')
    assert await OutgoingMail.filter(template='approved_for_volunteer').count() == 5


async def _of_a_roster(office: Office, count: int) -> list[Application]:
    roster = await rosters.start('名冊', office.agency.county_id, office.agency.id, by=office.clerk)
    people = [await a_complete_volunteer(office) for _ in range(count)]
    await rosters.add(roster, [one.id for one in people], by=office.clerk)
    sent = await rosters.send(roster, by=office.clerk)
    assert not sent.left
    return list(sent.sent)


async def _left(case: Application) -> list[Any]:
    """All that stands about a case, without what is its own."""
    now = await Application.get(id=case.id)
    rows: list[Any] = [now]
    for kind in (ApplicationStep, BookIssue, CaseContent, OutgoingMail, UntoldDecision, RecordBook):
        rows += await kind.filter(application_id=case.id).order_by('id')
    rows += await HistoryEntry.filter(volunteer_id=case.volunteer_id, at=LATER).order_by('id')
    return [_facts(one) for one in rows]


def _facts(row: Any) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in row._meta.db_fields if not _OWN.search(name)}
    if isinstance(row, OutgoingMail):
        facts['body'] = row.body.open()
    return {
        name: _DIGITS.sub('#', value) if isinstance(value, str) and name in _WITH_NUMBERS else value
        for name, value in facts.items()
    } | {'': type(row).__name__}


_WITH_NUMBERS = {'body', 'subject', 'new', 'old'}


def _ids(cases: Sequence[Application]) -> list[int]:
    return [case.id for case in cases]


def _as_read(cases: Sequence[Application]) -> list[tuple[int, int]]:
    return [(case.id, case.version) for case in cases]
