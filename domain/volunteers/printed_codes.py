"""What 紙本驗證碼 and 登入碼 have in common: who prints one, the sheet it stands on, and that it is used once.

Whoever holds paper, number and birth date can use it, so it is told to the person's mailbox and the other units; and a
unit that has just come prints none where somebody else can help.
"""

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime

from db import sealing, transaction
from db.choices import Section
from db.models import Account, HostUnit, PasswordReset, Volunteer

from .. import accounts, announcements, dates, identity_numbers
from ..accounts import Hold, password_links
from ..announcements import VolunteerChanged
from ..audit import history
from ..audit.history import Change
from ..errors import DomainError
from ..fields import Field
from ..logbook.pdf import CodeSheet
from ..mail import notices

# Read from paper and typed on a telephone: capitals and digits that look like nothing else.
SIGNS = 'ACDEFGHJKLMNPQRTUVWXY34679'
GROUPS, LENGTH = 3, 4


class WrongCode(DomainError):
    """Number, birth date and code do not belong together, or the code is used or too old; which is not said."""

    def __init__(self, what: str = '驗證碼') -> None:
        super().__init__(
            f'證號、出生日期、{what}不相符，或{what}已經用過、過期。請對照紙本再輸入一次；'
            f'連續 5 次不正確時會暫停 15 分鐘。需要新的{what}時，請洽您的運用單位。'
        )


class NotPrinted(DomainError):
    """The unit prints no code for this person now."""


@dataclass(frozen=True)
class Printed:
    """A code that was given out, for whom, by which unit, and until when it works."""

    volunteer: Volunteer
    unit: HostUnit
    code: str
    until: datetime

    def sheet(self, what: Field, address: str, steps: tuple[str, ...], warning: str, *, lasts: str = '') -> CodeSheet:
        """The paper; `lasts` says in brackets how long that is."""
        return CodeSheet(
            title=what.label,
            name=self.volunteer.name,
            unit=self.unit.name + (f'　電話 {self.unit.phone}' if self.unit.phone else ''),
            code='-'.join(self.code[n : n + LENGTH] for n in range(0, len(self.code), LENGTH)),
            until=f'民國 {dates.roc_instant(self.until)} 以前有效{lasts}，只能使用一次',
            address=address,
            steps=steps,
            warning=warning,
            printed=f'列印時間：民國 {dates.roc_instant(dates.now())}',
        )


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


async def give_out(
    volunteer: Volunteer,
    what: Field,
    until: datetime,
    digest: Callable[[Account, str], str],
    *,
    is_only_way: bool = False,
    by: Account,
) -> Printed:
    """A new code, kept as `digest` has it; `is_only_way`: earlier ones, and links by mail, work no more.

    Raises NotFound, NotPrinted.
    """
    held = await accounts.hold(volunteer, by=by)
    current = await Volunteer.get(id=volunteer.id)
    if sentence := refusal(held, current):
        raise NotPrinted(sentence)
    unit = await HostUnit.get(id=by.host_unit_id)
    code = ''.join(secrets.choice(SIGNS) for _ in range(GROUPS * LENGTH))
    async with transaction():
        account = await accounts.opened(current, by=by)
        if is_only_way:
            await password_links.close(account)
        await PasswordReset.create(digest=digest(account, code), account_id=account.id, expires_at=until)
        told = [Change(what, '', f'已列印，民國 {dates.roc_instant(until)} 以前有效')]
        await history.note(current, Section.BASICS, history.AMENDED, told, by=by)
        await notices.code_printed(current, unit, held.others if held else (), until)
        await announcements.announce(VolunteerChanged(current.id))
    return Printed(current, unit, code, until)


async def spend(
    index: str, born_on: date | None, digests: Callable[[Account], Collection[str]], what: str = '驗證碼'
) -> Account:
    """Whose code it was, its unit and volunteer fetched, in the caller's transaction. Raises WrongCode.

    `index`: of the number. `digests`: as which the code may be kept. `what`: as its page calls it.
    """
    account = (
        await Account.filter(volunteer__identity_index=index, is_active=True)
        .select_related('host_unit', 'team', 'agency', 'volunteer')
        .first()
    )
    if account is None or account.volunteer is None or account.volunteer.born_on != born_on:
        raise WrongCode(what)
    # Of two at once one is first.
    works = PasswordReset.filter(digest__in=digests(account), used_at=None, expires_at__gt=dates.now())
    if not await works.update(used_at=dates.now()):
        raise WrongCode(what)
    return account


def keyed(purpose: str, account: Account, code: str) -> str:
    """As what a code of this purpose is kept: keyed, since it is short, and never that of a link."""
    return sealing.keyed(purpose, f'{account.id} {identity_numbers.compact(code)}')
