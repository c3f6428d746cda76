"""An office of any size, made by SQL in seconds or minutes: what the pages of a large office read.

Nothing of it names anybody: names are drawn from lists, identity numbers are sealed bytes of one value. The `unit`
has 500 people and the `large_unit` 7,589, whatever the size, others about two hundred each; the agency `agency` issues
a tenth of all books and has 300 cases waiting, the `busy_agency` an eighth of all people.
"""

import importlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

import db
from db import migrate, reference, sealing
from domain import names
from domain.names import strokes

AGENCY = '臺中市政府文化局'
SMALL, LARGE = 500, 7_589  # people of the two units
WAITING = 300
PEOPLE_A_UNIT = 200
NUMBER = 'A123456789'  # of the first volunteer
HOMES = 'unit_home'  # a table beside those of the application
LARGE_TABLES = [
    'volunteer', 'account', 'membership', 'training', 'application', 'application_step', 'correction', 'record_book',
    'book_issue', 'phone_call', 'outgoing_mail', 'case_content', 'access_entry', 'history_entry', 'service_hours',
]  # fmt: skip

_SURNAMES = (
    '陳' * 11 + '林' * 8 + '黃' * 6 + '張' * 5 + '李' * 5 + '王' * 4 + '吳' * 4 + '劉' * 3 + '蔡' * 3 + '楊' * 3
    + '許許鄭鄭謝謝郭郭洪洪邱曾廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾彭游詹胡施沈余盧梁趙顏柯翁魏孫戴'
)  # fmt: skip
_GIVEN = (
    '怡君雅婷欣志明家豪俊傑宗翰佳蓉淑芬美玲惠珍秀英文雄建國宏偉冠宇承恩品妤子晴宥廷柏翰詩涵思妤心怡玉蘭金龍'
    '清水木火土旺財福祿壽春夏秋冬梅竹菊松柏山川海洋月星雲霞晨曦光輝耀煌永遠長久安康和平正義仁德信誠'
)
_TYPES = {'boolean': 'false', 'text': "''", 'character varying': "''", 'jsonb': "'[]'", 'bytea': "'\\x00'"}


@dataclass(frozen=True)
class LargeOffice:
    """Ids of what the reads are about."""

    people: int
    agency: int
    busy_agency: int
    unit: int
    large_unit: int


async def made(server: str, name: str) -> str:
    """A new database on the server, migrated, with reference data; its URL."""
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'CREATE DATABASE {name}')
    finally:
        await connection.close()
    url = urlunsplit(urlsplit(server)._replace(path=f'/{name}'))
    await migrate.migrated(url)
    async with db.connected(url, min_size=1):
        await reference.fill()
    return url


async def fill(url: str, people: int, *, hours: int = 16, history: int = 4, whole: bool = True) -> LargeOffice:
    """Fill the migrated database with reference data at `url`, at least 9,000 people, `hours` rows of hours each.

    Without `whole` there are no files, mails and memories of looks. Triggers are off meanwhile, and what they keep is
    made at once afterwards; indexes of the large tables are made anew when they are full.
    """
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            filler = _Filler(connection, people)
            await connection.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '128MB'")
            await connection.execute('SELECT setseed(0.42)')
            afterwards = await filler.without_guards()
            await filler.offices()
            await filler.staff()
            await filler.persons()
            await filler.cases()
            if whole:
                await filler.trails()
            await filler.history(history)
            await filler.hours(hours)
            await filler.derived()
            for statement in afterwards:
                await connection.execute(statement)
        await connection.execute('VACUUM (ANALYZE)')
        agency = await connection.fetchval('SELECT id FROM agency WHERE name = $1', AGENCY)
        busy = f'SELECT agency_id FROM {HOMES} WHERE unit_id % 8 = 1 AND unit_id % 10 > 0 AND unit_id > 2 LIMIT 1'
        return LargeOffice(people, agency, await connection.fetchval(busy), 1, 2)
    finally:
        await connection.close()


class _Filler:
    """One connection, in the transaction of `fill`."""

    def __init__(self, connection: Any, people: int) -> None:
        self.connection = connection
        self.people = people
        self.columns: dict[str, dict[str, str]] = {}

    async def rows(self, table: str, source: str, *values: Any, **columns: str) -> None:
        """Rows of `table` from `source`, each column an expression; what must not be null and is not said is blank."""
        if table not in self.columns:
            found = await self.connection.fetch(
                'SELECT column_name AS name, data_type AS type FROM information_schema.columns'
                " WHERE table_schema = 'public' AND table_name = $1 AND is_nullable = 'NO' AND column_default IS NULL",
                table,
            )
            self.columns[table] = {row['name']: _TYPES.get(row['type'], '0') for row in found}
            stamps = [row['name'] for row in found if row['type'] == 'timestamp with time zone']
            self.columns[table] |= dict.fromkeys(stamps, 'now()')
        said = self.columns[table] | columns
        names_ = ', '.join(f'"{name}"' for name in said)
        await self.connection.execute(
            f'INSERT INTO {table} ({names_}) SELECT {", ".join(said.values())} FROM {source}', *values
        )

    async def without_guards(self) -> list[str]:
        """Takes off what large tables have beside primary keys and unique constraints; returns what puts it back."""
        indexes = await self.connection.fetch(
            'SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE tablename = ANY($1)'
            ' AND indexname NOT IN (SELECT conname FROM pg_constraint)',
            LARGE_TABLES,
        )
        keys = await self.connection.fetch(
            'SELECT conname AS name, conrelid::regclass::text AS of, pg_get_constraintdef(oid) AS sql'
            " FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY($1)",
            LARGE_TABLES,
        )
        for row in keys:
            await self.connection.execute(f'ALTER TABLE {row["of"]} DROP CONSTRAINT "{row["name"]}"')
        for row in indexes:
            await self.connection.execute(f'DROP INDEX "{row["name"]}"')
        for table in LARGE_TABLES:
            await self.connection.execute(f'ALTER TABLE {table} DISABLE TRIGGER USER')
        return [
            *(row['sql'] for row in indexes),
            *(f'ALTER TABLE {row["of"]} ADD CONSTRAINT "{row["name"]}" {row["sql"]} NOT VALID' for row in keys),
            *(f'ALTER TABLE {table} ENABLE TRIGGER USER' for table in LARGE_TABLES),
        ]

    async def offices(self) -> None:
        """Units with the agency each sends to, and the people of each in a row; four teams in the first two."""
        units = 2 + -(-(self.people - SMALL - LARGE) // PEOPLE_A_UNIT)
        await self.connection.execute(f"""
            CREATE TABLE {HOMES} AS
            WITH others AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS many FROM agency
                            WHERE name <> '{AGENCY}')
            SELECT u AS unit_id,
                   CASE WHEN u < 3 OR u % 10 = 0 THEN (SELECT id FROM agency WHERE name = '{AGENCY}')
                        WHEN u % 8 = 1 THEN (SELECT id FROM others WHERE n = 7)
                        ELSE (SELECT id FROM others WHERE n = (u * 31) % many) END AS agency_id,
                   CASE u WHEN 1 THEN 1 WHEN 2 THEN {SMALL + 1}
                          ELSE {SMALL + LARGE + 1} + (u - 3) * {PEOPLE_A_UNIT} END AS first_person,
                   CASE u WHEN 1 THEN {SMALL} WHEN 2 THEN {SMALL + LARGE}
                          ELSE least({self.people}, {SMALL + LARGE} + (u - 2) * {PEOPLE_A_UNIT}) END AS last_person
            FROM generate_series(1, {units}) u
        """)
        await self.rows(
            'host_unit',
            f'{HOMES} home',
            id='unit_id',
            name="'示例單位第' || unit_id || '號'",
            phone="'04-2228' || lpad(unit_id::text, 4, '0')",
            county_id='(SELECT county_id FROM agency WHERE id = agency_id)',
            is_active='true',
        )
        await self.rows('team', 'generate_series(0, 3) n, generate_series(1, 2) u', name="'隊' || n", host_unit_id='u')

    async def staff(self) -> None:
        """A clerk for each unit, a reviewer for each agency, an administrator; ids in this order."""
        common = {'is_active': 'true', 'mail_preference': "'each'", 'email': "'staff@example.org'"}
        await self.rows(
            'account', HOMES, username="'clerk' || unit_id", role="'unit_staff'", name="'承辦' || unit_id",
            host_unit_id='unit_id', **common,
        )  # fmt: skip
        await self.rows(
            'account', 'agency', username="'reviewer' || id", role="'reviewer'", name="'窗口' || id", agency_id='id',
            **common,
        )  # fmt: skip
        await self.rows(
            'account', '(SELECT) one', username="'admin'", role="'administrator'", name="'管理者'", **common
        )

    async def persons(self) -> None:
        """Volunteers with memberships, accounts and trainings."""
        signs = sorted({*_SURNAMES, *_GIVEN})
        await self.connection.execute('CREATE TEMP TABLE sign (sign text PRIMARY KEY, key text, place text)')
        await self.connection.executemany(
            'INSERT INTO sign VALUES ($1, $2, $3)', [(one, names.key(one), strokes.order(one)) for one in signs]
        )
        await self.connection.execute(f"""
            CREATE TEMP TABLE person AS
            SELECT i, a, b, c, unit_id, agency_id FROM (
                SELECT i, substr('{_SURNAMES}', 1 + floor(random() * {len(_SURNAMES)})::int, 1) AS a,
                       substr('{_GIVEN}', 1 + floor(random() * {len(_GIVEN)})::int, 1) AS b,
                       substr('{_GIVEN}', 1 + floor(random() * {len(_GIVEN)})::int, 1) AS c
                FROM generate_series(1, {self.people}) i) drawn
            JOIN {HOMES} ON unit_id = CASE WHEN i <= {SMALL} THEN 1 WHEN i <= {SMALL + LARGE} THEN 2
                                      ELSE 3 + (i - {SMALL + LARGE + 1}) / {PEOPLE_A_UNIT} END
        """)
        number = sealing.seal_bytes(NUMBER.encode(), 'volunteer.identity_number').hex()
        await self.rows(
            'volunteer',
            'person JOIN sign x ON x.sign = a JOIN sign y ON y.sign = b JOIN sign z ON z.sign = c ORDER BY i',
            id='i', identity_kind="'national_id'", identity_number=f"'\\x{number}'",
            identity_index=f"CASE i WHEN 1 THEN '{sealing.blind_index(NUMBER)}'"
            " ELSE encode(sha256(i::text::bytea), 'hex') END",
            identity_masked="'A12' || lpad((i % 10000)::text, 4, '0') || '●●●'", name='a || b || c',
            name_key='x.key || y.key || z.key', name_order='x.place || y.place || z.place',
            english_name="'Volunteer ' || i", english_name_key="'volunteer' || i", key_edition=str(names.EDITION),
            sex="CASE i % 2 WHEN 0 THEN 'male' ELSE 'female' END", born_on="date '1950-01-01' + i % 18000",
            email="'v' || i || '@example.org'", is_open_to_units='i % 3 = 0', consents_to_data_use='true',
            legacy_series="CASE i % 50 WHEN 7 THEN '舊' ELSE '' END",
            legacy_serial="CASE i % 50 WHEN 7 THEN lpad(i::text, 7, '0') ELSE '' END", is_photo_confirmed='true',
            version='1',
        )  # fmt: skip
        await self.rows(
            'membership', 'person', status="CASE i % 40 WHEN 3 THEN 'left' ELSE 'active' END", volunteer_id='i',
            joined_on="date '2015-01-01' + i % 3000", host_unit_id='unit_id',
            team_id='CASE WHEN unit_id < 3 AND i % 5 < 4 THEN 4 * (unit_id - 1) + i % 5 + 1 END',
        )  # fmt: skip
        await self.rows(
            'account', 'person', role="'volunteer'", name='a || b || c', volunteer_id='i', is_active='true',
            mail_preference="'each'",
        )  # fmt: skip
        for turn, kind in enumerate(('basic', 'special')):
            await self.rows(
                'training', 'person', title=f"'志工{kind}訓練'", starts_on=f"date '2016-01-01' + {turn} + i % 3000",
                ends_on=f"date '2016-01-02' + {turn} + i % 3000", provider="'示例訓練中心'", kind=f"'{kind}'",
                sessions='1', minutes='720', version='1', created_by_id='unit_id', updated_by_id='unit_id',
                field_id='(SELECT min(id) FROM field)', trained_for_id='unit_id', volunteer_id='i',
                approval_reference="'府社字' || i",
            )  # fmt: skip

    async def cases(self) -> None:
        """Applications with their steps and corrections, books and the ledger; of ten people eight have a book."""
        await self.connection.execute(f"""
            CREATE TEMP TABLE past AS
            SELECT row_number() OVER (ORDER BY at, i) AS id, * FROM (
                SELECT i, unit_id, agency_id, home.county_id, (i / 10) % 5 = 1 AS twice,
                       CASE WHEN i % 10 < 8 THEN 'approved'
                            WHEN agency_id = (SELECT agency_id FROM {HOMES} WHERE unit_id % 8 = 1 AND unit_id % 10 > 0
                                              AND unit_id > 2 LIMIT 1) THEN 'submitted'
                            WHEN unit_id > 2 AND home.name = '{AGENCY}'
                                THEN (ARRAY['rejected', 'withdrawn'])[1 + i / 10 % 2]
                            ELSE (ARRAY['draft', 'draft', 'draft', 'submitted', 'submitted', 'submitted', 'returned',
                                        'rejected', 'rejected', 'withdrawn'])[1 + i / 10 % 10] END AS status,
                       now() - interval '1 day' - random() * CASE WHEN i % 10 < 8 OR i / 10 % 10 > 6
                           OR (unit_id > 2 AND home.name = '{AGENCY}')
                           THEN interval '3650 days' ELSE interval '25 days' END AS at
                FROM person JOIN agency home ON home.id = agency_id WHERE i % 10 < 9) drawn
        """)
        waiting = await self.connection.fetchval(
            f"SELECT count(*) FROM past JOIN agency ON agency.id = agency_id WHERE agency.name = '{AGENCY}'"
            " AND status = 'submitted'"
        )
        await self.connection.execute(
            "UPDATE past SET status = 'submitted', at = now() - random() * interval '25 days' WHERE id IN"
            f" (SELECT past.id FROM past JOIN agency ON agency.id = agency_id WHERE agency.name = '{AGENCY}'"
            " AND status IN ('rejected', 'withdrawn') AND unit_id > 1"
            f' ORDER BY unit_id, i LIMIT {max(0, WAITING - waiting)})'
        )
        await self.connection.execute('ANALYZE past')
        is_decided = "status IN ('approved', 'rejected', 'withdrawn', 'returned')"
        reviewer = f'(SELECT count(*) FROM {HOMES}) + agency_id'
        await self.rows(
            'application', 'past ORDER BY id', id='id', kind="'first'", status='status', version='3',
            round="CASE WHEN status = 'draft' THEN 0 WHEN twice THEN 2 ELSE 1 END",
            submitted_at="CASE WHEN status <> 'draft' THEN at END",
            due_on="CASE status WHEN 'submitted' THEN at::date + 30 - i % 12 WHEN 'approved' THEN at::date + 30 END",
            decided_at=f"CASE WHEN {is_decided} THEN at + interval '4 days' * ((i % 100) / 50.0) END",
            created_at="at - interval '20 days'", updated_at="at + interval '4 days' * ((i % 100) / 50.0)",
            agency_id='agency_id', county_id='county_id', host_unit_id='unit_id', volunteer_id='i',
            submitted_by_id='unit_id', decided_by_id=f'CASE WHEN {is_decided} THEN {reviewer} END',
            correct_by="CASE status WHEN 'returned' THEN at::date + 40 END",
        )  # fmt: skip
        await self.rows(
            'application_step',
            f"""(SELECT id AS application_id, at - interval '12 days' AS at, 'submitted' AS status, 1 AS round, i,
                        unit_id AS by_id FROM past WHERE twice AND status <> 'draft'
                 UNION ALL SELECT id, at - interval '8 days', 'returned', 1, i, {reviewer}
                 FROM past WHERE twice AND status <> 'draft'
                 UNION ALL SELECT id, at, 'submitted', 1 + twice::int, i, unit_id FROM past WHERE status <> 'draft'
                 UNION ALL SELECT id, at + interval '4 days' * ((i % 100) / 50.0), status, 1 + twice::int, i,
                                  CASE status WHEN 'withdrawn' THEN unit_id ELSE {reviewer} END
                 FROM past WHERE {is_decided}) told ORDER BY at, application_id, (status <> 'submitted')""",
            application_id='application_id', status='status', at='at', round='round', by_id='by_id',
            due_on="CASE status WHEN 'submitted' THEN at::date + 30 - i % 31 END",
        )  # fmt: skip
        await self.rows(
            'correction', 'past WHERE twice', place="'basics'", field="'photo'", label="'志工照片'",
            application_id='id',
            reason="(ARRAY['blurred', 'not_half_length', 'other'])[1 + i % 3]", status="'accepted'", round='1',
            raised_at="at - interval '9 days'", raised_by_id=reviewer,
        )  # fmt: skip
        await self.connection.execute(
            'CREATE TEMP TABLE numbered AS SELECT past.*, extract(year FROM at)::int - 1911 AS roc_year, row_number()'
            ' OVER (PARTITION BY agency_id, extract(year FROM at) ORDER BY past.id) AS sequence,'
            " document_word || agency_id || '字第' AS word FROM past JOIN agency ON agency.id = agency_id"
            " WHERE status = 'approved'"
        )
        number = "word || lpad(roc_year::text, 3, '0') || lpad(sequence::text, 6, '0') || '號'"
        await self.rows(
            'record_book', 'numbered ORDER BY id', id='id', number=number, roc_year='roc_year', sequence='sequence',
            kind="'first'", status="'in_use'", issued_on='at::date', created_at='at', agency_id='agency_id',
            entered_by_unit_id='unit_id', volunteer_id='i', application_id='id',
        )  # fmt: skip
        await self.rows(
            'book_issue', 'numbered ORDER BY id', id='id', kind="'first'", number=number, at='at', book_id='id',
            by_id=reviewer, application_id='id',
        )  # fmt: skip
        await self.rows(
            'number_series',
            'numbered GROUP BY agency_id, roc_year',
            agency_id='agency_id',
            roc_year='roc_year',
            last_sequence='max(sequence)',
        )
        await self.rows(
            'roster', f'{HOMES}, generate_series(1, 3) n', title="'名冊' || n", host_unit_id='unit_id',
            agency_id='agency_id', created_by_id='unit_id',
            county_id='(SELECT county_id FROM agency WHERE id = agency_id)',
        )  # fmt: skip
        await self.connection.execute(
            'UPDATE application SET roster_id = roster.id, roster_position = i'
            ' FROM (SELECT id, host_unit_id, row_number()'
            " OVER (PARTITION BY host_unit_id ORDER BY id) AS i FROM application WHERE status IN ('submitted', 'draft',"
            " 'returned')) row JOIN roster ON roster.host_unit_id = row.host_unit_id AND roster.title = '名冊1'"
            ' WHERE application.id = row.id AND i <= 20'
        )

    async def trails(self) -> None:
        """Mails, looks at people and contents of cases."""
        body, content = (
            sealing.seal_bytes(b'x' * 400, f'{name}').hex() for name in ('outgoing_mail.body', 'case_content.content')
        )
        await self.rows(
            'outgoing_mail', "past WHERE status <> 'draft' ORDER BY id",
            recipient="CASE i % 2 WHEN 0 THEN 'v' || i || '@example.org' ELSE 'unit@example.org' END",
            subject="'【志願服務紀錄冊】案號 ' || id", body=f"'\\x{body}'", application_id='id', attempts='1',
            status="CASE i % 200 WHEN 0 THEN 'failed' WHEN 1 THEN 'bounced' ELSE 'sent' END", created_at='at',
            next_attempt_at='at', sent_at='at',
            template="CASE status WHEN 'submitted' THEN 'submitted' WHEN 'approved' THEN (ARRAY['approved',"
            " 'approved_for_volunteer'])[1 + i % 2] WHEN 'rejected' THEN 'rejected' ELSE 'returned' END",
        )  # fmt: skip
        await self.rows(
            'case_content', "past WHERE status = 'approved' ORDER BY id", application_id='id', round='1',
            content=f"'\\x{content}'", digest="encode(sha256(i::text::bytea), 'hex')", by_id='unit_id', at='at',
            is_sent='true',
        )  # fmt: skip
        # Nearly all of what did not arrive, or goes with a call, was told by telephone.
        await self.rows(
            'phone_call',
            "past WHERE status <> 'draft' AND (i % 200 < 2 AND i % 4000 > 1"
            " OR i % 40 > 0 AND at > now() - interval '15 days')",
            at='now()', callee="'示例'", result="'reached'", application_id='id',
            by_id=f"CASE WHEN status = 'submitted' THEN unit_id ELSE (SELECT count(*) FROM {HOMES}) + agency_id END",
        )  # fmt: skip
        for times in range(2):
            await self.rows(
                'access_entry', "past WHERE status <> 'draft' ORDER BY id", at=f"at + interval '{times} hours'",
                by_name="'窗口'", from_unit="'發冊機關'", what="'紀錄冊申請案'", reason="'審核紀錄冊申請'",
                kind="'case'",
                by_id=f'(SELECT count(*) FROM {HOMES}) + agency_id', volunteer_id='i',
            )  # fmt: skip

    async def history(self, times: int) -> None:
        """So many entries for each volunteer, by the clerk of the unit, a pass over all after the other."""
        for turn in range(times):
            await self.rows(
                'history_entry', 'person', by_name="'承辦'", from_unit="'示例單位'", volunteer_id='i', by_id='unit_id',
                at=f"now() - interval '1 day' * ({(times - turn) * 300} + i % 300)", label="'姓名'", field="'name'",
                section=f"'{('basics', 'training')[turn % 2]}'", action=f"'{('added', 'amended')[turn > 0]}'",
                old="'舊'", new="'新'",
            )  # fmt: skip

    async def hours(self, times: int) -> None:
        """So many rows of service hours for each volunteer."""
        for turn in range(times):
            await self.rows(
                'service_hours', 'person', starts_on=f"date '2017-01-01' + {turn * 180} + i % 170", item="'導覽'",
                ends_on=f"date '2017-01-01' + {turn * 180} + i % 170", content="'館內導覽'", minutes='180',
                persons_served='20', area="'10'", entered_by_unit_id='unit_id', recorder_id='unit_id',
                volunteer_id='i',
            )  # fmt: skip

    async def derived(self) -> None:
        """What triggers keep, and the next ids."""
        for statement in importlib.import_module('db.migrations.0019_large_offices').DERIVED:
            await self.connection.execute(statement)
        for table in ('host_unit', 'volunteer', 'application', 'record_book', 'book_issue'):
            await self.connection.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
