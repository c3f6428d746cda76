"""What a place for files must do, and how it says that it cannot."""

from typing import Protocol


class Away(OSError):
    """The server of the files does not answer, or does not let us; what it holds is not lost."""


class Place(Protocol):
    """Where named bytes lie, each wholly or not at all. Every verb raises OSError where nothing can be done."""

    async def has(self, name: str) -> bool:
        """Whether something has that name."""

    async def get(self, name: str) -> bytes:
        """What has that name. Raises FileNotFoundError."""

    async def put(self, name: str, content: bytes) -> None:
        """Lay it down, in place of what has the name."""

    async def take_away(self, name: str) -> None:
        """Take it away, if it is there."""

    async def renew(self, name: str) -> None:
        """Write to what is there, to see whether that can be done. Raises FileNotFoundError."""
