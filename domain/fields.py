"""The fields of a form: each has a key, which is stored and never changes, and a label, which people read.

A form keeps its fields in one mapping, `FIELDS`, beside its details. Page, problems, history, corrections and printouts
take the label from there when they need it, so a renamed label is renamed everywhere and nothing stored depends on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One field. `key` names it in the details, in the draft, in the page's address (`#key`), in a correction and in
    the history.

    `label` is its name wherever it stands alone. `on_page` is its name beside the control or over the column, where
    the page says the rest; '' where that is the label too.
    """

    key: str
    label: str
    on_page: str = ''

    @property
    def caption(self) -> str:
        """What stands beside its control."""
        return self.on_page or self.label


def by_key(*fields: Field) -> dict[str, Field]:
    """The fields of a form in their order.

    >>> by_key(Field('name', '姓名'))['name'].label
    '姓名'
    """
    return {field.key: field for field in fields}


def period(first: str, last: str, label: str) -> Iterator[Field]:
    """The two days of a period, which a page shows beside each other under one caption.

    >>> [(day.label, day.caption) for day in period('starts_on', 'ends_on', '訓練日期')]
    [('訓練日期（起）', '訓練日期'), ('訓練日期（迄）', '訓練日期（迄）')]
    """
    yield Field(first, f'{label}（起）', label)
    yield Field(last, f'{label}（迄）')
