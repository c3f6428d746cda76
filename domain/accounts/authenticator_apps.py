"""驗證器 App: codes of six digits that change every 30 seconds (TOTP, RFC 6238, SHA-1 as all such apps have it).

A code counts once, and so does none of an earlier step. The clock of a telephone may be off by one step.
"""

import io
from dataclasses import dataclass
from datetime import timedelta

import pyotp
import segno

from db import sealing
from db.models import Account, AuthenticatorApp

from .. import dates, settings
from ..errors import DomainError

ISSUER = '志願服務紀錄冊'
SECONDS = 30
OFF_BY = 1  # steps
_PENDING_LASTS = timedelta(minutes=30)


class SetUpOver(DomainError):
    """What was begun is too old, or was begun by somebody else."""

    def __init__(self) -> None:
        super().__init__('這次設定已經過期，沒有完成。請重新掃描下面新的 QR 碼，再輸入驗證碼。')


@dataclass(frozen=True)
class SetUp:
    """An app that is about to be added: what goes to the app, and `kept`, which the form sends back sealed."""

    secret: str
    kept: str
    address: str

    @property
    def picture(self) -> str:
        """The QR code, as SVG to stand in a page."""
        out = io.BytesIO()
        segno.make(self.address, error='m').save(
            out, kind='svg', scale=5, border=4, light='#fff', xmldecl=False, svgns=True, title='設定驗證器的 QR 碼'
        )
        return out.getvalue().decode()

    @property
    def spelled(self) -> str:
        """The secret in groups of four, for typing."""
        return ' '.join(self.secret[n : n + 4] for n in range(0, len(self.secret), 4))


def begin(account: Account) -> SetUp:
    """A new secret for `account`. Nothing is kept before a code of it has been shown."""
    secret = pyotp.random_base32()
    words = f'{account.id}|{dates.now().timestamp()}|{secret}'
    return SetUp(secret, sealing.handed_out('authenticator set-up', words), _address(account, secret))


def shown(account: Account, kept: str) -> SetUp:
    """What a page shows: what was begun before, where it is `kept` and still holds, else something new."""
    try:
        return again(account, kept)
    except SetUpOver:
        return begin(account)


def again(account: Account, kept: str) -> SetUp:
    """What was begun before, after a mistyped code. Raises SetUpOver."""
    try:
        words = sealing.handed_back('authenticator set-up', kept[:600])
    except LookupError:
        raise SetUpOver from None
    account_id, begun, secret = words.split('|')
    if int(account_id) != account.id or dates.now().timestamp() - float(begun) > _PENDING_LASTS.total_seconds():
        raise SetUpOver
    return SetUp(secret, kept, _address(account, secret))


async def add(account: Account, kept: str, code: str) -> bool:
    """Keep the app if `code` is one of its codes now, in the caller's transaction; another one before it goes.

    Raises SetUpOver.
    """
    secret = again(account, kept).secret
    step = step_of(secret, code)
    if step is None:
        return False
    await AuthenticatorApp.filter(account_id=account.id).delete()
    now = dates.now()
    await AuthenticatorApp.create(account_id=account.id, secret=secret, last_step=step, added_at=now)
    return True


async def is_right(account: Account, code: str) -> bool:
    """Whether `code` is one of the app's and has not counted yet; it counts now. Of two at once one is first."""
    app = await AuthenticatorApp.get_or_none(account_id=account.id)
    if app is None or (step := step_of(app.secret.open(), code)) is None:
        return False
    unused = AuthenticatorApp.filter(id=app.id, last_step__lt=step)
    return bool(await unused.update(last_step=step, used_at=dates.now()))


def step_of(secret: str, code: str) -> int | None:
    """The time step whose code it is, within OFF_BY of now; None: of none."""
    now = int(dates.now().timestamp()) // SECONDS
    app = pyotp.TOTP(secret, interval=SECONDS)
    fits = [
        now + off for off in range(-OFF_BY, OFF_BY + 1) if pyotp.utils.strings_equal(app.generate_otp(now + off), code)
    ]
    return max(fits, default=None)


def _address(account: Account, secret: str) -> str:
    """What the QR code says; of a volunteer it has no number."""
    host = settings.current().public_url.partition('://')[2]
    name = account.username or account.name
    return pyotp.TOTP(secret, interval=SECONDS).provisioning_uri(name=f'{name}@{host}', issuer_name=ISSUER)
