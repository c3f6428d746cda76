"""The people whom a file names, matched with the unit's roster: the number finds them, the name must be theirs."""

from collections.abc import Iterable, Mapping
from typing import Any

from db import sealing
from db.choices import IdentityKind
from db.models import Account, Volunteer

from .. import identity_numbers, names, permissions
from .kind import Column, Mark, Value

NUMBER = Column(
    'identity_number',
    '身分證字號',
    'identity',
    synonyms=(
        '身分證號',
        '身分證',
        '身份證字號',
        '身份證號',
        '證號',
        '證件號碼',
        '身分證統一編號',
        '統一證號',
        '居留證號碼',
        'ID',
    ),
    needed=True,
    sample='A123456789',
)
NAME = Column('name', '姓名', synonyms=('志工姓名', '名字', '中文姓名'), needed=True, sample='王小明')
_AT_ONCE = 1000


async def on_roster(numbers: Iterable[str], *, by: Account) -> dict[str, dict[str, Any]]:
    """Clean number → `id`, `name` and `born_on` (ISO) of those of the unit's people whom the numbers name."""
    indexes = {sealing.blind_index(clean): clean for clean in {*map(identity_numbers.compact, numbers)} - {''}}
    found: dict[str, dict[str, Any]] = {}
    for at in range(0, len(indexes), _AT_ONCE):
        some = list(indexes)[at : at + _AT_ONCE]
        ours = Volunteer.filter(permissions.visible_to(by), identity_index__in=some)
        for index, person, name, born in await ours.values_list('identity_index', 'id', 'name', 'born_on'):
            found[indexes[index]] = {'id': person, 'name': name, 'born_on': born.isoformat()}
    return found


def match(
    values: Mapping[str, Value], people: Mapping[str, Mapping[str, Any]]
) -> tuple[Mapping[str, Any] | None, list[Mark]]:
    """Whom of `people` a row names, and what is wrong at its number or name."""
    number, name = clean_number(values.get('identity_number')), str(values.get('name') or '')
    if not number:
        return None, [Mark('identity_number', f'請輸入{NUMBER.label}。')]
    person = people.get(number)
    if person is None:
        return None, [Mark('identity_number', _unknown(number))]
    if not name.strip():
        return person, [Mark('name', f'請輸入{NAME.label}，才能與證號核對。', person['name'], '填入登錄的姓名')]
    if names.key(name) != names.key(person['name']):
        sentence = f'這個證號在您單位登錄的姓名是「{person["name"]}」。請確認是哪一個不對。'
        return person, [Mark('name', sentence, person['name'], '改用登錄的姓名')]
    return person, []


def clean_number(value: Value) -> str:
    """The bare number of a cell."""
    return identity_numbers.compact(value) if isinstance(value, str) else ''


def kind_of(number: str) -> IdentityKind:
    """The kind of document that a number looks like; what looks like none is read as a national one, and refused so.

    >>> [kind_of(number).label for number in ('A123456789', 'A800000014', '350123456', 'A12345678')]
    ['身分證字號', '居留證號碼', '護照號碼', '身分證字號']
    """
    if number[:1].isascii() and number[:1].isalpha() and len(number) > 1:
        if number[1] in '89ABCD' and len(number) == 10:
            return IdentityKind.ARC
        return IdentityKind.NATIONAL_ID
    return IdentityKind.PASSPORT if number.isalnum() else IdentityKind.NATIONAL_ID


def _unknown(number: str) -> str:
    try:
        identity_numbers.validate(kind_of(number), number)
    except identity_numbers.BadIdentityNumber as refusal:
        return str(refusal)
    return '這個證號不在您單位的志工名單裡。請對照證件；若是新志工，請先匯入志工資料或收編。'
