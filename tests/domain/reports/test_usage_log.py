"""Who may search the log, for what, and that a search for a person is in it."""

from datetime import date, datetime, timedelta

import pytest

from db.choices import Role
from db.models import LogEntry
from domain import dates
from domain.audit import log, origin
from domain.audit.log import LogAct
from domain.audit.origin import Origin
from domain.errors import Incomplete, NotPermitted
from domain.reports import usage_log
from domain.reports.usage_log import LogQuery

from ... import builders

pytestmark = pytest.mark.usefixtures('database')
NUMBER = 'A123456789'


async def test_each_filter_finds_what_it_names_the_newest_first() -> None:
    inspector = await builders.an_account(Role.INSPECTOR)
    unit, other = await builders.a_host_unit(name='甲館'), await builders.a_host_unit(name='乙館')
    clerk = await builders.an_account(host_unit=unit, name='林小滿')
    stranger = await builders.an_account(host_unit=other, name='張大同')
    begun = datetime(2026, 3, 8, 12, tzinfo=dates.TAIPEI)
    for day, account, act, address in (
        (0, clerk, LogAct.SIGN_IN, '192.0.2.1'),
        (1, clerk, LogAct.READ_LIST, '192.0.2.1'),
        (2, stranger, LogAct.READ_LIST, '192.0.2.2'),
    ):
        with dates.frozen(begun + timedelta(days=day)), origin.of(Origin(address)):
            await log.note(act, by=account, what=str(day))

    async def found(**query: object) -> list[str]:
        return [one.what for one in (await usage_log.find(LogQuery(**query), by=inspector)).rows]  # type: ignore[arg-type]

    assert await found() == ['2', '1', '0']
    assert await found(who='小滿') == ['1', '0']
    assert await found(unit='乙') == ['2']
    assert await found(act=LogAct.READ_LIST) == ['2', '1']
    assert await found(address='192.0.2.2') == ['2']
    assert await found(from_day=date(2026, 3, 9), to_day=date(2026, 3, 9)) == ['1']
    assert await found(from_day=date(2027, 1, 1)) == []


async def test_a_person_is_looked_for_with_a_purpose_and_that_is_in_the_log() -> None:
    inspector = await builders.an_account(Role.INSPECTOR)
    person = await builders.a_volunteer(identity_number=NUMBER)
    await log.note(LogAct.READ_LIST, by=None, about=[person.id, person.id + 1])
    await log.note(LogAct.READ_LIST, by=None, about=[person.id + 1])

    with pytest.raises(Incomplete):
        await usage_log.find(LogQuery(number=NUMBER), by=inspector)
    found = await usage_log.find(LogQuery(number=NUMBER.lower(), reason='申訴'), by=inspector)
    nobody = await usage_log.find(LogQuery(number='B123456780', reason='申訴'), by=inspector)

    searched = await LogEntry.filter(act=LogAct.SEARCHED_LOG).order_by('id')
    # The search is about the person too, and was written first.
    assert [list(one.about) for one in found.rows] == [[person.id], [person.id, person.id + 1]]
    assert [(list(one.about), one.reason) for one in searched] == [([person.id], '申訴'), ([], '申訴')]
    assert nobody.total == 0
    assert NUMBER not in str(await LogEntry.all().values())


async def test_an_administrator_reads_of_accounts_alone_and_others_nothing() -> None:
    administrator = await builders.an_account(Role.ADMINISTRATOR)
    person = await builders.a_volunteer(identity_number=NUMBER)
    await log.note(LogAct.SIGN_IN_FAILED, by=None)
    await log.note(LogAct.READ_PROFILE, by=None, about=[person.id])
    self = await builders.an_account(Role.VOLUNTEER, volunteer=person, name='王小明')
    await log.note(LogAct.SIGN_IN, by=self)

    found = await usage_log.find(LogQuery(), by=administrator)
    hidden = await usage_log.find(LogQuery(act=LogAct.READ_PROFILE), by=administrator)

    assert [one.act for one in found.rows] == [LogAct.SIGN_IN_FAILED]
    assert hidden.total == 0
    assert '王小明' not in usage_log.cells(await LogEntry.get(by_id=self.id))
    with pytest.raises(NotPermitted):
        await usage_log.find(LogQuery(number=NUMBER, reason='好奇'), by=administrator)
    for role in (Role.UNIT_STAFF, Role.REVIEWER, Role.VOLUNTEER):
        account = await builders.an_account(role)
        with pytest.raises(NotPermitted):
            await usage_log.find(LogQuery(), by=account)


async def test_an_export_needs_a_purpose_and_is_noted() -> None:
    inspector = await builders.an_account(Role.INSPECTOR)
    await log.note(LogAct.READ_LIST, by=inspector, about=[1, 2], what='=1+1')

    with pytest.raises(Incomplete):
        await usage_log.export(LogQuery(), by=inspector)
    file = await usage_log.export(LogQuery(act=LogAct.READ_LIST, reason='年度稽核'), by=inspector)

    with file:
        assert file.read(2) == b'PK'
    assert (await LogEntry.get(act=LogAct.EXPORTED)).reason == '年度稽核'
