"""The rounds of an agency stand in an index in the order in which they are listed, counted and exported."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [('models', '0020_backups')]

    initial = False

    operations = [
        ops.RunSQL(
            "CREATE INDEX step_sent_to_agency ON application_step (agency_id, at DESC, id DESC) WHERE status = 'submitted'",
            'DROP INDEX step_sent_to_agency',
        ),
    ]
