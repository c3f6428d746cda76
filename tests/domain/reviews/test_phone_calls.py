"""Calls are logged with one tap, and asked for where a mail did not arrive."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from db.choices import CallResult, MailStatus, Role
from db.models import Agency, Application, OutgoingMail, PhoneCall
from domain import applications, dates, reviews, settings
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.mail import delivery, outbox
from domain.reviews import phone_calls
from tests import builders

from ..mail.mail_server import a_mail_server, through
from ..sample_office import NOW, Office, a_case, a_complete_volunteer, a_draft, an_office

WINDOW = 'window@culture.example.gov.tw'


@pytest.fixture
async def office(database: str) -> Office:
    office = await an_office()
    await Agency.filter(id=office.agency.id).update(phone='(04)0000-9012')
    return office


@pytest.fixture(autouse=True)
def a_working_day() -> Iterator[None]:
    with dates.frozen(NOW):
        yield


async def refuse(*addresses: str) -> None:
    """Deliver what waits through a server that refuses these addresses."""
    async with a_mail_server() as server:
        server.refused = dict.fromkeys(addresses, '550 5.1.1 no such user')
        await delivery.deliver_due(through(server, settings.current()))


async def asked(office: Office) -> dict[str, list[tuple[int, str, str, str]]]:
    return {
        side: [
            (task.application.id, task.mail.template if task.mail else '', task.who, task.phone)
            for task in await phone_calls.not_arrived(by=by)
        ]
        for side, by in (('unit', office.clerk), ('agency', office.reviewer))
    }


async def test_one_tap_notes_who_called_whom_when_and_how_it_went(office: Office) -> None:
    case = await a_case(office)

    call = await phone_calls.log(case, CallResult.REACHED, by=office.clerk, note=' 王小姐接聽 ')
    await phone_calls.log(case, CallResult.REACHED, by=office.clerk, note='王小姐接聽')
    with dates.frozen(NOW + timedelta(minutes=1)):
        await phone_calls.log(case, CallResult.NO_ANSWER, by=office.reviewer, callee='林小姐', phone='0900-000-000')

    kept = [
        (one.by.name, one.at, one.callee, one.phone, one.result, one.note)
        for one in await phone_calls.of(case, by=office.colleague)
    ]
    assert kept == [
        ('何專員', NOW + timedelta(minutes=1), '林小姐', '0900-000-000', CallResult.NO_ANSWER, ''),
        ('林小滿', NOW, '臺中市政府文化局志工業務窗口', '(04)0000-9012', CallResult.REACHED, '王小姐接聽'),
    ]
    assert (await PhoneCall.filter(by=office.clerk).get()).id == call.id


async def test_calls_are_noted_by_the_two_sides_of_a_case_that_was_sent(office: Office) -> None:
    case, draft = await a_case(office), await a_draft(office)

    for role in (Role.UNIT_STAFF, Role.REVIEWER):
        with pytest.raises(NotFound):
            await phone_calls.log(case, CallResult.REACHED, by=await builders.an_account(role))
    with pytest.raises(NotPermitted):
        await phone_calls.log(case, CallResult.REACHED, by=await builders.an_account(Role.ADMINISTRATOR))
    with pytest.raises(phone_calls.NothingToCall):
        await phone_calls.log(draft, CallResult.REACHED, by=office.clerk)
    forged: Any = 'bribed'
    with pytest.raises(Incomplete):
        await phone_calls.log(case, forged, by=office.clerk)
    with pytest.raises(Incomplete):
        await phone_calls.log(case, CallResult.REACHED, by=office.clerk, note='長' * 201)
    assert await PhoneCall.all() == []


async def test_a_mail_the_agency_did_not_get_asks_the_unit_to_call(office: Office) -> None:
    case = await a_case(office)
    assert await asked(office) == {'unit': [], 'agency': []}

    await refuse(WINDOW)

    window = (case.id, 'submitted', '臺中市政府文化局志工業務窗口', '(04)0000-9012')
    assert await asked(office) == {'unit': [window], 'agency': []}
    await phone_calls.log(case, CallResult.NO_ANSWER, by=office.clerk)
    assert (await asked(office))['unit'] == [window]
    await phone_calls.log(case, CallResult.REACHED, by=office.reviewer)  # the agency called about something else
    assert (await asked(office))['unit'] == [window]
    await phone_calls.log(case, CallResult.MESSAGE_LEFT, by=office.clerk)
    assert await asked(office) == {'unit': [], 'agency': []}


async def test_a_mail_the_unit_did_not_get_asks_the_agency_until_a_repetition_arrives(office: Office) -> None:
    case = await a_case(office)
    await reviews.return_for_correction(case, '照片模糊', case.version, by=office.reviewer)
    await refuse('unit@example.org')

    clerk = (case.id, 'returned', '示例文化中心　林小滿', '(04)0000-1234')
    assert await asked(office) == {'unit': [], 'agency': [clerk]}

    mail = await OutgoingMail.get(template='returned')
    await outbox.resend(mail.id, by=office.reviewer)
    assert (await asked(office))['agency'] == [clerk]
    await refuse('unit@example.org')
    assert (await asked(office))['agency'] == [clerk]
    await outbox.resend(mail.id, by=office.reviewer)
    await refuse()
    assert await asked(office) == {'unit': [], 'agency': []}


async def test_a_case_that_moved_on_has_been_noticed(office: Office) -> None:
    case = await a_case(office)
    await refuse(WINDOW)
    assert len((await asked(office))['unit']) == 1

    await applications.withdraw(case, by=office.clerk)

    assert await asked(office) == {'unit': [], 'agency': []}


async def test_a_volunteer_who_got_no_mail_is_called_by_the_unit(office: Office) -> None:
    case = await a_case(office, await a_complete_volunteer(office, email='nowhere@example.com'))
    await reviews.approve(case, case.version, by=office.reviewer)

    await refuse('nowhere@example.com')

    assert await asked(office) == {'unit': [(case.id, 'approved_for_volunteer', '志工 周小晴', '')], 'agency': []}


async def test_an_agency_without_an_address_is_called_at_once(office: Office) -> None:
    await Agency.filter(id=office.agency.id).update(email='')

    case = await a_case(office)

    assert [task[0] for task in (await asked(office))['unit']] == [case.id]


async def test_a_persons_own_copy_that_failed_asks_for_no_call_when_the_office_was_told(office: Office) -> None:
    office.reviewer.email = 'he@culture.example.gov.tw'
    await office.reviewer.save()

    await a_case(office)
    await refuse('he@culture.example.gov.tw')

    mails = await OutgoingMail.all().order_by('id')
    assert [(mail.recipient, mail.status) for mail in mails] == [
        (WINDOW, MailStatus.SENT),
        ('he@culture.example.gov.tw', MailStatus.FAILED),
    ]
    assert await asked(office) == {'unit': [], 'agency': []}


async def test_a_rosters_mail_that_failed_asks_for_one_call(office: Office) -> None:
    from domain import rosters

    roster = await rosters.start('三月名冊', office.agency.county_id, office.agency.id, by=office.clerk)
    people = [await a_complete_volunteer(office) for _ in range(3)]
    await rosters.add(roster, [one.id for one in people], by=office.clerk)
    await rosters.send(roster, by=office.clerk)
    await refuse(WINDOW)

    (task,) = (await asked(office))['unit']
    cases = await Application.filter(roster_id=roster.id).order_by('roster_position')
    assert task == (cases[0].id, 'roster_submitted', '臺中市政府文化局志工業務窗口', '(04)0000-9012')
    mails = [(await outbox.of_application(case, by=office.clerk))[0].template for case in cases]
    assert mails == ['roster_submitted'] * 3
    await phone_calls.log(cases[2], CallResult.REACHED, by=office.clerk)
    assert (await asked(office))['unit'] == []


async def test_another_units_and_agencys_mails_are_none_of_ones_business(office: Office) -> None:
    await a_case(office)
    await refuse(WINDOW)

    stranger = await builders.an_account(name='沈小川')
    assert await phone_calls.to_make(by=stranger) == []
    assert await phone_calls.to_make(by=await builders.an_account(Role.REVIEWER)) == []
    with pytest.raises(NotPermitted):
        await phone_calls.to_make(by=await builders.an_account(Role.ADMINISTRATOR))


async def test_the_call_that_goes_with_a_case_is_asked_for_until_it_was_made(office: Office) -> None:
    case = await a_case(office)

    assert await to_call(office) == {'unit': [(case.id, 1)], 'agency': []}
    await phone_calls.log(case, CallResult.NO_ANSWER, by=office.clerk)
    assert await to_call(office) == {'unit': [(case.id, 1)], 'agency': []}
    await phone_calls.log(case, CallResult.REACHED, by=office.clerk)
    assert await to_call(office) == {'unit': [], 'agency': []}

    with dates.frozen(NOW + timedelta(hours=1)):
        await reviews.return_for_correction(case, '照片模糊', case.version, by=office.reviewer)
        assert await to_call(office) == {'unit': [], 'agency': [(case.id, 1)]}
    with dates.frozen(NOW + timedelta(days=8)):  # nobody calls about what is a week old
        assert await to_call(office) == {'unit': [], 'agency': []}


async def test_a_mail_that_did_not_arrive_and_its_call_are_one_task(office: Office) -> None:
    case = await a_case(office)
    await refuse(WINDOW)

    (task,) = await phone_calls.to_make(by=office.clerk)

    assert (task.application.id, task.mail is not None) == (case.id, True)


async def test_a_call_in_vain_is_seen_by_whoever_would_call_next(office: Office) -> None:
    case = await a_case(office)
    for minutes, result, by in (
        (5, CallResult.NO_ANSWER, office.clerk),
        (9, CallResult.WRONG_NUMBER, office.clerk),
    ):
        with dates.frozen(NOW + timedelta(minutes=minutes)):
            await phone_calls.log(case, result, by=by)

    (task,) = await phone_calls.to_make(by=office.clerk)
    assert [(call.result, call.by.id) for call in task.in_vain] == [
        (CallResult.NO_ANSWER, office.clerk.id),
        (CallResult.WRONG_NUMBER, office.clerk.id),
    ]

    with dates.frozen(NOW + timedelta(hours=1)):  # a new call is asked for: it has not been tried yet
        await reviews.return_for_correction(case, '照片模糊', case.version, by=office.reviewer)
        (task,) = await phone_calls.to_make(by=office.reviewer)
    assert task.in_vain == []


async def to_call(office: Office) -> dict[str, list[tuple[int, int]]]:
    """(the first case, of how many) of each task, by side."""
    return {
        side: [(task.application.id, task.cases) for task in await phone_calls.to_make(by=by)]
        for side, by in (('unit', office.clerk), ('agency', office.reviewer))
    }
