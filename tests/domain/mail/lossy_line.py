"""A line to the database on which the answer to each COMMIT is lost: what was committed, the client never learns."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit


class LossyLine:
    """`url` leads through it; `lost` counts the answers that did not arrive."""

    def __init__(self, url: str) -> None:
        self.lost = 0
        self._parts = urlsplit(url)
        self._port = 0

    @property
    def url(self) -> str:
        return self._parts._replace(netloc=f'{self._login}@127.0.0.1:{self._port}', query='').geturl()

    @property
    def _login(self) -> str:
        return self._parts.netloc.rpartition('@')[0]

    async def opened(self) -> asyncio.Server:
        server = await asyncio.start_server(self._carry, '127.0.0.1', 0)
        self._port = server.sockets[0].getsockname()[1]
        return server

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await self._far_end()
        back = asyncio.create_task(_copy(far_reader, writer))
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if b'COMMIT' in data:
                    back.cancel()
                    await asyncio.wait([back])
                    far_writer.write(data)
                    await far_reader.read(65536)
                    self.lost += 1
                    break
                far_writer.write(data)
                await far_writer.drain()
        back.cancel()
        await asyncio.wait([back])
        for end in (writer, far_writer):
            end.close()

    async def _far_end(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        query = parse_qs(self._parts.query)
        port = self._parts.port or int(query.get('port', ['5432'])[0])
        host = self._parts.hostname or query.get('host', ['127.0.0.1'])[0]
        if host.startswith('/'):
            return await asyncio.open_unix_connection(f'{host}/.s.PGSQL.{port}')
        return await asyncio.open_connection(host, port)


@asynccontextmanager
async def a_lossy_line(url: str) -> AsyncIterator[LossyLine]:
    line = LossyLine(url)
    server = await line.opened()
    try:
        yield line
    finally:
        server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.close()
