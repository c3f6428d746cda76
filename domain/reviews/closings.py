"""逾期結案: the reviewer ends a returned case whose unit has let the term of its correction pass.

law.md#correction-term is the source of the term.

It ends as 駁回: that is what an office does with an application that stays incomplete, it is the agency's act, and it
counts among the agency's. 撤回 would say that the unit took it back. The unit may apply anew.
"""

from datetime import date, timedelta
from typing import Any

from db import transaction
from db.choices import ApplicationStatus
from db.models import Account, Application

from .. import applications, dates, permissions
from ..cases import transitions
from ..errors import DomainError, MovedOn
from ..mail import messages
from . import roster_news


class TooEarly(DomainError):
    """The unit still has time, or the agency sets it no term."""

    def __init__(self, first: date | None) -> None:
        why = f'補件期限還沒過，{dates.roc(first)} 起才可以結案。' if first else '這個案件沒有補件期限，不能逾期結案。'
        super().__init__(f'{why}案件沒有變動，也沒有通知任何人。')


def closable_from(application: Application) -> date | None:
    """The first day on which it may be closed; None when it is not returned, or has no term."""
    if application.status != ApplicationStatus.RETURNED or application.correct_by is None:
        return None
    return application.correct_by + timedelta(days=1)


async def close(application_id: int, version: int, *, by: Account) -> Application:
    """End the case on the `version` that was read; the unit gets mail, of a row of a roster that of
    the roster. Done twice it counts once.

    Raises NotFound, MovedOn, TooEarly, NotPermitted for one's own case.
    """
    permissions.require(by, 'reviews.closings.close')
    now = await applications.get(application_id, by=by)
    if now.status == ApplicationStatus.REJECTED and now.version == version + 1 and now.decided_by_id == by.id:
        return now
    if now.status != ApplicationStatus.RETURNED or now.version != version:
        raise await transitions.moved_on(now)
    await transitions.require_sent_by_others(now, by=by)
    first = closable_from(now)
    if first is None or dates.today() < first or now.correct_by is None:
        raise TooEarly(first)
    last = dates.roc(now.correct_by)
    reason = f'逾期未補件：補件期限 {last} 已過，案件結案。'
    facts: dict[str, Any] = {'decided_by_id': by.id, 'decided_at': dates.now()}
    try:
        async with transaction():
            moved = await transitions.move(now, ApplicationStatus.REJECTED, by=by, reason=reason, **facts)
            if moved.roster_id:
                await roster_news.note(moved)
            else:
                await messages.rejected(moved, reason, correct_by=now.correct_by)
    except MovedOn:
        again = await applications.get(application_id, by=by)
        if again.status == ApplicationStatus.REJECTED and again.decided_by_id == by.id:
            return again
        raise
    return moved
