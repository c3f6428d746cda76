"""`make screenshots`: every page at 1280 and 375 px, and the pages of a printed book, as PNG below var/screenshots.

The pictures of the teaching page are kept in the repository: ui/static/teaching.
"""

import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from .domain.sample_office import NOW
from .pages import PAGES
from .site import ROOT, Site, computer, launched, running_site, signed_in

FOLDER = ROOT / 'var' / 'screenshots'
WIDTHS = (1280, 375)
TEACHING = ROOT / 'ui' / 'static' / 'teaching'
# Of each step: who, where, and the name of what is to be pressed, as a pattern.
STEPS = (
    ('', '/login', 'button', '^登入$'),
    ('clerk', '/menu', 'link', '志工資料管理'),
    ('clerk', '/volunteer-data', 'link', '志工基本資料維護'),
    ('clerk', '/volunteers', 'link', '新增志工基本資料'),
    ('clerk', '/volunteers', 'link', '王小明'),
    ('clerk', '/volunteers/1/trainings', 'link', '^新增$'),
    ('clerk', '/volunteers/6/record-book', 'link', '申請送審'),
    ('clerk', '/volunteers/6/record-book/application', 'button', '^送審$'),
)

# The same of moving in (ui/pages/teaching.py, SCREENS).
MOVING_IN = (
    ('clerk', '/batch', 'link', '^志工資料'),
    ('clerk', '/imports/new/volunteers', 'textbox', '.'),
    ('clerk', '/paper-books', 'button', '送請確認'),
    ('clerk', '/transfers', 'button', '變更志工隊'),
)


def main() -> None:
    """Photograph everything in a demo office made for it; names of pages may be given to photograph only those."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[1:]
    with (
        tempfile.TemporaryDirectory(prefix='screenshots-') as folder,
        running_site(Path(folder) / 'data', now=NOW) as site,
        sync_playwright() as playwright,
    ):
        browser = launched(playwright)
        for role, pages in PAGES.items():
            chosen = [each for each in pages if not wanted or any(name in each[0] for name in wanted)]
            for width in WIDTHS if chosen else ():
                photograph(visitor(browser, site, role, width), site, chosen, width)
        if not wanted or 'teaching' in wanted:
            photograph_steps(browser, site, STEPS, 'step')
            photograph_steps(browser, site, MOVING_IN, 'move')
        if not wanted or 'book' in wanted:
            photograph_book(signed_in(browser, site, 'DEMO00001'), site)
        browser.close()


def visitor(browser: Browser, site: Site, role: str, width: int) -> Page:
    """Somebody of this role, or a stranger."""
    if role:
        return signed_in(browser, site, role, width=width)
    return computer(browser, site, width).new_page()


def photograph(page: Page, site: Site, pages: list[tuple[str, str]], width: int) -> None:
    """Each page, in full length on a phone; errors in the console are told."""
    page.on('console', lambda message: print(page.url, message.text) if message.type == 'error' else None)
    for name, address in pages:
        page.goto(site.url + address)
        page.wait_for_timeout(900)
        page.screenshot(path=FOLDER / f'{name}-{width}.png', full_page=width < 500)
    page.context.close()


def photograph_steps(browser: Browser, site: Site, steps: tuple[tuple[str, str, str, str], ...], kind_of: str) -> None:
    """What each step of the tutorial looks like, with a frame around what is pressed; small enough to be looked at."""
    TEACHING.mkdir(exist_ok=True)
    pages = {role: visitor(browser, site, role, 1280) for role in ('', 'clerk')}
    for number, (role, address, kind, name) in enumerate(steps, 1):
        page = pages[role]
        page.goto(site.url + address)
        target = page.get_by_role('main').get_by_role(kind, name=re.compile(name)).last  # type: ignore[arg-type]
        target.scroll_into_view_if_needed()
        page.wait_for_timeout(900)
        target.evaluate("one => one.style.setProperty('outline', '4px solid #c0392b', 'important')")
        picture = Image.open(io.BytesIO(page.screenshot())).convert('RGB')
        size = (800, round(800 * picture.height / picture.width))
        picture.resize(size, Image.Resampling.LANCZOS).save(TEACHING / f'{kind_of}-{number}.webp', quality=62, method=6)


def photograph_book(page: Page, site: Site) -> None:
    """The record book the volunteer downloads, one PNG a page."""
    page.goto(f'{site.url}/my')
    with page.expect_download() as download:
        page.get_by_role('link', name='下載紀錄冊 PDF').click()
    subprocess.run(['pdftoppm', '-r', '110', '-png', download.value.path(), FOLDER / '20-book'], check=True)


if __name__ == '__main__':
    main()
