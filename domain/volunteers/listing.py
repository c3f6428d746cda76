"""The unit's list of volunteers: how far each has come, and in which order they stand."""

from tortoise.expressions import RawSQL, Subquery
from tortoise.queryset import QuerySet

from db.choices import ApplicationStatus, Choice, TrainingKind
from db.models import Account, Application, Volunteer

from .. import validation


class State(Choice):
    """紀錄冊申請, as the list shows it: the open case of the unit, else the book in use, else nothing."""

    NONE = 'none', '未申請'
    DRAFT = 'draft', '草稿'
    SUBMITTED = 'submitted', '審核中'
    RETURNED = 'returned', '待補件'
    ISSUED = 'issued', '已發冊'


STATUSES = {
    State.DRAFT: ApplicationStatus.DRAFT,
    State.SUBMITTED: ApplicationStatus.SUBMITTED,
    State.RETURNED: ApplicationStatus.RETURNED,
}
# Asked person by person: a list of all who have one would be a list of the nation. Constants and ids of the code only.
HAS_BOOK = "EXISTS (SELECT FROM record_book WHERE volunteer_id = volunteer.id AND status = 'in_use')"
# The agency has not confirmed it yet.
HAS_PAPER = (
    "EXISTS (SELECT FROM paper_registration WHERE volunteer_id = volunteer.id AND status IN ('waiting', 'returned'))"
)
_UNDER_WAY = (
    'EXISTS (SELECT FROM application WHERE volunteer_id = volunteer.id AND host_unit_id = %d'
    " AND status IN ('draft', 'submitted', 'returned'))"
)
_TRAINED = "EXISTS (SELECT FROM training WHERE volunteer_id = volunteer.id AND kind = '%s')"
# What each column sorts by, from its own unit's point of view (%d); volunteers of one value stand by their names.
SORTS = {
    'name': 'volunteer.name_order',
    'number': 'volunteer.identity_masked',
    'team': (
        '(SELECT team.name FROM membership JOIN team ON team.id = team_id'
        ' WHERE volunteer_id = volunteer.id AND membership.host_unit_id = %d)'
    ),
    'membership': '(SELECT status FROM membership WHERE volunteer_id = volunteer.id AND host_unit_id = %d)',
    'state': (
        '(SELECT status FROM application WHERE volunteer_id = volunteer.id AND host_unit_id = %d'
        " AND status IN ('draft', 'submitted', 'returned') LIMIT 1)"
    ),
}


def in_state(found: QuerySet[Volunteer], state: object, by: Account) -> QuerySet[Volunteer]:
    """Those of `found` who have come as far as `state`."""
    state = validation.member(State, state)
    if state is None:
        return found
    if state in STATUSES:
        cases = Application.filter(host_unit_id=by.host_unit_id, status=STATUSES[state])
        return found.filter(id__in=Subquery(cases.values('volunteer_id')))
    under_way = RawSQL(_UNDER_WAY % (by.host_unit_id or 0))
    found = found.annotate(has_book=RawSQL(HAS_BOOK), is_under_way=under_way)
    return found.filter(is_under_way=False, has_book=state is State.ISSUED)


def narrowed(found: QuerySet[Volunteer], lacks: object, roster_id: object, by: Account) -> QuerySet[Volunteer]:
    """Those of `found` without a training of kind `lacks`, of the unit's roster `roster_id`; None does not filter."""
    if kind := validation.member(TrainingKind, lacks):
        found = found.annotate(is_trained=RawSQL(_TRAINED % kind.value)).filter(is_trained=False)
    if roster_id is not None:
        rows = Application.filter(roster_id=validation.record_id(roster_id), host_unit_id=by.host_unit_id)
        found = found.filter(id__in=Subquery(rows.values('volunteer_id')))
    return found


def ordered(found: QuerySet[Volunteer], sort: object, by: Account) -> QuerySet[Volunteer]:
    """`found` in the order `sort`; one that is not known is that of the names."""
    sort = str(sort)
    column = sort.removeprefix('-')
    down = '-' if sort.startswith('-') else ''
    if column not in SORTS:
        return found.order_by('name_order', 'id')
    expression = SORTS[column]
    place = expression % (by.host_unit_id or 0) if '%d' in expression else expression
    return found.annotate(place=RawSQL(place)).order_by(f'{down}place', 'name_order', 'id')
