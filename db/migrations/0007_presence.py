"""Who has a case open is called presence, as in the rules; the table and what belongs to it follow."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

INDEXES = ('one_holder', 'by_application_id')
# PostgreSQL names keys, references and, since version 18, NOT NULL after the table of the day.
CONSTRAINTS = (
    'DO $$ DECLARE name text; BEGIN'
    " FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'presence'::regclass AND conname LIKE 'reading%'"
    " LOOP EXECUTE format('ALTER TABLE presence RENAME CONSTRAINT %I TO %I', name, replace(name, 'reading', 'presence'));"
    ' END LOOP; END $$'
)


def _related(name: str, related_name: str | bool) -> list[ops.AlterField]:
    models = {'application': 'Application', 'account': 'Account'}
    return [
        ops.AlterField(
            model_name=name,
            name=field,
            field=fields.ForeignKeyField(
                f'models.{model}',
                source_field=f'{field}_id',
                db_constraint=True,
                to_field='id',
                related_name=related_name,
                on_delete=OnDelete.RESTRICT,
            ),
        )
        for field, model in models.items()
    ]


class Migration(migrations.Migration):
    dependencies = [('models', '0006_history_keys')]
    initial = False

    operations = [
        # RenameModel leaves the relations back in place, where the renamed model finds them taken; so there are none.
        *_related('Reading', False),
        ops.RenameModel('Reading', 'Presence'),
        *_related('Presence', 'presences'),
        *(ops.RunSQL(f'ALTER INDEX reading_{name} RENAME TO presence_{name}') for name in INDEXES),
        ops.RunSQL(CONSTRAINTS),
    ]
