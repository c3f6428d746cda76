"""逾期案件: what is late, and the evidence."""

from domain.model import Account

from ..frame import MENU, VOLUNTEER_DATA, frame


async def overdue_page(account: Account) -> None:
    """逾期案件."""
    with frame(account, '逾期案件', crumbs=[MENU, VOLUNTEER_DATA]):
        pass
