"""The 查詢結果 table: a page of rows, 沒有可用的資料 when there are none, 前一頁 and 後一頁."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import paging, validation
from domain.cases.worklists import Turn

from .notices import showing_refusals
from .states import TURNS
from .step_up import proving

Cell = str | Mapping[str, Any] | None
Row = Mapping[str, Any]


LENGTHS = (10, 25, 50)


@dataclass
class View:
    """The part of a list that is shown: its page, how long that is, and the column it is sorted by ('-' downwards)."""

    page: int = 1
    per_page: int = 10
    sort: str = ''

    @classmethod
    def read(cls, page: int, per: int, sort: str = '') -> Self:
        """The part that an address asks for."""
        number, _ = paging.bounds(page, per)
        return cls(number, per if per in LENGTHS else LENGTHS[0], sort)

    @classmethod
    def asked(cls, named: str = '') -> Self:
        """The part that this page's own address asks for, where the page does not read it: `turning.js` wrote it."""
        request = ui.context.client.request
        asked = request.query_params if request is not None else {}
        before = f'{named}-' if named else ''
        page, per = (validation.number_in(asked.get(before + name)) for name in ('page', 'per'))
        return cls.read(page, per)

    @property
    def turned(self) -> dict[str, int | None]:
        """What an address says of page and length, where they are not as usual."""
        return {
            'page': self.page if self.page > 1 else None,
            'per': self.per_page if self.per_page != LENGTHS[0] else None,
        }


class record_table(Element, component='record_table.js'):
    """Rows are asked for by `fetch(page, per_page) -> (rows, total)`; a row is {key, column: cell, more: [[cell …]]}.

    A cell is a text or {text, href | act | chip, icon, hint, strong, sub} or {acts: [{text, act, label}]}; `label`
    names the act for a screen reader. A press calls `acted(key, what)`; a refusal is shown, and the user is asked who
    it is where the service asks (`step_up`). Columns named in `sortable` sort by a press; `fetch` reads the `view`.
    Whenever rows were fetched `shown` is told. `named` tells a second list of a page from the first in the address.
    """

    def __init__(
        self,
        title: str,
        columns: Sequence[tuple[str, ...]],
        fetch: Callable[[int, int], Awaitable[tuple[Sequence[Row], int]]],
        *,
        acted: Callable[[str, str], Awaitable[None]] | None = None,
        empty: str = '沒有可用的資料',
        empty_hint: str = '',
        empty_link: tuple[str, str] = ('', ''),
        bare: bool = False,
        view: View | None = None,
        sortable: Collection[str] = (),
        shown: Callable[[], Awaitable[None]] | None = None,
        named: str = '',
    ) -> None:
        super().__init__()
        self.fetch = fetch
        self.view = view or (View() if bare else View.asked(named))
        self.sortable, self.shown = sortable, shown
        self._place = paging.Place()
        self._props['columns'] = [
            {'name': name, 'label': label, 'align': rest[0] if rest else '', 'sorts': name in sortable}
            for name, label, *rest in columns
        ]
        self._props.update({'title': title, 'rows': [], 'total': 0, 'page': 1, 'per-page': 10, 'bare': bare})
        self._props.update({'empty': empty, 'empty-hint': empty_hint, 'named': named})
        self._props['empty-link'], self._props['empty-href'] = empty_link
        self.on('turned', self._turned)
        self.on('sized', self._sized)
        self.on('sorted', self._sorted)
        self.on('returned', self._returned)
        if acted is not None:

            async def hear(event: GenericEventArguments) -> None:
                known = {str(row['key']) for row in self._props['rows']}
                if not isinstance(event.args, dict) or str(event.args.get('key')) not in known:
                    return
                with showing_refusals():
                    await proving(partial(acted, str(event.args['key']), str(event.args.get('what'))))

            self.on('acted', hear)

    async def refresh(self, page: int | None = None) -> None:
        """Fetches the rows again."""
        view = self.view
        view.page = page or view.page
        with paging.turned_from(self._place):
            rows, total = await self.fetch(view.page, view.per_page)
        if not rows and total and view.page > 1:
            return await self.refresh((total - 1) // view.per_page + 1)
        self._props.update({'rows': list(rows), 'total': total, 'page': view.page, 'per-page': view.per_page})
        self._props['sort'] = view.sort
        self.update()
        if self.shown is not None:
            await self.shown()
        return None

    async def _turned(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, int) and 1 <= event.args <= 100_000:
            await self.refresh(event.args)

    async def _sized(self, event: GenericEventArguments) -> None:
        if event.args in LENGTHS:
            self.view.per_page = event.args
            await self.refresh(1)

    async def _sorted(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, str) and event.args.removeprefix('-') in self.sortable:
            self.view.sort = event.args
            await self.refresh(1)

    async def _returned(self, event: GenericEventArguments) -> None:
        """Back or Forward: {page, per, sort} of the address."""
        if isinstance(event.args, dict):
            view = View.read(event.args.get('page', 1), event.args.get('per', 0))
            sort = str(event.args.get('sort', ''))
            self.view.per_page = view.per_page
            self.view.sort = sort if sort.removeprefix('-') in self.sortable else ''
            await self.refresh(view.page)


def matching(rows: Iterable[Row], words: str, page: int, per_page: int) -> tuple[list[Row], int]:
    """Of the rows that say `words` in a cell the page that is asked for, and how many there are."""
    found = [row for row in rows if _speaks_of(row, words)]
    return found[(page - 1) * per_page : page * per_page], len(found)


def _speaks_of(row: Row, text: str) -> bool:
    """Whether a cell contains `text`, 台 as 臺, capitals as small letters."""
    cells = [str(cell.get('text', '')) if isinstance(cell, dict) else str(cell) for cell in row.values()]
    return text.strip().replace('台', '臺').casefold() in '\n'.join(cells).replace('台', '臺').casefold()


def turn_cell(turn: Turn) -> Cell:
    """A turn as a cell: its word, and why below."""
    tone, symbol = TURNS[turn.state]
    return {'text': turn.word, 'chip': tone or 'plain', 'icon': symbol, 'sub': turn.why}
