"""補正: what a reviewer marked and checked in an application."""

from tortoise import fields
from tortoise.models import Model

from ..choices import CorrectionReason, CorrectionStatus, Place
from .applications import Application
from .people import Account
from .places import Rule


class Correction(Model):
    """補正: a mark of the reviewer on a field, the photo or a spot of a certificate, and its outcome.

    `place`, `training_id` and `field` name the field as the clerk's form does. `spot_x`, `spot_y` are shares (0 to 1)
    of the picture's width and height. `old_*` is the value the reviewer saw, `new_*` the one the unit sent back;
    identity numbers are masked, files are ids of stored files. A training may have been removed: `training_id` is no
    foreign key. `seen_digest` is of what stood there when the mark was accepted; '' of an earlier version.
    """

    id = fields.IntField(primary_key=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        'models.Application', on_delete=fields.RESTRICT, related_name='corrections'
    )
    application_id: int
    round = fields.SmallIntField()
    place = fields.CharEnumField(Place, max_length=20)
    training_id = fields.IntField(null=True)
    field = fields.CharField(max_length=40)
    label = fields.CharField(max_length=120)
    spot_x = fields.FloatField(null=True)
    spot_y = fields.FloatField(null=True)
    reason = fields.CharEnumField(CorrectionReason, max_length=20)
    text = fields.TextField()
    old_value = fields.TextField(default='')
    old_file = fields.UUIDField(null=True)
    new_value = fields.TextField(default='')
    new_file = fields.UUIDField(null=True)
    status = fields.CharEnumField(CorrectionStatus, max_length=20, default=CorrectionStatus.OPEN)
    raised_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='corrections_raised'
    )
    raised_by_id: int
    raised_at = fields.DatetimeField()
    amended_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='corrections_amended', null=True
    )
    amended_by_id: int | None
    amended_at = fields.DatetimeField(null=True)
    answer = fields.TextField(default='')
    answered_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='corrections_answered', null=True
    )
    answered_by_id: int | None
    answered_at = fields.DatetimeField(null=True)
    closed_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='corrections_closed', null=True
    )
    closed_by_id: int | None
    closed_at = fields.DatetimeField(null=True)
    seen_digest = fields.CharField(max_length=64, default='')

    class Meta:
        table = 'correction'
        ordering = ('raised_at', 'id')


class CorrectionExchange(Model):
    """先前往返: the text of a mark and the answer of the unit, before the reviewer reopened the mark."""

    id = fields.IntField(primary_key=True)
    correction: fields.ForeignKeyRelation[Correction] = fields.ForeignKeyField(
        'models.Correction', on_delete=fields.RESTRICT, related_name='exchanges'
    )
    correction_id: int
    round = fields.SmallIntField()
    reason = fields.CharEnumField(CorrectionReason, max_length=20)
    text = fields.TextField()
    old_value = fields.TextField(default='')
    old_file = fields.UUIDField(null=True)
    new_value = fields.TextField(default='')
    new_file = fields.UUIDField(null=True)
    status = fields.CharEnumField(CorrectionStatus, max_length=20)
    answer = fields.TextField(default='')
    answered_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='exchanges_answered'
    )
    answered_by_id: int
    answered_at = fields.DatetimeField()
    reopened_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='exchanges_reopened'
    )
    reopened_by_id: int
    reopened_at = fields.DatetimeField()

    class Meta:
        table = 'correction_exchange'
        ordering = ('reopened_at', 'id')


class EyeCheck(Model):
    """目視: a reviewer has checked what a program cannot, in this round of the application.

    `digest` is of the parts of the papers that were looked at; the tick counts while they are the same.
    """

    id = fields.IntField(primary_key=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        'models.Application', on_delete=fields.RESTRICT, related_name='eye_checks'
    )
    application_id: int
    round = fields.SmallIntField()
    rule: fields.ForeignKeyRelation[Rule] = fields.ForeignKeyField(
        'models.Rule', on_delete=fields.RESTRICT, related_name='eye_checks'
    )
    rule_id: int
    by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='eye_checks'
    )
    by_id: int
    at = fields.DatetimeField()
    digest = fields.CharField(max_length=64, default='')

    class Meta:
        table = 'eye_check'
        unique_together = (('application', 'round', 'rule'),)
