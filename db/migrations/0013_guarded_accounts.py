"""Since when an account has been a reviewer's or an administrator's: its address stays guarded, whatever its role becomes."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('models', '0012_names')]
    initial = False

    operations = [
        ops.AddField(model_name='Account', name='guarded_since', field=fields.DatetimeField(null=True)),
        ops.RunSQL("UPDATE account SET guarded_since = created_at WHERE role IN ('reviewer', 'administrator')"),
    ]
