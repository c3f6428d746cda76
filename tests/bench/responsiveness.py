"""How long a press takes until something is seen (INP), on a computer four times slower than this one.

The browser itself tells each interaction (`event` timing, as web-vitals reads it); p75 of all on each page.
"""

import asyncio
import math

from playwright.async_api import Browser, Page, async_playwright

from db.models import Account, Application
from domain import links, rosters
from domain.accounts import sessions
from tests.builders import a_volunteer
from tests.site import CHROMIUM, FLAGS

from .stage import Stage
from .table import Row

SLOWER, MOST, ROWS = 4, 200, 200
_WATCH = """window.interactions = new Map();
new PerformanceObserver(list => list.getEntries().forEach(e => {
  if (e.interactionId) interactions.set(e.interactionId, Math.max(interactions.get(e.interactionId) ?? 0, e.duration));
})).observe({ type: 'event', durationThreshold: 16, buffered: true });"""
# What took no longer than a frame is not told.
_HEARD = '[[...interactions.values()], performance.interactionCount]'


async def measured(stage: Stage) -> list[Row]:
    """About a minute, and another one for a roster of two hundred."""
    reviewer = await Account.get(username='reviewer')
    clerk = await Account.get(username='clerk').select_related('host_unit', 'agency', 'volunteer')
    roster = await _roster(clerk)
    case = await Application.filter(status='submitted', agency_id=reviewer.agency_id).order_by('id').first()
    assert case is not None
    pages = [
        ('STEP 4', stage.token, stage.path, _fill_in),
        ('review desk', await sessions.open(reviewer), links.case(case.id), _look_through),
        (f'roster of {ROWS}', stage.token, links.roster(roster), _look_through),
    ]
    found = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, token, path, act in pages:
            took, count = await _pressed(browser, stage.site.url, token, path, act)
            most = took[math.ceil(len(took) * 0.75) - 1]
            what = f'INP of {name}, CPU/{SLOWER}, {count} interactions'
            compared = f'p50 {took[len(took) // 2]:.0f} ms, most {took[-1]:.0f} ms'
            found.append(Row(what, f'p75 {most:.0f} ms', compared, '', f'p75 at most {MOST} ms', most <= MOST))
        await browser.close()
    return found


async def _roster(clerk: Account) -> int:
    """One of `ROWS` people, begun and not sent."""
    people = [await a_volunteer(clerk.host_unit, name=f'王小{at}') for at in range(ROWS)]
    first = await Application.filter(host_unit_id=clerk.host_unit_id).exclude(agency_id=None).first()
    assert first is not None
    roster = await rosters.start('二百人', first.county_id, first.agency_id, by=clerk)
    await rosters.add(roster, [person.id for person in people], by=clerk)
    return roster.id


async def _pressed(browser: Browser, url: str, token: str, path: str, act: object) -> tuple[list[float], int]:
    context = await browser.new_context(viewport={'width': 1280, 'height': 860}, locale='zh-TW')
    await context.add_cookies([{'name': 'sid', 'value': token, 'url': url}])
    page = await context.new_page()
    await page.add_init_script(_WATCH)
    await page.goto(url + path)
    await page.wait_for_function("window.did_handshake && document.querySelector('main:not([aria-busy=true])')")
    await (await context.new_cdp_session(page)).send('Emulation.setCPUThrottlingRate', {'rate': SLOWER})
    await page.wait_for_timeout(1000)
    await act(page)  # type: ignore[operator]
    await page.wait_for_timeout(1500)
    told, count = await page.evaluate(_HEARD)
    await context.close()
    return sorted([*told, *[16.0] * max(0, count - len(told))]), count


async def _fill_in(page: Page) -> None:
    """Type into the fields, tick, choose, and go on with Tab."""
    for name, text in (('name', '王小明'), ('english_name', 'WANG'), ('identity_number', 'A123456789')):
        await page.locator(f'#{name}').click()
        await page.keyboard.type(text, delay=60)
        await page.keyboard.press('Tab')
    for box in await page.get_by_role('checkbox').all():
        if await box.is_visible() and await box.is_enabled():
            await box.click(force=True)
            await asyncio.sleep(0.15)
    for choice in await page.get_by_role('radio').all():
        if await choice.is_visible():
            await choice.click(force=True)
            await asyncio.sleep(0.15)
    await page.locator('#born_on').click()
    await page.keyboard.type('0850101', delay=60)
    await page.keyboard.press('Tab')


async def _look_through(page: Page) -> None:
    """Go through what can be reached by Tab, and tick what can be ticked."""
    for _ in range(25):
        await page.keyboard.press('Tab')
        await asyncio.sleep(0.05)
    for box in (await page.get_by_role('checkbox').all())[:12]:
        if await box.is_visible() and await box.is_enabled():
            await box.click(force=True)
            await asyncio.sleep(0.15)
    await page.mouse.wheel(0, 1500)
    for _ in range(10):
        await page.keyboard.press('Shift+Tab')
        await asyncio.sleep(0.05)
