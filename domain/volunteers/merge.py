"""The three-way merge of a record that two people edit at the same time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Merge:
    """`merged`: every field with the value to keep. `clashes`: the fields that both sides changed to different values.

    A field that clashes has the value of their side in `merged`.
    """

    merged: dict[str, Any]
    clashes: list[str]


def three_way(base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> Merge:
    """Put the changes of two sides together. `base`: the record as both saw it; all three have the same fields.

    >>> three_way({'name': '小華', 'email': ''}, {'name': '小華', 'email': 'h@e.tw'}, {'name': '曉華', 'email': ''})
    Merge(merged={'name': '曉華', 'email': 'h@e.tw'}, clashes=[])
    >>> three_way({'name': '小華'}, {'name': '曉華'}, {'name': '筱華'})
    Merge(merged={'name': '曉華'}, clashes=['name'])
    """
    merged, clashes = dict(theirs), []
    for name in base:
        if mine[name] == base[name]:
            continue
        if theirs[name] in (base[name], mine[name]):
            merged[name] = mine[name]
        else:
            clashes.append(name)
    return Merge(merged, clashes)
