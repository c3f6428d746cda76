"""登入碼: printed by the unit at its counter, it signs the volunteer in once, in the next quarter of an hour.

It sets no password, so it is no way to keep an account; otherwise it is given out as 紙本驗證碼 is (`printed_codes`).
"""

from datetime import date, timedelta

from db import transaction
from db.choices import Section
from db.models import Account, Volunteer

from .. import accounts, dates, links
from ..accounts import client_limits, login_lock
from ..accounts.attempts import attempt
from ..audit import history
from ..audit.history import Change
from ..fields import Field
from ..logbook.pdf import CodeSheet
from ..mail.facts import url_of
from . import printed_codes
from .printed_codes import WrongCode

LASTS = timedelta(minutes=15)
COUNTER_CODE = Field('counter_code', '登入碼')


async def printed(volunteer: Volunteer, *, by: Account) -> CodeSheet:
    """A new code for the volunteer, who stands at the counter. Raises NotFound, NotPrinted."""
    given = await printed_codes.give_out(volunteer, COUNTER_CODE, dates.now() + LASTS, _digest, by=by)
    steps = (
        '用手機掃描 QR 碼，或在電腦輸入下面的網址。',
        f'輸入您的{given.volunteer.identity_kind.label}、出生日期和上面的登入碼，就會登入。',
        '這組登入碼不會改變您的密碼；下次登入時請再向單位領取，或用您自己的密碼。',
    )
    warning = '這張紙只給本人。請不要拍照、不要交給別人。用過以後請撕毀。'
    return given.sheet(COUNTER_CODE, url_of(links.counter_code()), steps, warning, lasts='（15 分鐘）')


async def sign_in(number: str, born_on: date | None, code: str, *, client: str = '') -> Account:
    """The account of the person who holds the paper; unit and volunteer fetched. The code is spent.

    Raises WrongCode, SignInLocked, limits.Exceeded.
    """
    async with attempt(COUNTER_CODE.label, name=number[: accounts.LONGEST_NAME]) as tried:
        if len(number) > accounts.LONGEST_NAME or len(code) > accounts.LONGEST_NAME:
            raise WrongCode(COUNTER_CODE.label)
        await client_limits.count_form(client)
        index = login_lock.index_of(number)
        await tried.count(index)
        account = await _spent(index, born_on, code)
        await tried.succeed()
    return account


async def _spent(index: str, born_on: date | None, code: str) -> Account:
    async with transaction():
        account = await printed_codes.spend(
            index, born_on, lambda account: [_digest(account, code)], COUNTER_CODE.label
        )
        assert account.volunteer is not None  # `spend` has compared the birth date
        used = [Change(COUNTER_CODE, '', '本人已用來登入')]
        await history.note(account.volunteer, Section.BASICS, history.AMENDED, used, by=account)
    return account


def _digest(account: Account, code: str) -> str:
    return printed_codes.keyed('counter code', account, code)
