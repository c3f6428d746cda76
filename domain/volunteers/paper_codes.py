"""紙本驗證碼: a code that the unit prints and the volunteer uses once, to set password and E-MAIL.

It is the way for those without a mailbox (`printed_codes`).
"""

from datetime import date, timedelta

from db import sealing, transaction
from db.choices import Section
from db.models import Account, Volunteer

from .. import accounts, dates, identity_numbers, links, mail_addresses, settings, validation
from ..accounts import client_limits, login_lock, new_passwords, password_links, second_factors, sessions
from ..accounts.attempts import attempt
from ..audit import history
from ..audit.history import Change
from ..errors import Incomplete
from ..logbook.pdf import CodeSheet
from ..mail.facts import url_of
from . import addresses, printed_codes
from .basics import FIELDS
from .printed_codes import WrongCode

PAPER_CODE = FIELDS['prints_code']


async def printed(volunteer: Volunteer, *, by: Account) -> CodeSheet:
    """A new code for the volunteer; earlier ones, and links by mail, work no more. Raises NotFound, NotPrinted."""
    until = dates.now() + timedelta(days=settings.current().paper_code_days)
    given = await printed_codes.give_out(volunteer, PAPER_CODE, until, _digest, is_only_way=True, by=by)
    kind = given.volunteer.identity_kind.label
    steps = (
        '用手機掃描 QR 碼，或在電腦輸入下面的網址。',
        f'輸入您的{kind}、出生日期和上面的驗證碼。',
        '設定您自己的密碼；有 E-MAIL 的話，也可以一起填寫。',
        f'以後登入時，帳號是您的{kind}，密碼是您剛才設定的密碼。',
    )
    warning = '這張紙只給本人。請不要拍照、不要交給別人，也不要把密碼告訴任何人，包括承辦人。用過以後請撕毀。'
    return given.sheet(PAPER_CODE, url_of(links.paper_code()), steps, warning)


async def use(number: str, born_on: date | None, code: str, password: str, email: str, *, client: str = '') -> None:
    """Set the password of the person who holds the paper, and the E-MAIL where one is given. The code is spent.

    `client` is the address it is tried from. Raises WrongCode, SignInLocked, limits.Exceeded; Incomplete and
    UnfitPassword, then the code still works.
    """
    if problem := validation.email(FIELDS['email'].label, email):
        raise Incomplete({'email': problem})
    new_passwords.check(password)  # before a try is counted: a password that does not fit is no wrong code
    async with attempt(PAPER_CODE.label, name=number[: accounts.LONGEST_NAME]) as tried:
        if len(number) > accounts.LONGEST_NAME or len(code) > accounts.LONGEST_NAME:
            raise WrongCode
        await client_limits.count_form(client)
        index = login_lock.index_of(number)
        await tried.count(index)
        await _use(index, born_on, code, password, email)


async def _use(index: str, born_on: date | None, code: str, password: str, email: str) -> None:
    async with transaction():
        account = await printed_codes.spend(index, born_on, lambda account: _digests(account, code))
        await login_lock.lift(index)
        await password_links.close(account)
        await new_passwords.keep_fetched_back(account, password, '本人用紙本驗證碼設定')
        # The unit has seen the person and the papers: the one way back for a volunteer who has lost the telephone.
        await second_factors.remove_all(account, '本人用紙本驗證碼重設', by=account)
        if email := mail_addresses.tidy(email):
            await addresses.write(account, email, '本人用紙本驗證碼設定')
        await sessions.close_all(account)
        volunteer = await Volunteer.get(id=account.volunteer_id)
        used = [Change(PAPER_CODE, '', '本人已用來設定密碼')]
        await history.note(volunteer, Section.BASICS, history.AMENDED, used, by=account)


def _digest(account: Account, code: str) -> str:
    return printed_codes.keyed('paper code', account, code)


def _digests(account: Account, code: str) -> tuple[str, str]:
    """Under its own key, and as codes were kept before each purpose had one; those are over after PAPER_CODE_DAYS."""
    return _digest(account, code), sealing.blind_index(f'paper code {account.id} {identity_numbers.compact(code)}')
