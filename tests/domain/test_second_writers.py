"""Of two who write at one record the second is told who was first and what stands there now; nothing goes unseen."""

from datetime import timedelta

import pytest

from db.choices import CorrectionReason, Place, Role
from db.models import Account, HostUnit, NumberSeries
from domain import accounts, corrections, dates, ledgers
from domain.accounts import AccountDetails
from domain.books import number_ledger
from domain.books.number_ledger import SeriesDetails
from domain.corrections import Anchor
from domain.errors import MovedOn
from domain.ledgers import LEDGERS
from domain.mail import templates

from ..builders import a_host_unit, a_volunteer, an_account
from .ledgers.test_ledgers import RIGHT
from .sample_office import a_case, an_office

pytestmark = pytest.mark.usefixtures('database')


async def two_administrators() -> tuple[Account, Account]:
    return await an_account(Role.ADMINISTRATOR, name='林一'), await an_account(Role.ADMINISTRATOR, name='陳二')


async def test_two_at_one_account_keep_each_others_fields_and_of_the_same_one_the_second_is_told() -> None:
    first, second = await two_administrators()
    clerk = await an_account(host_unit_id=(await a_host_unit()).id, name='王小明', phone='(04)1', email='a@b.tw')
    await an_account(host_unit_id=clerk.host_unit_id)
    one, two, three = [await accounts.get(clerk.id, by=first) for _ in range(3)]
    for seen, changes, by in ((one, {'phone': '(04)2'}, first), (two, {'name': '王曉明'}, second)):
        details = AccountDetails.from_record(seen)
        vars(details).update(changes)
        await accounts.amend(seen, details, by=by)
    kept = await Account.get(id=clerk.id)
    assert (kept.phone, kept.name) == ('(04)2', '王曉明')

    details = AccountDetails.from_record(three)
    details.phone = '(04)3'
    with pytest.raises(MovedOn, match=r'林一於 .* 把「聯絡電話」改成「\(04\)2」，所以您的還沒有儲存') as refusal:
        await accounts.amend(three, details, by=second)
    assert '還在畫面上' in str(refusal.value)
    assert (await Account.get(id=clerk.id)).phone == '(04)2'
    await accounts.amend(three, details, by=second)  # told, and meant
    kept = await Account.get(id=clerk.id)
    assert (kept.phone, kept.name) == ('(04)3', '王曉明')


async def test_two_at_one_wording_of_a_mail() -> None:
    first, second = await two_administrators()
    seen = await templates.get('returned', by=second)
    await templates.save('returned', f'請注意：{seen.subject}', seen.body, by=first, seen=seen)

    with pytest.raises(MovedOn, match=r'林一於 .* 把「主旨」改成「請注意：'):
        await templates.save('returned', f'通知：{seen.subject}', seen.body, by=second, seen=seen)
    with pytest.raises(MovedOn, match='林一'):
        await templates.restore('returned', by=second, seen=await builtin(seen, second))
    assert (await templates.get('returned', by=first)).subject == f'請注意：{seen.subject}'

    told = await templates.get('returned', by=second)
    await templates.save('returned', f'通知：{seen.subject}', seen.body, by=second, seen=told)
    assert (await templates.get('returned', by=first)).subject == f'通知：{seen.subject}'


async def builtin(seen: templates.Wording, by: Account) -> templates.Wording:
    """As a page had it that was opened when there was another wording."""
    return templates.Wording(**vars(seen) | {'subject': '更早的主旨'})


async def test_two_at_one_series_of_numbers() -> None:
    first, second = await two_administrators()
    office = await an_office()
    begun = await number_ledger.begin(office.agency.id, dates.roc_year(dates.today()), by=first)
    seen = await number_ledger.series_of(begun.id, by=second)
    await number_ledger.save(SeriesDetails('{word}{year}-{sequence:04d}'), of=seen, by=first)

    with pytest.raises(MovedOn, match=r'林一於 .*改成「{word}{year}-{sequence:04d}」'):
        await number_ledger.save(SeriesDetails('{word}{year}-{sequence:05d}'), of=seen, by=second)
    assert (await NumberSeries.get(id=begun.id)).pattern == '{word}{year}-{sequence:04d}'

    told = await number_ledger.series_of(begun.id, by=second)
    await number_ledger.save(SeriesDetails('{word}{year}-{sequence:05d}'), of=told, by=second)
    assert (await NumberSeries.get(id=begun.id)).pattern == '{word}{year}-{sequence:05d}'


async def test_two_reviewers_at_one_mark() -> None:
    office = await an_office()
    case = await a_case(office)
    made = await corrections.mark(
        case, Anchor(Place.BASICS, 'email'), CorrectionReason.OTHER, '請確認。', by=office.reviewer
    )
    seen = (made.reason.value, made.text)
    await corrections.amend(made, CorrectionReason.OTHER, '請改用公務信箱。', by=office.colleague, seen=seen)

    with pytest.raises(MovedOn, match=f'{office.colleague.name}於 .*（請改用公務信箱。）.*您寫的還在畫面上'):
        await corrections.amend(made, CorrectionReason.OTHER, '信箱打錯了。', by=office.reviewer, seen=seen)
    now = await corrections.get(made.id, by=office.reviewer)
    assert now.text == '請改用公務信箱。'

    told = (now.reason.value, now.text)
    await corrections.amend(made, CorrectionReason.OTHER, '信箱打錯了。', by=office.reviewer, seen=told)
    assert (await corrections.get(made.id, by=office.reviewer)).text == '信箱打錯了。'


async def test_an_entry_that_a_colleague_has_just_amended_is_not_removed_unseen() -> None:
    ledger, clerk = LEDGERS['awards'], await an_account()
    colleague = await an_account(host_unit_id=clerk.host_unit_id, name='王同仁')
    volunteer = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id))
    seen = await ledgers.add(ledger, volunteer, RIGHT['awards'], by=clerk)
    with dates.frozen(dates.now() + timedelta(minutes=1)):
        changed = RIGHT['awards'] | {'level': '銀質獎'}
        await ledgers.amend(ledger, seen.id, changed, by=colleague, seen=seen.updated_at)

        with pytest.raises(MovedOn, match=r'王同仁於 .* 修改（.*），所以沒有刪除'):
            await ledgers.remove(ledger, seen.id, by=clerk, seen=seen.updated_at)
    [kept] = (await ledgers.entries(ledger, volunteer, by=clerk)).rows
    await ledgers.remove(ledger, kept.id, by=clerk, seen=kept.updated_at)
    assert (await ledgers.entries(ledger, volunteer, by=clerk)).total == 0
