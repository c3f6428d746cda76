"""封存: when a person has left, names, birth date, E-MAIL and photo are sealed, and opened again at the return.

The identity number, sealed as ever, still finds the record, which shows a masked name. What the record book's law asks
to keep (trainings, hours, books) stays; what 異動紀錄 says of names and addresses is sealed with the rest. The log and
誰看過我的資料 stay as they are: nobody may change them.
"""

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from db import sealing, transaction
from db.choices import REGISTRATIONS_OPEN, BookStatus, MembershipStatus, RightsStatus, Role, Section, TransferStatus
from db.models import (
    Account,
    Application,
    ClosedRecord,
    Membership,
    PaperRegistration,
    RecordBook,
    RightsRequest,
    Session,
    Transfer,
    Volunteer,
)

from .. import announcements, dates, names
from ..announcements import VolunteerChanged
from ..audit import history
from ..audit.history import Change
from ..cases import worklists
from ..fields import Field
from ..names import masking
from . import sealed_history, spelling

# What stands in the place of a birth date that is sealed; the column is never empty.
SEALED_DAY = date(1900, 1, 1)
FIELD = Field('closing', '紀錄封存')


def closable(left_before: datetime) -> QuerySet[Volunteer]:
    """Those who left all their units before that day, with no live book and nothing under way."""
    day = dates.day_of(left_before)
    gone = Membership.filter(status=MembershipStatus.LEFT, left_on__lte=day)
    still = Membership.exclude(status=MembershipStatus.LEFT, left_on__lte=day)
    busy = (
        RecordBook.filter(status=BookStatus.IN_USE),
        Application.filter(status__in=worklists.OPEN),
        PaperRegistration.filter(status__in=REGISTRATIONS_OPEN),
        Transfer.filter(status=TransferStatus.OPEN),
        RightsRequest.filter(status=RightsStatus.OPEN),
        ClosedRecord.all(),
    )
    found = Volunteer.filter(id__in=Subquery(gone.values('volunteer_id')))
    for hindrance in (still, *busy):
        found = found.exclude(id__in=Subquery(hindrance.values('volunteer_id')))
    return found


async def close(left_before: datetime, at_once: int = 500) -> int:
    """Seal the records of those who are `closable`, some at a time. Returns how many."""
    for behind in await ClosedRecord.filter(is_whole=False).order_by('id').limit(at_once):
        await _complete(behind)
    found = await closable(left_before).order_by('id').limit(at_once).values_list('id')
    return sum([await closed(volunteer_id, left_before) for (volunteer_id,) in found])


async def as_before(volunteer: Volunteer) -> Volunteer:
    """The person with the facts that are sealed, for comparing; nothing is written."""
    kept = await ClosedRecord.get_or_none(volunteer_id=volunteer.id)
    if kept is not None:
        volunteer.update_from_dict(_columns(json.loads(kept.facts.open())))
    return volunteer


async def reopen(volunteer: Volunteer, reason: str, *, by: Account) -> bool:
    """The sealed facts stand on the record again, in the caller's transaction; why is noted. False: it was not closed.

    The caller has asked whether `by` may: `enrolment` with the person's documents in hand.
    """
    kept = await ClosedRecord.filter(volunteer_id=volunteer.id).select_for_update().first()
    if kept is None:
        return False
    facts = json.loads(kept.facts.open())
    await sealed_history.unseal(volunteer.id)
    await sealed_history.given_back(volunteer.id, facts.get('rows', []))
    await _write(volunteer, _columns(facts))
    if account := await Account.get_or_none(volunteer_id=volunteer.id):
        account.update_from_dict(facts['account'])
        await account.save(update_fields=list(facts['account']))
    await kept.delete()
    await history.note(
        volunteer, Section.BASICS, history.AMENDED, [Change(FIELD, '已封存', f'重新開啟：{reason}')], by=by
    )
    return True


async def closed(volunteer_id: int, left_before: datetime, reason: str = '', *, by: Account | None = None) -> bool:
    """Seal the record of one who is `closable`; `by` hand it stands in 異動紀錄 with the reason. False: is not."""
    async with transaction():
        volunteer = await Volunteer.filter(id=volunteer_id).select_for_update().first()
        if volunteer is None or not await closable(left_before).filter(id=volunteer_id).exists():
            return False  # somebody came back a moment ago
        account = await Account.get_or_none(volunteer_id=volunteer_id, role=Role.VOLUNTEER)
        facts: dict[str, Any] = {
            'name': volunteer.name,
            'english_name': volunteer.english_name,
            'born_on': volunteer.born_on.isoformat(),
            'email': volunteer.email,
            **_photo(volunteer),
            'account': {},
            'rows': await sealed_history.taken(volunteer_id),
        }
        if account is not None:
            facts['account'] = {'name': account.name, 'email': account.email, 'is_active': account.is_active}
            await Session.filter(account_id=account.id).delete()
            account.name, account.email, account.is_active = masking.masked(account.name), '', False
            await account.save(update_fields=['name', 'email', 'is_active'])
        await ClosedRecord.create(
            volunteer_id=volunteer_id,
            facts=json.dumps(facts, ensure_ascii=False),
            name_index=sealing.blind_index(names.key(volunteer.name)),
            closed_at=dates.now(),
            is_whole=True,
        )
        await sealed_history.seal(volunteer_id)
        if by is not None:
            await history.note(
                volunteer, Section.BASICS, history.AMENDED, [Change(FIELD, '', f'已封存：{reason}')], by=by
            )
        hidden = {'name': masking.masked(volunteer.name), 'english_name': '', 'email': '', 'born_on': SEALED_DAY}
        await _write(volunteer, hidden | {'photo_id': None, 'is_photo_confirmed': False})
        return True


async def _complete(behind: ClosedRecord) -> None:
    """What an older version has closed: the photo and 異動紀錄, too."""
    async with transaction():
        kept = await ClosedRecord.filter(id=behind.id, is_whole=False).select_for_update().first()
        if kept is None:
            return
        volunteer = await Volunteer.get(id=kept.volunteer_id)
        facts = json.loads(kept.facts.open())
        facts |= {**_photo(volunteer), 'rows': await sealed_history.taken(volunteer.id)}
        kept.facts, kept.is_whole = json.dumps(facts, ensure_ascii=False), True
        await kept.save(update_fields=['facts', 'is_whole'])
        await sealed_history.seal(volunteer.id)
        await _write(volunteer, {'photo_id': None, 'is_photo_confirmed': False})


def _columns(facts: dict[str, Any]) -> dict[str, Any]:
    found = {key: facts[key] for key in ('name', 'english_name', 'email')}
    if facts.get('photo'):
        found |= {'photo_id': UUID(facts['photo']), 'is_photo_confirmed': facts['is_photo_confirmed']}
    return found | {'born_on': date.fromisoformat(facts['born_on'])}


def _photo(volunteer: Volunteer) -> dict[str, Any]:
    photo = str(volunteer.photo_id) if volunteer.photo_id else ''
    return {'photo': photo, 'is_photo_confirmed': volunteer.is_photo_confirmed}


async def _write(volunteer: Volunteer, columns: dict[str, Any]) -> None:
    columns = columns | spelling.keys(columns)
    volunteer.update_from_dict(columns | {'version': volunteer.version + 1})
    await volunteer.save(update_fields=[*columns, 'version', 'updated_at'])
    await announcements.announce(VolunteerChanged(volunteer.id))
