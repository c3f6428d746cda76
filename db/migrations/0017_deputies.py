"""A reviewer who is away has a deputy; a step says on whose behalf it was done."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('models', '0016_lists')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Deputyship',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='deputies', on_delete=OnDelete.RESTRICT)),
                ('deputy', fields.ForeignKeyField('models.Account', source_field='deputy_id', db_constraint=True, to_field='id', related_name='stands_in', on_delete=OnDelete.RESTRICT)),
                ('begins_on', fields.DateField()),
                ('ends_on', fields.DateField(db_index=True)),
                ('named_by', fields.ForeignKeyField('models.Account', source_field='named_by_id', db_constraint=True, to_field='id', related_name='named_deputies', on_delete=OnDelete.RESTRICT)),
                ('named_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'deputyship', 'app': 'models', 'pk_attr': 'id', 'table_description': '職務代理: from one day to another, both included, `deputy` does what the reviewer `account` would do.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='ApplicationStep',
            name='on_behalf_of',
            field=fields.ForeignKeyField('models.Account', source_field='on_behalf_of_id', null=True, db_constraint=True, to_field='id', related_name='steps_by_deputy', on_delete=OnDelete.RESTRICT),
        ),
    ]
