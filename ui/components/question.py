"""A dialog that is labelled by its heading and closed by Esc."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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


@contextmanager
def question(title: str, *, is_open: bool = False, classes: str = '') -> Iterator[ui.dialog]:
    """`with question('駁回：原因') as dialog:` builds a dialog; `dialog.open` opens it."""
    with ui.dialog(value=is_open) as dialog, html.div().classes('lb-card lb-pad lb-question').classes(classes):
        dialog.props['aria-labelledby'] = html.h2(title).html_id
        required_note()
        yield dialog


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
