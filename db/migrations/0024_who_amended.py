"""A mark says who has changed it; rounds and cases stand in an index in the order in which they are listed."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

INDEXES = {
    'step_sent_to_agency': "application_step (agency_id, at DESC, id DESC) WHERE status = 'submitted'",
    'case_of_unit': 'application (host_unit_id, status, updated_at DESC, id DESC)',
}


class Migration(migrations.Migration):
    dependencies = [('models', '0023_teams')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Correction',
            name='amended_by',
            field=fields.ForeignKeyField('models.Account', source_field='amended_by_id', null=True, db_constraint=True, to_field='id', related_name='corrections_amended', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Correction',
            name='amended_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        *(ops.RunSQL(f'CREATE INDEX {name} ON {columns}', f'DROP INDEX {name}') for name, columns in INDEXES.items()),
    ]
