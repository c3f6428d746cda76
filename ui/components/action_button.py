"""The button that calls a service: it runs once at a time and shows a refusal."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from nicegui import ui
from nicegui.events import GenericEventArguments

from domain.accounts.step_up import StepUpNeeded
from domain.drafts import Unseen
from domain.errors import DomainError, Incomplete
from domain.readiness import NotReady

from ..live import at_work
from .form import form
from .form.field import field
from .notices import refuse, tell
from .question import asked_once
from .step_up import proved_here

# Seconds after which whoever pressed is told that it goes on.
SLOW_AFTER = 4.0

Look = Literal['primary', 'outline', 'flat', 'bad']
PROPS: dict[Look, str] = {
    'primary': 'unelevated no-caps color=primary',
    'outline': 'outline no-caps',
    'flat': 'flat no-caps',
    'bad': 'unelevated no-caps color=negative',
}


class action_button(ui.button):
    """Calls `act` when it is pressed. A press is ignored while `act` runs and after it has led to another page.

    Everything that was typed is stored in the draft before `act` runs. A refusal is shown: `Incomplete` and `NotReady`
    in the form, every other DomainError as a sentence; where the service asks who it is (`step_up`), the user is asked,
    and `act` is called once more. `told`: what the browser says with a press, as the body of a
    handler in JavaScript; it is kept in `said`.
    """

    def __init__(
        self,
        text: str,
        act: Callable[[], Awaitable[object]],
        look: Look = 'primary',
        in_form: form | None = None,
        told: str = '',
    ) -> None:
        super().__init__(text, color=None)
        self.said: Any = None
        if told:
            self.on('click', self._hear, js_handler=told)
        else:
            self.on('click', self.press, [])
        self.props(PROPS[look])
        self.act = act
        self.form = in_form
        self.is_busy = False

    def look(self, look: Look) -> None:
        """Have it look like this from now on."""
        self.props(remove='unelevated outline flat color').props(PROPS[look])

    async def _hear(self, event: GenericEventArguments) -> None:
        self.said = event.args
        await self.press()

    def by_enter(self, in_form: form) -> None:
        """Have Enter in a field of one line press it, too, as browsers do; for when all fields are there."""
        for each in in_form.fields.values():
            if isinstance(each, field):
                each.on('entered', self.press)

    async def press(self) -> None:
        """Does what a click does, for instance for Enter in a field."""
        if self.is_busy or self.client.storage.get('leaving'):
            return
        self.is_busy = True
        self.props('loading')
        slow = asyncio.get_running_loop().call_later(SLOW_AFTER, self._say_it_is_slow)
        try:
            with at_work(self.client):
                await self._act(slow)
        finally:
            slow.cancel()
            self.is_busy = False
            if not self.is_deleted and not self.client.storage.get('leaving'):
                self.props(remove='loading')

    async def _act(self, slow: asyncio.TimerHandle) -> None:
        try:
            if self.form is not None:
                await self.form.ready()
            with asked_once():
                try:
                    await self.act()
                except StepUpNeeded:
                    slow.cancel()
                    with self.client.content:
                        is_proved = await proved_here()
                    if is_proved:
                        await self.act()
        except DomainError as refusal:
            await self._show(refusal)

    def _say_it_is_slow(self) -> None:
        if not self.is_deleted and not self.client.storage.get('leaving'):
            with self:
                tell('系統處理得比平常慢，還在進行；完成或沒有完成都會告訴您，不必再按。')

    async def _show(self, refusal: DomainError) -> None:
        if isinstance(refusal, Incomplete) and self.form is not None:
            self.form.show(refusal.problems, self.text or '儲存')
            return
        if isinstance(refusal, NotReady) and self.form is not None:
            self.form.show_lacking(refusal.lacking)
            return
        if isinstance(refusal, Unseen) and self.form is not None:
            await self.form.hear()
        refuse(refusal)
