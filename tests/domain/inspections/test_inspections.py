"""稽核抽查: drawn by the office, for a reason, for a time, and never without a trace."""

from datetime import timedelta

import pytest

from db.choices import ApplicationStatus, LogAct, Role
from db.models import AccessEntry, Account, Application, LogEntry
from domain import dates, inspections
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.inspections import Draw, SampleClosed

from ...builders import an_account
from ..sample_office import Office, many_cases

pytestmark = pytest.mark.usefixtures('database', 'today')


@pytest.fixture
async def inspector(database: str) -> Account:
    return await an_account(Role.INSPECTOR)


async def decided(office: Office, count: int) -> list[int]:
    cases = await many_cases(office, count)
    ids = [case.id for case in cases]
    await Application.filter(id__in=ids).update(status=ApplicationStatus.APPROVED, decided_at=dates.now())
    return ids


def wanted(office: Office, size: int = 2) -> Draw:
    return Draw(office.agency.id, dates.today(), dates.today(), size, '年度稽核')


async def test_a_sample_is_drawn_of_what_was_decided_and_its_cases_are_read(office: Office, inspector: Account) -> None:
    ids = await decided(office, 4)
    [waiting] = await many_cases(office, 1)

    sample = await inspections.draw(wanted(office), by=inspector)
    drawn = [one.application_id for one in sample.cases]
    read = await inspections.case(sample.id, drawn[0], by=inspector)

    assert len(drawn) == 2
    assert set(drawn) <= set(ids)
    assert read.papers.entries
    with pytest.raises(NotFound):
        await inspections.case(sample.id, next(one for one in [*ids, waiting.id] if one not in drawn), by=inspector)


async def test_each_look_is_noted_with_the_reason_of_the_sample(office: Office, inspector: Account) -> None:
    await decided(office, 1)
    sample = await inspections.draw(wanted(office), by=inspector)
    [drawn] = sample.cases
    for _ in range(2):
        await inspections.case(sample.id, drawn.application_id, by=inspector)

    person = (await Application.get(id=drawn.application_id)).volunteer_id
    told = await AccessEntry.filter(volunteer_id=person, by_id=inspector.id)
    noted = await LogEntry.filter(act=LogAct.READ_CASE, by_id=inspector.id)
    assert [(one.what, one.reason) for one in told] == [('稽核抽查', '年度稽核')] * 2
    assert [(one.about, one.reason) for one in noted] == [([person], '年度稽核')] * 2


async def test_a_sample_is_the_inspectors_own_and_ends(office: Office, inspector: Account) -> None:
    await decided(office, 1)
    sample = await inspections.draw(wanted(office), by=inspector)

    with pytest.raises(NotFound):
        await inspections.get(sample.id, by=await an_account(Role.INSPECTOR))
    with dates.frozen(dates.now() + inspections.LASTS + timedelta(seconds=1)), pytest.raises(SampleClosed):
        await inspections.get(sample.id, by=inspector)


async def test_no_sample_without_a_reason_or_of_nothing(office: Office, inspector: Account) -> None:
    with pytest.raises(Incomplete):
        await inspections.draw(wanted(office), by=inspector)
    await decided(office, 1)
    draw = wanted(office)
    draw.reason = ' '
    with pytest.raises(Incomplete) as refusal:
        await inspections.draw(draw, by=inspector)
    assert list(refusal.value.problems) == ['reason']
    with pytest.raises(NotPermitted):
        await inspections.draw(wanted(office), by=office.reviewer)
