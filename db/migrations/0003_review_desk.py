from tortoise import migrations
from tortoise.migrations import operations as ops
from ..choices import ApplicationStatus, CallResult, CorrectionReason, CorrectionStatus, Demand, IssueKind, MailPreference, MailStatus, Place
from tortoise.fields.base import OnDelete
from uuid import uuid4
from tortoise import fields

# New columns of tables that have rows already need a default in the database too (`db_default`), put in by hand.
class Migration(migrations.Migration):
    dependencies = [('models', '0002_guards')]

    initial = False

    operations = [
        ops.CreateModel(
            name='BookIssue',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('book', fields.ForeignKeyField('models.RecordBook', source_field='book_id', db_constraint=True, to_field='id', related_name='issues', on_delete=OnDelete.RESTRICT)),
                ('application', fields.OneToOneField('models.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='book_issue', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharEnumField(description='FIRST: first\nREPLACEMENT: replacement\nREISSUE: reissue\nCANCELLATION: cancellation', enum_type=IssueKind, max_length=20)),
                ('number', fields.CharField(max_length=80)),
                ('by', fields.ForeignKeyField('models.Account', source_field='by_id', null=True, db_constraint=True, to_field='id', related_name='book_issues', on_delete=OnDelete.RESTRICT)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'book_issue', 'app': 'models', 'pk_attr': 'id', 'table_description': '發冊紀錄: one entry of the number ledger: 初次, 換發, 補發 or 註銷 of a book, by whose decision, under which number.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('day', fields.DateField(db_index=True)),
                ('county', fields.ForeignKeyField('models.County', source_field='county_id', null=True, db_constraint=True, to_field='code', related_name='calendar_days', on_delete=OnDelete.RESTRICT)),
                ('is_off', fields.BooleanField(default=True)),
                ('name', fields.CharField(max_length=60)),
                ('is_manual', fields.BooleanField(default=False)),
            ],
            options={'table': 'calendar_day', 'app': 'models', 'pk_attr': 'id', 'table_description': '辦公日曆: a day that is not what its weekday says, for the whole country or for one county (a typhoon, say).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Correction',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('application', fields.ForeignKeyField('models.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='corrections', on_delete=OnDelete.RESTRICT)),
                ('round', fields.SmallIntField()),
                ('place', fields.CharEnumField(description='BASICS: basics\nTRAINING: training\nAPPLICATION: application', enum_type=Place, max_length=20)),
                ('training_id', fields.IntField(null=True)),
                ('field', fields.CharField(max_length=40)),
                ('label', fields.CharField(max_length=120)),
                ('spot_x', fields.FloatField(null=True)),
                ('spot_y', fields.FloatField(null=True)),
                ('reason', fields.CharEnumField(description='BLURRED: blurred\nNOT_HALF_LENGTH: not_half_length\nNO_BACK: no_back\nWRONG_DATE: wrong_date\nTOO_FEW_HOURS: too_few_hours\nWRONG_NUMBER: wrong_number\nOTHER: other', enum_type=CorrectionReason, max_length=20)),
                ('text', fields.TextField(unique=False)),
                ('old_value', fields.TextField(default='', unique=False)),
                ('old_file', fields.UUIDField(null=True)),
                ('new_value', fields.TextField(default='', unique=False)),
                ('new_file', fields.UUIDField(null=True)),
                ('status', fields.CharEnumField(default=CorrectionStatus.OPEN, description='OPEN: open\nMENDED: mended\nDISPUTED: disputed\nACCEPTED: accepted\nWITHDRAWN: withdrawn', enum_type=CorrectionStatus, max_length=20)),
                ('raised_by', fields.ForeignKeyField('models.Account', source_field='raised_by_id', db_constraint=True, to_field='id', related_name='corrections_raised', on_delete=OnDelete.RESTRICT)),
                ('raised_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('answer', fields.TextField(default='', unique=False)),
                ('answered_by', fields.ForeignKeyField('models.Account', source_field='answered_by_id', null=True, db_constraint=True, to_field='id', related_name='corrections_answered', on_delete=OnDelete.RESTRICT)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('closed_by', fields.ForeignKeyField('models.Account', source_field='closed_by_id', null=True, db_constraint=True, to_field='id', related_name='corrections_closed', on_delete=OnDelete.RESTRICT)),
                ('closed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'correction', 'app': 'models', 'pk_attr': 'id', 'table_description': '補正: a mark of the reviewer on a field, the photo or a spot of a certificate, and its outcome.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Decision',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('application', fields.OneToOneField('models.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='decision', on_delete=OnDelete.RESTRICT)),
                ('to', fields.CharEnumField(description='DRAFT: draft\nSUBMITTED: submitted\nRETURNED: returned\nAPPROVED: approved\nREJECTED: rejected\nWITHDRAWN: withdrawn', enum_type=ApplicationStatus, max_length=20)),
                ('reason', fields.TextField(default='', unique=False)),
                ('by', fields.ForeignKeyField('models.Account', source_field='by_id', db_constraint=True, to_field='id', related_name='decisions', on_delete=OnDelete.RESTRICT)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('release_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('problem', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'decision', 'app': 'models', 'pk_attr': 'id', 'table_description': 'A decision its reviewer may still undo: number and mail are released at `release_at` (核可後 10 秒內可復原).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='MailTemplate',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=40)),
                ('subject', fields.CharField(max_length=200)),
                ('body', fields.TextField(unique=False)),
                ('changed_by', fields.ForeignKeyField('models.Account', source_field='changed_by_id', db_constraint=True, to_field='id', related_name='mail_templates', on_delete=OnDelete.RESTRICT)),
                ('changed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'mail_template', 'app': 'models', 'pk_attr': 'name', 'table_description': "The administrator's own wording of a mail; without a row the built-in one is used."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PhoneCall',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('application', fields.ForeignKeyField('models.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='calls', on_delete=OnDelete.RESTRICT)),
                ('by', fields.ForeignKeyField('models.Account', source_field='by_id', db_constraint=True, to_field='id', related_name='calls', on_delete=OnDelete.RESTRICT)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('callee', fields.CharField(default='', max_length=80)),
                ('phone', fields.CharField(default='', max_length=30)),
                ('result', fields.CharEnumField(description='REACHED: reached\nMESSAGE_LEFT: message_left\nNO_ANSWER: no_answer\nWRONG_NUMBER: wrong_number', enum_type=CallResult, max_length=20)),
                ('note', fields.CharField(default='', max_length=200)),
            ],
            options={'table': 'phone_call', 'app': 'models', 'pk_attr': 'id', 'table_description': '電話通知: who called whom about an application, when, and with what result.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Reading',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('application', fields.ForeignKeyField('models.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='readings', on_delete=OnDelete.RESTRICT)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='readings', on_delete=OnDelete.RESTRICT)),
                ('opened_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('seen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('holds', fields.BooleanField(default=False)),
            ],
            options={'table': 'reading', 'app': 'models', 'pk_attr': 'id', 'table_description': "A page on which a reviewer has a case open; `holds`: this reviewer works on it (正在審). `id` is the page's."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Roster',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('host_unit', fields.ForeignKeyField('models.HostUnit', source_field='host_unit_id', db_constraint=True, to_field='id', related_name='rosters', on_delete=OnDelete.RESTRICT)),
                ('county', fields.ForeignKeyField('models.County', source_field='county_id', db_constraint=True, to_field='code', related_name='rosters', on_delete=OnDelete.RESTRICT)),
                ('agency', fields.ForeignKeyField('models.Agency', source_field='agency_id', db_constraint=True, to_field='id', related_name='rosters', on_delete=OnDelete.RESTRICT)),
                ('title', fields.CharField(max_length=80)),
                ('created_by', fields.ForeignKeyField('models.Account', source_field='created_by_id', db_constraint=True, to_field='id', related_name='rosters', on_delete=OnDelete.RESTRICT)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('updated_at', fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={'table': 'roster', 'app': 'models', 'pk_attr': 'id', 'table_description': '名冊: applications of one unit to one agency that are prepared, sent and reviewed together (管理辦法 §5).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Rule',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('key', fields.CharField(max_length=40)),
                ('label', fields.CharField(max_length=60)),
                ('agency', fields.ForeignKeyField('models.Agency', source_field='agency_id', null=True, db_constraint=True, to_field='id', related_name='rules', on_delete=OnDelete.RESTRICT)),
                ('field', fields.ForeignKeyField('models.Field', source_field='field_id', null=True, db_constraint=True, to_field='id', related_name='rules', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharEnumField(null=True, description='FIRST: first\nREPLACEMENT: replacement\nREISSUE: reissue\nCANCELLATION: cancellation', enum_type=IssueKind, max_length=20)),
                ('demand', fields.CharEnumField(default=Demand.REQUIRED, description='REQUIRED: required\nADVICE: advice\nOFF: off', enum_type=Demand, max_length=10)),
                ('by_eye', fields.BooleanField(default=False)),
                ('source', fields.CharField(default='', max_length=200)),
                ('note', fields.CharField(default='', max_length=200)),
                ('valid_from', fields.DateField(null=True)),
                ('valid_to', fields.DateField(null=True)),
                ('position', fields.SmallIntField(default=0)),
            ],
            options={'table': 'rule', 'app': 'models', 'pk_attr': 'id', 'table_description': '送審前體檢: what is asked of an application under a key, since when, by which law; the narrowest row that fits counts.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='EyeCheck',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('application', fields.ForeignKeyField('models.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='eye_checks', on_delete=OnDelete.RESTRICT)),
                ('round', fields.SmallIntField()),
                ('rule', fields.ForeignKeyField('models.Rule', source_field='rule_id', db_constraint=True, to_field='id', related_name='eye_checks', on_delete=OnDelete.RESTRICT)),
                ('by', fields.ForeignKeyField('models.Account', source_field='by_id', db_constraint=True, to_field='id', related_name='eye_checks', on_delete=OnDelete.RESTRICT)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'eye_check', 'app': 'models', 'unique_together': (('application', 'round', 'rule'),), 'pk_attr': 'id', 'table_description': '目視: a reviewer has checked what a program cannot, in this round of the application.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Account',
            name='mail_preference',
            field=fields.CharEnumField(default=MailPreference.EACH, db_default='each', description='EACH: each\nDIGEST: digest\nNONE: none', enum_type=MailPreference, max_length=10),
        ),
        ops.AddField(
            model_name='Agency',
            name='renewal_keeps_number',
            field=fields.BooleanField(default=True, db_default=True),
        ),
        ops.AddField(
            model_name='Agency',
            name='supervisor_email',
            field=fields.CharField(default='', db_default='', max_length=254),
        ),
        ops.AddField(
            model_name='Agency',
            name='supervisor_name',
            field=fields.CharField(default='', db_default='', max_length=60),
        ),
        ops.AddField(
            model_name='Application',
            name='escalated_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Application',
            name='previous',
            field=fields.ForeignKeyField('models.Application', source_field='previous_id', null=True, db_constraint=True, to_field='id', related_name='repetitions', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Application',
            name='reminded_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Application',
            name='roster',
            field=fields.ForeignKeyField('models.Roster', source_field='roster_id', null=True, db_constraint=True, to_field='id', related_name='applications', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Application',
            name='roster_position',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.AlterModelOptions(
            name='ApplicationStep',
            options={'table': 'application_step', 'app': 'models', 'pk_attr': 'id', 'table_description': 'One move of an application: when, by whom, to which status, why; of 送審 also which round it began and its due day.'},
        ),
        ops.AddField(
            model_name='ApplicationStep',
            name='due_on',
            field=fields.DateField(null=True),
        ),
        ops.AddField(
            model_name='ApplicationStep',
            name='round',
            field=fields.SmallIntField(default=0, db_default=0),
        ),
        ops.AddField(
            model_name='NumberSeries',
            name='pattern',
            field=fields.CharField(default='', db_default='', max_length=80),
        ),
        ops.AlterField(
            model_name='OutgoingMail',
            name='status',
            field=fields.CharEnumField(default=MailStatus.WAITING, description='WAITING: waiting\nSENT: sent\nFAILED: failed\nBOUNCED: bounced\nDEFERRED: deferred\nSKIPPED: skipped', enum_type=MailStatus, max_length=20),
        ),
        ops.AddField(
            model_name='OutgoingMail',
            name='account',
            field=fields.ForeignKeyField('models.Account', source_field='account_id', null=True, db_constraint=True, to_field='id', related_name='mails', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='OutgoingMail',
            name='digest',
            field=fields.ForeignKeyField('models.OutgoingMail', source_field='digest_id', null=True, db_constraint=True, to_field='id', related_name='digested', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='OutgoingMail',
            name='resent_from',
            field=fields.ForeignKeyField('models.OutgoingMail', source_field='resent_from_id', null=True, db_constraint=True, to_field='id', related_name='repetitions', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='OutgoingMail',
            name='roster',
            field=fields.ForeignKeyField('models.Roster', source_field='roster_id', null=True, db_constraint=True, to_field='id', related_name='mails', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='OutgoingMail',
            name='template',
            field=fields.CharField(default='', db_default='', max_length=40),
        ),
        ops.AddField(
            model_name='RecordBook',
            name='earlier',
            field=fields.ForeignKeyField('models.RecordBook', source_field='earlier_id', null=True, db_constraint=True, to_field='id', related_name='later', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='RecordBook',
            name='earlier_legacy',
            field=fields.CharField(default='', db_default='', max_length=90),
        ),
    ]
