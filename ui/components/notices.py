"""Notifications over the page."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import html, ui

from domain.audit import reads
from domain.errors import DomainError

from .icon import icon


def refuse(refusal: DomainError) -> None:
    """Shows why something was refused, until the user closes it. What one has no right to is in the log."""
    reads.refused(refusal)
    ui.notify(str(refusal), type='negative', position='bottom-right', multi_line=True, timeout=0, close_button='知道了')


@contextmanager
def showing_refusals() -> Iterator[None]:
    """Shows a DomainError raised inside the `with`, and ends it. For the events of a component."""
    try:
        yield
    except DomainError as refusal:
        refuse(refusal)


def confirm(sentence: str) -> None:
    """Shows for five seconds that something was done."""
    ui.notify(sentence, type='positive', position='bottom-right', multi_line=True, timeout=5000)


def lead_on(sentence: str, text: str, address: str) -> None:
    """Says at the head of the page that something was done, and links to what comes next; it covers nothing."""
    with html.div().classes('lb-verdict ok lb-lead-on').props('role=status') as said:
        icon('ok')
        with html.span():
            html.span(sentence)
            ui.link(text, address).classes('strong nowrap')
    said.move(target_index=0)


def tell(sentence: str) -> None:
    """Shows for eight seconds what the user may want to know."""
    ui.notify(sentence, type='info', position='bottom-right', multi_line=True, timeout=8000, close_button='知道了')
