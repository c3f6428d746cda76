"""The decisions on a roster of which its unit is still to be told, all in one mail."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('models', '0013_guarded_accounts')]

    initial = False

    operations = [
        ops.CreateModel(
            name='UntoldDecision',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('application', fields.OneToOneField('models.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='untold_decision', on_delete=OnDelete.RESTRICT)),
                ('roster', fields.ForeignKeyField('models.Roster', source_field='roster_id', db_constraint=True, to_field='id', related_name='untold_decisions', on_delete=OnDelete.RESTRICT)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'untold_decision', 'app': 'models', 'pk_attr': 'id', 'table_description': 'A decision on a row of a roster that its unit has not been told of yet: it is told together with the others.'},
            bases=['Model'],
        ),
    ]
