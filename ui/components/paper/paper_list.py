"""紙本紀錄冊 of an agency: each with its pictures beside what was typed; several can be confirmed at once."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates, links, paging
from domain.books import paper_books
from domain.model import PaperRegistration, RegistrationStatus

from ...live import at_work
from ..notices import showing_refusals
from .paper_facts import LOOKS, body_of, day_of, groups_of, pictures_of, warnings_of


class paper_list(Element, component='paper_list.js'):
    """A press calls `acted([(id, version seen)])`, None for all that are asked for; one call at a time.

    `turned(page)` fetches another page, also for Back. A refusal is shown.
    """

    def __init__(
        self,
        title: str,
        acted: Callable[[list[tuple[int, int]] | None], Awaitable[None]],
        turned: Callable[[int], Awaitable[None]],
        *,
        empty: str,
        hint: str = '',
    ) -> None:
        super().__init__()
        self.rows: dict[int, PaperRegistration] = {}
        self._props.update({'title': title, 'empty': empty, 'hint': hint, 'busy': False})
        self._props.update({'rows': '[]', 'total': 0, 'page': 1, 'pages': 1})

        async def hear(event: GenericEventArguments) -> None:
            given: Any = event.args
            if self._props['busy'] or not isinstance(given, dict):
                return
            self._busy(True)
            try:
                with at_work(self.client), showing_refusals():
                    await acted(None if given.get('all') is True else self._seen(given.get('ids')))
            finally:
                if not self.is_deleted:
                    self._busy(False)

        async def turn(event: GenericEventArguments) -> None:
            if isinstance(event.args, int) and 1 <= event.args <= 10_000:
                with showing_refusals():
                    await turned(event.args)

        async def go_back(event: GenericEventArguments) -> None:
            if isinstance(event.args, dict):
                with showing_refusals():
                    await turned(paging.bounds(event.args.get('page'), None)[0])

        self.on('acted', hear)
        self.on('turned', turn)
        self.on('returned', go_back)

    def show(
        self, rows: Sequence[PaperRegistration], same: Mapping[int, int], total: int, page: int, pages: int
    ) -> None:
        """Shows these; `same`: how many others have the number."""
        self.rows = {row.id: row for row in rows}
        text = json.dumps([_row(row, same.get(row.id, 0)) for row in rows], ensure_ascii=False)
        self._props.update({'rows': text, 'total': total, 'page': page, 'pages': pages})
        self.update()

    def _seen(self, given: object) -> list[tuple[int, int]]:
        """The pairs that the browser sent of shown rows: a press that comes late is about what was seen then."""
        pairs = [one for one in given if isinstance(one, list) and len(one) == 2] if isinstance(given, list) else []
        numbers = {one: version for one, version in pairs if isinstance(one, int) and isinstance(version, int)}
        return [(one, numbers[one]) for one in self.rows if one in numbers]

    def _busy(self, is_busy: bool) -> None:
        self._props['busy'] = is_busy
        self.update()


def _row(one: PaperRegistration, others: int) -> dict[str, Any]:
    look = LOOKS[one.status]
    is_waiting = one.status is RegistrationStatus.WAITING
    decided = ''
    if one.decided_by and one.decided_at and not is_waiting:
        decided = f'{dates.roc_instant(one.decided_at)} {one.decided_by.name}'
    return {
        'id': one.id,
        'version': one.version,
        'href': links.review_paper_book(one.id),
        'name': one.volunteer.name,
        'masked': one.volunteer.identity_masked,
        'unit': one.host_unit.name,
        'number': paper_books.number_of(one),
        'day': day_of(one),
        'body': body_of(one),
        'word': one.status.label,
        'tone': look.tone,
        'symbol': look.symbol,
        'sent': f'{dates.roc_instant(one.sent_at)} 送',
        'decided': decided,
        'reason': one.reason if one.status is RegistrationStatus.RETURNED else '',
        'can': is_waiting,
        'warnings': warnings_of(one, others) if is_waiting else [],
        'pictures': pictures_of(one),
        'groups': groups_of(one),
    }
