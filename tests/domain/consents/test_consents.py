"""同意個資使用: each answer is kept with its version; a new version asks again."""

import pytest

from db.choices import ConsentWay, LogAct, Role
from db.models import Account, Consent, HistoryEntry, LogEntry, Volunteer
from domain import consents, volunteers
from domain.consents import Outdated, notices
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.volunteers import VolunteerDetails

from ...builders import a_volunteer, an_account

pytestmark = pytest.mark.usefixtures('database')


async def a_person(clerk: Account, **changes: object) -> tuple[Volunteer, Account]:
    volunteer = await a_volunteer(clerk.host_unit, **changes)
    return volunteer, await an_account(Role.VOLUNTEER, volunteer=volunteer)


async def test_an_answer_is_kept_with_version_time_who_and_how() -> None:
    clerk = await an_account()
    volunteer, person = await a_person(clerk)
    assert await consents.asks(volunteer, by=person)
    first = await notices.current()

    await consents.give(volunteer, first.id, by=person)
    await consents.withdraw(volunteer, by=clerk)

    known = await Volunteer.get(id=volunteer.id)
    assert (known.consents_to_data_use, known.consented_at) == (False, None)
    assert [(one.is_given, one.notice_id, one.way, one.by_name) for one in await consents.of(known, by=person)] == [
        (False, first.id, ConsentWay.PAPER, clerk.name),
        (True, first.id, ConsentWay.ONLINE, person.name),
    ]
    assert [(one.old, one.new) for one in await HistoryEntry.all().order_by('id')] == [('否', '是'), ('是', '否')]
    assert {one.act for one in await LogEntry.all()} == {LogAct.CONSENT_GIVEN, LogAct.CONSENT_WITHDRAWN}
    assert not await consents.asks(known, by=person)


async def test_a_new_version_asks_again_and_an_old_page_does_not_consent_to_it() -> None:
    clerk, admin = await an_account(), await an_account(Role.ADMINISTRATOR)
    volunteer, person = await a_person(clerk)
    first = await notices.current()
    await consents.give(volunteer, first.id, by=person)
    details = notices.details_of(first)
    details.purpose = '辦理志願服務。'

    second = await notices.publish(details, seen=first.id, by=admin)

    assert await consents.asks(volunteer, by=person)
    with pytest.raises(Outdated):
        await consents.give(volunteer, first.id, by=person)
    with pytest.raises(notices.Overtaken):
        await notices.publish(details, seen=first.id, by=admin)
    with pytest.raises(NotPermitted):
        await notices.publish(details, seen=second.id, by=clerk)
    details.purpose = ' '
    with pytest.raises(Incomplete):
        await notices.publish(details, seen=second.id, by=admin)
    assert [one.id for one in await notices.versions()] == [second.id, first.id]


async def test_a_notice_that_says_the_same_is_no_new_version() -> None:
    admin, first = await an_account(Role.ADMINISTRATOR), await notices.current()

    assert (await notices.publish(notices.details_of(first), seen=first.id, by=admin)).id == first.id


async def test_the_tick_of_the_form_is_an_answer_on_paper() -> None:
    clerk = await an_account()
    volunteer, _ = await a_person(clerk)
    known = await volunteers.get(volunteer.id, by=clerk)
    details = VolunteerDetails.from_record(known)
    details.consents_to_data_use = True

    await volunteers.amend(known, details, version=known.version, by=clerk)
    details.english_name = 'Chen'
    await volunteers.amend(await volunteers.get(known.id, by=clerk), details, version=2, by=clerk)

    assert [(one.is_given, one.way) for one in await Consent.all()] == [(True, ConsentWay.PAPER)]


async def test_nobody_answers_for_a_stranger() -> None:
    clerk = await an_account()
    volunteer, _ = await a_person(clerk)
    version = (await notices.current()).id

    for other in (await an_account(), await an_account(Role.VOLUNTEER)):
        with pytest.raises(NotFound):
            await consents.give(volunteer, version, by=other)
    with pytest.raises(NotPermitted):
        await consents.withdraw(volunteer, by=await an_account(Role.REVIEWER))
