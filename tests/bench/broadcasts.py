"""One text to many sockets, by socket.io's own room and by plain uvicorn: what is beside our queue in the same run.

`python -m tests.bench.broadcasts PORT` serves both. `POST /room` and `POST /plain` tell everybody what is posted; each
answers when it has been handed over. Whoever listens at `/plain` hears it as an event of socket.io.
"""

import sys
from typing import Any

import socketio  # type: ignore[import-untyped]
import uvicorn
from nicegui import json

ROOM, PLAIN = '/socket.io/?EIO=4&transport=websocket', '/plain'
_NO_PINGS = 3600


class Plain:
    """Plain ASGI: who listens at PLAIN, and what may be posted."""

    def __init__(self, server: socketio.AsyncServer) -> None:
        self.server = server
        self.listening: list[Any] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope['type'] == 'websocket':
            await self.listen(receive, send)
        elif scope['type'] == 'http':
            text = (await receive()).get('body', b'').decode()
            if scope['path'] == '/room':
                await self.server.emit('board', text, room='everybody')
            elif scope['path'] == '/plain':
                event = {'type': 'websocket.send', 'text': '42' + json.dumps(['board', text])}
                for each in self.listening:
                    await each(event)
            await send({'type': 'http.response.start', 'status': 200, 'headers': []})
            await send({'type': 'http.response.body', 'body': b'ok'})

    async def listen(self, receive: Any, send: Any) -> None:
        """Until it goes."""
        await receive()
        await send({'type': 'websocket.accept'})
        await send({'type': 'websocket.send', 'text': '40'})
        self.listening.append(send)
        while (await receive())['type'] != 'websocket.disconnect':
            pass
        self.listening.remove(send)


def main() -> None:
    server = socketio.AsyncServer(async_mode='asgi', cors_allowed_origins='*', ping_interval=_NO_PINGS, json=json)

    async def enter(socket_id: str, *_: Any) -> None:
        await server.enter_room(socket_id, 'everybody')

    server.on('connect', enter)
    uvicorn.run(
        socketio.ASGIApp(server, Plain(server)),
        host='127.0.0.1',
        port=int(sys.argv[1]),
        log_level='warning',
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        timeout_graceful_shutdown=5,
        server_header=False,
    )


if __name__ == '__main__':
    main()
