"""輪到誰: whose turn a case is, in one word, and in which list of the unit and of the agency it stands.

Every status stands in exactly one list of each side, so a case that moves leaves one list for another and never drops
out; a draft is in none of the agency's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from db.choices import ApplicationStatus, Choice, Role
from db.models import Account

DRAFT, SUBMITTED, RETURNED = ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED
APPROVED, REJECTED, WITHDRAWN = ApplicationStatus.APPROVED, ApplicationStatus.REJECTED, ApplicationStatus.WITHDRAWN


class UnitList(Choice):
    """The unit's lists, as its tabs name them."""

    TURN = 'turn', '輪到您'
    REVIEW = 'review', '審核中'
    APPROVED = 'approved', '已核可'
    CLOSED = 'closed', '駁回與撤回'


class AgencyList(Choice):
    """The agency's lists."""

    TURN = 'turn', '輪到您'
    RETURNED = 'returned', '待補件'
    APPROVED = 'approved', '已核可'
    CLOSED = 'closed', '駁回與撤回'


OF_UNIT: dict[UnitList, tuple[ApplicationStatus, ...]] = {
    UnitList.TURN: (RETURNED, DRAFT),
    UnitList.REVIEW: (SUBMITTED,),
    UnitList.APPROVED: (APPROVED,),
    UnitList.CLOSED: (REJECTED, WITHDRAWN),
}
OF_AGENCY: dict[AgencyList, tuple[ApplicationStatus, ...]] = {
    AgencyList.TURN: (SUBMITTED,),
    AgencyList.RETURNED: (RETURNED,),
    AgencyList.APPROVED: (APPROVED,),
    AgencyList.CLOSED: (REJECTED, WITHDRAWN),
}

Which = TypeVar('Which', UnitList, AgencyList)


class HasStatus(Protocol):
    """An application, or a row that stands for one."""

    @property
    def status(self) -> ApplicationStatus: ...


@dataclass(frozen=True)
class Turn:
    """The one word, the tone and icon of its chip, and `why`: what is to be done, '' when the word says it all."""

    word: str
    tone: str
    symbol: str
    why: str = ''


_YOURS, _REVIEW = ('輪到您', 'warn', 'bolt'), Turn('審核中', 'info', 'clock')
_RETURNED, _APPROVED = Turn('待補件', 'bad', 'flag'), Turn('已核可', 'ok', 'check')
_CLOSED = {APPROVED: _APPROVED, REJECTED: Turn('駁回', 'bad', 'warning'), WITHDRAWN: Turn('撤回', '', 'warning')}
_TURNS: dict[Role, dict[ApplicationStatus, Turn]] = {
    Role.UNIT_STAFF: {
        DRAFT: Turn(*_YOURS, '草稿，尚未送審'),
        SUBMITTED: _REVIEW,
        RETURNED: Turn(*_YOURS, '待補件'),
    },
    Role.REVIEWER: {DRAFT: Turn('草稿', '', 'pencil'), SUBMITTED: Turn(*_YOURS, '待審核'), RETURNED: _RETURNED},
    Role.VOLUNTEER: {DRAFT: Turn('單位準備中', '', 'pencil'), SUBMITTED: _REVIEW, RETURNED: _RETURNED},
}


def of(case: HasStatus, account: Account) -> Turn:
    """Whose turn the case is, seen by `account`: 輪到您, 審核中, 待補件, 已核可; 駁回 and 撤回 once it is closed."""
    return (_TURNS.get(account.role, _TURNS[Role.REVIEWER]) | _CLOSED)[case.status]


def totals(
    counts: Mapping[ApplicationStatus, int], lists: Mapping[Which, tuple[ApplicationStatus, ...]]
) -> dict[Which, int]:
    """How many cases stand in each of `lists`, from how many stand in each status."""
    return {which: sum(counts.get(status, 0) for status in statuses) for which, statuses in lists.items()}
