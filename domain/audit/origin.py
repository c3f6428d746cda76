"""From where a service is called: the client's address, session and device, without a parameter through all of them.

The site sets it for each request and for each event of a page (ui/door: gate, sockets); tasks begun there inherit it.
Nightly jobs, and tests that call a service, have none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """`address` of the client; `session` is the digest of its session, '' before login.

    `device`: short words for people, as 'Windows　Chrome'.
    """

    address: str = ''
    session: str = ''
    device: str = ''


_NOWHERE = Origin()
_current: ContextVar[Origin] = ContextVar('origin', default=_NOWHERE)


def current() -> Origin:
    """Whence we are called; an empty one outside of a request."""
    return _current.get()


@contextmanager
def of(origin: Origin) -> Iterator[None]:
    """Whatever is called, or begun as a task, inside comes from there."""
    token = _current.set(origin)
    try:
        yield
    finally:
        _current.reset(token)
