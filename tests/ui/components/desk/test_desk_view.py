"""The address of the desk may say anything."""

from typing import Any

import pytest

from domain.cases.worklists import AgencyList
from domain.model import ApplicationStatus
from ui.components.desk.desk_view import DeskView


@pytest.mark.parametrize(
    'given', ['', '0', '-1', '1.5', 'x', '２', '²', '2147483648', '1' + '0' * 20, '9' * 5000, None, [], {}, 10**400]
)
def test_what_is_no_id_in_an_address_filters_nothing(given: Any) -> None:
    assert DeskView.read(given, given, given, given, given) == DeskView()


def test_a_view_comes_back_from_its_own_address() -> None:
    view = DeskView.read('returned', 'name', 'today', '2147483647', '12')
    assert view.query == '?due=today&unit=2147483647&roster=12&order=name&status=returned'


def test_a_search_stays_when_the_open_case_goes_to_another_list() -> None:
    searched = DeskView.read(q='a1b2')

    assert searched.holding(ApplicationStatus.APPROVED) == searched
    assert DeskView().holding(ApplicationStatus.APPROVED).tab is AgencyList.APPROVED
