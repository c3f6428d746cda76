"""What the law gives the person whose data is kept (個人資料保護法): notice, consent, rights, and an end."""

from tortoise import fields
from tortoise.models import Model

from ..choices import ConsentWay, RightsKind, RightsStatus
from ..sealing import SealedTextField
from .people import Account, Volunteer
from .places import HostUnit


class PrivacyNotice(Model):
    """告知事項 (個人資料保護法 §8), one row for each version that was ever shown; the newest holds.

    `sections` has the paragraphs by the keys of `domain.consents.notices.SECTIONS`. Never changed once published.
    """

    id = fields.IntField(primary_key=True)
    sections = fields.JSONField[dict[str, str]]()
    published_at = fields.DatetimeField(auto_now_add=True)
    published_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='privacy_notices', null=True
    )
    published_by_id: int | None

    class Meta:
        table = 'privacy_notice'
        ordering = ('-id',)


class Consent(Model):
    """同意個資使用, given or withdrawn: to which version of the notice, when, and who wrote it down how.

    The newest of a volunteer holds. `notice` is null where the version is not known. `by_name` and `from_unit` are
    copies, as in `HistoryEntry`.
    """

    id = fields.BigIntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='consents'
    )
    volunteer_id: int
    notice: fields.ForeignKeyNullableRelation[PrivacyNotice] = fields.ForeignKeyField(
        'models.PrivacyNotice', on_delete=fields.RESTRICT, related_name='consents', null=True
    )
    notice_id: int | None
    is_given = fields.BooleanField()
    way = fields.CharEnumField(ConsentWay, max_length=10)
    at = fields.DatetimeField()
    by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='consents'
    )
    by_id: int
    by_name = fields.CharField(max_length=60)
    from_unit = fields.CharField(max_length=80)

    class Meta:
        table = 'consent'
        ordering = ('-at', '-id')


class RightsRequest(Model):
    """當事人權利 (個人資料保護法 §3): what a volunteer asks of the unit that keeps the data, and what became of it.

    `due_on` is the last day by 個人資料保護法 §13, that of the extension once there was one. `wording`: what is asked
    for, of a correction what is wrong. A proposed correction names the `field` and has `old_value` and `new_value`.
    """

    id = fields.IntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='rights_requests'
    )
    volunteer_id: int
    host_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='rights_requests'
    )
    host_unit_id: int
    kind = fields.CharEnumField(RightsKind, max_length=10)
    way = fields.CharEnumField(ConsentWay, max_length=10)
    wording = SealedTextField()
    field = fields.CharField(max_length=40, default='')
    old_value = SealedTextField(null=True)
    new_value = SealedTextField(null=True)
    status = fields.CharEnumField(RightsStatus, max_length=10, default=RightsStatus.OPEN)
    asked_on = fields.DateField()
    asked_at = fields.DatetimeField()
    asked_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='asked_rights'
    )
    asked_by_id: int
    due_on = fields.DateField(db_index=True)
    extended_at = fields.DatetimeField(null=True)
    extension_reason = fields.CharField(max_length=200, default='')
    answer = SealedTextField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='decided_rights', null=True
    )
    decided_by_id: int | None
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'rights_request'
        ordering = ('due_on', 'id')


class RetentionPeriod(Model):
    """保存期限: after how many days something goes; without a row, or with none, it stays."""

    name = fields.CharField(max_length=30, primary_key=True)
    days = fields.IntField(null=True)
    is_on = fields.BooleanField(default=False)
    changed_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='retention_periods'
    )
    changed_by_id: int
    changed_at = fields.DatetimeField()

    class Meta:
        table = 'retention_period'


class ClosedRecord(Model):
    """封存: a person who has left; names, birth date and E-MAIL are sealed in `facts` and stand nowhere else.

    The record itself keeps a masked name. Its identity number, sealed as ever, finds it when the person returns.
    `is_whole`: 異動紀錄 is sealed, too (`SealedEntry`); an older version did not.
    """

    id = fields.IntField(primary_key=True)
    volunteer: fields.OneToOneRelation[Volunteer] = fields.OneToOneField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='closed_record'
    )
    volunteer_id: int
    facts = SealedTextField()
    name_index = fields.CharField(max_length=64, db_index=True)
    closed_at = fields.DatetimeField()
    is_whole = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = 'closed_record'


class SealedEntry(Model):
    """What an entry of 異動紀錄 said of a person whose record is closed; `digest` lets the same words alone come back.

    Written and taken away by functions of the database (0035_sealed_history): nobody else may change the journal.
    """

    entry_id = fields.BigIntField(primary_key=True, generated=False)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='sealed_entries'
    )
    volunteer_id: int
    words = SealedTextField()
    digest = fields.CharField(max_length=64)

    class Meta:
        table = 'sealed_entry'
