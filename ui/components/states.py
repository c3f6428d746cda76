"""Word, tone and icon of a case's status and of its time left, the same on every page."""

from typing import NamedTuple

from domain.calendar.days_left import DaysLeft
from domain.model import ApplicationStatus

TONES = {
    ApplicationStatus.DRAFT: ('', 'pencil'),
    ApplicationStatus.SUBMITTED: ('info', 'clock'),
    ApplicationStatus.RETURNED: ('bad', 'flag'),
    ApplicationStatus.APPROVED: ('ok', 'check'),
    ApplicationStatus.REJECTED: ('bad', 'warning'),
    ApplicationStatus.WITHDRAWN: ('', 'warning'),
}


class Deadline(NamedTuple):
    """The chip that says how long a case has left; `due` is the filter it falls under, `hint` how it was counted."""

    text: str
    tone: str
    symbol: str
    due: str
    hint: str


def deadline(left: DaysLeft | None) -> Deadline:
    """The chip for the time left; its text is '' where no period runs."""
    if left is None:
        return Deadline('', '', 'clock', '', '')
    hint = '依辦公日計' if left.are_working_days else ''
    if left.days < 0:
        return Deadline(f'逾期{-left.days}日', 'solid', 'clock', 'late', hint)
    if left.days == 0:
        return Deadline('今日到期', 'warn', 'clock', 'today', '')
    return Deadline(f'剩{left.days}日', '', 'clock', 'later', hint)
