"""The timeline of a roster: what was done to many of its applications is told once, and every mail about the whole."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from db.choices import ApplicationStatus
from db.models import Account, Application, ApplicationStep, OutgoingMail, Roster

from .. import dates, rosters
from ..reviews import timeline
from ..reviews.timeline import STEPS, Entry, Event

_NAMED = 8  # of several people, so many by name
_AT_ONCE = timedelta(minutes=1)  # between two rows of one 送審
_DECIDED = (ApplicationStatus.APPROVED, ApplicationStatus.REJECTED)


async def of(roster: Roster, *, by: Account, listed: Sequence[Application] = ()) -> list[Entry]:
    """What happened to a roster as a whole, the latest first: built, sent, decided, told. Raises NotFound.

    The agency reads of the rows that were sent to it, as the unit does; the mails as `queries.receiver_of` tells them.
    `listed`: applications of it, where `rosters.get` and they were just read.
    """
    known = roster if rosters.is_open(roster, listed, by=by) else await rosters.get(roster.id, by=by)
    steps = await ApplicationStep.filter(application__roster_id=known.id).select_related('by', 'application__volunteer')
    mails = await OutgoingMail.filter(roster_id=known.id).select_related('account')
    built = Entry(known.created_at, known.created_by.name, '建立名冊', Event.STARTED, known.title)
    return timeline.newest_first([built, *_together(steps), *timeline.of_mails(mails, steps, by)])


def _together(steps: Sequence[ApplicationStep]) -> Iterable[Entry]:
    """What one person sent at once, or decided on one day with nothing sent in between, is one entry."""
    standing: dict[int, ApplicationStatus] = {}
    alike: dict[tuple[object, ...], list[ApplicationStep]] = {}
    so_far: dict[tuple[object, ...], str] = {}
    turn, before = 0, None
    for step in steps:
        is_sent = step.status == ApplicationStatus.SUBMITTED
        was_sent = before is not None and before.status == ApplicationStatus.SUBMITTED
        if before is not None and (is_sent != was_sent or (is_sent and step.at - before.at > _AT_ONCE)):
            turn += 1
        before = step
        key = (turn, step.status, step.by_id, dates.day_of(step.at))
        alike.setdefault(key, []).append(step)
        standing[step.application_id] = step.status
        so_far[key] = '' if is_sent else _so_far(list(standing.values()))
    for each, group in alike.items():
        yield _entry(group, so_far[each])


def _so_far(standing: Sequence[ApplicationStatus]) -> str:
    """審結 is approved or rejected, as 審核統計 counts; 審核結果, of which the mail tells, may be 補件 as well."""
    decided = sum(status in _DECIDED for status in standing)
    wanted = len(standing) - standing.count(ApplicationStatus.WITHDRAWN)
    return f'已審結 {decided}／{wanted} 位' if wanted else ''


def _entry(steps: Sequence[ApplicationStep], so_far: str) -> Entry:
    last = steps[-1]
    what, event = STEPS[last.status]
    if last.status == ApplicationStatus.SUBMITTED and all(step.round > 1 for step in steps):
        what = '再次送審'
    people = '、'.join(step.application.volunteer.name for step in steps[:_NAMED])
    if len(steps) > _NAMED:
        people += f'等 {len(steps)} 位'
    note = '\n'.join(line for line in (people, so_far) if line)
    return Entry(last.at, last.by.name, f'{what} {len(steps)} 位', event, note)
