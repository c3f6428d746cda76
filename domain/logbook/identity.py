"""基本資料: whether the page has room for its texts as they are usually set.

The heights below follow logbook.css and err on the tall side. What the seal is pressed beside stays on this page.
"""

from collections.abc import Mapping
from typing import Any

from .heights import lines

# Millimetres. ROOM is what the heading and the number above the tables, and the foot below them, leave of the page.
ROOM = 109.0
NOTICE = 5.1
PHOTO = 40.4
RULE = 0.6  # and what a cell has above its text
BESIDE_PHOTO, BELOW_PHOTO = 9.7, 8.2  # a row of one line
MARGIN = 5.0  # of a foot that is not raised


def is_packed(told: Mapping[str, Any], agency: str, is_crowded: bool, is_raised: bool) -> bool:
    """Whether smaller letters are needed. `told` are the texts of `Identity`."""
    letter = 3.4 if is_crowded else 4.2
    name = letter if len(told['name']) > 10 else 1.35 * letter
    beside = sum(
        _row(text, size, 64, BESIDE_PHOTO)
        for text, size in (
            (told['name'], name),
            (told['english_name'], letter),
            ('', 0),
            (told['identity_number'], letter),
        )
    )
    below = [told['born'], told['unit'], told['team'], told['issue_kind'], agency, told['issued']]
    if told['legacy_number'] or not told['notice']:
        below.append(told['legacy_number'])
    height = max(beside, PHOTO) + sum(_row(text, 4.2, 100, BELOW_PHOTO) for text in below)
    return height > ROOM - bool(told['notice']) * NOTICE - (not is_raised) * MARGIN


def _row(text: str, letter: float, width: float, least: float) -> float:
    """Of letters so high in a cell so wide."""
    return max(least, RULE + 1.25 * letter * lines(text, width / letter)) if text else least
