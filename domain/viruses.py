"""Files that come in are shown to the office's virus scanner (VIRUS_SCANNER) before anything reads or keeps them.

clamd's protocol, its `INSTREAM` alone (man 8 clamd): pieces with their length in front, an empty one at the end, one
line back. Whatever else comes back, or nothing, counts as not looked at, and then nothing is taken. aioclamd, the one
client that is kept up and asynchronous, knows no socket of the file system, which is how Debian's clamd is reached.
"""

import asyncio
import logging
import re
from asyncio import StreamReader, StreamWriter

from . import settings
from .errors import DomainError

log = logging.getLogger(__name__)

SECONDS = 120.0  # for the largest archive, on a machine with much to do
_PIECE = 256 * 1024
_FOUND = re.compile(r'stream: (.{1,200}) FOUND')


class Infected(DomainError):
    """The scanner has found something; `name` is what it calls it."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            '防毒軟體在這個檔案裡發現惡意程式，所以沒有收下。請先用防毒軟體檢查您的電腦，再改傳沒有問題的檔案；已填的資料都還在。'
        )


class ScannerAway(DomainError):
    """The scanner does not answer, or has not looked at all of the file: nothing is taken unlooked at."""

    def __init__(self) -> None:
        super().__init__(
            '防毒檢查暫時沒有完成，這個檔案還沒有收下。請過幾分鐘再傳一次，或通知系統管理者；已填的資料都還在。'
        )


def is_asked() -> bool:
    """Whether this office has a scanner."""
    return bool(settings.current().virus_scanner)


async def require_clean(content: bytes) -> None:
    """Nothing where no scanner is asked. Raises Infected, ScannerAway."""
    if not is_asked():
        return
    try:
        async with asyncio.timeout(SECONDS):
            said = await _told('INSTREAM', content)
    except (OSError, TimeoutError, EOFError) as trouble:
        log.warning('the virus scanner does not answer: %s', type(trouble).__name__)
        raise ScannerAway from None
    if said == 'stream: OK':
        return
    if found := _FOUND.fullmatch(said):
        raise Infected(found[1])
    log.warning('the virus scanner has not looked at a file of %s bytes: %.100r', len(content), said)
    raise ScannerAway


async def answers() -> bool:
    """Whether the scanner is there."""
    try:
        async with asyncio.timeout(3):
            return await _told('PING') == 'PONG'
    except (OSError, TimeoutError, EOFError):
        return False


async def _told(command: str, content: bytes | None = None) -> str:
    """What it answers to a command, and to the `content` behind it. Raises OSError, EOFError."""
    reader, writer = await _connected(settings.current().virus_scanner)
    try:
        writer.write(f'z{command}\0'.encode())
        if content is not None:
            await _sent(writer, content)
        return (await reader.readuntil(b'\0'))[:-1].decode('utf-8', 'replace').strip()
    except asyncio.LimitOverrunError:
        raise EOFError from None
    finally:
        writer.close()


async def _sent(writer: StreamWriter, content: bytes) -> None:
    try:
        for at in range(0, len(content), _PIECE):
            piece = content[at : at + _PIECE]
            writer.write(len(piece).to_bytes(4) + piece)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
    except ConnectionError:
        pass  # it has read enough to say why, or says nothing: that is read next


async def _connected(address: str) -> tuple[StreamReader, StreamWriter]:
    kind, _, where = address.partition(':')
    if kind == 'unix':
        return await asyncio.open_unix_connection(where)
    host, _, port = where.rpartition(':')
    return await asyncio.open_connection(host.strip('[]'), int(port))
