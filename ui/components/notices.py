"""Notifications over the page."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from domain.errors import DomainError


def refuse(refusal: DomainError) -> None:
    """Shows why something was refused, until the user closes it."""
    ui.notify(str(refusal), type='negative', position='top', multi_line=True, timeout=0, close_button='知道了')


@contextmanager
def showing_refusals() -> Iterator[None]:
    """Shows a DomainError raised inside the `with`, and ends it. For the events of a component."""
    try:
        yield
    except DomainError as refusal:
        refuse(refusal)


def confirm(sentence: str) -> None:
    """Shows for five seconds that something was done."""
    ui.notify(sentence, type='positive', position='top', multi_line=True, timeout=5000)


def tell(sentence: str) -> None:
    """Shows for eight seconds what the user may want to know."""
    ui.notify(sentence, type='info', position='top', multi_line=True, timeout=8000, close_button='知道了')
