"""The log: who, from where, about whom; written once, and by nobody changed."""

import asyncpg
import pytest

from db.models import LogEntry
from domain.audit import log, origin
from domain.audit.log import LogAct
from domain.audit.origin import Origin

from ... import builders


async def test_an_entry_says_who_from_where_and_about_whom(database: str) -> None:
    unit = await builders.a_host_unit()
    clerk = await builders.an_account(host_unit=unit)

    with origin.of(Origin('192.0.2.7', 'a' * 64, 'Windows　Chrome')):
        await log.note(LogAct.READ_LIST, by=clerk, about=[9, 7, 9], what='志工資料管理', reason='查核')

    entry = await LogEntry.get()
    assert (entry.act, entry.by_id, entry.by_name, entry.role) == (LogAct.READ_LIST, clerk.id, clerk.name, clerk.role)
    assert (entry.host_unit_id, entry.from_unit) == (clerk.host_unit_id, unit.name)
    assert (list(entry.about), entry.about_count, entry.about_digest) == ([7, 9], 2, log.digest_of([7, 9]))
    assert (entry.address, entry.session, entry.device) == ('192.0.2.7', 'a' * 64, 'Windows　Chrome')
    assert (entry.what, entry.reason) == ('志工資料管理', '查核')


async def test_each_of_several_entries_keeps_its_own_texts_whatever_is_in_them(database: str) -> None:
    clerk = await builders.an_account(name='林\x1f小滿')
    nobody, here = Origin(), Origin('192.0.2.7', 'a' * 64, 'Windows\x1fChrome')
    await log.note_each(
        [
            log.Entry(LogAct.READ_LIST, None, frozenset(), '', nobody),
            log.Entry(LogAct.READ_CASE, clerk, frozenset({9, 7}), '{"甲",NULL}\x1f\\N', here, '', '乙\x1f丙'),
            log.Entry(LogAct.READ_LIST, None, frozenset({7}), '丁', nobody),
        ]
    )

    rows = await LogEntry.all().order_by('id').values_list('by_name', 'what', 'reason', 'device', 'session', 'about')
    assert [tuple(row) for row in rows] == [
        ('', '', '', '', '', []),
        ('林 小滿', '{"甲",NULL} \\N', '乙 丙', 'Windows Chrome', 'a' * 64, [7, 9]),
        ('', '丁', '', '', '', [7]),
    ]


async def test_a_name_that_was_typed_stands_nowhere(database: str) -> None:
    await log.note(LogAct.SIGN_IN_FAILED, by=None, name='wang.xiaoming')

    [row] = await LogEntry.all().values()
    assert 'wang' not in str(row)
    assert len(row['name_index']) == 64


@pytest.mark.parametrize('table', ['log_entry', 'access_entry', 'history_entry', 'office_entry'])
async def test_the_database_itself_refuses_to_change_or_to_empty(database: str, table: str) -> None:
    await log.note(LogAct.SIGN_OUT, by=None)
    connection = await asyncpg.connect(database)
    try:
        if table == 'log_entry':
            for statement in ("UPDATE log_entry SET what = 'x'", 'DELETE FROM log_entry'):
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match='only added to'):
                    await connection.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match='only added to'):
            await connection.execute(f'TRUNCATE {table} CASCADE')
    finally:
        await connection.close()
