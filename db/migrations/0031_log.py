"""使用紀錄, and four tables to which is only added: who changes or deletes an entry is refused by the database itself.

What has had its time goes by the owner of the table alone, who says so in the transaction (`office.retention`).
"""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

ONLY_ADDED_TO = ('log_entry', 'access_entry', 'history_entry', 'office_entry')
# pg_restore and copies only insert. `session_user` and not the role of a function: it has no other owner than ours.
REFUSE = """CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' AND current_setting('office.retention', true) = 'on' AND pg_has_role(
        current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN RETURN OLD; END IF;
    RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$"""
GUARDS = tuple(
    statement
    for table in ONLY_ADDED_TO
    for statement in (
        f'CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION only_added_to()',
        f'CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} EXECUTE FUNCTION only_added_to()',
    )
)
# What the search asks for, each the newest first.
INDEXES = (
    *(
        f'CREATE INDEX log_entry_by_{column} ON log_entry ({column}, id)'
        for column in ('by_id', 'act', 'host_unit_id', 'agency_id', 'address')
    ),
    'CREATE INDEX log_entry_about ON log_entry USING gin (about)',
)


class Migration(migrations.Migration):
    dependencies = [('models', '0030_privacy')]

    initial = False

    operations = [
        ops.CreateModel(
            name='LogEntry',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('act', fields.CharField(max_length=30)),
                ('by', fields.ForeignKeyField('models.Account', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='log', on_delete=OnDelete.RESTRICT)),
                ('by_name', fields.CharField(default='', max_length=60)),
                ('role', fields.CharField(default='', max_length=20)),
                ('host_unit_id', fields.IntField(null=True)),
                ('agency_id', fields.IntField(null=True)),
                ('from_unit', fields.CharField(default='', max_length=80)),
                ('what', fields.CharField(default='', max_length=120)),
                ('about', ArrayField(element_type='bigint')),
                ('about_count', fields.IntField(default=0)),
                ('about_digest', fields.CharField(default='', max_length=64)),
                ('name_index', fields.CharField(default='', max_length=64)),
                ('reason', fields.CharField(default='', max_length=200)),
                ('address', fields.CharField(default='', max_length=45)),
                ('session', fields.CharField(default='', max_length=64)),
                ('device', fields.CharField(default='', max_length=60)),
            ],
            options={'table': 'log_entry', 'app': 'models', 'pk_attr': 'id', 'table_description': '使用紀錄: one act or one reading, written once: the database refuses to change or delete it (0031_log).'},
            bases=['Model'],
        ),
        *(ops.RunSQL(statement) for statement in (*INDEXES, REFUSE, *GUARDS)),
    ]
