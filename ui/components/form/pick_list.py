"""Choose several of many: a searchable, paged list with check boxes; what is chosen stays chosen on other pages."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import validation

from . import form

PER_PAGE = 20
MOST_KEPT = 1000

# Rows of a page (id, name, note), and how many there are in all.
Found = tuple[Sequence[tuple[int, str, str]], int]
Fetch = Callable[[str, int], Awaitable[Found]]


class pick_list(Element, component='pick_list.js'):
    """`fetch(text, page)` finds the rows; the form keeps the chosen ids as a text '3,17,20'.

    `sought` says what of the rows is looked for.
    """

    unread = excess = ''

    def __init__(self, label: str, in_form: form, name: str, fetch: Fetch, sought: str = '姓名或證號') -> None:
        super().__init__()
        self.form = in_form
        self.name = name
        self.label = f'*{label}'
        self.fetch = fetch
        self.text, self.page, self.total = '', 1, 0
        in_form.fields[name] = self
        self._props.update(
            {'name': name, 'label': label, 'sought': sought, 'rows': [], 'total': 0, 'page': 1, 'per': PER_PAGE}
        )
        self._props['chosen'] = self.ids
        # What a draft keeps comes back by itself.
        self._props['draft'] = '' if in_form.draft else in_form.draft_name
        self.on('picked', self._picked)
        self.on('restored', self._restored)
        self.on('searched', self._searched)
        self.on('turned', self._turned)

    @property
    def ids(self) -> list[int]:
        """The chosen ones."""
        return validation.numbers_in(getattr(self.form.details, self.name))

    def fault(self, sentence: str | None) -> None:
        """Show `sentence` below the list, or that it is right."""
        if self._props.get('error') != sentence:
            self._props['error'] = sentence
            self.update()

    async def hear(self, value: Any) -> None:
        """Shows what somebody else has chosen."""
        self._props['chosen'] = self.ids
        self.update()

    def describe(self, value: Any) -> str:
        """It is too long to be read out."""
        return '其他選擇'

    async def settled(self) -> None:
        """Nothing is under way: each change is told at once."""

    async def refresh(self) -> None:
        """Fetches the rows again."""
        rows, self.total = await self.fetch(self.text, self.page)
        self._props['rows'] = [{'id': row_id, 'name': name, 'note': note} for row_id, name, note in rows]
        self._props.update({'total': self.total, 'page': self.page, 'chosen': self.ids})
        self.update()

    async def refresh_from_start(self) -> None:
        """Fetches the first page: the rows are others now."""
        self.page = 1
        await self.refresh()

    async def empty(self) -> None:
        """The chosen ones are done with: none is ticked any more, and the rows may be others."""
        await self.form.take(self.name, '')
        self.fault(None)
        await self.refresh()

    async def _picked(self, event: GenericEventArguments) -> None:
        wanted: Any = event.args
        if not isinstance(wanted, dict) or not isinstance(wanted.get('ids'), list):
            return
        given = {one for one in wanted['ids'] if isinstance(one, int)}
        ids = [row['id'] for row in self._props['rows'] if row['id'] in given]
        kept = [one for one in self.ids if one not in ids]
        chosen = kept + ids if wanted.get('on') is True else kept
        await self.form.take(self.name, ','.join(map(str, chosen)))
        self.form.touch(self.name)
        self._props['chosen'] = chosen
        self.update()

    async def _restored(self, event: GenericEventArguments) -> None:
        """What the browser has kept of a page that had to load again; whoever uses the ids checks them."""
        given: Any = event.args
        if not isinstance(given, list) or not all(type(one) is int and 0 < one < 2**31 for one in given[:MOST_KEPT]):
            return
        await self.form.take(self.name, ','.join(map(str, dict.fromkeys(given[:MOST_KEPT]))))
        self._props['chosen'] = self.ids
        self.update()

    async def _searched(self, event: GenericEventArguments) -> None:
        self.text, self.page = str(event.args)[:100], 1
        await self.refresh()

    async def _turned(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, int) and 1 <= event.args <= 10_000:
            self.page = event.args
            await self.refresh()
