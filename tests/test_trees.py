"""What a screen reader is told on twenty pages, kept as text in tests/samples/trees: a change there is looked at.

The demo office stands at a fixed day, so that no tree hangs on the calendar; what hangs on the minute or on chance is
masked. `python -m tests.test_trees` writes the trees anew.
"""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from .domain.sample_office import NOW
from .pages import PAGES
from .patience import SECONDS
from .screenshots import visitor
from .site import ROOT, Site, launched, running_site, settled

TREES = ROOT / 'tests' / 'samples' / 'trees'
CHOSEN = (
    '01-login',
    '01-account-request',
    '01-site-map',
    '02-menu',
    '03-volunteers',
    '04-new-volunteer',
    '04-basics-marked',
    '05-trainings',
    '06-training-marked',
    '07-record-book-returned',
    '08-application-lacking',
    '10-applications',
    '10-batch',
    '10-roster',
    '11-queue',
    '12-case-returned',
    '13-my',
    '13-my-book',
    '14-admin-units',
    '14-admin-rules',
)
PLACES = {name: (role, address) for role, pages in PAGES.items() for name, address in pages}
# Keys made by chance, what is counted from the very minute, the days of the footer and the version.
MASKS = (
    (re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'), '‹key›'),
    (re.compile(r'\b\d\d:\d\d\b'), '‹time›'),
    # The visits of this very test are looks, too.
    (re.compile(r'30 天內 \d+ 次'), '30 天內 ‹n› 次'),
    (re.compile(r'更新日期：[\d/]+'), '更新日期：‹day›'),
    (re.compile(r'\?v=\w+'), '?v=‹version›'),
)


@contextmanager
def the_office(folder: Path, office: Path | None = None) -> Iterator[Site]:
    """A demo office, or a copy of `office`, on the day of NOW."""
    with running_site(folder / 'data', office, now=NOW + timedelta(hours=1) if office else NOW) as site:
        yield site


def opened(page: Page, site: Site, address: str) -> None:
    """The page, once it has come to rest."""
    page.goto(site.url + address)
    settled(page)


def tree(page: Page) -> str:
    """What the page tells, its own order kept."""
    told = page.locator('body').aria_snapshot()
    for pattern, mask in MASKS:
        told = pattern.sub(mask, told)
    return told + '\n'


def main() -> None:
    """Write every tree anew."""
    TREES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix='trees-') as folder,
        the_office(Path(folder)) as site,
        sync_playwright() as playwright,
    ):
        visit = visits(launched(playwright), site)
        for name in CHOSEN:
            role, address = PLACES[name]
            opened(visit(role), site, address)
            visit(role).wait_for_timeout(2_000)
            (TREES / f'{name}.yaml').write_text(tree(visit(role)), encoding='utf-8')


def visits(browser: Browser, site: Site) -> Callable[[str], Page]:
    """`visit(role)`: somebody who signs in once."""

    @cache
    def visit(role: str) -> Page:
        page = visitor(browser, site, role, 1280)
        page.emulate_media(reduced_motion='reduce')
        return page

    return visit


@pytest.fixture(scope='module')
def site(office_of_now: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with the_office(tmp_path_factory.mktemp('trees'), office_of_now) as site:
        yield site


def test_twenty_pages_tell_a_screen_reader_what_they_told_before(site: Site, browser: Browser) -> None:
    visit = visits(browser, site)
    changed = {}
    for name in CHOSEN:
        role, address = PLACES[name]
        page, kept = visit(role), (TREES / f'{name}.yaml').read_text(encoding='utf-8')
        opened(page, site, address)
        for _ in range(SECONDS):  # lists come after the page, and much later on a busy machine
            if tree(page) == kept:
                break
            page.wait_for_timeout(1_000)
        else:
            changed[name] = tree(page)

    assert changed == {}, 'look at what has changed; `python -m tests.test_trees` writes the trees anew'


if __name__ == '__main__':
    main()
