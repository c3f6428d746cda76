"""Certificates of one side, letters that no font draws, and what somebody writes and has not sent."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from db.sealing import SealedTextField

# Offices that exist get the rows; a new one has them from db/rules.csv. Of equal positions the key says the order.
_ROW = (
    "INSERT INTO rule (key, label, kind, demand, by_eye, source, note, position) SELECT '{key}', '{label}', {kind},"
    " '{demand}', false, '{source}', '', min(position) FROM rule WHERE key = '{after}' HAVING count(*) > 0"
)
ROWS = [
    _ROW.format(key=key, label=label, kind=kind, demand=demand, source=source, after=after)
    for key, label, source, after in (
        ('certificates-back', '證書反面', '線上申請教學 STEP 6', 'certificates'),
        ('letters', '姓名用字', '', 'identity'),
    )
    for kind, demand in (('NULL', 'advice'), ("'cancellation'", 'off'))
]


class Migration(migrations.Migration):
    dependencies = [('models', '0013_guarded_accounts')]

    initial = False

    operations = [
        ops.CreateModel(
            name='HalfWritten',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='half_written', on_delete=OnDelete.RESTRICT)),
                ('place', fields.CharField(max_length=60)),
                ('field', fields.CharField(max_length=60)),
                ('value', SealedTextField(generated=False, null=False, unique=False)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'half_written', 'app': 'models', 'unique_together': (('account', 'place', 'field'),), 'pk_attr': 'id', 'table_description': 'What an account has written in a field and not sent, as JSON text, sealed; `place` is a case or a dialog.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Training',
            name='has_no_back',
            field=fields.BooleanField(default=False, db_default=False),  # for the trainings that there are
        ),
        ops.AlterField(model_name='Training', name='has_no_back', field=fields.BooleanField(default=False)),
        *map(ops.RunSQL, ROWS),
    ]
