"""What the office tells the user in passing."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from domain.errors import DomainError


def refuse(refusal: DomainError) -> None:
    """Say why something was refused; it stays until the user closes it."""
    ui.notify(str(refusal), type='negative', position='top', multi_line=True, timeout=0, close_button='知道了')


@contextmanager
def showing_refusals() -> Iterator[None]:
    """For what a component hears from the browser: a refusal of the office is said, and ends the `with`."""
    try:
        yield
    except DomainError as refusal:
        refuse(refusal)


def confirm(sentence: str) -> None:
    """Say that something has happened, once the row has changed."""
    ui.notify(sentence, type='positive', position='top', multi_line=True, timeout=5000)


def tell(sentence: str) -> None:
    """Say what the user may want to know."""
    ui.notify(sentence, type='info', position='top', multi_line=True, timeout=8000, close_button='知道了')
