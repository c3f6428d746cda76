"""The header of a volunteer's profile: the five facts over the tabs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from db.choices import BookStatus, IssueKind, MembershipStatus, Role
from db.models import Account, Application, HonorCard, InsuranceCover, Membership, RecordBook, Roster, Volunteer

from .. import dates, permissions, validation
from ..cases.worklists import OPEN
from ..errors import NotFound

INSURED = '投保中'


@dataclass(frozen=True)
class Listed:
    """Where an open application stands in a roster: its `row`, as the roster's page counts them."""

    roster: Roster
    application_id: int
    row: int


@dataclass(frozen=True)
class Header:
    """`insurance` is 投保中, 尚未生效, 已到期 or 未投保; None: there is no card, no book.

    `listed`: in which of the reader's rosters the volunteer's open application stands.
    """

    units: list[str]
    teams: list[str]
    insurance: str
    is_insured: bool
    honor_card_until: date | None
    book_number: str | None
    listed: Listed | None


async def header(volunteer: Volunteer, *, by: Account) -> Header:
    """所屬運用單位, 所屬志工隊, 保險狀態, 榮譽卡期限, 紀錄冊號. Raises NotFound."""
    known = {'volunteer_id': validation.record_id(volunteer.id)}
    if not await Volunteer.filter(permissions.visible_to(by), id=known['volunteer_id']).exists():
        raise NotFound
    memberships = Membership.filter(**known).exclude(status=MembershipStatus.LEFT).order_by('joined_on', 'id')
    serving = await memberships.select_related('host_unit', 'team')
    insurance = insurance_status(await InsuranceCover.filter(**known))
    cards = await HonorCard.filter(**known).exclude(kind=IssueKind.CANCELLATION)
    book = await RecordBook.filter(**known, status=BookStatus.IN_USE).first()
    return Header(
        units=[one.host_unit.name for one in serving],
        teams=[one.team.name for one in serving if one.team],
        insurance=insurance,
        is_insured=insurance == INSURED,
        honor_card_until=max((card.valid_until for card in cards), default=None),
        book_number=book.number if book else None,
        listed=await listed(volunteer, by=by),
    )


async def listed(volunteer: Volunteer, *, by: Account) -> Listed | None:
    """The row of the unit's roster in which the volunteer's open application stands; others see none."""
    if by.role != Role.UNIT_STAFF:
        return None
    under_way = Application.filter(volunteer_id=volunteer.id, status__in=OPEN, **permissions.place_of(by))
    found = await under_way.exclude(roster_id=None).select_related('roster').first()
    if found is None or found.roster is None:
        return None
    before = Application.filter(roster_id=found.roster_id, roster_position__lt=found.roster_position)
    return Listed(found.roster, found.id, await before.count() + 1)


def insurance_status(covers: Iterable[InsuranceCover]) -> str:
    """保險狀態 today."""
    today, covers = dates.today(), list(covers)
    if any(cover.starts_on <= today <= cover.ends_on for cover in covers):
        return INSURED
    if any(cover.starts_on > today for cover in covers):
        return '尚未生效'
    return '已到期' if covers else '未投保'
