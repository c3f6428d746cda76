"""What the database itself refuses on the review desk, its indexes, and the past written in the new words."""

from tortoise import migrations
from tortoise.migrations import operations as ops

GUARDS = {
    'reading_one_holder': 'CREATE UNIQUE INDEX reading_one_holder ON reading (application_id) WHERE holds',
    'calendar_day_national': 'CREATE UNIQUE INDEX calendar_day_national ON calendar_day (day) WHERE county_id IS NULL',
    'calendar_day_of_county': (
        'CREATE UNIQUE INDEX calendar_day_of_county ON calendar_day (day, county_id) WHERE county_id IS NOT NULL'
    ),
    'correction_spot_on_picture': (
        'ALTER TABLE correction ADD CONSTRAINT correction_spot_on_picture'
        ' CHECK (spot_x BETWEEN 0 AND 1 AND spot_y BETWEEN 0 AND 1)'
    ),
    'roster_row_in_range': (
        'ALTER TABLE application ADD CONSTRAINT roster_row_in_range CHECK (roster_position BETWEEN 0 AND 200)'
    ),
}

INDEXED = {
    'application': ('roster_id',),
    'correction': ('application_id', 'status'),
    'reading': ('application_id',),
    'eye_check': ('application_id',),
    'phone_call': ('application_id',),
    'roster': ('host_unit_id', 'updated_at'),
    'outgoing_mail': ('application_id',),
    'book_issue': ('book_id',),
    'record_book': ('agency_id', 'roc_year'),
}

# What earlier versions did not write down: the round and the due day of the last 送審, and the ledger of the books.
PAST = (
    'UPDATE application_step SET round = (SELECT count(*) FROM application_step earlier WHERE earlier.application_id ='
    " application_step.application_id AND earlier.status = 'submitted' AND earlier.id <= application_step.id)",
    'UPDATE application_step SET due_on = application.due_on FROM application WHERE application_step.application_id ='
    " application.id AND application_step.status = 'submitted' AND application_step.round = application.round",
    'INSERT INTO book_issue (book_id, application_id, kind, number, by_id, at)'
    ' SELECT book.id, book.application_id, book.kind, book.number, application.decided_by_id,'
    ' coalesce(application.decided_at, book.created_at)'
    ' FROM record_book book JOIN application ON application.id = book.application_id',
)


class Migration(migrations.Migration):
    dependencies = [('models', '0003_review_desk')]
    initial = False

    operations = [
        *(ops.RunSQL(sql) for sql in GUARDS.values()),
        *(
            ops.RunSQL(f'CREATE INDEX {table}_by_{columns[0]} ON "{table}" ({", ".join(columns)})')
            for table, columns in INDEXED.items()
        ),
        *(ops.RunSQL(sql) for sql in PAST),
    ]
