"""What stands round every page: the posts of the blocks, 網站導覽, the two policies."""

import re

import pytest

from db.choices import Role
from domain import links, roles
from ui.components.site_footer import LINKS
from ui.door import public_paths
from ui.pages.about import FOR_ALL, OWN, PAGES
from ui.pages.admin import SECTIONS
from ui.routes import PAGES as ROUTES

from ...builders import PASSWORD, a_volunteer, an_identity_number
from ...site import ROOT
from ..browser import Browser
from ..conftest import somebody


def keys_on(page: str) -> set[str]:
    return set(re.findall(r'accesskey"?[=:]\s*"(\w)"', page))


@pytest.mark.parametrize('address', [address for _, address in FOR_ALL])
async def test_a_plain_page_has_the_posts_and_the_links_below(browser: Browser, address: str) -> None:
    page = await browser.get(address)

    assert (page.status_code, keys_on(page.text)) == (200, {'U', 'C', 'B'})
    assert all(f'href="{link}"' in page.text for _, link in LINKS)
    assert '更新日期：' in page.text


async def test_a_page_inside_has_them_too(browser: Browser) -> None:
    await browser.sign_in((await somebody()).username or '', PASSWORD)
    page = (await browser.get(links.volunteers())).text

    # Bar, head and foot are written by their scripts; what they are given stands in the page.
    scripts = [(ROOT / f'ui/components/{name}.js').read_text() for name in ('app_bar', 'page_head', 'site_footer')]
    assert all(f'nicegui-{name}"' in page for name in ('app_bar', 'page_head', 'site_footer'))
    assert keys_on(page + ''.join(scripts)) == {'U', 'C', 'B'}
    assert all(link in page for _, link in LINKS)
    assert all(text in scripts[-1] for text in ('更新日期：', '客服諮詢專線'))
    assert 'phone' in page


@pytest.mark.parametrize('role', list(Role))
async def test_the_site_map_lists_what_this_role_may_open(browser: Browser, role: Role) -> None:
    number = an_identity_number()
    own = {'volunteer': await a_volunteer(identity_number=number)} if role is Role.VOLUNTEER else {}
    await browser.sign_in((await somebody(role, **own)).username or number, PASSWORD)
    page = (await browser.get(links.site_map())).text
    may = {address: roles.of_address(address) for address, _ in ROUTES}

    for text, address in PAGES[role]:
        assert f'<a href="{address}">{text}</a>' in page
        if address != links.sign_offs():  # a plain page: it refuses others by itself
            assert role in may[address if not address.startswith('/admin/') else '/admin/{section}']


@pytest.mark.parametrize('role', list(Role))
def test_the_site_map_leaves_no_page_out(role: Role) -> None:
    listed = {address for _, address in [*PAGES[role], *OWN]}
    elsewhere = {links.show_guide(), links.unit_accounts()}  # a button, and for whoever manages a unit's accounts
    open_to = {address for address, _ in ROUTES if role in roles.of_address(address) and '{' not in address}

    assert open_to - listed - elsewhere == set()
    assert {f'/admin/{section}' for section in SECTIONS} - listed == set() or role is not Role.ADMINISTRATOR


@pytest.mark.parametrize('address', [links.downloads(), links.teaching(), *(address for _, address in LINKS)])
async def test_who_is_signed_in_stays_so_on_public_pages(browser: Browser, address: str) -> None:
    account = await somebody(text_size='larger')
    strange = (await browser.get(address)).text
    await browser.sign_in(account.username or '', PASSWORD)
    own = (await browser.get(address)).text

    for mark in (f'<b>{account.name}</b>', 'action="/logout"', 'lb-public lb-large lb-larger"', '回到首頁'):
        assert (mark in own, mark in strange) == (True, False)


def test_a_stranger_may_open_what_the_site_map_calls_free() -> None:
    assert {address for _, address in FOR_ALL} <= public_paths.PAGES
