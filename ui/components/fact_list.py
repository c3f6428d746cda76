"""The placeholders that a mail template may use."""

from collections.abc import Sequence

from nicegui.element import Element

from domain.mail.templates import Hint


class fact_list(Element, component='fact_list.js'):
    """A press inserts a placeholder at the last position of the cursor in `fields`, else into the last of them."""

    def __init__(self, hints: Sequence[Hint], fields: Sequence[str]) -> None:
        super().__init__()
        self._props['hints'] = [{'name': one.name, 'meaning': one.meaning, 'spelled': one.spelled} for one in hints]
        self._props['fields'] = list(fields)
