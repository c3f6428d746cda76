"""A step of a paper book's registration: taken once, noted in the history, announced."""

from collections.abc import Iterable
from typing import Any

from db.choices import HistoryAction, RegistrationStatus, Section
from db.models import Account, PaperRegistration, Volunteer

from .. import announcements, dates
from ..announcements import PaperBooksChanged, VolunteerChanged
from ..audit import history
from ..audit.history import Change
from ..errors import DomainError, MovedOn
from ..fields import Field
from .paper_details import number_of
from .paper_lists import whole

WAITING, RETURNED, CONFIRMED, WITHDRAWN = RegistrationStatus
STATUS = Field('registration', '紙本紀錄冊登記')
_VERBS = {WAITING: '送請確認', RETURNED: '退回', CONFIRMED: '確認', WITHDRAWN: '撤回'}


class HasBook(DomainError):
    """The volunteer has a book in use; nobody has two (law.md#one-book)."""

    def __init__(self, number: str) -> None:
        super().__init__(
            f'這位志工已有使用中的紀錄冊 {number}，一人只有一冊，所以沒有登記。若紙本是同一冊，不需要再登記。'
        )


async def move(registration: PaperRegistration, to: RegistrationStatus, **facts: Any) -> None:
    """One step; of two who take one the database decides who was first. Raises MovedOn."""
    as_read = PaperRegistration.filter(id=registration.id, status=registration.status, version=registration.version)
    if not await as_read.update(status=to, version=registration.version + 1, **facts):
        raise await moved_on(registration.id)


async def moved_on(registration_id: int) -> MovedOn:
    """The refusal for whoever acts on what is no longer so: who did what, and when."""
    now = await whole(registration_id)
    by, at = (now.sent_by, now.sent_at) if now.status == WAITING else (now.decided_by, now.decided_at)
    if by is None or at is None:
        return MovedOn('這件紙本紀錄冊已有變動，您的畫面已更新。請看過目前的內容再繼續。')
    if now.status == WAITING:
        return MovedOn('單位剛修改了這件紙本紀錄冊，您的畫面已更新。請看過目前的內容再決定。')
    return MovedOn(f'這件紙本紀錄冊已由 {by.name} 於 {dates.roc_instant(at)} {_VERBS[now.status]}，您的畫面已更新。')


async def require_unmoved(
    now: PaperRegistration, version: int, statuses: Iterable[RegistrationStatus] = (WAITING,)
) -> None:
    """Raises MovedOn where it is not as it was read, or in none of these states."""
    if now.version != version or now.status not in tuple(statuses):
        raise await moved_on(now.id)


async def note(registration: PaperRegistration, action: HistoryAction, changes: list[Change], by: Account) -> None:
    """Into the history of the volunteer."""
    volunteer = await Volunteer.get(id=registration.volunteer_id)
    await history.note(volunteer, Section.RECORD_BOOK, action, changes, by=by, subject=number_of(registration))


async def announce(registration: PaperRegistration, *, also: int | None = None) -> None:
    """Pages of unit, agency and volunteer hear of it; `also`: the agency that it was with before."""
    for agency_id in {registration.agency_id, also or registration.agency_id}:
        await announcements.announce(
            PaperBooksChanged(registration.id, agency_id, registration.host_unit_id, registration.volunteer_id)
        )
    await announcements.announce(VolunteerChanged(registration.volunteer_id))
