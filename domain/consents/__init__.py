"""同意個資使用: which version of the notice somebody has consented to, when, who wrote it down and how; and withdrawal.

Consent is proved by its rows (個人資料保護法 §7: the burden of proof is on who collects). The tick on the record,
`consents_to_data_use`, is what the newest of them says, so that whoever asks for it reads one column.
"""

from collections.abc import Iterable

from db import transaction
from db.choices import ConsentWay, Place, Role, Section
from db.models import Account, Consent, Volunteer

from .. import announcements, dates, permissions
from ..announcements import VolunteerChanged
from ..audit import history, log
from ..audit.history import Change
from ..audit.log import LogAct
from ..cases import transitions
from ..errors import DomainError, NotFound
from ..fields import Field
from . import notices

FIELD = Field('consents_to_data_use', '同意個資使用')
# Said before somebody withdraws, and kept where the consent is read.
CONSEQUENCES = (
    '單位與發冊機關不能再以您的資料申請新的紀錄冊；進行中的申請要等您重新同意，才能繼續審核。',
    '已經核發的紀錄冊、服務時數與獎勵依志願服務法保存，不會因此消失。',
    '撤回以前已經做的處理仍然有效；您隨時可以再同意。',
)


class Outdated(DomainError):
    """The notice that was read is no longer the one that holds."""

    def __init__(self) -> None:
        super().__init__('告知事項剛剛有新的版本，所以還沒有記錄您的同意。請重新整理頁面，看過新版再按一次。')


async def of(volunteer: Volunteer, *, by: Account) -> list[Consent]:
    """The newest first, each with its notice. Raises NotFound."""
    if not await Volunteer.filter(permissions.visible_to(by), id=volunteer.id).exists():
        raise NotFound
    return await Consent.filter(volunteer_id=volunteer.id).select_related('notice')


async def asks(volunteer: Volunteer, *, by: Account) -> bool:
    """Whether the volunteer should read the notice: it has a version that was not answered on line or on paper."""
    latest = next(iter(await of(volunteer, by=by)), None)
    return latest is None or latest.notice_id != (await notices.current()).id


async def give(volunteer: Volunteer, version: int, *, by: Account) -> None:
    """The volunteer consents on line to the notice of that version, or the unit records a signed paper.

    Raises NotFound, Outdated.
    """
    await _answer(volunteer, True, version, by)


async def withdraw(volunteer: Volunteer, *, by: Account) -> None:
    """The volunteer withdraws on line, or the unit records that it was done on paper. Raises NotFound."""
    await _answer(volunteer, False, None, by)


async def note(people: Iterable[tuple[int, bool]], *, by: Account) -> None:
    """What the form of STEP 4 says: volunteer ids, and whether they have signed. In the caller's transaction."""
    said = list(people)
    notice, unit, at = await notices.current(), await history.unit_of(by), dates.now()
    way = ConsentWay.ONLINE if by.role == Role.VOLUNTEER else ConsentWay.PAPER
    await Consent.bulk_create(
        (
            Consent(
                volunteer_id=volunteer_id,
                notice_id=notice.id,
                is_given=is_given,
                way=way,
                at=at,
                by_id=by.id,
                by_name=by.name,
                from_unit=unit,
            )
            for volunteer_id, is_given in said
        ),
        batch_size=1000,
    )
    for act, wanted in ((LogAct.CONSENT_GIVEN, True), (LogAct.CONSENT_WITHDRAWN, False)):
        if about := [volunteer_id for volunteer_id, is_given in said if is_given is wanted]:
            await log.note(act, by=by, about=about, what=f'告知事項第 {notice.id} 版', reason=way.label)


async def _answer(volunteer: Volunteer, is_given: bool, version: int | None, by: Account) -> None:
    permissions.require(by, 'consents')
    if version is not None and version != (await notices.current()).id:
        raise Outdated
    async with transaction():
        visible = Volunteer.filter(permissions.visible_to(by), id=volunteer.id)
        known = await visible.select_for_update(no_key=True).first()
        if known is None:
            raise NotFound
        await note([(known.id, is_given)], by=by)
        if known.consents_to_data_use != is_given:
            await transitions.invalidate_review(known.id, Place.BASICS, (FIELD.key,))
            old, new = history.describe(known.consents_to_data_use), history.describe(is_given)
            await history.note(known, Section.BASICS, history.AMENDED, [Change(FIELD, old, new)], by=by)
            known.version += 1
        known.consents_to_data_use, known.consented_at = is_given, dates.now() if is_given else None
        await known.save(update_fields=['consents_to_data_use', 'consented_at', 'version', 'updated_at'])
        await announcements.announce(VolunteerChanged(known.id))
