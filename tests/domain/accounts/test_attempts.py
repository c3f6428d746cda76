"""Every way to show who one is, refused in every way it can be, leaves an entry in the log, and a lock one more."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from db.choices import CardAct, LockReason, LogAct, Role
from db.models import Account, HostUnit, LogEntry
from domain import accounts, citizen_certificates, dates, settings
from domain.accounts import authenticator_apps, client_limits, login_lock, passkeys, second_factors
from domain.accounts.attempts import NothingTyped
from domain.citizen_certificates import authorities, revocation_lists
from domain.errors import DomainError
from domain.limits import Limit
from domain.settings import Settings
from domain.volunteers import counter_codes, paper_codes

from ...builders import PASSWORD, a_host_unit, a_password_hash, a_volunteer, an_account
from ...citizen_ca import Authority, Card
from ...passkey_device import PasskeyDevice

BORN, NUMBER, SESSION = date(1958, 5, 12), 'A123456789', 'a' * 64
CLIENT = '192.0.2.7'


@dataclass
class World:
    """A clerk and a volunteer with everything that signs in."""

    clerk: Account
    volunteer: Account
    card: Card
    device: PasskeyDevice = field(default_factory=PasskeyDevice)


@pytest.fixture
async def world(database: str) -> World:
    authority = Authority()
    authorities.use([authority.certificate])
    settings.use(Settings(public_url='https://book.example.tw', secure_cookies=True))
    await revocation_lists.keep(authority.revocation_list())
    unit = await a_host_unit()
    clerk = await an_account(host_unit=unit, password_hash=await a_password_hash())
    person = await a_volunteer(unit, born_on=BORN, identity_number=NUMBER)
    made = World(clerk, await an_account(Role.VOLUNTEER, volunteer=person), authority.card())
    options = await passkeys.to_add(clerk, browser=SESSION)
    await second_factors.add_passkey(made.device.made(options), '我的手機', session=SESSION, by=clerk)
    text = await citizen_certificates.prove(PASSWORD, session=SESSION, by=clerk)
    await citizen_certificates.bind(text, made.card.answer(text), session=SESSION, by=clerk)
    return made


@pytest.fixture(autouse=True)
def as_before(database: str) -> Iterator[None]:
    before = settings.current()
    yield
    settings.use(before)
    authorities.use([])


async def by_password(world: World, *, right: bool, client: str = '') -> None:
    await accounts.sign_in(world.clerk.username or '', PASSWORD if right else 'Wrong-Passw0rd', client=client)


async def in_place(world: World, *, right: bool, client: str = '') -> None:
    await accounts.sign_in_again(world.clerk.id, PASSWORD if right else 'Wrong-Passw0rd', client=client)


async def by_passkey(world: World, *, right: bool, client: str = '') -> None:
    answer = world.device.signed(await passkeys.to_show(CardAct.PASSKEY_ENTERS, browser=SESSION))
    await second_factors.sign_in_by_passkey(answer, browser=SESSION if right else 'another browser')


async def by_card(world: World, *, right: bool, client: str = '') -> None:
    text = await citizen_certificates.start(SESSION)
    signature = world.card.answer(text if right else 'another text')
    await citizen_certificates.sign_in(text, signature, browser=SESSION, client=client)


async def by_second_code(world: World, *, right: bool, client: str = '') -> None:
    await second_factors.pass_by_code(await second_factors.begin(world.clerk), '000000')


async def by_second_passkey(world: World, *, right: bool, client: str = '') -> None:
    await second_factors.pass_by_passkey(await second_factors.begin(world.clerk), '{}')


async def by_nobodys_half(world: World, *, right: bool, client: str = '') -> None:
    await second_factors.pass_by_code('made-up', '000000')


async def by_set_up(world: World, *, right: bool, client: str = '') -> None:
    token = await second_factors.begin(world.volunteer)
    await second_factors.pass_by_set_up(token, authenticator_apps.begin(world.volunteer).kept, '000000')


async def by_counter_code(world: World, *, right: bool, client: str = '') -> None:
    await counter_codes.sign_in(NUMBER, BORN, 'AAAA-AAAA-AAAA', client=client)


async def by_paper_code(world: World, *, right: bool, client: str = '') -> None:
    await paper_codes.use(NUMBER, BORN, 'AAAA-AAAA-AAAA', 'Another-Passw0rd-7', '', client=client)


async def by_link(world: World, *, right: bool, client: str = '') -> None:
    await accounts.reset_password('made-up', 'Another-Passw0rd-7')


async def step_up_by_password(world: World, *, right: bool, client: str = '') -> None:
    await accounts.prove(PASSWORD if right else 'Wrong-Passw0rd', by=world.clerk)


async def step_up_by_code(world: World, *, right: bool, client: str = '') -> None:
    await accounts.prove_by_code('000000', by=world.clerk)


async def step_up_by_passkey(world: World, *, right: bool, client: str = '') -> None:
    await accounts.prove_by_passkey('{}', session=SESSION, by=world.clerk)


async def step_up_by_card(world: World, *, right: bool, client: str = '') -> None:
    text = await citizen_certificates.ask_proof(session=SESSION, by=world.volunteer)
    await citizen_certificates.prove_by_card(text, world.card.answer(text), session=SESSION, by=world.volunteer)


async def binding(world: World, *, right: bool, client: str = '') -> None:
    await citizen_certificates.bind('made-up', 'AAAA', session=SESSION, by=world.clerk)


async def another_password(world: World, *, right: bool, client: str = '') -> None:
    await accounts.change_password(world.clerk, 'Wrong-Passw0rd', 'Another-Passw0rd-7', by=world.clerk)


Way = Callable[..., Awaitable[None]]
SIGN_INS: dict[Way, str] = {
    by_password: '帳號密碼',
    in_place: '在原頁面重新登入',
    by_passkey: '通行金鑰',
    by_card: '自然人憑證',
    by_counter_code: '登入碼',
    by_paper_code: '紙本驗證碼',
    by_link: '設定密碼的連結（連結已用過或過期）',
    by_nobodys_half: '登入的第二步（等待太久）',
}
SECOND_STEPS: dict[Way, str] = {
    by_second_code: '驗證碼或復原碼',
    by_second_passkey: '通行金鑰',
    by_set_up: '驗證器 App',
}
STEP_UPS: dict[Way, str] = {
    step_up_by_password: '帳號密碼',
    step_up_by_code: '驗證碼或復原碼',
    step_up_by_passkey: '通行金鑰',
    step_up_by_card: '自然人憑證（不是本人綁定的卡片）',
    binding: '綁定自然人憑證',
    another_password: '變更密碼',
}
EACH = [
    *((way, LogAct.SIGN_IN_FAILED, what) for way, what in SIGN_INS.items()),
    *((way, LogAct.FACTOR_FAILED, what) for way, what in SECOND_STEPS.items()),
    *((way, LogAct.STEP_UP_FAILED, what) for way, what in STEP_UPS.items()),
]


async def refused(way: Way, world: World, **how: object) -> list[LogEntry]:
    """What the log has of a try that was refused."""
    last = await LogEntry.all().order_by('-id').first()
    with pytest.raises(DomainError):
        await way(world, **how)
    return await LogEntry.filter(id__gt=last.id if last else 0).order_by('id')


@pytest.mark.parametrize(('way', 'act', 'what'), EACH, ids=[way.__name__ for way, _, _ in EACH])
async def test_whatever_does_not_fit_leaves_one_entry(world: World, way: Way, act: LogAct, what: str) -> None:
    assert [(one.act, one.what) for one in await refused(way, world, right=False)] == [(act, what)]


async def nothing_as_password(world: World) -> None:
    await accounts.prove('', by=world.clerk)


async def nothing_as_code(world: World) -> None:
    await accounts.prove_by_code('  ', by=world.clerk)


async def nothing_as_password_now(world: World) -> None:
    await accounts.change_password(world.clerk, '', 'Another-Passw0rd-7', by=world.clerk)


NOTHING = [nothing_as_password, nothing_as_code, nothing_as_password_now]


@pytest.mark.parametrize('way', NOTHING, ids=[way.__name__ for way in NOTHING])
async def test_a_form_that_was_sent_empty_is_no_try_and_leads_to_no_lock(world: World, way: Way) -> None:
    for _ in range(6):
        with pytest.raises(NothingTyped, match='這不算輸入錯誤'):
            await way(world)

    assert not await LogEntry.filter(act=LogAct.STEP_UP_FAILED).exists()
    await accounts.prove(PASSWORD, by=world.clerk)


FULL = [by_password, in_place, by_passkey, by_card]


@pytest.mark.parametrize('way', FULL, ids=[way.__name__ for way in FULL])
async def test_an_account_that_is_locked_or_whose_unit_is_closed_leaves_an_entry_that_says_so(
    world: World, way: Way
) -> None:
    await Account.filter(id=world.clerk.id).update(is_active=False, locked_because=LockReason.IDLE)
    [entry] = await refused(way, world, right=True)
    assert (entry.act, entry.by_id, entry.what) == (
        LogAct.SIGN_IN_FAILED,
        world.clerk.id,
        f'{SIGN_INS[way]}（帳號已鎖定）',
    )

    await Account.filter(id=world.clerk.id).update(is_active=True, locked_because=None)
    await HostUnit.filter(id=world.clerk.host_unit_id).update(is_active=False)
    [entry] = await refused(way, world, right=True)
    assert (entry.act, entry.by_id) == (LogAct.SIGN_IN_FAILED, world.clerk.id)


COUNTED = [by_password, in_place, by_counter_code, by_paper_code, by_second_code, by_set_up, step_up_by_password]


@pytest.mark.parametrize('way', COUNTED, ids=[way.__name__ for way in COUNTED])
async def test_the_fifth_failure_is_a_lock_in_the_log_and_so_is_each_try_while_it_lasts(world: World, way: Way) -> None:
    tries = [await refused(way, world, right=False) for _ in range(login_lock.ATTEMPTS + 1)]

    assert [len(entries) for entries in tries] == [1, 1, 1, 1, 2, 1]
    assert (tries[4][1].act, tries[4][1].what) == (LogAct.LOCKED, '連續 5 次不正確')
    assert tries[5][0].what.endswith('（暫停登入中）')
    assert tries[5][0].by_id == tries[0][0].by_id  # whose name it is does not end with the lock


LIMITED = [by_password, in_place, by_card, by_counter_code, by_paper_code]


@pytest.mark.parametrize('way', LIMITED, ids=[way.__name__ for way in LIMITED])
async def test_an_address_beyond_its_limit_is_noted_once_in_a_while_and_does_not_fill_the_log(
    world: World, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ('logins', 'forms'):
        none_left = Limit(limit, 0, timedelta(hours=1), '太多了。')
        monkeypatch.setattr(client_limits, limit, lambda none_left=none_left: none_left)

    with dates.frozen(dates.now()):
        [entry] = await refused(way, world, right=True, client=CLIENT)
        assert entry.what == f'{SIGN_INS[way]}（次數太多）'
        assert await refused(way, world, right=True, client=CLIENT) == []
