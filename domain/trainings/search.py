"""教育訓練 query of STEP 5: trainings with totals for each volunteer and unit."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tortoise.expressions import RawSQL, Subquery
from tortoise.functions import Sum
from tortoise.queryset import QuerySet

from db.choices import Choice, MembershipStatus, TrainingKind
from db.models import Account, HostUnit, Membership, Training, Volunteer

from .. import permissions, validation
from ..paging import Page, bounds

# What is summed up of a group, by name: as what, of which column.
_FACTS = (
    ('done', 'sum', 'minutes'),
    ('times', 'sum', 'sessions'),
    ('latest', 'max', 'ends_on'),
    ('courses', 'count', 'id'),
)
_COLUMNS = ('volunteer_id', 'trained_for_id', 'done', 'times', 'found')
_AT_ONCE = 500
# What a training is shown with: by itself; in a list, on the screen or on paper.
COMPLETE = ('volunteer', 'trained_for', 'field', 'certificate_front', 'certificate_back', 'created_by', 'updated_by')
_LISTED = ('volunteer', 'trained_for', 'field', 'created_by')


class TrainingOrder(Choice):
    """排序. The official list is not published; these are ours."""

    NAME = 'name', '志工姓名'
    LATEST = 'latest', '最近受訓日期'
    MOST_HOURS = 'most_hours', '總訓練時數（多到少）'
    FEWEST_HOURS = 'fewest_hours', '總訓練時數（少到多）'


@dataclass(frozen=True)
class TrainingQuery:
    """The filters of STEP 5; None and '' do not filter.

    Dates: trainings that touch the days from `from_day` to `to_day`. Hours bound the total of each row.
    `status` is 收編狀態 at the unit that asks; `is_civil_servant` is 公教人員過濾.
    """

    volunteer_id: int | None = None
    title: str = ''
    from_day: date | None = None
    to_day: date | None = None
    status: MembershipStatus | None = None
    kind: TrainingKind | None = None
    field_id: int | None = None
    is_civil_servant: bool | None = None
    hours_from: int | None = None
    hours_to: int | None = None
    order: TrainingOrder = TrainingOrder.NAME
    page: int = 1
    per_page: int = 10


@dataclass(frozen=True)
class TrainingTotals:
    """A volunteer's trainings for one unit (受訓單位), oldest first, and their totals."""

    volunteer: Volunteer
    unit: HostUnit
    sessions: int
    minutes: int
    trainings: list[Training]


async def find(query: TrainingQuery, *, by: Account) -> Page[TrainingTotals]:
    """Rows of volunteer and unit with the totals of the trainings that match. Two queries."""
    number, per_page = bounds(query.page, query.per_page)
    totals = _totals(query, by)
    page = totals.offset((number - 1) * per_page).limit(per_page)
    groups: Sequence[Mapping[str, Any]] = await page.values(*_COLUMNS)
    if not groups:
        earlier = await totals.limit(1).values('found') if number > 1 else []
        return Page([], earlier[0]['found'] if earlier else 0, number, per_page)
    return Page(await _rows(groups, query, by), groups[0]['found'], number, per_page)


async def size(query: TrainingQuery, *, by: Account) -> int:
    """How many trainings all rows of the query have together."""
    groups: Sequence[Mapping[str, Any]] = await _totals(query, by).values('courses')
    return sum(group['courses'] for group in groups)


async def every(query: TrainingQuery, *, by: Account) -> AsyncIterator[list[TrainingTotals]]:
    """All rows of the query, whatever page it names, some hundreds at a time; in memory are their totals."""
    groups: Sequence[Mapping[str, Any]] = await _totals(query, by).values(*_COLUMNS)
    for start in range(0, len(groups), _AT_ONCE):
        yield await _rows(groups[start : start + _AT_ONCE], query, by)


def _totals(query: TrainingQuery, by: Account) -> QuerySet[Training]:
    """A row for each volunteer and unit, bounded by its hours, in the order asked for."""
    facts: dict[str, Any] = {name: RawSQL(f'{word}(training.{column})') for name, word, column in _FACTS}
    limits = {
        'done__gte': _minutes(query.hours_from, 0),
        'done__lte': _minutes(query.hours_to, validation.MOST_INT4),
    }
    is_bounded = limits != {'done__gte': 0, 'done__lte': validation.MOST_INT4}
    if is_bounded:  # by HAVING, which Tortoise has for a Sum alone; and of a Sum it writes the statement each time
        facts['done'] = Sum('minutes')
    totals = (
        _matching(query, by)
        .annotate(**facts, found=RawSQL('COUNT(*) OVER ()'))
        .group_by('volunteer_id', 'trained_for_id', 'volunteer__name_order')
        .order_by(*_order(query.order))
    )
    return totals.filter(**limits) if is_bounded else totals


async def _rows(groups: Sequence[Mapping[str, Any]], query: TrainingQuery, by: Account) -> list[TrainingTotals]:
    shown = [group['volunteer_id'] for group in groups]
    trainings: dict[tuple[int, int], list[Training]] = defaultdict(list)
    for training in (
        await _matching(query, by).filter(volunteer_id__in=shown).select_related(*_LISTED).order_by('starts_on', 'id')
    ):
        trainings[training.volunteer_id, training.trained_for_id].append(training)
    rows = []
    for group in groups:
        of_group = trainings[group['volunteer_id'], group['trained_for_id']]
        if of_group:
            first = of_group[0]
            rows.append(TrainingTotals(first.volunteer, first.trained_for, group['times'], group['done'], of_group))
    return rows


def _matching(query: TrainingQuery, by: Account) -> QuerySet[Training]:
    """The single trainings; the totals are bounded later."""
    facts: dict[str, Any] = {
        'volunteer_id': query.volunteer_id and validation.record_id(query.volunteer_id),
        'title__icontains': validation.searched(query.title) or None,
        'ends_on__gte': query.from_day if isinstance(query.from_day, date) else None,
        'starts_on__lte': query.to_day if isinstance(query.to_day, date) else None,
        'kind': validation.member(TrainingKind, query.kind),
        'field_id': query.field_id and validation.record_id(query.field_id),
        'volunteer__is_civil_servant': query.is_civil_servant if isinstance(query.is_civil_servant, bool) else None,
    }
    found = visible_to(by).filter(**{name: value for name, value in facts.items() if value is not None})
    if status := validation.member(MembershipStatus, query.status):
        serving = Membership.filter(host_unit_id=by.host_unit_id or 0, status=status)
        found = found.filter(volunteer_id__in=Subquery(serving.values('volunteer_id')))
    return found


def visible_to(by: Account) -> QuerySet[Training]:
    """A unit sees all trainings of its volunteers: the record book is one, whoever trained them."""
    return Training.filter(volunteer_id__in=Subquery(Volunteer.filter(permissions.visible_to(by)).values('id')))


def _minutes(hours: object, default: int) -> int:
    is_number = isinstance(hours, int) and not isinstance(hours, bool)
    return min(max(hours * 60, 0), validation.MOST_INT4) if is_number else default  # type: ignore[operator]


def _order(order: object) -> tuple[str, ...]:
    first = {
        TrainingOrder.LATEST: ('-latest',),
        TrainingOrder.MOST_HOURS: ('-done',),
        TrainingOrder.FEWEST_HOURS: ('done',),
    }
    chosen = validation.member(TrainingOrder, order) or TrainingOrder.NAME
    return (*first.get(chosen, ()), 'volunteer__name_order', 'volunteer_id', 'trained_for_id')
