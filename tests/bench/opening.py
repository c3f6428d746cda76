"""Opening pages: the server's time and memory, what goes over the wire, what the user sees first and how soon it obeys.

STEP 4 stands beside a bare page of NiceGUI and a form of Django's admin with as many fields; the sites take turns.

`python -m tests.bench.opening` prints this part of the table.
"""

import asyncio
import os
import statistics
import time
from contextlib import AsyncExitStack, suppress

import aiohttp
import psutil
from playwright.async_api import Browser, async_playwright

from domain import links
from domain.accounts import sessions
from domain.model import Account
from tests.pages import PAGES as EVERY_PAGE
from tests.site import CHROMIUM, FLAGS

from . import django_form, peers, responsiveness, wire
from .simulated import Visitors
from .stage import Stage, alone
from .table import Row

LOOKS = 20  # at a page
BEFORE = 3  # a statement is kept once it was written twice (db/shapes.py): what is measured is a server that is warm
PAGES = 200
MOST_STEP_4, MOST_A_PAGE, NAMED = 10, 5, 5
WARM_UP = 20
ROUNDS = 11
FORGOTTEN_AFTER = 33  # seconds until a server gives up pages whose browsers are gone
TURN, AT_ONCE = 10, 26  # other pages between two turns; seconds for opening, before the first of them is given up

# What the user sees first, and when the page itself has been drawn: NiceGUI draws all of it at once.
_FIRST_PAINT = """new Promise(done => {
  const seen = list => list.filter(e => e.name === 'first-contentful-paint').forEach(e => done(e.startTime));
  seen(performance.getEntriesByType('paint'));
  new PerformanceObserver(list => seen(list.getEntries())).observe({ type: 'paint', buffered: true });
})"""
_WATCH_FOR_THE_FORM = """window.formDrawn = new Promise(done => {
  const look = () => document.querySelector('.nicegui-content > *')
    ? requestAnimationFrame(() => setTimeout(() => done(performance.now()))) : requestAnimationFrame(look);
  look();
})"""


async def measured(stage: Stage) -> list[Row]:
    """About seven minutes. Memory comes first, in processes that have just begun."""
    memory = await _memory(stage)
    await asyncio.sleep(FORGOTTEN_AFTER)
    with peers.served('django_form', django_form.TOKEN) as (url, pid, session):
        rows = [*await _time(stage, url, pid, session), *memory]
        rows += await wire.measured(stage, (url, django_form.PATH, session))
    return [*rows, *await _paint(stage), *await responsiveness.measured(stage)]


async def _time(stage: Stage, url: str, django: int, session: str) -> list[Row]:
    """Every other page; STEP 4, the bare page and Django's form take turns with them, after each ten, in one rhythm.

    What is counted is the opening alone: what becomes of a page that is closed is over before the next one opens, and
    before pages are given up (30 s later) nothing opens until they are.
    """
    turns: list[tuple[float, float, float]] = []
    pages: dict[str, float] = {}
    pid = stage.site.process.pid
    async with Visitors(stage.site.url) as at_ours, Visitors(stage.bare_url) as at_bare:
        began = time.monotonic()
        for number, (name, path, token) in enumerate(await _every_page()):
            if time.monotonic() - began > AT_ONCE:
                await asyncio.sleep(FORGOTTEN_AFTER)
                began = time.monotonic()
            if number % TURN == 0:
                one = await _spent(pid, at_ours, stage.path, stage.token)
                two = await _spent(stage.bare_pid, at_bare, '/')
                turns.append((one, two, await _asked(django, url + django_form.PATH, session)))
            with suppress(RuntimeError):  # plain HTML, or not there in this office
                pages[name] = await _spent(pid, at_ours, path, token)
    # The first turn reads templates and plans queries.
    step_4, compared, beside = (statistics.median(each) for each in zip(*turns[1:], strict=True))
    slow = sorted((spent, name) for name, spent in pages.items() if spent > MOST_A_PAGE)
    worst = ', '.join(f'{name} {spent:.0f}' for spent, name in slow[: -1 - NAMED : -1])
    most = f'over {MOST_A_PAGE} ms: {len(slow)} of {len(pages)} ({worst})'
    return [
        Row(
            'opening STEP 4: server time',
            f'{step_4:.1f} ms',
            f'bare page {compared:.1f} ms, Django {beside:.1f} ms',
            f'{step_4 / compared:.2f} ×',
            f'at most {MOST_STEP_4} ms',
            _judged(step_4 <= MOST_STEP_4),
        ),
        Row(
            'opening any other page: server time',
            f'p50 {statistics.median(pages.values()):.1f} ms, most {max(pages.values()):.1f} ms',
            most,
            f'{statistics.median(pages.values()) / compared:.2f} ×',
            f'at most {MOST_A_PAGE} ms',
            _judged(not slow),
        ),
    ]


def _judged(is_met: bool) -> bool | None:
    """Nothing is said against it while others use the machine."""
    return True if is_met else None if os.getloadavg()[0] > 1.5 * (os.cpu_count() or 1) else False


async def _every_page() -> list[tuple[str, str, str]]:
    """Names (`tests/pages.py`) and addresses of pages, each with a session that may open it."""
    found = []
    for username, pages in EVERY_PAGE.items():
        if account := await Account.get_or_none(username=username).select_related('host_unit', 'agency', 'volunteer'):
            token = await sessions.open(account)
            found += [(name, path, token) for name, path in pages]
    return found


async def _asked(pid: int, url: str, session: str) -> float:
    """Milliseconds for each answer of a site that keeps no page."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookies={'sessionid': session}, cookie_jar=jar) as asking:
        before = _clock(pid)
        for _ in range(LOOKS):
            async with asking.get(url, headers={'Accept-Encoding': 'gzip'}) as answer:
                assert answer.status == 200
                assert b'legacy_serial' in await answer.read()
    return (_clock(pid) - before) / LOOKS


async def _spent(pid: int, visitors: Visitors, path: str, token: str = '') -> float:
    """Milliseconds for each of so many pages, all open at the end; then they are closed, and the server is still."""
    for _ in range(BEFORE):
        await visitors.open(path, token)
    before = _clock(pid)
    for _ in range(LOOKS):
        await visitors.open(path, token)
    spent = (_clock(pid) - before) / LOOKS
    for page in visitors.pages:
        await page.close()
    visitors.pages.clear()
    while _clock(pid) > before + 1:
        before = _clock(pid)
        await asyncio.sleep(0.05)
    return spent


def _clock(pid: int) -> float:
    """Milliseconds of processor time, user and system, that the process has spent, as clock_getcpuclockid(3) has it."""
    return time.clock_gettime_ns(~pid << 3 | 2) / 1e6


async def _memory(stage: Stage) -> list[Row]:
    """By how much the server's process grows for each page that stays open."""
    reviewer = await sessions.open(await Account.get(username='reviewer'))
    pages = [
        ('STEP 4', stage.path, stage.token, 200),
        ('the queue', links.review_queue(), reviewer, 90),
        ('a volunteer', links.basics(1), stage.token, 90),
    ]
    rows = []
    async with AsyncExitStack() as kept_open:
        bare = await _growth(kept_open, stage.bare_pid, stage.bare_url, '/')
        grown = [await _growth(kept_open, stage.site.process.pid, stage.site.url, each[1], each[2]) for each in pages]
    for (name, _, _, most), ours in zip(pages, grown, strict=True):
        what, compared = f'memory of an open page, of {PAGES}: {name}', f'bare page {bare:.0f} kB'
        target = f'at most {most} kB'
        rows.append(Row(what, f'{ours:.0f} kB', compared, f'{ours / bare:.2f} ×', target, ours <= most))
    return rows


async def _growth(kept_open: AsyncExitStack, pid: int, url: str, path: str, token: str = '') -> float:
    """Thousands of bytes. Pages opened before stay open, so that no room they leave is counted as gained."""
    process = psutil.Process(pid)
    visitors = await kept_open.enter_async_context(Visitors(url))
    await visitors.open_many(WARM_UP, path, token)
    await asyncio.sleep(3)
    before = process.memory_info().rss
    await visitors.open_many(PAGES, path, token)
    await asyncio.sleep(3)
    return float(process.memory_info().rss - before) / PAGES / 1000


async def _paint(stage: Stage) -> list[Row]:
    """In a browser that has never been there; the two sites take turns."""
    ours, bare = [], []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for turn in range(ROUNDS + 1):
            one = await _seen(browser, stage.site.url, stage.path, stage.token)
            other = await _seen(browser, stage.bare_url, '/')
            if turn:
                ours.append(one)
                bare.append(other)
        await browser.close()
    first, form = (statistics.median(each) for each in zip(*ours, strict=True))
    bare_first, bare_drawn = (statistics.median(each) for each in zip(*bare, strict=True))
    return [
        Row(
            'STEP 4: first paint, cold',
            f'{first:.0f} ms',
            f'bare page {bare_first:.0f} ms',
            f'{first / bare_first:.2f} ×',
            'at most 1.5 ×',
            first <= bare_first * 1.5,
        ),
        Row(
            'STEP 4: the form itself, cold',
            f'{form:.0f} ms',
            f'bare page {bare_drawn:.0f} ms',
            f'{form / bare_drawn:.2f} ×',
            '(none)',
            None,
        ),
    ]


async def _seen(browser: Browser, url: str, path: str, token: str = '') -> tuple[float, float]:
    """Milliseconds to the first contentful paint, and to the form (or the bare page's word)."""
    context = await browser.new_context(viewport={'width': 1280, 'height': 860}, locale='zh-TW')
    if token:
        await context.add_cookies([{'name': 'sid', 'value': token, 'url': url, 'httpOnly': True, 'sameSite': 'Lax'}])
    page = await context.new_page()
    await page.add_init_script(_WATCH_FOR_THE_FORM)
    await page.goto(url + path)
    first, form = await page.evaluate(_FIRST_PAINT), await page.evaluate('window.formDrawn')
    await context.close()
    return float(first), float(form)


if __name__ == '__main__':
    asyncio.run(alone(measured))
