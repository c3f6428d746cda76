"""From one address of the network: failures are counted, an office that logs in is not."""

from collections.abc import AsyncIterator

import pytest

from db.models import LoginFailure
from domain import accounts, dates, settings
from domain.accounts import SignInRefused, login_lock, passwords
from domain.limits import Exceeded
from domain.settings import Settings

from ...builders import PASSWORD, a_password_hash, an_account

RIGHT, WRONG = PASSWORD, 'Wrong-Passw0rd'


@pytest.fixture(autouse=True)
async def clerk(database: str) -> AsyncIterator[None]:
    """Somebody who can sign in; five failures from one address are allowed."""
    before = settings.current()
    settings.use(Settings(login_failures=5))
    await an_account(username='clerk', password_hash=await a_password_hash())
    yield
    settings.use(before)


async def test_a_stranger_who_tries_many_names_is_stopped_and_the_names_are_not_locked() -> None:
    for number in range(5):
        with pytest.raises(SignInRefused):
            await accounts.sign_in(f'name{number}', WRONG, client='192.0.2.1')

    with pytest.raises(Exceeded, match='帳號沒有被鎖定'):
        await accounts.sign_in('clerk', RIGHT, client='192.0.2.1')

    assert await LoginFailure.filter(name_index=login_lock.kept_under(login_lock.index_of('clerk'))).count() == 0
    assert (await accounts.sign_in('clerk', RIGHT, client='192.0.2.2')).username == 'clerk'


async def test_a_whole_office_signs_in_from_one_address() -> None:
    for _ in range(12):
        await accounts.sign_in('clerk', RIGHT, client='192.0.2.1')


async def test_names_that_failed_long_ago_are_forgotten() -> None:
    with pytest.raises(SignInRefused):
        await accounts.sign_in('nobody', WRONG)
    await login_lock.sweep()
    assert await LoginFailure.all().count() == 1

    await LoginFailure.all().update(updated_at=dates.now() - login_lock.LASTS)
    await login_lock.sweep()
    assert await LoginFailure.all().count() == 0


async def test_who_is_not_looked_at_for_the_crowd_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, 'MOST_WAITING', 0)
    for _ in range(7):
        with pytest.raises(passwords.Busy):
            await accounts.sign_in('clerk', RIGHT, client='192.0.2.1')
    monkeypatch.undo()

    assert (await accounts.sign_in('clerk', RIGHT, client='192.0.2.1')).username == 'clerk'
