"""志工: registering, amending, finding. The basics are shared by all units that a person serves."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q, RawSQL, Subquery
from tortoise.query_utils import Prefetch
from tortoise.queryset import QuerySet

from db import sealing, transaction
from db.choices import (
    FileKind,
    LookupKind,
    MembershipStatus,
    Place,
    Section,
    TrainingKind,
)
from db.models import Account, Draft, HistoryEntry, Membership, Volunteer

from .. import accounts, announcements, consents, dates, drafts, files, identity_numbers, permissions, validation
from ..accounts import step_up
from ..announcements import VolunteerChanged
from ..audit import history
from ..audit.history import Change
from ..cases import transitions
from ..errors import DomainError, Incomplete, MovedOn, NotFound
from ..paging import Page, bounds
from . import addresses, keeping, listing, lookups, newcomers, spelling
from .basics import FIELDS, VolunteerDetails
from .consolidation import Consolidated, consolidated
from .enrolment import Elsewhere, NoSuchPerson, SpeltOtherwise, join, lookup_identity
from .listing import State
from .lookups import TooManyTries
from .memberships import assign_team, end_membership, put_into_team
from .merge import three_way
from .newcomers import Newcomer, register_all
from .profile import Header, Listed, header, listed

__all__ = [
    'FIELDS',
    'AlreadyRegistered',
    'ChangedMeanwhile',
    'Consolidated',
    'Elsewhere',
    'Header',
    'Listed',
    'Newcomer',
    'NoSuchPerson',
    'SpeltOtherwise',
    'State',
    'TooManyTries',
    'VolunteerDetails',
    'VolunteerQuery',
    'assign_team',
    'consolidated',
    'end_membership',
    'header',
    'join',
    'listed',
    'lookup_identity',
    'put_into_team',
    'register_all',
]

AT_ONCE = 1000


class AlreadyRegistered(DomainError):
    """Somebody of this number is on record. `volunteer_id` is None when that is none of the unit's business."""

    def __init__(self, volunteer_id: int | None) -> None:
        self.volunteer_id = volunteer_id
        super().__init__(
            '這位志工已在您的單位，請直接開啟他的個人頁面，不需要重複建立。' if volunteer_id else newcomers.TAKEN
        )


class ChangedMeanwhile(MovedOn):
    """Another clerk changed the same fields (`labels`) first. Nothing was written."""

    def __init__(self, labels: list[str], last: HistoryEntry | None) -> None:
        self.labels = labels
        who = f'{last.from_unit} {last.by_name} 於 {dates.roc_instant(last.at)}' if last else '另一位承辦人'
        what = f'「{last.label}」改為「{last.new or "（空白）"}」' if last else '這筆資料修改'
        super().__init__(
            f'{who} 已將{what}，所以您的修改還沒有儲存。'
            '請重新整理頁面，看過最新的資料後再儲存；您輸入的內容都還在草稿裡。'
        )


@dataclass(frozen=True)
class VolunteerQuery:
    """`text` is part of a name, or a whole identity or record book number. None and '' do not filter.

    `lacks` finds those without a training of this kind, `roster_id` those listed in one of the unit's rosters. `sort`
    is one of `listing.SORTS`, with '-' before it downwards.
    """

    text: str = ''
    team_id: int | None = None
    status: MembershipStatus | None = None
    state: State | None = None
    lacks: TrainingKind | None = None
    roster_id: int | None = None
    sort: str = ''
    page: int = 1
    per_page: int = 10


async def register(details: VolunteerDetails, *, by: Account, draft: Draft | None = None) -> Volunteer:
    """A new volunteer on the unit's roster, with an account; the draft goes. Raises Incomplete, AlreadyRegistered."""
    permissions.require(by, 'volunteers.register')
    await drafts.require(draft, by=by)
    await _check(details, None, by)
    number = keeping.number_of(details)
    try:
        await _refuse_known(number, by)
        async with transaction():
            await drafts.use_up(draft, by=by)
            columns = details.columns()
            columns |= keeping.following(columns) | keeping.number_columns(number)
            volunteer = await Volunteer.create(**columns)
            place = permissions.place_of(by)
            if draft is not None and draft.team_id is not None:  # a clerk of the whole unit has finished it
                place |= {'team_id': draft.team_id}
            await Membership.create(volunteer_id=volunteer.id, joined_on=dates.today(), **place)
            await _attach_photo(details.photo, volunteer, by)
            await _open_account(volunteer, details, by)
            changes = await keeping.changes({}, keeping.kept(volunteer))
            await history.note(volunteer, Section.BASICS, history.ADDED, changes, by=by)
            if volunteer.consents_to_data_use:
                await consents.note([(volunteer.id, True)], by=by)
            await announcements.announce(VolunteerChanged(volunteer.id))
    except IntegrityError:
        await _refuse_known(number, by)  # somebody was faster by a moment
        raise
    return await get(volunteer.id, by=by)


async def amend(
    volunteer: Volunteer, details: VolunteerDetails, *, version: int, by: Account, draft: Draft | None = None
) -> Volunteer:
    """Write the fields in which `details` differ from `volunteer`, the record as the user saw it at `version`.

    What others changed meanwhile stays; the `draft` forgets what is saved. Raises ChangedMeanwhile when it is the same
    field, Incomplete, NotFound, drafts.Unseen, TooManyTries when the number is another one and too many were looked up.
    """
    permissions.require(by, 'volunteers.amend')
    await _check(details, volunteer, by)
    if not details.keeps_number():
        await lookups.counted(LookupKind.DUPLICATE, details.identity_number, by=by)
    try:
        async with transaction():
            await drafts.settle(draft, details, by=by)
            await _write(volunteer, details, version, by)
    except IntegrityError:
        raise Incomplete(
            {'identity_number': '這個號碼已登記在另一筆志工資料。請對照證件；若是同一個人，請洽系統管理者。'}
        ) from None
    return await get(volunteer.id, by=by)


async def get(volunteer_id: int, *, by: Account) -> Volunteer:
    """The volunteer with photo, and memberships with unit and team. Raises NotFound."""
    memberships = Membership.all().select_related('host_unit', 'team').order_by('joined_on', 'id')
    volunteer = (
        await Volunteer.filter(permissions.visible_to(by), id=validation.record_id(volunteer_id))
        .select_related('photo')
        .prefetch_related(Prefetch('memberships', memberships))
        .first()
    )
    if volunteer is None:
        raise NotFound
    return volunteer


async def known(volunteer_id: int, *, by: Account) -> Volunteer:
    """The volunteer alone, for whoever asks no more than whether they may be seen. One query. Raises NotFound."""
    volunteer = await Volunteer.filter(permissions.visible_to(by), id=validation.record_id(volunteer_id)).first()
    if volunteer is None:
        raise NotFound
    return volunteer


async def find(query: VolunteerQuery, *, by: Account) -> Page[Volunteer]:
    """Volunteers on the unit's roster, each with the unit's own membership and its team. Two queries.

    They stand in the order `sort`, else by the strokes of their names.
    """
    number, per_page = bounds(query.page, query.per_page)
    found = await _found(query, by)
    rows: list[Any] = (
        await listing.ordered(found.annotate(found=RawSQL('COUNT(*) OVER ()')), query.sort, by)
        .offset((number - 1) * per_page)
        .limit(per_page)
        .prefetch_related(_own_membership(by))
    )
    total = rows[0].found if rows else 0
    if not rows and number > 1:
        total = await found.count()
    return Page(rows, total, number, per_page)


async def every(query: VolunteerQuery, *, by: Account) -> tuple[int, AsyncIterator[Sequence[Volunteer]]]:
    """How many there are on all pages, and these, some at a time, in the order in which they stood when asked."""
    listed = await listing.ordered(await _found(query, by), query.sort, by).values_list('id')
    ids = [one for (one,) in listed]

    async def some() -> AsyncIterator[Sequence[Volunteer]]:
        for start in range(0, len(ids), AT_ONCE):
            asked = ids[start : start + AT_ONCE]
            rows = await Volunteer.filter(id__in=asked).prefetch_related(_own_membership(by))
            known = {row.id: row for row in rows if list(row.memberships)}
            yield [known[one] for one in asked if one in known]  # who has left meanwhile is not listed

    return len(ids), some()


def _own_membership(by: Account) -> Prefetch:
    return Prefetch('memberships', Membership.filter(**permissions.place_of(by)).select_related('team'))


async def _found(query: VolunteerQuery, by: Account) -> QuerySet[Volunteer]:
    permissions.require(by, 'volunteers')
    ours = Membership.filter(**permissions.place_of(by)).exclude(status=MembershipStatus.LEFT)
    if query.team_id is not None:
        ours = ours.filter(team_id=validation.record_id(query.team_id))
    if status := validation.member(MembershipStatus, query.status):
        ours = ours.filter(status=status)
    found = Volunteer.filter(await _matching(query.text, by), id__in=Subquery(ours.values('volunteer_id')))
    found = listing.in_state(found, query.state, by)
    return listing.narrowed(found, query.lacks, query.roster_id, by)


async def _matching(text: object, by: Account) -> Q:
    wanted = validation.searched(text)
    if not wanted:
        return Q()
    number = sealing.blind_index(identity_numbers.within(wanted))
    ways = [Q(identity_index=number), await spelling.numbered(wanted, by=by), spelling.named(wanted)]
    return Q(*filter(None, ways), join_type=Q.OR)


async def _check(details: VolunteerDetails, volunteer: Volunteer | None, by: Account) -> None:
    problems = details.problems(new=volunteer is None)
    if volunteer and details.keeps_number() and details.identity_kind != volunteer.identity_kind:
        problems.setdefault('identity_number', '換了證件種類，請重新輸入這種證件的號碼。')
    is_new_photo = details.photo and (volunteer is None or details.photo != volunteer.photo_id)
    if is_new_photo and not await files.attachable(details.photo, volunteer, FileKind.PHOTO, by=by):
        problems.setdefault('photo', '找不到上傳的照片，請重新上傳；其他已填的資料都還在。')
    if problems:
        raise Incomplete(problems)


async def _refuse_known(number: str, by: Account) -> None:
    known = await lookups.counted(LookupKind.DUPLICATE, number, by=by)
    if known is not None:
        is_ours = await Volunteer.filter(permissions.visible_to(by), id=known.id).exists()
        raise AlreadyRegistered(known.id if is_ours else None)


async def _write(seen: Volunteer, details: VolunteerDetails, version: int, by: Account) -> None:
    current = await _locked(seen, by)
    if version not in (current.version, seen.version):
        raise await _changed_meanwhile(current, [*details.columns(), 'identity_index'])
    base, theirs = keeping.kept(seen), keeping.kept(current)
    merge = three_way(base, theirs, mine=_wanted(details, base))
    if merge.clashes:
        raise await _changed_meanwhile(current, merge.clashes)
    columns = {name: value for name, value in merge.merged.items() if value != theirs[name]}
    columns |= keeping.following(columns)
    if 'identity_index' in columns:
        columns |= keeping.number_columns(keeping.number_of(details))
    await _refuse_held(current, columns, by)
    if 'email' in columns and current.email:
        await step_up.require(by)
    await _attach_photo(columns.get('photo_id'), current, by)
    old_email = current.email
    await _update(current, columns)
    if 'consents_to_data_use' in columns:
        await consents.note([(current.id, columns['consents_to_data_use'])], by=by)
    if 'email' in columns:
        await addresses.changed(current, old_email, f'運用單位「{await history.unit_of(by)}」更改', by=by)
    changes = await keeping.changes(theirs, theirs | columns) + await _give_password(current, details, by)
    await history.note(current, Section.BASICS, history.AMENDED, changes, by=by)
    if changes:
        await announcements.announce(VolunteerChanged(current.id))


async def _locked(seen: Volunteer, by: Account) -> Volunteer:
    """The record as it is now; nobody else writes it until the caller's transaction ends."""
    visible = Volunteer.filter(permissions.visible_to(by), id=validation.record_id(seen.id))
    # Without the key, which every entry of the history shares: a release under way need not wait for it.
    current = await visible.select_for_update(no_key=True).first()
    if current is None:
        raise NotFound
    return current


def _wanted(details: VolunteerDetails, base: dict[str, Any]) -> dict[str, Any]:
    """The record as the form has it."""
    wanted = base | details.columns()
    if not details.keeps_number():
        wanted['identity_index'] = sealing.blind_index(keeping.number_of(details))
    return wanted


async def _attach_photo(photo: UUID | None, volunteer: Volunteer, by: Account) -> None:
    if photo is not None:
        await files.attach(photo, volunteer, by=by, kind=FileKind.PHOTO)


async def _update(volunteer: Volunteer, columns: dict[str, Any]) -> None:
    """Write `columns` as a new version; a review under way has to look again."""
    if not columns:
        return
    keys = {keeping.FIELD_OF.get(column, column) for column in columns}
    if keys & {'legacy_serial', 'legacy_issued_on'}:
        keys.add('waives_issue_date')
    await transitions.invalidate_review(volunteer.id, Place.BASICS, keys)
    volunteer.update_from_dict(columns | {'version': volunteer.version + 1})
    await volunteer.save(update_fields=[*columns, 'version', 'updated_at'])


async def _refuse_held(volunteer: Volunteer, columns: dict[str, Any], by: Account) -> None:
    """The address is not for a unit to change that has just come, or is not the only one. Raises Incomplete."""
    if 'email' in columns and (held := await accounts.hold(volunteer, by=by)):
        raise Incomplete({'email': f'{held.sentence}請在「志工登入」請本人確認新的 E-MAIL，或列印紙本驗證碼給本人。'})


async def _open_account(volunteer: Volunteer, details: VolunteerDetails, by: Account) -> None:
    """The account of somebody new: with a link, with a password used once, or for a code on paper."""
    if details.prints_code:
        await accounts.opened(volunteer, by=by)
    else:
        await _set_password(volunteer, details, by)


async def _give_password(volunteer: Volunteer, details: VolunteerDetails, by: Account) -> list[Change]:
    """Do with the password what the form says, if anything. The history says that it was set, not to what."""
    if not (details.sets_password_by_system or details.password):
        return []
    await _set_password(volunteer, details, by)
    done = '寄送設定密碼的連結' if details.sets_password_by_system else '已設定只能用一次的密碼'
    return [Change(FIELDS['password'], '', done)]


async def _set_password(volunteer: Volunteer, details: VolunteerDetails, by: Account) -> None:
    """Raises Incomplete with the sentence of the field."""
    try:
        password = None if details.sets_password_by_system else details.password
        await accounts.give_volunteer_password(volunteer, password, by=by)
    except accounts.UnfitPassword as refusal:
        raise Incomplete({'password': str(refusal)}) from None


async def _changed_meanwhile(current: Volunteer, columns: list[str]) -> ChangedMeanwhile:
    keys = [keeping.FIELD_OF.get(column, column) for column in columns]
    last = await HistoryEntry.filter(volunteer_id=current.id, section=Section.BASICS, field__in=keys).first()
    return ChangedMeanwhile([FIELDS[key].label for key in keys], last)
