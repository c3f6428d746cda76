"""登入碼: printed by the unit at its counter, it signs the volunteer in once, in the next quarter of an hour.

It sets no password, so it is no way to keep an account; otherwise it is given out as 紙本驗證碼 is, and told to the
person's mailbox and the other units as that is.
"""

import secrets
from datetime import date, timedelta

from db import sealing, transaction
from db.choices import Section
from db.models import Account, HostUnit, PasswordReset, Volunteer

from .. import accounts, announcements, dates, identity_numbers, links
from ..accounts import client_limits, login_lock
from ..announcements import VolunteerChanged
from ..audit import history, log
from ..audit.history import Change
from ..audit.log import LogAct
from ..fields import Field
from ..logbook.pdf import CodeSheet
from ..mail import notices
from ..mail.messages import url_of
from .paper_codes import GROUPS, LENGTH, SIGNS, NotPrinted, WrongCode, refusal

LASTS = timedelta(minutes=15)
COUNTER_CODE = Field('counter_code', '登入碼')


async def printed(volunteer: Volunteer, *, by: Account) -> CodeSheet:
    """A new code for the volunteer, who stands at the counter. Raises NotFound, NotPrinted."""
    held = await accounts.hold(volunteer, by=by)
    current = await Volunteer.get(id=volunteer.id)
    if sentence := refusal(held, current):
        raise NotPrinted(sentence)
    unit = await HostUnit.get(id=by.host_unit_id)
    code = ''.join(secrets.choice(SIGNS) for _ in range(GROUPS * LENGTH))
    until = dates.now() + LASTS
    async with transaction():
        account = await accounts.opened(current, by=by)
        await PasswordReset.create(digest=_digest(account, code), account_id=account.id, expires_at=until)
        told = [Change(COUNTER_CODE, '', f'已列印，民國 {dates.roc_instant(until)} 以前有效')]
        await history.note(current, Section.BASICS, history.AMENDED, told, by=by)
        await notices.code_printed(current, unit, held.others if held else (), until)
        await announcements.announce(VolunteerChanged(current.id))
    return CodeSheet(
        title=COUNTER_CODE.label,
        name=current.name,
        unit=unit.name + (f'　電話 {unit.phone}' if unit.phone else ''),
        code='-'.join(code[n : n + LENGTH] for n in range(0, len(code), LENGTH)),
        until=f'民國 {dates.roc_instant(until)} 以前有效（15 分鐘），只能使用一次',
        address=url_of(links.counter_code()),
        steps=(
            '用手機掃描 QR 碼，或在電腦輸入下面的網址。',
            f'輸入您的{current.identity_kind.label}、出生日期和上面的登入碼，就會登入。',
            '這組登入碼不會改變您的密碼；下次登入時請再向單位領取，或用您自己的密碼。',
        ),
        warning='這張紙只給本人。請不要拍照、不要交給別人。用過以後請撕毀。',
        printed=f'列印時間：民國 {dates.roc_instant(dates.now())}',
    )


async def sign_in(number: str, born_on: date | None, code: str, *, client: str = '') -> Account:
    """The account of the person who holds the paper; unit and volunteer fetched. The code is spent.

    Raises WrongCode, SignInLocked, limits.Exceeded.
    """
    if len(number) > accounts.LONGEST_NAME or len(code) > accounts.LONGEST_NAME:
        raise WrongCode
    await client_limits.count_form(client)
    index = login_lock.index_of(number)
    await login_lock.count(index)
    try:
        account = await _spent(index, born_on, code)
    except WrongCode:
        await log.note(LogAct.SIGN_IN_FAILED, by=None, what=COUNTER_CODE.label, name=number)
        raise
    await login_lock.lift(index)
    return account


async def _spent(index: str, born_on: date | None, code: str) -> Account:
    account = (
        await Account.filter(volunteer__identity_index=index, is_active=True)
        .select_related('host_unit', 'team', 'agency', 'volunteer')
        .first()
    )
    if account is None or account.volunteer is None or account.volunteer.born_on != born_on:
        raise WrongCode
    async with transaction():
        # Of two at once one is first.
        works = PasswordReset.filter(digest=_digest(account, code), used_at=None, expires_at__gt=dates.now())
        if not await works.update(used_at=dates.now()):
            raise WrongCode
        used = [Change(COUNTER_CODE, '', '本人已用來登入')]
        await history.note(account.volunteer, Section.BASICS, history.AMENDED, used, by=account)
    return account


def _digest(account: Account, code: str) -> str:
    """Keyed, since a code is short; never that of a link, nor of a code that sets a password."""
    return sealing.keyed('counter code', f'{account.id} {identity_numbers.compact(code)}')
