"""What the list at the left of the desk says of cases that are on another page."""

import json
from dataclasses import replace
from typing import Any

import pytest

from domain.model import Application, HostUnit
from domain.reviews import CaseRow
from ui.components.desk import review_queue as module
from ui.components.desk.desk_view import DeskView

from ....domain.sample_office import a_unit, an_office, many_cases

pytestmark = pytest.mark.usefixtures('database')


async def test_a_list_of_several_pages_is_counted_and_filtered_by_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, 'MOST_SHOWN', 2)
    office = await an_office()
    *_, last = await many_cases(office, 4)
    other: HostUnit = await a_unit('示例圖書館')
    await Application.filter(id=last.id).update(host_unit=other)

    async def shown(view: DeskView) -> tuple[list[CaseRow], dict[str, Any]]:
        queue = await module._queue(office.reviewer, view)
        return list(queue.rows), json.loads(json.dumps(queue.parts))

    rows, told = await shown(DeskView())
    assert (len(rows), told['more'], told['chosen'], told['pills']) == (2, True, 4, {'': 4, 'overdue': 0, 'today': 4})
    assert sorted(told['units']) == sorted([[office.unit.id, office.unit.name], [other.id, other.name]])
    assert last.id not in [row.id for row in rows]

    rows, told = await shown(replace(DeskView(), unit=other.id))
    assert ([row.id for row in rows], told['more'], told['chosen']) == ([last.id], False, 1)
    assert told['pills'] == {'': 4, 'overdue': 0, 'today': 4}
