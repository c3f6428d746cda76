"""系統信件: the mails of a demo office, which are kept and not sent, as their receivers would read them."""

from typing import Any

from nicegui import html, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates
from domain.mail import queries
from domain.mail.queries import Letter
from domain.model import Account

from ..frame import MENU, frame, waiting_for


class mail_list(Element, component='../components/mail_list.js'):
    """The letters, newest first; an attachment is handed over when asked for."""

    def __init__(self, letters: list[Letter]) -> None:
        super().__init__()
        self.letters = letters
        self._props['letters'] = [_shown(letter) for letter in letters]
        self.on('wanted', self._wanted)

    def _wanted(self, event: GenericEventArguments) -> None:
        if isinstance(event.args, int) and 0 <= event.args < len(self.letters):
            attachment = self.letters[event.args].attachment
            if attachment is not None:
                ui.download.content(attachment.content, attachment.name)


async def mails_page(account: Account) -> None:
    """What this account's unit or agency sent and received; 404 where mail really leaves the machine."""
    letters = await queries.recent(by=account)
    with frame(account, '系統信件', crumbs=[MENU], waiting=await waiting_for(account)):
        html.p(
            '這個系統沒有設定寄信的伺服器，信件留在這裡，沒有寄出。正式使用時，收件人會在信箱收到同樣的內容。'
        ).classes('lb-lead')
        mail_list(letters)


def _shown(letter: Letter) -> dict[str, Any]:
    return {
        'to': letter.recipient,
        'subject': letter.subject,
        'body': letter.body,
        'when': dates.format_recent(letter.created_at),
        'status': letter.status.label,
        'trouble': letter.last_error,
        'attachment': letter.attachment.name if letter.attachment else '',
    }
