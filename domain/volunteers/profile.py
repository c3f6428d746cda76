"""The header of a volunteer's profile: the five facts over the tabs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from tortoise.connection import get_connection

from db.choices import REGISTRATIONS_OPEN, BookStatus, IssueKind, MembershipStatus, RegistrationStatus, Role
from db.models import Account, Volunteer

from .. import book_numbers, dates, permissions, validation
from ..cases.worklists import OPEN
from ..errors import NotFound

INSURED = '投保中'

# Of a volunteer ($1), in a place, as permissions.place_of has it.
_LISTED = """
ARRAY(SELECT ROW(r.id, r.title, a.id, 1 + (
    SELECT count(*) FROM application b WHERE b.roster_id = a.roster_id AND b.roster_position < a.roster_position))
  FROM application a JOIN roster r ON r.id = a.roster_id
  WHERE a.volunteer_id = $1 AND a.status = ANY($2::text[])
    AND a.host_unit_id = $3 AND ($4::int IS NULL OR a.team_id = $4)) AS listed"""
_FACTS = f"""
SELECT {_LISTED},
  ARRAY(SELECT ROW(u.name, t.name, m.host_unit_id, m.team_id)
    FROM membership m JOIN host_unit u ON u.id = m.host_unit_id LEFT JOIN team t ON t.id = m.team_id
    WHERE m.volunteer_id = $1 AND m.status <> $5 ORDER BY m.joined_on, m.id) AS serving,
  ARRAY(SELECT ROW(c.starts_on, c.ends_on) FROM insurance_cover c WHERE c.volunteer_id = $1) AS covers,
  (SELECT max(h.valid_until) FROM honor_card h WHERE h.volunteer_id = $1 AND h.kind <> $6) AS honor_card_until,
  ARRAY(SELECT ROW(b.number, b.roc_year = 0) FROM record_book b
    WHERE b.volunteer_id = $1 AND b.status = $7) AS books,
  ARRAY(SELECT ROW(p.series, p.serial, p.status) FROM paper_registration p
    WHERE p.volunteer_id = $1 AND p.status = ANY($8::text[])) AS registrations"""  # noqa: S608 -- our own words


class Term(NamedTuple):
    """From which day to which a cover holds; both days count."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Listed:
    """Where an open application stands in a roster: its `row`, as the roster's page counts them."""

    roster_id: int
    title: str
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
    asked = [MembershipStatus.LEFT, IssueKind.CANCELLATION, BookStatus.IN_USE, list(REGISTRATIONS_OPEN)]
    [facts] = await get_connection('default').execute_query_dict(_FACTS, [*_listed_for(volunteer, by), *asked])
    if by.role == Role.UNIT_STAFF:  # as permissions.visible_to has it: what was read tells it
        is_seen = any(permissions.is_of_place(by, unit_id, team_id) for *_, unit_id, team_id in facts['serving'])
    else:
        is_seen = await Volunteer.filter(permissions.visible_to(by), id=volunteer.id).exists()
    if not is_seen:
        raise NotFound
    insurance = insurance_status(Term(*one) for one in facts['covers'])
    number, note = _book(facts)
    return Header(
        units=[unit for unit, *_ in facts['serving']],
        teams=[team for _, team, *_ in facts['serving'] if team],
        insurance=insurance,
        is_insured=insurance == INSURED,
        honor_card_until=facts['honor_card_until'],
        book_number=number,
        listed=_row_of(facts['listed']),
        book_note=note,
    )


def _book(facts: dict[str, Any]) -> tuple[str | None, str]:
    """The number of the book in use, or of a paper book that is being registered; and what to say of it."""
    for number, is_paper in facts['books']:
        return number, '舊制紙本' if is_paper else ''
    for series, serial, status in facts['registrations']:
        return book_numbers.written(series, serial), f'舊制紙本，{RegistrationStatus.of(status).label}'
    return None, ''


async def listed(volunteer: Volunteer, *, by: Account) -> Listed | None:
    """The row of the unit's roster in which the volunteer's open application stands; others see none."""
    if not permissions.may(by, 'volunteers.profile.listed'):
        return None
    found = await get_connection('default').execute_query_dict(f'SELECT {_LISTED}', _listed_for(volunteer, by))
    return _row_of(found[0]['listed'])


def _listed_for(volunteer: Volunteer, by: Account) -> list[Any]:
    """The values of `_LISTED`; whoever may not ask is of no place."""
    place = [by.host_unit_id, by.team_id] if permissions.may(by, 'volunteers.profile.listed') else [None, None]
    return [validation.record_id(volunteer.id), list(OPEN), *place]


def _row_of(found: Sequence[Sequence[Any]]) -> Listed | None:
    return Listed(*found[0]) if found else None


def insurance_status(covers: Iterable[Term]) -> str:
    """保險狀態 today."""
    today, covers = dates.today(), list(covers)
    if any(cover.starts_on <= today <= cover.ends_on for cover in covers):
        return INSURED
    if any(cover.starts_on > today for cover in covers):
        return '尚未生效'
    return '已到期' if covers else '未投保'
