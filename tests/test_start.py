"""A start that is refused says why in two lines, and has begun nothing."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from db import key_check
from db.models import Account
from db.sealing import Keyring

from .builders import an_account
from .patience import SECONDS
from .served import ROOT, free_port


async def start(folder: Path, **environ: str) -> tuple[int | None, list[str]]:
    """The exit code of `python -m ui`, and what it has said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        '-m',
        'ui',
        cwd=ROOT,
        env={'PATH': '/usr/bin:/bin', 'DATA_DIR': str(folder), 'PORT': str(free_port())} | environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode()
    return process.returncode, said.splitlines()


async def test_a_port_in_use_is_said_before_anything_is_begun(tmp_path: Path) -> None:
    with socket.create_server(('127.0.0.1', 0)) as taken:
        port = taken.getsockname()[1]
        code, said = await start(tmp_path / 'var', PORT=str(port))

    assert code == 1
    assert said == [
        f'無法在 127.0.0.1:{port} 提供服務：Address already in use。可能已有程式使用這個連接埠；'
        '請停止它，或以 PORT 換一個。',
        f'127.0.0.1:{port} cannot be listened at: Address already in use. Another program may use the port: stop it,'
        ' or set PORT.',
    ]
    assert not (tmp_path / 'var').exists()


async def test_a_second_process_with_keys_of_its_own_does_not_start_and_none_are_made(
    database: str, tmp_path: Path
) -> None:
    await an_account()
    folder = tmp_path / 'of another process'

    code, said = await start(folder, DATABASE_URL=database)
    assert (bool(code), len(said)) == (True, 2)
    assert said[0].startswith('這個資料庫已有帳號，但找不到它的金鑰')
    assert said[1].startswith('This database has accounts, but its keys are missing')
    assert not (folder / 'keys').exists()

    await key_check.check(Keyring({1: b'k' * 32}, b'i' * 32))
    (folder / 'keys').write_text(f'1:{"b" * 43}=\n{"b" * 43}=')
    code, said = await start(folder, DATABASE_URL=database)
    assert (bool(code), len(said)) == (True, 2)
    assert said[0].startswith('這個資料庫是用另外的金鑰封存的（不符的是 SEALING_KEYS 1）')
    assert await Account.all().count() == 1


@pytest.mark.parametrize('environ', [{'SMTP_URL': 'mail.example.tw'}, {'DATABASE_URL': 'postgresql://u:p@[/x'}])
async def test_what_is_wrong_in_the_environment_is_named(tmp_path: Path, environ: dict[str, str]) -> None:
    code, said = await start(tmp_path / 'var', **environ)

    assert (bool(code), len(said)) == (True, 2)
    assert [next(iter(environ)) in line for line in said] == [True, True]


async def test_a_start_that_waits_for_its_database_ends_when_it_is_asked_to(tmp_path: Path) -> None:
    log = tmp_path / 'log'
    url = f'postgresql://office@127.0.0.1:{free_port()}/office'
    with log.open('wb') as said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, '-m', 'ui'),
            cwd=ROOT,
            env={'PATH': '/usr/bin:/bin', 'DATA_DIR': str(tmp_path), 'PORT': str(free_port()), 'DATABASE_URL': url},
            stdout=said,
            stderr=said,
        )
        try:
            async with asyncio.timeout(SECONDS):
                while '等候資料庫' not in log.read_text():
                    await asyncio.sleep(0.05)
                process.terminate()
                assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
    assert len(log.read_text().splitlines()) == 1
