"""Imports: batches, their cells sealed in blocks, what was written and can be taken back; headings that a unit explained."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from db.choices import BatchState, ImportKind
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0020_backups')]

    initial = False

    operations = [
        ops.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('kind', fields.CharEnumField(description='VOLUNTEERS: volunteers\nTRAININGS: trainings\nSERVICE_HOURS: service-hours\nOPENING_HOURS: opening-hours\nINSURANCE: insurance\nPAPER_BOOKS: paper-books\nTEAMS: teams\nPICTURES: pictures', enum_type=ImportKind, max_length=20)),
                ('state', fields.CharEnumField(default=BatchState.READING, description='READING: reading\nUNREADABLE: unreadable\nGRADED: graded\nWRITING: writing\nDONE: done\nTAKING_BACK: taking-back\nTAKEN_BACK: taken-back\nDROPPED: dropped', enum_type=BatchState, max_length=20)),
                ('host_unit', fields.ForeignKeyField('models.HostUnit', source_field='host_unit_id', db_constraint=True, to_field='id', related_name='imports', on_delete=OnDelete.RESTRICT)),
                ('account', fields.ForeignKeyField('models.Account', source_field='account_id', db_constraint=True, to_field='id', related_name='imports', on_delete=OnDelete.RESTRICT)),
                ('confirmed_by', fields.ForeignKeyField('models.Account', source_field='confirmed_by_id', null=True, db_constraint=True, to_field='id', related_name='confirmed_imports', on_delete=OnDelete.RESTRICT)),
                ('taken_back_by', fields.ForeignKeyField('models.Account', source_field='taken_back_by_id', null=True, db_constraint=True, to_field='id', related_name='imports_taken_back', on_delete=OnDelete.RESTRICT)),
                ('file_name', fields.CharField(default='', max_length=120)),
                ('digest', fields.CharField(max_length=64)),
                ('size', fields.IntField()),
                ('is_pasted', fields.BooleanField(default=False)),
                ('sheet', fields.CharField(default='', max_length=100)),
                ('sheets', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('headings', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('mapping', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('heading_row', fields.IntField(default=0)),
                ('lacking', fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ('common', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('why', fields.TextField(default='', unique=False)),
                ('edition', fields.IntField(default=1)),
                ('rows', fields.IntField(default=0)),
                ('good', fields.IntField(default=0)),
                ('attention', fields.IntField(default=0)),
                ('wrong', fields.IntField(default=0)),
                ('written', fields.IntField(default=0)),
                ('done', fields.IntField(default=0)),
                ('total', fields.IntField(default=0)),
                ('milliseconds', fields.IntField(default=0)),
                ('begun_at', fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ('graded_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('confirmed_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('written_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('taken_back_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('cells_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'import_batch', 'app': 'models', 'indexes': [Index(fields=['host_unit_id', 'id'])], 'pk_attr': 'id', 'table_description': '匯入批次: one file or pasted range of a unit, from reading to taking back.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ImportBlock',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('batch', fields.ForeignKeyField('models.ImportBatch', source_field='batch_id', db_constraint=True, to_field='id', related_name='blocks', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('first_row', fields.IntField()),
                ('rows', fields.IntField()),
                ('cells', fields.BinaryField()),
                ('graded', fields.BinaryField(null=True)),
                ('twins', fields.BinaryField(null=True)),
                ('grades', fields.TextField(default='', unique=False)),
                ('doubts', fields.TextField(default='', unique=False)),
                ('takes', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'import_block', 'app': 'models', 'unique_together': (('batch', 'number'),), 'pk_attr': 'id', 'table_description': 'Some hundred rows of an import: cells as typed and what grading made of them, sealed together.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ImportFile',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('batch', fields.OneToOneField('models.ImportBatch', source_field='batch_id', db_constraint=True, to_field='id', related_name='file', on_delete=OnDelete.RESTRICT)),
                ('content', fields.BinaryField()),
            ],
            options={'table': 'import_file', 'app': 'models', 'pk_attr': 'id', 'table_description': 'The bytes of an import as they came, sealed; they go when it is confirmed or given up.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ImportPiece',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('batch', fields.ForeignKeyField('models.ImportBatch', source_field='batch_id', db_constraint=True, to_field='id', related_name='pieces', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('written', fields.BinaryField(null=True)),
                ('people', fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ('is_taken_back', fields.BooleanField(default=False)),
            ],
            options={'table': 'import_piece', 'app': 'models', 'unique_together': (('batch', 'number'),), 'pk_attr': 'id', 'table_description': "What one transaction of an import has written, sealed, to be taken back. `people`: volunteer's id → rows."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ImportRow',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('batch', fields.ForeignKeyField('models.ImportBatch', source_field='batch_id', db_constraint=True, to_field='id', related_name='odd_rows', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('mended', fields.BinaryField(null=True)),
                ('left', fields.TextField(default='', unique=False)),
            ],
            options={'table': 'import_row', 'app': 'models', 'unique_together': (('batch', 'number'),), 'pk_attr': 'id', 'table_description': 'A row of an import that somebody mended, or that was left out; `number` as in the sheet.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='KnownHeading',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('host_unit', fields.ForeignKeyField('models.HostUnit', source_field='host_unit_id', db_constraint=True, to_field='id', related_name='known_headings', on_delete=OnDelete.RESTRICT)),
                ('kind', fields.CharEnumField(description='VOLUNTEERS: volunteers\nTRAININGS: trainings\nSERVICE_HOURS: service-hours\nOPENING_HOURS: opening-hours\nINSURANCE: insurance\nPAPER_BOOKS: paper-books\nTEAMS: teams\nPICTURES: pictures', enum_type=ImportKind, max_length=20)),
                ('heading', fields.CharField(max_length=100)),
                ('column', fields.CharField(max_length=40)),
            ],
            options={'table': 'known_heading', 'app': 'models', 'unique_together': (('host_unit', 'kind', 'heading'),), 'pk_attr': 'id', 'table_description': "What a unit said a heading of its files means: a column's key, or '' for 不匯入."},
            bases=['Model'],
        ),
    ]
