"""送審進度 and 最新通知: the number of cases in each list, and the latest news."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from nicegui.element import Element


@dataclass(frozen=True)
class Count:
    """One line: a state (word, tone, icon), what it means, how many, and where they are."""

    word: str
    tone: str
    icon: str
    note: str
    number: int
    address: str


@dataclass(frozen=True)
class News:
    """One thing that happened, when, and where to read more."""

    text: str
    when: str
    address: str


class progress_board(Element, component='progress_board.js'):
    """Shows nothing before `show` is called."""

    def __init__(self, title: str = '送審進度') -> None:
        super().__init__()
        self._props.update({'title': title, 'counts': [], 'news': []})

    def show(self, counts: Sequence[Count], news: Sequence[News]) -> None:
        """Shows these counts and news; unchanged ones are not sent."""
        now = {'counts': [asdict(each) for each in counts], 'news': [asdict(each) for each in news]}
        if any(self._props[name] != value for name, value in now.items()):
            self._props.update(now)
            self.update()
