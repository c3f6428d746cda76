"""A state in a word."""

from nicegui import html

from .icon import icon


def chip(text: str, tone: str = '', symbol: str = '', hint: str = '') -> None:
    """A small state: a word, with an icon, in the colour of its meaning (ok, warn, bad, info); `hint` explains it."""
    with html.span().classes('lb-chip').classes(tone) as element:
        if symbol:
            icon(symbol, 14)
        html.span(text)
        if hint:
            element.props['title'] = hint
            html.span(f'，{hint}').classes('lb-away')
