"""Each person gets mail as they chose; once a day a digest, and administrators what did not arrive."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from db.choices import MailPreference, MailStatus, Role
from db.models import Account, Agency, OutgoingMail
from domain import accounts, dates, reviews, settings
from domain.errors import Incomplete
from domain.mail import delivery, digests, outbox, queries
from tests import builders

from ..sample_office import Office, a_case, a_complete_volunteer, an_office
from .mail_server import a_mail_server, through

MORNING = datetime(2026, 3, 5, 8, 0, tzinfo=dates.TAIPEI)
OWN = 'he@culture.example.gov.tw'


@pytest.fixture
async def office(database: str) -> Office:
    office = await an_office()
    office.reviewer.email = OWN
    office.reviewer.mail_preference = MailPreference.DIGEST
    await office.reviewer.save()
    return office


@pytest.fixture(autouse=True)
def an_afternoon() -> Iterator[None]:
    with dates.frozen(MORNING + timedelta(hours=7)):
        yield


async def mails() -> list[tuple[str, str, MailStatus]]:
    return [(mail.recipient, mail.template, mail.status) for mail in await OutgoingMail.all().order_by('id')]


async def deliver(refused: dict[str, str] | None = None) -> list[str]:
    """Deliver what is due; who got something."""
    async with a_mail_server() as server:
        server.refused = refused or {}
        await delivery.deliver_due(through(server, settings.current()))
    return [to for _, recipients in server.envelopes for to in recipients]


async def test_the_office_is_always_told_and_its_people_as_they_chose(office: Office) -> None:
    agency = office.agency
    for name, preference in (('每件', MailPreference.EACH), ('不寄', MailPreference.NONE)):
        await builders.an_account(
            Role.REVIEWER, agency=agency, name=name, email=f'{preference}@x.tw', mail_preference=preference
        )
    await builders.an_account(Role.REVIEWER, agency=agency, email='WINDOW@culture.example.gov.tw')
    await builders.an_account(Role.REVIEWER, agency=agency, email='gone@x.tw', is_active=False)

    await a_case(office)

    assert await mails() == [
        ('window@culture.example.gov.tw', 'submitted', MailStatus.WAITING),
        (OWN, 'submitted', MailStatus.DEFERRED),
        ('each@x.tw', 'submitted', MailStatus.WAITING),
        ('none@x.tw', 'submitted', MailStatus.SKIPPED),
    ]
    copies = await OutgoingMail.exclude(account_id=None)
    assert [mail.attachment for mail in copies] == [None] * 3  # full identity numbers go to the office's mailbox only
    assert '/account/mail' in copies[0].body.open()


async def test_the_clerk_gets_the_answer_too_and_nobody_reads_it_twice(office: Office) -> None:
    office.clerk.email = 'lin@x.tw'
    await office.clerk.save()
    case = await a_case(office)

    await reviews.return_for_correction(case, '照片模糊', case.version, by=office.reviewer)
    assert (await mails())[2:] == [
        ('unit@example.org', 'returned', MailStatus.WAITING),
        ('lin@x.tw', 'returned', MailStatus.WAITING),
    ]
    await office.unit.filter(id=office.unit.id).update(email='')
    case = await a_case(office)
    await reviews.reject(case, '非本機關業務', case.version, by=office.reviewer)
    assert (await mails())[-1] == ('lin@x.tw', 'rejected', MailStatus.WAITING)


async def test_a_digest_goes_out_once_a_day_and_what_it_told_of_shares_its_lot(office: Office) -> None:
    first, second = await a_case(office), await a_case(office)
    assert await digests.send() == 0
    await deliver()

    with dates.frozen(MORNING + timedelta(days=1)):
        await a_case(office)  # after the cut: for tomorrow's
        assert sum(await asyncio.gather(*(digests.send() for _ in range(3)))) == 1
        assert await digests.send() == 0
        digest = await OutgoingMail.get(template='digest')
        assert OWN in await deliver()

    due = '請於 115/03/09 以前完成審核'
    assert digest.subject == '【志願服務紀錄冊】每日摘要：2 則通知（115/03/06）'
    assert (
        '以下是上一封摘要以後的 2 則通知：\n\n'
        f'　03/05 15:00 示例文化中心送審 1 件（案號 {first.id}），{due}\n'
        f'　03/05 15:00 示例文化中心送審 1 件（案號 {second.id}），{due}\n\n接下來請您'
    ) in digest.body.open()
    told = await OutgoingMail.filter(account_id=office.reviewer.id, template='submitted').order_by('id')
    assert [(mail.status, mail.digest_id) for mail in told] == [
        (MailStatus.SENT, digest.id),
        (MailStatus.SENT, digest.id),
        (MailStatus.DEFERRED, None),
    ]


async def test_a_digest_that_did_not_arrive_says_so_of_each_case_in_it(office: Office) -> None:
    case = await a_case(office)

    with dates.frozen(MORNING + timedelta(days=1)):
        await digests.send()
        await deliver({OWN: '550 5.1.1 no such user'})

    copy, _ = await outbox.of_application(case, by=office.clerk)
    assert (copy.recipient, copy.status, copy.last_error) == (OWN, MailStatus.FAILED, '550 5.1.1 no such user')


async def test_who_left_meanwhile_gets_no_digest(office: Office) -> None:
    await a_case(office)
    await Account.filter(id=office.reviewer.id).update(is_active=False)

    with dates.frozen(MORNING + timedelta(days=1)):
        assert await digests.send() == 0

    assert (await mails())[-1] == (OWN, 'submitted', MailStatus.SKIPPED)


async def test_ones_own_preference_is_one_of_three(office: Office) -> None:
    await accounts.set_mail_preference(MailPreference.NONE, by=office.clerk)
    assert (await Account.get(id=office.clerk.id)).mail_preference == MailPreference.NONE
    with pytest.raises(Incomplete):
        await accounts.set_mail_preference('all', by=office.clerk)  # type: ignore[arg-type]


async def test_administrators_read_each_morning_what_did_not_arrive_and_nobodys_name(office: Office) -> None:
    for name, preference in (('甲', MailPreference.EACH), ('乙', MailPreference.NONE)):
        await builders.an_account(Role.ADMINISTRATOR, name=name, email=f'{preference}@x.tw', mail_preference=preference)
    volunteer = await a_complete_volunteer(office, name='周小晴', email='chou@example.com')
    case = await a_case(office, volunteer)
    await reviews.approve(case, case.version, by=office.reviewer)
    await deliver({'chou@example.com': '550 5.1.1 <chou@example.com>: no such user'})
    assert await digests.report_undelivered() == 0

    with dates.frozen(MORNING + timedelta(days=1)):
        assert sum(await asyncio.gather(*(digests.report_undelivered() for _ in range(3)))) == 1
        assert await digests.report_undelivered() == 0
    with dates.frozen(MORNING + timedelta(days=2)):
        assert await digests.report_undelivered() == 0

    report = await OutgoingMail.get(template='undelivered')
    assert (report.recipient, report.subject) == ('each@x.tw', '【志願服務紀錄冊】1 封信沒有寄達（115/03/06）')
    body = report.body.open()
    assert f'　03/05 15:00 案號 {case.id} 核發通知（志工）未寄達：550 5.1.1' in body
    assert 'chou' not in body


async def test_what_waits_longer_than_a_quarter_of_an_hour_is_told_with_the_server_and_its_words(
    office: Office, request: pytest.FixtureRequest
) -> None:
    administrator = await builders.an_account(Role.ADMINISTRATOR)
    for number in range(2):
        await outbox.queue(f'clerk{number}@example.gov.tw', '主旨', '內容')
    await OutgoingMail.filter(recipient='clerk0@example.gov.tw').update(last_error='Connect call failed x@y.tw')
    began = dates.now()
    usual = settings.current()
    request.addfinalizer(lambda: settings.use(usual))
    settings.use(replace(usual, smtp_url='smtps://office:secret@mail.example.gov.tw', demo=False))

    assert (await queries.backlog(by=administrator), await queries.undelivered(by=administrator)) == (None, [])
    with dates.frozen(began + timedelta(minutes=16)):
        told = await queries.backlog(by=administrator)
        listed = await queries.undelivered(by=administrator)

    assert told == queries.Backlog(2, began, 'mail.example.gov.tw', 'Connect call failed （收件人）')
    assert [(one.status, one.noted_at, one.words) for one in listed] == [
        (MailStatus.WAITING, began, ''),
        (MailStatus.WAITING, began, 'Connect call failed （收件人）'),
    ]


async def test_the_list_of_undelivered_masks_volunteers_and_names_offices(office: Office) -> None:
    administrator = await builders.an_account(Role.ADMINISTRATOR)
    await Agency.filter(id=office.agency.id).update(email='window@typo.example.gov.tw')
    case = await a_case(office, await a_complete_volunteer(office, email='chou@example.com'))
    await reviews.approve(case, case.version, by=office.reviewer)
    words = '550 5.1.1 no such user'
    await deliver({'window@typo.example.gov.tw': words, 'chou@example.com': words})
    window = await OutgoingMail.get(recipient='window@typo.example.gov.tw')
    await Agency.filter(id=office.agency.id).update(email='window@culture.example.gov.tw')
    again = await outbox.resend(window.id, by=administrator)

    shown = [
        (one.label, one.receiver, one.recipient, one.words, one.again)
        for one in await queries.undelivered(by=administrator)
    ]

    assert again.recipient == 'window@culture.example.gov.tw'
    assert shown == [
        ('核發通知', '志工', 'c*****@example.com', words, None),
        ('送審通知', '發冊機關', 'window@typo.example.gov.tw', words, MailStatus.WAITING),
    ]
