"""匯入紀錄: the list of batches."""

from nicegui import html

from domain import links
from domain.model import Account
from domain.permissions import place_word

from ...components.imports.batch_list import batch_list
from ...components.record_table import View
from ...frame import BATCH, MENU, frame, waiting_for


async def imports_page(account: Account, page: int = 1, per: int = 10) -> None:
    """Everything the unit has brought in by a file, the newest first."""
    with frame(account, '匯入紀錄', crumbs=[MENU, BATCH], waiting=await waiting_for(account)):
        html.p('每一批都可以打開來看；已匯入的可以整批復原。').classes('lb-lead')
        await batch_list(
            account,
            View.read(page, per),
            title=f'{place_word(account)}的匯入',
            address=lambda view: links.imports(**view.turned),
        )
