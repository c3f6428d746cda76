"""名冊: the rosters of a unit."""

from domain.model import Account

from ..frame import MENU, VOLUNTEER_DATA, frame


async def rosters_page(account: Account) -> None:
    """名冊."""
    with frame(account, '名冊', crumbs=[MENU, VOLUNTEER_DATA]):
        pass


async def roster_page(account: Account, roster_id: int) -> None:
    """One roster."""
    with frame(account, '名冊', crumbs=[MENU, VOLUNTEER_DATA]):
        pass
