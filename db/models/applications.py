"""紀錄冊: rosters and applications for it, their steps, corrections and decisions, the numbers, the books."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from ..choices import ApplicationStatus, BookStatus, CorrectionReason, CorrectionStatus, IssueKind, Place
from .accounts import Account
from .places import Agency, County, HostUnit, Rule
from .volunteers import StoredFile, Volunteer


class Roster(Model):
    """名冊: applications of one unit to one agency that are prepared, sent and looked at as one thing (管理辦法 §5)."""

    id = fields.IntField(primary_key=True)
    host_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='rosters'
    )
    host_unit_id: int
    county: fields.ForeignKeyRelation[County] = fields.ForeignKeyField(
        'models.County', on_delete=fields.RESTRICT, related_name='rosters'
    )
    county_id: str
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='rosters'
    )
    agency_id: int
    title = fields.CharField(max_length=80)
    created_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='rosters'
    )
    created_by_id: int
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)
    applications: fields.ReverseRelation['Application']

    class Meta:
        table = 'roster'
        ordering = ('-updated_at', '-id')


class Application(Model):
    """申請案: one volunteer's application for a record book. A volunteer has at most one that is open.

    `round` counts how often it was submitted; `version` grows with every move, so that a decision can
    name what it read. `previous` is the refused or withdrawn application that this one repeats.
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
    roster: fields.ForeignKeyNullableRelation[Roster] = fields.ForeignKeyField(
        'models.Roster', on_delete=fields.RESTRICT, related_name='applications', null=True
    )
    roster_id: int | None
    roster_position = fields.SmallIntField(default=0)
    previous: fields.ForeignKeyNullableRelation['Application'] = fields.ForeignKeyField(
        'models.Application', on_delete=fields.RESTRICT, related_name='repetitions', null=True
    )
    previous_id: int | None
    reminded_at = fields.DatetimeField(null=True)
    escalated_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)
    steps: fields.ReverseRelation['ApplicationStep']

    class Meta:
        table = 'application'


class ApplicationStep(Model):
    """One move of an application: when, by whom, to which status, in which round, why.

    Of 送審 also its due day, and when the clock reminded of it and told the supervisor that it had passed.
    """

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
    round = fields.SmallIntField(default=0)
    due_on = fields.DateField(null=True)
    reminded_at = fields.DatetimeField(null=True)
    escalated_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'application_step'
        ordering = ('at', 'id')


class Decision(Model):
    """A decision its reviewer may still take back: number and mail are released at `release_at` (核可後 10 秒內可復原).

    When it cannot be carried out then, `problem` says why to the user, and nothing has been decided.
    """

    id = fields.IntField(primary_key=True)
    application: fields.OneToOneRelation[Application] = fields.OneToOneField(
        'models.Application', on_delete=fields.RESTRICT, related_name='decision'
    )
    application_id: int
    to = fields.CharEnumField(ApplicationStatus, max_length=20)
    reason = fields.TextField(default='')
    by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='decisions'
    )
    by_id: int
    at = fields.DatetimeField()
    release_at = fields.DatetimeField(db_index=True)
    problem = fields.TextField(default='')

    class Meta:
        table = 'decision'


class Correction(Model):
    """補正: a mark of the reviewer on a field, the photo or a spot of a certificate, and what became of it.

    `place`, `training_id` and `field` name the field as the clerk's form does. `spot_x`, `spot_y` are shares (0 to 1)
    of the picture's width and height. `old_*` is what the reviewer saw, `new_*` what the unit sent back; identity
    numbers stand masked, the files are ids of stored files. A training may be removed meanwhile: its id is kept only.
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

    class Meta:
        table = 'correction'
        ordering = ('raised_at', 'id')


class CorrectionExchange(Model):
    """先前往返: what a mark said and what the unit answered, before the reviewer opened the mark again."""

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
    """目視: a reviewer has looked at what no machine can tell, in this round of the application."""

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

    class Meta:
        table = 'eye_check'
        unique_together = (('application', 'round', 'rule'),)


class Reading(Model):
    """A page on which a reviewer has a case open; `holds`: it is the one who works on it (正在審). `id` is the page's.

    Pages renew `seen_at`; a row that was not renewed for a while belongs to a process that died.
    """

    id = fields.UUIDField(primary_key=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        'models.Application', on_delete=fields.RESTRICT, related_name='readings'
    )
    application_id: int
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='readings'
    )
    account_id: int
    opened_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()
    holds = fields.BooleanField(default=False)

    class Meta:
        table = 'reading'
        ordering = ('opened_at',)


class NumberSeries(Model):
    """The last number an agency has given in a ROC year. Numbers are taken by one UPDATE … RETURNING: no gaps.

    `pattern`: how this year's numbers are written; '' as the agency's.
    """

    id = fields.IntField(primary_key=True)
    agency: fields.ForeignKeyRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='number_series'
    )
    agency_id: int
    roc_year = fields.SmallIntField()
    last_sequence = fields.IntField(default=0)
    pattern = fields.CharField(max_length=80, default='')

    class Meta:
        table = 'number_series'
        unique_together = (('agency', 'roc_year'),)


class RecordBook(Model):
    """紀錄冊: a volunteer's record book, once issued. A volunteer has at most one in use (domain.md 1.3).

    `earlier` is the book it took the place of; `earlier_legacy` the 字第號 of one of the old system.
    """

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
    earlier: fields.ForeignKeyNullableRelation['RecordBook'] = fields.ForeignKeyField(
        'models.RecordBook', on_delete=fields.RESTRICT, related_name='later', null=True
    )
    earlier_id: int | None
    earlier_legacy = fields.CharField(max_length=90, default='')
    entered_by_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='record_books'
    )
    entered_by_unit_id: int
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = 'record_book'
        unique_together = (('agency', 'roc_year', 'sequence'),)
        ordering = ('-issued_on', '-id')


class BookIssue(Model):
    """發冊紀錄: one entry of the number ledger: 初次, 換發, 補發 or 註銷 of a book, by whom, under which number."""

    id = fields.IntField(primary_key=True)
    book: fields.ForeignKeyRelation[RecordBook] = fields.ForeignKeyField(
        'models.RecordBook', on_delete=fields.RESTRICT, related_name='issues'
    )
    book_id: int
    application: fields.OneToOneRelation[Application] = fields.OneToOneField(
        'models.Application', on_delete=fields.RESTRICT, related_name='book_issue'
    )
    application_id: int
    kind = fields.CharEnumField(IssueKind, max_length=20)
    number = fields.CharField(max_length=80)
    by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='book_issues', null=True
    )
    by_id: int | None
    at = fields.DatetimeField()

    class Meta:
        table = 'book_issue'
        ordering = ('-at', '-id')
