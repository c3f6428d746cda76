"""Exchanges of a mark, the office's own changes, and what the clock told in each round."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from ..choices import CorrectionReason, CorrectionStatus, MailPreference
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0004_review_desk_guards')]

    initial = False

    operations = [
        ops.CreateModel(
            name='CorrectionExchange',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('correction', fields.ForeignKeyField('models.Correction', source_field='correction_id', db_constraint=True, to_field='id', related_name='exchanges', on_delete=OnDelete.RESTRICT)),
                ('round', fields.SmallIntField()),
                ('reason', fields.CharEnumField(description='BLURRED: blurred\nNOT_HALF_LENGTH: not_half_length\nNO_BACK: no_back\nWRONG_DATE: wrong_date\nTOO_FEW_HOURS: too_few_hours\nWRONG_NUMBER: wrong_number\nOTHER: other', enum_type=CorrectionReason, max_length=20)),
                ('text', fields.TextField(unique=False)),
                ('old_value', fields.TextField(default='', unique=False)),
                ('old_file', fields.UUIDField(null=True)),
                ('new_value', fields.TextField(default='', unique=False)),
                ('new_file', fields.UUIDField(null=True)),
                ('status', fields.CharEnumField(description='OPEN: open\nMENDED: mended\nDISPUTED: disputed\nACCEPTED: accepted\nWITHDRAWN: withdrawn', enum_type=CorrectionStatus, max_length=20)),
                ('answer', fields.TextField(default='', unique=False)),
                ('answered_by', fields.ForeignKeyField('models.Account', source_field='answered_by_id', db_constraint=True, to_field='id', related_name='exchanges_answered', on_delete=OnDelete.RESTRICT)),
                ('answered_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('reopened_by', fields.ForeignKeyField('models.Account', source_field='reopened_by_id', db_constraint=True, to_field='id', related_name='exchanges_reopened', on_delete=OnDelete.RESTRICT)),
                ('reopened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'correction_exchange', 'app': 'models', 'pk_attr': 'id', 'table_description': '先前往返: the text of a mark and the answer of the unit, before the reviewer reopened the mark.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='OfficeEntry',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('by', fields.ForeignKeyField('models.Account', source_field='by_id', db_constraint=True, to_field='id', related_name='office_entries', on_delete=OnDelete.RESTRICT)),
                ('by_name', fields.CharField(max_length=60)),
                ('from_unit', fields.CharField(max_length=80)),
                ('section', fields.CharField(max_length=20)),
                ('subject', fields.CharField(default='', max_length=120)),
                ('action', fields.CharField(max_length=10)),
                ('label', fields.CharField(default='', max_length=60)),
                ('old', fields.TextField(default='', unique=False)),
                ('new', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'office_entry', 'app': 'models', 'pk_attr': 'id', 'table_description': '系統異動: one fact of the office itself (a rule, a day, a series, a wording, an account) changed by somebody.'},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Account',
            name='mail_preference',
            field=fields.CharEnumField(default=MailPreference.EACH, description='EACH: each\nDIGEST: digest\nNONE: none', enum_type=MailPreference, max_length=10),
        ),
        ops.AlterField(
            model_name='Agency',
            name='renewal_keeps_number',
            field=fields.BooleanField(default=True),
        ),
        ops.AlterField(
            model_name='Agency',
            name='supervisor_email',
            field=fields.CharField(default='', max_length=254),
        ),
        ops.AlterField(
            model_name='Agency',
            name='supervisor_name',
            field=fields.CharField(default='', max_length=60),
        ),
        ops.AlterField(
            model_name='Application',
            name='roster_position',
            field=fields.SmallIntField(default=0),
        ),
        ops.AlterModelOptions(
            name='ApplicationStep',
            options={'table': 'application_step', 'app': 'models', 'pk_attr': 'id', 'table_description': 'One transition of an application: when, by whom, to which status, in which round, why.'},
        ),
        ops.AlterField(
            model_name='ApplicationStep',
            name='round',
            field=fields.SmallIntField(default=0),
        ),
        ops.AddField(
            model_name='ApplicationStep',
            name='escalated_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ApplicationStep',
            name='reminded_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AlterModelOptions(
            name='BookIssue',
            options={'table': 'book_issue', 'app': 'models', 'pk_attr': 'id', 'table_description': '發冊紀錄: one entry of the number ledger: 初次, 換發, 補發 or 註銷 of a book, by whom, under which number.'},
        ),
        ops.AlterField(
            model_name='NumberSeries',
            name='pattern',
            field=fields.CharField(default='', max_length=80),
        ),
        ops.AlterField(
            model_name='OutgoingMail',
            name='template',
            field=fields.CharField(default='', max_length=40),
        ),
        ops.AlterField(
            model_name='RecordBook',
            name='earlier_legacy',
            field=fields.CharField(default='', max_length=90),
        ),
        ops.RunSQL('CREATE INDEX correction_exchange_by_correction_id ON correction_exchange (correction_id)'),
        # What the present round was told, as far as it is known.
        ops.RunSQL(
            'UPDATE application_step SET reminded_at = application.reminded_at, escalated_at = application.escalated_at'
            ' FROM application WHERE application_step.application_id = application.id'
            " AND application_step.status = 'submitted' AND application_step.round = application.round"
        ),
        ops.AlterModelOptions(
            name='Rule',
            options={'table': 'rule', 'app': 'models', 'pk_attr': 'id', 'table_description': '送審前體檢: what is required of an application, since when, by which law; the most specific row of a key applies.'},
        ),
    ]
