"""Nobody takes over a person: addresses that wait to be confirmed, who looked up whom, and since when a unit knows one."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from db.choices import ChangeStatus, LookupKind

GUARDS = {
    'email_change_one_open': (
        "CREATE UNIQUE INDEX email_change_one_open ON email_change (account_id) WHERE status = 'open'"
    ),
}
INDEXED = {'identity_lookup': ('by_id', 'at'), 'email_change': ('account_id',)}

# Whoever stood on a roster later than on record was enrolled; the hour was not written down.
PAST = (
    'UPDATE membership SET enrolled_at = joined_on FROM volunteer WHERE volunteer.id = membership.volunteer_id'
    " AND membership.joined_on > (volunteer.created_at AT TIME ZONE 'Asia/Taipei')::date"
)


class Migration(migrations.Migration):
    dependencies = [('models', '0009_terms')]

    initial = False

    operations = [
        ops.CreateModel(
            name='EmailChange',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='email_changes', on_delete=OnDelete.RESTRICT)),
                ('email', fields.CharField(max_length=254)),
                ('status', fields.CharEnumField(default=ChangeStatus.OPEN, description='OPEN: open\nCONFIRMED: confirmed\nREFUSED: refused', enum_type=ChangeStatus, max_length=20)),
                ('asked_by', fields.ForeignKeyField('models.Account', source_field='asked_by_id', db_constraint=True, to_field='id', related_name='asked_email_changes', on_delete=OnDelete.RESTRICT)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('digest', fields.CharField(null=True, unique=True, max_length=64)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('decided_by', fields.ForeignKeyField('models.Account', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='decided_email_changes', on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'email_change', 'app': 'models', 'pk_attr': 'id', 'table_description': 'A new address that waits to be confirmed: by the owner, over a link to the old one, or by an administrator.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='IdentityLookup',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('by', fields.ForeignKeyField('models.Account', source_field='by_id', db_constraint=True, to_field='id', related_name='lookups', on_delete=OnDelete.RESTRICT)),
                ('at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('kind', fields.CharEnumField(description='DUPLICATE: duplicate\nCONSOLIDATED: consolidated\nENROLMENT: enrolment', enum_type=LookupKind, max_length=20)),
                ('number_index', fields.CharField(max_length=64)),
                ('is_hit', fields.BooleanField(default=False)),
                ('is_refused', fields.BooleanField(default=False)),
            ],
            options={'table': 'identity_lookup', 'app': 'models', 'pk_attr': 'id', 'table_description': 'Who looked up which identity number of somebody who is none of theirs, and whether there was such a person.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Agency',
            name='settling_days',
            field=fields.SmallIntField(default=14, db_default=14),  # for the agencies that there are
        ),
        ops.AlterField(
            model_name='Agency',
            name='settling_days',
            field=fields.SmallIntField(default=14),
        ),
        ops.AddField(
            model_name='Membership',
            name='enrolled_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        *(ops.RunSQL(sql) for sql in GUARDS.values()),
        *(
            ops.RunSQL(f'CREATE INDEX {table}_by_{columns[0]} ON "{table}" ({", ".join(columns)})')
            for table, columns in INDEXED.items()
        ),
        ops.RunSQL(PAST),
    ]
