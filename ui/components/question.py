"""A dialog that is labelled by its heading and closed by Esc."""

from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Self

from nicegui import html, ui

from .required_note import required_note

_answered: ContextVar[set[tuple[str, str]] | None] = ContextVar('questions answered with yes', default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """Within it `is_sure` does not put a question again that was answered with yes: for an act that is begun anew."""
    before = _answered.set(set())
    try:
        yield
    finally:
        _answered.reset(before)


class _Question(ui.dialog):
    """Opens unless the same question is open on the page: whoever presses twice is asked once."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title

    @property
    def is_asked_already(self) -> bool:
        """Whether another one with this title stands open."""
        slot = self.parent_slot
        others = [each for each in slot.children if isinstance(each, _Question)] if slot is not None else []
        return any(each is not self and each.title == self.title and each.value for each in others)

    def open(self) -> Self:
        return self if self.is_asked_already else super().open()

    def __await__(self) -> Generator[Any, None, Any]:
        if self.is_asked_already:
            self.delete()
            return None
        return (yield from super().__await__())  # type: ignore[no-untyped-call]


@contextmanager
def question(title: str, *, is_open: bool = False, classes: str = '') -> Iterator[ui.dialog]:
    """`with question('駁回：原因') as dialog:` builds a dialog; `dialog.open` opens it, awaiting it asks and answers.

    While one with the same title is open on the page a second one does not open; awaited, it answers None.
    """
    with _Question(title) as dialog, html.div().classes('lb-card lb-pad lb-question').classes(classes):
        dialog.props['aria-labelledby'] = html.h2(title).html_id
        required_note()
        yield dialog
    if is_open and dialog.is_asked_already:
        dialog.delete()
    elif is_open:
        dialog.open()


def when_asked(build: Callable[[], Awaitable[ui.dialog]]) -> Callable[[], Awaitable[None]]:
    """Opens the question that `build` makes, when it is first asked, where this is called: for an `action_button`."""
    slot, dialog = ui.context.slot, None

    async def ask() -> None:
        nonlocal dialog
        if dialog is None:
            with slot:
                dialog = await build()
        dialog.open()

    return ask


async def is_sure(act: str, sentence: str, *, yes: str = '', is_grave: bool = True) -> bool:
    """Asks whether to do `act`; `sentence` says what that means. Esc and 取消 mean no; `is_grave`: a red button.

    `yes` is what the button says, if it is not the act.
    """
    answered = _answered.get()
    if answered is not None and (act, sentence) in answered:
        return True
    look = 'unelevated no-caps color=negative' if is_grave else 'unelevated no-caps color=primary'
    with question(f'確定要{act}嗎？') as dialog:
        html.p(sentence)
        with html.div().classes('lb-acts'):
            ui.button(yes or act, on_click=lambda: dialog.submit(True), color=None).props(look)
            ui.button('取消', on_click=lambda: dialog.submit(False), color=None).props('flat no-caps')
    dialog.on('hide', dialog.delete)  # after it has returned the focus
    is_yes = await dialog is True
    if is_yes and answered is not None:
        answered.add((act, sentence))
    return is_yes
