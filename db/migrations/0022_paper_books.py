"""Paper books of the old system are registered, confirmed and then books; every book knows its first day.

Triggers keep `number_key` and `first_issued_on`, so that they hold for whoever writes, an older process included.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops
from db.choices import BookKind, DraftKind, FileKind, RegistrationStatus
from tortoise.fields.base import OnDelete
from tortoise import fields

_OPEN = "status IN ('waiting', 'returned')"

KEPT = (
    # When two numbers are one: law.md#paper-book-numbers; domain/book_numbers.py says the same.
    r"""CREATE FUNCTION folded_number(number text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT left(regexp_replace(upper(translate(regexp_replace(normalize(number, NFKC), '\s', '', 'g'), '台', '臺')
        COLLATE "C"), '(^|[^0-9])0+([0-9])', '\1\2', 'g'), 90) $$""",
    """CREATE FUNCTION book_knows_itself() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.number_key := folded_number(NEW.number);
    IF TG_OP = 'INSERT' THEN NEW.first_issued_on := CASE
        WHEN NEW.earlier_id IS NOT NULL THEN (SELECT first_issued_on FROM record_book WHERE id = NEW.earlier_id)
        WHEN NEW.earlier_legacy <> '' THEN (SELECT legacy_issued_on FROM volunteer WHERE id = NEW.volunteer_id)
        ELSE NEW.issued_on END; END IF;
    RETURN NEW; END $$""",
    'CREATE TRIGGER book_knows_itself BEFORE INSERT OR UPDATE OF number ON record_book'
    ' FOR EACH ROW EXECUTE FUNCTION book_knows_itself()',
)
# Numbers that are one by the new rule and were given before it: the first of them has the key. A book that kept its
# number when it was renewed forgot its own first day; the ledger knows it.
PAST = (
    'UPDATE record_book SET number_key = folded_number(number)'
    ' WHERE id IN (SELECT min(id) FROM record_book GROUP BY folded_number(number))',
    """WITH RECURSIVE line AS (
        SELECT id AS book, id, earlier_id FROM record_book
        UNION ALL SELECT line.book, before.id, before.earlier_id
        FROM line JOIN record_book before ON before.id = line.earlier_id
    )
    UPDATE record_book book SET first_issued_on = CASE WHEN oldest.earlier_legacy = '' THEN
        least(oldest.issued_on, (SELECT min((at AT TIME ZONE 'Asia/Taipei')::date) FROM book_issue
                                 WHERE book_id = oldest.id))
        ELSE (SELECT legacy_issued_on FROM volunteer WHERE id = oldest.volunteer_id) END
    FROM line JOIN record_book oldest ON oldest.id = line.id
    WHERE line.earlier_id IS NULL AND line.book = book.id""",
    "UPDATE volunteer SET waives_issue_date = true WHERE legacy_serial <> '' AND legacy_issued_on IS NULL",
)
GUARDS = {
    'paper_one_open': f'CREATE UNIQUE INDEX paper_one_open ON paper_registration (volunteer_id) WHERE {_OPEN}',
    'paper_of_agency': 'CREATE INDEX paper_of_agency ON paper_registration (agency_id, status, sent_at, id)',
    'paper_of_unit': 'CREATE INDEX paper_of_unit ON paper_registration (host_unit_id, status, sent_at, id)',
}
INDEXED = {'paper_registration': ('volunteer_id',)}
PICTURES = ('cover_id', 'last_page_id')


class Migration(migrations.Migration):
    dependencies = [('models', '0021_imports')]

    initial = False

    operations = [
        ops.CreateModel(
            name='PaperRegistration',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('volunteer', fields.ForeignKeyField('models.Volunteer', source_field='volunteer_id', db_constraint=True, to_field='id', related_name='paper_registrations', on_delete=OnDelete.RESTRICT)),
                ('host_unit', fields.ForeignKeyField('models.HostUnit', source_field='host_unit_id', db_constraint=True, to_field='id', related_name='paper_registrations', on_delete=OnDelete.RESTRICT)),
                ('agency', fields.ForeignKeyField('models.Agency', source_field='agency_id', db_constraint=True, to_field='id', related_name='paper_registrations', on_delete=OnDelete.RESTRICT)),
                ('issued_by', fields.CharField(default='', max_length=100)),
                ('series', fields.CharField(max_length=40)),
                ('serial', fields.CharField(max_length=40)),
                ('number_key', fields.CharField(db_index=True, max_length=90)),
                ('issued_on', fields.DateField(null=True)),
                ('cover', fields.ForeignKeyField('models.StoredFile', source_field='cover_id', null=True, db_constraint=True, to_field='id', related_name='cover_of', on_delete=OnDelete.RESTRICT)),
                ('last_page', fields.ForeignKeyField('models.StoredFile', source_field='last_page_id', null=True, db_constraint=True, to_field='id', related_name='last_page_of', on_delete=OnDelete.RESTRICT)),
                ('status', fields.CharEnumField(default=RegistrationStatus.WAITING, description='WAITING: waiting\nRETURNED: returned\nCONFIRMED: confirmed\nWITHDRAWN: withdrawn', enum_type=RegistrationStatus, max_length=20)),
                ('version', fields.IntField(default=1)),
                ('sent_by', fields.ForeignKeyField('models.Account', source_field='sent_by_id', db_constraint=True, to_field='id', related_name='paper_registrations', on_delete=OnDelete.RESTRICT)),
                ('sent_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('models.Account', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='decided_registrations', on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('reason', fields.TextField(default='', unique=False)),
                ('book', fields.OneToOneField('models.RecordBook', source_field='book_id', null=True, db_constraint=True, to_field='id', related_name='registration', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'paper_registration', 'app': 'models', 'pk_attr': 'id', 'table_description': '紙本紀錄冊登記: a unit has a paper book of the old system registered; the agency confirms it, and it is a book.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='BookIssue',
            name='application',
            field=fields.OneToOneField('models.Application', source_field='application_id', null=True, db_constraint=True, to_field='id', related_name='book_issue', on_delete=OnDelete.RESTRICT),
        ),
        ops.AlterField(
            model_name='BookIssue',
            name='kind',
            field=fields.CharEnumField(description='FIRST: first\nREPLACEMENT: replacement\nREISSUE: reissue\nCANCELLATION: cancellation\nREGISTERED: registered', enum_type=BookKind, max_length=20),
        ),
        ops.AlterField(
            model_name='Draft',
            name='kind',
            field=fields.CharEnumField(description='VOLUNTEER: volunteer\nTRAINING: training\nAPPLICATION: application\nPAPER_BOOK: paper_book', enum_type=DraftKind, max_length=20),
        ),
        ops.AddField(
            model_name='NumberSeries',
            name='outside',
            field=fields.IntField(default=0, db_default=0),
        ),
        ops.AlterField(
            model_name='RecordBook',
            name='application',
            field=fields.OneToOneField('models.Application', source_field='application_id', null=True, db_constraint=True, to_field='id', related_name='record_book', on_delete=OnDelete.RESTRICT),
        ),
        ops.AlterField(
            model_name='RecordBook',
            name='issued_on',
            field=fields.DateField(null=True),
        ),
        ops.AlterField(
            model_name='RecordBook',
            name='kind',
            field=fields.CharEnumField(description='FIRST: first\nREPLACEMENT: replacement\nREISSUE: reissue\nCANCELLATION: cancellation\nREGISTERED: registered', enum_type=BookKind, max_length=20),
        ),
        ops.AlterField(
            model_name='RecordBook',
            name='sequence',
            field=fields.IntField(null=True),
        ),
        ops.AddField(
            model_name='RecordBook',
            name='first_issued_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='RecordBook',
            name='issued_by',
            field=fields.CharField(default='', db_default='', max_length=100),
        ),
        ops.AddField(
            model_name='RecordBook',
            name='number_key',
            field=fields.CharField(null=True, unique=True, max_length=90),
        ),
        ops.AlterField(
            model_name='StoredFile',
            name='kind',
            field=fields.CharEnumField(description='PHOTO: photo\nCERTIFICATE: certificate\nATTACHMENT: attachment\nPAPER_BOOK: paper_book', enum_type=FileKind, max_length=20),
        ),
        ops.AddField(
            model_name='Volunteer',
            name='waives_issue_date',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        *(ops.RunSQL(statement) for statement in (*KEPT, *PAST, *GUARDS.values())),
        *(
            ops.RunSQL(f'CREATE INDEX {table}_by_{columns[0]} ON {table} ({", ".join(columns)})')
            for table, columns in INDEXED.items()
        ),
        *(ops.RunSQL(f'CREATE INDEX paper_by_{name} ON paper_registration ({name})') for name in PICTURES),
    ]
