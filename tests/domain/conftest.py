"""What several tests of the services ask for."""

import logging
from collections.abc import Iterator

import pytest


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
