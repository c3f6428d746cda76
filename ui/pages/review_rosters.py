"""名冊審核: the rosters an agency has received."""

from domain.model import Account

from ..frame import MENU, VOLUNTEER_DATA, frame


async def review_rosters_page(account: Account) -> None:
    """名冊審核."""
    with frame(account, '名冊審核', crumbs=[MENU, VOLUNTEER_DATA]):
        pass


async def review_roster_page(account: Account, roster_id: int) -> None:
    """One roster."""
    with frame(account, '名冊審核', crumbs=[MENU, VOLUNTEER_DATA]):
        pass
