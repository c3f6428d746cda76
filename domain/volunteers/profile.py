"""The header of a volunteer's profile: the five facts over the tabs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from db.choices import BookStatus, IssueKind, MembershipStatus, RegistrationStatus
from db.models import (
    Account,
    Application,
    HonorCard,
    InsuranceCover,
    Membership,
    PaperRegistration,
    RecordBook,
    Roster,
    Volunteer,
)

from .. import book_numbers, dates, permissions, validation
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

    `book_note`: what is to be said of the number: a paper book, or one whose registration is under way.
    `listed`: in which of the reader's rosters the volunteer's open application stands.
    """

    units: list[str]
    teams: list[str]
    insurance: str
    is_insured: bool
    honor_card_until: date | None
    book_number: str | None
    listed: Listed | None
    book_note: str = ''


async def header(volunteer: Volunteer, *, by: Account) -> Header:
    """所屬運用單位, 所屬志工隊, 保險狀態, 榮譽卡期限, 紀錄冊號. Raises NotFound."""
    known = {'volunteer_id': validation.record_id(volunteer.id)}
    if not await Volunteer.filter(permissions.visible_to(by), id=known['volunteer_id']).exists():
        raise NotFound
    memberships = Membership.filter(**known).exclude(status=MembershipStatus.LEFT).order_by('joined_on', 'id')
    serving = await memberships.select_related('host_unit', 'team')
    insurance = insurance_status(await InsuranceCover.filter(**known))
    cards = await HonorCard.filter(**known).exclude(kind=IssueKind.CANCELLATION)
    number, note = await _book(known['volunteer_id'])
    return Header(
        units=[one.host_unit.name for one in serving],
        teams=[one.team.name for one in serving if one.team],
        insurance=insurance,
        is_insured=insurance == INSURED,
        honor_card_until=max((card.valid_until for card in cards), default=None),
        book_number=number,
        listed=await listed(volunteer, by=by),
        book_note=note,
    )


async def _book(volunteer_id: int) -> tuple[str | None, str]:
    """The number of the book in use, or of a paper book that is being registered; and what to say of it."""
    if book := await RecordBook.filter(volunteer_id=volunteer_id, status=BookStatus.IN_USE).first():
        return book.number, '舊制紙本' if book.is_paper else ''
    under_way = (RegistrationStatus.WAITING, RegistrationStatus.RETURNED)
    paper = await PaperRegistration.filter(volunteer_id=volunteer_id, status__in=under_way).first()
    if paper is None:
        return None, ''
    return book_numbers.written(paper.series, paper.serial), f'舊制紙本，{paper.status.label}'


async def listed(volunteer: Volunteer, *, by: Account) -> Listed | None:
    """The row of the unit's roster in which the volunteer's open application stands; others see none."""
    if not permissions.may(by, 'volunteers.profile.listed'):
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
