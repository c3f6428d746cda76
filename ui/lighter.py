"""NiceGUI's elements without what no page of ours uses: half the processor time of a page, and half its memory.

Each element of NiceGUI 3.18 has three observed collections; each asks `inspect` for the signature of its own method,
keeps lists of observers and makes observed copies of all that is put into it. Every element is registered for bindings,
every listener has a UUID, every page waits on events of asyncio that nobody sets. Here a property, class or style tells
its element of a change, and that is all: what is changed *inside* of a property is told by `update()`, and nothing is
bound (`tests/ui/test_lighter.py`).
"""

import asyncio
import functools
import inspect
import itertools
import weakref
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from nicegui import Client, binding, context, core, element, helpers
from nicegui import client as nicegui_client
from nicegui.classes import Classes
from nicegui.element import TAG_PATTERN, Element
from nicegui.event_listener import EventListener
from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware
from nicegui.observables import ObservableCollection
from nicegui.props import Props
from nicegui.slot import Slot, get_task_id
from nicegui.storage import Storage
from nicegui.style import Style
from starlette.requests import Request

from . import page_html, sending

_NONE_YET = object()
# What most elements have, and need not have each for itself.
_AS_MOST: dict[str, Any] = {
    '___visible': True,
    'ignores_events_when_hidden': True,
    '_text': None,
    '_update_method': None,
    '_parent_slot': None,
    '_deleted': False,
}
_numbers = itertools.count(1)
_update = Element.update
_to_dict = EventListener.to_dict
_OF_LISTENERS = ('id', 'args', 'throttle', 'leading_events', 'trailing_events', 'js_handler')
_parsed = functools.lru_cache(maxsize=4096)(Props.parse)  # texts of the source alone: none is put together


def install() -> None:
    """Once a process, before the first page."""
    if vars(element)['Props'] is _Props:
        return
    vars(element).update(Props=_Props, Classes=_Classes, Style=_Style)
    vars(nicegui_client).update(SubPagesRouter=_NoSubPages, asyncio=_Asyncio(), inspect=_Inspect())
    for name, value in _AS_MOST.items():
        setattr(Element, name, value)
    Element.__init__ = _make  # type: ignore[method-assign]
    Element._to_dict = _told  # type: ignore[method-assign]
    helpers.event_type_to_camel_case = functools.cache(helpers.event_type_to_camel_case)  # names of the source alone
    EventListener.to_dict = _listener_told  # type: ignore[method-assign]
    Storage._create_tab_storage = _keep_nothing  # type: ignore[method-assign, assignment]
    Slot.__exit__ = _leave  # type: ignore[method-assign]
    Element.update = _update_what_is_there  # type: ignore[method-assign]
    binding.BindableProperty.__set__ = _set_unbound  # type: ignore[method-assign]
    EventListener.__post_init__ = _number  # type: ignore[method-assign]
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

    def __setitem__(self, name: str, value: Any) -> None:
        dict.__setitem__(self, name, value)
        self._update()

    def update(self, *given: Any, **named: Any) -> None:
        if new := dict(*given, **named):
            dict.update(self, new)
            self._update()

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

    def __call__(self, add: str | None = None, **other: str | None) -> Element:
        if other or self:
            return super().__call__(add, **other)
        if add and (element := self._element()) is not None:
            list.extend(self, dict.fromkeys(add.split()))
            element.update()
        return self.element


class _Style(_Quiet, Style[Element]):
    __slots__ = ('_element',)

    def __init__(self, given: dict[str, str], *, element: Element) -> None:
        dict.__init__(self, given)
        self._element = weakref.ref(element)


def _make(self: Element, tag: str | None = None, *, _client: Client | None = None) -> None:
    """As NiceGUI makes an element, asking once where it stands, and telling nobody before its page has gone."""
    stack = Slot.get_stack()
    slot = stack[-1] if stack else None
    client = _client or (slot.parent.client if slot else context.client)
    self._client = weakref.ref(client)
    self.id = client.next_element_id
    client.next_element_id += 1
    self.tag = tag or (self.component.tag if self.component else 'div')
    _check_tag(self.tag)
    self._classes = _Classes(self._default_classes, element=self)
    self._style = _Style(self._default_style, element=self)
    self._props = _Props(self._default_props, element=self)
    self._markers = []
    self._event_listeners = {}
    self.default_slot = Slot(self, 'default')
    self.slots = {'default': self.default_slot}
    client.elements[self.id] = self
    if slot is not None:
        slot.children.append(self)
        self._parent_slot = weakref.ref(slot)
    if client._response_built:
        client.outbox.enqueue_update(self)
        if slot is not None:
            client.outbox.enqueue_update(slot.parent)


@functools.cache
def _check_tag(tag: str) -> None:
    """Of the source alone: none is put together. Raises ValueError."""
    if not TAG_PATTERN.match(tag):
        raise ValueError(f'Invalid HTML tag: {tag}')


def _told(self: Element) -> dict[str, Any]:
    """What is sent of an element, in NiceGUI's order: nothing that is empty."""
    told: dict[str, Any] = {'tag': self.tag}
    if self._text is not None:
        told['text'] = self._text
    if self._classes:
        told['class'] = self._classes
    if self._style:
        told['style'] = self._style
    if self._props:
        told['props'] = self._props
    if len(self.slots) > 1:
        told['slots'] = self._collect_slot_dict()
    if children := self.default_slot.children:
        told['children'] = [child.id for child in children]
    if self._event_listeners:
        told['events'] = [listener.to_dict() for listener in self._event_listeners.values()]
    if self._update_method:
        told['update_method'] = self._update_method
    return told


def _listener_told(self: EventListener) -> dict[str, Any]:
    return {
        'listener_id': self.id,
        **_words_of(self.type),
        'args': self.args,
        'throttle': self.throttle,
        'leading_events': self.leading_events,
        'trailing_events': self.trailing_events,
        'js_handler': self.js_handler,
    }


@functools.cache
def _words_of(kind: str) -> dict[str, Any]:
    """What NiceGUI reads out of the name of an event."""
    listener: Any = SimpleNamespace(type=kind, **dict.fromkeys(_OF_LISTENERS))
    told = _to_dict(listener)
    return {name: told[name] for name in ('type', 'specials', 'modifiers', 'keys')}


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


def _number(self: EventListener) -> None:
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


class _Asyncio:
    """The module as `nicegui.client` sees it: each page makes four events, of which it uses one."""

    Event = _Happening

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


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
