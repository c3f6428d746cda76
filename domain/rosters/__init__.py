"""名冊: applications of one unit to one agency, prepared, sent and looked at as one thing (管理辦法 §5).

A roster stays one thing when some of its rows come back: they are mended and sent again from where they stand.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from db import transaction
from db.choices import ApplicationStatus, IssueKind
from db.models import Account, Agency, Application, Roster, Volunteer

from .. import announcements, applications, dates, directory, file_names, permissions, readiness, sign_offs, validation
from ..accounts import step_up
from ..announcements import RosterChanged
from ..applications.forms import ApplicationDetails
from ..books import book_prints
from ..books.book_prints import BookPrint
from ..cases import transitions
from ..cases.application_fields import FIELDS
from ..errors import DomainError, Incomplete, NotFound, NotPermitted
from ..mail import messages
from ..printouts import roster_sheets
from ..reports import profile_lists
from ..reports.profile_lists import Document
from .pasted import Pasted, pasted
from .rows import (
    RosterRow,
    RosterSummary,
    candidate_ids,
    candidates,
    get,
    having_book,
    is_open,
    of_agency,
    of_place,
    of_unit,
    read,
    rows,
)

__all__ = [
    'Pasted',
    'RosterRow',
    'RosterSummary',
    'candidate_ids',
    'candidates',
    'get',
    'is_open',
    'of_agency',
    'of_unit',
    'pasted',
    'read',
    'rows',
]

MOST_ROWS = 200


class CannotJoin(DomainError):
    """The volunteer has an application that no roster can take along."""


class CannotRemove(DomainError):
    """A row that was sent belongs to its roster; a roster with rows stays."""


class OfOtherPlace(NotPermitted):
    """The roster is the unit's or another team's; the clerk's own team only has rows in it."""

    def __init__(self) -> None:
        super().__init__(
            '這份名冊由貴單位或另一個志工隊管理，您只能辦理其中您的志工隊的志工。要調整名冊，請洽貴單位的承辦人。'
        )


@dataclass
class RosterDetails:
    """建立名冊: its title and where all its applications go."""

    title: str = ''
    county_code: str | None = None
    agency_id: int | None = None

    def problems(self) -> dict[str, str]:
        """A sentence for each field that cannot be saved as it is."""
        return validation.found(
            {
                'title': validation.text('名冊名稱', self.title, most=80, needed=True),
                'county_code': None if self.county_code else f'請選擇{FIELDS["county_code"].label}。',
                'agency_id': None if self.agency_id else f'請選擇{FIELDS["agency_id"].label}。',
            }
        )


@dataclass(frozen=True)
class Added:
    """Who stands in the roster now, and who could not join, each with a sentence."""

    added: Sequence[Application]
    refused: Sequence[tuple[Volunteer, str]]


@dataclass(frozen=True)
class Sent:
    """What was sent, and the rows that were the unit's turn and stayed, each with a sentence."""

    sent: Sequence[Application]
    left: Sequence[tuple[RosterRow, str]]


async def defaults() -> RosterDetails:
    """A new roster: named after the day, to 臺中市政府文化局 unless the administrator has renamed it."""
    today = dates.today()
    title = f'{dates.roc_year(today)} 年 {today.month} 月 {today.day} 日申請名冊'
    try:
        county, agency = await directory.defaults()
    except NotFound:
        return RosterDetails(title)
    return RosterDetails(title, county.code, agency.id)


async def start(title: str, county_code: str | None, agency_id: int | None, *, by: Account) -> Roster:
    """A new, empty roster. Raises Incomplete."""
    permissions.require(by, 'rosters.start')
    details = RosterDetails(title, county_code, agency_id)
    if problems := details.problems() or await _agency_problem(details):
        raise Incomplete(problems)
    async with transaction():
        roster = await Roster.create(
            **permissions.place_of(by),
            county_id=county_code,
            agency_id=agency_id,
            title=validation.tidy(title),
            created_by_id=by.id,
        )
        await _announce(roster)
    return await get(roster.id, by=by)


async def rename(roster: Roster, title: str, *, by: Account) -> Roster:
    """Give the roster another title. Raises Incomplete, OfOtherPlace."""
    if problem := validation.text('名冊名稱', title, most=80, needed=True):
        raise Incomplete({'title': problem})
    async with transaction():
        known = await _locked(roster, by)
        _require_own(known, by)
        await _touch(known, title=validation.tidy(title))
    return await get(known.id, by=by)


async def discard(roster: Roster, *, by: Account) -> None:
    """Throw an empty roster away. Raises CannotRemove while it has rows, OfOtherPlace."""
    async with transaction():
        known = await _locked(roster, by)
        _require_own(known, by)
        if await Application.filter(roster_id=known.id).exists():
            raise CannotRemove('這份名冊裡還有志工，不能刪除。請先把還沒送審的志工移出名冊；已送審的案件會保留。')
        await sign_offs.forget(roster_id=known.id)
        await known.delete()
        await _announce(known)


async def add(roster: Roster, volunteer_ids: Sequence[int], *, by: Account, kind: IssueKind = IssueKind.FIRST) -> Added:
    """Put volunteers of the unit on the roster: each gets a draft of `kind`, or the unit's own draft is taken along.

    All who can; the others are told: of 初次 those who have a book or wait for their paper one to be confirmed. Raises
    Incomplete for nobody, for strangers, and beyond MOST_ROWS; OfOtherPlace.
    """
    permissions.require(by, 'rosters.add')
    ids = [validation.record_id(one) for one in dict.fromkeys(volunteer_ids)]
    if not ids:
        raise Incomplete({'chosen': '請勾選要加入名冊的志工，至少一位。'})
    people = {one.id: one for one in await Volunteer.filter(permissions.visible_to(by), id__in=ids[: MOST_ROWS + 1])}
    added: list[Application] = []
    refused: list[tuple[Volunteer, str]] = []
    with_book = await having_book([*people])
    async with transaction():
        known = await _locked(roster, by)
        _require_own(known, by)
        await _require_room(known, len(ids))
        if len(people) != len(ids):
            raise Incomplete({'chosen': '有勾選的志工已不在您的單位，請重新整理後再勾選。'})
        position = await _last_position(known)
        for one in ids:
            try:
                async with transaction():
                    details = await _asked_for(known, people[one], kind, by)
                    if details.kind == IssueKind.FIRST and one in with_book:
                        raise CannotJoin(_HAS_BOOK)
                    place = position + len(added) + 1
                    added.append(await _join(known, people[one], details, place, by))
            except Incomplete as refusal:
                refused.append((people[one], ' '.join(refusal.problems.values())))
            except DomainError as refusal:
                refused.append((people[one], str(refusal)))
        await _touch(known)
    return Added(added, refused)


async def remove(roster: Roster, application: Application, *, by: Account) -> None:
    """Take a draft off the roster. It stays a draft of its own when something was written into it, else it goes.

    Raises NotFound, CannotRemove for one that was sent.
    """
    async with transaction():
        known = await _locked(roster, by)
        row = await applications.get(application.id, by=by)
        if row.roster_id != known.id:
            raise NotFound
        drafts = Application.filter(id=row.id, status=ApplicationStatus.DRAFT, version=row.version)
        if not await drafts.update(roster_id=None, roster_position=0):
            raise CannotRemove(f'{row.volunteer.name}的申請已送審，不能移出名冊。要收回時，請開啟該案按「撤回申請」。')
        if row.remarks or row.attachment_id or row.previous_id:
            await transitions.announce(row)
        else:
            await applications.give_up(row, by=by)
        await _touch(known)


async def send(roster: Roster, *, by: Account, only: Collection[int] | None = None) -> Sent:
    """送審: what is ready goes to the agency together, in one transaction with one mail that carries the roster.

    `only` names applications; without it everything that is prepared goes (RosterRow.is_prepared). What is not ready
    stays and is told. Done twice, the second finds nothing left to send.
    """
    permissions.require(by, 'rosters.send')
    known = await get(roster.id, by=by)
    turn = [row for row in await rows(known, by=by) if row.application.status in applications.WITH_UNIT]
    wanted = [row for row in turn if only is None or row.application.id in only]
    going = [row for row in wanted if row.is_prepared or (only is not None and not row.hindrance)]
    left = [(row, row.hindrance or _RETURNED) for row in wanted if row not in going]
    async with transaction():
        ready = [row.application for row in going if not row.hindrance and not row.answered]
        sent = await applications.send_drafts(ready, by=by)
        together = {one.id for one in sent}
        for row in going:
            if row.application.id in together:
                continue
            try:
                async with transaction():
                    sent.append(await applications.send(row.application, by=by))
            except DomainError as refusal:  # a colleague was faster with this one
                left.append((row, str(refusal)))
        if sent:
            await messages.roster_submitted(known, sent, by=by)
            await _touch(known)
    return Sent(sent, left)


async def sheet(roster_id: int, kind: str, *, is_masked: bool, by: Account) -> Document:
    """The roster as `kind` pdf or ods: who was sent and not withdrawn; before the sending, who is going to be.

    In full it is noted for each volunteer. Raises NotFound, and as `logbook.pdf.as_pdf`.
    """
    known = await get(roster_id, by=by)
    if kind == 'ods' or not is_masked:
        await step_up.require(by)
    withdrawn = ApplicationStatus.WITHDRAWN
    listed = [row.application for row in await rows(known, by=by) if row.application.status != withdrawn]
    sent = [each for each in listed if each.status != ApplicationStatus.DRAFT]
    facts = {'unit': known.host_unit.name, 'agency': known.agency.name, 'name': known.title}
    content = await roster_sheets.printed(sent or listed, kind, **facts, is_masked=is_masked, by=by)
    return Document(content, profile_lists.MEDIA_TYPES[kind], file_names.clean(f'名冊-{known.title}', kind))


def issued(listed: Sequence[RosterRow]) -> list[int]:
    """The applications among these that led to a book."""
    approved = [one.application for one in listed if one.application.status == ApplicationStatus.APPROVED]
    return [one.id for one in approved if one.kind != IssueKind.CANCELLATION]


async def print_books(roster_id: int, *, by: Account) -> BookPrint:
    """整批列印 of the books of those who were approved, as far as the account sees them. Raises as `of_cases`."""
    known = await get(roster_id, by=by)
    title = f'名冊「{known.title}」的紀錄冊'
    return await book_prints.of_cases(issued(await rows(known, by=by)), title, by=by)


async def _asked_for(roster: Roster, person: Volunteer, kind: IssueKind, by: Account) -> ApplicationDetails:
    """A new form of `kind`, or that of the unit's own draft. Raises CannotJoin."""
    mine = Application.filter(volunteer_id=person.id, **permissions.place_of(by), status__in=applications.OPEN)
    draft = await mine.select_related('roster').first()
    if draft is not None:
        if draft.roster_id == roster.id:
            raise CannotJoin(f'已經在這份名冊裡（{draft.status.label}）。')
        if draft.status != ApplicationStatus.DRAFT:
            raise CannotJoin(f'已有一件進行中的申請（{draft.status.label}），一人同時只能有一件。')
        if draft.roster:
            raise CannotJoin(f'已列在名冊「{draft.roster.title}」，請先從那份名冊移出。')
    details = ApplicationDetails.from_record(draft) if draft else ApplicationDetails(kind)
    details.county_code, details.agency_id = roster.county_id, roster.agency_id
    return details


async def _join(
    roster: Roster, person: Volunteer, details: ApplicationDetails, position: int, by: Account
) -> Application:
    saved = await applications.save(details, of=person, by=by)
    as_read = Application.filter(id=saved.id, status=ApplicationStatus.DRAFT, roster_id=None)
    if not await as_read.update(roster_id=roster.id, roster_position=position):
        raise await transitions.moved_on(saved)
    return saved


async def _require_room(roster: Roster, more: int) -> None:
    left = MOST_ROWS - await Application.filter(roster_id=roster.id).count()
    if left <= 0:
        raise Incomplete({'chosen': f'這份名冊已滿 {MOST_ROWS} 位，不能再加入。請另建一份名冊。'})
    if more > left:
        there = f'一份名冊最多 {MOST_ROWS} 位，這份還能加入 {left} 位'
        raise Incomplete({'chosen': f'{there}；這次勾選了 {more} 位。其餘的請另建一份名冊。'})


async def _last_position(roster: Roster) -> int:
    last = await Application.filter(roster_id=roster.id).order_by('-roster_position').first()
    return last.roster_position if last else 0


async def _agency_problem(details: RosterDetails) -> dict[str, str]:
    agency = await Agency.filter(id=validation.record_id(details.agency_id)).first()
    if agency is None or agency.county_id != details.county_code:
        return {'agency_id': '這個發冊機關不在所選的縣市，請重新選擇。'}
    if not readiness.is_open(agency):
        return {'agency_id': f'{agency.name}已停止受理，請重新選擇。'}
    return {}


async def _locked(roster: Roster, by: Account) -> Roster:
    """The unit's roster, for nobody else to change until the caller's transaction ends. Raises NotFound."""
    permissions.require(by, 'rosters')
    ours = Roster.filter(of_place(by), id=validation.record_id(roster.id))
    known = await ours.select_for_update().first()
    if known is None:
        raise NotFound
    return known


def _require_own(roster: Roster, by: Account) -> None:
    """Who only has rows in a roster changes neither it nor who else stands there."""
    if not permissions.is_of_place(by, roster.host_unit_id, roster.team_id):
        raise OfOtherPlace


async def _touch(roster: Roster, **facts: Any) -> None:
    await Roster.filter(id=roster.id).update(**facts, updated_at=dates.now())
    await _announce(roster)


async def _announce(roster: Roster) -> None:
    ids = (roster.id, roster.agency_id, roster.host_unit_id)
    await announcements.announce(RosterChanged(*ids, roster.team_id or 0))


_HAS_BOOK = '已有紀錄冊，請改用換發或補發。'
_RETURNED = '機關已通知補件，還看不出是否補正。補正後請勾選這一列，再送審選取的志工。'
