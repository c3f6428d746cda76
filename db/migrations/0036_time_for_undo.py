"""How long a reviewer may take a decision back: WCAG 2.2.1 asks that whoever needs longer can have it."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('models', '0035_sealed_history')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Account',
            name='undo_seconds',
            field=fields.SmallIntField(default=10, db_default=10),
        ),
    ]
