"""`python -m domain.operations` as people use it: beside a running office that is killed afterwards."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from db import sealing
from domain import operations, settings
from tests.database import SiteDatabase
from tests.site import ROOT, free_port, running_site

NUMBERS = 'SELECT identity_number FROM volunteer ORDER BY id LIMIT 1'
# Those that go on by themselves are left out.
TABLES = """
SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables
WHERE schemaname = 'public' AND tablename NOT IN ('backup', 'session', 'presence')
"""


def everything(database: SiteDatabase) -> dict[str, str]:
    """A digest of all rows of each table."""
    digest = "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {} t"
    return {table: database.value(digest.format(table)) for table in database.value(TABLES).split()}


def commanded(*words: object, folder: Path, key: str = '', wrong: bool = False, **more: str) -> str:
    """What the command says; with `wrong` it is refused."""
    environ = os.environ | {'DATA_DIR': str(folder), 'BACKUP_KEY': key, 'DATABASE_URL': ''} | more
    command = [sys.executable, '-m', 'domain.operations', *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) is wrong, done.stderr
    said = done.stderr if wrong else done.stdout
    assert len(said.splitlines()) == 2, said
    return said


def test_an_office_that_was_killed_is_made_again_from_the_backup_of_before(demo_office: Path, tmp_path: Path) -> None:
    office, again = tmp_path / 'office', tmp_path / 'again'
    secret, public = operations.fresh_key()
    backup = tmp_path / 'backup'
    with running_site(office, demo_office) as site:
        assert '備份完成' in commanded('backup', backup, folder=office, key=public)
        with SiteDatabase(office / 'postgres') as database:
            before, number = everything(database), database.value(NUMBERS)
        postmaster = int((office / 'postgres' / 'data' / 'postmaster.pid').read_text().partition('\n')[0])
        site.kill()
        os.kill(postmaster, signal.SIGKILL)
        site.process.wait()

    assert '還原完成' in commanded('restore', backup, folder=again, key=secret)
    assert '已有資料' in commanded('restore', backup, folder=again, key=secret, wrong=True)

    with SiteDatabase(again / 'postgres') as database:
        assert everything(database) == before
        assert database.value(NUMBERS) == number
    assert tree(again / 'files') == tree(office / 'files') != {}
    assert not (again / 'keys').exists()
    shutil.copy(office / 'keys', again / 'keys')
    keys = settings.read({'DATA_DIR': str(again)})
    sealing.use(sealing.Keyring(keys.sealing_keys, keys.index_key))
    assert sealing.open_bytes(number, 'volunteer.identity_number').startswith(b'DEMO')


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob('*') if path.is_file()}


def test_what_goes_wrong_is_said_in_two_lines_with_the_name_of_the_file(tmp_path: Path) -> None:
    secret, public = operations.fresh_key()
    backup, cut = tmp_path / 'backup', tmp_path / 'cut'
    with operations.archive.written(backup, public) as written:
        written.add('files/ab', b'x' * 100_000)
    cut.write_bytes(backup.read_bytes()[:-9])

    assert '備份完好' in commanded('verify', backup, folder=tmp_path / 'data', key=secret)
    with operations.archive.written(tmp_path / 'lacking', None) as written:
        written.add('missing.json', b'["ab"]')
    told = commanded('verify', tmp_path / 'lacking', folder=tmp_path / 'data', wrong=True)
    assert '缺少資料庫所載的 1 個檔案' in told
    assert '備份完好' not in told

    def refused(*words: object, key: str = '') -> str:
        return commanded(*words, folder=tmp_path / 'data', key=key, wrong=True)

    assert f'{cut}（在 about.json 之處）' in refused('verify', cut, key=secret)
    assert 'BACKUP_KEY is wrong or missing' in refused('verify', backup)
    assert 'BACKUP_KEY is wrong or missing' in refused('verify', backup, key=public)
    assert str(tmp_path / 'none') in refused('verify', tmp_path / 'none')
    assert 'Usage' in refused('backup')
    assert not (tmp_path / 'data').exists()
    assert '沒有資料可以備份' in refused('backup', tmp_path / 'new')
    assert not (tmp_path / 'data').exists()
    away = f'postgresql://office@127.0.0.1:{free_port()}/office'
    assert '連不上 DATABASE_URL 的資料庫' in commanded(
        'backup', tmp_path / 'new', folder=tmp_path / 'data', wrong=True, DATABASE_URL=away
    )
    assert not (tmp_path / 'new').exists()
    said = commanded('key', folder=tmp_path)
    assert 'AGE-SECRET-KEY-1' in said.splitlines()[0]
    assert 'age1' in said.splitlines()[1]
