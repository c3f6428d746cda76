"""撤回 and 刪除草稿: the question before, and what is said of it."""

from domain import applications
from domain.model import Account, Application, ApplicationStatus

from .question import is_sure

WITHDRAW, DELETE = '撤回申請', '刪除草稿'
_OF_DRAFT = '這份草稿還沒有送審，發冊機關沒有看過。刪除後不能復原；志工的基本資料、教育訓練都還在，需要時可以再申請。'


def act_on(application: Application) -> str:
    """What its unit can do to be rid of it, as the button says it."""
    return DELETE if application.status is ApplicationStatus.DRAFT else WITHDRAW


async def withdrawn(account: Account, application: Application) -> bool:
    """Asks, and withdraws or deletes it; False when the user thinks better of it."""
    is_draft = application.status is ApplicationStatus.DRAFT
    ends = f'案件到此結束，{application.agency.name}不會再審；撤回後不能復原。志工的資料都還在，之後可以重新申請。'
    if not await is_sure(act_on(application), _OF_DRAFT if is_draft else ends):
        return False
    await applications.withdraw(application, by=account)
    return True
