"""NiceGUI's elements without what no page of ours uses: half the processor time of a page, and half its memory.

Each element of NiceGUI 3.18 has three observed collections; each asks `inspect` for the signature of its own method,
keeps lists of observers and makes observed copies of all that is put into it. Every element is registered for bindings,
every listener has a UUID, every page waits on events of asyncio that nobody sets. Here a property, class or style tells
its element of a change, and that is all: what is changed *inside* of a property is told by `update()`, and nothing is
bound (`tests/ui/test_lighter.py`).
"""

import asyncio
from collections import deque
from typing import Any

from nicegui import binding, core
from nicegui import client as nicegui_client
from nicegui.element import Element
from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware
from starlette.requests import Request

from . import bare_elements, page_html, quiet_sockets, sending

_NONE_YET = object()
_update = Element.update


def install() -> None:
    """Once a process, before the first page."""
    if Element.update is _update_what_is_there:
        return
    bare_elements.install()
    quiet_sockets.install()
    vars(nicegui_client).update(SubPagesRouter=_NoSubPages, asyncio=_Asyncio())
    Element.update = _update_what_is_there  # type: ignore[method-assign]
    binding.BindableProperty.__set__ = _set_unbound  # type: ignore[method-assign]
    sending.install()
    page_html.install()


def pass_straight() -> None:
    """Requests go to NiceGUI's pages without two tasks each that write headers: `assets` writes what we need."""
    needless: tuple[Any, ...] = (RedirectWithPrefixMiddleware, SetCacheControlMiddleware)
    core.app.user_middleware[:] = [each for each in core.app.user_middleware if each.cls not in needless]


def _update_what_is_there(self: Element) -> None:
    """An element of a page that is still being made goes with it."""
    client = self._client()
    if client is None or client._response_built:
        _update(self)


def _set_unbound(self: binding.BindableProperty, owner: Any, value: Any) -> None:
    """A property that could be bound, and is not: its element is told of a change."""
    name = '___' + self.name
    before = getattr(owner, name, _NONE_YET)
    if before is value or (before is not _NONE_YET and before == value):
        return
    setattr(owner, name, value)
    if before is not _NONE_YET and self._change_handler is not None:
        self._change_handler(owner, value)


class _NoSubPages:
    """Each of our pages has an address of its own."""

    def __init__(self, _: Request | None) -> None:
        pass

    async def _can_resolve_full_path(self, _: nicegui_client.Client) -> bool:
        return True


class _Happening(asyncio.Event):
    """An event that has room for waiters only while somebody waits."""

    _waiters: Any

    def __init__(self) -> None:
        self._value = False
        self._waiters = ()

    async def wait(self) -> Any:
        if self._value:
            return True
        if not self._waiters:
            self._waiters = deque()
        try:
            return await super().wait()
        finally:
            if not self._waiters:
                self._waiters = ()


class _Asyncio:
    """The module as `nicegui.client` sees it: each page makes four events, of which it uses one."""

    Event = _Happening

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)
