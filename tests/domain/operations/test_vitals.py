"""What is found out about a process and its office."""

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

import db
from db import blobs
from db import vitals as connection
from db.choices import FileKind, MailStatus
from db.models import Application, Backup, OutgoingMail
from domain import dates, files
from domain.dates import TAIPEI
from domain.operations import vitals
from domain.pictures import Pdf
from domain.workers import Pool

from ...builders import an_account
from ..sample_office import NOW, Office, a_case


@pytest.fixture(autouse=True)
async def _pools(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[None]:
    """A pool of small workers instead of those that take long to start; a folder for files."""
    blobs.use(tmp_path / 'files')
    await blobs.mark()
    pool = Pool('tests.domain.workers.sample_worker', seconds=60, waiting_seconds=60, jobs_each=9, size=1)
    monkeypatch.setattr(vitals, 'POOLS', {'samples': pool})
    yield
    await pool.close()


@pytest.mark.usefixtures('database')
async def test_an_office_with_its_database_keys_and_workers_lacks_nothing() -> None:
    assert await vitals.lacking() == {}
    assert vitals.workers_alive() == {'samples': (1, 0)}
    assert connection.connections() == (1, 1)


@pytest.mark.usefixtures('database')
async def test_a_folder_of_files_that_is_not_the_offices_is_named_and_not_taken_for_it(tmp_path: Path) -> None:
    clerk = await an_account()
    await files.keep(Pdf(b'%PDF-1.7'), FileKind.ATTACHMENT, 'a.pdf', by=clerk)
    blobs.use(tmp_path / 'nothing mounted')
    lacking = await vitals.lacking()
    with pytest.raises(FileNotFoundError, match='is it mounted'):
        await files.recognise_folder()
    assert lacking == await vitals.lacking() == {'files': 'FileNotFoundError'}

    (tmp_path / 'files' / '.office').unlink()  # an office from before the mark
    blobs.use(tmp_path / 'files')
    await files.recognise_folder()
    assert await vitals.lacking() == {}


async def test_what_does_not_answer_is_named_by_its_part_alone(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with db.connected(database_url, min_size=0):
        monkeypatch.setattr(vitals, '_FIGURES', 'SELECT pg_sleep(60)')
        monkeypatch.setattr(connection, 'SECONDS', 0.01)
        assert await vitals.figures() == {}

        broken = Pool('no.such.worker', seconds=60, waiting_seconds=60, jobs_each=9, size=1)
        monkeypatch.setattr(vitals, 'POOLS', {'broken': broken})
        monkeypatch.setattr(connection, 'asked', away)
        assert await vitals.lacking() == {'database': 'OSError', 'workers of broken': 'none can be started'}
    await broken.close()


async def away(_: str) -> None:
    raise OSError('postgresql://office:secret@10.0.0.7 is away')


async def test_the_figures_tell_of_mails_cases_and_backups(office: Office) -> None:
    assert await vitals.figures() == {
        'mails_waiting': 0,
        'mails_failed': 0,
        'oldest_case_overdue_seconds': 0,
        'last_backup_timestamp_seconds': 0,
    }
    made_at = datetime(2026, 3, 8, 2, tzinfo=TAIPEI)
    for days in (1, 0):
        await Backup.create(made_at=made_at - timedelta(days=days), files=1, missing=0, bytes=1)
    with dates.frozen(NOW):
        case = await a_case(office)
    waiting = await OutgoingMail.filter(status=MailStatus.WAITING).count()
    mail = await OutgoingMail.filter(status=MailStatus.WAITING).first()
    assert mail is not None
    await OutgoingMail.filter(id=mail.id).update(status=MailStatus.FAILED)

    due_on = (await Application.get(id=case.id)).due_on
    assert due_on is not None
    with dates.frozen(datetime.combine(due_on + timedelta(days=1), time(0, 1), TAIPEI)):
        found = await vitals.figures()
    assert found == {
        'mails_waiting': waiting - 1,
        'mails_failed': 1,
        'oldest_case_overdue_seconds': 60,
        'last_backup_timestamp_seconds': made_at.timestamp(),
    }
