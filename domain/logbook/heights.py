"""How high a text becomes in a narrow column, before anything is laid out: rather too high than too low."""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TypeVar

Thing = TypeVar('Thing')

# Millimetres, as logbook.css has them: a line of a cell, of its small print, of a stamp, and the stamp's frame.
LINE = 4.34
SMALL_LINE = 3.73
STAMP_LINE = 3.25
STAMP_FRAME = 1.8


def cut(things: Sequence[Thing], heights: Sequence[float], room: float, end: float = 0) -> Iterator[Sequence[Thing]]:
    """What each leaf holds, none for nothing: as many as have `room`, at least one; after the last stands an `end`."""
    start, height = 0, 0.0
    for index, needed in enumerate(heights):
        reserve = end if index + 1 == len(heights) else 0
        if index > start and height + needed + reserve > room:
            yield things[start:index]
            start, height = index, 0.0
        height += needed
    if things:
        yield things[start:]


@lru_cache(1000)
def lines(text: str, per_line: float) -> int:
    """How many lines `text` takes in a column `per_line` characters wide, at most."""
    return sum(_lines_of(part, per_line) for part in text.split('\n')) if text else 0


def stamp(recorder: str) -> float:
    """The name stamp of who recorded something."""
    return STAMP_FRAME + STAMP_LINE * lines(recorder, 3.0)


def _lines_of(part: str, per_line: float) -> int:
    if len(part) <= per_line:  # no character is wider than one
        return 1
    width = sum(map(_width, part))
    if width <= per_line:
        return 1
    # A line may end early before punctuation that must not begin one, and a Roman word moves to the next line whole.
    loss = 0.0
    if any(unicodedata.category(character).startswith('P') for character in part):
        loss += 1
    lines = math.ceil(width / max(1.0, math.floor(per_line) - loss))
    words = sum(is_narrow for is_narrow, _ in groupby(part, key=lambda character: _width(character) < 1))
    return lines + min(words, 1 + lines // 2)


def _width(character: str) -> float:
    if unicodedata.east_asian_width(character) in 'WFA':
        return 1.0
    if character.isdigit():
        return 0.56
    if character in '.,:;-/ ':
        return 0.36
    return 0.85 if character.isupper() or character in 'mw@%' else 0.62
