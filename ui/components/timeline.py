"""案件歷程 on a page: what happened to a case, the latest first; it follows by itself."""

from typing import Any

from nicegui.element import Element

from domain import dates
from domain import timeline as timelines
from domain.applications import CHANNEL
from domain.model import Account, Application
from domain.timeline import Entry

from ..live import follow


class timeline(Element, component='timeline.js'):
    """`await timeline.placed(account, application)` is all a page says."""

    def __init__(self, entries: list[Entry], account: Account, application: Application) -> None:
        super().__init__()
        self.account, self.application = account, application
        self._props.update({'title': '案件歷程', 'results': [], 'callee': '', 'phone': ''})
        self.show(entries)

    @classmethod
    async def placed(cls, account: Account, application: Application, *, heading: bool = True) -> 'timeline':
        """The timeline of a case, renewed whenever something of it changes; `heading` unless one stands above."""
        placed = cls(await timelines.of(application, by=account), account, application)
        placed._props['heading'] = heading

        async def renew() -> None:
            placed.show(await timelines.of(application, by=account))

        follow(CHANNEL, renew, lambda payload: payload.split(':')[0] == str(application.id))
        return placed

    def show(self, entries: list[Entry]) -> None:
        """Show these entries."""
        self.entries = entries
        self._props['entries'] = [_shown(number, entry) for number, entry in enumerate(reversed(entries))][::-1]
        self.update()


def _shown(number: int, entry: Entry) -> dict[str, Any]:
    return {
        'key': number,
        'at': dates.spoken(entry.at),
        'actor': entry.actor,
        'what': entry.what,
        'note': entry.note,
        'tone': entry.tone,
        'symbol': entry.symbol,
        'kind': entry.kind,
        'mail': entry.ref if entry.can_resend else 0,
    }
