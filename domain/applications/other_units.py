"""One open application at most, of whichever unit: what others have under way, what gives way, what is handed on."""

from db.choices import ApplicationStatus, MembershipStatus, Section
from db.models import Account, Application, HostUnit, Membership, Volunteer

from .. import dates, permissions, settings
from ..audit import history
from ..audit.history import Change
from ..cases import forgotten_drafts
from ..cases.transitions import SUBJECT, announce, decision_on, moved_on
from ..cases.worklists import OPEN
from ..errors import DomainError, NotFound
from ..mail import messages
from ..volunteers.basics import HOST_UNIT


class AlreadyUnderWay(DomainError):
    """A volunteer has one open application at most, and another unit has it."""


class DraftElsewhere(AlreadyUnderWay):
    """`unit` has a draft of it, which was never sent: it gives way when the volunteer consents."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        after = settings.current().forgotten_after
        waits = f'草稿超過 {after} 天沒有更新時，也可以直接申請。' if after else ''
        super().__init__(
            f'{unit}有這位志工的申請草稿，還沒有送審；一人同時只能有一件申請案。'
            f'本人同意改由您的單位申請時，請到他的紀錄冊申請頁按「儲存」，再按「本人同意，改由本單位申請」。{waits}'
        )


async def require_way(other: Application, *, by: Account, has_consent: bool) -> None:
    """Whether the application of another unit would give way. Raises AlreadyUnderWay."""
    is_draft = other.status == ApplicationStatus.DRAFT
    if not is_draft or not (has_consent or await forgotten_drafts.is_forgotten(other)):
        raise await under_way(await Volunteer.get(id=other.volunteer_id), by=by)


async def giving_way(volunteer: Volunteer, *, by: Account, has_consent: bool) -> tuple[Application | None, str]:
    """The draft that another unit has of the volunteer, to be closed, and why it gives way; (None, '') without one.

    Raises AlreadyUnderWay when it does not.
    """
    drafts = Application.filter(volunteer_id=volunteer.id, status=ApplicationStatus.DRAFT)
    related = ('volunteer', 'host_unit', 'agency', 'county')
    other = await drafts.exclude(host_unit_id=by.host_unit_id).select_related(*related).first()
    if other is None:
        return None, ''
    if await forgotten_drafts.is_forgotten(other):
        return other, '草稿很久沒有更新，或志工已離開原單位。'
    if has_consent:
        return other, '志工本人同意改由另一個單位申請。'
    raise await under_way(volunteer, by=by)


async def under_way(volunteer: Volunteer, *, by: Account) -> AlreadyUnderWay:
    """The refusal: who has an application of the volunteer under way."""
    other = await Application.filter(volunteer_id=volunteer.id, status__in=OPEN).select_related('host_unit').first()
    if other is None:
        return AlreadyUnderWay('這位志工的申請案剛剛有變動，請重新整理後再試一次。')
    if other.host_unit_id == by.host_unit_id:
        return AlreadyUnderWay(f'您的單位已有這位志工的一件申請（{other.status.label}），請從「送審進度」開啟那一件。')
    if other.status == ApplicationStatus.DRAFT:
        return DraftElsewhere(other.host_unit.name)
    return AlreadyUnderWay(
        f'{other.host_unit.name}正在為這位志工申請紀錄冊（{other.status.label}），一人同時只能有一件申請案。'
        '請與該單位聯絡，或等案件結束後再申請。'
    )


async def hand_over(application: Application, to: HostUnit, *, by: Account) -> Application:
    """The unit leaves its open application to another unit that has the person, in the caller's transaction.

    It keeps its status and leaves its roster; who reads it must read it again. Raises NotFound for a unit that does
    not have the person, MovedOn, also while a decision waits for its release.
    """
    permissions.require(by, 'applications.other_units.hand_over')
    related = ('volunteer', 'host_unit', 'agency')
    now = await Application.get_or_none(id=application.id).select_related(*related)
    if now is None or not permissions.may_see_case(by, now):
        raise NotFound
    serving = Membership.filter(volunteer_id=now.volunteer_id, host_unit_id=to.id, host_unit__is_active=True)
    if to.id == now.host_unit_id or not await serving.exclude(status=MembershipStatus.LEFT).exists():
        raise NotFound
    if await decision_on(now):
        raise await moved_on(now)
    as_read = Application.filter(id=now.id, status=now.status, version=application.version, status__in=OPEN)
    facts = {'host_unit_id': to.id, 'roster_id': None, 'roster_position': 0, 'version': now.version + 1}
    if not await as_read.update(**facts, updated_at=dates.now()):
        raise await moved_on(now)
    changes = [Change(HOST_UNIT, now.host_unit.name, to.name)]
    await history.note(now.volunteer, Section.APPLICATION, history.AMENDED, changes, by=by, subject=SUBJECT)
    await announce(now)
    moved = await Application.get(id=now.id).select_related('agency', 'host_unit', 'volunteer')
    await announce(moved)
    await messages.handed_over(moved, now.host_unit)
    return moved
