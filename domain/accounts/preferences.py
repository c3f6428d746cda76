"""What somebody has set for oneself: how pages look, the guide, how mails come, how long a decision can be undone."""

from db.choices import MailPreference
from db.models import Account

from .. import permissions, validation
from ..cases.transitions import UNDO_TIMES
from ..errors import Incomplete
from . import sessions

TEXT_SIZES = ('', 'large', 'larger')
APPEARANCES = ('', 'light', 'dark')


async def set_text_size(size: str, *, by: Account) -> None:
    """字級: '', 'large' or 'larger'."""
    by.text_size = size if size in TEXT_SIZES else ''
    await by.save(update_fields=['text_size'])
    sessions.forget_account(by)


async def set_appearance(appearance: str, *, by: Account) -> None:
    """外觀: '' as the system of the computer has it, 'light' or 'dark'."""
    by.appearance = appearance if appearance in APPEARANCES else ''
    await by.save(update_fields=['appearance'])
    sessions.forget_account(by)


async def show_guide(shown: bool, *, by: Account) -> None:
    """Put the guide rail away, or fetch it back."""
    by.hides_guide = not shown
    await by.save(update_fields=['hides_guide'])
    sessions.forget_account(by)


async def set_undo_seconds(seconds: int, *, by: Account) -> None:
    """復原時間: how long a decision of theirs waits before it takes effect; one of UNDO_TIMES."""
    permissions.require(by, 'accounts.preferences.set_undo_seconds')
    if seconds not in UNDO_TIMES:
        raise Incomplete({'seconds': '請選擇復原時間。'})
    by.undo_seconds = seconds
    await by.save(update_fields=['undo_seconds'])
    sessions.forget_account(by)


async def set_mail_preference(preference: MailPreference, *, by: Account) -> None:
    """通知信: each at once, one digest a day, or none. What concerns an office goes to its mailbox in any case."""
    chosen = validation.member(MailPreference, preference)
    if chosen is None:
        raise Incomplete({'preference': '請選擇您要怎麼收到通知信。'})
    by.mail_preference = chosen
    await by.save(update_fields=['mail_preference'])
    sessions.forget_account(by)
