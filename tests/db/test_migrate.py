import subprocess
from datetime import UTC, date, datetime
from uuid import uuid4

import asyncpg
import pytest
from tortoise.config import AppConfig
from tortoise.context import TortoiseContext
from tortoise.exceptions import OperationalError
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget

import db
from db import migrate
from db.server_account import NotStarted
from tests.conftest import url_of
from tests.processes import ROOT, Processes

MIGRATES = 'import asyncio, sys; from db import migrate; asyncio.run(migrate.migrated(sys.argv[1]))'


async def test_processes_that_start_at_once_migrate_once(database_url: str, processes: Processes) -> None:
    url = await an_empty_database(database_url, 'test_of_racing_migrations')
    starting = [await processes.begin('-c', MIGRATES, url, stderr=subprocess.PIPE) for _ in range(3)]
    said = [(await process.communicate())[1].decode() for process in starting]

    assert said == ['', '', '']
    assert await applied(url) == migrations_in_the_folder()


async def test_a_failed_migration_leaves_nothing_behind(database_url: str) -> None:
    url = await an_empty_database(database_url, 'test_of_failing_migrations')
    connection = await asyncpg.connect(url)
    await connection.execute('CREATE TABLE volunteer ()')  # in the way of the first migration

    with pytest.raises(OperationalError, match='"volunteer" already exists'):
        await migrate.migrated(url)
    assert await connection.fetch("SELECT FROM pg_tables WHERE tablename = 'county'") == []

    await connection.execute('DROP TABLE volunteer')
    await connection.close()
    await migrate.migrated(url)
    assert await applied(url) == migrations_in_the_folder()


async def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    url = await an_empty_database(database_url, 'test_of_a_newer_schema')
    await migrate.migrated(url)
    connection = await asyncpg.connect(url)
    await connection.execute(
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', '9999_later', now())"
    )
    await connection.close()

    with pytest.raises(NotStarted) as refusal:
        await migrate.migrated(url)

    chinese, english = str(refusal.value).splitlines()
    assert '這個資料庫已由較新的版本更新過（9999_later）' in chinese
    assert 'This database was migrated by a newer version (9999_later)' in english


# Everything a migration can make, a line each.
CATALOGUE = """
SELECT format('column %s.%s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull,
        pg_get_expr(adbin, adrelid)) AS line
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid
    AND adnum = attnum WHERE attnum > 0 AND NOT attisdropped AND relnamespace = 'public'::regnamespace
UNION ALL SELECT format('index %s', pg_get_indexdef(indexrelid))
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT format('trigger %s', pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT format('function %s', pg_get_functiondef(oid))
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
UNION ALL SELECT format('comment on %s.%s: %s', objoid::regclass, objsubid, description)
    FROM pg_description JOIN pg_class ON pg_class.oid = objoid WHERE relnamespace = 'public'::regnamespace
"""

# Section, subject and label as the office of 0005 wrote them; section and field by which the rules find them.
OLD_HISTORY = {
    ('基本資料', '', '英文姓名'): ('basics', 'english_name'),
    ('基本資料', '', '證件號碼'): ('basics', 'identity_number'),
    ('基本資料', '', '收編狀態（臺中市立圖書館）'): ('basics', 'membership'),
    ('教育訓練', '志願服務基礎訓練', '訓練日期（起）'): ('training', 'starts_on'),
    ('教育訓練', '志願服務基礎訓練', '正面'): ('training', 'certificate_front'),
    ('紀錄冊', '紀錄冊申請', '發冊類別'): ('application', 'kind'),
    ('紀錄冊', '中市文志字第 115001 號', '發冊類別'): ('record-book', 'kind'),
    ('服務績效證明', '字第 1 號', '服務時數'): ('performance-certificates', 'minutes'),
    ('基本資料', '', '一個早就沒有的欄位'): ('basics', ''),
}
MARKED = '1. 志工照片（模糊）：請重拍。\n2. 志願服務基礎訓練：訓練時數（時數不足）：請補。\n三日內請補。\n謝謝。'


@pytest.fixture(scope='module')
async def old_office(database_url: str) -> str:
    """The URL of an office that has its rows from 0005 and has gone through every migration since.

    Made once: the way takes half a minute of a processor.
    """
    url = await an_empty_database(database_url, 'test_of_old_books')
    await migrated_to('0005_trails', url)
    old = await asyncpg.connect(url)
    await put(old, 'county', code='TXG')
    for table in ('field', 'agency', 'host_unit', 'account'):
        await put(old, table, id=1, county_id='TXG')
    for number, (status, reason) in enumerate(
        [('returned', MARKED), ('returned', '1. 照片（正面）：請重拍。'), ('rejected', '非本機關業務。')], 1
    ):
        await put(old, 'volunteer', id=number, identity_index=str(number))
        await put(old, 'application', id=number, volunteer_id=number, county_id='TXG', status=status, reason=reason)
    for section, subject, label in OLD_HISTORY:
        words = {'section': section, 'subject': subject, 'action': '修改', 'label': label}
        await put(old, 'history_entry', **words, by_name='林小滿', old='a', new='b')
    for what in ('護照號碼', '紀錄冊申請案'):
        await put(old, 'access_entry', what=what)
    await put(old, 'correction', place='basics', field='photo', label='志工照片', text='請重拍。')
    await put(old, 'reading', holds=True)
    await old.close()

    await migrate.migrated(url)
    return url


async def test_a_new_database_is_one_that_went_through_every_migration(old_office: str, template: str) -> None:
    found = []
    for url in (url_of(old_office, template), old_office):
        connection = await asyncpg.connect(url)
        found.append({row['line'] for row in await connection.fetch(CATALOGUE)})
        await connection.close()

    assert len(found[0]) > 600
    assert found[0] == found[1], 'run `make schema`'


async def test_the_books_of_the_old_office_are_kept_and_found_by_key(old_office: str) -> None:
    now = await asyncpg.connect(old_office)
    entries = await now.fetch('SELECT * FROM history_entry ORDER BY id')
    assert [(row['section'], row['field']) for row in entries] == list(OLD_HISTORY.values())
    assert [(row['subject'], row['label']) for row in entries] == [
        (subject, label) for _, subject, label in OLD_HISTORY
    ]
    assert {(row['action'], row['by_name'], row['old'], row['new']) for row in entries} == {
        ('amended', '林小滿', 'a', 'b')
    }
    looks = await now.fetch('SELECT kind, what FROM access_entry ORDER BY id')
    assert [tuple(row) for row in looks] == [('identity_number', '護照號碼'), ('case', '紀錄冊申請案')]
    cases = await now.fetch('SELECT reason, reviewer_note FROM application ORDER BY id')
    assert [tuple(row) for row in cases] == [
        (MARKED, '三日內請補。\n謝謝。'),
        ('1. 照片（正面）：請重拍。', '1. 照片（正面）：請重拍。'),
        ('非本機關業務。', ''),
    ]
    assert await now.fetchval('SELECT count(*) FROM presence WHERE holds') == 1
    await now.close()


async def put(connection: asyncpg.Connection, table: str, **given: object) -> None:
    """A row with these values; any others will do where the table wants one."""
    blank: dict[str, object] = {
        **dict.fromkeys(('integer', 'bigint', 'smallint'), 1),
        'boolean': False,
        'jsonb': '{}',
        'bytea': b'',
        'uuid': uuid4(),
        'date': date(2026, 3, 8),
        'timestamp with time zone': datetime(2026, 3, 8, 9, 0, tzinfo=UTC),
    }
    columns = await connection.fetch(
        'SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = $1'
        " AND (is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' OR column_name = ANY($2))",
        table,
        list(given),
    )
    row = {column['name']: given.get(column['name'], blank.get(column['type'], '')) for column in columns}
    marks = ', '.join(f'${number}' for number in range(1, len(row) + 1))
    await connection.execute(f'INSERT INTO {table} ({", ".join(map(quoted, row))}) VALUES ({marks})', *row.values())


def quoted(name: str) -> str:
    return f'"{name}"'


async def migrated_to(name: str, url: str) -> None:
    """Make the database as an earlier version of the office had it."""
    config = db.tortoise_config(url)
    apps = {label: app.to_dict() for label, app in config.apps.items() if isinstance(app, AppConfig)}
    async with TortoiseContext() as context:
        await context.init(config)
        await MigrationExecutor(context.db(), apps).migrate([MigrationTarget('models', name)])


def migrations_in_the_folder() -> list[str]:
    return sorted(path.stem for path in (ROOT / 'db' / 'migrations').glob('0*.py'))


async def an_empty_database(server_url: str, name: str) -> str:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS {name}')
        await connection.execute(f'CREATE DATABASE {name}')
    finally:
        await connection.close()
    return url_of(server_url, name)


async def applied(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row['name'] for row in await connection.fetch('SELECT name FROM tortoise_migrations ORDER BY name')]
    finally:
        await connection.close()
