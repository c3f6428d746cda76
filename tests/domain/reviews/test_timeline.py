"""The timeline of a case: each side reads what is its business, with actor and time."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from db.choices import ApplicationStatus, CallResult, CorrectionReason, MailStatus, Place, Role
from db.models import Account, Agency, ApplicationStep, Decision, OutgoingMail, PhoneCall
from domain import applications, corrections, dates, reviews
from domain.corrections import Anchor
from domain.errors import NotFound, NotPermitted
from domain.reviews import deadlines, phone_calls, timeline
from domain.reviews.timeline import Entry

from ...builders import an_account
from ..sample_office import NOW, Office, a_case, a_complete_volunteer, a_draft, a_unit, an_office

pytestmark = pytest.mark.usefixtures('database')

REMARKS, PHOTO = Anchor(Place.APPLICATION, 'remarks'), Anchor(Place.BASICS, 'photo')

LAST = '補件期限 115/04/06'  # what is returned on NOW is to be corrected by then


@pytest.fixture
async def office(database: str) -> AsyncIterator[Office]:
    with dates.frozen(NOW):
        yield await an_office()


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def told(entries: list[Entry]) -> list[tuple[str, str, str]]:
    """What a reader sees but for the mails, oldest first."""
    return [(entry.actor, entry.what, entry.note) for entry in entries[::-1] if entry.kind != 'mail']


async def test_the_reviewer_is_told_the_same_of_a_case_that_was_just_read(office: Office) -> None:
    sent = await a_case(office)
    await corrections.mark(sent, REMARKS, CorrectionReason.OTHER, '請註明', by=office.reviewer)
    await phone_calls.log(sent, CallResult.REACHED, by=office.reviewer)
    with dates.frozen(at(5)):
        returned = await reviews.return_for_correction(sent, '', sent.version, by=office.reviewer)
    for case in (await a_case(office), returned):
        read = await reviews.case(case.id, by=office.reviewer)

        assert await timeline.of_case(read, by=office.reviewer) == await timeline.of(case, by=office.reviewer)
        for stranger in (office.clerk, await an_account(Role.REVIEWER)):
            with pytest.raises((NotFound, NotPermitted)):
                await timeline.of_case(read, by=stranger)


async def test_every_step_is_told_with_actor_time_and_reason(office: Office) -> None:
    sent = await a_case(office)
    with dates.frozen(at(5)):
        returned = await reviews.return_for_correction(sent, '照片模糊', sent.version, by=office.reviewer)
    with dates.frozen(at(30)):
        again = await applications.submit(returned, by=office.clerk)
    with dates.frozen(at(40)):
        book = await reviews.approve(again, again.version, by=office.colleague)
        entries = await timeline.of(again, by=office.clerk)

    assert told(entries) == [
        ('林小滿', '開始申請', ''),
        ('林小滿', '送審', '臺中市政府文化局，期限 115/03/09'),
        ('何專員', '通知補件', f'照片模糊\n{LAST}'),
        ('林小滿', '再次送審（第 2 次）', '臺中市政府文化局，期限 115/03/09'),
        ('王專員', '核可', f'紀錄冊號 {book.number}'),
    ]
    assert [entry.at for entry in entries if entry.kind == 'step'] == [at(40), at(30), at(5), NOW, NOW]
    # the unit and the volunteer; the agency again, although in the same words; the unit; the agency
    assert [entry.at for entry in entries if entry.kind == 'mail'] == [at(40), at(40), at(30), at(5), NOW]


async def test_marks_made_one_after_the_other_are_one_entry_until_the_return_tells_them(office: Office) -> None:
    sent = await a_case(office)
    with dates.frozen(at(1)):
        one = await corrections.mark(sent, PHOTO, CorrectionReason.BLURRED, '請重拍。', by=office.reviewer)
        two = await corrections.mark(sent, REMARKS, CorrectionReason.OTHER, '請說明。', by=office.reviewer)
        marks = ('何專員', '標示需補正', f'{one.label}（模糊）：請重拍。\n{two.label}（其他）：請說明。')
        assert told(await timeline.of(sent, by=office.reviewer))[2:] == [marks]
        assert told(await timeline.of(sent, by=office.clerk))[2:] == []
    with dates.frozen(at(2)):
        await reviews.return_for_correction(sent, '', sent.version, by=office.reviewer)
    with dates.frozen(at(3)):
        await corrections.dispute(one, '就是本人。', by=office.clerk)
        await corrections.answer(two, '已說明。', by=office.clerk)
        returned = await applications.get(sent.id, by=office.clerk)
    with dates.frozen(at(4)):
        await applications.submit(returned, by=office.clerk)
    with dates.frozen(at(5)):
        await corrections.accept(one, by=office.reviewer)
        await corrections.withdraw(two, by=office.reviewer)

    entries = await timeline.of(sent, by=office.clerk)

    assert told(entries)[2:] == [
        ('何專員', '通知補件', f'1. {one.label}（模糊）：請重拍。\n2. {two.label}（其他）：請說明。\n{LAST}'),
        ('林小滿', '回覆補正', f'{one.label}（模糊）：就是本人。\n{two.label}（其他）：已說明。'),
        ('林小滿', '再次送審（第 2 次）', '臺中市政府文化局，期限 115/03/09'),
        ('何專員', '確認補正', f'{one.label}（模糊）'),
        ('何專員', '撤銷標示', f'{two.label}（其他）'),
    ]


async def test_an_answer_that_did_not_do_stays_on_the_timeline(office: Office) -> None:
    sent = await a_case(office)
    one = await corrections.mark(sent, PHOTO, CorrectionReason.BLURRED, '請重拍。', by=office.reviewer)
    with dates.frozen(at(1)):
        await reviews.return_for_correction(sent, '', sent.version, by=office.reviewer)
    with dates.frozen(at(2)):
        await corrections.dispute(one, '就是本人。', by=office.clerk)
    with dates.frozen(at(3)):
        again = await applications.submit(await applications.get(sent.id, by=office.clerk), by=office.clerk)
    with dates.frozen(at(4)):
        await corrections.reopen(one, '仍請重拍。', by=office.reviewer)
    with dates.frozen(at(5)):
        await reviews.return_for_correction(again, '', again.version, by=office.reviewer)

    assert told(await timeline.of(sent, by=office.clerk))[3:] == [
        ('林小滿', '提出異議', f'{one.label}（模糊）：就是本人。'),
        ('林小滿', '再次送審（第 2 次）', '臺中市政府文化局，期限 115/03/09'),
        ('何專員', '通知補件', f'1. {one.label}（模糊）：仍請重拍。\n{LAST}'),
    ]


async def test_a_mail_tells_what_became_of_it_in_the_servers_words_and_can_be_sent_again_once(office: Office) -> None:
    sent = await a_case(office)
    await OutgoingMail.all().delete()
    facts: dict[str, Any] = {'application': sent, 'subject': '送審通知', 'body': '內容', 'next_attempt_at': NOW}
    failed = await OutgoingMail.create(
        **facts, recipient='a@example.org', status=MailStatus.FAILED, last_error='550 no such user'
    )
    trying: dict[str, Any] = {'status': MailStatus.WAITING, 'attempts': 2, 'last_error': '連線逾時'}
    await OutgoingMail.create(**facts, recipient='b@example.org', **trying)
    await OutgoingMail.create(**facts, recipient='c@example.org', status=MailStatus.BOUNCED)

    async def mails() -> dict[int, tuple[str, str, bool]]:
        entries = await timeline.of(sent, by=office.reviewer)
        return {one.ref: (one.what, one.note, one.can_resend) for one in entries if one.kind == 'mail'}

    assert await mails() == {
        failed.id: ('電子郵件未寄達', '送審通知（a@example.org）\n550 no such user', True),
        failed.id + 1: ('電子郵件重試中', '送審通知（b@example.org）\n第 2 次沒有寄成，系統會再試：連線逾時', False),
        failed.id + 2: ('電子郵件退信', '送審通知（c@example.org）', True),
    }
    sent_again: dict[str, Any] = {
        'recipient': 'a@example.org',
        'status': MailStatus.SENT,
        'sent_at': NOW,
        'resent_from': failed,
    }
    await OutgoingMail.create(**facts, **sent_again)
    assert (await mails())[failed.id][1:] == ('送審通知（a@example.org）\n550 no such user\n已重寄', False)
    assert (await mails())[failed.id + 3] == ('重寄：電子郵件已寄出', '送審通知（a@example.org）', False)


async def test_people_of_the_other_side_are_told_by_name_and_never_by_their_address(office: Office) -> None:
    sent = await a_case(office)
    await OutgoingMail.all().delete()
    facts: dict[str, Any] = {'application': sent, 'subject': '通知', 'body': '內容', 'next_attempt_at': NOW}
    gone: dict[str, Any] = {'status': MailStatus.FAILED, 'last_error': '550 <who@example.org>: no such user'}
    volunteer = await an_account(Role.VOLUNTEER, volunteer=await sent.volunteer)
    for person in (office.clerk, office.reviewer, volunteer, None):
        await OutgoingMail.create(**facts, **gone, account=person, recipient='who@example.org')

    async def notes(by: Account) -> list[str]:
        return [one.note for one in (await timeline.of(sent, by=by))[::-1] if one.kind == 'mail']

    known = '通知（who@example.org）\n550 <who@example.org>: no such user'
    assert await notes(office.clerk) == [known, '通知（何專員）\n550 （收件人）: no such user', known, known]
    assert await notes(office.reviewer) == ['通知（林小滿）\n550 （收件人）: no such user', known, known, known]


async def test_calls_the_clock_and_a_decision_in_its_ten_seconds_stand_on_it(office: Office) -> None:
    sent = await a_case(office)
    await PhoneCall.create(
        application=sent, by=office.reviewer, at=at(1), callee='示例文化中心', phone='(04)0000-1234',
        result=CallResult.NO_ANSWER, note='午休',
    )  # fmt: skip
    await ApplicationStep.filter(application_id=sent.id).update(reminded_at=at(2), escalated_at=at(3))
    await Decision.create(
        application=sent, to=ApplicationStatus.APPROVED, by=office.reviewer, at=at(4), release_at=at(5)
    )

    of_reviewer = told(await timeline.of(sent, by=office.reviewer))
    of_clerk = told(await timeline.of(sent, by=office.clerk))

    assert of_clerk[2:] == [
        ('何專員', '電話通知：無人接聽', '示例文化中心　(04)0000-1234\n午休'),
        ('系統', '期限前提醒發冊機關', '期限 115/03/09'),
        ('系統', '逾期，已通知發冊機關主管', '期限 115/03/09'),
    ]
    assert of_reviewer == [*of_clerk, ('何專員', '核可', '尚未生效，還可以復原；生效後才取號、寄信。')]
    await Decision.all().update(problem='這位志工已有使用中的紀錄冊。')
    assert told(await timeline.of(sent, by=office.reviewer))[-1] == (
        '何專員',
        '核可沒有生效',
        '這位志工已有使用中的紀錄冊。',
    )


async def test_what_the_clock_told_stays_with_its_round_and_its_due_day(office: Office) -> None:
    await Agency.filter(id=office.agency.id).update(supervisor_email='head@culture.example.gov.tw')
    sent = await a_case(office)
    with dates.frozen(at(24 * 60)):
        await deadlines.remind()
        returned = await reviews.return_for_correction(sent, '照片模糊', sent.version, by=office.reviewer)
    with dates.frozen(at(5 * 24 * 60)):
        again = await applications.submit(returned, by=office.clerk)
        assert (again.reminded_at, again.due_on) == (None, date(2026, 3, 13))
    with dates.frozen(at(11 * 24 * 60)):
        await deadlines.remind()
        await deadlines.escalate()
        entries = await timeline.of(again, by=office.clerk)

    assert [(entry.at, entry.what, entry.note) for entry in entries if entry.kind == 'clock'] == [
        (at(11 * 24 * 60), '逾期，已通知發冊機關主管', '期限 115/03/13'),
        (at(24 * 60), '期限前提醒發冊機關', '期限 115/03/09'),
    ]


async def test_a_case_made_anew_says_what_it_repeats(office: Office) -> None:
    sent = await a_case(office)
    with dates.frozen(at(1)):
        await reviews.reject(sent, '非本機關業務', sent.version, by=office.reviewer)
    with dates.frozen(at(2)):
        anew = await applications.again(sent, by=office.clerk)

    assert told(await timeline.of(anew, by=office.clerk)) == [
        ('林小滿', '重新申請', '接續先前駁回的申請；當時的意見：非本機關業務')
    ]
    assert [entry.at for entry in await timeline.of(anew, by=office.clerk)] == [at(2)]


async def test_a_volunteer_reads_the_steps_in_plain_words_and_strangers_nothing(office: Office) -> None:
    volunteer = await a_complete_volunteer(office)
    sent = await a_case(office, volunteer)
    await reviews.return_for_correction(sent, '照片模糊', sent.version, by=office.reviewer)
    own = await an_account(Role.VOLUNTEER, name='周小晴', volunteer=volunteer)
    strangers = [
        await an_account(Role.UNIT_STAFF, name='陌生人', host_unit=await a_unit('別的單位')),
        await an_account(Role.REVIEWER),
        await an_account(Role.VOLUNTEER),
        await an_account(Role.ADMINISTRATOR),
    ]

    assert told(await timeline.of(sent, by=own)) == [
        ('', '已送件', '示例文化中心替您送件，臺中市政府文化局審核中。'),
        ('', '補件', '臺中市政府文化局通知補件，由示例文化中心為您補齊：照片模糊'),
    ]
    for stranger in strangers:
        with pytest.raises(NotFound):
            await timeline.of(sent, by=stranger)
    with pytest.raises(NotFound):
        await timeline.of(await a_draft(office), by=office.reviewer)
