"""A white card with a heading."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import html


@contextmanager
def card(title: str = '', note: str = '', classes: str = '') -> Iterator[None]:
    """A white card with a heading and perhaps a note beside it."""
    with html.section().classes('lb-card lb-pad').classes(classes):
        if title:
            with html.div().classes('lb-sec'):
                heading = html.h2(title)
                if title.startswith('Q'):  # the magnifying glass of the tutorial
                    heading.classes('lb-q')
                if note:
                    html.span(note).classes('lb-note')
        yield
