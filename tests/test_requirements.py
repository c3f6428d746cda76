"""What deploy/ says of the requirements of others is whole, and every test that it names is there."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# ASVS 5.0.0: with how many requirements of the levels 1 and 2 each section begins; those of level 3 come after them.
ASVS = {
    1: (2, 9, 11, 3, 2),
    2: (3, 3, 4, 1),
    3: (0, 2, 4, 6, 5, 0, 2),
    4: (3, 1, 2, 4),
    5: (1, 3, 2, 3),
    6: (3, 12, 4, 4, 5, 3, 0, 4),
    7: (3, 4, 2, 5, 2, 2),
    8: (2, 3, 1, 1),
    9: (3, 4),
    10: (2, 2, 4, 11, 5, 2, 3),
    11: (2, 3, 3, 4, 1, 1),
    12: (3, 2, 4),
    13: (1, 5, 2, 5),
    14: (2, 4, 3),
    15: (3, 3, 7),
    16: (1, 5, 4, 3, 3),
    17: (1, 4, 2),
}
STATES = {'met', 'by the office', 'other', 'open', 'none here'}
PAPERS = ('asvs.md', 'baseline.md')
ROW = re.compile(r'^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) ?\|$', re.MULTILINE)
TEST = re.compile(r'`([\w/]+)::(\w+)`')


def rows(paper: str) -> Iterator[tuple[str, str, str, str]]:
    for found in ROW.findall((ROOT / 'deploy' / paper).read_text(encoding='utf-8')):
        if found[0] not in ('number', '---'):
            yield found


def test_every_requirement_of_asvs_at_levels_1_and_2_is_answered_once() -> None:
    asked = {
        f'{chapter}.{section}.{number}'
        for chapter, sections in ASVS.items()
        for section, many in enumerate(sections, 1)
        for number in range(1, many + 1)
    }
    answered: Counter[str] = Counter()
    for numbers, *_ in rows('asvs.md'):
        for name in numbers.split(', '):
            beginning = name.removesuffix('*')
            answered.update([name] if beginning == name else [one for one in asked if one.startswith(beginning)])

    assert len(asked) == 253
    assert {number for number, times in answered.items() if times > 1} == set()
    assert set(answered) == asked


@pytest.mark.parametrize('paper', PAPERS)
def test_each_state_is_one_of_those_explained_and_says_how(paper: str) -> None:
    assert {state for _, state, how, _ in rows(paper) if state not in STATES or not how.strip()} == set()


@pytest.mark.parametrize('paper', PAPERS)
def test_what_is_met_is_shown_by_tests_that_there_are(paper: str) -> None:
    named = {pair for *_, shown in rows(paper) for pair in TEST.findall(shown)}
    missing = {
        f'{file}::{name}'
        for file, name in named
        if not (path := ROOT / 'tests' / f'{file}.py').exists()
        or not re.search(rf'^(async )?def test_{name}\(', path.read_text(encoding='utf-8'), re.MULTILINE)
    }

    assert named
    assert missing == set()
