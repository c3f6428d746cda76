"""申請進度: four stations of an application and its log, as parcels are tracked."""

from collections.abc import Sequence
from typing import Any

from nicegui.element import Element

from domain import dates
from domain.cases.worklists import Turn
from domain.model import Application, ApplicationStatus
from domain.reviews.timeline import Entry

from .states import TURNS

STATION_OF = {
    ApplicationStatus.SUBMITTED: 1,
    ApplicationStatus.RETURNED: 2,
    ApplicationStatus.APPROVED: 3,
}
# The number of stations passed by a case that ended without a book.
PASSED = {ApplicationStatus.REJECTED: 2, ApplicationStatus.WITHDRAWN: 1}


class journey_track(Element, component='journey_track.js'):
    """Shows nothing before `show` is called."""

    def show(self, turn: Turn, application: Application | None, entries: Sequence[Entry]) -> None:
        """Shows the turn, the stations and the log of `application`; None when there is none."""
        self._props.update(_track(turn, application, entries))
        self.update()


def _track(turn: Turn, application: Application | None, entries: Sequence[Entry]) -> dict[str, Any]:
    steps = list(application.steps) if application is not None else []
    at = STATION_OF.get(application.status, 0) if application is not None else -1
    returned = any(step.status is ApplicationStatus.RETURNED for step in steps)
    labels = ['已送件', '審核中', '補件', '核發']
    stations = []
    for n, label in enumerate(labels):
        if application is not None and application.status in PASSED:
            state = 'done' if n < PASSED[application.status] else 'todo'
        elif at == 3:
            state = 'here' if n == 3 else 'done' if n != 2 or returned else 'todo'
        else:
            state = 'wait' if n == at else 'done' if n < at or (n == 2 and returned) else 'todo'
        note = '不需要' if n == 2 and at == 3 and not returned else _day_of(steps, n)
        stations.append({'label': label, 'state': state, 'note': note})
    log = [{'at': dates.roc_instant(entry.at)[4:], 'what': entry.what, 'text': entry.note} for entry in entries]
    tone, symbol = TURNS[turn.state]
    return {'stations': stations, 'log': log, 'chip': turn.word, 'tone': tone, 'icon': symbol}


def _day_of(steps: Sequence[Any], station: int) -> str:
    wanted = {0: ApplicationStatus.SUBMITTED, 1: ApplicationStatus.SUBMITTED, 2: ApplicationStatus.RETURNED}
    found = [step for step in steps if step.status is wanted.get(station, ApplicationStatus.APPROVED)]
    return dates.roc_instant(found[0].at)[4:9] if found else ''
