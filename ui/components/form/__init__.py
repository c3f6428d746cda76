"""A page's form: the details being edited, the draft that keeps them, and what is still open."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from nicegui import ui

from domain import drafts, half_written
from domain.corrections import Marked
from domain.errors import DatabaseAway, DomainError, Incomplete, NoAnswer, NotFound
from domain.half_written import Sheet
from domain.model import Account, Draft
from domain.readiness import Check

from ..correction_marks import beside
from ..notices import refuse
from .error_summary import error_summary
from .saved_mark import saved_mark

log = logging.getLogger(__name__)

# Seconds that a press waits for what was typed before it.
READY_WITHIN = 8.0


class Details(Protocol):
    """What a form edits: a mutable dataclass that knows its own problems."""

    def problems(self) -> dict[str, str]:
        """The sentence shown beside each field that is not right yet."""


class FormField(Protocol):
    """What a form needs of a field. `unread` says why its text is no value, '' when it is one."""

    name: str
    label: str

    @property
    def unread(self) -> str: ...

    def fault(self, sentence: str | None) -> None:
        """Show `sentence` beside the field, or that it is right."""

    async def settled(self) -> None:
        """Waits for what the browser still has under way."""


class form:
    """Binds fields to `details`. A fault is shown beside a field once the user has left it.

    With a `draft` each change is stored in it at once, by `by`; without one nothing is stored before 儲存. A `Sheet` is
    the draft of a dialog, of whoever writes there. A field whose draft differs from `recorded` shows what is recorded:
    the draft may be old, the record changed by others.
    `marks` are the reviewer's, by field; each is shown beside its field. What was `proposed` stands in the details and
    is stored with the first change.
    """

    def __init__(
        self,
        details: Details,
        draft: Draft | Sheet | None = None,
        *,
        by: Account | None = None,
        recorded: Details | None = None,
        marks: Mapping[str, Sequence[Marked]] | None = None,
        proposed: Mapping[str, Any] | None = None,
        summary: bool = True,
    ) -> None:
        self.details = details
        self.recorded = recorded
        self.marks = marks or {}
        self.proposed = dict(proposed or {})
        self.draft = draft
        self.by = by
        self.fields: dict[str, FormField] = {}
        self.mark: saved_mark | None = None
        self.summary = error_summary() if summary else None
        self._listeners: list[Callable[[], Awaitable[None] | None]] = []
        self._touched: set[str] = set()
        self._turn = asyncio.Lock()
        self._outages = 0
        self._waiting: set[int] = set()

    @property
    def draft_name(self) -> str:
        """The name under which the browser mirrors typed text until the draft has it; '' without a draft."""
        return str(self.draft.id) if self.draft else ''

    def marks_at(self, name: str) -> list[dict[str, Any]]:
        """The reviewer's marks of a field, as its component shows them."""
        return [beside(marked) for marked in self.marks.get(name, ())]

    def saved_mark(self) -> saved_mark:
        """Place the mark that says when the draft was last kept."""
        self.mark = saved_mark(self.draft_name)
        return self.mark

    def on_change(self, listener: Callable[[], Awaitable[None] | None]) -> None:
        """Call `listener` after each change, for instance to renew the guide's list of what is open."""
        self._listeners.append(listener)

    async def take(self, name: str, value: Any, turn: int = 0) -> None:
        """Sets the new value of a field, stores it, takes out of the summary what is mended, calls the listeners."""
        earlier = self.problems().keys()
        setattr(self.details, name, value)
        if not await self._kept(name, value, turn):
            return  # the browser shows it as not stored, and sends it again
        self._show_faults()
        if self.summary is not None:
            self.summary.drop([f'#{each}' for each in (earlier | {name}) - self.problems().keys()])
        await self.renew()

    async def renew(self) -> None:
        """Calls the listeners: what is open may be another thing now."""
        for listener in self._listeners:
            answer = listener()
            if answer is not None:
                await answer

    async def ready(self) -> None:
        """Waits until everything typed and chosen is stored. Raises Incomplete when the text of a field is no value."""
        for each in list(self.fields.values()):
            await each.settled()
        try:
            async with asyncio.timeout(READY_WITHIN):
                await self._turn.acquire()
        except TimeoutError:
            raise NoAnswer from None
        try:
            if any(each.unread for each in self.fields.values()):
                raise Incomplete(self.problems())
        finally:
            self._turn.release()

    def problems(self) -> dict[str, str]:
        """The problems by field: of the details, or that the text is no value."""
        return self.details.problems() | {name: each.unread for name, each in self.fields.items() if each.unread}

    def label_of(self, name: str) -> str:
        """The label of a field, with the star of a required one."""
        return self.fields[name].label if name in self.fields else name

    def touch(self, name: str) -> None:
        """Notes that the user has left this field; from now on its fault is shown."""
        self._touched.add(name)
        self._show_faults()

    def show(self, problems: dict[str, str]) -> None:
        """Show every problem, at the top and beside its field; go to the summary."""
        self._touched |= problems.keys()
        if self.summary is not None:
            self.summary.show([(sentence, f'#{name}') for name, sentence in problems.items()])
        for name, each in self.fields.items():
            each.fault(problems.get(name))
        if self.summary is None and problems:
            ui.run_javascript('document.querySelector(".lb-field.bad")?.scrollIntoView({block: "center"})')

    def show_lacking(self, lacking: Sequence[Check]) -> None:
        """Lists what an application lacks; each line links to its field, also on another page."""
        if self.summary is not None:
            self.summary.show([(f'{check.label}：{check.note}', check.address) for check in lacking], '送審')

    async def _kept(self, name: str, value: Any, turn: int) -> bool:
        """Store a field; False while the database is away. What waits behind it then, or waits already, is left out."""
        proposed, outages = self.proposed, self._outages
        if turn and turn in self._waiting:
            return False
        self._waiting.add(turn)
        try:
            async with self._turn:
                if self._outages != outages:
                    return False
            await self._keep(name, value, turn)
        except DatabaseAway as away:
            log.warning('a field is not stored yet: %s', away)
            self.proposed = proposed
            self._outages += 1
            return False
        finally:
            self._waiting.discard(turn)
        return True

    async def _keep(self, name: str, value: Any, turn: int) -> None:
        # One after the other: two concurrent writes of a field could be stored in the wrong order.
        async with self._turn:
            proposed, self.proposed = {**self.proposed, name: value}, {}
            try:
                for each, given in proposed.items():
                    if isinstance(self.draft, Sheet):
                        at = await half_written.keep(self.draft, each, given)
                    elif self.draft is not None and self.by is not None:
                        at = await drafts.save(self.draft, each, given, by=self.by)
                    else:
                        self._heard(name, turn)
                        return
            except NotFound as gone:
                self._give_up(gone)
                self._heard(name, turn)
                return
            except DomainError as refusal:
                refuse(refusal)
                self._heard(name, turn)
                return
        if name in self.fields and self.fields[name].unread:
            self._heard(name, turn)
        elif self.mark is not None:
            self.mark.show(at, name, turn)

    def _heard(self, name: str, turn: int) -> None:
        if self.mark is not None:
            self.mark.hear(name, turn)

    def _give_up(self, gone: NotFound) -> None:
        """Stops storing and says so once: the draft was sent or discarded elsewhere. The text stays on the page."""
        self.draft = None
        if self.mark is not None:
            self.mark.end()
        if not ui.context.client.storage.get('leaving'):
            refuse(gone)

    def _show_faults(self) -> None:
        problems = self.problems()
        for name in self._touched & self.fields.keys():
            self.fields[name].fault(problems.get(name))
