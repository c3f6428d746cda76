"""「3 項需補正」: what the reviewer marked, for the clerk to answer one by one."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import applications, corrections, links
from domain.corrections import Marked
from domain.errors import DomainError, Incomplete
from domain.model import Account, Application, ApplicationStatus, CorrectionStatus

from ..live import at_work
from .correction_marks import earlier, spot_of
from .states import MARKS

HOW = '逐項修改後按「已補正」；認為沒有錯的，按「有異議」說明。每一項都回覆後，就可以送審。'
DONE = '每一項都已回覆，請按下方的「送審」再送一次。送審前仍可以修改回覆。'


class correction_list(Element, component='correction_list.js'):
    """The marks of a case. While the unit has the case each mark asks for an answer; `answered` is called after one."""

    def __init__(
        self,
        application: Application,
        marks: Sequence[Marked],
        *,
        by: Account,
        draft: str = '',
        answered: Callable[[Sequence[Marked]], Awaitable[None] | None] = lambda _: None,
    ) -> None:
        super().__init__()
        self.application = application
        self.by = by
        self.answered = answered
        self.asks = application.status is ApplicationStatus.RETURNED
        self._props.update({'draft': draft, 'past': not self.asks, 'refused': {}, 'turn': 0})
        self.show(marks)
        self.on('answered', self._answer)

    def show(self, marks: Sequence[Marked]) -> None:
        """Shows these marks."""
        waiting = waiting_in(marks)
        note = self.application.reviewer_note if self.asks else ''
        self._props['besides'] = f'{self.application.agency.name}另外說明：{note}' if note else ''
        self._props['title'] = '補正紀錄' if not self.asks else f'{waiting} 項需補正' if waiting else '補正都已回覆'
        self._props['note'] = HOW if waiting else DONE
        if not self.asks:
            self._props['note'] = '這個案件先前通知補件的項目，以及您的回覆。'
        self._props['marks'] = [_as_props(one, asks=self.asks) for one in marks]
        self.update()

    async def _answer(self, event: GenericEventArguments) -> None:
        """One answer from the browser; the services check whose it is and whether it may be given."""
        given = event.args if isinstance(event.args, dict) else {}
        refused: dict[str, str] = {}
        try:
            with at_work(self.client):
                correction = await corrections.get(given.get('id'), by=self.by)  # type: ignore[arg-type]
                act = corrections.dispute if given.get('disputes') is True else corrections.answer
                await act(correction, given.get('text', ''), by=self.by)
        except Incomplete as refusal:
            refused[str(given.get('id'))] = ' '.join(refusal.problems.values())
        except DomainError as refusal:
            refused[str(given.get('id'))] = str(refusal)
        self._props.update({'refused': refused, 'turn': self._props['turn'] + 1})
        await self.renew()

    async def renew(self) -> None:
        """Read the marks again."""
        marks = await corrections.of(self.application, by=self.by)
        self.show(marks)
        renewing = self.answered(marks)
        if renewing is not None:
            await renewing


def waiting_in(marks: Sequence[Marked]) -> int:
    """How many of them wait for an answer."""
    return sum(one.correction.status is CorrectionStatus.OPEN for one in marks)


def _as_props(marked: Marked, *, asks: bool) -> dict[str, Any]:
    one = marked.correction
    tone, symbol = MARKS[one.status]
    is_picture = one.field in corrections.PICTURES and one.field != 'attachment'
    return {
        'id': one.id,
        'label': one.label,
        'reason': one.reason.label,
        'status': one.status.value,
        'state': one.status.label,
        'tone': tone,
        'symbol': symbol,
        'text': one.text,
        'earlier': earlier(marked),
        'href': marked.address,
        'changed': marked.is_changed,
        'old': _content(one.old_value, one.old_file, is_picture),
        'now': _content(marked.now_value, marked.now_file, is_picture, '（已更換）' if marked.is_changed else ''),
        'spot': spot_of(marked),
        'answer': one.answer,
        'theirs': _theirs(marked),
        'asks': asks and one.status not in corrections.CLOSED,
    }


def _content(text: str, file: UUID | None, is_picture: bool, note: str = '') -> dict[str, str]:
    if file is None:
        return {'text': text, 'url': ''}
    if is_picture:
        return {'text': '', 'url': links.file(file)}
    return {'text': f'{applications.FIELDS["attachment"].label}{note}', 'url': ''}


def _theirs(marked: Marked) -> str:
    """How the agency closed the mark; '' while it is open."""
    one = marked.correction
    if one.status is CorrectionStatus.WITHDRAWN:
        return f'{one.closed_by.name}已撤銷這一項，不需要處理。' if one.closed_by else '已撤銷，不需要處理。'
    return f'{one.closed_by.name}已確認。' if one.status is CorrectionStatus.ACCEPTED and one.closed_by else ''
