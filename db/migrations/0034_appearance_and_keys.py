"""外觀 of an account; since when a sealing key is in use, and what the administrator has settled of each key."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('models', '0031_log')]

    initial = False

    operations = [
        ops.CreateModel(
            name='KeyDuty',
            fields=[
                ('purpose', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=30)),
                ('days', fields.IntField()),
                ('changed_on', fields.DateField(null=True)),
                ('kept_at', fields.CharField(default='', max_length=200)),
            ],
            options={'table': 'key_duty', 'app': 'models', 'pk_attr': 'purpose', 'table_description': 'What the administrator has settled of one key: how often it is changed, when it last was, where it is kept.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Account',
            name='appearance',
            field=fields.CharField(default='', db_default='', max_length=10),
        ),
        ops.AddField(
            model_name='KeyCheck',
            name='since',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
