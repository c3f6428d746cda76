"""志工督導 who sign off, and 稽核: samples of cases that an inspector reads."""

from tortoise import fields
from tortoise.models import Model

from .applications import Application, Roster
from .people import Account
from .places import Agency


class SignOff(Model):
    """簽核: a unit's 志工督導 is asked to agree to an application or a roster before it is sent.

    Asked by mail, `digest` is the SHA-256 of the link's token, which works until `expires_at`, once; asked of the
    unit's own account of that role there is none. `papers` has the digest of what each application holds, by its id: of
    anything else the answer says nothing. `is_agreed` is None until there is an answer.
    """

    id = fields.IntField(primary_key=True)
    application: fields.ForeignKeyNullableRelation[Application] = fields.ForeignKeyField(
        'models.Application', on_delete=fields.RESTRICT, related_name='sign_offs', null=True
    )
    application_id: int | None
    roster: fields.ForeignKeyNullableRelation[Roster] = fields.ForeignKeyField(
        'models.Roster', on_delete=fields.RESTRICT, related_name='sign_offs', null=True
    )
    roster_id: int | None
    papers = fields.JSONField[dict[str, str]]()
    asked_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='asked_sign_offs'
    )
    asked_by_id: int
    asked_at = fields.DatetimeField()
    name = fields.CharField(max_length=60, default='')
    email = fields.CharField(max_length=254, default='')
    digest = fields.CharField(max_length=64, unique=True, null=True)
    expires_at = fields.DatetimeField(null=True)
    is_agreed = fields.BooleanField(null=True)
    reason = fields.TextField(default='')
    answered_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='answered_sign_offs', null=True
    )
    answered_by_id: int | None
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'sign_off'
        ordering = ('-asked_at', '-id')


class Inspection(Model):
    """稽核抽查: a random sample of what an agency decided in a period, which one inspector reads for a time."""

    id = fields.IntField(primary_key=True)
    inspector: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='inspections'
    )
    inspector_id: int
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='inspections'
    )
    agency_id: int
    begins_on = fields.DateField()
    ends_on = fields.DateField()
    reason = fields.TextField()
    drawn_at = fields.DatetimeField()
    closes_at = fields.DatetimeField()
    cases: fields.ReverseRelation['InspectedCase']

    class Meta:
        table = 'inspection'
        ordering = ('-drawn_at', '-id')


class InspectedCase(Model):
    """A case of the sample, and when the inspector first opened it."""

    id = fields.IntField(primary_key=True)
    inspection: fields.ForeignKeyRelation[Inspection] = fields.ForeignKeyField(
        'models.Inspection', on_delete=fields.RESTRICT, related_name='cases'
    )
    inspection_id: int
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        'models.Application', on_delete=fields.RESTRICT, related_name='inspected'
    )
    application_id: int
    opened_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'inspected_case'
        ordering = ('id',)
        unique_together = (('inspection', 'application'),)
