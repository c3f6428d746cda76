"""What is said on the console when the office cannot be opened: the reason, in a line of Chinese and one of English."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from domain.lifespan import NotStarted, in_chinese
from domain.settings import BadSettings


@contextmanager
def told() -> Iterator[None]:
    """Says a refusal that is raised inside, and ends the process; what nobody expected keeps its traceback."""
    try:
        yield
    except (NotStarted, BadSettings) as refusal:
        _end(str(refusal))
    except OSError as trouble:  # the disk is full, the database went away meanwhile
        _end(f'無法啟動：{in_chinese(trouble)}。\nThe office cannot be opened: {trouble}.')


def ends_in_silence() -> None:
    """uvicorn would add a traceback and a line of its own to what is said here."""
    logging.getLogger('uvicorn.error').disabled = True


def _end(lines: str) -> None:
    ends_in_silence()
    print(lines, file=sys.stderr, flush=True)  # noqa: T201 -- for whoever starts us
    sys.exit(1)
