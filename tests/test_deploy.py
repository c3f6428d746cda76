"""What deploy/ has besides nginx (tests/ui/test_behind_nginx.py): the image's steps, compose, systemd's units."""

import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

from .conftest import url_of
from .patience import SECONDS
from .served import ROOT, free_port

DEPLOY = ROOT / 'deploy'
# They change the system on which the tests run: the first has been done by it, with the lock of the tests beside.
OF_THE_SYSTEM = ('.setup/prepare run', 'useradd ', 'install -d ')


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, a word and what follows it."""
    text = (DEPLOY / 'Dockerfile').read_text().replace('\\\n', ' ')
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith('#')]
    return [(word, rest) for word, _, rest in (line.partition(' ') for line in lines)]


async def test_what_the_image_is_made_of_serves_and_writes_nothing_beside_its_data(
    database_url: str, tmp_path: Path
) -> None:
    folder, environ, left = tmp_path / 'recordbook', {'PATH': os.environ['PATH']}, []
    folder.mkdir()
    (folder / '.venv').symlink_to(ROOT / '.venv')
    command: list[str] = []
    check: list[str] = []
    for word, rest in steps():
        if word == 'COPY':
            _copy(folder, *rest.split())
        elif word == 'RUN' and not rest.startswith(OF_THE_SYSTEM):
            subprocess.run(rest, shell=True, cwd=folder, check=True)
        elif word == 'ENV':
            environ |= dict(pair.split('=', 1) for pair in shlex.split(rest))
        elif word == 'CMD':
            command = json.loads(rest)
        elif word == 'HEALTHCHECK':
            check = json.loads(rest[rest.index('CMD') + 3 :])
        else:
            left.append(word)
    assert left == ['FROM', 'WORKDIR', 'RUN', 'RUN', 'RUN', 'USER', 'VOLUME', 'EXPOSE', 'STOPSIGNAL']
    port = str(free_port())
    before = tree(folder)
    connection = await asyncpg.connect(database_url)
    await connection.execute('CREATE DATABASE office_of_the_image')
    environ |= {
        'DATA_DIR': str(tmp_path / 'data'),
        'HOME': str(tmp_path),
        'NICEGUI_STORAGE_PATH': str(tmp_path / 'nicegui'),
        'PORT': port,
        'DATABASE_URL': url_of(database_url, 'office_of_the_image'),
    }
    server = subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.PIPE)
    try:
        until = time.monotonic() + SECONDS
        healthy = [word.replace('8080', port) for word in check]
        while subprocess.run(healthy, cwd=folder, env=environ, capture_output=True, check=False).returncode:
            assert server.poll() is None, server.communicate()
            assert time.monotonic() < until
            await asyncio.sleep(0.3)
    finally:
        server.terminate()
        _, said = server.communicate()
        await connection.execute('DROP DATABASE office_of_the_image WITH (FORCE)')
        await connection.close()

    assert tree(folder) == before
    told = [json.loads(line) for line in said.decode().splitlines()]
    assert {'time', 'level', 'logger', 'message'} <= told[0].keys()
    assert server.returncode in (0, -signal.SIGTERM)  # uvicorn ends in order, and then by the signal it was sent


def _copy(folder: Path, *words: str) -> None:
    *sources, to = words
    for source in sources:
        found = ROOT / source
        place = folder / (f'{to}/{source}' if to.endswith('/') else to)
        if found.is_dir():
            shutil.copytree(found, place, ignore=shutil.ignore_patterns('__pycache__'))
        else:
            shutil.copy(found, place)


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob('*')}


def test_all_that_the_image_is_made_of_is_let_into_its_build() -> None:
    let_in = {line[1:] for line in (ROOT / '.dockerignore').read_text().splitlines() if line.startswith('!')}
    copied = {source for word, rest in steps() if word == 'COPY' for source in rest.split()[:-1]}

    assert {path.partition('/')[0] for path in let_in} == {path.partition('/')[0] for path in copied}
    assert all((ROOT / path).exists() for path in let_in | copied)


def test_compose_starts_two_processes_that_can_write_to_their_data_alone() -> None:
    services: dict[str, Any] = yaml.safe_load((DEPLOY / 'compose.yaml').read_text())['services']
    processes = [service for name, service in services.items() if name.startswith('recordbook-')]

    assert len(processes) == 2
    for service in [*processes, services['nginx']]:
        assert service['read_only'] is True
        for volume in service['volumes']:
            source = DEPLOY / volume.partition(':')[0]
            assert source.exists() or source.name in ('data', 'backups', 'certificate.pem', 'key.pem'), volume
    for service in processes:
        assert service['cap_drop'] == ['ALL']
    named = re.findall(r'^server ([\w-]+):8080', (DEPLOY / 'nginx/compose/processes.conf').read_text(), re.MULTILINE)
    assert named == [name for name in services if name.startswith('recordbook-')]


@pytest.mark.skipif(shutil.which('systemd-analyze') is None, reason='systemd-analyze is not installed')
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for unit in (DEPLOY / 'systemd').iterdir():
        (tmp_path / unit.name).write_text(unit.read_text().replace('/opt/recordbook/', f'{ROOT}/'))
    units = [
        tmp_path / name for name in ('recordbook@.service', 'recordbook-backup.service', 'recordbook-backup.timer')
    ]
    verified = subprocess.run(['systemd-analyze', 'verify', *units], capture_output=True, text=True, check=False)

    assert (verified.returncode, verified.stderr) == (0, '')


@pytest.mark.parametrize(('made', 'status', 'left'), [(True, 1, ['new']), (True, 0, ['new']), (False, 1, ['old'])])
def test_old_backups_go_when_a_new_one_is_there_even_one_that_lacks_a_file(
    tmp_path: Path, made: bool, status: int, left: list[str]
) -> None:
    folder, program = tmp_path / 'backups', tmp_path / '.venv/bin/python'
    folder.mkdir()
    old = folder / 'old.backup'
    old.touch()
    os.utime(old, (0, 0))
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\n{"touch" if made else ":"} "$4"\nexit {status}\n')
    program.chmod(0o755)
    unit = (DEPLOY / 'systemd/recordbook-backup.service').read_text()
    [command] = re.findall(r"^ExecStart=/bin/sh -c '(.*)'$", unit, re.MULTILINE)
    spelled = command.replace('$$', '$').replace('%%', '%').replace('/var/backups/recordbook', str(folder))

    done = subprocess.run(['/bin/sh', '-c', spelled], cwd=tmp_path, check=False)

    assert done.returncode == status
    assert ['old' if path == old else 'new' for path in folder.iterdir()] == left
