"""A mail's wording tried on made-up cases, beside the form in which it is written."""

from collections.abc import Sequence

from nicegui.element import Element

from domain.mail.templates import Sample


class mail_preview(Element, component='mail_preview.js'):
    """`show` what the wording says now, or why it cannot be used; then the last good letters stay in sight."""

    def __init__(self) -> None:
        super().__init__()
        self._props.update({'samples': [], 'problem': ''})

    def show(self, samples: Sequence[Sample]) -> None:
        """These letters, one for each made-up case."""
        self._props['samples'] = [{'case': one.case, 'subject': one.subject, 'body': one.body} for one in samples]
        self._props['problem'] = ''
        self.update()

    def refuse(self, sentence: str) -> None:
        """Why there is no letter."""
        self._props['problem'] = sentence
        self.update()
