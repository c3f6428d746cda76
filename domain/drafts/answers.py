"""Answers as a draft keeps them: a details object of a form as JSON, and back into one."""

import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from functools import cache
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints
from uuid import UUID

from db.choices import Choice
from db.models import DraftEntry

from ..errors import DomainError

# What a form has besides its answers: passwords, and whether the record is new.
NEVER_KEPT = frozenset({'password', 'password_again', 'is_new'})

MOST_CHARACTERS = 20_000

Details = TypeVar('Details')


class CannotKeep(DomainError):
    """This is no value a form of ours has; the draft is as it was."""

    def __init__(self) -> None:
        super().__init__('這個欄位的內容太長或無法辨識，沒有存入草稿。請縮短後再輸入。')


def to_draft(details: Any) -> dict[str, Any]:
    """A details object as a draft keeps it: `from_draft(to_draft(details), type(details)())` equals `details`."""
    return {
        field.name: as_json(getattr(details, field.name)) for field in fields(details) if field.name not in NEVER_KEPT
    }


def from_draft(values: dict[str, Any], details: Details) -> Details:
    """Puts `values` into `details` and returns it. What has no field of the right type there is left out."""
    kind: Any = type(details)
    for name, hint in _hints_of(kind).items():
        if name in values and name not in NEVER_KEPT:
            try:
                setattr(details, name, _typed(values[name], hint))
            except ValueError:
                continue
    return details


def opened(entries: Iterable[DraftEntry]) -> dict[str, Any]:
    """What was typed, by field."""
    return {entry.name: json.loads(entry.value.open()) for entry in entries}


def as_json(value: object) -> Any:
    """One answer as JSON has it: a day and an id are texts. Raises CannotKeep."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Choice):
        return str(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    raise CannotKeep


def is_too_long(text: str) -> bool:
    """Whether an answer, as JSON, is more than is kept; a letter counts once, however it is escaped."""
    return len(text) > MOST_CHARACTERS and len(json.dumps(json.loads(text), ensure_ascii=False)) > MOST_CHARACTERS


@cache
def _hints_of(details: Any) -> dict[str, Any]:
    """Of a dozen kinds of details; reading them takes longer than a draft of one."""
    return get_type_hints(details)


def _typed(value: Any, hint: Any) -> Any:
    """`value` as one of the types of `hint`, which JSON may have made a text. Raises ValueError."""
    types = get_args(hint) or (hint,)
    if type(value) in types or (value is None and NoneType in types):
        return value
    if isinstance(value, str) and date in types:
        return date.fromisoformat(value)
    if isinstance(value, str) and UUID in types:
        return UUID(value)
    raise ValueError
