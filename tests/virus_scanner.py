"""A stand-in for clamd: it speaks INSTREAM and PING, and finds the EICAR string and nothing else."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

# A file that every scanner finds and that does nothing (eicar.org); in two parts, so that none finds it here.
EICAR = rb'X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR' + rb'-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'


@dataclass
class Scanner:
    """`says` is what it answers instead, None what is right; '' says nothing. `most`: bytes of a stream it reads."""

    address: str
    says: str | None = None
    most: int = 1 << 30
    sizes: list[int] = field(default_factory=list)

    async def converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One command, one answer, as clamd does it outside of a session."""
        command = (await reader.readuntil(b'\0')).decode()
        answer = 'PONG' if command == 'zPING\0' else await self._scanned(reader)
        answer = answer if self.says is None else self.says
        if answer:
            writer.write(f'{answer}\0'.encode())
        writer.close()

    async def _scanned(self, reader: StreamReader) -> str:
        content = b''
        while size := int.from_bytes(await reader.readexactly(4)):
            content += await reader.readexactly(size)
            if len(content) > self.most:
                return 'INSTREAM size limit exceeded. ERROR'
        self.sizes.append(len(content))
        return 'stream: Eicar-Test-Signature FOUND' if EICAR in content else 'stream: OK'


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Scanner]:
    """One that listens in `folder`."""
    scanner = Scanner(f'unix:{folder / "clamd.ctl"}')
    server = await asyncio.start_unix_server(scanner.converse, folder / 'clamd.ctl')
    try:
        yield scanner
    finally:
        server.close()
