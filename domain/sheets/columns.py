"""What a column of a sheet holds, and by which headings it is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

# 'identity' is compacted (half width, upper case), 'day' a date in any ROC or Western form, 'whole' an integer (numbers
# as text, full width), 'yes_no' 是/否/V/空白, 'choice' one of `choices` by label or value. A 'text' with a `width` is a
# code: its lost zeros are put back.
Reading = Literal['text', 'lines', 'identity', 'day', 'whole', 'yes_no', 'choice']
Value = str | int | bool | date | None


@dataclass(frozen=True)
class Column:
    """One column. `synonyms`: headings seen in the field that mean it. `width`: digits of a code, whose zeros get lost.

    `choices`: stored value → label, for templates and reading; `also`: other words seen in the field → stored value.
    `sample`: the cell of the template's example row.
    """

    key: str
    label: str
    reading: Reading = 'text'
    synonyms: tuple[str, ...] = ()
    needed: bool = False
    width: int = 0
    choices: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    sample: str = ''
    note: str = ''
