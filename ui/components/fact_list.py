"""What the wording of a mail may use."""

from collections.abc import Sequence

from nicegui.element import Element

from domain.mail.templates import Hint


class fact_list(Element, component='fact_list.js'):
    """What a wording may use; a press writes it where the cursor stood in one of `fields`, else into the last."""

    def __init__(self, hints: Sequence[Hint], fields: Sequence[str]) -> None:
        super().__init__()
        self._props['hints'] = [{'name': one.name, 'meaning': one.meaning, 'spelled': one.spelled} for one in hints]
        self._props['fields'] = list(fields)
