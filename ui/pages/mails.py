"""系統信件: the mails of a demo office, which are kept and not sent, as their receivers would read them."""

from nicegui import html

from domain.mail import queries
from domain.model import Account

from ..components.mail_list import mail_list
from ..frame import MENU, frame, waiting_for


async def mails_page(account: Account) -> None:
    """What this account's unit or agency sent and received; 404 where mail really leaves the machine."""
    letters = await queries.recent(by=account)
    with frame(account, '系統信件', crumbs=[MENU], waiting=await waiting_for(account)):
        html.p(
            '這個系統沒有設定寄信的伺服器，信件留在這裡，沒有寄出。正式使用時，收件人會在信箱收到同樣的內容。'
        ).classes('lb-lead')
        mail_list(letters)
