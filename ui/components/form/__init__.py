"""A page's form: the details being edited, the draft that keeps them, and what is still open."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextvars import ContextVar
from copy import copy
from typing import Any, Protocol

from nicegui import ui

from domain import drafts, half_written
from domain.announcements import DraftChanged
from domain.corrections import Marked
from domain.errors import DatabaseAway, DomainError, Incomplete, NoAnswer, NotFound
from domain.half_written import Sheet
from domain.model import Account, Draft
from domain.readiness import Check

from ...live import follow
from ..correction_marks import beside
from ..notices import refuse, tell
from .error_summary import error_summary
from .saved_mark import saved_mark

log = logging.getLogger(__name__)

# Seconds that a press waits for what was typed before it.
READY_WITHIN = 8.0
_NONE: frozenset[Any] = frozenset()  # one for all forms
# Whether what changes now was typed by somebody else: what follows from it is theirs to store.
_hearing: ContextVar[bool] = ContextVar('hearing', default=False)


class Details(Protocol):
    """What a form edits: a mutable dataclass that knows its own problems."""

    def problems(self) -> dict[str, str]:
        """The sentence shown beside each field that is not right yet."""


class FormField(Protocol):
    """What a form needs of a field. `unread` says why its text is no value, '' when it is one.

    `excess` says that it is too long, '' when it is not.
    """

    name: str
    label: str

    @property
    def unread(self) -> str: ...
    @property
    def excess(self) -> str: ...

    def fault(self, sentence: str | None) -> None:
        """Show `sentence` beside the field, or that it is right."""

    async def settled(self) -> None:
        """Waits for what the browser still has under way."""

    async def hear(self, value: Any) -> None:
        """Shows what somebody else has put into the field; the form has it already."""

    def describe(self, value: Any) -> str:
        """`value` as people read it."""


class form:
    """Binds fields to `details`. A fault is shown beside a field once the user has left it.

    With a `draft` each change is stored in it at once, by `by`; without one nothing is stored before 儲存. With
    `mirrored` the browser alone keeps what is typed then, for the address: there when the page has to load again, gone
    when another page opens. A `Sheet` is the draft of a dialog, of whoever writes there. A field whose draft differs
    from `recorded` shows what is recorded: the draft may be old, the record changed by others.
    `marks` are the reviewer's, by field; each is shown beside its field. What was `proposed` stands in the details and
    is stored with the first change. Of a draft that others write, too, their words come into the form as they are kept,
    but for fields that the page has `pinned`.
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
        pinned: Collection[str] = (),
        mirrored: bool = False,
    ) -> None:
        self.details = details
        self.recorded = recorded
        self.marks = marks or {}
        self.proposed = dict(proposed or {})
        self.draft = draft
        self._draft_id = str(draft.id) if draft else ''  # one text for all fields
        self.by = by
        self.fields: dict[str, FormField] = {}
        self.mark: saved_mark | None = None
        self.summary = error_summary() if summary else None
        self._listeners: list[Callable[[], Awaitable[None] | None]] = []
        self._touched: frozenset[str] = _NONE
        self._page = ui.context.client
        self._turn = asyncio.Lock()
        self._outages = 0
        self._waiting: frozenset[int] = _NONE
        self.pinned = pinned
        self._is_mirrored = mirrored
        self._unkept: frozenset[str] = _NONE
        self._contested: frozenset[str] = _NONE
        if isinstance(draft, Draft):
            follow(DraftChanged, self.hear, self._concerns)

    @property
    def draft_name(self) -> str:
        """The name under which the browser mirrors typed text until the draft has it; '' when it does not.

        `@` stands for the page's address (ui/static/mirror.js).
        """
        return self._draft_id if self.draft else '@' if self._is_mirrored else ''

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

    def on_change_of(self, name: str, listener: Callable[[], Awaitable[None]]) -> None:
        """Call `listener` whenever the field has another value than when it was last looked at."""
        seen = getattr(self.details, name)

        async def look() -> None:
            nonlocal seen
            before, seen = seen, getattr(self.details, name)
            if seen != before:
                await listener()

        self.on_change(look)

    async def take(self, name: str, value: Any, turn: int = 0) -> None:
        """Sets the new value of a field, stores it, takes out of the summary what is mended, calls the listeners."""
        earlier = self.problems().keys()
        setattr(self.details, name, value)
        if _hearing.get():
            return
        self._unkept |= {name}
        if not await self._kept(name, value, turn):
            return  # the browser shows it as not stored, and sends it again
        self._show_faults()
        if self.summary is not None:
            self.summary.drop([f'#{each}' for each in (earlier | {name}) - self.problems().keys()])
        await self.renew()

    async def hear(self) -> None:
        """Puts into the form what others have typed into its draft; a draft that is gone is given up."""
        async with self._turn:
            if not isinstance(self.draft, Draft) or self.by is None:
                return
            try:
                news = await drafts.news(self.draft, by=self.by)
            except NotFound as gone:
                self._give_up(gone)
                return
            theirs = drafts.from_draft(news, copy(self.details))
            heard = {name: getattr(theirs, name) for name in vars(theirs).keys() & news.keys() - self._deaf_to()}
            heard = {name: value for name, value in heard.items() if value != getattr(self.details, name)}
        await self._show_theirs(heard, heard)

    async def rebase(self, recorded: Details) -> bool:
        """The record was changed elsewhere: fields left as they were follow, others show what is recorded now.

        False while a field that was changed elsewhere has another value here: whoever saves that is to be told.
        """
        before, self.recorded = self.recorded or recorded, recorded  # what was first saved from here is of nobody else
        changed = [name for name in vars(recorded) if getattr(before, name) != getattr(recorded, name)]
        heard = {
            name: getattr(recorded, name) for name in changed if getattr(self.details, name) == getattr(before, name)
        }
        await self._show_theirs(changed, heard)
        contested = self._contested.union(changed)
        self._contested = frozenset(
            name for name in contested if getattr(self.details, name) != getattr(recorded, name)
        )
        return not self._contested

    async def _show_theirs(self, changed: Collection[str], heard: Mapping[str, Any]) -> None:
        """Renew the fields that others have `changed`; say which of them are `heard`: they have another value now."""
        if not changed:
            return
        earlier = self.problems().keys()
        for name, value in heard.items():
            setattr(self.details, name, value)
        told = _hearing.set(True)
        try:
            for name, each in list(self.fields.items()):
                if name in changed and not each.unread:
                    await each.hear(getattr(self.details, name))
            await self.renew()
        finally:
            _hearing.reset(told)
        if self.mark is not None and heard:
            self.mark.tell([self.label_of(name).lstrip('*') for name in self.fields if name in heard])
        self._show_faults()
        if self.summary is not None:
            self.summary.drop([f'#{each}' for each in earlier - self.problems().keys()])

    def _deaf_to(self) -> frozenset[str]:
        """The fields that keep what this page has: its own words are still on their way, or nobody types there."""
        return self._unkept | {*self.pinned}

    def _concerns(self, changed: DraftChanged) -> bool:
        draft = self.draft
        return isinstance(draft, Draft) and changed.draft_id == str(draft.id) and changed.writer != draft.writer

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
            if any(each.unread or each.excess for each in self.fields.values()):
                raise Incomplete(self.problems())
        finally:
            self._turn.release()

    def problems(self) -> dict[str, str]:
        """The problems by field: of the details, or that the text is too long or no value."""
        too_long = {name: each.excess for name, each in self.fields.items() if each.excess}
        unread = {name: each.unread for name, each in self.fields.items() if each.unread}
        return too_long | self.details.problems() | unread

    def label_of(self, name: str) -> str:
        """The label of a field, with the star of a required one."""
        return self.fields[name].label if name in self.fields else name

    def touch(self, name: str) -> None:
        """Notes that the user has left this field; from now on its fault is shown."""
        self._touched |= {name}
        self._show_faults()

    def show(self, problems: dict[str, str], before: str = '儲存') -> None:
        """Show every problem, at the top and beside its field; go to the summary. `before`: what cannot be done yet."""
        self._touched |= problems.keys()
        if self.summary is not None:
            self.summary.show([(sentence, f'#{name}') for name, sentence in problems.items()], before)
        for name, each in self.fields.items():
            each.fault(problems.get(name))
        if self.summary is None and problems:
            ui.run_javascript('document.querySelector(".lb-field.bad > *")?.scrollIntoView({block: "center"})')

    def show_lacking(self, lacking: Sequence[Check]) -> None:
        """Lists what an application lacks; each line links to its field, also on another page."""
        if self.summary is not None:
            self.summary.show([(f'{check.label}：{check.note}', check.address) for check in lacking], '送審')

    def sent(self) -> None:
        """What was typed is done with and the page stays: the browser need not put it back. For `mirrored` forms."""
        ui.run_javascript('forgetTyped()')

    async def _kept(self, name: str, value: Any, turn: int) -> bool:
        """Store a field; False while the database is away. What waits behind it then, or waits already, is left out."""
        proposed, outages = self.proposed, self._outages
        if turn and turn in self._waiting:
            return False
        self._waiting |= {turn}
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
            self._waiting -= {turn}
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
                        at, replaced = await drafts.save(self.draft, each, given, by=self.by, is_there=self._is_there)
                        self._say_replaced(each, replaced)
                    else:
                        self._heard(name, turn)
                        return
                    if getattr(self.details, each) == given:
                        self._unkept -= {each}
            except drafts.Overtaken:
                log.info('what came late from a page that was left is not kept')
                return  # a page that comes back sends it again
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

    def _is_there(self) -> bool:
        """Whether the browser still has this page open."""
        return self._page.has_socket_connection

    def _heard(self, name: str, turn: int) -> None:
        if self.mark is not None:
            self.mark.hear(name, turn)

    def _say_replaced(self, name: str, replaced: Any) -> None:
        """Tells what stood in the draft, when somebody else had just typed it and this page had not shown it yet."""
        each = self.fields.get(name)
        value = getattr(drafts.from_draft({name: replaced}, copy(self.details)), name)
        if each is not None and replaced is not None and value != getattr(self.details, name):
            label, theirs = each.label.lstrip('*'), each.describe(value) or '（空白）'
            tell(f'同仁（或您的另一個視窗）剛在「{label}」填了「{theirs}」；現在是您填的內容。')

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
