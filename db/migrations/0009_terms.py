"""The unit's time for a correction, and the reviewer's line on who has left all units.

Cases that are returned already were told that there is no term: they get one when `reviews.deadlines` next looks.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

# Offices that exist get the row here, new ones from rules.csv.
MEMBERSHIP = (
    "INSERT INTO rule (key, label, demand, by_eye, source, note, position) SELECT 'membership', '所屬運用單位', 'advice',"
    " false, '管理辦法 §5', '', coalesce(max(position), 0) + 1 FROM rule HAVING count(*) > 0"
)


class Migration(migrations.Migration):
    dependencies = [('models', '0008_papers')]
    initial = False

    operations = [
        # With a default for the agencies that there are.
        ops.AddField(model_name='Agency', name='correction_days', field=fields.SmallIntField(default=30, db_default=30)),
        ops.AlterField(model_name='Agency', name='correction_days', field=fields.SmallIntField(default=30)),
        ops.AddField(model_name='Application', name='correct_by', field=fields.DateField(null=True)),
        ops.RunSQL(MEMBERSHIP),
    ]
