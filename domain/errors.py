"""Refusals. Each says to the user, in 繁體中文, what happened and what to do; none is a stack trace."""

from db import DatabaseAway, unhurried

__all__ = [
    'DatabaseAway',
    'DomainError',
    'Incomplete',
    'MovedOn',
    'NoAnswer',
    'NotFound',
    'NotPermitted',
    'unhurried',
]


class DomainError(Exception):
    """A refusal the office expects. `str(error)` is the sentence the user reads, `why` its cause in the log.

    `is_noted`: the log has it already.
    """

    why = ''
    is_noted = False


class NotPermitted(DomainError):
    """The account has no right to this act."""

    def __init__(self, sentence: str = '您的帳號沒有這項權限。若您認為應該有，請洽系統管理者。') -> None:
        super().__init__(sentence)


class NotFound(DomainError):
    """There is no such thing, or the account may not know that there is: both read the same."""

    def __init__(self, sentence: str = '找不到這筆資料，可能已移除，或不屬於您的單位。') -> None:
        super().__init__(sentence)


class Incomplete(DomainError):
    """A form was saved with problems.

    `problems` maps a field of the details object to the sentence shown beside it.
    """

    def __init__(self, problems: dict[str, str]) -> None:
        self.problems = problems
        super().__init__(f'還有 {len(problems)} 個地方需要處理。已填的資料都還在，不需要重新輸入。')


class MovedOn(DomainError):
    """Somebody else changed the record first; what this user saw is no longer true."""


class NoAnswer(DomainError):
    """The database is away, or keeps people waiting too long."""

    def __init__(self, away: DatabaseAway | None = None) -> None:
        super().__init__(
            '資料庫在處理時沒有回應，不確定這次完成了沒有。請稍候重新整理頁面看看，還沒有完成再按一次；您輸入的內容都還在。'
            if away and away.is_unsure
            else '資料庫暫時沒有回應，這次沒有完成。請稍候再按一次；您輸入的內容都還在。'
        )
