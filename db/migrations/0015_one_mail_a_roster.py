"""The decisions on a roster of which its unit is still to be told, all in one mail; two more reasons for a mark."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from db.choices import CorrectionReason

REASONS = (
    'BLURRED: blurred\nNOT_HALF_LENGTH: not_half_length\nNO_BACK: no_back\nWRONG_DATE: wrong_date\n'
    'TOO_FEW_HOURS: too_few_hours\nWRONG_NUMBER: wrong_number\nWRONG_NAME: wrong_name\nNOT_OWN: not_own\nOTHER: other'
)


class Migration(migrations.Migration):
    dependencies = [('models', '0014_one_sided')]

    initial = False

    operations = [
        ops.CreateModel(
            name='UntoldDecision',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('application', fields.OneToOneField('models.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='untold_decision', on_delete=OnDelete.RESTRICT)),
                ('roster', fields.ForeignKeyField('models.Roster', source_field='roster_id', db_constraint=True, to_field='id', related_name='untold_decisions', on_delete=OnDelete.RESTRICT)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'untold_decision', 'app': 'models', 'pk_attr': 'id', 'table_description': 'A decision on a row of a roster that its unit has not been told of yet: it is told together with the others.'},
            bases=['Model'],
        ),
        *(
            ops.AlterField(
                model_name=model,
                name='reason',
                field=fields.CharEnumField(description=REASONS, enum_type=CorrectionReason, max_length=20),
            )
            for model in ('Correction', 'CorrectionExchange')
        ),
    ]
