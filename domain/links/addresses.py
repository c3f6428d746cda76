"""How an address is put together, and what several of them ask alike."""

from datetime import date
from typing import TypedDict
from urllib.parse import urlencode


class TrainingFilters(TypedDict, total=False):
    """教育訓練 as they are filtered and sorted (`trainings.TrainingQuery`); `q` is the key of the course's name."""

    q: str
    since: date | None
    until: date | None
    membership: str
    course: str
    field: int | None
    civil: bool | None
    least: int | None
    most: int | None
    order: str


def at(page: str, part: str) -> str:
    """The field or part `part` of a page: the browser shows it and puts the cursor into it."""
    return f'{page}#{part}'


def asking(path: str, **query: object) -> str:
    """The path with its query; what is None or '' stays out."""
    asked = {name: value for name, value in query.items() if value is not None and value != ''}
    return f'{path}?{urlencode(asked, safe="/")}' if asked else path
