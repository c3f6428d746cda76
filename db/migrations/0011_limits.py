"""Allowances, counted in the database; requests for accounts wait until their mail is confirmed."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0010_persons')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Allowance',
            fields=[
                ('key', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=64)),
                ('used', fields.IntField(default=0)),
                ('ends_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'allowance', 'app': 'models', 'pk_attr': 'key', 'table_description': 'How much of something somebody has used up in a period that ends at `ends_at`; the key says neither in clear.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='AccountRequest',
            name='confirmed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='AccountRequest',
            name='digest',
            field=fields.CharField(null=True, max_length=64),
        ),
    ]
