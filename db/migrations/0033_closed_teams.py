"""A 志工隊 can be closed: it keeps its name in what was recorded, and nobody is put into it any more."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [('models', '0032_what_imports_do')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Team',
            name='closed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
