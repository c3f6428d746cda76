"""The figures and the evidence, compared with the plain queries over all steps that they stand for."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from tortoise.connection import get_connection

from db.choices import ApplicationStatus, CorrectionReason, CorrectionStatus, Place, Role
from db.models import Account, Application, ApplicationStep, Correction
from domain import dates
from domain.reports import review_periods, statistics
from domain.reports.review_periods import Period

from ... import builders

pytestmark = pytest.mark.usefixtures('database')
TODAY = date(2026, 3, 31)
ROUNDS = """
WITH steps AS (
    SELECT step.application_id, step.status, step.at, step.due_on, step.round,
           lead(step.status) OVER of_case AS answer, lead(step.at) OVER of_case AS answered_at
    FROM application_step step WINDOW of_case AS (PARTITION BY step.application_id ORDER BY step.id)
), rounds AS (
    SELECT application.{other} AS other_id, steps.round, steps.answer,
           extract(epoch FROM steps.answered_at - steps.at) / 86400 AS days,
           coalesce((steps.answered_at AT TIME ZONE 'Asia/Taipei')::date, steps.due_on + 1) AS answered_on, steps.due_on
    FROM steps JOIN application ON application.id = steps.application_id
    WHERE application.{side} = $1 AND steps.status = 'submitted'
      AND (steps.answer IN ('returned', 'approved', 'rejected') OR steps.answer IS NULL AND steps.due_on < $4)
), counted AS (SELECT * FROM rounds WHERE answered_on BETWEEN $2 AND $3)
"""
SUMS = """
SELECT {group} AS name, count(*) AS judged, count(answer) AS decided,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median_days,
       count(*) FILTER (WHERE due_on IS NULL OR answered_on <= due_on) AS in_time,
       count(answer) FILTER (WHERE round = 1) AS first_rounds,
       count(*) FILTER (WHERE round = 1 AND answer = 'approved') AS first_passes
FROM counted {joined} GROUP BY 1 ORDER BY {order}
"""
REASONS = """
SELECT {name} AS name, correction.reason, count(*) AS times
FROM correction JOIN application ON application.id = correction.application_id JOIN {table} other ON other.id = {other}
WHERE application.{side} = $1 AND correction.status <> 'withdrawn'
  AND EXISTS (SELECT 1 FROM application_step step WHERE step.application_id = application.id
              AND step.status = 'returned' AND step.at >= correction.raised_at)
  AND (correction.raised_at AT TIME ZONE 'Asia/Taipei')::date BETWEEN $2 AND $3
GROUP BY 1, 2 ORDER BY times DESC, 2
"""
PERIODS = """
WITH steps AS (
    SELECT step.application_id, step.status, step.at AS submitted_at, step.due_on, step.reminded_at, step.escalated_at,
           application.host_unit_id, count(*) FILTER (WHERE step.status = 'submitted') OVER of_case AS number,
           lead(step.status) OVER of_case AS outcome, lead(step.at) OVER of_case AS closed_at,
           lead(step.by_id) OVER of_case AS closed_by, lead(step.at, 2) OVER of_case AS resumed_at
    FROM application_step step JOIN application ON application.id = step.application_id
    WHERE application.agency_id = $1 WINDOW of_case AS (PARTITION BY step.application_id ORDER BY step.id)
)
SELECT steps.application_id, steps.number, host_unit.name AS unit, steps.submitted_at, steps.due_on, steps.closed_at,
       steps.outcome, coalesce(account.name, '') AS reviewer, steps.reminded_at, steps.escalated_at, steps.resumed_at
FROM steps JOIN host_unit ON host_unit.id = steps.host_unit_id LEFT JOIN account ON account.id = steps.closed_by
WHERE steps.status = 'submitted' AND ($2::timestamptz IS NULL OR steps.submitted_at >= $2)
  AND ($3::timestamptz IS NULL OR steps.submitted_at < $3)
ORDER BY steps.submitted_at DESC, steps.application_id DESC, steps.number DESC
"""


@pytest.mark.parametrize('seed', range(3))
async def test_figures_and_evidence_are_those_of_the_plain_queries(seed: int) -> None:
    random = Random(seed)
    clerks = [await builders.an_account(Role.UNIT_STAFF) for _ in range(2)]
    reviewers = [await builders.an_account(Role.REVIEWER) for _ in range(2)]
    for _ in range(60):
        await _case(random, clerks, reviewers)

    with dates.frozen(dates.midnight(TODAY) + timedelta(hours=9)):
        for first, last in ((date(2026, 1, 1), TODAY), (date(2026, 2, 7), date(2026, 3, 9)), (TODAY, TODAY)):
            for by in (*clerks, *reviewers):
                found = await statistics.of(first, last, by=by)
                assert _shown(found) == await _plain_figures(first, last, by), (first, last, by.role)
            for by in reviewers:
                rounds = await review_periods.rounds(Period(first, last), by=by)
                told = [(one.application_id, one.number, one.unit, one.submitted_at, one.closed_at) for one in rounds]
                assert told == await _plain_rounds(first, last, by)


async def _case(random: Random, clerks: list[Account], reviewers: list[Account]) -> None:
    """A case with up to seven steps and some marks, among them such as no service would write."""
    clerk, reviewer = random.choice(clerks), random.choice(reviewers)
    await reviewer.fetch_related('agency')
    assert reviewer.agency is not None
    case = await Application.create(
        volunteer=await builders.a_volunteer(),
        host_unit_id=clerk.host_unit_id,
        county_id=reviewer.agency.county_id,
        agency_id=reviewer.agency_id,
        status=ApplicationStatus.REJECTED,
    )
    at = dates.midnight(date(2026, 1, 1)) + timedelta(hours=random.randrange(1500))
    for number in range(random.randrange(1, 8)):
        is_sent = number % 2 == 0 or random.random() < 0.1
        later = [one for one in ApplicationStatus if one is not ApplicationStatus.DRAFT]
        due = at.date() + timedelta(days=random.randrange(1, 9)) if random.random() < 0.8 else None
        await ApplicationStep.create(
            application=case,
            status=ApplicationStatus.SUBMITTED if is_sent else random.choice(later),
            by=clerk if is_sent else reviewer,
            at=at,
            round=1 + number // 2,
            due_on=due,
        )
        if random.random() < 0.5:
            await Correction.create(
                application=case,
                round=1,
                place=Place.BASICS,
                field='photo',
                label='志工照片',
                reason=random.choice(list(CorrectionReason)),
                text='請看',
                status=random.choice(list(CorrectionStatus)),
                raised_by=reviewer,
                raised_at=at + timedelta(hours=random.randrange(-30, 30)),
            )
        at += timedelta(hours=random.randrange(0, 200))


def _shown(found: statistics.Figures) -> dict[str, Any]:
    return {
        'total': found.total,
        'months': list(found.months),
        'others': {line.name: line for line in found.others},
        'reasons': {(one.label, name, times) for one in found.reasons for name, times in one.by_other},
    }


async def _plain_figures(first: date, last: date, by: Account) -> dict[str, Any]:
    side = statistics._SIDES[by.role]
    facts = [by.agency_id if by.role == Role.REVIEWER else by.host_unit_id, first, last]

    async def lines(group: str, joined: str = '') -> list[statistics.Line]:
        sql = ROUNDS.format(**side) + SUMS.format(group=group, joined=joined, order='1')
        return [statistics._line(row) for row in await _rows(sql, [*facts, TODAY])]

    named = REASONS.format(**side | {'name': 'other.name', 'other': f'application.{side["other"]}'})
    reasons = await _rows(named, facts)
    labels = {one.value: one.label for one in CorrectionReason}
    others = await lines('other.name', f'JOIN {side["table"]} other ON other.id = other_id')
    return {
        'total': next(iter(await lines("''::text")), statistics.Line('', 0, None, None, None)),
        'months': [statistics._of_month(one) for one in await lines("to_char(answered_on, 'YYYY-MM')")],
        'others': {line.name: line for line in others},
        'reasons': {(labels[row['reason']], row['name'], row['times']) for row in reasons},
    }


async def _plain_rounds(first: date, last: date, by: Account) -> list[tuple[Any, ...]]:
    since, until = dates.midnight(first), dates.midnight(last + timedelta(days=1))
    rows = await _rows(PERIODS, [by.agency_id, since, until])
    return [
        tuple(row[name] for name in ('application_id', 'number', 'unit', 'submitted_at', 'closed_at')) for row in rows
    ]


async def _rows(sql: str, values: list[Any]) -> list[dict[str, Any]]:
    return await get_connection('default').execute_query_dict(sql, values)
