"""What several tests of the services ask for."""

import logging
from collections.abc import Iterator

import pytest

from domain import dates

from .sample_office import NOW, Office, an_office


class _Listening(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@pytest.fixture
def queries() -> Iterator[list[str]]:
    """The statements sent to the database so far; `queries.clear()` begins anew."""
    handler, logger = _Listening(), logging.getLogger('tortoise.db_client')
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler.heard
    logger.setLevel(level)
    logger.removeHandler(handler)


@pytest.fixture
def today() -> Iterator[None]:
    """It is NOW, a Thursday afternoon."""
    with dates.frozen(NOW):
        yield


@pytest.fixture
async def office(database: str) -> Office:
    """The small world of `cases`; where it is to be made at NOW, ask for `today` too."""
    return await an_office()
