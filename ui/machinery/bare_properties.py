"""Properties, classes and style of a bare element: kept when there are some, shared while they are equal.

NiceGUI 3.18 gives each element three collections of its own that copy what is put into them, and observe the copies, so
that a change inside of a value is sent. Here the element keeps a plain dict or tuple, and a collection stands before it
only for as long as somebody looks at it; it tells the element of a change of its own, and observes nothing inside:
whoever changes a list that is a property calls `update()`.
"""

import functools
import weakref
from collections.abc import Mapping
from typing import Any

from nicegui.classes import Classes
from nicegui.element import Element
from nicegui.observables import ObservableCollection
from nicegui.props import Props
from nicegui.style import Style

from .bare_slots import still

_parsed = functools.lru_cache(maxsize=4096)(Props.parse)  # texts of the source alone: none is put together


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


class KeptProps(_Quiet, Props[Element]):
    """Properties, kept by the element once there are some. Old names of NiceGUI's own are known to all."""

    __slots__ = ('_element',)
    _warnings: dict[str, str] = {}  # noqa: RUF012
    _renames: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, given: dict[str, Any], *, element: Element) -> None:
        dict.__init__(self, given)
        self._element: Any = element  # a weak reference takes as much as some elements do

    @property
    def element(self) -> Element:
        return still(self._element)

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
        if not isinstance(element, weakref.ref) and not isinstance(element._kept_props, KeptProps):
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


class KeptClasses(_Quiet, Classes[Element]):
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
        element._kept_classes = one_of(tuple(self))
        element.update()


class KeptStyle(_Quiet, Style[Element]):
    """The style of an element as a dict, for as long as somebody looks at it."""

    __slots__ = ('_element',)

    def __init__(self, element: Any) -> None:
        dict.__init__(self, element._kept_style or {})
        self._element: Any = lambda: element

    def _update(self) -> None:
        element = self._element()
        element._kept_style = dict(self) or None
        element.update()


def _props_of(self: Any) -> KeptProps:
    found: dict[str, Any] | None = self._kept_props
    return found if isinstance(found, KeptProps) else KeptProps(found or {}, element=self)


@functools.lru_cache(maxsize=4096)
def one_of(classes: tuple[str, ...]) -> tuple[str, ...]:
    """The same tuple for equal ones."""
    return classes


@functools.lru_cache(maxsize=4096)
def _with(classes: tuple[str, ...], add: str | None) -> tuple[str, ...]:
    together = tuple(dict.fromkeys((*classes, *(add or '').split())))
    return classes if together == classes else one_of(together)


OF_AN_ELEMENT: Mapping[str, Any] = {
    '_kept_classes': (),
    '_kept_style': None,
    '_kept_props': None,
    '_classes': property(KeptClasses),
    'classes': property(KeptClasses),
    '_style': property(KeptStyle),
    'style': property(KeptStyle),
    '_props': property(_props_of),
    'props': property(_props_of),
}
