"""Roles by scope: 志工督導 who sign off, county authorities, the ministry, inspectors and their samples."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.migrations import operations as ops

from db.choices import Role

INDEXES = (
    'application_by_assignee ON application (assignee_id) WHERE assignee_id IS NOT NULL',
    'sign_off_by_application ON sign_off (application_id)',
    'sign_off_by_roster ON sign_off (roster_id)',
    'inspection_by_inspector ON inspection (inspector_id, drawn_at DESC)',
    'inspected_case_by_application ON inspected_case (application_id)',
    'account_by_county ON account (county_id) WHERE county_id IS NOT NULL',
)


class Migration(migrations.Migration):
    dependencies = [('models', '0028_second_factors')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Inspection',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('inspector', fields.ForeignKeyField('models.Account', source_field='inspector_id', db_constraint=True, to_field='id', related_name='inspections', on_delete=OnDelete.RESTRICT)),
                ('agency', fields.ForeignKeyField('models.Agency', source_field='agency_id', db_constraint=True, to_field='id', related_name='inspections', on_delete=OnDelete.RESTRICT)),
                ('begins_on', fields.DateField()),
                ('ends_on', fields.DateField()),
                ('reason', fields.TextField(unique=False)),
                ('drawn_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('closes_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'inspection', 'app': 'models', 'pk_attr': 'id', 'table_description': '稽核抽查: a random sample of what an agency decided in a period, which one inspector reads for a time.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='InspectedCase',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('inspection', fields.ForeignKeyField('models.Inspection', source_field='inspection_id', db_constraint=True, to_field='id', related_name='cases', on_delete=OnDelete.RESTRICT)),
                ('application', fields.ForeignKeyField('models.Application', source_field='application_id', db_constraint=True, to_field='id', related_name='inspected', on_delete=OnDelete.RESTRICT)),
                ('opened_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'inspected_case', 'app': 'models', 'unique_together': (('inspection', 'application'),), 'pk_attr': 'id', 'table_description': 'A case of the sample, and when the inspector first opened it.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='SignOff',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('application', fields.ForeignKeyField('models.Application', source_field='application_id', null=True, db_constraint=True, to_field='id', related_name='sign_offs', on_delete=OnDelete.RESTRICT)),
                ('roster', fields.ForeignKeyField('models.Roster', source_field='roster_id', null=True, db_constraint=True, to_field='id', related_name='sign_offs', on_delete=OnDelete.RESTRICT)),
                ('papers', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('asked_by', fields.ForeignKeyField('models.Account', source_field='asked_by_id', db_constraint=True, to_field='id', related_name='asked_sign_offs', on_delete=OnDelete.RESTRICT)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('name', fields.CharField(default='', max_length=60)),
                ('email', fields.CharField(default='', max_length=254)),
                ('digest', fields.CharField(null=True, unique=True, max_length=64)),
                ('expires_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('is_agreed', fields.BooleanField(null=True)),
                ('reason', fields.TextField(default='', unique=False)),
                ('answered_by', fields.ForeignKeyField('models.Account', source_field='answered_by_id', null=True, db_constraint=True, to_field='id', related_name='answered_sign_offs', on_delete=OnDelete.RESTRICT)),
                ('answered_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sign_off', 'app': 'models', 'pk_attr': 'id', 'table_description': "簽核: a unit's 志工督導 is asked to agree to an application or a roster before it is sent."},
            bases=['Model'],
        ),
        ops.AlterField(
            model_name='Account',
            name='role',
            field=fields.CharEnumField(description='UNIT_STAFF: unit_staff\nREVIEWER: reviewer\nVOLUNTEER: volunteer\nADMINISTRATOR: administrator\nSUPERVISOR: supervisor\nCOUNTY: county\nMINISTRY: ministry\nINSPECTOR: inspector', enum_type=Role, max_length=20),
        ),
        ops.AddField(
            model_name='Account',
            name='county',
            field=fields.ForeignKeyField('models.County', source_field='county_id', null=True, db_constraint=True, to_field='code', related_name='accounts', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='Account',
            name='is_agency_supervisor',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AlterField(
            model_name='AccountRequest',
            name='role',
            field=fields.CharEnumField(default=Role.UNIT_STAFF, description='UNIT_STAFF: unit_staff\nREVIEWER: reviewer\nVOLUNTEER: volunteer\nADMINISTRATOR: administrator\nSUPERVISOR: supervisor\nCOUNTY: county\nMINISTRY: ministry\nINSPECTOR: inspector', enum_type=Role, max_length=20),
        ),
        ops.AddField(
            model_name='Application',
            name='assignee',
            field=fields.ForeignKeyField('models.Account', source_field='assignee_id', null=True, db_constraint=True, to_field='id', related_name='assigned_applications', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddField(
            model_name='HostUnit',
            name='demands_sign_off',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        *(ops.RunSQL(f'CREATE INDEX {index}') for index in INDEXES),
    ]
