"""One stranger, or one clerk, against the site: what others notice of it, quiet and attacked, in one run.

`python -m tests.bench.limits` prints the table; it is no part of `make bench`, which wants a machine for itself.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import psutil

from domain.logbook import pdf
from domain.pictures import accept_scan, decoding
from domain.pictures.results import UnreadablePicture
from tests.database import SiteDatabase
from tests.samples.logbooks import a_book
from tests.site import Site, running_site

from .table import Row, drawn

WRONG = 60
BOOKS = 150
# What one address may, set low, so that it is soon reached.
FAILURES, FORMS = 30, 20


class Attack:
    """A site and those who use it."""

    def __init__(self, site: Site, http: httpx.AsyncClient, database: SiteDatabase) -> None:
        self.site, self.http, self.database = site, http, database
        self.process = psutil.Process(site.process.pid)

    async def post(self, path: str, client: str = '', **form: str) -> int:
        """The status of the answer to a form, sent from the address `client`."""
        headers = {'Origin': self.site.url} | ({'X-Forwarded-For': client} if client else {})
        return (await self.http.post(path, data=form, headers=headers)).status_code

    async def beside(self, attack: Awaitable[object]) -> tuple[float, float]:
        """How many ms a page takes at most, quiet and while `attack` goes on."""
        quiet = await self._slowest(lambda times: times < 20)
        task = asyncio.ensure_future(attack)
        attacked = await self._slowest(lambda times: not task.done() or times < 3)
        await task
        return quiet, attacked

    async def _slowest(self, goes_on: Callable[[int], bool]) -> float:
        taken: list[float] = []
        while goes_on(len(taken)):
            began = time.perf_counter()
            await self.http.get('/login')
            taken.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.02)
        return statistics.quantiles(taken, n=20)[-1] if len(taken) > 1 else taken[0]

    async def stream(self, begin: bytes, piece: bytes, pieces: int, pause: float = 0.0) -> tuple[float, int]:
        """Seconds until the server cut it off, and how many bytes it took."""
        began, sent = time.perf_counter(), len(begin)
        reader, writer = await asyncio.open_connection('127.0.0.1', self.site.port)
        try:
            writer.write(begin)
            for _ in range(pieces):
                if reader.at_eof():
                    break
                writer.write(piece)
                await writer.drain()
                sent += len(piece)
                await asyncio.sleep(pause)
            await reader.read()
        except ConnectionError:
            pass
        writer.close()
        return time.perf_counter() - began, sent


def row(name: str, attacked: str, quiet: str, target: str, is_met: bool | None = None) -> Row:
    return Row(name, attacked, f'quiet {quiet}' if quiet else '', '', target, is_met)


async def logins(attack: Attack) -> list[Row]:
    """Wrong passwords at once, and names without end."""

    async def wrong() -> None:
        await asyncio.gather(
            *(
                attack.post('/login', f'198.51.100.{n}', username=f'nobody{n}', password='Wrong-Passw0rd')
                for n in range(WRONG)
            )
        )

    async def long() -> None:
        for _ in range(5):
            await attack.post('/login', '198.51.100.99', username='a' * 255_000, password='x')

    quiet, attacked = await attack.beside(wrong())
    rows = [row(f'a page beside {WRONG} wrong logins (95 %)', f'{attacked:.0f} ms', f'{quiet:.0f} ms', 'as when quiet')]
    quiet, attacked = await attack.beside(long())
    rows.append(row('a page beside names of 255 kB', f'{attacked:.0f} ms', f'{quiet:.0f} ms', 'as when quiet'))
    statuses = [
        await attack.post('/login', '203.0.113.9', username=f'name{n}', password='x' * 201) for n in range(10)
    ]  # nobody can have that password: refused without a count
    flood = [
        await attack.post('/login', '203.0.113.9', username=f'name{n}', password='x') for n in range(FAILURES + 20)
    ]
    told = f'{flood.count(401)} looked at, {flood.count(429)} refused'
    rows.append(
        row(
            f'{FAILURES + 20} wrong logins from one address',
            told,
            '',
            f'at most {FAILURES}',
            flood.count(401) <= FAILURES,
        )
    )
    assert statuses == [401] * 10
    return rows


async def requests(attack: Attack) -> list[Row]:
    """帳號申請 by the hundred."""
    form = {'organisation': '洪水', 'name': '某人', 'phone': '1', 'role': 'unit_staff'}
    answers = [
        await attack.post('/account/request', '203.0.113.8', username=f'u{n:04}', email=f'u{n}@example.com', **form)
        for n in range(FORMS + 10)
    ]
    seen = attack.database.value('SELECT count(*) FROM account_request WHERE confirmed_at IS NOT NULL')
    told = f'{answers.count(200)} taken, {answers.count(429)} refused, {seen} shown'
    return [row(f'{FORMS + 10} 帳號申請 from one address', told, '', f'{FORMS} taken, none shown', seen == 0)]


async def connections(attack: Attack) -> list[Row]:
    """Heads without end, and hundreds that hesitate."""
    before = attack.process.memory_info().rss
    seconds, sent = await attack.stream(b'GET / HTTP/1.1\r\nX: ', b'x' * 65_536, 4000)
    grown = (attack.process.memory_info().rss - before) / 2**20
    told = f'{sent / 1024:.0f} kB, {seconds:.2f} s, {grown:.1f} MB'
    rows = [
        row('an endless header: taken, until cut off, memory', told, '', 'no memory (the kernel takes 2 MB)', grown < 8)
    ]

    async def hesitate() -> None:
        await asyncio.gather(*(attack.stream(b'GET / HTTP/1.1\r\n', b'X: y\r\n', 30, 1.0) for _ in range(300)))

    began = time.perf_counter()
    quiet, attacked = await attack.beside(hesitate())
    ended = time.perf_counter() - began
    rows.append(row('a page beside 300 slow heads', f'{attacked:.0f} ms', f'{quiet:.0f} ms', 'as when quiet'))
    rows.append(row('the last slow head cut off', f'{ended:.0f} s', '', '15 s and a little'))
    return rows


async def log_and_redirects(attack: Attack) -> list[Row]:
    """What strangers write into the log, and where they are led."""
    before = attack.site.said().count('\n')
    for _ in range(300):
        await attack.stream(b'nonsense\r\n\r\n', b'', 0)
    lines = attack.site.said().count('\n') - before
    led = await attack.http.get('/login/', headers={'Host': 'evil.example', 'Accept': 'text/html'})
    where = led.headers.get('location', '-')
    return [
        row('lines in the log for 300 malformed requests', str(lines), '', 'at most 60', lines <= 60),
        row('/login/ with a foreign Host leads to', where, '', 'no other site', 'evil' not in where),
    ]


async def forms(attack: Attack) -> list[Row]:
    """Looking at the form of a new volunteer."""
    await attack.post('/login', username='clerk', password=attack.site.passwords['clerk'])
    before = attack.database.value('SELECT count(*) FROM draft')
    for _ in range(10):
        await attack.http.get('/volunteers/new', follow_redirects=True)
    made = attack.database.value('SELECT count(*) FROM draft') - before
    return [row('drafts after 10 × GET /volunteers/new', str(made), '', '0', made == 0)]


async def certificates() -> list[Row]:
    """A PDF of a few kB that would keep a decoder for minutes."""
    began = time.perf_counter()
    try:
        await accept_scan(hostile_pdf())
    except UnreadablePicture as refusal:
        told = type(refusal).__name__
    else:
        told = 'accepted'
    seconds = time.perf_counter() - began
    await decoding.pool.close()
    return [row('a certificate that holds a decoder', f'{seconds:.1f} s, {told}', '', '5 s of a processor')]


async def printing() -> list[Row]:
    """One clerk prints 150 books, another one."""
    await pdf.opened()
    book = a_book()

    async def seconds(whose: int) -> float:
        began = time.perf_counter()
        await pdf.as_pdf(book, whose=whose)
        return time.perf_counter() - began

    quiet = statistics.median([await seconds(2) for _ in range(5)])
    found: dict[str, float] = {}
    for name, other in (('by turns', 2), ('all as one', 1)):
        flood = [asyncio.create_task(seconds(1)) for _ in range(BOOKS)]
        await asyncio.sleep(0.1)
        try:
            found[name] = await seconds(other)
        except pdf.PrintingBusy:
            found[name] = float('inf')
        for task in flood:
            task.cancel()
        await asyncio.gather(*flood, return_exceptions=True)
        await asyncio.sleep(pdf.pool.grace)
    await pdf.closed()
    told = f'{found["by turns"]:.1f} s (without turns {found["all as one"]:.1f} s)'
    return [row(f'a book beside {BOOKS} of another clerk', told, f'{quiet:.1f} s', 'some books of waiting')]


def hostile_pdf() -> bytes:
    """One page, painted all over a hundred thousand times."""
    stream = b'0 0 600 800 re f\n' * 100_000
    objects = [
        b'<< /Type /Catalog /Pages 2 0 R >>',
        b'<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
        b'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>',
        b'<< /Length %d >>\nstream\n%s\nendstream' % (len(stream), stream),
    ]
    written, places = b'%PDF-1.4\n', []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b'%d 0 obj\n%s\nendobj\n' % (number, content)
    table = b''.join(b'%010d 00000 n \n' % place for place in places)
    end = b'trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n' % len(written)
    return written + b'xref\n0 5\n0000000000 65535 f \n' + table + end


def site_at(folder: Path) -> AbstractContextManager[Site]:
    """A demo office with low limits."""
    return running_site(folder / 'data', LOGIN_FAILURES=str(FAILURES), PUBLIC_FORMS=str(FORMS))


async def main() -> None:
    """Some minutes."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix='bench-') as folder, site_at(Path(folder)) as site:
        async with httpx.AsyncClient(base_url=site.url, timeout=120) as http:
            with SiteDatabase(site.folder / 'postgres') as database:
                attack = Attack(site, http, database)
                for measure in (logins, requests, connections, log_and_redirects, forms):
                    rows += await measure(attack)
                    print(drawn(rows[-3:]), flush=True)
    rows += await certificates()
    rows += await printing()
    print(drawn(rows))
    print('load', os.getloadavg(), 'processors', os.cpu_count())


if __name__ == '__main__':
    asyncio.run(main())
