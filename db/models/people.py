"""Accounts, volunteers, their memberships in host units, and their files."""

from typing import Any, Self

from tortoise import fields
from tortoise.models import Model

from .. import seen
from ..choices import FileKind, IdentityKind, LockReason, MailPreference, MembershipStatus, Role, Sex, TransferStatus
from ..sealing import SealedTextField
from .places import Agency, County, HostUnit, Team


class Account(Model):
    """帳號. Staff have a user name; a volunteer signs in with the identity number, found by its blind index.

    `team`: a clerk of one 志工隊 sees and does what concerns that team's people; None: the whole unit.
    `is_unit_administrator`: 單位管理者, a clerk of the whole unit who opens and closes the unit's accounts.
    `is_agency_supervisor`: 主管, a reviewer who also assigns the agency's cases. `county`: that of a county authority.
    `guarded_since`: when it became a reviewer's or an administrator's; it stays, whatever the role becomes. None:
    never, or it was there when the office was opened.
    `used_at`: the last login; `warnings` were mailed since then, the last at `warned_at`. An account that the office's
    rules have locked (`domain.accounts.terms`) is not `is_active`, and `locked_because` says why. After `ends_on` it
    is locked.
    `reviewed_at`: when somebody last confirmed that it is still needed.
    """

    id = fields.IntField(primary_key=True)
    username = fields.CharField(max_length=60, unique=True, null=True)
    password_hash = fields.CharField(max_length=200, default='')
    earlier_hashes = fields.JSONField[list[str]](default=list)
    role = fields.CharEnumField(Role, max_length=20)
    name = fields.CharField(max_length=60)
    email = fields.CharField(max_length=254, default='')
    phone = fields.CharField(max_length=30, default='')
    host_unit: fields.ForeignKeyNullableRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='accounts', null=True
    )
    host_unit_id: int | None
    team: fields.ForeignKeyNullableRelation[Team] = fields.ForeignKeyField(
        'models.Team', on_delete=fields.RESTRICT, related_name='accounts', null=True
    )
    team_id: int | None
    is_unit_administrator = fields.BooleanField(default=False, db_default=False)
    agency: fields.ForeignKeyNullableRelation[Agency] = fields.ForeignKeyField(
        'models.Agency', on_delete=fields.RESTRICT, related_name='accounts', null=True
    )
    agency_id: int | None
    is_agency_supervisor = fields.BooleanField(default=False, db_default=False)
    county: fields.ForeignKeyNullableRelation[County] = fields.ForeignKeyField(
        'models.County', on_delete=fields.RESTRICT, related_name='accounts', null=True
    )
    county_id: str | None
    volunteer: fields.OneToOneNullableRelation['Volunteer'] = fields.OneToOneField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='account', null=True
    )
    volunteer_id: int | None
    is_active = fields.BooleanField(default=True)
    must_change_password = fields.BooleanField(default=False)
    text_size = fields.CharField(max_length=10, default='')
    appearance = fields.CharField(max_length=10, default='', db_default='')
    hides_guide = fields.BooleanField(default=False)
    undo_seconds = fields.SmallIntField(default=10, db_default=10)
    mail_preference = fields.CharEnumField(MailPreference, max_length=10, default=MailPreference.EACH)
    guarded_since = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    ends_on = fields.DateField(null=True)
    used_at = fields.DatetimeField(null=True)
    warnings = fields.SmallIntField(default=0, db_default=0)
    warned_at = fields.DatetimeField(null=True)
    locked_because: LockReason | None = fields.CharEnumField(  # type: ignore[assignment]
        LockReason, max_length=10, null=True
    )
    locked_at = fields.DatetimeField(null=True)
    reviewed_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'account'


class StoredFile(Model):
    """A picture or attachment; its bytes are in `db.blobs` under their SHA-256.

    `volunteer` is null while the file belongs to a form that is not saved; then only `host_unit` may see it.
    """

    id = fields.UUIDField(primary_key=True)
    digest = fields.CharField(max_length=64)
    kind = fields.CharEnumField(FileKind, max_length=20)
    media_type = fields.CharField(max_length=40)
    name = fields.CharField(max_length=120)
    size = fields.IntField()
    width = fields.IntField(null=True)
    height = fields.IntField(null=True)
    verdict = fields.JSONField[list[Any]](default=list)
    volunteer: fields.ForeignKeyNullableRelation['Volunteer'] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='files', null=True
    )
    volunteer_id: int | None
    host_unit: fields.ForeignKeyNullableRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='files', null=True
    )
    host_unit_id: int | None
    uploaded_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='files'
    )
    uploaded_by_id: int
    uploaded_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = 'stored_file'


class Volunteer(Model):
    """志工: one person, shared by all host units (本區資料為所有單位共同維護).

    The basics are shared (law.md#shared-basics): `version` grows with each change, for units that edit the same person
    at once. `identity_number` is sealed; `identity_index` finds it, lists display `identity_masked` (A12****789).
    `name_key` and `english_name_key` are the names folded for searching, by the rule of `key_edition`; `name` is stored
    exactly as given. Lists sort by `name_order`, the strokes of the name.
    """

    id = fields.IntField(primary_key=True)
    identity_kind = fields.CharEnumField(IdentityKind, max_length=20)
    identity_number = SealedTextField()
    identity_index = fields.CharField(max_length=64, unique=True)
    identity_masked = fields.CharField(max_length=24)
    name = fields.CharField(max_length=100)
    name_key = fields.CharField(max_length=120, db_index=True)
    name_order = fields.CharField(max_length=96, default='')
    english_name = fields.CharField(max_length=100, default='')
    english_name_key = fields.CharField(max_length=120, default='')
    key_edition = fields.SmallIntField(default=0)
    sex = fields.CharEnumField(Sex, max_length=10)
    born_on = fields.DateField()
    email = fields.CharField(max_length=254, default='')
    is_indigenous = fields.BooleanField(default=False)
    is_civil_servant = fields.BooleanField(default=False)
    is_open_to_units = fields.BooleanField(default=False)
    joins_disaster_relief = fields.BooleanField(default=False)
    consents_to_data_use = fields.BooleanField(default=False)
    consented_at = fields.DatetimeField(null=True)
    legacy_series = fields.CharField(max_length=40, default='')
    legacy_serial = fields.CharField(max_length=40, default='')
    legacy_issued_on = fields.DateField(null=True)
    waives_issue_date = fields.BooleanField(default=False, db_default=False)
    photo: fields.ForeignKeyNullableRelation[StoredFile] = fields.ForeignKeyField(
        'models.StoredFile', on_delete=fields.RESTRICT, related_name='photo_of', null=True
    )
    photo_id: Any
    is_photo_confirmed = fields.BooleanField(default=False)
    version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)
    memberships: fields.ReverseRelation['Membership']

    class Meta:
        table = 'volunteer'

    @classmethod
    def _init_from_db(cls, **columns: Any) -> Self:
        seen.tell(columns.get('id'))
        return super()._init_from_db(**columns)


class Membership(Model):
    """所屬(收編): a volunteer serves at a host unit, optionally in one of its teams.

    `enrolled_at` is when the unit took over somebody known elsewhere (收編); None: it registered the person itself.
    """

    id = fields.IntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='memberships'
    )
    volunteer_id: int
    host_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='memberships'
    )
    host_unit_id: int
    team: fields.ForeignKeyNullableRelation[Team] = fields.ForeignKeyField(
        'models.Team', on_delete=fields.RESTRICT, related_name='memberships', null=True
    )
    team_id: int | None
    status = fields.CharEnumField(MembershipStatus, max_length=20, default=MembershipStatus.ACTIVE)
    joined_on = fields.DateField()
    left_on = fields.DateField(null=True)
    enrolled_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'membership'
        unique_together = (('volunteer', 'host_unit'),)


class Transfer(Model):
    """移轉: a unit proposes that another takes over one of its volunteers; the taker learns no more until it accepts.

    `giver` and `taker` are units. `note` is what the giver says of it, `reason` what the taker says when it refuses.
    The person has consented (`proposed_by` says so), and is on both rosters at no time.
    """

    id = fields.IntField(primary_key=True)
    volunteer: fields.ForeignKeyRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='transfers'
    )
    volunteer_id: int
    giver: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='given'
    )
    giver_id: int
    taker: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='taken'
    )
    taker_id: int
    status = fields.CharEnumField(TransferStatus, max_length=20, default=TransferStatus.OPEN)
    note = fields.CharField(max_length=200, default='')
    reason = fields.CharField(max_length=200, default='')
    proposed_by: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='proposed_transfers'
    )
    proposed_by_id: int
    proposed_at = fields.DatetimeField()
    decided_by: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='decided_transfers', null=True
    )
    decided_by_id: int | None
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        table = 'transfer'
        ordering = ('-proposed_at', '-id')
