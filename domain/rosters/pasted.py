"""A roster built by pasting: numbers or names, copied from wherever, become people of the unit.

Only the unit's own people are looked at, so that whether somebody else has a number is not told here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tortoise.expressions import Q

from db import sealing
from db.models import Account, Volunteer

from .. import identity_numbers, names, permissions
from ..errors import Incomplete

MOST_CHARACTERS = 20_000
MOST_PEOPLE = 1000
_BETWEEN = re.compile(r'(?a)[\t,，、;；|:：]+|(?<!\d)[/／](?!\d)')
# 「1.」, 「（2）」, 「3)」, 「(四)」, 「⑤」, or a bare number before a blank or a Han character, as lists are numbered.
_COUNTED = re.compile(
    r'(?a)^\s*(?:[(（]?\d{1,4}\s*[.．)）:：]|[(（][一二三四五六七八九十]{1,4}[)）]|[\u2460-\u249b]'
    r'|\d{1,4}(?:\s(?=\s*\D)|(?=[一-鿿])))\s*'
)
_NUMBER = re.compile(r'(?a)[A-Z0-9]{5,20}')
# The number of a document beside a name, with a blank, brackets or nothing between.
_DOCUMENT = re.compile(rf'[\s(（\[【:：]*({identity_numbers.WITHIN.pattern})[)）\]】]*')
# What stands over or before names in the lists that people copy.
_NOT_NAMES = frozenset(map(names.key, ('姓名', '身分證字號', '證號', '編號', '序號', '志工姓名', '性別', '男', '女')))


@dataclass(frozen=True)
class Pasted:
    """`found` in the order of the text, each once; `missing` as typed; `several`: a name and all who bear it."""

    found: Sequence[Volunteer]
    missing: Sequence[str]
    several: Sequence[tuple[str, Sequence[Volunteer]]]


async def pasted(text: str, *, by: Account) -> Pasted:
    """Whom of the unit's people a pasted text names, a line each, by number or by name. Raises Incomplete.

    Where a line has both, the number says who it is; a name that is not that person's is told as missing.
    """
    permissions.require(by, 'rosters.pasted.pasted')
    lines = _lines(text)
    people = await _people(lines, by)
    found: dict[int, Volunteer] = {}
    missing: list[str] = []
    several: dict[str, Sequence[Volunteer]] = {}
    for line in _one_each(lines, people):
        numbered = [one for part in line if (one := people.get(sealing.blind_index(identity_numbers.compact(part))))]
        named = [people.get(f'name {names.key(part)}', []) for part in line]
        bearers = next((each for each in named if each), [])
        if numbered:
            person = numbered[0][0]
            is_other = any(_is_name(part) and not _is_of(person, part) for part in line)
            if is_other:
                missing.append(' '.join(line))
            else:
                found.setdefault(person.id, person)
        elif any(_is_number(part) for part in line) or not bearers:
            missing.append(' '.join(line))
        elif len(bearers) == 1:
            found.setdefault(bearers[0].id, bearers[0])
        else:
            several.setdefault(next(part for part, each in zip(line, named, strict=True) if each), bearers)
    return Pasted(list(found.values()), list(dict.fromkeys(missing)), list(several.items()))


def _lines(text: object) -> list[list[str]]:
    """The lines as their parts; of a line of names alone, each name is one."""
    if not isinstance(text, str) or not text.strip():
        raise Incomplete({'pasted': '請貼上身分證字號或姓名，一行一位。'})
    if len(text) > MOST_CHARACTERS:
        raise Incomplete({'pasted': f'貼上的內容太長，最多 {MOST_CHARACTERS:,} 個字。請分次貼上。'})
    lines: list[list[str]] = []
    for line in text.splitlines():
        told_apart = _DOCUMENT.sub(r'\t\1\t', _COUNTED.sub('', line))
        parts = [part.strip() for part in _BETWEEN.split(told_apart)]
        parts = [part for part in parts if _is_number(part) or _is_name(part)]
        if len(parts) > 1 and (all(map(_is_name, parts)) or all(map(_is_number, parts))):
            lines += [[part] for part in parts]
        elif parts:
            lines.append(parts)
    if len(lines) > MOST_PEOPLE:
        raise Incomplete({'pasted': f'一次最多 {MOST_PEOPLE:,} 位，這裡有 {len(lines):,} 行。請分次貼上。'})
    return lines


def _one_each(lines: Sequence[list[str]], people: Mapping[str, Sequence[Volunteer]]) -> Iterator[list[str]]:
    """A line for each of the names that stand in one with blanks between, where all together are nobody's."""
    for line in lines:
        words = [] if len(line) > 1 or f'name {names.key(line[0])}' in people else line[0].split()
        if words and all(f'name {names.key(word)}' in people for word in words):
            yield from ([word] for word in words)
        else:
            yield line


async def _people(lines: Sequence[Sequence[str]], by: Account) -> dict[str, list[Volunteer]]:
    """Under the blind index of their numbers, and under their names."""
    parts = {one for line in lines for part in line for one in (part, *part.split())}
    indexes = {sealing.blind_index(identity_numbers.compact(part)) for part in parts if _is_number(part)}
    keys = {names.key(part) for part in parts if _is_name(part)} - {''}
    named = Q(name_key__in=list(keys)) | Q(english_name_key__in=list(keys))
    ours = Volunteer.filter(permissions.visible_to(by), Q(identity_index__in=list(indexes)) | named)
    found: dict[str, list[Volunteer]] = {}
    for person in await ours.order_by('name_order', 'id'):
        found.setdefault(person.identity_index, []).append(person)
        for key in {person.name_key, person.english_name_key} & keys:
            found.setdefault(f'name {key}', []).append(person)
    return found


def _is_number(part: str) -> bool:
    """Of a document: letters and digits, at least five of them digits, so that 12 before a name is none."""
    compact = identity_numbers.compact(part)
    return bool(_NUMBER.fullmatch(compact)) and sum(map(str.isdigit, compact)) >= 5


def _is_name(part: str) -> bool:
    key = names.key(part)
    return len(key) > 1 and not key.isdigit() and key not in _NOT_NAMES and not _is_number(part)


def _is_of(person: Volunteer, name: str) -> bool:
    return names.key(name) in (person.name_key, person.english_name_key)
