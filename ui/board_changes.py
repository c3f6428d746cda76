"""What has changed on a board, as it travels to the pages that had it before (`static/boards.js` does it there)."""

from collections.abc import Mapping
from typing import Any, TypeGuard


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be done to `before`, by part: take `is`, or mend its rows. {} where nothing has changed.

    >>> changes({'n': 1, 'rows': [{'id': 7, 'a': 1}, {'id': 8, 'a': 1}]}, {'n': 2, 'rows': [{'id': 8, 'a': 2}]})
    {'n': {'is': 2}, 'rows': {'gone': [7], 'put': [(0, {'id': 8, 'a': 2})]}}
    """
    found = {}
    for name, part in now.items():
        was = before.get(name)
        if was != part:
            found[name] = _mended(was, part) if _are_rows(was) and _are_rows(part) else {'is': part}
    return found


def _are_rows(part: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(part, list) and all(isinstance(row, dict) and 'id' in row for row in part)


def _mended(was: list[dict[str, Any]], now: list[dict[str, Any]]) -> dict[str, Any]:
    """`put`: rows that are new or changed, each with its place; `order`: all ids, where others changed places."""
    old, new = {row['id']: row for row in was}, {row['id']: row for row in now}
    put = [(place, row) for place, row in enumerate(now) if old.get(row['id']) != row]
    mended: dict[str, Any] = {'gone': [one for one in old if one not in new], 'put': put}
    if [one for one in old if one in new] != [one for one in new if one in old]:
        mended['order'] = list(new)
    return mended
