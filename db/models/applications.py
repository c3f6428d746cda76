"""申請案: rosters and applications, their steps and decisions, and who has them open."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from ..choices import ApplicationStatus, IssueKind
from ..sealing import SealedTextField
from .people import Account, StoredFile, Volunteer
from .places import Agency, County, HostUnit, Team


class Roster(Model):
    """名冊: applications of one unit to one agency that are prepared, sent and reviewed together (管理辦法 §5).

    `team`: that of the clerk who began it, who lists its people only; None: the unit's own.
    """

    id = fields.IntField(primary_key=True)
    host_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='rosters'
    )
    host_unit_id: int
    team: fields.ForeignKeyNullableRelation[Team] = fields.ForeignKeyField(
        'models.Team', on_delete=fields.RESTRICT, related_name='rosters', null=True
    )
    team_id: int | None
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

    `round` counts its submissions. `version` grows with every transition, so that a decision names the version that
    was read. `previous` is the rejected or withdrawn application that this one repeats. `reason` is all that the
    unit reads of the last transition; `reviewer_note` is what its reviewer wrote there besides the corrections.
    `correct_by` is the last day for the unit's correction, while it is returned. `assignee`: whom the agency's
    supervisor gave it to. `papers_changed_at`: since the last look something was changed; for lists, which then
    compare digests. `team` is the one in which the volunteer serves at the unit; the database itself keeps it
    (0023_teams).
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
    team: fields.ForeignKeyNullableRelation[Team] = fields.ForeignKeyField(
        'models.Team', on_delete=fields.RESTRICT, related_name='applications', null=True
    )
    team_id: int | None
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
    correct_by = fields.DateField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='decided_applications', null=True
    )
    decided_by_id: int | None
    decided_at = fields.DatetimeField(null=True)
    reason = fields.TextField(default='')
    reviewer_note = fields.TextField(default='')
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
    papers_changed_at = fields.DatetimeField(null=True)
    assignee: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='assigned_applications', null=True
    )
    assignee_id: int | None
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)
    steps: fields.ReverseRelation['ApplicationStep']
    decision: fields.BackwardOneToOneRelation['Decision']

    class Meta:
        table = 'application'


class ApplicationStep(Model):
    """One transition of an application: when, by whom, to which status, in which round, why.

    A step of 送審 has its due day, too, and when the reminder and the escalation to the supervisor were sent; one of
    通知補件 the last day for the correction, and when the unit was reminded. `on_behalf_of`: the reviewer for whom `by`
    did it as deputy.

    The database itself keeps whose case it is (`agency`, `host_unit`), and the next step of the case (`answer`,
    `answered_at`), so that news and figures read no other step; see 0019_large_offices.
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
    on_behalf_of: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='steps_by_deputy', null=True
    )
    on_behalf_of_id: int | None
    at = fields.DatetimeField(db_index=True)
    reason = fields.TextField(default='')
    round = fields.SmallIntField(default=0)
    due_on = fields.DateField(null=True)
    reminded_at = fields.DatetimeField(null=True)
    escalated_at = fields.DatetimeField(null=True)
    agency: fields.ForeignKeyNullableRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='steps', null=True
    )
    agency_id: int | None
    host_unit: fields.ForeignKeyNullableRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='steps', null=True
    )
    host_unit_id: int | None
    answer = fields.CharEnumField(ApplicationStatus, max_length=20, null=True)
    answered_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'application_step'
        ordering = ('at', 'id')


class Decision(Model):
    """A decision its reviewer may still undo: number and mail are released at `release_at` (核可後 10 秒內可復原).

    If it cannot be carried out then, `problem` is the sentence for the user, and nothing is decided. `digest` is of the
    papers that were decided on; '' of an earlier version.
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
    digest = fields.CharField(max_length=64, default='')

    class Meta:
        table = 'decision'


class UntoldDecision(Model):
    """A decision on a row of a roster that its unit has not been told of yet: it is told together with the others."""

    id = fields.IntField(primary_key=True)
    application: fields.OneToOneRelation[Application] = fields.OneToOneField(
        'models.Application', on_delete=fields.RESTRICT, related_name='untold_decision'
    )
    application_id: int
    roster: fields.ForeignKeyRelation[Roster] = fields.ForeignKeyField(
        'models.Roster', on_delete=fields.RESTRICT, related_name='untold_decisions'
    )
    roster_id: int
    at = fields.DatetimeField()

    class Meta:
        table = 'untold_decision'


class CaseContent(Model):
    """送審內容: what an application held when it was sent (`is_sent`), or when a reviewer looked at it; never removed.

    The latest row of a round is what was looked at last. `content` is JSON, sealed: it holds what people read, identity
    numbers masked, and their blind index; `digest` is of all of it.
    """

    id = fields.BigIntField(primary_key=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        'models.Application', on_delete=fields.RESTRICT, related_name='contents'
    )
    application_id: int
    round = fields.SmallIntField()
    content = SealedTextField()
    digest = fields.CharField(max_length=64)
    by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='contents_seen'
    )
    by_id: int
    at = fields.DatetimeField()
    is_sent = fields.BooleanField(default=False)

    class Meta:
        table = 'case_content'
        ordering = ('id',)


class Presence(Model):
    """A page on which a reviewer has a case open; `holds`: this reviewer works on it (正在審). `id` is the page's.

    Pages renew `seen_at`; a row that is no longer renewed belongs to a process that ended.
    """

    id = fields.UUIDField(primary_key=True)
    application: fields.ForeignKeyRelation[Application] = fields.ForeignKeyField(
        'models.Application', on_delete=fields.RESTRICT, related_name='presences'
    )
    application_id: int
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='presences'
    )
    account_id: int
    opened_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()
    holds = fields.BooleanField(default=False)

    class Meta:
        table = 'presence'
        ordering = ('opened_at',)
