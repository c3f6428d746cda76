"""Imports: a file of a unit, its cells, what became of each row, and what was written, so that it can be taken back."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from ..choices import BatchState, ImportKind
from .people import Account
from .places import HostUnit


class ImportBatch(Model):
    """匯入批次: one file or pasted range of a unit, from reading to taking back.

    `headings` and `mapping` go by position: what stands in the file, and the column's key it means, '' for none.
    `heading_row` is the row of the sheet with the headings, counted from 1; 0: there is none, and the order of the
    template counts. `lacking` are sentences that stand in the way of grading, `why` says why the file cannot be read.
    `common` holds what is asked once for all rows, as typed. `edition` grows with each new reading or grading, so that
    one that was overtaken is not kept. `rows` are in the file; `good`, `attention` and `wrong` count their grades,
    `written` are on record; `done` of `total` is how far the work under way has come. After `cells_until` the cells are
    gone, and with them the way back.
    """

    id = fields.IntField(primary_key=True)
    kind = fields.CharEnumField(ImportKind, max_length=20)
    state = fields.CharEnumField(BatchState, max_length=20, default=BatchState.READING)
    host_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='imports'
    )
    host_unit_id: int
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='imports'
    )
    account_id: int
    confirmed_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='confirmed_imports', null=True
    )
    confirmed_by_id: int | None
    taken_back_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='imports_taken_back', null=True
    )
    taken_back_by_id: int | None
    file_name = fields.CharField(max_length=120, default='')
    digest = fields.CharField(max_length=64)
    size = fields.IntField()
    is_pasted = fields.BooleanField(default=False)
    sheet = fields.CharField(max_length=100, default='')
    sheets = fields.JSONField[list[str]](default=list)
    headings = fields.JSONField[list[str]](default=list)
    mapping = fields.JSONField[list[str]](default=list)
    heading_row = fields.IntField(default=0)
    lacking = fields.JSONField[list[str]](default=list)
    common = fields.JSONField[dict[str, Any]](default=dict)
    why = fields.TextField(default='')
    edition = fields.IntField(default=1)
    rows = fields.IntField(default=0)
    good = fields.IntField(default=0)
    attention = fields.IntField(default=0)
    wrong = fields.IntField(default=0)
    written = fields.IntField(default=0)
    changed = fields.IntField(default=0, db_default=0)
    done = fields.IntField(default=0)
    total = fields.IntField(default=0)
    milliseconds = fields.IntField(default=0)
    begun_at = fields.DatetimeField(db_index=True)
    graded_at = fields.DatetimeField(null=True)
    confirmed_at = fields.DatetimeField(null=True)
    written_at = fields.DatetimeField(null=True)
    taken_back_at = fields.DatetimeField(null=True)
    cells_until = fields.DatetimeField(null=True)

    class Meta:
        table = 'import_batch'
        ordering = ('-id',)
        indexes = (('host_unit_id', 'id'),)


class ImportFile(Model):
    """The bytes of an import as they came, sealed; they go when it is confirmed or given up."""

    id = fields.IntField(primary_key=True)
    batch: fields.OneToOneRelation[ImportBatch] = fields.OneToOneField(
        'models.ImportBatch', on_delete=fields.RESTRICT, related_name='file'
    )
    batch_id: int
    content = fields.BinaryField()

    class Meta:
        table = 'import_file'


class ImportBlock(Model):
    """Some hundred rows of an import: cells as typed and what grading made of them, sealed together.

    Sealing each of 100,000 rows takes longer than reading them. `grades`, `doubts`, `takes` and `acts` have one letter
    a row. `first_row` is the row of the sheet that the first one stands in, counted from 1. `twins`: eight bytes a row,
    sealed, by which two rows of a file are the same.
    """

    id = fields.BigIntField(primary_key=True)
    batch: fields.ForeignKeyRelation[ImportBatch] = fields.ForeignKeyField(
        'models.ImportBatch', on_delete=fields.RESTRICT, related_name='blocks'
    )
    batch_id: int
    number = fields.IntField()
    first_row = fields.IntField()
    rows = fields.IntField()
    cells = fields.BinaryField()
    graded = fields.BinaryField(null=True)
    twins = fields.BinaryField(null=True)
    grades = fields.TextField(default='')
    doubts = fields.TextField(default='')
    takes = fields.TextField(default='')
    acts = fields.TextField(default='', db_default='')

    class Meta:
        table = 'import_block'
        unique_together = (('batch', 'number'),)


class ImportRow(Model):
    """A row of an import that somebody mended, or that was left out; `number` as in the sheet.

    `mended` is JSON of column → text, sealed. `left` says why it was not written although it was to be, or why it stays
    although the batch was taken back.
    """

    id = fields.BigIntField(primary_key=True)
    batch: fields.ForeignKeyRelation[ImportBatch] = fields.ForeignKeyField(
        'models.ImportBatch', on_delete=fields.RESTRICT, related_name='odd_rows'
    )
    batch_id: int
    number = fields.IntField()
    mended = fields.BinaryField(null=True)
    left = fields.TextField(default='')

    class Meta:
        table = 'import_row'
        unique_together = (('batch', 'number'),)


class ImportPiece(Model):
    """What one transaction of an import has written, sealed, to be taken back. `people`: volunteer's id → rows."""

    id = fields.BigIntField(primary_key=True)
    batch: fields.ForeignKeyRelation[ImportBatch] = fields.ForeignKeyField(
        'models.ImportBatch', on_delete=fields.RESTRICT, related_name='pieces'
    )
    batch_id: int
    number = fields.IntField()
    written = fields.BinaryField(null=True)
    people = fields.JSONField[dict[str, int]](default=dict)
    is_taken_back = fields.BooleanField(default=False)

    class Meta:
        table = 'import_piece'
        unique_together = (('batch', 'number'),)


class KnownHeading(Model):
    """What a unit said a heading of its files means: a column's key, or '' for 不匯入."""

    id = fields.IntField(primary_key=True)
    host_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='known_headings'
    )
    host_unit_id: int
    kind = fields.CharEnumField(ImportKind, max_length=20)
    heading = fields.CharField(max_length=100)
    column = fields.CharField(max_length=40)

    class Meta:
        table = 'known_heading'
        unique_together = (('host_unit', 'kind', 'heading'),)
