"""The rows of one roster, for the unit that fills it and for the agency that reviews it."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates, links
from domain.announcements import CaseChanged, RosterChanged, VolunteerChanged
from domain.cases import case_numbers, worklists
from domain.cases.worklists import TurnState
from domain.model import Account, ApplicationStatus, Role, Roster
from domain.readiness import Check
from domain.rosters import RosterRow

from ..live import at_work, follow
from .notices import showing_refusals
from .states import TURNS, correction_deadline, deadline

Acted = Callable[[str, list[int]], Awaitable[None]]


CHANGED_UNSEEN = '送審後資料有變更，請開啟案件看過'


class roster_table(Element, component='roster_table.js'):
    """`act` is the label of the button, `unit` the counter word; a press calls `acted(what, application_ids)`.

    Only ids of shown rows are passed on, one call at a time; a refusal is shown.
    """

    def __init__(
        self, title: str, account: Account, acted: Acted, *, act: str, unit: str, empty: str, hint: str = ''
    ) -> None:
        super().__init__()
        self.account = account
        self.rows: dict[int, RosterRow] = {}
        self._props.update({'title': title, 'act': act, 'unit': unit, 'empty': empty, 'hint': hint})
        self._props.update({'rows': '[]', 'busy': False})

        async def hear(event: GenericEventArguments) -> None:
            given: Any = event.args
            if self._props['busy'] or not isinstance(given, dict) or not isinstance(given.get('ids'), list):
                return
            wanted = {one for one in given['ids'] if isinstance(one, int)}
            ids = [one for one in self.rows if one in wanted]
            self._busy(True)
            try:
                with at_work(self.client), showing_refusals():
                    await acted(str(given.get('what')), ids)
            finally:
                if not self.is_deleted:
                    self._busy(False)

        self.on('acted', hear)

    def show(self, rows: Sequence[RosterRow], roster_id: int) -> None:
        """Shows `rows`; unchanged ones are not sent."""
        self.rows = {row.application.id: row for row in rows}
        line = _of_unit if self.account.role is Role.UNIT_STAFF else _of_agency
        lines = [_common(number, row, self.account) | line(row, roster_id) for number, row in enumerate(rows, start=1)]
        self.has_ready = any(line['can'] for line in lines)
        text = json.dumps(lines, ensure_ascii=False)
        if text != self._props['rows']:
            self._props['rows'] = text
            self.update()

    def follow(self, roster: Roster, renew: Callable[[], Awaitable[None]]) -> None:
        """Call `renew` when something happens to the roster, to one of its cases or to one of its volunteers."""

        def is_it(changed: RosterChanged) -> bool:
            return changed.roster_id == roster.id

        def is_listed(changed: CaseChanged) -> bool:
            return changed.application_id in self.rows

        def is_of_somebody_listed(changed: VolunteerChanged) -> bool:
            return changed.volunteer_id in {row.volunteer.id for row in self.rows.values()}

        follow(RosterChanged, renew, is_it)
        follow(CaseChanged, renew, is_listed)
        follow(VolunteerChanged, renew, is_of_somebody_listed)

    def _busy(self, is_busy: bool) -> None:
        self._props['busy'] = is_busy
        self.update()


def _common(number: int, row: RosterRow, account: Account) -> dict[str, Any]:
    turn = worklists.of(row.application, account)
    tone, symbol = TURNS[turn.state]
    is_back = row.application.status is ApplicationStatus.RETURNED
    due = correction_deadline(row.days_left) if is_back and row.days_left else deadline(row.days_left)
    return {
        'id': row.application.id,
        'n': number,
        'name': row.volunteer.name,
        'masked': row.volunteer.identity_masked,
        'no': case_numbers.written(row.application.id),
        'seen': '',
        'kind': row.application.kind.label,
        'word': turn.word,
        'why': turn.why,
        'tone': tone,
        'symbol': symbol,
        'due': {'text': due.text, 'tone': due.tone, 'hint': due.hint} if due.text and row.pending is None else None,
        'group': turn.word,
        'yours': turn.state is TurnState.YOURS,
        'can': False,
        'on': False,
        'goes': False,
        'fine': '',
        'fact': _fact(row),
        'note': '',
        'noteTone': '',
        'lacking': [],
    }


def _fact(row: RosterRow) -> str:
    """When the case was sent or decided last, and in which round."""
    application = row.application
    again = f'第 {application.round} 次送審' if application.round > 1 else '送審'
    if application.status is ApplicationStatus.SUBMITTED:
        return f'{dates.roc_instant(application.submitted_at)} {again}' if application.submitted_at else ''
    return f'{dates.roc_instant(application.decided_at)} {application.status.label}' if application.decided_at else ''


def _of_unit(row: RosterRow, roster_id: int) -> dict[str, Any]:
    """A row for the clerk, with a link to each field that lacks something."""
    application = row.application
    form_page = links.application(row.volunteer.id)
    if application.status not in worklists.WITH_UNIT:
        is_open = application.status is ApplicationStatus.SUBMITTED
        address = form_page if is_open else links.record_books(row.volunteer.id)
        return {'href': address, 'note': _reason_line(application.reason)}
    is_back = application.status is ApplicationStatus.RETURNED
    if not row.checks:  # the volunteer has left the unit
        form_page = links.applications()
    lacking = [_lacking(check, check.address) for check in row.lacking]
    if row.unanswered:
        lacking.insert(0, _line(f'{row.unanswered} 項需補正', '逐項修改或說明', form_page))
    return {
        'href': form_page,
        'group': '可以送審' if row.is_prepared else '待補件' if is_back else '尚缺資料',
        'can': not row.hindrance,
        'on': row.is_prepared,
        'goes': not is_back,
        'fine': '資料齊全，可以送審' if row.is_prepared else '',
        'note': (row.hindrance if not lacking else '') or (_reason_line(application.reason) if is_back else ''),
        'noteTone': '' if row.is_prepared else 'bad',
        'lacking': lacking,
    }


def _of_agency(row: RosterRow, roster_id: int) -> dict[str, Any]:
    """A row for the reviewer, with the summary of the checks and a link to the desk."""
    application = row.application
    line: dict[str, Any] = {'href': links.case(application.id, roster_id)}
    if application.status is not ApplicationStatus.SUBMITTED:
        return line | {'note': _reason_line(application.reason)}
    if row.pending is not None:
        decided = f'{row.pending.by.name}剛決定：{row.pending.to.label}，還可以復原'
        tone, symbol = TURNS[worklists.REVIEW.state]
        return line | {
            'word': worklists.REVIEW.word,
            'why': decided,
            'group': '剛決定',
            'tone': tone,
            'symbol': symbol,
            'yours': False,
        }
    open_marks = row.unanswered + row.answered
    line['seen'] = '已開啟' if row.is_opened else '未開啟'
    is_fine = not row.lacking and not open_marks and not row.has_changed
    changed = CHANGED_UNSEEN if row.has_changed else ''
    return line | {
        'can': is_fine,
        'fine': _passed(row) if is_fine else '',
        'note': '；'.join(filter(None, [changed, f'{open_marks} 項補正待確認' if open_marks else '', row.problem])),
        'noteTone': 'bad',
        'lacking': [_lacking(check, '') for check in row.lacking],
    }


def _passed(row: RosterRow) -> str:
    numbers = {'項通過': 'ok', '項提醒': 'advice', '項請目視': 'eye'}
    counts = {text: sum(check.state == state for check in row.checks) for text, state in numbers.items()}
    return '，'.join(f'{count} {text}' for text, count in counts.items() if count)


def _reason_line(reason: str) -> str:
    return f'審核意見：{" ".join(reason.split())}' if reason else ''


def _lacking(check: Check, address: str) -> dict[str, str]:
    return _line(check.label, check.note, address)


def _line(label: str, note: str, address: str) -> dict[str, str]:
    return {'label': label, 'note': note, 'href': address}
