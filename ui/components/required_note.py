"""「*為必填」, seen where a required field is (the stylesheet looks)."""

from nicegui import html


def required_note() -> None:
    """Place it at the head of a page or a dialog."""
    with html.span().classes('lb-required-note'):
        html.span('*').classes('lb-req')
        html.span('為必填')
