"""An event that many pages get alike: encoded once, and put into the connection of each, past NiceGUI's outbox.

Through the outbox each page would have a task, a queue and an encoding of its own for the same words.
"""

from collections.abc import Mapping
from typing import Any

from engineio import packet as engineio  # type: ignore[import-untyped]
from nicegui import Client, core
from socketio import packet  # type: ignore[import-untyped]

from . import connections


class SharedEvent:
    """An event of socket.io, encoded once for all who get it."""

    def __init__(self, name: str, content: Mapping[str, Any]) -> None:
        words = core.sio.packet_class(packet.EVENT, data=[name, content], namespace='/').encode()
        self.packet = engineio.Packet(engineio.MESSAGE, words)
        self.frame = connections.frame_of(self.packet.encode())

    def put(self, client: Client) -> None:
        """Into the page's connection; into its queue where it polls, or is slow."""
        for socket_id in client._socket_to_document_id:
            number = core.sio.manager.eio_sid_from_sid(socket_id, '/')
            socket = core.sio.eio.sockets.get(number)
            if socket is None or socket.closed:
                continue
            line = core.sio.environ[number]['asgi.scope'].get(connections.LINE)
            if line is None or not line.put(self.frame):
                socket.queue.put_nowait(self.packet)
