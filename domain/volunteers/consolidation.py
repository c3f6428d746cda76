"""志工總歸戶: what all units together know of one person, for a stated purpose that the person can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tortoise.connection import get_connection

from db.choices import AccessKind, IdentityKind, LookupKind, Sex
from db.models import Account, Award, HonorCard, InsuranceCover, Membership, RecordBook, Training, Volunteer

from .. import book_numbers, permissions, validation
from ..audit import access
from ..errors import Incomplete, NotFound
from ..names import masking
from . import lookups
from .basics import legacy_number
from .enrolment import number_problem

# An entry that goes over a new year counts for the year in which it began.
_SERVED = """
SELECT coalesce(host_unit.name, '') AS unit, extract(year FROM starts_on)::int - 1911 AS year,
    extract(year FROM ends_on)::int - 1911 AS until, sum(minutes)::int AS done
FROM service_hours LEFT JOIN host_unit ON host_unit.id = entered_by_unit_id
WHERE volunteer_id = $1 GROUP BY 1, 2, 3 ORDER BY 3 DESC, 2 DESC, 1
"""


@dataclass(frozen=True)
class PaperBook:
    """紙本紀錄冊 (舊制): its number, and when it was issued, where that is known."""

    number: str
    issued_on: date | None


@dataclass(frozen=True)
class Served:
    """Minutes of service that a unit has registered in a year of the ROC; `unit` '' where none is on record.

    What one entry counts over several years (期初累計, say) stands by itself, to the year `until`.
    """

    unit: str
    year: int
    until: int
    minutes: int


@dataclass(frozen=True)
class Consolidated:
    """One person over all units. Of a stranger the name is masked, and there are neither birth date nor policy numbers.

    `volunteer_id`: the profile can be opened too; None: the person is a stranger. 收編 asks for name and birth date,
    so nobody reads them here.
    """

    volunteer_id: int | None
    name: str
    identity_kind: IdentityKind
    identity_masked: str
    sex: Sex
    born_on: date | None
    memberships: Sequence[Membership]
    trainings: Sequence[Training]
    paper_books: Sequence[PaperBook]
    record_books: Sequence[RecordBook]
    served: Sequence[Served]
    insurance: Sequence[InsuranceCover]
    honor_cards: Sequence[HonorCard]
    awards: Sequence[Award]

    @property
    def service_minutes(self) -> int:
        """服務時數 in all."""
        return sum(one.minutes for one in self.served)


async def consolidated(kind: object, number: object, reason: str, *, by: Account, what: str = '') -> Consolidated:
    """Somebody by the exact number, for a stated purpose; `what` says how it was read, where it was printed.

    Those the account may see anyway, and those who are open to units (開放志工單位查詢), whose name is masked then.
    Raises Incomplete, NotFound, TooManyTries.
    """
    permissions.require(by, 'volunteers.consolidation.consolidated')
    problems = number_problem(kind, number) | validation.found({'reason': access.problem(reason)})
    if problems:
        raise Incomplete(problems)
    volunteer = await lookups.counted(LookupKind.CONSOLIDATED, number, by=by, reason=reason)
    is_ours = volunteer and await Volunteer.filter(permissions.visible_to(by), id=volunteer.id).exists()
    if volunteer is None or not (is_ours or volunteer.is_open_to_units):
        raise NotFound('查無這個號碼，或本人沒有開放志工單位查詢。請對照證件再確認；需要資料時，請洽志工本人。')
    await access.note(volunteer, AccessKind.CONSOLIDATED, reason, by=by, what=what)
    of_them = {'volunteer_id': volunteer.id}
    insurance = await InsuranceCover.filter(**of_them).select_related('entered_by_unit')
    if not is_ours:
        for cover in insurance:
            cover.policy_number = ''
    books = await _books(volunteer)
    return Consolidated(
        volunteer_id=volunteer.id if is_ours else None,
        name=volunteer.name if is_ours else masking.masked(volunteer.name),
        identity_kind=volunteer.identity_kind,
        identity_masked=volunteer.identity_masked,
        sex=volunteer.sex,
        born_on=volunteer.born_on if is_ours else None,
        memberships=await Membership.filter(**of_them).select_related('host_unit', 'team').order_by('joined_on', 'id'),
        trainings=await Training.filter(**of_them).select_related('trained_for', 'field'),
        paper_books=paper_books(volunteer, books),
        record_books=books,
        served=await _served(volunteer),
        insurance=insurance,
        honor_cards=await HonorCard.filter(**of_them).select_related('county'),
        awards=await Award.filter(**of_them),
    )


def paper_books(volunteer: Volunteer, books: Sequence[RecordBook]) -> list[PaperBook]:
    """The paper books that the basics name and that are none of the `books` yet: one at most."""
    number = legacy_number(volunteer)
    if not number or book_numbers.folded(number) in {book.number_key for book in books}:
        return []
    return [PaperBook(number, volunteer.legacy_issued_on)]


async def _served(volunteer: Volunteer) -> list[Served]:
    rows = await get_connection('default').execute_query_dict(_SERVED, [volunteer.id])
    return [Served(row['unit'], row['year'], row['until'], row['done']) for row in rows]


async def _books(volunteer: Volunteer) -> list[RecordBook]:
    """The latest first; those without a day last."""
    found = await RecordBook.filter(volunteer_id=volunteer.id).select_related('agency')
    return sorted(found, key=lambda book: (book.issued_on or date.min, book.id), reverse=True)
