"""The first administrator of an office that has no account yet; everybody else gets an account from there."""

from pathlib import Path

from tortoise.exceptions import IntegrityError

from db import transaction
from db.choices import Role
from db.models import Account

from .. import private_files, settings
from . import factor_demands, passwords

USERNAME = 'admin'


async def first_administrator() -> list[str]:
    """Open the account `admin` if there is none at all; the lines that tell where its password lies.

    The password is written into the private data folder and nowhere else, and must be changed at the first login.
    """
    note = settings.current().data_dir / 'first-password'
    if not await Account.exists():
        password = passwords.generated()
        hashed = await passwords.hash_password(password)
        try:
            async with transaction():
                await Account.create(
                    username=USERNAME,
                    name='系統管理者',
                    role=Role.ADMINISTRATOR,
                    password_hash=hashed,
                    must_change_password=True,
                )
                await factor_demands.fill()
                private_files.write(note, f'{password}\n')
        except IntegrityError:  # another process of the same office was faster; its note counts
            return []
    waits = await Account.filter(username=USERNAME, must_change_password=True).exists()
    if not waits:
        _remove(note)
        return []
    return [f'第一次使用：以帳號 {USERNAME} 登入，密碼在 {note}；登入後須換成自己的密碼，檔案就會移除。']


def _remove(note: Path) -> None:
    note.unlink(missing_ok=True)
