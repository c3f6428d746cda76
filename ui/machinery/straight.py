"""A page is found and built at once: past the routes of two applications, two stacks of middleware and six exit stacks.

FastAPI has NiceGUI below it as a second application, and each looks through its routes, one pattern after the other, at
every request. Which page stands under an address is the same each time; so it is found in their order once, and what
its builder is given is read by the readers of FastAPI. Whatever is no page, or no GET, goes the whole way.

HEAD is answered as GET is, without the body; a page that was made for it is closed at once.
"""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from nicegui import Client, background_tasks
from nicegui import app as nicegui_app
from nicegui.page import page as nicegui_page
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

LONGEST = 200  # so that what strange addresses have found is no burden to keep

Builder = Callable[..., Awaitable[Response | None]]
_pages: dict[Builder, nicegui_page] = {}


class _Found(NamedTuple):
    page: nicegui_page
    builder: Builder
    route: APIRoute
    parameters: dict[str, Any]


def place(page: nicegui_page, builder: Builder) -> None:
    """Put a page under its address. Its builder takes the request and names what else it reads from the address."""
    page(builder)
    _pages[builder] = page


class Pages:
    """ASGI middleware, the innermost of `site`; routes do not change any more once it has been asked."""

    def __init__(self, app: ASGIApp, site: FastAPI) -> None:
        self.app = app
        self.site = site
        self.page_at = functools.lru_cache(maxsize=4096)(self._page_at)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] == 'http' and scope['method'] == 'HEAD' and not self._knows_head(scope['path']):
            await self._answer_head(scope, receive, send)
            return
        is_asked = scope['type'] == 'http' and scope['method'] == 'GET' and len(scope['path']) <= LONGEST
        found = self.page_at(scope['path']) if is_asked else None
        if found is None:
            await self.app(scope, receive, send)
            return
        scope.update(
            {
                'app': nicegui_app,
                'endpoint': found.route.endpoint,
                'route': found.route,
                'path_params': dict(found.parameters),
                'found': found,
            }
        )
        await self.answered(scope, receive, send)

    @functools.cached_property
    def answered(self) -> ASGIApp:
        """The answer, or what NiceGUI's application makes of its failure; what nobody expects is the whole site's."""
        handlers = {key: each for key, each in nicegui_app.exception_handlers.items() if key not in (500, Exception)}
        return ExceptionMiddleware(_answer, handlers)

    def _knows_head(self, path: str) -> bool:
        """Whether what stands there answers HEAD by itself, as files do."""
        route, _ = self._route_at(path)
        return route is not None and (not isinstance(route, APIRoute) or 'HEAD' in (route.methods or ()))

    async def _answer_head(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = {**scope, 'method': 'GET', 'head': object()}  # a copy: the server must not take it for GET

        async def sent(message: Message) -> None:
            await send({**message, 'body': b''} if message['type'] == 'http.response.body' else message)

        try:
            await self(asked, receive, sent)
        finally:
            for client in [each for each in Client.instances.values() if _asked_by(each) is asked['head']]:
                client.delete()

    def _route_at(self, path: str) -> tuple[BaseRoute | None, dict[str, Any]]:
        scope = {'type': 'http', 'method': 'GET', 'path': path, 'root_path': '', 'headers': []}
        route, parameters = _first(self.site.routes, scope)
        if isinstance(route, Mount) and route.app is nicegui_app:
            return _first(nicegui_app.routes, scope)
        return route, parameters

    def _page_at(self, path: str) -> _Found | None:
        route, parameters = self._route_at(path)
        builder = getattr(getattr(route, 'endpoint', None), '__wrapped__', None)
        if not isinstance(route, APIRoute) or builder not in _pages or _reads_more(route.dependant):
            return None
        return _Found(_pages[builder], builder, route, parameters)


def _asked_by(client: Client) -> object:
    """By which HEAD, where it was one."""
    return client._request.scope.get('head') if client._request else None


def _reads_more(read: Dependant) -> bool:
    """Whether it is given anything but what stands in its address."""
    return bool(read.header_params or read.cookie_params or read.body_params or read.dependencies)


def _first(routes: list[BaseRoute], scope: Scope) -> tuple[BaseRoute | None, dict[str, Any]]:
    for route in routes:
        match, found = route.matches(scope)
        if match is Match.FULL:
            return route, found.get('path_params', {})
    return None, {}


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    found: _Found = scope.pop('found')
    request = Request(scope, receive, send)
    read = found.route.dependant
    values, errors = request_params_to_args(read.path_params, request.path_params)
    if read.query_params:
        asked, wrong = request_params_to_args(read.query_params, request.query_params)
        values |= asked
        errors += wrong
    if errors:
        raise RequestValidationError(errors)
    response = await _built(found, request, values)
    await response(scope, receive, send)


async def _built(found: _Found, request: Request, values: dict[str, Any]) -> Response:
    """The page when its builder has ended, or asks for it to be sent before (`slow_pages`), and goes on."""
    client = Client(found.page, request=request)
    task: asyncio.Task[Response | None] = background_tasks.create(
        _inside(client, found.builder(request, **values)), name='wait for result of page', handle_exceptions=False
    )
    await client._waiting_for_connection.or_end_of(task)  # type: ignore[attr-defined]  # an event of `lighter`
    if not task.done():
        task.add_done_callback(_say_what_came_too_late)
    elif task.cancelled():
        log.warning('%s was given up; what there is of it is sent', found.page.path)
    elif (outcome := task.result()) is not None:
        return outcome
    if client.is_deleted:
        raise RuntimeError('a page was given up while it was built')
    answer: Response = client.build_response(request, client.status_code)
    return answer


async def _inside(client: Client, outcome: Awaitable[Response | None]) -> Response | None:
    with client:
        return await outcome


def _say_what_came_too_late(task: 'asyncio.Task[Response | None]') -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        nicegui_app.handle_exception(error)  # type: ignore[arg-type]
