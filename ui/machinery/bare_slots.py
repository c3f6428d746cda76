"""Slots of a bare element: made when something is put into them.

A slot of NiceGUI 3.18 knows its element by a weak reference, and what is inside the slot by another. Here they hold on
to each other, and an element that is put away lets go (`bare_elements._put_away`), else pages would wait for the
collector.
"""

import weakref
from collections.abc import Mapping
from typing import Any

from nicegui.element import Element
from nicegui.slot import Slot


class BareSlot(Slot):
    """Holds on to its element until that is put away, as what is inside does to the slot: no weak references."""

    name = 'default'
    template: str | None = None

    def __init__(self, parent: Element) -> None:
        self._parent: Any = parent
        self.children = []

    def __call__(self) -> 'BareSlot':
        """As of a weak reference to it."""
        return self

    @property
    def parent(self) -> Element:
        return still(self._parent)


class BareNamedSlot(BareSlot):
    def __init__(self, parent: Element, name: str, template: str | None = None) -> None:
        super().__init__(parent)
        self.name, self.template = name, template


def still(element: Any) -> Element:
    """The element itself, or of one that was put away what is left of it."""
    found: Element | None = element() if isinstance(element, weakref.ref) else element
    if found is None:
        raise RuntimeError('The element this belongs to has been deleted.')
    return found


def _slot_of(self: Any) -> BareSlot:
    found: BareSlot | None = self._kept_slot
    if found is None:
        found = self._kept_slot = BareSlot(self)
    return found


def _slots_of(self: Any) -> dict[str, Slot]:
    return {'default': self.default_slot, **(self._named_slots or {})}


def _add_slot(self: Any, name: str, template: str | None = None) -> Slot:
    slot = BareNamedSlot(self, name, template)
    self._named_slots = {**(self._named_slots or {}), name: slot}
    return slot


OF_AN_ELEMENT: Mapping[str, Any] = {
    '_kept_slot': None,
    '_named_slots': None,
    'slots': property(_slots_of),
    'default_slot': property(_slot_of),
    'add_slot': _add_slot,
}
