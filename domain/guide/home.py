"""The desk of a clerk or a reviewer: which forms are under way, where the work stopped, and what happened last."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tortoise.connection import get_connection
from tortoise.expressions import RawSQL, Subquery

from db.choices import (
    ApplicationStatus,
    BookStatus,
    DraftKind,
    HistoryAction,
    MembershipStatus,
    RegistrationStatus,
    RightsStatus,
    Role,
    Section,
)
from db.models import Account, Application, RecordBook, Training, Volunteer

from .. import dates, drafts, links, permissions, settings, validation
from ..applications.forms import ApplicationDetails
from ..audit import reads
from ..books.paper_books import PaperBookDetails
from ..cases import worklists
from ..drafts import DraftSummary
from ..trainings import TrainingDetails
from ..trainings.batches import CourseDetails
from ..volunteers.basics import VolunteerDetails
from . import courses, missing
from .missing import Gap

# What a unit wants to hear of its cases, and an agency of those sent to it.
_ANSWERS = (ApplicationStatus.RETURNED, ApplicationStatus.APPROVED, ApplicationStatus.REJECTED)
_ARRIVALS = (ApplicationStatus.SUBMITTED, ApplicationStatus.WITHDRAWN)

MOST_NEWS = 4
_STEPS = {DraftKind.VOLUNTEER: 4, DraftKind.TRAINING: 6, DraftKind.APPLICATION: 8, DraftKind.PAPER_BOOK: 7}
_LOOKED_THROUGH, _FIRST_LOOKED_AT = 100, 5
_SERVING = permissions.serving_in_sql('$1', '$2', '$3')
_OUR_PEOPLE = f'(SELECT volunteer_id FROM membership WHERE {_SERVING})'  # noqa: S608 -- our own words
# Of forms as drafts.under_way has it.
_LAST_TOUCHED = f"""
SELECT
  (SELECT max(d.saved_at) FROM draft d
    WHERE d.host_unit_id = $1 AND EXISTS (SELECT FROM draft_entry WHERE draft_id = d.id)
      AND (d.volunteer_id IN {_OUR_PEOPLE}
        OR d.volunteer_id IS NULL AND ($2::int IS NULL OR d.team_id = $2))) AS form_at,
  (SELECT max(a.updated_at) FROM application a
    WHERE a.host_unit_id = $1 AND ($2::int IS NULL OR a.team_id = $2) AND a.status = ANY($4::text[])
      AND a.volunteer_id IN {_OUR_PEOPLE}) AS case_at,
  ARRAY(SELECT ROW(h.volunteer_id, h.at) FROM history_entry h JOIN account by ON by.id = h.by_id
    WHERE by.host_unit_id = $1 AND h.action = $5 AND h.section = ANY($6::text[])
      AND h.at > coalesce($7::timestamptz, '-infinity') %s
    ORDER BY h.at DESC, h.id DESC LIMIT {_LOOKED_THROUGH}) AS added"""  # noqa: S608 -- our own words
# What is told of a step; the last column, whether the unit still has the person.
_NEWS = f"""
SELECT s.at, s.status, s.reason, s.application_id, a.volunteer_id, v.name AS volunteer, u.name AS unit,
  v.id IN {_OUR_PEOPLE} AS is_ours
FROM application_step s JOIN application a ON a.id = s.application_id JOIN volunteer v ON v.id = a.volunteer_id
  JOIN host_unit u ON u.id = a.host_unit_id
WHERE s.status = ANY($4::text[]) AND %s ORDER BY s.at DESC, s.id DESC LIMIT $5"""  # noqa: S608 -- our own words
_OF_UNIT = 's.host_unit_id = $1 AND ($2::int IS NULL OR a.team_id = $2)'
_OF_AGENCY = 's.agency_id = $6'
_COUNTS = f"""
SELECT
  ARRAY(SELECT ROW(status, count(*)) FROM application
    WHERE host_unit_id = $1 AND ($2::int IS NULL OR team_id = $2) GROUP BY status) AS cases,
  (SELECT count(*) FROM record_book WHERE issued_on >= $4 AND volunteer_id IN {_OUR_PEOPLE}) AS issued,
  (SELECT count(*) FROM paper_registration WHERE host_unit_id = $1 AND status = $5
    AND ($2::int IS NULL OR volunteer_id IN {_OUR_PEOPLE})) AS papers_returned,
  (SELECT count(*) FROM rights_request WHERE host_unit_id = $1 AND status = $6
    AND ($2::int IS NULL OR volunteer_id IN {_OUR_PEOPLE})) AS requests"""  # noqa: S608 -- our own words
# Beside a volunteer: the number of the book in use, and whether some unit has begun a training form.
_NUMBER = (
    '(SELECT number FROM record_book'  # noqa: S608 -- our own words
    f" WHERE volunteer_id = volunteer.id AND status = '{BookStatus.IN_USE.value}')"
)
_HAS_BEGUN = f'EXISTS (SELECT FROM membership m WHERE m.volunteer_id = volunteer.id AND {missing.HAS_BEGUN})'
_NOT_KEPT = frozenset({'password', 'password_again'})  # typed again in any case: no news that they are missing


@dataclass(frozen=True)
class OpenForm:
    """A form under way: of whom ('' while the name is not typed), its `title` (a course), which step, and where it is.

    A form for several volunteers at once has no `volunteer`; one that amends a training on record has `amends`.
    """

    id: UUID
    who: str
    title: str
    volunteer: Volunteer | None
    kind: DraftKind
    step: int
    address: str
    owner_name: str
    saved_at: datetime
    typed: Mapping[str, Any] = field(default_factory=dict, repr=False)
    amends: Training | None = field(default=None, repr=False)


@dataclass(frozen=True)
class LeftOff:
    """Where the unit's work stopped last, why (`note`, a sentence), and what was `done` then.

    `photo` is the address of the volunteer's picture, or ''.
    """

    who: str
    step: int
    note: str
    address: str
    photo: str
    at: datetime
    done: str


@dataclass(frozen=True)
class News:
    """A step of a case: whose, sent by which unit; `is_ours`: whether the clerk's unit still has the person."""

    at: datetime
    status: ApplicationStatus
    reason: str
    application_id: int
    volunteer_id: int
    volunteer: str
    unit: str
    is_ours: bool


@dataclass(frozen=True)
class Counts:
    """Of a unit: cases by status, where there are any; books of this month, paper books that came back, requests."""

    cases: Mapping[ApplicationStatus, int]
    issued: int
    papers_returned: int
    requests: int


@dataclass(frozen=True)
class Standing:
    """How far a volunteer has come: the unit's latest application, if any, and the number of the book in use, or ''."""

    application: Application | None = None
    book_number: str = ''


async def open_forms(*, by: Account) -> list[OpenForm]:
    """The unit's forms under way, the last one first."""
    return await _forms(await drafts.under_way(by=by))


async def left_off(*, by: Account) -> LeftOff | None:
    """The last form, case or person that is still the unit's turn, at the first thing that lacks; None when none is."""
    permissions.require(by, 'guide.home.left_off')
    touched = await _last_touched(by)
    since = max(filter(None, (touched['form_at'], touched['case_at'])), default=None)
    if left := await _of_last_person([one for one in touched['added'] if since is None or one[1] > since], by):
        return left
    ways = (_of_last_form, _of_last_case) if touched['form_at'] == since else (_of_last_case, _of_last_form)
    for of_last in ways if since else ():  # the first is gone only if it went just now
        if left := await of_last(by):
            return left
    return None


async def _last_touched(by: Account) -> Any:
    """When the last form and the last case were written, and whom the unit has registered or trained last, and when.

    `added`: pairs of a volunteer's id and a moment, the last first; not what was before drafts are forgotten.
    """
    days = settings.current().forgotten_after
    place = [by.host_unit_id, by.team_id, MembershipStatus.LEFT, list(worklists.WITH_UNIT)]
    added = [
        HistoryAction.ADDED,
        [Section.BASICS, Section.TRAINING],
        dates.now() - timedelta(days=days) if days else None,
    ]
    # Of the unit's latest many are other teams'.
    statement = _LAST_TOUCHED % ('' if by.team_id is None else f'AND h.volunteer_id IN {_OUR_PEOPLE}')
    [touched] = await get_connection('default').execute_query_dict(statement, [*place, *added])
    return touched


async def _of_last_form(by: Account) -> LeftOff | None:
    forms = await _forms(await drafts.under_way(by=by, most=1))
    return await _of_form(forms[0], by) if forms else None


async def _of_last_case(by: Account) -> LeftOff | None:
    ours = Volunteer.filter(permissions.visible_to(by)).values('id')
    cases = Application.filter(
        **permissions.place_of(by), status__in=worklists.WITH_UNIT, volunteer_id__in=Subquery(ours)
    ).order_by('-updated_at')
    case = await cases.select_related('volunteer').first()
    return await _of_case(case, by) if case else None


async def news(*, by: Account) -> list[News]:
    """What the other side did last, newest first."""
    permissions.require(by, 'guide.home.news')
    is_agency = by.role == Role.REVIEWER
    statement = _NEWS % (_OF_AGENCY if is_agency else _OF_UNIT)
    values = [by.host_unit_id, by.team_id, MembershipStatus.LEFT, list(_ARRIVALS if is_agency else _ANSWERS), MOST_NEWS]
    values += [by.agency_id] if is_agency else []
    rows = await get_connection('default').execute_query_dict(statement, values)
    reads.see(row['volunteer_id'] for row in rows)
    return [News(**row | {'status': ApplicationStatus.of(row['status'])}) for row in rows]


async def counts(*, by: Account) -> Counts:
    """What waits for the unit, and what it has led to this month; each as the services of these lists count."""
    permissions.require(by, 'guide.home.counts')
    first = dates.today().replace(day=1)
    place = [by.host_unit_id, by.team_id, MembershipStatus.LEFT]
    values = [*place, first, RegistrationStatus.RETURNED, RightsStatus.OPEN]
    [row] = await get_connection('default').execute_query_dict(_COUNTS, values)
    return Counts({ApplicationStatus.of(status): n for status, n in row.pop('cases')}, **row)


async def standings(volunteers: Iterable[Volunteer], *, by: Account) -> dict[int, Standing]:
    """How far each of the unit's volunteers has come, by id. Two queries, however many they are."""
    permissions.require(by, 'guide.home.standings')
    ids = [volunteer.id for volunteer in volunteers]
    ours = Application.filter(host_unit_id=by.host_unit_id, volunteer_id__in=ids).order_by('id')
    latest = {application.volunteer_id: application for application in await ours}
    in_use = RecordBook.filter(volunteer_id__in=ids, status=BookStatus.IN_USE)
    numbers: dict[int, str] = dict(await in_use.values_list('volunteer_id', 'number'))
    return {volunteer_id: Standing(latest.get(volunteer_id), numbers.get(volunteer_id, '')) for volunteer_id in ids}


async def listed(people: Sequence[Volunteer], *, by: Account) -> list[tuple[Volunteer, Standing, list[Gap]]]:
    """For a list of the unit's volunteers how far each has come and what is missing; strangers are left out."""
    permissions.require(by, 'guide.home.listed')
    seen = Volunteer.filter(permissions.visible_to(by), id__in=[one.id for one in people])
    beside = {'number': RawSQL(_NUMBER), 'begun': RawSQL(_HAS_BEGUN)}
    told: Any = await seen.annotate(**beside).values_list('id', *beside)
    numbers = {volunteer_id: number or '' for volunteer_id, number, _ in told}
    known = [one for one in people if one.id in numbers]
    latest = await missing.latest(known, by=by)
    gaps = await missing.of_known(
        known,
        latest,
        [one for one, number in numbers.items() if number],
        [volunteer_id for volunteer_id, _, has_begun in told if has_begun],
        by=by,
    )
    return [(one, Standing(latest.get(one.id), numbers[one.id]), gaps[one.id].gaps) for one in known]


def in_brief(reason: str) -> str:
    """A reason in one line: its own, or how many things it asks for.

    >>> in_brief('照片模糊。'), in_brief('1. 志工照片（模糊）：請重拍。\\n2. 備註（其他）：請說明。')
    ('照片模糊。', '共 2 項，請開啟案件逐項查看')
    """
    lines = reason.splitlines()
    return reason if len(lines) < 2 else f'共 {len(lines)} 項，請開啟案件逐項查看'


async def _forms(summaries: Sequence[DraftSummary]) -> list[OpenForm]:
    """Each with the training that it amends, of forms that were just read by the right to them; not of one removed."""
    ids = {each.id: validation.number_in(each.about) or 0 for each in summaries if _amends_training(each)}
    amended = {one.id: one for one in await Training.filter(id__in=list(ids.values()))} if ids else {}
    return [_form(each, amended.get(ids.get(each.id, 0))) for each in summaries if ids.get(each.id) in (None, *amended)]


def _amends_training(summary: DraftSummary) -> bool:
    is_of_one = summary.kind == DraftKind.TRAINING and summary.volunteer is not None
    return is_of_one and not drafts.is_new(summary.about)


def _form(summary: DraftSummary, amends: Training | None) -> OpenForm:
    return OpenForm(
        id=summary.id,
        who=_who(summary),
        title=summary.title or (amends.title if amends else ''),
        volunteer=summary.volunteer,
        kind=summary.kind,
        step=_STEPS[summary.kind],
        address=_address(summary),
        owner_name=summary.owner_name,
        saved_at=summary.saved_at,
        typed=summary.typed,
        amends=amends,
    )


def _who(summary: DraftSummary) -> str:
    if summary.volunteer is not None:
        return summary.volunteer.name
    return summary.title if summary.kind == DraftKind.VOLUNTEER else '多位志工'


def _address(summary: DraftSummary) -> str:
    if summary.volunteer is None:
        is_person = summary.kind == DraftKind.VOLUNTEER
        return links.volunteer_draft(summary.id) if is_person else links.batch_trainings(summary.id)
    volunteer_id = summary.volunteer.id
    return {
        DraftKind.VOLUNTEER: links.basics(volunteer_id),
        DraftKind.TRAINING: links.training(volunteer_id, summary.about),
        DraftKind.APPLICATION: links.application(volunteer_id),
        DraftKind.PAPER_BOOK: links.paper_book(volunteer_id),
    }[summary.kind]


async def _of_form(form: OpenForm, by: Account) -> LeftOff:
    photo = form.volunteer.photo_id if form.volunteer else None
    note = await lacking(form, by=by)
    return LeftOff(form.who, form.step, note, form.address, _picture(photo), form.saved_at, '自動儲存')


async def lacking(form: OpenForm, *, by: Account) -> str:
    """The first thing the form, as it was read, still lacks, in the words of its field."""
    course = TrainingDetails if form.volunteer else CourseDetails
    is_new_course = form.kind == DraftKind.TRAINING and form.amends is None
    unit = await courses.blank(by=by) if is_new_course else TrainingDetails()
    blank: dict[DraftKind, Callable[[], Any]] = {
        DraftKind.VOLUNTEER: lambda: (
            VolunteerDetails.from_record(form.volunteer) if form.volunteer else VolunteerDetails()
        ),
        DraftKind.TRAINING: lambda: TrainingDetails.from_record(form.amends) if form.amends else course(**vars(unit)),
        DraftKind.APPLICATION: ApplicationDetails,
        DraftKind.PAPER_BOOK: lambda: (
            PaperBookDetails.of_volunteer(form.volunteer) if form.volunteer else PaperBookDetails()
        ),
    }
    details = drafts.from_draft(dict(form.typed), blank[form.kind]())
    open_ones = [sentence for name, sentence in details.problems().items() if name not in _NOT_KEPT]
    return open_ones[0] if open_ones else '資料已填齊，尚未儲存。'


async def _of_case(case: Application, by: Account) -> LeftOff:
    if case.status != ApplicationStatus.RETURNED:
        gaps = await missing.of_known([case.volunteer], {case.volunteer_id: case}, by=by)
        return _at_first_gap(case.volunteer, gaps[case.volunteer_id].gaps, case.updated_at)
    last = f'補件期限 {dates.roc(case.correct_by)}。' if case.correct_by else ''
    note = f'機關通知補件：{in_brief(case.reason).rstrip("。")}。{last}'
    address = links.application(case.volunteer_id)
    return LeftOff(
        case.volunteer.name, 8, note, address, _picture(case.volunteer.photo_id), case.updated_at, '收到通知'
    )


async def _of_last_person(added: Iterable[tuple[int, datetime]], by: Account) -> LeftOff | None:
    """Whom the unit has registered or trained last, of those who lack something; `added` as `_last_touched` has it."""
    last: dict[int, datetime] = {}
    for volunteer_id, at in added:
        last.setdefault(volunteer_id, at)
    ids = list(last)
    for some in (ids[:_FIRST_LOOKED_AT], ids[_FIRST_LOOKED_AT:]):  # it mostly is one of the first
        if left := await _last_with_gaps(some, last, by):
            return left
    return None


async def _last_with_gaps(ids: Sequence[int], last: Mapping[int, datetime], by: Account) -> LeftOff | None:
    if not ids:
        return None
    people = await Volunteer.filter(permissions.visible_to(by), id__in=ids)
    gaps = await missing.of_known(people, await missing.latest(people, by=by), by=by)
    newest = max((one for one in people if gaps[one.id].gaps), key=lambda one: last[one.id], default=None)
    return _at_first_gap(newest, gaps[newest.id].gaps, last[newest.id]) if newest else None


def _at_first_gap(volunteer: Volunteer, gaps: Sequence[Gap], at: datetime) -> LeftOff:
    """Where to go on, and what lacks; of a draft that changed meanwhile, its form."""
    first = gaps[0] if gaps else Gap(8, 'send', '', '', links.application(volunteer.id))
    lacking = missing.names(gaps)
    note = f'還缺：{lacking}。' if lacking else '資料已儲存，尚未送審。'
    return LeftOff(volunteer.name, first.step, note, first.address, _picture(volunteer.photo_id), at, '儲存')


def _picture(photo: object) -> str:
    return links.file(photo) if photo else ''
