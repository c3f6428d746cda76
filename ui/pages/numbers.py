"""發冊紀錄: the number ledger."""

from domain.model import Account

from ..frame import MENU, VOLUNTEER_DATA, frame


async def numbers_page(account: Account) -> None:
    """發冊紀錄."""
    with frame(account, '發冊紀錄', crumbs=[MENU, VOLUNTEER_DATA]):
        pass
