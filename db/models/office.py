"""Records about the office's work: changes, access to personal data, mails, telephone calls."""

from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from ..choices import AccessKind, CallResult, HistoryAction, MailStatus, Section
from ..sealing import SealedTextField
from .applications import Application, Roster
from .people import Account, Volunteer
from .places import Agency, HostUnit


class HistoryEntry(Model):
    """異動紀錄: one field of one record changed from `old` to `new`. Identity numbers stand masked.

    `section` and `field` say which field, by the key that its form gives it ('' for one of an old version that is not
    known any more). `label` and `subject` are the words of that day; no rule reads them. `by_name` and `from_unit` are
    copies: an account may be renamed later, the entry stays as it is.
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
    section = fields.CharEnumField(Section, max_length=30)
    subject = fields.CharField(max_length=120, default='')
    action = fields.CharEnumField(HistoryAction, max_length=10)
    field = fields.CharField(max_length=40, default='')
    label = fields.CharField(max_length=60, default='')
    old = fields.TextField(default='')
    new = fields.TextField(default='')
    old_file = fields.UUIDField(null=True)
    new_file = fields.UUIDField(null=True)

    class Meta:
        table = 'history_entry'
        ordering = ('-at', '-id')


class OfficeEntry(Model):
    """系統異動: one fact of the office itself (a rule, a day, a series, a wording, an account) changed by somebody.

    `by_name` and `from_unit` are copies, as in `HistoryEntry`. Secrets are never written here.
    """

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(db_index=True)
    by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='office_entries'
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

    class Meta:
        table = 'office_entry'
        ordering = ('-at', '-id')


class AccessEntry(Model):
    """Who saw which personal data of whom, and for what purpose (個人資料保護法施行細則 §12).

    `kind` is what the rules go by (None: of an old version, not known any more), `what` the words of that day.
    """

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
    kind = fields.CharEnumField(AccessKind, max_length=20, null=True)
    what = fields.CharField(max_length=60)
    reason = fields.CharField(max_length=120)

    class Meta:
        table = 'access_entry'
        ordering = ('-at', '-id')


class LogEntry(Model):
    """使用紀錄: one act or one reading, written once: the database refuses to change or delete it (0031_log).

    `act` is a `LogAct`, as text, since a newer version knows more of them. `by_name`, `role`, `from_unit` and the
    office's ids are as of that moment. `about` has the ids of the volunteers, sorted; `about_digest` is SHA-256 of
    them. `name_index` is the blind index of the name typed at a failed sign-in.
    """

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(db_index=True)
    act = fields.CharField(max_length=30)
    by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='log', null=True
    )
    by_id: int | None
    by_name = fields.CharField(max_length=60, default='')
    role = fields.CharField(max_length=20, default='')
    host_unit_id = fields.IntField(null=True)
    agency_id = fields.IntField(null=True)
    from_unit = fields.CharField(max_length=80, default='')
    what = fields.CharField(max_length=120, default='')
    about: Any = ArrayField('bigint')
    about_count = fields.IntField(default=0)
    about_digest = fields.CharField(max_length=64, default='')
    name_index = fields.CharField(max_length=64, default='')
    reason = fields.CharField(max_length=200, default='')
    address = fields.CharField(max_length=45, default='')
    session = fields.CharField(max_length=64, default='')
    device = fields.CharField(max_length=60, default='')

    class Meta:
        table = 'log_entry'
        ordering = ('-id',)


class Backup(Model):
    """A backup of the whole office that was made; where it lies only its keeper knows.

    `missing` counts files that the database knows and the disk had lost by then.
    """

    id = fields.IntField(primary_key=True)
    made_at = fields.DatetimeField(db_index=True)
    files = fields.IntField()
    missing = fields.IntField()
    bytes = fields.BigIntField()

    class Meta:
        table = 'backup'


class OutgoingMail(Model):
    """A mail waiting to be sent, sent, or failed; written in the transaction of the act it reports.

    Body and attachment are sealed, since they name people. `attachment` is base64. `account` is set when the mail is
    for a person and not for an office's mailbox: that person's preference applies. `digest` is the daily digest it was
    sent with, `resent_from` the mail it repeats. A mail about several applications refers to their `roster`.
    The database itself keeps whose case or roster it is: `agency`, `host_unit`. `cleared_at`: when its period was over,
    and body and attachment went.
    """

    id = fields.BigIntField(primary_key=True)
    application: fields.ForeignKeyNullableRelation[Application] = fields.ForeignKeyField(
        'models.Application', on_delete=fields.RESTRICT, related_name='mails', null=True
    )
    application_id: int | None
    agency: fields.ForeignKeyNullableRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='mails', null=True
    )
    agency_id: int | None
    host_unit: fields.ForeignKeyNullableRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='mails', null=True
    )
    host_unit_id: int | None
    roster: fields.ForeignKeyNullableRelation[Roster] = fields.ForeignKeyField(
        'models.Roster', on_delete=fields.RESTRICT, related_name='mails', null=True
    )
    roster_id: int | None
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='mails', null=True
    )
    account_id: int | None
    template = fields.CharField(max_length=40, default='')
    recipient = fields.CharField(max_length=254)
    subject = fields.CharField(max_length=200)
    body = SealedTextField()
    holds_secret = fields.BooleanField(default=False)
    cleared_at = fields.DatetimeField(null=True)
    attachment_name = fields.CharField(max_length=120, default='')
    attachment = SealedTextField(null=True)
    status = fields.CharEnumField(MailStatus, max_length=20, default=MailStatus.WAITING)
    attempts = fields.SmallIntField(default=0)
    next_attempt_at = fields.DatetimeField()
    last_error = fields.TextField(default='')
    created_at = fields.DatetimeField(auto_now_add=True)
    sent_at = fields.DatetimeField(null=True)
    digest: fields.ForeignKeyNullableRelation['OutgoingMail'] = fields.ForeignKeyField(
        'models.OutgoingMail', on_delete=fields.RESTRICT, related_name='digested', null=True
    )
    digest_id: int | None
    resent_from: fields.ForeignKeyNullableRelation['OutgoingMail'] = fields.ForeignKeyField(
        'models.OutgoingMail', on_delete=fields.RESTRICT, related_name='repetitions', null=True
    )
    resent_from_id: int | None

    class Meta:
        table = 'outgoing_mail'
        indexes = (('status', 'next_attempt_at'),)
        ordering = ('-created_at', '-id')


class PhoneCall(Model):
    """電話通知: who called whom about an application, when, and with what result."""

    id = fields.IntField(primary_key=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        'models.Application', on_delete=fields.RESTRICT, related_name='calls'
    )
    application_id: int
    by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='calls'
    )
    by_id: int
    at = fields.DatetimeField()
    callee = fields.CharField(max_length=80, default='')
    phone = fields.CharField(max_length=30, default='')
    result = fields.CharEnumField(CallResult, max_length=20)
    note = fields.CharField(max_length=200, default='')

    class Meta:
        table = 'phone_call'
        ordering = ('-at', '-id')


class MailTemplate(Model):
    """The administrator's own wording of a mail; without a row the built-in one is used."""

    name = fields.CharField(max_length=40, primary_key=True)
    subject = fields.CharField(max_length=200)
    body = fields.TextField()
    changed_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='mail_templates'
    )
    changed_by_id: int
    changed_at = fields.DatetimeField()

    class Meta:
        table = 'mail_template'


class KeyCheck(Model):
    """A word sealed with one of the sealing keys, and its blind index: other keys are known before they do harm."""

    key_id = fields.SmallIntField(primary_key=True, generated=False)
    canary = fields.BinaryField()
    word_index = fields.CharField(max_length=64)
    since = fields.DatetimeField(null=True)

    class Meta:
        table = 'key_check'


class KeyDuty(Model):
    """What the administrator has settled of one key: how often it is changed, when it last was, where it is kept."""

    purpose = fields.CharField(max_length=30, primary_key=True)
    days = fields.IntField()
    changed_on = fields.DateField(null=True)
    kept_at = fields.CharField(max_length=200, default='')

    class Meta:
        table = 'key_duty'
