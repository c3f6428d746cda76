"""教育訓練."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from ..choices import TrainingKind
from .people import Account, StoredFile, Volunteer
from .places import Field, HostUnit


class Training(Model):
    """教育訓練: one course a volunteer completed, with both sides of the certificate."""

    id = fields.IntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='trainings'
    )
    volunteer_id: int
    trained_for: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='trainings'
    )
    trained_for_id: int
    title = fields.CharField(max_length=100)
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    provider = fields.CharField(max_length=100)
    kind = fields.CharEnumField(TrainingKind, max_length=20)
    field: fields.ForeignKeyRelation[Field] = fields.ForeignKeyField(
        'models.Field', on_delete=fields.RESTRICT, related_name='trainings'
    )
    field_id: int
    sessions = fields.SmallIntField(default=1)
    minutes = fields.IntField()
    remarks = fields.TextField(default='')
    has_no_approval = fields.BooleanField(default=False)
    approved_on = fields.DateField(null=True)
    approval_reference = fields.CharField(max_length=60, default='')
    certificate_front: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        'models.StoredFile', on_delete=fields.RESTRICT, related_name='front_of', null=True
    )
    certificate_front_id: Any
    certificate_back: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        'models.StoredFile', on_delete=fields.RESTRICT, related_name='back_of', null=True
    )
    certificate_back_id: Any
    has_no_back = fields.BooleanField(default=False)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)
    created_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='recorded_trainings'
    )
    created_by_id: int
    updated_at = fields.DatetimeField(auto_now=True)
    updated_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='amended_trainings'
    )
    updated_by_id: int

    class Meta:
        table = 'training'
        ordering = ('starts_on', 'id')
