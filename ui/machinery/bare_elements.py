"""An element of NiceGUI that takes room for what it has, not for what it could have.

An element of NiceGUI 3.18 begins with a list of classes, a list of markers, a list of children, a slot, three dicts
and two objects around them, 1.3 kB before it says anything; a listener with two dicts, 500 bytes. Most elements have a
few classes and nothing else. Here a class of elements says what is usual, equal lists of classes are one tuple, and
the rest is made when something is put into it: half of the memory of an open page, and less to make.
"""

import functools
import itertools
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from nicegui import Client, events, html, storage
from nicegui.classes import Classes
from nicegui.context import context
from nicegui.element import TAG_PATTERN, Element
from nicegui.elements.button import Button
from nicegui.elements.mixins.cancelable_wait_element import CancelableWaitElement
from nicegui.event_listener import EventListener
from nicegui.helpers import event_type_to_camel_case
from nicegui.observables import ObservableCollection
from nicegui.props import Props
from nicegui.slot import Slot
from nicegui.style import Style

_EMITS = '(...args) => emit(...args)'  # what `Element.on` takes for no handler in the browser
_USUAL: Mapping[str, Any] = {
    '___visible': True,
    'ignores_events_when_hidden': True,
    '_text': None,
    '_update_method': None,
    '_deleted': False,
    '_parent_slot': None,
    '_markers': (),
    '_kept_classes': (),
    '_kept_style': None,
    '_kept_props': None,
    '_kept_slot': None,
    '_named_slots': None,
    '_heard': (),
}
# And of a button. Its colour is looked at when it changes, and it does so for the first time while it is made.
_USUAL_BUTTON: Mapping[str, Any] = {
    '___background_color': None,
    '___icon': None,
    '___enabled': True,
    '_background_color_state': (None, ''),
}
_numbers = itertools.count(1)
_type_of = functools.lru_cache(maxsize=1024)(event_type_to_camel_case)
_parsed = functools.lru_cache(maxsize=4096)(Props.parse)  # texts of the source alone: none is put together


def install() -> None:
    """Once a process, before the first page."""
    for name, value in _USUAL.items():
        setattr(Element, name, value)
    given: Mapping[str, Any] = {
        '__init__': _begin,
        '__iter__': _children,
        '_to_dict': _as_sent,
        '_handle_delete': _put_away,
        '_handle_event': _handle,
        '_classes': property(_KeptClasses),
        'classes': property(_KeptClasses),
        '_style': property(_KeptStyle),
        'style': property(_KeptStyle),
        '_props': property(_props_of),
        'props': property(_props_of),
        'slots': property(_slots_of),
        'default_slot': property(_slot_of),
        'add_slot': _add_slot,
        '_event_listeners': property(_listeners_of),
        'on': _listen,
    }
    for name, part in given.items():
        setattr(Element, name, part)
    for name, value in _USUAL_BUTTON.items():
        setattr(Button, name, value)
    for name, kind in vars(html).items():
        if isinstance(kind, type) and kind.__name__ == 'HTMLElement':
            kind.__init__ = _begin_html(name.rstrip('_'))  # type: ignore[misc]
    Button._clicked_waiters = Seldom('_clicked_waiters', set)  # type: ignore[assignment]
    CancelableWaitElement._waiting_tasks = Seldom('_waiting_tasks', dict)  # type: ignore[assignment]


class Seldom:
    """An attribute that begins empty and nearly always stays so: it is made when somebody looks at it."""

    def __init__(self, name: str, make: Callable[[], Any]) -> None:
        self.name, self.make = name, make

    def __get__(self, of: Any, _: object) -> Any:
        if of is None:
            return self
        if (found := vars(of).get(self.name)) is None:
            found = vars(of)[self.name] = self.make()
        return found

    def __set__(self, of: Any, value: Any) -> None:
        if value:
            vars(of)[self.name] = value


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


class _KeptProps(_Quiet, Props[Element]):
    """Properties, kept by the element once there are some. Old names of NiceGUI's own are known to all."""

    __slots__ = ('_element',)
    _warnings: dict[str, str] = {}  # noqa: RUF012
    _renames: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, given: dict[str, Any], *, element: Element) -> None:
        dict.__init__(self, given)
        self._element: Any = element  # a weak reference takes as much as some elements do

    @property
    def element(self) -> Element:
        return _still(self._element)

    def __setitem__(self, name: str, value: Any) -> None:
        dict.__setitem__(self, name, value)
        self._update()

    def update(self, *given: Any, **named: Any) -> None:
        if new := dict(*given, **named):
            dict.update(self, new)
            self._update()

    def suspend_updates(self) -> Any:
        self._be_kept()
        return super().suspend_updates()

    def _update(self) -> None:
        self._be_kept()
        if not self._suspend_count:
            for name, message in self._warnings.items():
                self._check_warning(name, message)
            for name, other in self._renames.items():
                self._check_rename(name, other)
            self.element.update()

    def __call__(self, add: str | None = None, **others: str | None) -> Any:
        """Of an element that has none yet they are those of the text: one for all, until one of them is changed."""
        element = self._element
        if others or not add or isinstance(element, weakref.ref) or element._kept_props is not None:
            return super().__call__(add, **others)
        element._kept_props = _parsed(add)
        element.update()
        return element

    def _be_kept(self) -> None:
        element = self._element
        if not isinstance(element, weakref.ref) and not isinstance(element._kept_props, _KeptProps):
            element._kept_props = self

    def add_warning(self, prop: str, message: str) -> None:
        self._be_kept()
        self._warnings = {**self._warnings, prop: message}
        self._check_warning(prop, message)

    def add_rename(self, prop: str, replacement: str) -> None:
        self._be_kept()
        self._renames = {**self._renames, prop: replacement}
        self._check_rename(prop, replacement)

    @staticmethod
    def parse(text: str | None) -> dict[str, Any]:
        return _parsed(text)


class _KeptClasses(_Quiet, Classes[Element]):
    """The classes of an element as a list, for as long as somebody looks at it."""

    __slots__ = ('_element',)

    def __init__(self, element: Any) -> None:
        list.__init__(self, element._kept_classes)
        self._element: Any = element

    @property
    def element(self) -> Any:
        return self._element

    def __call__(self, add: str | None = None, **others: str | None) -> Any:
        if others:
            return super().__call__(add, **others)
        element = self._element
        if (now := _with(element._kept_classes, add)) is not element._kept_classes:
            element._kept_classes = now
            element.update()
        return element

    def _update(self) -> None:
        element = self._element
        element._kept_classes = _one(tuple(self))
        element.update()


class _KeptStyle(_Quiet, Style[Element]):
    """The style of an element as a dict, for as long as somebody looks at it."""

    __slots__ = ('_element',)

    def __init__(self, element: Any) -> None:
        dict.__init__(self, element._kept_style or {})
        self._element: Any = lambda: element

    def _update(self) -> None:
        element = self._element()
        element._kept_style = dict(self) or None
        element.update()


class _Slot(Slot):
    """Holds on to its element until that is put away, as what is inside does to the slot: no weak references."""

    name = 'default'
    template: str | None = None

    def __init__(self, parent: Element) -> None:
        self._parent: Any = parent
        self.children = []

    def __call__(self) -> '_Slot':
        """As of a weak reference to it."""
        return self

    @property
    def parent(self) -> Element:
        return _still(self._parent)


class _NamedSlot(_Slot):
    def __init__(self, parent: Element, name: str, template: str | None = None) -> None:
        super().__init__(parent)
        self.name, self.template = name, template


def _still(element: Any) -> Element:
    """The element itself, or of one that was put away what is left of it."""
    found: Element | None = element() if isinstance(element, weakref.ref) else element
    if found is None:
        raise RuntimeError('The element this belongs to has been deleted.')
    return found


class _Listener:
    """What of an event an element is told. `how` is what NiceGUI lets one choose: args, js_handler, throttle, edges.

    `is_shared`: the handler is a method of the element's class, and so are all its listeners one.
    """

    __slots__ = ('handler', 'how', 'is_shared', 'number', 'type')

    def __init__(
        self, type_: str, handler: Callable[..., Any] | None, how: tuple[Any, ...], *, is_shared: bool
    ) -> None:
        self.type, self.handler, self.how, self.is_shared = type_, handler, how, is_shared
        self.number = next(_numbers)

    @property
    def id(self) -> str:
        """In the messages of the browser."""
        return f'{self.number:x}'


@functools.lru_cache(maxsize=4096)
def _one(classes: tuple[str, ...]) -> tuple[str, ...]:
    """The same tuple for equal ones."""
    return classes


@functools.lru_cache(maxsize=4096)
def _with(classes: tuple[str, ...], add: str | None) -> tuple[str, ...]:
    together = tuple(dict.fromkeys((*classes, *(add or '').split())))
    return classes if together == classes else _one(together)


@functools.lru_cache(maxsize=256)
def _is_tag(tag: str) -> bool:
    return TAG_PATTERN.match(tag) is not None


@functools.lru_cache(maxsize=1024)
def _tag_of(kind: type[Element]) -> str:
    """The same text for all of a class: NiceGUI's is put together for each element, and kept by it."""
    return kind.component.tag if kind.component else 'div'


def _begin(self: Any, tag: str | None = None, *, _client: Client | None = None) -> None:
    """As NiceGUI's `Element.__init__`."""
    stack = Slot.get_stack()
    slot = stack[-1] if stack else None
    client = _client or (slot.parent.client if slot else context.client)
    self._client = weakref.ref(client)
    self.id = client.next_element_id
    client.next_element_id += 1
    self.tag = tag or _tag_of(self.__class__)
    if not _is_tag(self.tag):
        raise ValueError(f'Invalid HTML tag: {self.tag}')
    if self._default_classes:
        self._kept_classes = _one(tuple(self._default_classes))
    if self._default_style:
        self._kept_style = dict(self._default_style)
    if self._default_props:
        self._kept_props = _KeptProps(self._default_props, element=self)
    client.elements[self.id] = self
    if slot is not None:
        slot.children.append(self)
        self._parent_slot = slot
    if client._response_built:
        client.outbox.enqueue_update(self)
        if slot is not None:
            client.outbox.enqueue_update(slot.parent)


def _begin_html(tag: str) -> Callable[..., None]:
    """As an element of `nicegui.html` begins; theirs looks at its properties whether there are some or not."""

    def begin(self: Any, inner_html: str | None = None, **properties: Any) -> None:
        _begin(self, tag)
        if inner_html is not None:
            self._text = inner_html
        if properties:
            self._props.update(properties)

    return begin


def _children(self: Any) -> Iterator[Element]:
    if self._kept_slot is not None:
        yield from self._kept_slot
    for slot in (self._named_slots or {}).values():
        yield from slot


def _as_sent(self: Any) -> dict[str, Any]:
    """As NiceGUI's `Element._to_dict`: what is empty is left out."""
    found: dict[str, Any] = {'tag': self.tag}
    if self._text is not None:
        found['text'] = self._text
    if self._kept_classes:
        found['class'] = self._kept_classes
    if self._kept_style:
        found['style'] = self._kept_style
    if self._kept_props:
        found['props'] = self._kept_props
    if self._named_slots:
        found['slots'] = self._collect_slot_dict()
    if self._kept_slot is not None and self._kept_slot.children:
        found['children'] = [child.id for child in self._kept_slot.children]
    if self._heard:
        found['events'] = [
            {'listener_id': listener.id, **_event_of(listener.type, *listener.how)} for listener in self._heard
        ]
    if self._update_method:
        found['update_method'] = self._update_method
    return found


def _put_away(self: Any) -> None:
    """Whatever an element holds that holds on to it lets it go, so that nothing waits for the collector."""
    for slot in (self._kept_slot, *(self._named_slots or {}).values()):
        if slot is not None:
            slot.children.clear()
            slot._parent = weakref.ref(self)
    if isinstance(self._kept_props, _KeptProps):
        self._kept_props._element = weakref.ref(self)
    if isinstance(self._parent_slot, _Slot):
        self._parent_slot = weakref.ref(self._parent_slot)
    self._heard = ()


def _props_of(self: Any) -> _KeptProps:
    found: dict[str, Any] | None = self._kept_props
    return found if isinstance(found, _KeptProps) else _KeptProps(found or {}, element=self)


def _slot_of(self: Any) -> _Slot:
    found: _Slot | None = self._kept_slot
    if found is None:
        found = self._kept_slot = _Slot(self)
    return found


def _slots_of(self: Any) -> dict[str, Slot]:
    return {'default': self.default_slot, **(self._named_slots or {})}


def _add_slot(self: Any, name: str, template: str | None = None) -> Slot:
    slot = _NamedSlot(self, name, template)
    self._named_slots = {**(self._named_slots or {}), name: slot}
    return slot


def _listeners_of(self: Any) -> dict[str, _Listener]:
    return {listener.id: listener for listener in self._heard}


def _listen(
    self: Any,
    type: str,  # noqa: A002 -- so NiceGUI calls it
    handler: Any = None,
    args: Sequence[str] | Sequence[Sequence[str] | None] | None = None,
    *,
    throttle: float = 0.0,
    leading_events: bool = True,
    trailing_events: bool = True,
    js_handler: str = _EMITS,
) -> Any:
    """As NiceGUI's `Element.on`."""
    if handler or js_handler:
        each = [args] if args and isinstance(args[0], str) else args
        wanted = None if each is None else tuple(None if names is None else tuple(names) for names in each)
        how = _how(wanted, None if js_handler == _EMITS else js_handler, throttle, leading_events, trailing_events)
        whose: Any = getattr(handler, '__self__', None)
        if not throttle and whose is not None and whose is self:
            heard = (*self._heard, _shared(_type_of(type), handler.__func__, how))
        else:
            heard = (*self._heard, _Listener(_type_of(type), handler, how, is_shared=False))
        self._heard = _row(heard) if all(listener.is_shared for listener in heard) else heard
        if not self._props._suspend_count:
            self.update()
    return self


@functools.lru_cache(maxsize=1024)
def _shared(type_: str, handler: Callable[..., Any], how: tuple[Any, ...]) -> _Listener:
    return _Listener(type_, handler, how, is_shared=True)


@functools.lru_cache(maxsize=1024)
def _row(listeners: tuple[_Listener, ...]) -> tuple[_Listener, ...]:
    """The same tuple for equal ones."""
    return listeners


@functools.lru_cache(maxsize=512)
def _how(*chosen: Any) -> tuple[Any, ...]:
    """The same tuple for equal ones."""
    return chosen


@functools.lru_cache(maxsize=512)
def _event_of(type_: str, *how: Any) -> dict[str, Any]:
    """What NiceGUI's `EventListener.to_dict` says of all that are alike; not to be changed."""
    args, js_handler, throttle, leading_events, trailing_events = how
    found = EventListener(
        element_id=0,
        type=type_,
        args=args,
        handler=None,
        js_handler=js_handler,
        throttle=throttle,
        leading_events=leading_events,
        trailing_events=trailing_events,
        request=None,
    ).to_dict()
    del found['listener_id']
    return found


def _handle(self: Any, message: dict[str, Any]) -> None:
    """As NiceGUI's `Element._handle_event`."""
    listener = self._event_listeners[message['listener_id']]
    client = self.client
    storage.request_contextvar.set(client._request)
    given = events.GenericEventArguments(sender=self, client=client, args=message['args'])
    events.handle_event(listener.handler.__get__(self) if listener.is_shared else listener.handler, given)
