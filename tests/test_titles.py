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


async def test_the_page_of_a_record_says_which_it_is(site: Site) -> None:
    records = {
        'admin': {
            '/admin/accounts?edit=2': '：帳號維護',
            '/admin/units?edit=1': '示例文化中心：運用單位維護',
            '/admin/mail?edit=returned': '補件通知：修改信件範本',
            '/admin/accounts?edit=new': '新增帳號',
        },
        'county': {'/county/accounts?edit=1': '：帳號申請'},
        'clerk': {'/account/unit?edit=team-1': '：志工隊維護', '/account/unit?edit=new': '新增帳號'},
    }
    titles, wanted = [], []
    for role, addresses in records.items():
        async with Browser(site.url) as browser:
            await browser.sign_in(role, site.passwords[role])
            for address, ending in addresses.items():
                title = re.findall('<title>(.*?)</title>', (await browser.get(address)).text)[0].partition('｜')[0]
                titles.append(title)
                wanted.append(ending)

    assert all(title.endswith(ending) for title, ending in zip(titles, wanted, strict=True)), titles
    assert not any(title.startswith('：') for title in titles)
