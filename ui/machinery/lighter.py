"""NiceGUI's elements without what no page of ours uses: half the processor time of a page, and half its memory.

Each element of NiceGUI 3.18 has three observed collections; each asks `inspect` for the signature of its own method,
keeps lists of observers and makes observed copies of all that is put into it. Every element is registered for bindings,
every listener has a UUID, every page waits on events of asyncio that nobody sets. Here a property, class or style tells
its element of a change, and that is all: what is changed *inside* of a property is told by `update()`, and nothing is
bound (`tests/ui/test_lighter.py`).
"""

import asyncio
import inspect
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from nicegui import binding, core
from nicegui import client as nicegui_client
from nicegui.element import Element
from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware
from nicegui.slot import Slot, get_task_id
from nicegui.storage import Storage
from starlette.requests import Request

from . import bare_elements, engine_io, page_html, quiet_sockets, sending

_NONE_YET = object()
_update = Element.update


def install() -> None:
    """Once a process, before the first page."""
    if Element.update is _update_what_is_there:
        return
    bare_elements.install()
    quiet_sockets.install()
    engine_io.install()
    vars(nicegui_client).update(SubPagesRouter=_NoSubPages, asyncio=_ASYNCIO, inspect=_Inspect())
    Storage._create_tab_storage = _keep_nothing  # type: ignore[method-assign, assignment]
    Slot.__exit__ = _leave  # type: ignore[method-assign]
    Element.update = _update_what_is_there  # type: ignore[method-assign]
    binding.BindableProperty.__set__ = _set_unbound  # type: ignore[method-assign]
    sending.install()
    page_html.install()


def pass_straight() -> None:
    """Requests go to NiceGUI's pages without two tasks each that write headers: `assets` writes what we need."""
    needless: tuple[Any, ...] = (RedirectWithPrefixMiddleware, SetCacheControlMiddleware)
    core.app.user_middleware[:] = [each for each in core.app.user_middleware if each.cls not in needless]


async def _keep_nothing(*_: Any) -> None:
    """Nothing is kept by tabs; NiceGUI would keep an empty dict of each tab for a month."""


def _leave(self: Slot, *_: Any) -> None:
    """As NiceGUI leaves a slot, asking once which task this is."""
    task = get_task_id()
    stack = Slot.stacks[task]
    stack.pop()
    if not stack:
        del Slot.stacks[task]


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

    async def or_end_of(self, task: 'asyncio.Task[Any]') -> None:
        """Wait until it has happened, or `task` has ended; nobody else waits."""
        if self._value or task.done():
            return
        due = asyncio.get_running_loop().create_future()

        def ended(_: object) -> None:
            if not due.done():
                due.set_result(True)

        self._waiters = deque((due,))
        task.add_done_callback(ended)
        try:
            await due
        finally:
            self._waiters = ()


# As `nicegui.client` sees the module: each page makes four events, of which it uses one.
_ASYNCIO = SimpleNamespace(**vars(asyncio) | {'Event': _Happening})


class _Inspect:
    """The module as `nicegui.client` sees it: it asks each handler of each page how many parameters it has."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, bool], inspect.Signature] = {}

    def signature(self, handler: Callable[..., Any]) -> inspect.Signature:
        """That of its code, of which there is as much as there are sources; others are asked each time."""
        code = getattr(handler, '__code__', None)
        if code is None or hasattr(handler, '__wrapped__') or hasattr(handler, '__signature__'):
            return inspect.signature(handler)
        key = code, inspect.ismethod(handler)
        if key not in self._known:
            self._known[key] = inspect.signature(handler)
        return self._known[key]
