"""The mails that a demo office keeps, as their receivers would read them."""

from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates
from domain.mail.queries import Letter


class mail_list(Element, component='mail_list.js'):
    """`letters`, newest first. An attachment is downloaded on request."""

    def __init__(self, letters: list[Letter]) -> None:
        super().__init__()
        self.letters = letters
        self._props['letters'] = [_as_props(letter) for letter in letters]
        self.on('wanted', self._wanted)

    def _wanted(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, int) and 0 <= event.args < len(self.letters):
            attachment = self.letters[event.args].attachment
            if attachment is not None:
                ui.download.content(attachment.content, attachment.name)


def _as_props(letter: Letter) -> dict[str, Any]:
    return {
        'to': letter.recipient,
        'subject': letter.subject,
        'body': letter.body,
        'when': dates.format_moment(letter.created_at),
        'status': letter.status.label,
        'trouble': letter.last_error,
        'attachment': letter.attachment.name if letter.attachment else '',
    }
