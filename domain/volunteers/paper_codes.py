"""紙本驗證碼: a code that the unit prints and the volunteer uses once, to set password and E-MAIL.

It is the way for those without a mailbox. Whoever holds paper, number and birth date can use it, so it is told to the
person's mailbox and the other units; and a unit that has just come prints none where somebody else can help.
"""

import secrets
from datetime import date, datetime, timedelta

from db import sealing, transaction
from db.choices import Section
from db.models import Account, HostUnit, PasswordReset, Volunteer

from .. import accounts, announcements, dates, identity_numbers, links, mail_addresses, settings, validation
from ..accounts import Hold, client_limits, login_lock, new_passwords, password_links, sessions
from ..announcements import VolunteerChanged
from ..audit import history
from ..audit.history import Change
from ..errors import DomainError, Incomplete
from ..logbook.pdf import CodeSheet
from ..mail import notices
from ..mail.messages import url_of
from . import addresses
from .basics import FIELDS

# Read from paper and typed on a telephone: capitals and digits that look like nothing else.
_SIGNS = 'ACDEFGHJKLMNPQRTUVWXY34679'
_GROUPS, _LENGTH = 3, 4
PAPER_CODE = FIELDS['prints_code']


class WrongCode(DomainError):
    """Number, birth date and code do not belong together, or the code is used or too old; which is not said."""

    def __init__(self) -> None:
        super().__init__(
            '證號、出生日期、驗證碼不相符，或驗證碼已經用過、過期。請對照紙本再輸入一次；'
            '連續 5 次不正確時會暫停 15 分鐘。需要新的驗證碼時，請洽您的運用單位。'
        )


class NotPrinted(DomainError):
    """The unit prints no code for this person now."""


def refusal(held: Hold | None, volunteer: Volunteer) -> str:
    """Why a unit under `held` prints no code; '' when it does.

    A unit that has just come holds the person's papers and could use the code by itself, so the mailbox or a unit that
    knows the person goes first.
    """
    if held is None or held.until is None:
        return ''
    if held.settled:
        names = '、'.join(unit.name for unit in held.settled)
        return f'您的單位剛收編這位志工，還不能列印紙本驗證碼。請本人向原來的單位（{names}）領取。'
    if volunteer.email:
        return '您的單位剛收編這位志工，還不能列印紙本驗證碼。請改寄連結到本人登記的 E-MAIL。'
    return ''


async def printed(volunteer: Volunteer, *, by: Account) -> CodeSheet:
    """A new code for the volunteer; earlier ones, and links by mail, work no more. Raises NotFound, NotPrinted."""
    held = await accounts.hold(volunteer, by=by)
    current = await Volunteer.get(id=volunteer.id)
    if sentence := refusal(held, current):
        raise NotPrinted(sentence)
    unit = await HostUnit.get(id=by.host_unit_id)
    code = ''.join(secrets.choice(_SIGNS) for _ in range(_GROUPS * _LENGTH))
    until = dates.now() + timedelta(days=settings.current().paper_code_days)
    async with transaction():
        account = await accounts.opened(current, by=by)
        await password_links.close(account)
        await PasswordReset.create(digest=_digest(account, code), account_id=account.id, expires_at=until)
        told = [Change(PAPER_CODE, '', f'已列印，民國 {dates.roc_instant(until)} 以前有效')]
        await history.note(current, Section.BASICS, history.AMENDED, told, by=by)
        await notices.code_printed(current, unit, held.others if held else (), until)
        await announcements.announce(VolunteerChanged(current.id))
    return _sheet(current, unit, code, until)


async def use(number: str, born_on: date | None, code: str, password: str, email: str, *, client: str = '') -> None:
    """Set the password of the person who holds the paper, and the E-MAIL where one is given. The code is spent.

    `client` is the address it is tried from. Raises WrongCode, SignInLocked, limits.Exceeded; Incomplete and
    UnfitPassword, then the code still works.
    """
    if len(number) > accounts.LONGEST_NAME or len(code) > accounts.LONGEST_NAME:
        raise WrongCode
    if problem := validation.email(FIELDS['email'].label, email):
        raise Incomplete({'email': problem})
    new_passwords.check(password)  # before a try is counted: a password that does not fit is no wrong code
    await client_limits.count_form(client)
    index = login_lock.index_of(number)
    await login_lock.count(index)
    async with transaction():
        account = await _spent(index, born_on, code)
        await login_lock.lift(index)
        await password_links.close(account)
        await new_passwords.keep_fetched_back(account, password, '本人用紙本驗證碼設定')
        if email := mail_addresses.tidy(email):
            await addresses.write(account, email, '本人用紙本驗證碼設定')
        await sessions.close_all(account)
        volunteer = await Volunteer.get(id=account.volunteer_id)
        used = [Change(PAPER_CODE, '', '本人已用來設定密碼')]
        await history.note(volunteer, Section.BASICS, history.AMENDED, used, by=account)


def _sheet(volunteer: Volunteer, unit: HostUnit, code: str, until: datetime) -> CodeSheet:
    address = url_of(links.paper_code())
    return CodeSheet(
        title=PAPER_CODE.label,
        name=volunteer.name,
        unit=unit.name + (f'　電話 {unit.phone}' if unit.phone else ''),
        code='-'.join(code[n : n + _LENGTH] for n in range(0, len(code), _LENGTH)),
        until=f'民國 {dates.roc_instant(until)} 以前有效，只能使用一次',
        address=address,
        steps=(
            '用手機掃描 QR 碼，或在電腦輸入下面的網址。',
            f'輸入您的{volunteer.identity_kind.label}、出生日期和上面的驗證碼。',
            '設定您自己的密碼；有 E-MAIL 的話，也可以一起填寫。',
            f'以後登入時，帳號是您的{volunteer.identity_kind.label}，密碼是您剛才設定的密碼。',
        ),
        warning='這張紙只給本人。請不要拍照、不要交給別人，也不要把密碼告訴任何人，包括承辦人。用過以後請撕毀。',
        printed=f'列印時間：民國 {dates.roc_instant(dates.now())}',
    )


async def _spent(index: str, born_on: date | None, code: str) -> Account:
    account = await Account.filter(volunteer__identity_index=index, is_active=True).select_related('volunteer').first()
    if account is None or account.volunteer is None or account.volunteer.born_on != born_on:
        raise WrongCode
    # Of two at once one is first.
    works = PasswordReset.filter(digest__in=_digests(account, code), used_at=None, expires_at__gt=dates.now())
    if not await works.update(used_at=dates.now()):
        raise WrongCode
    return account


def _digest(account: Account, code: str) -> str:
    """Keyed, since a code is short; and never that of a link, which is not."""
    return sealing.keyed('paper code', f'{account.id} {identity_numbers.compact(code)}')


def _digests(account: Account, code: str) -> tuple[str, str]:
    """Under its own key, and as codes were kept before each purpose had one; those are over after PAPER_CODE_DAYS."""
    return _digest(account, code), sealing.blind_index(f'paper code {account.id} {identity_numbers.compact(code)}')
