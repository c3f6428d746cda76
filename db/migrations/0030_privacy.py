"""Notice, consent, the rights of the person with their terms, periods after which data goes, and records that are closed."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from db.choices import ConsentWay, RightsKind, RightsStatus
from db.sealing import SealedTextField
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

INDEXES = (
    'consent_by_volunteer ON consent (volunteer_id, at DESC)',
    'rights_by_volunteer ON rights_request (volunteer_id)',
    'rights_by_unit ON rights_request (host_unit_id, status, due_on)',
)


class Migration(migrations.Migration):
    dependencies = [('models', '0029_roles')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ClosedRecord',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('volunteer', fields.OneToOneField('models.Volunteer', source_field='volunteer_id', db_constraint=True, to_field='id', related_name='closed_record', on_delete=OnDelete.RESTRICT)),
                ('facts', SealedTextField(generated=False, null=False, unique=False)),
                ('name_index', fields.CharField(db_index=True, max_length=64)),
                ('closed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'closed_record', 'app': 'models', 'pk_attr': 'id', 'table_description': '封存: a person who has left; names, birth date and E-MAIL are sealed in `facts` and stand nowhere else.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='PrivacyNotice',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('sections', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('published_at', fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ('published_by', fields.ForeignKeyField('models.Account', source_field='published_by_id', null=True, db_constraint=True, to_field='id', related_name='privacy_notices', on_delete=OnDelete.RESTRICT)),
            ],
            options={'table': 'privacy_notice', 'app': 'models', 'pk_attr': 'id', 'table_description': '告知事項 (個人資料保護法 §8), one row for each version that was ever shown; the newest holds.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Consent',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('volunteer', fields.ForeignKeyField('models.Volunteer', source_field='volunteer_id', db_constraint=True, to_field='id', related_name='consents', on_delete=OnDelete.RESTRICT)),
                ('notice', fields.ForeignKeyField('models.PrivacyNotice', source_field='notice_id', null=True, db_constraint=True, to_field='id', related_name='consents', on_delete=OnDelete.RESTRICT)),
                ('is_given', fields.BooleanField()),
                ('way', fields.CharEnumField(description='PAPER: paper\nONLINE: online', enum_type=ConsentWay, max_length=10)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('by', fields.ForeignKeyField('models.Account', source_field='by_id', db_constraint=True, to_field='id', related_name='consents', on_delete=OnDelete.RESTRICT)),
                ('by_name', fields.CharField(max_length=60)),
                ('from_unit', fields.CharField(max_length=80)),
            ],
            options={'table': 'consent', 'app': 'models', 'pk_attr': 'id', 'table_description': '同意個資使用, given or withdrawn: to which version of the notice, when, and who wrote it down how.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RetentionPeriod',
            fields=[
                ('name', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=30)),
                ('days', fields.IntField(null=True)),
                ('is_on', fields.BooleanField(default=False)),
                ('changed_by', fields.ForeignKeyField('models.Account', source_field='changed_by_id', db_constraint=True, to_field='id', related_name='retention_periods', on_delete=OnDelete.RESTRICT)),
                ('changed_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'retention_period', 'app': 'models', 'pk_attr': 'name', 'table_description': '保存期限: after how many days something goes; without a row, or with none, it stays.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RightsRequest',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('volunteer', fields.ForeignKeyField('models.Volunteer', source_field='volunteer_id', db_constraint=True, to_field='id', related_name='rights_requests', on_delete=OnDelete.RESTRICT)),
                ('host_unit', fields.ForeignKeyField('models.HostUnit', source_field='host_unit_id', db_constraint=True, to_field='id', related_name='rights_requests', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharEnumField(description='VIEW: view\nCOPY: copy\nCORRECT: correct\nSTOP: stop\nDELETE: delete', enum_type=RightsKind, max_length=10)),
                ('way', fields.CharEnumField(description='PAPER: paper\nONLINE: online', enum_type=ConsentWay, max_length=10)),
                ('wording', SealedTextField(generated=False, null=False, unique=False)),
                ('field', fields.CharField(default='', max_length=40)),
                ('old_value', SealedTextField(null=True, generated=False, unique=False)),
                ('new_value', SealedTextField(null=True, generated=False, unique=False)),
                ('status', fields.CharEnumField(default=RightsStatus.OPEN, description='OPEN: open\nGRANTED: granted\nREFUSED: refused\nWITHDRAWN: withdrawn', enum_type=RightsStatus, max_length=10)),
                ('asked_on', fields.DateField()),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('asked_by', fields.ForeignKeyField('models.Account', source_field='asked_by_id', db_constraint=True, to_field='id', related_name='asked_rights', on_delete=OnDelete.RESTRICT)),
                ('due_on', fields.DateField(db_index=True)),
                ('extended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('extension_reason', fields.CharField(default='', max_length=200)),
                ('answer', SealedTextField(null=True, generated=False, unique=False)),
                ('decided_by', fields.ForeignKeyField('models.Account', source_field='decided_by_id', null=True, db_constraint=True, to_field='id', related_name='decided_rights', on_delete=OnDelete.RESTRICT)),
                ('decided_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'rights_request', 'app': 'models', 'pk_attr': 'id', 'table_description': '當事人權利 (個人資料保護法 §3): what a volunteer asks of the unit that keeps the data, and what became of it.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='OutgoingMail',
            name='cleared_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        *(ops.RunSQL(f'CREATE INDEX {name}') for name in INDEXES),
    ]
