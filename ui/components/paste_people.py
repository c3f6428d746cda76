"""Numbers or names, pasted: the unit's people whom they name."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import rosters
from domain.errors import DomainError, Incomplete
from domain.model import Account
from domain.rosters import Pasted

from .notices import refuse

# Longer than what is taken, so that the sentence about it can be read.
MOST_TYPED = 25_000


class paste_people(Element, component='paste_people.js'):
    """`ids` are those found, and those chosen of several who bear a name; `changed()` is told of every change."""

    def __init__(self, account: Account, changed: Callable[[], Awaitable[None]] | None = None) -> None:
        super().__init__()
        self.account, self.changed = account, changed
        self.found = Pasted((), (), ())
        self.picked: list[int] = []
        self.text = ''
        self.looking = asyncio.Lock()
        self._props.update({'found': 0, 'missing': [], 'several': [], 'error': '', 'most': MOST_TYPED})
        self._props['turn'] = 0
        self.on('pasted', self._pasted)
        self.on('picked', self._picked)

    @property
    def ids(self) -> list[int]:
        """Whom the text names."""
        return [*(person.id for person in self.found.found), *self.picked]

    @property
    def unfound(self) -> list[str]:
        """What of the text names nobody: lines without a person, and names of several of whom none is chosen."""
        picked = set(self.picked)
        open_names = [
            f'{name}（有 {len(people)} 位同名，沒有選是哪一位）'
            for name, people in self.found.several
            if not picked.intersection(person.id for person in people)
        ]
        return [*(f'{line}（找不到）' for line in self.found.missing), *open_names]

    async def settled(self) -> None:
        """Waits until it is known whom the text names: the button may be pressed as soon as it is pasted."""
        async with self.looking:
            pass

    async def forget(self) -> None:
        """An empty box, for the next ones."""
        self.found, self.picked, self.text = Pasted((), (), ()), [], ''
        self._props['turn'] += 1
        await self._show()

    async def _pasted(self, event: GenericEventArguments) -> None:
        async with self.looking:
            await self._look(event)

    async def _look(self, event: GenericEventArguments) -> None:
        text = event.args if isinstance(event.args, str) else ''
        if text == self.text:
            return
        self.text, self._props['error'] = text, ''
        try:
            self.found = await rosters.pasted(text, by=self.account) if text.strip() else Pasted((), (), ())
        except Incomplete as refusal:
            self.found, self._props['error'] = Pasted((), (), ()), next(iter(refusal.problems.values()))
        except DomainError as refusal:
            refuse(refusal)
            return
        self.picked = []
        await self._show()

    async def _picked(self, event: GenericEventArguments) -> None:
        given: Any = event.args if isinstance(event.args, dict) else {}
        known = [person.id for _, people in self.found.several for person in people]
        if given.get('id') in known:
            kept = [each for each in self.picked if each != given['id']]
            self.picked = [*kept, given['id']] if given.get('on') is True else kept
            await self._show()

    async def _show(self) -> None:
        self._props['found'] = len(self.ids)
        self._props['missing'] = list(self.found.missing)
        self._props['several'] = [
            {
                'name': name,
                'people': [{'id': each.id, 'text': f'{each.name}　{each.identity_masked}'} for each in people],
                'chosen': [each.id for each in people if each.id in self.picked],
            }
            for name, people in self.found.several
        ]
        self.update()
        if self.changed is not None:
            await self.changed()
