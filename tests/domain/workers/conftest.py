"""The pools are tested under uvloop, as the server runs, which treats the pipes of dead processes in its own way."""

from asyncio import AbstractEventLoop
from collections.abc import Callable

import uvloop


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], AbstractEventLoop]]:
    return {'uvloop': uvloop.new_event_loop}
