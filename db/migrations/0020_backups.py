"""Which backups were made, so that an office that has none for days can be told."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('models', '0019_large_offices')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Backup',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('made_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('files', fields.IntField()),
                ('missing', fields.IntField()),
                ('bytes', fields.BigIntField()),
            ],
            options={'table': 'backup', 'app': 'models', 'pk_attr': 'id', 'table_description': 'A backup of the whole office that was made; where it lies only its keeper knows.'},
            bases=['Model'],
        ),
    ]
