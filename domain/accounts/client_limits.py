"""What people without a login may do from one address of the network, and what they are told beyond.

A whole office may stand behind one address, so the numbers are large, and only what fails is counted at the login. The
name has its own, small limit (`login_lock`).
"""

from datetime import timedelta

from .. import limits, settings
from ..limits import Limit

PASSWORD_LINKS = Limit('password links of one name', 10, timedelta(hours=1), '')


def logins() -> Limit:
    """Failed logins from one address."""
    return Limit(
        'failed logins',
        settings.current().login_failures,
        timedelta(minutes=15),
        '從您的網路登入失敗的次數太多，暫停登入，最多 15 分鐘。您的帳號沒有被鎖定；急需使用請撥客服諮詢專線。',
    )


def forms() -> Limit:
    """帳號申請, 忘記密碼 and 紙本驗證碼 from one address."""
    return Limit(
        'public forms',
        settings.current().public_forms,
        timedelta(hours=1),
        '從您的網路送出的申請太多，這一次沒有送出。請一小時後再試，或撥客服諮詢專線。',
    )


async def count_form(client: str) -> None:
    """Count one form sent from `client`, '' for nobody's address. Raises limits.Exceeded."""
    if client:
        await limits.take(forms(), client)
