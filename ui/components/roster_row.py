"""The row of a roster that lists a volunteer's application, as a link back to it."""

from nicegui import html, ui

from domain import links
from domain.volunteers import Listed

from .icon import icon


def roster_row(listed: Listed) -> dict[str, str]:
    """The text and the address of the row."""
    return {
        'text': f'名冊「{listed.title}」第 {listed.row} 列',
        'href': links.roster_row(listed.roster_id, listed.application_id),
    }


def roster_line(listed: Listed | None) -> None:
    """The line on a page without a volunteer's header; nothing without a roster."""
    if listed is None:
        return
    row = roster_row(listed)
    with html.p().classes('lb-listed'):
        icon('people')
        with html.span(row['text']):
            ui.link('回名冊', row['href'])
