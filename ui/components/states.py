"""Tone and icon of each state, and the words of the time left, the same on every page."""

from typing import NamedTuple

from domain.calendar.days_left import DaysLeft
from domain.cases.worklists import AgencyList, TurnState, UnitList
from domain.model import ApplicationStatus, BatchState, CorrectionStatus, Demand, Grade
from domain.reviews.timeline import Event


class Look(NamedTuple):
    """`tone` is the meaning of the colour: '', info, ok, warn, bad, plain. `symbol` is one of ui/static/icons.js."""

    tone: str
    symbol: str


STATUSES = {
    ApplicationStatus.DRAFT: Look('', 'pencil'),
    ApplicationStatus.SUBMITTED: Look('info', 'clock'),
    ApplicationStatus.RETURNED: Look('bad', 'flag'),
    ApplicationStatus.APPROVED: Look('ok', 'check'),
    ApplicationStatus.REJECTED: Look('bad', 'warning'),
    ApplicationStatus.WITHDRAWN: Look('', 'warning'),
}
TURNS = {
    TurnState.YOURS: Look('warn', 'bolt'),
    TurnState.DRAFT: Look('', 'pencil'),
    TurnState.PREPARED: Look('', 'pencil'),
    TurnState.REVIEW: Look('info', 'clock'),
    TurnState.RETURNED: Look('bad', 'flag'),
    TurnState.APPROVED: Look('ok', 'check'),
    TurnState.REJECTED: Look('bad', 'warning'),
    TurnState.WITHDRAWN: Look('', 'warning'),
    TurnState.ISSUED: Look('ok', 'check'),
    TurnState.NOT_SENT: Look('', 'todo'),
}
# The lists of both sides; those of one name look the same.
LISTS: dict[UnitList | AgencyList, Look] = {
    UnitList.TURN: Look('warn', 'bolt'),
    UnitList.REVIEW: Look('info', 'clock'),
    AgencyList.RETURNED: Look('bad', 'flag'),
    UnitList.APPROVED: Look('ok', 'check'),
    UnitList.CLOSED: Look('', 'warning'),
}
MARKS = {
    CorrectionStatus.OPEN: Look('bad', 'flag'),
    CorrectionStatus.MENDED: Look('info', 'pencil'),
    CorrectionStatus.DISPUTED: Look('warn', 'help'),
    CorrectionStatus.ACCEPTED: Look('ok', 'check'),
    CorrectionStatus.WITHDRAWN: Look('', 'warning'),
}
EVENTS = {
    Event.STARTED: Look('', 'pencil'),
    Event.SUBMITTED: Look('info', 'arrow'),
    Event.RETURNED: Look('bad', 'flag'),
    Event.APPROVED: Look('ok', 'check'),
    Event.REJECTED: Look('bad', 'warning'),
    Event.WITHDRAWN: Look('', 'warning'),
    Event.DECISION_FAILED: Look('warn', 'warning'),
    Event.LOOKED: Look('', 'eye'),
    Event.MARKED: Look('bad', 'flag'),
    Event.MARK_ANSWERED: Look('info', 'pencil'),
    Event.MARK_ACCEPTED: Look('ok', 'check'),
    Event.MARK_WITHDRAWN: Look('', 'flag'),
    Event.MAIL_WAITING: Look('', 'clock'),
    Event.MAIL_RETRIED: Look('warn', 'clock'),
    Event.MAIL_SENT: Look('ok', 'mail'),
    Event.MAIL_UNDELIVERED: Look('bad', 'warning'),
    Event.MAIL_KEPT_BACK: Look('', 'mail'),
    Event.CALLED: Look('ok', 'phone'),
    Event.CALLED_IN_VAIN: Look('warn', 'phone'),
    Event.REMINDED: Look('warn', 'clock'),
    Event.ESCALATED: Look('bad', 'clock'),
    Event.SIGN_OFF_ASKED: Look('info', 'mail'),
    Event.SIGNED_OFF: Look('ok', 'check'),
    Event.NOT_SIGNED_OFF: Look('bad', 'warning'),
}
GRADES = {
    Grade.GOOD: Look('ok', 'check'),
    Grade.ATTENTION: Look('warn', 'warning'),
    Grade.WRONG: Look('bad', 'cross'),
}
BATCHES = {
    BatchState.READING: Look('info', 'clock'),
    BatchState.UNREADABLE: Look('bad', 'warning'),
    BatchState.GRADED: Look('warn', 'bolt'),
    BatchState.WRITING: Look('info', 'clock'),
    BatchState.DONE: Look('ok', 'check'),
    BatchState.TAKING_BACK: Look('info', 'clock'),
    BatchState.TAKEN_BACK: Look('', 'undo'),
    BatchState.DROPPED: Look('', 'trash'),
}
DEMANDS = {
    Demand.REQUIRED: Look('info', 'check'),
    Demand.ADVICE: Look('warn', 'warning'),
    Demand.OFF: Look('plain', 'lock'),
}


# Of a case: words, tone and symbol when the unit has changed something since a reviewer looked.
CHANGED = ('資料有變更', 'warn', 'pencil')


class Deadline(NamedTuple):
    """The chip that says how long a case has left; `due` is the filter it falls under, `hint` how it was counted."""

    text: str
    tone: str
    symbol: str
    due: str
    hint: str


def correction_deadline(left: DaysLeft) -> Deadline:
    """The chip for the time a unit has left for its correction."""
    hint = '依辦公日計' if left.are_working_days else ''
    if left.days < 0:
        return Deadline('補件逾期', 'solid', 'clock', 'late', hint)
    if left.days == 0:
        return Deadline('補件今日到期', 'warn', 'clock', 'today', '')
    return Deadline(f'補件剩{left.days}日', '', 'clock', 'later', hint)


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
