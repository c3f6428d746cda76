"""Whose turn it is: places given by turns to everybody who waits, not to who has ordered most.

Each `whose` has a queue of its own; a place that is free goes to the one who has waited longest since their last place,
and there to the oldest order. When too many wait, the last order of whoever waits with most gives way.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Hashable


class GivenUp(Exception):
    """Too many wait, and this one's owner with most."""


class Turns:
    """`size` places and who waits for one."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._queues: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many orders wait."""
        return sum(map(len, self._queues.values()))

    async def take(self, whose: Hashable, most_waiting: int) -> None:
        """Wait for a place, one of `most_waiting` at most. Raises GivenUp."""
        if self._free and not self._queues and most_waiting:
            self._free -= 1
            return
        order: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queues.setdefault(whose, deque()).append(order)
        if self.waiting > most_waiting:
            self._make_room()
        try:
            await order
        except BaseException:
            self._leave(whose, order)
            raise

    def give_back(self) -> None:
        """A place is free: the next one's turn."""
        self._free += 1
        while self._free and self._queues:
            whose, queue = self._queues.popitem(last=False)
            order = queue.popleft()
            if queue:
                self._queues[whose] = queue  # behind everybody else
            if not order.done():
                self._free -= 1
                order.set_result(None)

    def _make_room(self) -> None:
        whose = max(reversed(self._queues), key=lambda one: len(self._queues[one]))
        last = self._queues[whose].pop()
        if not self._queues[whose]:
            del self._queues[whose]
        if not last.done():
            last.set_exception(GivenUp())

    def _leave(self, whose: Hashable, order: 'asyncio.Future[None]') -> None:
        if order.done() and not order.cancelled() and order.exception() is None:
            self.give_back()  # it was given a place in the same moment
            return
        queue = self._queues.get(whose)
        if queue is not None and order in queue:
            queue.remove(order)
            if not queue:
                del self._queues[whose]
