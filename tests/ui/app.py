"""The whole application with a few small pages of the tests' own: `python -m tests.ui.app`, configured as ever."""

import asyncio

from fastapi.routing import APIRoute
from nicegui import Client, ui
from nicegui import app as nicegui_app
from nicegui import client as nicegui_client
from starlette.responses import RedirectResponse, Response

from domain import settings
from domain.errors import DatabaseAway, DomainError, NotFound
from domain.model import Account, Role
from ui import routes, slow_pages
from ui.components.action_button import action_button
from ui.door import endings
from ui.frame import frame
from ui.machinery import page_html, straight
from ui.server import assemble, serve
from ui.session import only_for

EVERYBODY = tuple(Role)
released = asyncio.Event()  # slow pages wait for it


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


async def titled_page(account: Account) -> None:
    """A title and a text that try to be HTML, and a component of ours."""
    with frame(account, '<b>&"題"</b>'):
        ui.label('</script>`${1}`')


async def counting_page(account: Account, number: int, page: int = 1) -> None:
    """Says what stands in its address."""
    ui.label(f'{number * 2} {page * 2}')


async def breaking_page(account: Account, number: int) -> None:
    """A button whose act nobody expected to fail: 1 at once, 2 in our own button, 3 since the database is away."""
    ui.label(account.name)

    async def act() -> None:
        raise DatabaseAway('it is away', is_unsure=False) if number == 3 else ZeroDivisionError('a secret')

    if number == 1:
        ui.button('壞掉', on_click=lambda: 1 / 0)
    else:
        action_button('壞掉', act)


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


async def slow_page(account: Account, number: int) -> Response | None:
    """Waits until it is released; then it is there, or ends in the way its number asks for."""
    if number == 5:
        await released.wait()
    with frame(account, '慢的頁面', crumbs=[('首頁', '/')]):
        ui.label('half a page')
        await released.wait()
        label = ui.label('nobody reads')
        ui.context.client.on_connect(lambda: label.set_text('somebody reads'))
        if number == 4:
            return RedirectResponse('/test/counter', 303)
        await refusing_page(account, number)
        ui.label('the whole page')
    return None


async def failing() -> None:
    """What is no page fails too."""
    raise ZeroDivisionError('a secret')


async def clients() -> int:
    """How many pages NiceGUI remembers."""
    return len(Client.instances)


async def building() -> int:
    """How many pages are being built."""
    return sum(task.get_name().startswith('wait for result of page') for task in asyncio.all_tasks())


async def written_anew(client_id: str) -> Response:
    """An open page, as the template of NiceGUI says it when all of it is given to it."""
    client = Client.instances[client_id]
    request = client._request
    assert request is not None
    components = dict.fromkeys(each.component.key for each in client.elements.values() if each.component)
    shared, own = page_html._shared(tuple(components)), page_html._own(client, request)
    given = {
        'elements': own[page_html.Place.ELEMENTS].decode(),
        'head_html': client.head_html,
        'title': client.resolve_title(),
        'body_html': f'{shared["styles"]}{client.body_html}{shared["templates"]}',
        'socket_io_js_query_params': own[page_html.Place.QUERY].decode(),
        'request': request,
    }
    template = nicegui_client.templates.env.get_template('index.html')
    return Response(template.render({**shared, **given}), media_type='text/html')


async def set_patience(seconds: float) -> None:
    """How long a page may take before the frame goes out."""
    slow_pages.PATIENCE = seconds
    released.clear()


async def release() -> None:
    """Let the slow pages go on."""
    released.set()


def main() -> None:
    chosen = settings.read()
    settings.use(chosen)
    endings.SWEEP_SECONDS = 0.3
    slow_pages.PATIENCE = 60.0  # whether a page is slow must not depend on the machine
    site = assemble(chosen)
    routes.place('/test/counter', counter_page, EVERYBODY)
    routes.place('/test/titled', titled_page, EVERYBODY)
    routes.place('/test/counting/{number}', counting_page, EVERYBODY)
    routes.place('/test/staff', counter_page, (Role.UNIT_STAFF,))
    routes.place('/test/breaking/{number}', breaking_page, EVERYBODY)
    routes.place('/test/refusing/{number}', refusing_page, EVERYBODY)
    guarded = only_for(*EVERYBODY)(slow_page)
    page = ui.page('/test/slow/{number}', response_timeout=slow_pages.NEVER, reconnect_timeout=0.2)
    straight.place(page, guarded)
    for control in (clients, building, release):
        nicegui_app.add_api_route(f'/test/{control.__name__}', control)
    nicegui_app.add_api_route('/test/written-anew/{client_id}', written_anew)
    nicegui_app.add_api_route('/test/failing', failing)
    site.router.routes.insert(0, APIRoute('/test/failing-too', failing))
    nicegui_app.add_api_route('/test/patience/{seconds}', set_patience)
    paths = sorted({getattr(route, 'path', '') for route in (*site.routes, *nicegui_app.routes)})
    sent = sorted({each.path for each in site.routes if isinstance(each, APIRoute) and 'POST' in (each.methods or ())})
    nicegui_app.add_api_route('/test/sent', lambda: sent)
    nicegui_app.add_api_route('/test/addresses', lambda: [path for path in paths if not path.startswith('/test/')])
    serve(site, chosen)


if __name__ == '__main__':
    main()
