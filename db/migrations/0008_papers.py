"""What an application holds is kept when it is sent and when it is looked at; what looked at it names its digest."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from ..sealing import SealedTextField

INDEXED = {'case_content': ('application_id',)}

# What each check by eye that came with the system looks at; one that the office added looks at everything.
PARTS = {
    'eye-photo': 'photo identity',
    'eye-name': 'identity certificates',
    'eye-course': 'trainings',
    'eye-seal': 'certificates',
}
_DIGESTS = {'Correction': ('seen_digest', 64), 'Decision': ('digest', 64), 'EyeCheck': ('digest', 64), 'Rule': ('parts', 80)}


# New columns of tables that have rows need a default in the database until the rows are filled, put in by hand.
class Migration(migrations.Migration):
    dependencies = [('models', '0007_presence')]
    initial = False

    operations = [
        ops.CreateModel(
            name='CaseContent',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    'application',
                    fields.ForeignKeyField(
                        'models.Application',
                        source_field='application_id',
                        db_constraint=True,
                        to_field='id',
                        related_name='contents',
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ('round', fields.SmallIntField()),
                ('content', SealedTextField(generated=False, null=False, unique=False)),
                ('digest', fields.CharField(max_length=64)),
                (
                    'by',
                    fields.ForeignKeyField(
                        'models.Account',
                        source_field='by_id',
                        db_constraint=True,
                        to_field='id',
                        related_name='contents_seen',
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('is_sent', fields.BooleanField(default=False)),
            ],
            options={
                'table': 'case_content',
                'app': 'models',
                'pk_attr': 'id',
                'table_description': (
                    '送審內容: what an application held when it was sent (`is_sent`), or when a reviewer looked at it; '
                    'never removed.'
                ),
            },
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Application',
            name='papers_changed_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        *(
            ops.AddField(model_name=model, name=name, field=fields.CharField(default='', db_default='', max_length=most))
            for model, (name, most) in _DIGESTS.items()
        ),
        *(
            ops.AlterField(model_name=model, name=name, field=fields.CharField(default='', max_length=most))
            for model, (name, most) in _DIGESTS.items()
        ),
        *(ops.RunSQL(f"UPDATE rule SET parts = '{parts}' WHERE by_eye AND key = '{key}'") for key, parts in PARTS.items()),
        *(
            ops.RunSQL(f'CREATE INDEX {table}_by_{columns[0]} ON "{table}" ({", ".join(columns)})')
            for table, columns in INDEXED.items()
        ),
    ]
