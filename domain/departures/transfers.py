"""移轉: the unit of some volunteers proposes that another unit takes them over, and that one accepts, or does not.

Whoever is proposed stays with the giving unit, with all its rights, until the other has accepted; until then the taking
unit reads a masked name and nothing more. Neither an application under way nor a form half filled in goes along: the
giving unit ends them first, or hands them on by 結束收編. The record itself is one for all units and stays as it is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import AccessKind, MembershipStatus, Section, TransferStatus
from db.models import Account, Application, Draft, DraftEntry, HostUnit, Membership, Team, Transfer, Volunteer

from .. import announcements, dates, permissions, validation
from ..announcements import TransfersChanged, VolunteerChanged
from ..audit import access, history
from ..audit.history import Change
from ..cases import worklists
from ..errors import Incomplete, MovedOn, NotFound
from ..fields import Field, by_key
from ..mail import notices
from ..names import masking
from ..paging import Page, bounds, counted
from ..volunteers.basics import HOST_UNIT, TEAM

MOST_AT_ONCE = 200
FIELDS = by_key(
    Field('chosen', '要移轉的志工'),
    Field('taker_id', '接收的運用單位'),
    Field('note', '給接收單位的說明'),
    Field('has_consent', '志工本人已同意移轉，並知道由新的單位維護他的資料'),
    Field('reason', '不接收的原因'),
)


@dataclass(frozen=True)
class Done:
    """Who was proposed or taken over, and who not, each with a sentence; strangers are masked."""

    done: int
    left: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Proposal:
    """A transfer as one side reads it. `name` is masked, and `volunteer_id` None, for whom that side may not see."""

    id: int
    name: str
    volunteer_id: int | None
    other: str
    status: TransferStatus
    note: str
    reason: str
    proposed_at: datetime
    proposed_by: str
    decided_at: datetime | None


async def takers(*, by: Account) -> list[HostUnit]:
    """The units to which people can be transferred, by name."""
    permissions.require(by, 'departures.transfers.takers')
    return await HostUnit.filter(is_active=True).exclude(id=by.host_unit_id)


async def propose(
    volunteer_ids: Collection[int], taker_id: int | None, note: object = '', *, has_consent: bool, by: Account
) -> Done:
    """Propose people of the unit to another one: all who can, the others are told. The taking unit gets one mail.

    Raises Incomplete, NotFound for a stranger, OfWholeUnit.
    """
    permissions.require(by, 'departures.transfers.propose')
    ids = {validation.record_id(one) for one in volunteer_ids}
    taker = await HostUnit.get_or_none(id=validation.record_id(taker_id), is_active=True) if taker_id else None
    _check(ids, taker, note, has_consent, by)
    assert taker is not None
    left: list[tuple[str, str]] = []
    async with transaction():
        people = await Volunteer.filter(permissions.visible_to(by), id__in=ids).order_by('id').select_for_update()
        if len(people) != len(ids):
            raise NotFound
        hindered = await _hindrances(ids, by.host_unit_id or 0)
        waiting = await Transfer.filter(
            volunteer_id__in=ids, giver_id=by.host_unit_id, status=TransferStatus.OPEN
        ).select_related('taker')
        hindered |= {one.volunteer_id: f'已經提出移轉到{one.taker.name}，還在等對方接收。' for one in waiting}
        there = Membership.filter(volunteer_id__in=ids, host_unit_id=taker.id).exclude(status=MembershipStatus.LEFT)
        hindered |= dict.fromkeys(
            await there.values_list('volunteer_id', flat=True), f'已經在{taker.name}服務，請直接結束收編。'
        )
        going = [one for one in people if one.id not in hindered]
        left = [(one.name, hindered[one.id]) for one in people if one.id in hindered]
        facts: dict[str, Any] = {'giver_id': by.host_unit_id, 'taker_id': taker.id, 'proposed_by_id': by.id}
        facts |= {'note': validation.tidy(str(note)), 'proposed_at': dates.now()}
        await Transfer.bulk_create([Transfer(volunteer_id=one.id, **facts) for one in going])
        for one in going:
            told = [Change(HOST_UNIT, '', f'已提出移轉到{taker.name}，等對方接收')]
            await history.note(one, Section.BASICS, history.AMENDED, told, by=by)
        if going:
            giver = await HostUnit.get(id=by.host_unit_id)
            await notices.transfer_proposed(taker, giver, len(going))
            await announcements.announce(TransfersChanged(giver.id, taker.id))
    return Done(len(going), left)


async def withdraw(transfer_id: object, *, by: Account) -> None:
    """收回: the giving unit keeps the person after all. Raises NotFound, MovedOn when it was decided meanwhile."""
    permissions.require(by, 'departures.transfers.withdraw')
    mine = Transfer.filter(id=validation.record_id(transfer_id), giver_id=by.host_unit_id)
    found = await mine.select_related('volunteer', 'taker').first()
    if found is None:
        raise NotFound
    async with transaction():
        await _decide(mine, TransferStatus.WITHDRAWN, by)
        told = [Change(HOST_UNIT, f'已提出移轉到{found.taker.name}', '已收回')]
        await history.note(found.volunteer, Section.BASICS, history.AMENDED, told, by=by)
        await announcements.announce(TransfersChanged(found.giver_id, found.taker_id))


async def accept(transfer_ids: Collection[int], team_id: int | None = None, *, by: Account) -> Done:
    """接收: the people leave the giving unit and join this one, in a team or none: all who can, the others are told.

    Raises Incomplete for nobody, NotFound for what was not proposed to the unit, OfWholeUnit.
    """
    waiting = await _waiting(transfer_ids, by)
    if team_id is not None:
        ours = Team.filter(id=validation.record_id(team_id), host_unit_id=by.host_unit_id, closed_at__isnull=True)
        if not await ours.exists():
            raise NotFound
    taken: dict[int, int] = {}
    left: list[tuple[str, str]] = []
    async with transaction():
        for one in waiting:
            try:
                async with transaction():
                    await _take_over(one, team_id, by)
                taken[one.giver_id] = taken.get(one.giver_id, 0) + 1
            except MovedOn as refusal:
                left.append((masking.masked(one.volunteer.name), str(refusal)))
        await _tell_givers(taken, TransferStatus.ACCEPTED, '', by)
    return Done(sum(taken.values()), left)


async def refuse(transfer_ids: Collection[int], reason: object, *, by: Account) -> int:
    """不接收: the people stay where they are; the giving units are told why. Returns how many. Raises as `accept`."""
    if problem := validation.text(FIELDS['reason'].label, reason, most=200, needed=True):
        raise Incomplete({'reason': problem})
    refused: dict[int, int] = {}
    why = validation.tidy(str(reason))
    async with transaction():
        for one in await _waiting(transfer_ids, by):
            open_one = Transfer.filter(id=one.id, status=TransferStatus.OPEN)
            if await open_one.update(
                status=TransferStatus.REFUSED, reason=why, decided_by_id=by.id, decided_at=dates.now()
            ):
                refused[one.giver_id] = refused.get(one.giver_id, 0) + 1
                told = [Change(HOST_UNIT, f'已提出移轉到{one.taker.name}', '對方未接收')]
                await history.note(one.volunteer, Section.BASICS, history.AMENDED, told, by=by)
        await _tell_givers(refused, TransferStatus.REFUSED, why, by)
    return sum(refused.values())


async def given(*, by: Account, page: int = 1, per_page: int = 10) -> Page[Proposal]:
    """What the unit has proposed, what waits first, then the latest."""
    permissions.require(by, 'departures.transfers.given')
    return await _listed(Transfer.filter(giver_id=by.host_unit_id), 'taker', by, page, per_page)


async def received(*, by: Account, page: int = 1, per_page: int = 10) -> Page[Proposal]:
    """What was proposed to the unit, what waits first, then the latest."""
    permissions.require(by, 'departures.transfers.received')
    return await _listed(Transfer.filter(taker_id=by.host_unit_id), 'giver', by, page, per_page)


async def waiting(*, by: Account, text: str = '', page: int = 1, per_page: int = 20) -> Page[Proposal]:
    """What waits for the unit; `text` is part of the giving unit's name or of its note, since names are masked."""
    permissions.require(by, 'departures.transfers.waiting')
    mine = Transfer.filter(taker_id=by.host_unit_id, status=TransferStatus.OPEN)
    if wanted := validation.searched(text):
        mine = mine.filter(Q(giver__name__icontains=wanted) | Q(note__icontains=wanted))
    return await _listed(mine, 'giver', by, page, per_page)


async def waiting_count(*, by: Account) -> int:
    """How many people wait for the unit to accept them; for a clerk of one team none."""
    if by.host_unit_id is None or by.team_id is not None:
        return 0
    return await Transfer.filter(taker_id=by.host_unit_id, status=TransferStatus.OPEN).count()


def _check(ids: Collection[int], taker: HostUnit | None, note: object, has_consent: bool, by: Account) -> None:
    problems = validation.found(
        {
            'chosen': None if ids else f'請勾選{FIELDS["chosen"].label}，至少一位。',
            'taker_id': None if taker and taker.id != by.host_unit_id else f'請選擇{FIELDS["taker_id"].label}。',
            'note': validation.text(FIELDS['note'].label, note, most=200),
            'has_consent': None if has_consent is True else '請先取得志工本人的同意，再勾選這一項。',
        }
    )
    if len(ids) > MOST_AT_ONCE:
        problems['chosen'] = f'一次最多移轉 {MOST_AT_ONCE} 位；這次選了 {len(ids)} 位，請分次辦理。'
    if problems:
        raise Incomplete(problems)


async def _hindrances(ids: Collection[int], giver_id: int) -> dict[int, str]:
    """What the giving unit has open of each person, as a sentence."""
    found: dict[int, str] = {}
    filled = Subquery(DraftEntry.all().values('draft_id'))
    for form in await Draft.filter(volunteer_id__in=ids, host_unit_id=giver_id, id__in=filled):
        if form.volunteer_id is not None:
            found[form.volunteer_id] = f'還有做到一半的{form.kind.label}表單，請先儲存或刪除草稿。'
    for case in await Application.filter(volunteer_id__in=ids, host_unit_id=giver_id, status__in=worklists.OPEN):
        found[case.volunteer_id] = f'還有一件進行中的申請案（{case.status.label}），請等審核完成，或先撤回、刪除草稿。'
    return found


async def _waiting(transfer_ids: Collection[int], by: Account) -> list[Transfer]:
    permissions.require(by, 'departures.transfers')
    ids = {validation.record_id(one) for one in transfer_ids}
    if not ids:
        raise Incomplete({'chosen': '請勾選志工，至少一位。'})
    if len(ids) > MOST_AT_ONCE:
        raise Incomplete({'chosen': f'一次最多處理 {MOST_AT_ONCE} 位，請分次辦理。'})
    mine = Transfer.filter(id__in=ids, taker_id=by.host_unit_id)
    # By person, as whoever puts people into teams does: nobody waits for each other.
    found = await mine.select_related('volunteer', 'giver', 'taker').order_by('volunteer_id')
    if len(found) != len(ids):
        raise NotFound
    return found


async def _decide(transfers: QuerySet[Transfer], status: TransferStatus, by: Account) -> None:
    """One compare-and-set: of two who decide the second learns it."""
    facts = {'status': status, 'decided_by_id': by.id, 'decided_at': dates.now()}
    if not await transfers.filter(status=TransferStatus.OPEN).update(**facts):
        raise MovedOn('這件移轉已經處理過了，您的畫面已更新。請看過目前的狀態再決定。')


async def _take_over(one: Transfer, team_id: int | None, by: Account) -> None:
    """Raises MovedOn when it is no longer so: decided, left meanwhile, or something is open at the giving unit."""
    await _decide(Transfer.filter(id=one.id), TransferStatus.ACCEPTED, by)
    volunteer = await Volunteer.select_for_update().get(id=one.volunteer_id)
    memberships = Membership.filter(volunteer_id=volunteer.id).order_by('host_unit_id').select_for_update()
    serving = {each.host_unit_id: each for each in await memberships if each.status is not MembershipStatus.LEFT}
    if one.giver_id not in serving:
        raise MovedOn(f'這位志工已不在{one.giver.name}，不能接收。')
    if await _hindrances([volunteer.id], one.giver_id):
        raise MovedOn(f'{one.giver.name}還有這位志工進行中的申請案或未儲存的表單，請對方處理後再接收。')
    today = dates.today()
    await Membership.filter(id=serving[one.giver_id].id).update(status=MembershipStatus.LEFT, left_on=today)
    team = await Team.get_or_none(id=team_id) if team_id is not None else None
    if one.taker_id not in serving:
        facts = {'status': MembershipStatus.ACTIVE, 'joined_on': today, 'left_on': None, 'team_id': team_id}
        facts['enrolled_at'] = dates.now()
        await Membership.update_or_create(defaults=facts, volunteer_id=volunteer.id, host_unit_id=one.taker_id)
    moved = [Change(HOST_UNIT, one.giver.name, one.taker.name)]
    moved += [Change(TEAM, '', team.name)] if team else []
    await history.note(volunteer, Section.BASICS, history.AMENDED, moved, by=by)
    reason = f'由{one.giver.name}移轉，經本人同意'
    await access.note(volunteer, AccessKind.ENROLMENT, reason, by=by)
    others = [unit_id for unit_id in serving if unit_id not in (one.giver_id, one.taker_id)]
    await notices.enrolled(volunteer, one.taker, await HostUnit.filter(id__in=others, is_active=True).order_by('id'))
    await announcements.announce(VolunteerChanged(volunteer.id))


async def _tell_givers(counts: dict[int, int], status: TransferStatus, reason: str, by: Account) -> None:
    taker = await HostUnit.get(id=by.host_unit_id)
    for giver in await HostUnit.filter(id__in=list(counts)).order_by('id'):
        await notices.transfer_decided(giver, taker, f'{status.label} {counts[giver.id]} 位', reason)
        await announcements.announce(TransfersChanged(giver.id, taker.id))


async def _listed(found: QuerySet[Transfer], other: str, by: Account, page: int, per_page: int) -> Page[Proposal]:
    number, per_page = bounds(page, per_page)
    # What waits has no decision, and NULLs come first.
    listed = found.order_by('-decided_at', '-proposed_at', '-id').select_related('volunteer', other, 'proposed_by')
    rows = await listed.offset((number - 1) * per_page).limit(per_page)
    ids = [one.volunteer_id for one in rows]
    ours = Volunteer.filter(permissions.visible_to(by), id__in=ids)
    seen: set[Any] = {*await ours.values_list('id', flat=True)} if ids else set()
    total = (await counted(rows, found, number, per_page)).total
    return Page([_proposal(one, other, one.volunteer_id in seen) for one in rows], total, number, per_page)


def _proposal(one: Transfer, other: str, is_seen: bool) -> Proposal:
    return Proposal(
        id=one.id,
        name=one.volunteer.name if is_seen else masking.masked(one.volunteer.name),
        volunteer_id=one.volunteer_id if is_seen else None,
        other=getattr(one, other).name,
        status=one.status,
        note=one.note,
        reason=one.reason,
        proposed_at=one.proposed_at,
        proposed_by=one.proposed_by.name,
        decided_at=one.decided_at,
    )
