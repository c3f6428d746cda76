"""`make screenshots`: every page at 1280 and 375 px, and the pages of a printed book, as PNG below var/screenshots."""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from .domain.sample_office import NOW
from .pages import PAGES
from .site import ROOT, Site, computer, launched, running_site, signed_in

FOLDER = ROOT / 'var' / 'screenshots'
WIDTHS = (1280, 375)


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


def photograph_book(page: Page, site: Site) -> None:
    """The record book the volunteer downloads, one PNG a page."""
    page.goto(f'{site.url}/my')
    with page.expect_download() as download:
        page.get_by_role('link', name='下載紀錄冊 PDF').click()
    subprocess.run(['pdftoppm', '-r', '110', '-png', download.value.path(), FOLDER / '20-book'], check=True)


if __name__ == '__main__':
    main()
