"""The six simple tabs: entries that are listed, added, amended and removed."""

from tortoise import fields
from tortoise.models import Model

from ..choices import InsuranceKind, IssueKind
from .people import Account, Volunteer
from .places import County, HostUnit


class LedgerEntry(Model):
    """The columns of every entry: its volunteer, and who entered it for which unit (登錄人, 登打單位)."""

    id = fields.IntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT
    )
    volunteer_id: int
    entered_by_unit: fields.ForeignKeyNullableRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, null=True
    )
    entered_by_unit_id: int | None
    recorder: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField('models.Account', on_delete=fields.RESTRICT)
    recorder_id: int
    remarks = fields.TextField(default='')
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        abstract = True


class ServiceHours(LedgerEntry):
    """服務時數: hours of service rendered, without the way there and back (管理辦法 §9)."""

    starts_on = fields.DateField()
    ends_on = fields.DateField()
    item = fields.CharField(max_length=40)
    content = fields.CharField(max_length=100)
    minutes = fields.IntField()
    persons_served = fields.IntField(default=0)
    transport_fee = fields.IntField(default=0)
    meal_fee = fields.IntField(default=0)
    area = fields.CharField(max_length=10, default='')

    class Meta:
        table = 'service_hours'
        ordering = ('starts_on', 'id')


class PerformanceCertificate(LedgerEntry):
    """服務績效證明(書)."""

    reference = fields.CharField(max_length=60)
    issued_on = fields.DateField()
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    minutes = fields.IntField()
    achievements = fields.TextField(default='')

    class Meta:
        table = 'performance_certificate'
        ordering = ('issued_on', 'id')


class InsuranceCover(LedgerEntry):
    """保險: accident insurance that the unit takes out for its volunteers (志願服務法 §16)."""

    kind = fields.CharEnumField(InsuranceKind, max_length=20)
    insurer = fields.CharField(max_length=60)
    policy_number = fields.CharField(max_length=40)
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    death_benefit = fields.IntField(default=0)
    medical_benefit = fields.IntField(default=0)
    daily_benefit = fields.IntField(default=0)

    class Meta:
        table = 'insurance_cover'
        ordering = ('starts_on', 'id')


class HonorCard(LedgerEntry):
    """志願服務榮譽卡."""

    number = fields.CharField(max_length=40)
    kind = fields.CharEnumField(IssueKind, max_length=20)
    county: fields.ForeignKeyRelation[County] = fields.ForeignKeyField(
        'models.County', on_delete=fields.RESTRICT, related_name='honor_cards'
    )
    county_id: str
    applied_on = fields.DateField(null=True)
    issued_on = fields.DateField()
    valid_until = fields.DateField()
    counted_from = fields.DateField(null=True)
    counted_to = fields.DateField(null=True)

    class Meta:
        table = 'honor_card'
        ordering = ('issued_on', 'id')


class Award(LedgerEntry):
    """獎勵獎項."""

    title = fields.CharField(max_length=80)
    level = fields.CharField(max_length=40, default='')
    awarded_by = fields.CharField(max_length=80)
    awarded_on = fields.DateField()
    reference = fields.CharField(max_length=60, default='')

    class Meta:
        table = 'award'
        ordering = ('awarded_on', 'id')


class OtherEntry(LedgerEntry):
    """其他登錄事項."""

    occurred_on = fields.DateField()
    subject = fields.CharField(max_length=200)
    reference = fields.CharField(max_length=60, default='')

    class Meta:
        table = 'other_entry'
        ordering = ('occurred_on', 'id')
