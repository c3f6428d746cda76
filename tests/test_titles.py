"""Pages are told apart by their titles: in the tabs of a browser, in its history, by a screen reader (WCAG 2.4.2)."""

import re

from .pages import PAGES
from .site import Site
from .ui.browser import Browser


async def test_every_page_has_a_title_of_its_own(site: Site) -> None:
    shared = []
    for role, pages in PAGES.items():
        titles: dict[str, list[str]] = {}
        async with Browser(site.url) as browser:
            if role:
                await browser.sign_in(role, site.passwords[role])
            for _, address in pages:
                answer = await browser.get(address)
                if answer.status_code == 303:  # a new form has an address of its own
                    answer = await browser.get(answer.headers['location'])
                title = re.findall('<title>(.*?)</title>', answer.text)[0]  # pictures have some, too
                titles.setdefault(title, []).append(address)
        shared += [same for same in titles.values() if len(same) > 1]

    assert shared == []
