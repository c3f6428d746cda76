"""帳號申請 as a case with its steps; accounts that end, are idle, or are reviewed each year; 統一編號 of units."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from db.choices import LockReason, RequestStatus

INDEXES = {
    'request_step_by_request_id': 'INDEX request_step_by_request_id ON request_step (request_id)',
    'account_request_of_county': "INDEX account_request_of_county ON account_request (county_id) WHERE status = 'open'",
    'open_account_review': (
        'UNIQUE INDEX open_account_review ON account_review (coalesce(host_unit_id, 0), coalesce(agency_id, 0))'
        ' WHERE ended_at IS NULL'
    ),
    'unified_number_of_unit': (
        "UNIQUE INDEX unified_number_of_unit ON host_unit (unified_number) WHERE unified_number <> ''"
    ),
}


class Migration(migrations.Migration):
    dependencies = [('models', '0026_citizen_certificates')]

    initial = False

    operations = [
        ops.CreateModel(
            name='AccountReview',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('host_unit', fields.ForeignKeyField('models.HostUnit', source_field='host_unit_id', null=True, db_constraint=True, to_field='id', related_name='account_reviews', on_delete=OnDelete.RESTRICT)),
                ('agency', fields.ForeignKeyField('models.Agency', source_field='agency_id', null=True, db_constraint=True, to_field='id', related_name='account_reviews', on_delete=OnDelete.RESTRICT)),
                ('begun_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('due_on', fields.DateField()),
                ('reminders', fields.SmallIntField(default=0)),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'account_review', 'app': 'models', 'pk_attr': 'id', 'table_description': '年度盤點: the accounts of a unit, of an agency, or of neither, to be confirmed one by one until `due_on`.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AccountRules',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('idle_days', fields.SmallIntField(default=90)),
                ('first_warning', fields.SmallIntField(default=14)),
                ('last_warning', fields.SmallIntField(default=3)),
                ('review_months', fields.SmallIntField(default=12)),
                ('review_days', fields.SmallIntField(default=30)),
                ('review_locks', fields.BooleanField(default=True)),
            ],
            options={'table': 'account_rules', 'app': 'models', 'pk_attr': 'id', 'table_description': '帳號規則, one row: when accounts of staff are locked, and how often they are reviewed.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RequestStep',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('request', fields.ForeignKeyField('models.AccountRequest', source_field='request_id', db_constraint=True, to_field='id', related_name='steps', on_delete=OnDelete.RESTRICT)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('status', fields.CharEnumField(description='OPEN: open\nRETURNED: returned\nGRANTED: granted\nREFUSED: refused', enum_type=RequestStatus, max_length=20)),
                ('by', fields.ForeignKeyField('models.Account', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='request_steps', on_delete=OnDelete.RESTRICT)),
                ('reason', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'request_step', 'app': 'models', 'pk_attr': 'id', 'table_description': 'What became of a 帳號申請, one row for each step. `by` is None where the applicant did it.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Account',
            name='ends_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='Account',
            name='locked_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Account',
            name='locked_because',
            field=fields.CharEnumField(null=True, description='IDLE: idle\nREVIEW: review\nENDED: ended', enum_type=LockReason, max_length=10),
        ),
        ops.AddField(
            model_name='Account',
            name='reviewed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Account',
            name='used_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Account',
            name='warned_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Account',
            name='warnings',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.AlterField(
            model_name='AccountRequest',
            name='status',
            field=fields.CharEnumField(default=RequestStatus.OPEN, description='OPEN: open\nRETURNED: returned\nGRANTED: granted\nREFUSED: refused', enum_type=RequestStatus, max_length=20),
        ),
        ops.AddField(
            model_name='AccountRequest',
            name='agency',
            field=fields.ForeignKeyField('models.Agency', source_field='agency_id', null=True, db_constraint=True, to_field='id', related_name='account_requests', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='AccountRequest',
            name='contact',
            field=fields.CharField(default='', db_default='', max_length=60),
        ),
        ops.AddField(
            model_name='AccountRequest',
            name='county',
            field=fields.ForeignKeyField('models.County', source_field='county_id', null=True, db_constraint=True, to_field='code', related_name='account_requests', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='AccountRequest',
            name='host_unit',
            field=fields.ForeignKeyField('models.HostUnit', source_field='host_unit_id', null=True, db_constraint=True, to_field='id', related_name='account_requests', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='AccountRequest',
            name='unified_number',
            field=fields.CharField(default='', db_default='', max_length=8),
        ),
        ops.AddField(
            model_name='HostUnit',
            name='unified_number',
            field=fields.CharField(default='', db_default='', max_length=8),
        ),
        # Nobody knows when accounts of before were used last: their time begins now.
        ops.RunSQL('UPDATE account SET used_at = now(), reviewed_at = now()'),
        *(ops.RunSQL(f'CREATE {index}', f'DROP INDEX {name}') for name, index in INDEXES.items()),
    ]
