"""The virus scanner: what it finds is not kept, by whatever way it came, and without its answer nothing is."""

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from db.choices import FileKind, ImportKind, LogAct
from db.models import Account, ImportBatch, ImportFile, LogEntry, StoredFile
from domain import imports, settings, viruses
from domain.demo import sample_pictures
from domain.imports import running
from domain.settings import BadSettings
from domain.viruses import Infected, ScannerAway
from ui import uploads
from ui.door import health

from .. import virus_scanner
from ..builders import an_account
from ..virus_scanner import EICAR, Scanner

PHOTO = sample_pictures.portrait(1)
INFECTED = PHOTO + EICAR


@pytest.fixture
async def scanner(database: str, tmp_path: Path) -> AsyncIterator[Scanner]:
    before = settings.current()
    async with virus_scanner.running(tmp_path) as running_one:
        settings.use(replace(before, virus_scanner=running_one.address))
        yield running_one
    settings.use(before)


class _SignedIn:
    """What the gate leaves for whoever is signed in."""

    def __init__(self, app: ASGIApp, account: Account) -> None:
        self.app, self.account = app, account

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, 'account': self.account, 'must_change_password': False}, receive, send)


async def sent(address: str, content: bytes, by: Account) -> httpx.Response:
    site = FastAPI()
    uploads.register(site)
    transport = httpx.ASGITransport(_SignedIn(site, by))
    async with httpx.AsyncClient(transport=transport, base_url='http://127.0.0.1') as http:
        return await http.post(address, content=content)


async def noted() -> list[tuple[str, int | None]]:
    return [(one.what, one.by_id) for one in await LogEntry.filter(act=LogAct.FILE_REFUSED)]


async def test_all_of_a_file_is_shown_and_what_is_found_has_a_name(scanner: Scanner) -> None:
    for size in (0, 1, 700_000):
        await viruses.require_clean(bytes(size))
    with pytest.raises(Infected) as found:
        await viruses.require_clean(bytes(300_000) + EICAR)

    assert found.value.name == 'Eicar-Test-Signature'
    assert scanner.sizes == [0, 1, 700_000, 300_000 + len(EICAR)]


@pytest.mark.parametrize('says', ['', 'stream: OK but', 'OK', 'INSTREAM size limit exceeded. ERROR', 'stream:  FOUND'])
async def test_whatever_is_no_answer_counts_as_not_looked_at(scanner: Scanner, says: str) -> None:
    scanner.says = says
    with pytest.raises(ScannerAway):
        await viruses.require_clean(PHOTO)


async def test_a_file_beyond_what_the_scanner_reads_is_not_taken(scanner: Scanner) -> None:
    scanner.most = 1000
    with pytest.raises(ScannerAway):
        await viruses.require_clean(bytes(2_000_000))


WAYS = [f'/uploads/{kind.value}?name=a.jpg' for kind in FileKind] + [
    f'/uploads/imports/{kind.value}?name=a.{"zip" if kind == ImportKind.PICTURES else "xlsx"}'
    for kind in (ImportKind.VOLUNTEERS, ImportKind.PICTURES)
]


@pytest.mark.parametrize('way', WAYS, ids=lambda way: way.partition('?')[0])
async def test_nothing_infected_is_kept_and_the_sender_and_the_log_are_told(scanner: Scanner, way: str) -> None:
    clerk = await an_account()

    answer = await sent(way, INFECTED, clerk)

    assert (answer.status_code, '發現惡意程式，所以沒有收下' in answer.json()['sentence']) == (422, True)
    assert await noted() == [('Eicar-Test-Signature', clerk.id)]
    assert not await StoredFile.exists()
    assert not await ImportBatch.exists()
    assert not await ImportFile.exists()


async def test_without_the_scanner_nothing_is_taken_where_one_is_set_and_readyz_says_so(scanner: Scanner) -> None:
    clerk = await an_account()
    assert b'"virus_scanner":"answers"' in (await health.readiness()).body
    settings.use(replace(settings.current(), virus_scanner='tcp:127.0.0.1:1'))

    answer = await sent(WAYS[0], PHOTO, clerk)
    ready = await health.readiness()

    assert (answer.status_code, '防毒檢查暫時沒有完成' in answer.json()['sentence']) == (422, True)
    assert await noted() == [('防毒檢查沒有完成', clerk.id)]
    assert not await StoredFile.exists()
    assert b'"virus_scanner":"away"' in ready.body


async def test_a_part_of_an_archive_is_looked_at_by_itself(scanner: Scanner) -> None:
    """The stand-in opens no archive, as a scanner that was told not to."""
    clerk, packed = await an_account(), io.BytesIO()
    with zipfile.ZipFile(packed, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('A123456789.jpg', INFECTED)
    async with imports.opened():
        batch = await imports.begin(ImportKind.PICTURES, '照片.zip', packed.getvalue(), by=clerk)
        await running.finished(batch.id)

    preview = await imports.preview(batch.id, by=clerk)

    assert '防毒軟體在這個檔案裡發現惡意程式' in str(preview.rows)
    assert await noted() == [('Eicar-Test-Signature', clerk.id)]
    assert not await StoredFile.exists()


async def test_without_a_scanner_files_come_in_as_before(database: str) -> None:
    await viruses.require_clean(EICAR)
    assert b'"virus_scanner":"none"' in (await health.readiness()).body


@pytest.mark.parametrize('address', ['unix:run/clamd.ctl', 'tcp:localhost', 'tcp:a b:3310', 'localhost:3310'])
def test_an_address_that_is_none_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(BadSettings, match='VIRUS_SCANNER'):
        settings.read({'VIRUS_SCANNER': address})


def test_both_ways_to_a_scanner_are_taken() -> None:
    for address in ('unix:/run/clamav/clamd.ctl', 'tcp:[::1]:3310', 'tcp:clamd:3310'):
        assert settings.read({'VIRUS_SCANNER': address}).virus_scanner == address
