"""Which pages are open in this process, and of which session; those of a session that has ended are closed."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import Client, background_tasks, core

_BEFORE_THE_DROP = 0.5


def is_foreign(query: Mapping[str, Sequence[str]], digest: str) -> bool:
    """Whether a socket's query names a page or a socket of another session.

    A page we do not know is nobody's: NiceGUI answers that it has to be loaded again.
    """
    client = Client.instances.get(query.get('client_id', [''])[0])
    environ = core.sio.environ.get(query.get('sid', [''])[0])
    return bool((client and session_of(client) != digest) or (environ and session_of_socket(environ) != digest))


def session_of(client: Client) -> str:
    """The digest of the session that asked for this page, or ''."""
    return str(client._request.scope.get('session_digest', '')) if client._request is not None else ''


def session_of_socket(environ: Mapping[str, Any]) -> str:
    """The digest of the session that opened this socket, or ''."""
    return str(environ['asgi.scope'].get('session_digest', ''))


def by_session() -> dict[str, list[Client]]:
    """All sessions that have pages here, by their digests, each with these."""
    found: dict[str, list[Client]] = {}
    for client in Client.instances.values():
        if digest := session_of(client):
            found.setdefault(digest, []).append(client)
    return found


def counted() -> tuple[int, int]:
    """How many pages are open here, and how many sockets."""
    return len(Client.instances), len(core.sio.environ)


def is_here(query: Mapping[str, Sequence[str]]) -> bool:
    """Whether a socket's query names a page or a socket of this process."""
    return query.get('client_id', [''])[0] in Client.instances or query.get('sid', [''])[0] in core.sio.environ


def close_all_of(digest: str, *, is_over: bool = False) -> None:
    """Have all pages of a session loaded again, which leads them to the login, and drop their sockets.

    `is_over`: its time was over; then its user may sign in again on the page (static/again.js).
    """
    for client in by_session().get(digest, ()):
        client.storage['leaving'] = True  # until it has gone nothing that is announced is shown on it any more
        client.run_javascript('sessionOver()' if is_over else 'location.reload()')
        background_tasks.create(_drop(client), name='drop the sockets of an ended session')


async def _drop(client: Client) -> None:
    # The client itself is left to NiceGUI, which deletes it when the socket does not come back; the gate sees to that.
    await asyncio.sleep(_BEFORE_THE_DROP)
    for socket_id in list(client._socket_to_document_id):
        # The connection, not only the socket.io session in it, which could be opened again without passing the gate.
        await core.sio.eio.disconnect(core.sio.manager.eio_sid_from_sid(socket_id, '/'))
