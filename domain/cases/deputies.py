"""職務代理: who does meanwhile what a reviewer who is away would do, named from day to day; it ends by itself.

Cases are the agency's, and each of its reviewers may act on all. What hangs on one person goes to the deputy: mail and
digest, the cases in hand (that this reviewer returned or marked last, or left open on a page), and of a supervisor the
escalation. A deputy who is away, too, has a deputy in turn; one who is disabled or of another agency counts as none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import ApplicationStatus, CorrectionStatus, Role
from db.models import Account, Agency, Application, ApplicationStep, Correction, Deputyship

from .. import announcements, dates, permissions, validation
from ..announcements import ReadersChanged
from ..audit import office_history
from ..errors import Incomplete, NotFound, NotPermitted
from ..fields import Field, by_key, period

FIELDS = by_key(Field('deputy_id', '代理人'), *period('begins_on', 'ends_on', '代理期間'))
NAMES = office_history.Kept('職務代理', by_key(Field('account_id', '請假人員'), *FIELDS.values()), ('account_id',))

# For statements of others, too: whether somebody of `agency` is away on `day`.
IS_ANYBODY_AWAY = """
EXISTS (SELECT FROM deputyship JOIN account ON account.id = deputyship.account_id
        WHERE account.agency_id = {agency} AND deputyship.begins_on <= {day} AND deputyship.ends_on >= {day})"""
_IS_ANYBODY_AWAY = f'SELECT {IS_ANYBODY_AWAY.format(agency="$1", day="$2")} AS is_so'

_UNSETTLED = (CorrectionStatus.OPEN, CorrectionStatus.MENDED, CorrectionStatus.DISPUTED)


@dataclass
class DeputyDetails:
    """Who stands in, and from which day to which; both days count."""

    deputy_id: int | None = None
    begins_on: date | None = field(default_factory=dates.today)
    ends_on: date | None = None

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        days = {key: validation.day(FIELDS[key].label, getattr(self, key), needed=True, future=True) for key in _DAYS}
        found = validation.found({'deputy_id': _number_problem(self.deputy_id), **days})
        if found or self.begins_on is None or self.ends_on is None:
            return found
        if self.ends_on < self.begins_on:
            return {'ends_on': '代理期間的迄日早於起日，請改正日期。'}
        if self.ends_on < dates.today():
            return {'ends_on': '代理期間的迄日已經過了，請填今天或以後的日期。'}
        if self.ends_on > dates.years_after(self.begins_on, 1):
            return {'ends_on': '代理期間最長一年，請改正迄日；更久時，請系統管理者調整帳號。'}
        return {}


_DAYS = ('begins_on', 'ends_on')


@dataclass(frozen=True)
class Standing:
    """Whoever is away, until when, and who acts meanwhile."""

    absent: Account
    deputy: Account
    begins_on: date
    ends_on: date


async def name(account: Account, details: DeputyDetails, *, by: Account) -> Deputyship:
    """Name a colleague as the reviewer's deputy; by the reviewer, the agency's supervisor or the administrator.

    Raises Incomplete: oneself, somebody else than an active reviewer of the agency, days in the wrong order, a second
    deputy at the same time, or a circle of deputies.
    """
    absent = await _reviewer(account, by)
    if problems := details.problems():
        raise Incomplete(problems)
    async with transaction():
        # Two who name each other at once wait here for each other.
        await Agency.select_for_update(no_key=True).get(id=absent.agency_id)
        if problem := await _unfit(absent, details):
            raise Incomplete(problem)
        kept = await Deputyship.create(account=absent, named_by_id=by.id, named_at=dates.now(), **vars(details))
        await office_history.note(kept, NAMES, {}, by=by)
        await _announce(absent)
    return await _complete().get(id=kept.id)


async def end(account: Account, *, by: Account) -> None:
    """The reviewer is back: what runs has ended with yesterday, what is still to come is taken back."""
    absent = await _reviewer(account, by)
    yesterday = dates.today() - timedelta(days=1)
    async with transaction():
        coming = Deputyship.filter(account_id=absent.id, ends_on__gte=dates.today())
        for kept in await coming.select_for_update():
            before = await office_history.stands(kept, NAMES)
            if kept.begins_on > yesterday:
                await kept.delete()
            else:
                kept.ends_on = yesterday
                await kept.save(update_fields=['ends_on'])
            await office_history.note(kept, NAMES, before, by=by)
        await _announce(absent)


async def of(account: Account, *, by: Account) -> Deputyship | None:
    """What is named for the reviewer, running or to come, with its deputy."""
    return await _coming(await _reviewer(account, by)).first()


async def colleagues(account: Account, *, by: Account) -> list[Account]:
    """Who may stand in for the reviewer, by name."""
    absent = await _reviewer(account, by)
    return await _active(absent.agency_id).exclude(id=absent.id).order_by('name', 'id')


async def told(*, by: Account, is_anybody_away: bool | None = None) -> list[Standing]:
    """Who of the reviewer's agency is away today, and who acts meanwhile; `is_anybody_away` as `standing` has it."""
    permissions.require(by, 'cases.deputies.told')
    return list((await standing(by.agency_id, is_anybody_away=is_anybody_away)).values())


async def standing(agency_id: int | None, *, is_anybody_away: bool | None = None) -> dict[int, Standing]:
    """Who is away today and has somebody who acts, by account; a deputy who is away is followed to theirs.

    `is_anybody_away`: what `IS_ANYBODY_AWAY` says, where the caller has just asked.
    """
    today = dates.today()
    if is_anybody_away is None:
        [asked] = await get_connection('default').execute_query_dict(_IS_ANYBODY_AWAY, [agency_id, today])
        is_anybody_away = asked['is_so']
    if not is_anybody_away:  # as on most days, and each page asks
        return {}
    running = await _complete().filter(account__agency_id=agency_id, begins_on__lte=today, ends_on__gte=today)
    named = {one.account_id: one for one in running}
    found = {}
    for one in running:
        if one.account.role == Role.REVIEWER and one.account.is_active and (deputy := _last(one, named)):
            found[one.account_id] = Standing(one.account, deputy, one.begins_on, one.ends_on)
    return found


async def of_supervisor(agency: Agency, away: Mapping[int, Standing] | None = None) -> Standing | None:
    """Who stands in for the agency's supervisor today, where that is a reviewer, told by the address."""
    mailbox = agency.supervisor_email.strip().casefold()
    if not mailbox:
        return None
    away = await standing(agency.id) if away is None else away
    return next((one for one in away.values() if one.absent.email.strip().casefold() == mailbox), None)


def told_to(stood: Sequence[Standing]) -> dict[str, str]:
    """For whom the reader of a mail stands in, as a fact for its wording; {} for nobody."""
    names = '、'.join(f'{one.absent.name}（至 {dates.roc(one.ends_on)}）' for one in stood)
    return {'代理': names} if names else {}


async def in_hand(
    application_ids: Iterable[int], *, by: Account, away: Mapping[int, Standing] | None = None
) -> dict[int, Standing]:
    """Of these cases those that somebody who is away has in hand: returned or marked them last, and nobody since.

    `away`: who stands in for whom at the agency (`standing`), where the caller has read it already.
    """
    away = await standing(by.agency_id) if away is None else away
    ids = list(application_ids) if away else []
    if not ids:
        return {}
    returned = ApplicationStep.filter(application_id__in=ids, status=ApplicationStatus.RETURNED)
    marked = Correction.filter(application_id__in=ids, status__in=_UNSETTLED)
    acts: list[tuple[datetime, int, int]] = [*await returned.values_list('at', 'application_id', 'by_id')]
    acts += await marked.values_list('raised_at', 'application_id', 'raised_by_id')
    last = {case: person for _, case, person in sorted(acts)}
    return {case: away[person] for case, person in last.items() if person in away}


async def on_behalf(application: Application, *, by: Account) -> Account | None:
    """For whom `by` acts on the case as deputy, None for nobody: it is the own work, or anybody's of the agency."""
    return (await on_behalf_each([application.id], by=by)).get(application.id)


async def on_behalf_each(application_ids: Iterable[int], *, by: Account) -> dict[int, Account]:
    """The same of many cases: by id, those on which `by` acts as deputy."""
    if by.role != Role.REVIEWER:
        return {}
    stood = await in_hand(application_ids, by=by)
    return {case: one.absent for case, one in stood.items() if one.deputy.id == by.id}


def _last(one: Deputyship, named: dict[int, Deputyship]) -> Account | None:
    """Whoever acts at the end of a chain: the last deputy who is there. None for nobody."""
    seen, acting = {one.account_id}, None
    step: Deputyship | None = one
    while step is not None and step.deputy_id not in seen and _may_act(step.deputy, one.account):
        seen.add(step.deputy_id)
        acting, step = step.deputy, named.get(step.deputy_id)
    return acting


def _may_act(deputy: Account, absent: Account) -> bool:
    return deputy.is_active and deputy.role == Role.REVIEWER and deputy.agency_id == absent.agency_id


async def _unfit(absent: Account, details: DeputyDetails) -> dict[str, str]:
    if details.deputy_id == absent.id:
        return {'deputy_id': '不能由本人代理自己，請選擇一位同事。'}
    deputy = await _active(absent.agency_id).get_or_none(id=details.deputy_id)
    if deputy is None:
        return {'deputy_id': '代理人須是同一個發冊機關、帳號使用中的志工業務窗口，請重新選擇。'}
    meanwhile = Deputyship.filter(begins_on__lte=details.ends_on, ends_on__gte=details.begins_on)
    if twin := await meanwhile.filter(account_id=absent.id).select_related('deputy').first():
        days = f'{dates.roc(twin.begins_on)} 至 {dates.roc(twin.ends_on)}'
        return {'begins_on': f'{days} 已由{twin.deputy.name}代理。要改由別人代理，請先按「結束代理」。'}
    reached, seen = [deputy.id], {deputy.id}
    while reached:
        onward = await meanwhile.filter(account_id__in=reached)
        reached = [one.deputy_id for one in onward if one.deputy_id not in seen]
        seen.update(reached)
    if absent.id in seen:
        return {
            'deputy_id': f'{deputy.name}在這段期間也請假，而且輾轉由{absent.name}代理，這樣沒有人承辦。請選另一位同事。'
        }
    return {}


async def _reviewer(account: Account, by: Account) -> Account:
    """The account as it is now, if `by` may name its deputy. Raises NotPermitted, NotFound."""
    leads = by.role == Role.REVIEWER and by.is_agency_supervisor
    if by.id != account.id:
        permissions.require(by, 'cases.deputies')
        if by.role == Role.REVIEWER and not leads:
            raise NotPermitted
    kept = await Account.get_or_none(id=account.id, role=Role.REVIEWER, is_active=True)
    if kept is None or kept.agency_id is None or (leads and kept.agency_id != by.agency_id):
        raise NotFound
    return kept


def _active(agency_id: int | None) -> QuerySet[Account]:
    return Account.filter(agency_id=agency_id, role=Role.REVIEWER, is_active=True)


def _complete() -> QuerySet[Deputyship]:
    return Deputyship.all().select_related('account', 'deputy')


def _coming(account: Account) -> QuerySet[Deputyship]:
    return _complete().filter(account_id=account.id, ends_on__gte=dates.today())


def _number_problem(value: object) -> str | None:
    if value is None:
        return '請選擇代理人。'
    return validation.whole(FIELDS['deputy_id'].label, value, least=1, most=validation.MOST_INT4, needed=True)


async def _announce(absent: Account) -> None:
    """Open queues of the agency read again who is there. No case is meant."""
    await announcements.announce(ReadersChanged(0, absent.agency_id or 0))
