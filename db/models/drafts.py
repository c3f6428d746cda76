"""Forms that are not saved yet, field by field; what else somebody is writing; and what was searched for."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from ..choices import DraftKind
from ..sealing import SealedTextField
from .people import Account, Volunteer
from .places import HostUnit, Team


class Draft(Model):
    """A form that is being filled in, found by the id in its address. It belongs to the unit, not to a browser.

    `about` identifies what is edited: 'new' or the id of a training; `volunteer` is null for a new volunteer;
    then `team` is that of the clerk who began it.
    """

    id = fields.UUIDField(primary_key=True)
    kind = fields.CharEnumField(DraftKind, max_length=20)
    about = fields.CharField(max_length=20, default='new')
    volunteer: fields.ForeignKeyNullableRelation[Volunteer] = fields.ForeignKeyField(
        'models.Volunteer', on_delete=fields.RESTRICT, related_name='drafts', null=True
    )
    volunteer_id: int | None
    host_unit: fields.ForeignKeyRelation[HostUnit] = fields.ForeignKeyField(
        'models.HostUnit', on_delete=fields.RESTRICT, related_name='drafts'
    )
    host_unit_id: int
    team: fields.ForeignKeyNullableRelation[Team] = fields.ForeignKeyField(
        'models.Team', on_delete=fields.RESTRICT, related_name='drafts', null=True
    )
    team_id: int | None
    owner: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='drafts'
    )
    owner_id: int
    created_at = fields.DatetimeField(auto_now_add=True)
    saved_at = fields.DatetimeField()
    entries: fields.ReverseRelation['DraftEntry']
    # Of one page: what it has read of the entries, None when it reads none; and its name among the draft's writers.
    as_read: dict[str, Any] | None = None
    writer = ''

    class Meta:
        table = 'draft'

    @property
    def is_planned(self) -> bool:
        """Whether it is only a form that somebody looks at: there is no row yet."""
        return not self._saved_in_db

    def mark_written(self) -> None:
        """There is a row now, by an INSERT that does not say so."""
        self._saved_in_db = True


class DraftEntry(Model):
    """One field of a draft, as JSON text, sealed: a draft holds identity numbers too."""

    id = fields.BigIntField(primary_key=True)
    draft: fields.ForeignKeyRelation[Draft] = fields.ForeignKeyField(
        'models.Draft', on_delete=fields.CASCADE, related_name='entries'
    )
    draft_id: Any
    name = fields.CharField(max_length=40)
    value = SealedTextField()

    class Meta:
        table = 'draft_entry'
        unique_together = (('draft', 'name'),)


class HalfWritten(Model):
    """What an account has written in a field and not sent, as JSON text, sealed; `place` is a case or a dialog."""

    id = fields.BigIntField(primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='half_written'
    )
    account_id: int
    place = fields.CharField(max_length=60)
    field = fields.CharField(max_length=60)
    value = SealedTextField()
    at = fields.DatetimeField()

    class Meta:
        table = 'half_written'
        unique_together = (('account', 'place', 'field'),)


class KeptSearch(Model):
    """The words that an account looked for, sealed, under a random key that stands in addresses instead of them."""

    key = fields.CharField(max_length=32, primary_key=True)
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField(
        'models.Account', on_delete=fields.RESTRICT, related_name='searches'
    )
    account_id: int
    words = SealedTextField()
    kept_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = 'kept_search'
