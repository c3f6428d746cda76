"""A mail template filled with sample cases, beside the form that edits it."""

from collections.abc import Sequence

from nicegui.element import Element

from domain.mail.templates import Sample


class mail_preview(Element, component='mail_preview.js'):
    """While a template cannot be used, the letters of the last usable one stay visible."""

    def __init__(self) -> None:
        super().__init__()
        self._props.update({'samples': [], 'problem': ''})

    def show(self, samples: Sequence[Sample]) -> None:
        """Shows these letters, one for each sample case."""
        self._props['samples'] = [{'case': one.case, 'subject': one.subject, 'body': one.body} for one in samples]
        self._props['problem'] = ''
        self.update()

    def refuse(self, sentence: str) -> None:
        """Shows why the template cannot be used."""
        self._props['problem'] = sentence
        self.update()
