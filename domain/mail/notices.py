"""Mails that keep anybody from taking over a person: of passwords, addresses, 收編 and numbers looked up.

They go out at once, however their receiver wants other mail, and each to the address that stood before the act.
"""

from collections.abc import Sequence
from datetime import datetime

from db.choices import Role
from db.models import Account, HostUnit, Volunteer

from .. import dates, links, mail_addresses
from . import outbox, templates
from .catalogue import Fact
from .facts import url_of


async def password_changed(account: Account, address: str, how: str) -> None:
    """To the account's owner: the password is another one now, and `how` it was set."""
    facts: dict[str, Fact] = {'變更方式': how, '連結': url_of(links.forgotten_password())}
    await _tell('password_changed', address, account.name, facts)


async def card_changed(account: Account, address: str, what: str) -> None:
    """To the account's owner: a citizen certificate signs in from now on, or does not any more."""
    facts: dict[str, Fact] = {'變更方式': what, '連結': url_of(links.forgotten_password())}
    await _tell('card_changed', address, account.name, facts)


async def factor_changed(account: Account, address: str, what: str) -> None:
    """To the account's owner: what is shown at the login besides the password has changed."""
    facts: dict[str, Fact] = {'變更方式': what, '連結': url_of(links.own_factors())}
    await _tell('factor_changed', address, account.name, facts)


async def new_device(account: Account, address: str, device: str) -> None:
    """To the account's owner: somebody has signed in in a browser in which nobody of that account was before."""
    facts: dict[str, Fact] = {'裝置': device, '連結': url_of(links.own_sessions())}
    await _tell('new_device', address, account.name, facts)


async def email_changed(account: Account, old: str, new: str, how: str) -> None:
    """To the `old` address: mail goes to `new` from now on."""
    facts: dict[str, Fact] = {'變更方式': how, '新信箱': mail_addresses.masked(new) or '（已清除）'}
    await _tell('email_changed', old, account.name, facts)


async def email_asked(volunteer: Volunteer, unit: HostUnit, new: str, link: str, valid_until: datetime) -> None:
    """To the volunteer, at the address on record: a unit asks to change it, `link` leads to where that is answered."""
    facts: dict[str, Fact] = {'申請人': unit.name, '新信箱': new, '連結': url_of(link)}
    facts['有效期限'] = dates.roc_instant(valid_until)
    await _tell('email_asked', volunteer.email, volunteer.name, facts, holds_secret=True)


async def email_waits(account: Account, asked_by: Account, new: str, takes_effect: str) -> None:
    """To an account's owner: an administrator wants to change the address, and when that `takes_effect`."""
    facts: dict[str, Fact] = {'申請人': f'系統管理者{asked_by.name}', '新信箱': mail_addresses.masked(new)}
    await _tell('email_waits', account.email, account.name, facts | {'確認方式': takes_effect})


async def enrolled(volunteer: Volunteer, unit: HostUnit, present: Sequence[HostUnit]) -> None:
    """To the volunteer, and to the units that the person serves already: `unit` has taken the person over (收編)."""
    if volunteer.email:
        facts: dict[str, Fact] = {'其他單位': unit.name, '連結': url_of(links.my_record_book())}
        await _tell('enrolled', volunteer.email, volunteer.name, facts)
    await _tell_units('enrolled_elsewhere', volunteer, unit, present)


async def transfer_proposed(taker: HostUnit, giver: HostUnit, count: int) -> None:
    """To the unit that is to take people over: how many, from whom; nobody is named before it has accepted."""
    facts: dict[str, Fact] = {'運用單位': taker.name, '原單位': giver.name, '件數': count}
    facts['連結'] = url_of(links.transfers('take'))
    composed = await templates.composed('transfer_proposed', facts)
    await outbox.queue(await _mailbox(taker), *composed, template='transfer_proposed')


async def transfer_decided(giver: HostUnit, taker: HostUnit, result: str, reason: str) -> None:
    """To the unit that proposed people: how many were taken over, or not and why."""
    facts: dict[str, Fact] = {'運用單位': giver.name, '接手單位': taker.name, '結果': result}
    facts |= {'原因': [reason] if reason else [], '連結': url_of(links.transfers('give'))}
    composed = await templates.composed('transfer_decided', facts)
    await outbox.queue(await _mailbox(giver), *composed, template='transfer_decided')


async def code_printed(volunteer: Volunteer, unit: HostUnit, others: Sequence[HostUnit], valid_until: datetime) -> None:
    """To the volunteer, and to the other units: `unit` has printed a code by which the password can be set."""
    if volunteer.email:
        facts: dict[str, Fact] = {'其他單位': unit.name, '有效期限': dates.roc_instant(valid_until)}
        await _tell('code_printed', volunteer.email, volunteer.name, facts)
    await _tell_units('code_printed_elsewhere', volunteer, unit, others)


async def lookups_exceeded(asking: Account, office: str, count: int, most: int) -> None:
    """To every administrator: somebody has looked up more numbers than an honest day's work needs."""
    facts: dict[str, Fact] = {'查詢人': f'{asking.name}（{office}）', '查詢次數': count, '查詢上限': most}
    facts['連結'] = url_of(links.admin('lookups'))
    for administrator in await Account.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(email='').order_by('id'):
        await _tell('lookups_exceeded', administrator.email, administrator.name, facts)


async def rights_asked(unit: HostUnit, kind: str, due: str) -> None:
    """To the unit: a volunteer asks for a right of the law; nobody is named, and until when it is answered."""
    facts: dict[str, Fact] = {'運用單位': unit.name, '請求': kind, '答覆期限': due, '連結': url_of(links.rights())}
    composed = await templates.composed('rights_asked', facts)
    await outbox.queue(await _mailbox(unit), *composed, template='rights_asked')


async def rights_extended(volunteer: Volunteer, unit: HostUnit, kind: str, due: str, reason: str) -> None:
    """To the volunteer: the answer takes longer, until when and why (個人資料保護法 §13)."""
    facts: dict[str, Fact] = {'其他單位': unit.name, '請求': kind, '答覆期限': due, '原因': [reason]}
    await _tell_person('rights_extended', volunteer, facts)


async def rights_answered(volunteer: Volunteer, unit: HostUnit, kind: str, result: str, lines: Sequence[str]) -> None:
    """To the volunteer: what became of the request, and why."""
    facts: dict[str, Fact] = {'其他單位': unit.name, '請求': kind, '結果': result, '原因': list(lines)}
    await _tell_person('rights_answered', volunteer, facts)


async def _tell_person(template: str, volunteer: Volunteer, facts: dict[str, Fact]) -> None:
    """Whoever has no address reads it after signing in, or hears it from the unit."""
    if volunteer.email:
        await _tell(template, volunteer.email, volunteer.name, facts | {'連結': url_of(links.my_data())})


async def unusual_use(lines: Sequence[str]) -> None:
    """To every administrator: accounts whose use of the last day is unlike honest work, each on a line."""
    facts: dict[str, Fact] = {'異常清單': list(lines)}
    facts['連結'] = url_of(links.admin('unusual'))
    for administrator in await Account.filter(role=Role.ADMINISTRATOR, is_active=True).exclude(email='').order_by('id'):
        await _tell('unusual_use', administrator.email, administrator.name, facts)


async def _tell_units(template: str, volunteer: Volunteer, unit: HostUnit, others: Sequence[HostUnit]) -> None:
    for other in others:
        facts: dict[str, Fact] = {
            '運用單位': other.name,
            '志工': volunteer.name,
            '證號': volunteer.identity_masked,
            '其他單位': unit.name,
            '變更時間': dates.roc_instant(dates.now()),
            '連結': url_of(links.history(volunteer.id)),
        }
        await outbox.queue(await _mailbox(other), *await templates.composed(template, facts), template=template)


async def _mailbox(unit: HostUnit) -> str:
    """The unit's own, or else that of the clerk who is with it longest; of one team only, nobody."""
    if unit.email:
        return unit.email
    clerk = (
        await Account.filter(host_unit_id=unit.id, team_id=None, is_active=True)
        .exclude(email='')
        .order_by('id')
        .first()
    )
    return clerk.email if clerk else ''


async def _tell(template: str, address: str, name: str, facts: dict[str, Fact], *, holds_secret: bool = False) -> None:
    facts = {'姓名': name, '變更時間': dates.roc_instant(dates.now()), **facts}
    composed = await templates.composed(template, facts)
    await outbox.queue(address, *composed, template=template, holds_secret=holds_secret)
