"""Where a volunteer stands on STEP 1 to 8: what is done, what is open, and where to go on."""

from dataclasses import dataclass, field

from db.choices import ApplicationStatus
from db.models import Account

from .. import applications, links, readiness, trainings, volunteers
from ..readiness import Check

# Which step mends which check.
_OF_BASICS = {'basics', 'identity', 'photo', 'consent'}
_OF_TRAINING = {'basic', 'special', 'certificates'}
_SENT = (ApplicationStatus.SUBMITTED, ApplicationStatus.APPROVED)


@dataclass(frozen=True)
class OpenItem:
    """One thing still to do and the address of its field."""

    text: str
    address: str


@dataclass(frozen=True)
class Progress:
    """`done` steps of 1 to 8, `left` by step, and the address of each step that can be opened now."""

    who: str = ''
    done: frozenset[int] = frozenset({1, 2, 3})
    left: dict[int, list[OpenItem]] = field(default_factory=dict)
    addresses: dict[int, str] = field(default_factory=dict)


async def of(volunteer_id: int | None, *, by: Account) -> Progress:
    """The guide for this volunteer; without one, for somebody new. Raises NotFound."""
    ways = {2: links.menu(), 3: links.volunteer_data()}
    if volunteer_id is None:
        return Progress(addresses=ways)
    volunteer = await volunteers.get(volunteer_id, by=by)
    latest = next(iter(await applications.history_of(volunteer, by=by)), None)
    lacking = readiness.lacking(await readiness.checks(latest or volunteer, by=by))
    is_sent = latest is not None and latest.status in _SENT
    left = {4: _items(lacking, _OF_BASICS), 6: _items(lacking, _OF_TRAINING)}
    done = {1, 2, 3, 5} | {step for step, items in left.items() if is_sent or not items}
    if latest is not None:
        done.add(7)
    if is_sent:
        done.add(8)
        left = {}
    elif latest is not None:
        left[8] = [OpenItem('點選儲存、送審', '#kind')]
    of_record = await trainings.of(volunteer, by=by)
    is_new = not of_record or left.get(6)
    ways |= {
        4: links.basics(volunteer.id),
        5: links.trainings(volunteer.id),
        6: links.new_training(volunteer.id) if is_new else links.training(volunteer.id, of_record[-1].id),
        7: links.record_books(volunteer.id),
        8: links.application(volunteer.id),
    }
    return Progress(f'{volunteer.name}　{volunteer.identity_masked}', frozenset(done), left, ways)


def _items(lacking: list[Check], keys: set[str]) -> list[OpenItem]:
    return [OpenItem(f'{check.label}：{check.note}', check.address) for check in lacking if check.key in keys]
