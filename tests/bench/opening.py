"""Opening the page of STEP 4: the server's time, its memory, and the first thing the user sees."""

import asyncio
import statistics

import psutil
from playwright.async_api import Browser, async_playwright

from tests.site import CHROMIUM, FLAGS

from .simulated import Visitors
from .stage import Stage
from .table import Row

OPENINGS = 60
PAGES = 200
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
    """About two minutes. Memory comes first, in processes that have just begun."""
    memory = await _memory(stage)
    await asyncio.sleep(FORGOTTEN_AFTER)
    return [await _time(stage), memory, *await _paint(stage)]


async def _time(stage: Stage) -> Row:
    """The processor time of the server's process for the page and its socket; the two sites take turns."""
    ours, bare = [], []
    async with Visitors(stage.site.url) as at_ours, Visitors(stage.bare_url) as at_bare:
        for turn in range(4):
            one = await _spent(stage.site.process.pid, at_ours, stage.path, stage.token)
            other = await _spent(stage.bare_pid, at_bare, '/')
            if turn:  # the first turn reads templates and plans queries
                ours.append(one)
                bare.append(other)
    milliseconds, compared = statistics.median(ours), statistics.median(bare)
    return Row(
        'opening STEP 4: server time',
        f'{milliseconds:.1f} ms',
        f'bare page {compared:.1f} ms',
        f'{milliseconds / compared:.2f} ×',
        'at most 30 ms',
        milliseconds <= 30,
    )


async def _spent(pid: int, visitors: Visitors, path: str, token: str = '') -> float:
    """Milliseconds of processor time, user and system, for each of `OPENINGS` pages."""
    process = psutil.Process(pid)
    before = process.cpu_times()
    for _ in range(OPENINGS):
        page = await visitors.open(path, token)
    after = process.cpu_times()
    spent: float = after.user + after.system - before.user - before.system
    for page in visitors.pages:
        await page.close()
    visitors.pages.clear()
    return spent * 1000 / OPENINGS


async def _memory(stage: Stage) -> Row:
    """By how much the server's process grows for each page that stays open."""
    ours = await _growth(stage.site.process.pid, stage.site.url, stage.path, stage.token)
    bare = await _growth(stage.bare_pid, stage.bare_url, '/')
    return Row(
        f'memory of an open STEP 4 page, of {PAGES}',
        f'{ours:.0f} kB',
        f'bare page {bare:.0f} kB',
        f'{ours / bare:.2f} ×',
        'at most 450 kB',
        ours <= 450,
    )


async def _growth(pid: int, url: str, path: str, token: str = '') -> float:
    """Thousands of bytes. Pages opened before stay open, so that no room they leave is counted as gained."""
    process = psutil.Process(pid)
    async with Visitors(url) as visitors:
        await visitors.open_many(WARM_UP, path, token)
        await asyncio.sleep(3)
        before = process.memory_info().rss
        await visitors.open_many(PAGES, path, token)
        await asyncio.sleep(3)
        after = process.memory_info().rss
    return float(after - before) / PAGES / 1000


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
