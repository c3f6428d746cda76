"""Of an import: whether a row adds a record, changes one or says what is there; and how many were changed."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('models', '0031_log')]

    initial = False

    operations = [
        ops.AddField(model_name='ImportBatch', name='changed', field=fields.IntField(default=0, db_default=0)),
        ops.AddField(model_name='ImportBlock', name='acts', field=fields.TextField(default='', db_default='')),
    ]
