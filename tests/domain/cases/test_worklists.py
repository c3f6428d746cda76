"""One word says whose turn a case is; every status stands in one list of each side."""

from dataclasses import dataclass

import pytest

from db.choices import ApplicationStatus, Role
from db.models import Account
from domain.cases import worklists
from domain.cases.worklists import AgencyList, UnitList

DRAFT, SUBMITTED, RETURNED, APPROVED, REJECTED, WITHDRAWN = ApplicationStatus


@dataclass(frozen=True)
class Case:
    status: ApplicationStatus


@pytest.mark.parametrize(
    ('role', 'words'),
    [
        (Role.UNIT_STAFF, ['輪到您', '審核中', '輪到您', '已核可', '駁回', '撤回']),
        (Role.REVIEWER, ['草稿', '輪到您', '待補件', '已核可', '駁回', '撤回']),
        (Role.VOLUNTEER, ['單位準備中', '審核中', '待補件', '已核可', '駁回', '撤回']),
    ],
)
def test_each_side_reads_its_own_word_for_every_status(role: Role, words: list[str]) -> None:
    account = Account(role=role)

    assert [worklists.of(Case(status), account).word for status in ApplicationStatus] == words


def test_whose_turn_it_is_says_why() -> None:
    clerk = Account(role=Role.UNIT_STAFF)

    assert [worklists.of(Case(status), clerk).why for status in (DRAFT, RETURNED)] == ['草稿，尚未送審', '待補件']


def test_every_status_stands_in_one_list_of_the_unit_and_every_one_that_was_sent_in_one_of_the_agency() -> None:
    of_unit = [status for statuses in worklists.OF_UNIT.values() for status in statuses]
    of_agency = [status for statuses in worklists.OF_AGENCY.values() for status in statuses]

    assert sorted(of_unit) == sorted(ApplicationStatus)
    assert sorted([*of_agency, DRAFT]) == sorted(ApplicationStatus)
    assert (set(worklists.OF_UNIT), set(worklists.OF_AGENCY)) == (set(UnitList), set(AgencyList))


def test_a_list_counts_what_stands_in_it() -> None:
    counts = dict(zip(ApplicationStatus, (1, 2, 4, 8, 16, 32), strict=True))

    assert worklists.totals(counts, worklists.OF_UNIT) == {
        UnitList.TURN: 5,
        UnitList.REVIEW: 2,
        UnitList.APPROVED: 8,
        UnitList.CLOSED: 48,
    }
