"""Which cells of a row stand together in the table; the others are behind 全部欄位, or shown when marked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from domain.model import ImportKind


@dataclass(frozen=True)
class Group:
    """A column of the table. `main` in the first line, put together by `form`; `sub` in grey below."""

    label: str
    main: tuple[str, ...]
    sub: tuple[str, ...] = ()
    form: str = '{}'

    @property
    def keys(self) -> tuple[str, ...]:
        """All columns of the file that stand here."""
        return self.main + self.sub


PERSON = Group('志工', ('name',), ('identity_number',))
SPAN = '{} ～ {}'
LAYOUTS: Mapping[ImportKind, Sequence[Group]] = {
    ImportKind.VOLUNTEERS: (
        PERSON,
        Group('出生日期', ('born_on',), ('sex',)),
        Group('E-MAIL', ('email',)),
        Group('志工隊', ('team',), ('joined_on',)),
        Group('舊制紀錄冊號', ('legacy_number',), ('legacy_issued_on',)),
    ),
    ImportKind.TRAININGS: (
        PERSON,
        Group('課程', ('title',), ('kind', 'field')),
        Group('訓練日期', ('starts_on', 'ends_on'), (), SPAN),
        Group('訓練單位', ('provider',)),
        Group('時數', ('hours', 'minutes'), (), '{} 小時 {} 分'),
    ),
    ImportKind.SERVICE_HOURS: (
        PERSON,
        Group('服務日期', ('starts_on', 'ends_on'), (), SPAN),
        Group('服務項目', ('item',), ('content',)),
        Group('服務時數', ('hours', 'minutes'), (), '{} 小時 {} 分'),
    ),
    ImportKind.OPENING_HOURS: (
        PERSON,
        Group('截至', ('ends_on',), ('content',)),
        Group('累計時數', ('hours', 'minutes'), (), '{} 小時 {} 分'),
    ),
    ImportKind.INSURANCE: (
        PERSON,
        Group('保險公司', ('insurer',), ('policy_number',)),
        Group('保險期間', ('starts_on', 'ends_on'), (), SPAN),
        Group('保險種類', ('kind',)),
    ),
    ImportKind.PAPER_BOOKS: (
        PERSON,
        Group('紀錄冊號', ('number',)),
        Group('發冊日期', ('issued_on',)),
        Group('發冊機關', ('agency',)),
        Group('發冊單位', ('issued_by',)),
    ),
    ImportKind.PICTURES: (
        Group('檔案', ('file',), ('file_name',)),
        Group('志工', ('identity_number',)),
        Group('種類', ('part',)),
        Group('訓練課程', ('course',)),
    ),
    ImportKind.TEAMS: (Group('志工隊', ('team',)), PERSON),
}
MOST_GROUPS = 5


def of(kind: ImportKind, labels: Mapping[str, str], marked: Collection[str]) -> list[Group]:
    """The groups of a file that has the columns `labels`; those of no group come on their own while they are `marked`.

    A kind without a layout shows its first columns.
    """
    groups = [
        Group(each.label, _there(each.main, labels), _there(each.sub, labels), each.form)
        for each in LAYOUTS.get(kind, ())
        if any(key in labels for key in each.keys)
    ]
    if not groups:
        groups = [Group(label, (key,)) for key, label in list(labels.items())[:MOST_GROUPS]]
    placed = {key for group in groups for key in group.keys}
    return groups + [Group(label, (key,)) for key, label in labels.items() if key in marked and key not in placed]


def _there(keys: tuple[str, ...], labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(key for key in keys if key in labels)
