"""Which column a heading means: headings come in any order, in the words of whoever made the file."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .. import copied, invisible
from .columns import Column
from .tables import shown

# What we write ourselves beside a file's columns (the marked file): never imported.
RESULT = '匯入結果'

_SEARCHED_ROWS = 30
_SIGNS = re.compile(r'[\s\-–—_:：*＊/／\\.．、,，‧·※#"\'“”「」【】\[\]<>〈〉]')
# 「1. 姓名」, 「二、姓名」: forms number what they ask.
_COUNTED = re.compile(r'^\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.．、)）]\s*')
_ASIDE = re.compile(r'[(（][^)）]*[)）]')
MOST = 100
_Meant = Callable[[str], str | None]


@dataclass(frozen=True)
class Headings:
    """`row`, counted from 1, has the `texts`; 0: there is none. `mapping`: the column's key by position, '' for none.

    Where headings stand in two rows, 服務時數 over 小時 and 分鐘, `row` is the second.
    `lacking`: sentences that stand in the way of reading the rows.
    """

    row: int
    texts: Sequence[str]
    mapping: Sequence[str]
    lacking: Sequence[str] = ()


def bare(heading: str) -> str:
    """The heading as it is compared.

    >>> bare('服務時數－小時'), bare(' 身分證 字號＊'), bare('E-MAIL')
    ('服務時數小時', '身分證字號', 'email')
    """
    plain = unicodedata.normalize('NFKC', copied.characters(invisible.removed(heading)))
    return _SIGNS.sub('', plain).replace('-', '').lower()[:MOST]


def found(
    rows: Sequence[Sequence[str]], columns: Sequence[Column], remembered: Mapping[str, str], *, may_lack: bool = False
) -> Headings:
    """The row of headings and what they mean. `remembered`: what the unit said of them, by bare heading.

    `may_lack`: where no row looks like headings, the columns come in the order of `columns`.
    """
    meaning = _meanings(columns)

    def meant(text: str) -> str | None:
        return _meant(text, meaning, remembered)

    best, most = 0, 0
    for number, row in enumerate(rows[:_SEARCHED_ROWS], 1):
        known = _keys(row, meant)
        if len(known) > most:
            best, most = number, len(known)
    if most < min(2, len(columns)):
        if not may_lack:
            return Headings(0, [], [], [_no_headings(columns)])
        width = max(map(len, rows))
        keys = [column.key for column in columns][:width]
        labels = [column.label for column in columns][:width]
        extra = width - len(keys)
        return checked(Headings(0, labels + [''] * extra, keys + [''] * extra), columns)
    last, whole = _in_two_rows(rows, best, meant) or (best, [shown(text) for text in rows[best - 1]])
    texts = [text[:MOST] for text in whole]
    mapping = [meant(text) or '' for text in texts]
    return checked(Headings(last, texts, _unambiguous(texts, mapping, columns)), columns)


def checked(headings: Headings, columns: Sequence[Column]) -> Headings:
    """The same with what it lacks: a column that is needed, and headings that stand for one column together."""
    lacking = _twice(headings)
    mapped = set(headings.mapping)
    for column in columns:
        if column.needed and column.key not in mapped and not any(f'「{column.label}」' in each for each in lacking):
            lacking.append(f'找不到「{column.label}」這一欄。請在欄位對應中選出是哪一欄，或改用範本的標題。')
    return Headings(headings.row, headings.texts, headings.mapping, lacking)


def letter(position: int) -> str:
    """What a spreadsheet calls a column.

    >>> letter(0), letter(25), letter(26), letter(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    name = ''
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


def _meanings(columns: Sequence[Column]) -> dict[str, str]:
    meaning: dict[str, str] = {}
    for column in columns:
        for synonym in column.synonyms:
            meaning.setdefault(bare(synonym), column.key)
    # A label says more than a synonym of another column.
    return meaning | {bare(column.label): column.key for column in columns} | {bare(RESULT): ''}


def _meant(text: str, meaning: Mapping[str, str], remembered: Mapping[str, str]) -> str | None:
    plain = _COUNTED.sub('', _ASIDE.sub('', unicodedata.normalize('NFKC', text)))
    for words in (text, _ASIDE.sub('', text), plain, plain.strip().removeprefix('是否')):
        heading = bare(words)
        for known in (remembered, meaning):
            if heading in known:
                return known[heading]
    return None


def _keys(texts: Sequence[str], meant: _Meant) -> set[str]:
    return {key for text in texts if (key := meant(text))}


def _in_two_rows(rows: Sequence[Sequence[str]], best: int, meant: _Meant) -> tuple[int, list[str]] | None:
    """The second row, and the headings of both, where `best` is one of two: together they name more columns.

    A row below that names none but is nothing else, as 「（時）」 and 「（分）」, belongs to the headings too.
    """
    most = len(_keys(rows[best - 1], meant))
    for lower in (best + 1, best):
        if not 1 < lower <= len(rows) or (stacked := _stacked(rows[lower - 2], rows[lower - 1], meant)) is None:
            continue
        texts, is_named = stacked
        gained = len(_keys(texts, meant)) - most
        if gained > 0 or (is_named and gained == 0 and lower > best):
            return lower, texts
    return None


def _stacked(upper: Sequence[str], lower: Sequence[str], meant: _Meant) -> tuple[list[str], bool] | None:
    """The headings of two rows as one, and whether all that stands below is a heading; None where it is values.

    What is below goes with what is above it, or left of that: the group over several columns stands over the first.
    """
    texts, group, are_named = [], '', []
    for at in range(max(len(upper), len(lower))):
        own, low = (shown(row[at]).strip() if at < len(row) else '' for row in (upper, lower))
        group = own or group
        if not low:
            texts.append(own)
            continue
        named = next((one for one in (group + low, low) if meant(one) is not None), '')
        if not named and own and meant(own):
            return None
        texts.append(named or group + low)
        are_named.append(bool(named))
    return texts, bool(are_named) and all(are_named)


def _unambiguous(texts: Sequence[str], mapping: list[str], columns: Sequence[Column]) -> list[str]:
    """Of several headings for one column the one that is its label counts, if only one is."""
    labels = {column.key: bare(column.label) for column in columns}
    for key in {key for key in mapping if key and mapping.count(key) > 1}:
        exact = [at for at, one in enumerate(mapping) if one == key and bare(texts[at]) == labels.get(key)]
        if len(exact) == 1:
            mapping = [one if one != key or at == exact[0] else '' for at, one in enumerate(mapping)]
    return mapping


def _twice(headings: Headings) -> list[str]:
    sentences = []
    for key in dict.fromkeys(key for key in headings.mapping if key and headings.mapping.count(key) > 1):
        places = [at for at, one in enumerate(headings.mapping) if one == key]
        texts = '、'.join(f'「{headings.texts[at]}」（{letter(at)} 欄）' for at in places)
        sentences.append(f'{texts}對應到同一個欄位。請在欄位對應中留下一欄，其餘設為不匯入。')
    return sentences


def _no_headings(columns: Sequence[Column]) -> str:
    some = '、'.join(f'「{column.label}」' for column in columns[:3])
    return (
        f'找不到標題列：前 {_SEARCHED_ROWS} 列裡沒有一列像是{some}等標題。請在第一列加上標題，或下載範本填寫；'
        '還沒有寫入任何資料。'
    )
