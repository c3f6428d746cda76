"""How many bytes a browser loads that comes for the first time: the login, then STEP 4; headers and all, by HTTP/1.1.

Behind nginx (deploy/) HTTP/2 makes the headers of a dozen files a tenth of what they are here.
"""

from playwright.async_api import Browser, async_playwright

from tests.site import CHROMIUM, FLAGS

from .stage import Stage
from .table import Row

MOST = 280_000
_DRAWN = "document.querySelector('.nicegui-content > *') && window.did_handshake"


async def measured(stage: Stage, django: tuple[str, str, str]) -> list[Row]:
    """`django` are address, path and cookie of the form that stands beside ours."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        ours, files = await _loaded(browser, stage.site.url, ['/login', stage.path], {'sid': stage.token}, _DRAWN)
        bare, _ = await _loaded(browser, stage.bare_url, ['/'], {}, _DRAWN)
        url, path, session = django
        other, _ = await _loaded(browser, url, [path], {'sessionid': session}, 'true')
        await browser.close()
    compared = f'bare page {bare / 1000:.0f} kB, Django {other / 1000:.0f} kB'
    what = f'first visit, login and STEP 4 ({files} files)'
    return [Row(what, f'{ours / 1000:.0f} kB', compared, f'{ours / bare:.2f} ×', 'at most 280 kB', ours <= MOST)]


async def _loaded(
    browser: Browser, url: str, paths: list[str], cookies: dict[str, str], is_there: str
) -> tuple[float, int]:
    """Bytes and files; the cookies come after the first page, as those of a login do."""
    context = await browser.new_context(viewport={'width': 1280, 'height': 860}, locale='zh-TW')
    page = await context.new_page()
    listening = await context.new_cdp_session(page)
    await listening.send('Network.enable')
    sizes: list[float] = []
    listening.on('Network.loadingFinished', lambda event: sizes.append(event['encodedDataLength']))
    for at, path in enumerate(paths, 1):
        if at == len(paths):
            for name, value in cookies.items():
                await context.add_cookies([{'name': name, 'value': value, 'url': url}])
        await page.goto(url + path, wait_until='networkidle' if at < len(paths) else 'load')
    await page.wait_for_function(is_there)
    await page.wait_for_timeout(1000)
    await context.close()
    return sum(sizes), len(sizes)
