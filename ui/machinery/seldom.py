"""An attribute that most instances of a class never use, and so do not keep."""

from collections.abc import Callable
from typing import Any


class Seldom:
    """An attribute that begins empty and nearly always stays so: `make` makes it when somebody looks at it."""

    def __init__(self, name: str, make: Callable[[], Any]) -> None:
        self.name, self.make = name, make

    def __get__(self, of: Any, _: object) -> Any:
        if of is None:
            return self
        if (found := vars(of).get(self.name)) is None:
            found = vars(of)[self.name] = self.make()
        return found

    def __set__(self, of: Any, value: Any) -> None:
        if value:
            vars(of)[self.name] = value
