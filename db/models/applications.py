"""紀錄冊: applications for it, their steps, the numbers, the books."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from ..choices import ApplicationStatus, BookStatus, IssueKind
from .accounts import Account
from .places import Agency, County, HostUnit
from .volunteers import StoredFile, Volunteer


class Application(Model):
    """申請案: one volunteer's application for a record book. A volunteer has at most one that is open.

    `round` counts how often it was submitted; `version` grows with every move, so that a decision can
    name what it read.
    """

    id = fields.IntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='applications'
    )
    volunteer_id: int
    host_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='applications'
    )
    host_unit_id: int
    kind = fields.CharEnumField(IssueKind, max_length=20, default=IssueKind.FIRST)
    county: fields.ForeignKeyRelation[County] = fields.ForeignKeyField(
        'models.County', on_delete=fields.RESTRICT, related_name='applications'
    )
    county_id: str
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='applications'
    )
    agency_id: int
    remarks = fields.TextField(default='')
    attachment: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        'models.StoredFile', on_delete=fields.RESTRICT, related_name='attached_to', null=True
    )
    attachment_id: Any
    status = fields.CharEnumField(ApplicationStatus, max_length=20, default=ApplicationStatus.DRAFT)
    round = fields.SmallIntField(default=0)
    version = fields.IntField(default=1)
    submitted_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='submitted_applications', null=True
    )
    submitted_by_id: int | None
    submitted_at = fields.DatetimeField(null=True)
    due_on = fields.DateField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='decided_applications', null=True
    )
    decided_by_id: int | None
    decided_at = fields.DatetimeField(null=True)
    reason = fields.TextField(default='')
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)
    steps: fields.ReverseRelation['ApplicationStep']

    class Meta:
        table = 'application'


class ApplicationStep(Model):
    """One move of an application: when, by whom, to which status, why."""

    id = fields.IntField(primary_key=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        'models.Application', on_delete=fields.RESTRICT, related_name='steps'
    )
    application_id: int
    status = fields.CharEnumField(ApplicationStatus, max_length=20)
    by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='steps'
    )
    by_id: int
    at = fields.DatetimeField(db_index=True)
    reason = fields.TextField(default='')

    class Meta:
        table = 'application_step'
        ordering = ('at', 'id')


class NumberSeries(Model):
    """The last number an agency has given in a ROC year. Numbers are taken by one UPDATE … RETURNING: no gaps."""

    id = fields.IntField(primary_key=True)
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='number_series'
    )
    agency_id: int
    roc_year = fields.SmallIntField()
    last_sequence = fields.IntField(default=0)

    class Meta:
        table = 'number_series'
        unique_together = (('agency', 'roc_year'),)


class RecordBook(Model):
    """紀錄冊: a volunteer's record book, once issued. A volunteer has at most one in use (domain.md 1.3)."""

    id = fields.IntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='record_books'
    )
    volunteer_id: int
    application: fields.OneToOneRelation[Application] = fields.OneToOneField(
        'models.Application', on_delete=fields.RESTRICT, related_name='record_book'
    )
    application_id: int
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='record_books'
    )
    agency_id: int
    number = fields.CharField(max_length=80, unique=True)
    roc_year = fields.SmallIntField()
    sequence = fields.IntField()
    kind = fields.CharEnumField(IssueKind, max_length=20)
    status = fields.CharEnumField(BookStatus, max_length=20, default=BookStatus.IN_USE)
    issued_on = fields.DateField()
    entered_by_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='record_books'
    )
    entered_by_unit_id: int
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = 'record_book'
        unique_together = (('agency', 'roc_year', 'sequence'),)
        ordering = ('-issued_on', '-id')
