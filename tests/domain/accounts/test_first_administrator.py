"""An office nobody has entered yet can be entered by one person."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.choices import Role
from db.models import Account
from domain import accounts, settings
from domain.accounts import first_administrator
from domain.settings import Settings
from tests import builders


@pytest.fixture
def note(tmp_path: Path) -> Iterator[Path]:
    before = settings.current()
    settings.use(Settings(data_dir=tmp_path))
    yield tmp_path / 'first-password'
    settings.use(before)


async def test_the_first_start_opens_one_account_whose_password_lies_in_a_private_file(
    database: str, note: Path
) -> None:
    lines = await first_administrator.first_administrator()

    account = await accounts.sign_in('admin', note.read_text().strip())
    assert (account.role, account.must_change_password) == (Role.ADMINISTRATOR, True)
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert [str(note) in line for line in lines] == [True]


async def test_later_starts_change_nothing_and_the_file_goes_with_the_first_password(database: str, note: Path) -> None:
    await first_administrator.first_administrator()
    password = note.read_text()

    await first_administrator.first_administrator()
    assert note.read_text() == password
    await Account.filter(username='admin').update(must_change_password=False)

    assert await first_administrator.first_administrator() == []
    assert not note.exists()


async def test_an_office_with_people_in_it_gets_no_further_administrator(database: str, note: Path) -> None:
    await builders.an_account()

    assert await first_administrator.first_administrator() == []
    assert await Account.filter(role=Role.ADMINISTRATOR).count() == 0
