"""The office's own books: what changed, who looked, which mails went out."""

from tortoise import fields
from tortoise.models import Model

from ..choices import MailStatus
from ..sealing import SealedTextField
from .accounts import Account
from .applications import Application
from .volunteers import Volunteer


class HistoryEntry(Model):
    """異動紀錄: one field of one record changed from `old` to `new`. Identity numbers stand masked.

    `by_name` and `from_unit` are written out: an account may be renamed later, the entry may not.
    `old_file`/`new_file` are ids of stored files, so that a replaced certificate can still be opened.
    """

    id = fields.BigIntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='history'
    )
    volunteer_id: int
    at = fields.DatetimeField(db_index=True)
    by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='history'
    )
    by_id: int
    by_name = fields.CharField(max_length=60)
    from_unit = fields.CharField(max_length=80)
    section = fields.CharField(max_length=20)
    subject = fields.CharField(max_length=120, default='')
    action = fields.CharField(max_length=10)
    label = fields.CharField(max_length=60, default='')
    old = fields.TextField(default='')
    new = fields.TextField(default='')
    old_file = fields.UUIDField(null=True)
    new_file = fields.UUIDField(null=True)

    class Meta:
        table = 'history_entry'
        ordering = ('-at', '-id')


class AccessEntry(Model):
    """Who saw personal data of whom, what, and for what purpose (個人資料保護法施行細則 §12)."""

    id = fields.BigIntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='accesses'
    )
    volunteer_id: int
    at = fields.DatetimeField(db_index=True)
    by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='accesses'
    )
    by_id: int
    by_name = fields.CharField(max_length=60)
    from_unit = fields.CharField(max_length=80)
    what = fields.CharField(max_length=60)
    reason = fields.CharField(max_length=120)

    class Meta:
        table = 'access_entry'
        ordering = ('-at', '-id')


class OutgoingMail(Model):
    """A mail waiting to be sent, sent, or failed; written in the transaction of what it tells of.

    Body and attachment are sealed: they name people. `attachment` is base64.
    """

    id = fields.BigIntField(primary_key=True)
    application: fields.ForeignKeyNullableRelation[Application] = fields.ForeignKeyField(
        'models.Application', on_delete=fields.RESTRICT, related_name='mails', null=True
    )
    application_id: int | None
    recipient = fields.CharField(max_length=254)
    subject = fields.CharField(max_length=200)
    body = SealedTextField()
    holds_secret = fields.BooleanField(default=False)
    attachment_name = fields.CharField(max_length=120, default='')
    attachment = SealedTextField(null=True)
    status = fields.CharEnumField(MailStatus, max_length=20, default=MailStatus.WAITING)
    attempts = fields.SmallIntField(default=0)
    next_attempt_at = fields.DatetimeField()
    last_error = fields.TextField(default='')
    created_at = fields.DatetimeField(auto_now_add=True)
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'outgoing_mail'
        indexes = (('status', 'next_attempt_at'),)
        ordering = ('-created_at', '-id')
