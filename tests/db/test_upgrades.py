"""While one process after the other is restarted, those of the version before go on beside the newer schema.

Migrations expand, and contract in a later release. The first test reads them; the second lets the version before the
last migration work with today's schema, where the repository has its history.
"""

import re
import subprocess
from pathlib import Path

import pytest

from db.migrate import SCHEMA
from tests.processes import ROOT, Processes

# The last migration from before there was this rule, and those over which all processes are to be stopped: why.
FROM = '0016_lists'
STOPPED_FOR: dict[str, str] = {}

SECTION = re.compile(r'^-- (\d{4}_\w+)\n(.*?)(?=^-- \d{4}_|\Z)', re.MULTILINE | re.DOTALL)
MADE = re.compile(r'CREATE TABLE "?(\w+)"?')
# Of a table that was there before.
TAKES_AWAY = re.compile(
    r'DROP TABLE|\bDROP COLUMN\b|\bRENAME\b|\bSET NOT NULL\b|\bTYPE\b|\bDROP DEFAULT\b|ADD (?:CONSTRAINT|CHECK|UNIQUE)'
    r'|CREATE UNIQUE INDEX'
)
REQUIRED = re.compile(r'ADD COLUMN "\w+" (?!.*\bDEFAULT\b).*\bNOT NULL\b')

# Somebody applies and is approved, by the services of that version.
WORKS = """
import asyncio, sys
from pathlib import Path

import db
from db import blobs, sealing
from domain import reviews
from tests.domain.sample_office import a_case, an_office

async def work(url, folder):
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    blobs.use(Path(folder))
    async with db.connected(url, min_size=1):
        office = await an_office()
        case = await a_case(office)
        book = await reviews.approve(case, case.version, by=office.reviewer)
        print(book.number)

asyncio.run(work(*sys.argv[1:]))
"""


def later_migrations() -> dict[str, str]:
    """What each migration since FROM does, by its name."""
    return {name: told for name, told in SECTION.findall(SCHEMA.read_text()) if name > FROM}


ADDED = re.compile(r'ALTER TABLE "?(\w+)"? ADD COLUMN (?:IF NOT EXISTS )?"?(\w+)"?')
UNIQUE = re.compile(r'CREATE UNIQUE INDEX \S+ ON "?(\w+)"? \(([^)]*)\)')


def what_stops_the_version_before(told: str) -> list[str]:
    """The statements after which a process that knows nothing of them cannot read or write any more.

    >>> what_stops_the_version_before('ALTER TABLE "a" ADD COLUMN "b" INT NOT NULL;')
    ['ALTER TABLE "a" ADD COLUMN "b" INT NOT NULL']
    >>> what_stops_the_version_before('CREATE TABLE "a" ("b" INT NOT NULL); ALTER TABLE a ADD CONSTRAINT c CHECK (b)')
    []
    >>> what_stops_the_version_before('ALTER TABLE "a" ADD COLUMN "b" INT; CREATE UNIQUE INDEX c ON a (b) WHERE b <> 0')
    []
    """
    new, added = set(MADE.findall(told)), set(ADDED.findall(told))
    found = []
    for statement in (each.strip() for each in told.split(';')):
        table = re.search(r'(?:TABLE|INDEX .* ON|ON) "?(\w+)"?', statement)
        unique = UNIQUE.search(statement)
        if unique and {(unique[1], column.strip(' "')) for column in unique[2].split(',')} <= added:
            continue  # it never writes there
        if (table is None or table[1] not in new) and (TAKES_AWAY.search(statement) or REQUIRED.search(statement)):
            found.append(statement)
    return found


def test_every_migration_expands_or_says_that_processes_are_to_be_stopped_for_it() -> None:
    stopping = {
        name: found for name, told in later_migrations().items() if (found := what_stops_the_version_before(told))
    }

    assert stopping.keys() == STOPPED_FOR.keys(), stopping
    deployed = (ROOT / 'deploy' / 'README.md').read_text()
    assert all(name in deployed for name in STOPPED_FOR)


async def test_the_version_before_the_last_migration_applies_and_approves_beside_the_newer_schema(
    database: str, tmp_path: Path, processes: Processes
) -> None:
    last = max((ROOT / 'db' / 'migrations').glob('0*.py')).relative_to(ROOT)
    if last.stem in STOPPED_FOR:
        pytest.skip(STOPPED_FOR[last.stem])
    before = version_before(last)
    if before is None:
        pytest.skip('the history of the repository does not reach back to before the last migration')
    code = subprocess.run(
        ['git', 'archive', before, 'db', 'domain', 'tests'], cwd=ROOT, capture_output=True, check=True
    )
    subprocess.run(['tar', 'x', '-C', str(tmp_path)], input=code.stdout, check=True)
    assert not (tmp_path / last).exists()

    works = f'import os, sys; os.chdir({str(tmp_path)!r}); sys.path[:0] = [{str(tmp_path)!r}]\n{WORKS}'
    old = await processes.begin('-P', '-c', works, database, tmp_path / 'files', stderr=subprocess.PIPE)
    said, wrong = (words.decode() for words in await old.communicate())

    assert (wrong, old.returncode) == ('', 0)
    assert re.match(r'\d+|.*\d', said)


def version_before(migration: Path) -> str | None:
    """The commit before the one that brought `migration`; None where git or its history is not here."""
    try:
        asked = ['git', 'log', '--full-history', '--diff-filter=A', '--format=%H', '-1', '--', str(migration)]
        brought = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
        wanted = [f'{brought}^'] if brought else ['HEAD']
        found = subprocess.run(
            ['git', 'rev-parse', '--verify', '--quiet', *wanted], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip()
