"""An element of NiceGUI that takes room for what it has, not for what it could have.

An element of NiceGUI 3.18 begins with a list of classes, a list of markers, a list of children, a slot, three dicts
and two objects around them, 1.3 kB before it says anything; a listener with two dicts, 500 bytes. Most elements have a
few classes and nothing else. Here a class of elements says what is usual, equal lists of classes are one tuple, and
the rest is made when something is put into it: half of the memory of an open page, and less to make.

`Element` itself gets these parts, since all of NiceGUI's own elements begin with it: how one begins, is sent and ends
is here, its properties, slots and listeners are in the modules beside. That it is for NiceGUI and for the browser the
element it was, `tests/ui/elements.py` shows with both.
"""

import functools
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nicegui import Client, html
from nicegui.context import context
from nicegui.element import TAG_PATTERN, Element
from nicegui.elements.button import Button
from nicegui.elements.mixins.cancelable_wait_element import CancelableWaitElement
from nicegui.slot import Slot

from . import bare_listeners, bare_properties, bare_slots
from .bare_listeners import event_of
from .bare_properties import KeptProps, one_of
from .bare_slots import BareSlot
from .seldom import Seldom

# What an element is while nothing else is said of it: the class has it, and not each element.
_USUAL: Mapping[str, Any] = {
    '___visible': True,
    'ignores_events_when_hidden': True,
    '_text': None,
    '_update_method': None,
    '_deleted': False,
    '_parent_slot': None,
    '_markers': (),
}
# And of a button. Its colour is looked at when it changes, and it does so for the first time while it is made.
_USUAL_BUTTON: Mapping[str, Any] = {
    '___background_color': None,
    '___icon': None,
    '___enabled': True,
    '_background_color_state': (None, ''),
}


def install() -> None:
    """Once a process, before the first page."""
    own = {'__init__': _begin, '__iter__': _children, '_to_dict': _as_sent, '_handle_delete': _put_away}
    parts = (_USUAL, own, bare_properties.OF_AN_ELEMENT, bare_slots.OF_AN_ELEMENT, bare_listeners.OF_AN_ELEMENT)
    for name, part in (pair for each in parts for pair in each.items()):
        setattr(Element, name, part)
    for name, value in _USUAL_BUTTON.items():
        setattr(Button, name, value)
    for name, kind in vars(html).items():
        if isinstance(kind, type) and kind.__name__ == 'HTMLElement':
            kind.__init__ = _begin_html(name.rstrip('_'))  # type: ignore[misc]
    Button._clicked_waiters = Seldom('_clicked_waiters', set)  # type: ignore[assignment]
    CancelableWaitElement._waiting_tasks = Seldom('_waiting_tasks', dict)  # type: ignore[assignment]


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
        self._kept_classes = one_of(tuple(self._default_classes))
    if self._default_style:
        self._kept_style = dict(self._default_style)
    if self._default_props:
        self._kept_props = KeptProps(self._default_props, element=self)
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
            {'listener_id': listener.id, **event_of(listener.type, *listener.how)} for listener in self._heard
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
    if isinstance(self._kept_props, KeptProps):
        self._kept_props._element = weakref.ref(self)
    if isinstance(self._parent_slot, BareSlot):
        self._parent_slot = weakref.ref(self._parent_slot)
    self._heard = ()
