"""Lists sort names by strokes, and are found again by an address that has no name in it."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

from db.sealing import SealedTextField

class Migration(migrations.Migration):
    dependencies = [('models', '0015_one_mail_a_roster')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Volunteer',
            name='name_order',
            field=fields.CharField(default='', db_default='', max_length=96),  # made at the start
        ),
        ops.AlterField(
            model_name='Volunteer',
            name='name_order',
            field=fields.CharField(default='', max_length=96),
        ),
        ops.CreateModel(
            name='KeptSearch',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=32)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='searches', on_delete=OnDelete.RESTRICT)),
                ('words', SealedTextField()),
                ('kept_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'kept_search', 'app': 'models', 'pk_attr': 'key', 'table_description': 'The words that an account looked for, sealed, under a random key that stands in addresses instead of them.'},
            bases=['Model'],
        ),
    ]
