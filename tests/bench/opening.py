"""Opening pages: the server's time and memory, what goes over the wire, what the user sees first and how soon it obeys.

STEP 4 stands beside a bare page of NiceGUI and a form of Django's admin with as many fields; the sites take turns.

`python -m tests.bench.opening` prints this part of the table.
"""

import asyncio
import os
import statistics
from contextlib import AsyncExitStack

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

OPENINGS = 60
LOOKS = 30  # at each other page; the kernel counts processor time in hundredths of a second
BEFORE = 3  # a statement is kept once it was written twice (db/shapes.py): what is measured is a server that is warm
PAGES = 200
MOST_STEP_4, MOST_A_PAGE, NAMED = 10, 5, 5
WARM_UP = 20
ROUNDS = 11
FORGOTTEN_AFTER = 33  # seconds until a server gives up pages whose browsers are gone

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
    """About six minutes. Memory comes first, in processes that have just begun."""
    memory = await _memory(stage)
    await asyncio.sleep(FORGOTTEN_AFTER)
    with peers.served('django_form', django_form.TOKEN) as (url, pid, session):
        rows = [*await _time(stage, url, pid, session), *memory]
        rows += await wire.measured(stage, (url, django_form.PATH, session))
    return [*rows, *await _paint(stage), *await responsiveness.measured(stage)]


async def _time(stage: Stage, url: str, django: int, session: str) -> list[Row]:
    """The processor time of the server's process for the page and its socket; the three sites take turns."""
    ours, bare, other = [], [], []
    async with Visitors(stage.site.url) as at_ours, Visitors(stage.bare_url) as at_bare:
        for turn in range(4):
            one = await _spent(stage.site.process.pid, at_ours, stage.path, stage.token)
            two = await _spent(stage.bare_pid, at_bare, '/')
            three = await _asked(django, url + django_form.PATH, session)
            if turn:  # the first turn reads templates and plans queries
                ours.append(one)
                bare.append(two)
                other.append(three)
        pages = await _pages(stage, at_ours)
    step_4, compared, beside = (statistics.median(each) for each in (ours, bare, other))
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


async def _pages(stage: Stage, visitors: Visitors) -> dict[str, float]:
    """Milliseconds for each page of NiceGUI's that the demo office has, by its name in `tests/pages.py`."""
    found = {}
    for username, pages in EVERY_PAGE.items():
        account = await Account.get_or_none(username=username).select_related('host_unit', 'agency', 'volunteer')
        if account is None:
            continue
        token = await sessions.open(account)
        for name, path in pages:
            try:
                for _ in range(BEFORE):
                    await visitors.open(path, token)
                found[name] = await _spent(stage.site.process.pid, visitors, path, token, LOOKS)
            except RuntimeError:  # plain HTML, or not there in this office
                continue
    return found


async def _asked(pid: int, url: str, session: str) -> float:
    """Milliseconds for each answer of a site that keeps no page."""
    process = psutil.Process(pid)
    async with aiohttp.ClientSession(
        cookies={'sessionid': session}, cookie_jar=aiohttp.CookieJar(unsafe=True)
    ) as asking:
        before = process.cpu_times()
        for _ in range(OPENINGS):
            async with asking.get(url, headers={'Accept-Encoding': 'gzip'}) as answer:
                assert answer.status == 200
                assert b'legacy_serial' in await answer.read()
        after = process.cpu_times()
    return float(after.user + after.system - before.user - before.system) * 1000 / OPENINGS


async def _spent(pid: int, visitors: Visitors, path: str, token: str = '', times: int = OPENINGS) -> float:
    """Milliseconds of processor time, user and system, for each of so many pages."""
    process = psutil.Process(pid)
    before = process.cpu_times()
    for _ in range(times):
        await visitors.open(path, token)
    after = process.cpu_times()
    spent: float = after.user + after.system - before.user - before.system
    for page in visitors.pages:
        await page.close()
    visitors.pages.clear()
    return spent * 1000 / times


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
