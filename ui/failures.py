"""What nobody expected, while an event is handled: one sentence for the user, and its number in the log.

A database that is away or hangs is no such riddle: the sentence says whether the press was obeyed, the log has a line.
"""

import logging
import secrets

from nicegui import app as nicegui_app
from nicegui.slot import Slot

from domain.errors import DatabaseAway, DomainError, NoAnswer

from .components.notices import refuse

log = logging.getLogger(__name__)


def register() -> None:
    """In the place of NiceGUI's own handler, which logs and leaves the user without a word."""
    nicegui_app._exception_handlers[:] = [tell]


def tell(error: Exception) -> None:
    """Say it on the page whose event it was, if there is one; and log it, unless it is a refusal."""
    is_left = _is_left()
    if is_left and isinstance(error, RuntimeError):  # NiceGUI's, of whoever was about to show something there
        log.info('an event ended after its page was left: %s', error)
        return
    if isinstance(error, DomainError):
        refusal = error
    elif isinstance(error, DatabaseAway):
        log.warning('an event met no answer: %s', error)
        refusal = NoAnswer(error)
    else:
        number = secrets.token_hex(3).upper()
        log.error('an event failed, number %s', number, exc_info=error)
        refusal = DomainError(
            f'系統發生未預期的問題（編號 {number}），這次可能沒有完成。請重新整理頁面看看，還沒有完成再按一次；'
            '仍然如此，請把編號告訴系統管理者。您輸入的內容都還在。'
        )
    if Slot.get_stack() and not is_left:  # otherwise nobody pressed anything: work of ours beside the pages
        refuse(refusal)


def _is_left() -> bool:
    """Whether what was pressed is on no page any more: somebody has gone on while it was handled."""
    try:
        return bool(Slot.get_stack()) and Slot.get_stack()[-1].parent.is_deleted
    except RuntimeError:
        return True
