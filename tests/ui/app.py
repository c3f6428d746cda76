"""The whole application with a few small pages of the tests' own: `python -m tests.ui.app`, configured as ever."""

import asyncio

import uvicorn
from nicegui import Client, ui
from nicegui import app as nicegui_app

from domain import settings
from domain.errors import DomainError, NotFound
from domain.model import Account, Role
from ui import gate
from ui.server import assemble
from ui.session import only_for


async def counter_page(account: Account) -> None:
    """A button that counts its clicks."""
    clicks = 0

    def count() -> None:
        nonlocal clicks
        clicks += 1
        label.set_text(f'{account.name}: {clicks}')

    label = ui.label(f'{account.name}: 0')
    ui.button('加一', on_click=count)
    # What an injection would look like: it has no nonce and must not run.
    ui.add_body_html('<script>window.injected = true</script>')


async def refusing_page(account: Account, number: int) -> None:
    """Refuses in the way its number asks for, after it has begun."""
    ui.label('half a page')
    await asyncio.sleep(0)
    if number == 1:
        raise NotFound
    if number == 2:
        raise DomainError(f'{account.name}現在不能開啟這個頁面。')
    if number == 3:
        raise ZeroDivisionError('a secret')


async def clients() -> int:
    """How many pages NiceGUI remembers."""
    return len(Client.instances)


def main() -> None:
    chosen = settings.read()
    settings.use(chosen)
    gate.SWEEP_SECONDS = 0.3
    site = assemble(chosen)
    everybody = tuple(Role)
    ui.page('/test/counter')(only_for(*everybody)(counter_page))
    ui.page('/test/staff')(only_for(Role.UNIT_STAFF)(counter_page))
    ui.page('/test/refusing/{number}')(only_for(*everybody)(refusing_page))
    nicegui_app.add_api_route('/test/clients', clients)
    uvicorn.run(site, host=chosen.host, port=chosen.port, log_level='warning', ws_per_message_deflate=False)


if __name__ == '__main__':
    main()
