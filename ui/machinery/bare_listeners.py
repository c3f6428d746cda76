"""What a bare element listens to: one listener for all elements of a class, where a method of the class hears it.

A listener of NiceGUI 3.18 has a UUID, a reference to the request of its page and two dicts, 500 bytes, and says anew
for each element how it is sent. A field has a handful, a form hundreds.
"""

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui import events, storage
from nicegui.event_listener import EventListener
from nicegui.helpers import event_type_to_camel_case

_EMITS = '(...args) => emit(...args)'  # what `Element.on` takes for no handler in the browser
_numbers = itertools.count(1)
_type_of = functools.lru_cache(maxsize=1024)(event_type_to_camel_case)


class Listener:
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


def _listeners_of(self: Any) -> dict[str, Listener]:
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
        how = (wanted, None if js_handler == _EMITS else js_handler, throttle, leading_events, trailing_events)
        whose: Any = getattr(handler, '__self__', None)
        if not throttle and whose is not None and whose is self:
            heard = (*self._heard, _shared(_type_of(type), handler.__func__, how))
        else:
            heard = (*self._heard, Listener(_type_of(type), handler, how, is_shared=False))
        self._heard = _row(heard) if all(listener.is_shared for listener in heard) else heard
        if not self._props._suspend_count:
            self.update()
    return self


@functools.lru_cache(maxsize=1024)
def _shared(type_: str, handler: Callable[..., Any], how: tuple[Any, ...]) -> Listener:
    return Listener(type_, handler, how, is_shared=True)


@functools.lru_cache(maxsize=1024)
def _row(listeners: tuple[Listener, ...]) -> tuple[Listener, ...]:
    """The same tuple for equal ones."""
    return listeners


@functools.lru_cache(maxsize=512)
def event_of(type_: str, *how: Any) -> dict[str, Any]:
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


OF_AN_ELEMENT: Mapping[str, Any] = {
    '_heard': (),
    '_event_listeners': property(_listeners_of),
    'on': _listen,
    '_handle_event': _handle,
}
