"""NiceGUI's elements without what no page of ours uses: half the processor time of a page, and half its memory.

Each element of NiceGUI 3.18 has three observed collections; each asks `inspect` for the signature of its own method,
keeps lists of observers and makes observed copies of all that is put into it. Every element is registered for bindings,
every listener has a UUID, every page waits on events of asyncio that nobody sets. Here a property, class or style tells
its element of a change, and that is all: what is changed *inside* of a property is told by `update()`, and nothing is
bound (`tests/ui/test_lighter.py`).
"""

import asyncio
import functools
import itertools
import weakref
from collections import deque
from typing import Any

from nicegui import binding, core, element, event_listener
from nicegui import client as nicegui_client
from nicegui.classes import Classes
from nicegui.element import Element
from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware
from nicegui.observables import ObservableCollection
from nicegui.props import Props
from nicegui.style import Style
from starlette.requests import Request

from . import page_html, sending

_NONE_YET = object()
_numbers = itertools.count(1)
_update = Element.update
_parsed = functools.lru_cache(maxsize=4096)(Props.parse)  # texts of the source alone: none is put together


def install() -> None:
    """Once a process, before the first page."""
    if vars(element)['Props'] is _Props:
        return
    vars(element).update(Props=_Props, Classes=_Classes, Style=_Style)
    vars(nicegui_client).update(SubPagesRouter=_NoSubPages, asyncio=_Asyncio())
    Element.update = _update_what_is_there  # type: ignore[method-assign]
    binding.BindableProperty.__set__ = _set_unbound  # type: ignore[method-assign]
    event_listener.EventListener.__post_init__ = _number  # type: ignore[method-assign]
    sending.install()
    page_html.install()


def pass_straight() -> None:
    """Requests go to NiceGUI's pages without two tasks each that write headers: `assets` writes what we need."""
    needless: tuple[Any, ...] = (RedirectWithPrefixMiddleware, SetCacheControlMiddleware)
    core.app.user_middleware[:] = [each for each in core.app.user_middleware if each.cls not in needless]


class _Quiet(ObservableCollection):
    """Tells its element of a change and is observed by nobody else."""

    __slots__ = ()
    _parent_ref = None
    _observer_refs: list[Any] = []  # noqa: RUF012 -- shared, since always empty
    _change_handlers: list[Any] = []  # noqa: RUF012
    _suspend_count = 0

    def _observe(self, data: Any) -> Any:
        return data

    def _unobserve(self, *items: Any) -> None:
        pass

    def _handle_change(self) -> None:
        self._update()  # type: ignore[attr-defined]


class _Props(_Quiet, Props[Element]):
    """Properties. Old names of NiceGUI's own are known to all, not written into each."""

    __slots__ = ('_element',)
    _warnings: dict[str, str] = {}  # noqa: RUF012
    _renames: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, given: dict[str, Any], *, element: Element) -> None:
        dict.__init__(self, given)
        self._element = weakref.ref(element)

    def _update(self) -> None:
        if self._warnings or self._renames:
            super()._update()
        elif not self._suspend_count and (element := self._element()) is not None:
            element.update()

    def add_warning(self, prop: str, message: str) -> None:
        self._warnings = {**self._warnings, prop: message}
        self._check_warning(prop, message)

    def add_rename(self, prop: str, replacement: str) -> None:
        if prop in ('resource_path', 'dynamic_resource_path'):  # every element asks for it, and none of ours has one
            return
        self._renames = {**self._renames, prop: replacement}
        self._check_rename(prop, replacement)

    @staticmethod
    def parse(text: str | None) -> dict[str, Any]:
        return _parsed(text)


class _Classes(_Quiet, Classes[Element]):
    __slots__ = ('_element',)

    def __init__(self, given: list[str], *, element: Element) -> None:
        list.__init__(self, given)
        self._element = weakref.ref(element)


class _Style(_Quiet, Style[Element]):
    __slots__ = ('_element',)

    def __init__(self, given: dict[str, str], *, element: Element) -> None:
        dict.__init__(self, given)
        self._element = weakref.ref(element)


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


def _number(self: event_listener.EventListener) -> None:
    self.id = f'{next(_numbers):x}'


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
