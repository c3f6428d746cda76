"""審核統計: how fast, how often in time, how often at the first go."""

from domain.model import Account

from ..frame import MENU, VOLUNTEER_DATA, frame


async def figures_page(account: Account) -> None:
    """審核統計."""
    with frame(account, '審核統計', crumbs=[MENU, VOLUNTEER_DATA]):
        pass
