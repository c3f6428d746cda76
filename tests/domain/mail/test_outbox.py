"""Real mails through a real SMTP server, from a real outbox."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.connection import get_connection

from db import transaction
from db.choices import MailPreference, MailStatus, Role
from db.models import Application, OutgoingMail
from domain import announcements, dates, settings
from domain.announcements import CaseChanged
from domain.errors import NotFound
from domain.mail import delivery, outbox, queries
from domain.settings import Settings
from tests import builders
from tests.patience import SECONDS, until
from tests.processes import Processes

from .mail_server import a_mail_server, through

pytestmark = pytest.mark.usefixtures('database')

WINDOW = 'window@culture.example.gov.tw'
SUBJECT = '【志願服務紀錄冊】' + '示例文化中心志願服務運用單位' * 4 + '送審 1 件，請於 115/03/11 以前完成審核'


@pytest.fixture
def office() -> Settings:
    return Settings(
        mail_from='志願服務紀錄冊 <no-reply@books.example.gov.tw>', public_url='https://books.example.gov.tw'
    )


async def the_note_waits_for_the_row() -> bool:
    """The mail is sent, and its delivery waits for whoever has locked its row."""
    waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(await get_connection('default').execute_query_dict(waiting))


async def a_mail(recipient: str = WINDOW, body: str = '您好：\n第二行\n', *, holds_secret: bool = False) -> None:
    await outbox.queue(recipient, SUBJECT, body, holds_secret=holds_secret)


async def test_a_mail_of_a_transaction_that_fails_is_never_sent(office: Settings) -> None:
    with suppress(ZeroDivisionError):
        async with transaction():
            await a_mail()
            raise ZeroDivisionError

    async with a_mail_server() as server:
        assert await delivery.deliver_due(through(server, office)) == 0


async def test_body_and_attachment_lie_sealed_in_the_database(database: str) -> None:
    await outbox.queue(WINDOW, SUBJECT, '王小明', attachment=outbox.Attachment('名冊.ods', b'A123456789'))

    (row,) = await OutgoingMail.all().values('body', 'attachment')
    assert '王小明'.encode() not in bytes(row['body'])
    assert b'QTEyMzQ1Njc4OQ==' not in bytes(row['attachment'])


async def test_a_refused_recipient_fails_at_once_with_the_servers_words(office: Settings) -> None:
    await a_mail('gone@example.gov.tw')
    await a_mail()

    async with a_mail_server() as server:
        server.refused = {'gone@example.gov.tw': '550 5.1.1 no such user'}
        assert await delivery.deliver_due(through(server, office)) == 1

    gone, other = await OutgoingMail.all().order_by('id')
    assert (gone.status, gone.attempts) == (MailStatus.FAILED, 1)
    assert gone.last_error == '550 5.1.1 no such user'
    assert other.status == MailStatus.SENT


async def test_a_refused_letter_fails_at_once(office: Settings) -> None:
    await a_mail()

    async with a_mail_server() as server:
        server.on_letter = _answers('552 5.3.4 too big')
        await delivery.deliver_due(through(server, office))

    mail = await OutgoingMail.get()
    assert (mail.status, mail.last_error) == (MailStatus.FAILED, '552 5.3.4 too big')


async def test_a_mailbox_that_is_full_is_tried_again_later_and_given_up_after_ten_times(office: Settings) -> None:
    await a_mail()
    moment = datetime(2026, 3, 8, 2, tzinfo=UTC)
    await OutgoingMail.all().update(next_attempt_at=moment)
    pauses = []

    async with a_mail_server() as server:
        server.refused = {WINDOW: '452 4.2.2 mailbox full'}
        while (mail := await OutgoingMail.get()).status == MailStatus.WAITING:
            pauses.append(mail.next_attempt_at - moment)
            moment = mail.next_attempt_at
            with dates.frozen(moment - timedelta(seconds=1)):
                await delivery.deliver_due(through(server, office))
            with dates.frozen(moment):
                await delivery.deliver_due(through(server, office))

    assert pauses == [timedelta(minutes=m) for m in (0, 1, 5, 15, 60, 240, 720, 1440, 1440, 1440)]
    assert (mail.status, mail.attempts, mail.last_error) == (MailStatus.FAILED, 10, '452 4.2.2 mailbox full')


@pytest.mark.parametrize('words', ['450 4.2.0 greylisted', '451 try later', '451 4.7.1 policy', '452 no room'])
async def test_what_a_server_puts_off_for_weeks_never_ends_and_is_sent_at_last(office: Settings, words: str) -> None:
    await a_mail()
    await OutgoingMail.all().update(attempts=30)

    async with a_mail_server() as server:
        server.refused = {WINDOW: words}
        await delivery.deliver_due(through(server, office))
        mail = await OutgoingMail.get()
        assert (mail.status, mail.attempts, mail.last_error) == (MailStatus.WAITING, 31, words)
        with dates.frozen(mail.next_attempt_at):
            assert mail.next_attempt_at - dates.now() < timedelta(days=1)
            server.refused = {}
            await delivery.deliver_due(through(server, office))
    assert (await OutgoingMail.get()).status == MailStatus.SENT


async def test_a_server_that_was_down_gets_each_mail_once_when_it_is_up(office: Settings) -> None:
    async with a_mail_server() as server:
        port = server.port
    await a_mail()
    await a_mail()
    down = replace(office, smtp_url=f'smtp://127.0.0.1:{port}')

    assert await delivery.deliver_due(down) == 0
    first, second = await OutgoingMail.all().order_by('id')
    assert (first.attempts, second.attempts) == (0, 0)
    assert 'Connect call failed' in first.last_error

    async with a_mail_server(port=port) as server:
        assert await delivery.deliver_due(down) == 2
        assert await delivery.deliver_due(down) == 0
    assert len(server.letters) == 2


async def test_an_outage_of_a_week_uses_up_no_try_and_then_all_goes_at_once_secrets_first(office: Settings) -> None:
    async with a_mail_server() as server:
        port = server.port
    down = replace(office, smtp_url=f'smtp://127.0.0.1:{port}')
    for number in range(3):
        await a_mail(f'clerk{number}@example.gov.tw')
    await a_mail('put-off@example.gov.tw')
    await OutgoingMail.filter(recipient='put-off@example.gov.tw').update(
        attempts=4, next_attempt_at=dates.now() + timedelta(days=30)
    )
    await a_mail('secret@example.gov.tw', holds_secret=True)

    now, outage = dates.now(), delivery.Outage()
    for hours in range(0, 7 * 24, 3):
        with dates.frozen(now + timedelta(hours=hours)):
            assert await delivery.deliver_due(down, outage) == 0

    mails = await OutgoingMail.all().order_by('id')
    assert [(mail.status, mail.attempts) for mail in mails] == [(MailStatus.WAITING, n) for n in (0, 0, 0, 4, 0)]
    assert 'Connect call failed' in mails[-1].last_error
    with dates.frozen(now + timedelta(hours=165, seconds=10)):
        async with a_mail_server(port=port) as server:
            assert await delivery.deliver_due(down, outage) == 4
    sent = [letter['To'] for letter in server.letters]
    assert 'secret@example.gov.tw' in sent[:2]
    assert sorted(sent) == [*(f'clerk{n}@example.gov.tw' for n in range(3)), 'secret@example.gov.tw']


@pytest.mark.parametrize(
    'answer',
    ['451 4.3.0 Temporary server error', '530 5.7.0 Must issue STARTTLS', '554 5.7.1 <x@y.tw>: Relay access denied'],
)
async def test_what_a_server_says_of_itself_ends_no_mail(office: Settings, answer: str) -> None:
    await a_mail()

    async with a_mail_server() as server:
        server.refused = {WINDOW: answer}
        await delivery.deliver_due(through(server, office))

    mail = await OutgoingMail.get()
    assert (mail.status, mail.attempts, mail.last_error) == (MailStatus.WAITING, 0, answer)


async def test_a_mail_that_brings_the_server_down_holds_up_no_other(office: Settings) -> None:
    await a_mail('poison@example.gov.tw', holds_secret=True)
    await a_mail()
    await a_mail()

    async with a_mail_server() as server:
        server.refused = {'poison@example.gov.tw': '421 4.4.2 closing'}
        assert [await delivery.deliver_due(through(server, office)) for _ in range(3)] == [0, 1, 1]

    poison, *others = await OutgoingMail.all().order_by('id')
    assert (poison.status, poison.attempts) == (MailStatus.WAITING, 1)
    assert [mail.status for mail in others] == [MailStatus.SENT] * 2


async def test_a_server_that_says_nothing_blocks_no_decision_and_holds_no_connection(office: Settings) -> None:
    await a_mail()
    async with _a_silent_server() as (port, called):
        delivering = asyncio.create_task(delivery.deliver_due(replace(office, smtp_url=f'smtp://127.0.0.1:{port}')))
        await called.wait()

        async with transaction():
            await a_mail()
            await OutgoingMail.all().select_for_update().only('id')
        assert not delivering.done()

        delivering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivering

    first, second = await OutgoingMail.all().order_by('id')
    assert (first.status, first.attempts) == (MailStatus.WAITING, 1)
    assert second.attempts == 0


async def test_several_deliverers_at_once_send_each_mail_once(office: Settings) -> None:
    for number in range(20):
        await outbox.queue(f'unit{number}@example.gov.tw', SUBJECT, '您好')

    async with a_mail_server() as server:
        taken = await asyncio.gather(*(delivery.deliver_due(through(server, office)) for _ in range(4)))

    assert sum(taken) == 20
    assert sorted(to for _, recipients in server.envelopes for to in recipients) == sorted(
        f'unit{number}@example.gov.tw' for number in range(20)
    )


async def test_a_mail_sent_by_a_process_killed_before_noting_it_comes_again_under_the_same_message_id(
    office: Settings, database: str, processes: Processes
) -> None:
    await a_mail()
    async with a_mail_server() as server:
        configured = through(server, office)
        child = await processes.begin('-c', _DELIVER, database, configured.smtp_url, office.mail_from)

        async def kill() -> None:
            os.kill(child.pid, signal.SIGKILL)

        server.on_letter = kill
        assert await child.wait() == -signal.SIGKILL

        server.on_letter = None
        assert await delivery.deliver_due(configured) == 0  # the lease is still the dead process's
        with dates.frozen(dates.now() + delivery.LEASE):
            assert await delivery.deliver_due(configured) == 1

    first, again = server.letters
    assert (first['Message-ID'], first['Date']) == (again['Message-ID'], again['Date'])
    assert (await OutgoingMail.get()).status == MailStatus.SENT


async def test_a_mail_sent_while_the_office_closes_is_noted_as_sent(office: Settings) -> None:
    await a_mail()
    is_locked, may_go_on = asyncio.Event(), asyncio.Event()

    async def hold_the_row() -> None:
        async with transaction():
            await OutgoingMail.all().select_for_update()
            is_locked.set()
            await may_go_on.wait()

    async def keep_us_from_noting() -> None:
        holders.append(asyncio.create_task(hold_the_row()))
        await is_locked.wait()

    holders: list[asyncio.Task[None]] = []
    async with a_mail_server() as server:
        server.on_letter = keep_us_from_noting
        delivering = asyncio.create_task(delivery.deliver_forever(through(server, office)))
        await until(the_note_waits_for_the_row)
        delivering.cancel()
        may_go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await delivering

    await asyncio.gather(*holders)
    assert (await OutgoingMail.get()).status == MailStatus.SENT


async def test_a_queued_mail_leaves_at_once(office: Settings, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, 'POLL', 3600)  # it is woken, or never delivers
    async with AsyncExitStack() as closing, a_mail_server() as server:
        await announcements.opened(database)
        closing.push_async_callback(announcements.closed)
        delivering = asyncio.create_task(delivery.deliver_forever(through(server, office)))
        closing.callback(delivering.cancel)
        await asyncio.sleep(0.1)  # the first round finds nothing

        async with transaction():
            await a_mail()
        await until(lambda: bool(server.letters))

        delivering.cancel()
        await asyncio.wait([delivering])


async def test_without_a_server_mails_wait_and_only_a_demo_office_shows_them(office: Settings) -> None:
    clerk = await builders.an_account(email=WINDOW)
    await outbox.queue(WINDOW, SUBJECT, '您的密碼', attachment=outbox.Attachment('名冊.ods', b'ods'), holds_secret=True)
    await asyncio.wait_for(delivery.deliver_forever(office), SECONDS)
    assert await delivery.deliver_due(office) == 0

    with _in_force(replace(office, demo=True)):
        (letter,) = await queries.recent(by=clerk)
    assert (letter.recipient, letter.subject, letter.body, letter.status) == (
        WINDOW,
        SUBJECT,
        '您的密碼',
        MailStatus.WAITING,
    )
    assert letter.attachment == outbox.Attachment('名冊.ods', b'ods')

    for real in (office, replace(office, demo=True, smtp_url='smtp://127.0.0.1:25')):
        with _in_force(real), pytest.raises(NotFound):
            await queries.recent(by=clerk)


async def test_both_sides_of_an_application_see_its_mails_and_nobody_else() -> None:
    clerk, reviewer = await builders.an_account(), await builders.an_account(Role.REVIEWER)
    application = await Application.create(
        volunteer=await builders.a_volunteer(),
        host_unit_id=clerk.host_unit_id,
        county=await builders.a_county(),
        agency_id=reviewer.agency_id,
        round=1,
    )
    await outbox.queue(WINDOW, SUBJECT, '您好', application=application)
    await a_mail()

    for insider in (clerk, reviewer):
        (mail,) = await outbox.of_application(application, by=insider)
        assert (mail.application_id, mail.recipient) == (application.id, WINDOW)
    for role in Role:
        with pytest.raises(NotFound):
            await outbox.of_application(application, by=await builders.an_account(role))


async def test_the_kept_mails_are_shown_to_whom_they_concern(office: Settings) -> None:
    unit = await builders.a_host_unit()
    clerk, other_clerk = (
        await builders.an_account(host_unit=unit, email='clerk@x.tw'),
        await builders.an_account(email='other@x.tw'),
    )
    administrator = await builders.an_account(Role.ADMINISTRATOR, email='admin@x.tw')
    volunteer = await builders.a_volunteer(unit, email='volunteer@x.tw')
    as_volunteer = await builders.an_account(Role.VOLUNTEER, volunteer=volunteer, email='volunteer@x.tw')
    agency = await builders.an_agency(email='agency@x.tw')
    reviewer = await builders.an_account(Role.REVIEWER, agency=agency, email='reviewer@x.tw')
    application = await Application.create(
        volunteer=volunteer, host_unit=unit, county_id=agency.county_id, agency=agency
    )
    for recipient, about in (
        ('agency@x.tw', application),
        ('volunteer@x.tw', None),
        ('clerk@x.tw', None),
        ('other@x.tw', None),
    ):
        await outbox.queue(recipient, SUBJECT, '內容', application=about)

    with _in_force(replace(office, demo=True)):
        shown = {
            who.email: sorted(letter.recipient for letter in await queries.recent(by=who))
            for who in (clerk, other_clerk, reviewer, as_volunteer, administrator)
        }

    assert shown == {
        'clerk@x.tw': ['agency@x.tw', 'clerk@x.tw', 'volunteer@x.tw'],
        'other@x.tw': ['other@x.tw'],
        'reviewer@x.tw': ['agency@x.tw'],
        'volunteer@x.tw': ['volunteer@x.tw'],
        'admin@x.tw': ['clerk@x.tw', 'other@x.tw'],
    }


@pytest.mark.parametrize('answer', ['250 OK', '554 refused'])
async def test_a_secret_is_cleared_when_it_has_left_or_never_will(answer: str, office: Settings) -> None:
    await a_mail(body='密碼：Abcdefgh1234', holds_secret=True)

    async with a_mail_server() as server:
        server.on_letter = _answers(answer)
        await delivery.deliver_due(through(server, office))

    mail = await OutgoingMail.get()
    assert (mail.status != MailStatus.WAITING, mail.body.open()) == (True, outbox.CLEARED)


@pytest.mark.parametrize(
    ('recipient', 'words'),
    [
        ('', '收件人沒有登錄電子郵件，這封信沒有寄出。請改以電話通知，並補登電子郵件。'),
        ('a@b.tw\r\nBcc: x@y.tw', '收件人的電子郵件格式不正確，這封信沒有寄出。請改以電話通知，並更正電子郵件。'),
        ('a@b.tw, x@y.tw', '收件人的電子郵件格式不正確，這封信沒有寄出。請改以電話通知，並更正電子郵件。'),
    ],
)
async def test_what_is_no_address_gets_no_mail_and_stops_no_decision(recipient: str, words: str) -> None:
    await a_mail(recipient)

    mail = await OutgoingMail.get()
    assert (mail.status, mail.last_error) == (MailStatus.FAILED, words)


@pytest.mark.parametrize(
    ('status', 'attempts', 'is_noted'),
    [
        (MailStatus.WAITING, 0, False),  # nobody has tried to send it
        (MailStatus.WAITING, 1, True),  # it was sent, and the process was killed before it noted that
        (MailStatus.SENT, 1, True),
        (MailStatus.FAILED, 0, False),
        (MailStatus.FAILED, 10, False),
        (MailStatus.SKIPPED, 0, False),
        (MailStatus.DEFERRED, 0, False),
        (MailStatus.BOUNCED, 1, False),  # known already
    ],
)
async def test_a_mail_that_was_not_sent_cannot_bounce(status: MailStatus, attempts: int, is_noted: bool) -> None:
    await a_mail()
    await OutgoingMail.all().update(status=status, attempts=attempts)
    mail = await OutgoingMail.get()

    assert await outbox.note_bounce(mail.id, mail.created_at, '550 5.1.1 no such user') is is_noted
    now = await OutgoingMail.get()
    assert (now.status, now.last_error) == (
        (MailStatus.BOUNCED, '550 5.1.1 no such user') if is_noted else (status, '')
    )


async def test_a_slow_server_loses_no_mail_and_sends_none_twice(
    office: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_mail('slow@example.gov.tw')
    await a_mail()
    may_answer = asyncio.Event()

    async def think() -> str | None:
        await may_answer.wait()
        return None

    async with a_mail_server() as server:
        server.on_letter = think
        with monkeypatch.context() as impatient:
            impatient.setattr(delivery, 'SEND_WITHIN', 0.3)
            assert await delivery.deliver_due(through(server, office)) == 0
        may_answer.set()
        slow, other = await OutgoingMail.all().order_by('id')
        assert (slow.status, slow.attempts, other.attempts) == (MailStatus.WAITING, 0, 0)
        assert slow.last_error == 'no answer in time'
        with dates.frozen(dates.now() + delivery.OUTAGE_PAUSE):
            assert await delivery.deliver_due(through(server, office)) == 2
            assert await delivery.deliver_due(through(server, office)) == 0

    assert [mail.status for mail in await OutgoingMail.all()] == [MailStatus.SENT] * 2
    assert len({letter['Message-ID'] for letter in server.letters}) == 2


async def test_one_refused_recipient_says_so_on_its_case_and_the_others_get_theirs(office: Settings) -> None:
    first, second = await a_case(), await a_case()
    await outbox.queue('gone@example.gov.tw', SUBJECT, '您好', application=first)
    await outbox.queue(WINDOW, SUBJECT, '您好', application=second)

    async with a_mail_server() as server:
        server.refused = {'gone@example.gov.tw': '550 5.1.1 no such user'}
        assert await delivery.deliver_due(through(server, office)) == 1

    for case, told in ((first, (MailStatus.FAILED, '550 5.1.1 no such user')), (second, (MailStatus.SENT, ''))):
        clerk = await builders.an_account(host_unit_id=case.host_unit_id)
        (mail,) = await outbox.of_application(case, by=clerk)
        assert (mail.status, mail.last_error) == told


async def test_pages_of_a_case_hear_what_became_of_its_mail(office: Settings, database: str) -> None:
    case = await a_case()
    await outbox.queue(WINDOW, SUBJECT, '您好', application=case)
    heard: list[CaseChanged | None] = []
    async with AsyncExitStack() as closing, a_mail_server() as server:
        await announcements.opened(database)
        closing.push_async_callback(announcements.closed)
        announcements.subscribe(CaseChanged, heard.append)
        closing.callback(lambda: announcements.unsubscribe(CaseChanged, heard.append))

        await delivery.deliver_due(through(server, office))
        await until(lambda: bool(heard))

    assert heard == [CaseChanged(case.id, case.agency_id, case.host_unit_id, case.volunteer_id)]


async def test_a_mail_that_failed_is_sent_again_once_with_all_it_carried(office: Settings) -> None:
    case = await a_case()
    clerk = await builders.an_account(host_unit_id=case.host_unit_id)
    failed = await outbox.queue(
        'gone@x.tw', SUBJECT, '您好', application=case, attachment=outbox.Attachment('名冊.ods', b'ods'), template='old'
    )
    with pytest.raises(outbox.NotAgain, match='已經在等待寄出'):
        await outbox.resend(failed.id, by=clerk)
    async with a_mail_server() as server:
        server.refused = {'gone@x.tw': '550 no'}
        await delivery.deliver_due(through(server, office))

        presses = await asyncio.gather(*(outbox.resend(failed.id, by=clerk) for _ in range(4)), return_exceptions=True)
        assert sorted(type(each).__name__ for each in presses) == ['NotAgain'] * 3 + ['OutgoingMail']

        server.refused = {}
        await delivery.deliver_due(through(server, office))

    again = await OutgoingMail.get(resent_from_id=failed.id)
    assert (again.recipient, again.subject, again.body.open(), again.attachment_name, again.template, again.status) == (
        'gone@x.tw',
        SUBJECT,
        '您好',
        '名冊.ods',
        'old',
        MailStatus.SENT,
    )
    with pytest.raises(outbox.NotAgain, match='剛剛才寄出'):
        await outbox.resend(failed.id, by=clerk)
    with dates.frozen(dates.now() + timedelta(minutes=2)):
        assert (await outbox.resend(failed.id, by=clerk)).id > again.id


async def test_secrets_and_what_nobody_wants_are_not_sent_again(office: Settings) -> None:
    administrator = await builders.an_account(Role.ADMINISTRATOR)
    silent = await builders.an_account(email='a@x.tw', mail_preference=MailPreference.NONE)
    secret = await outbox.queue('a@x.tw', SUBJECT, '密碼', holds_secret=True, account=silent)
    skipped = await outbox.queue('a@x.tw', SUBJECT, '您好', account=silent)

    assert (secret.status, skipped.status) == (MailStatus.WAITING, MailStatus.SKIPPED)
    for mail, sentence in ((secret, '含有密碼'), (skipped, '選擇不收')):
        with pytest.raises(outbox.NotAgain, match=sentence):
            await outbox.resend(mail.id, by=administrator)


async def test_only_the_two_sides_and_administrators_send_a_mail_again(office: Settings) -> None:
    case = await a_case()
    mail = await outbox.queue('', SUBJECT, '您好', application=case)
    of_nobody = await outbox.queue('', SUBJECT, '您好')

    for role in (Role.UNIT_STAFF, Role.REVIEWER, Role.VOLUNTEER):
        stranger = await builders.an_account(role)
        for one in (mail, of_nobody):
            with pytest.raises(NotFound):
                await outbox.resend(one.id, by=stranger)
    with pytest.raises(NotFound):
        await outbox.resend(10**30, by=await builders.an_account(Role.ADMINISTRATOR))
    assert await OutgoingMail.all().count() == 2


async def a_case() -> Application:
    agency = await builders.an_agency()
    unit = await builders.a_host_unit()
    return await Application.create(
        volunteer=await builders.a_volunteer(unit), host_unit=unit, county_id=agency.county_id, agency=agency, round=1
    )


_DELIVER = """
import asyncio, sys
import db
from db import sealing
from domain.mail import delivery
from domain.settings import Settings

async def main(url, smtp_url, mail_from):
    sealing.use(sealing.Keyring({1: b'k' * 32}, b'i' * 32))
    async with db.connected(url):
        await delivery.deliver_due(Settings(smtp_url=smtp_url, mail_from=mail_from))

asyncio.run(main(*sys.argv[1:]))
"""


def _answers(answer: str) -> Callable[[], Awaitable[str]]:
    async def on_letter() -> str:
        return answer

    return on_letter


@asynccontextmanager
async def _a_silent_server() -> AsyncIterator[tuple[int, asyncio.Event]]:
    """It picks up the telephone and says nothing. Yields its port, and the event that somebody has called."""
    called = asyncio.Event()
    hung_up = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        await reader.read()
        writer.close()
        hung_up.set()

    server = await asyncio.start_server(say_nothing, '127.0.0.1', 0)
    async with server:
        yield server.sockets[0].getsockname()[1], called
        await hung_up.wait()


@contextmanager
def _in_force(office: Settings) -> Iterator[None]:
    before = settings.current()
    settings.use(office)
    try:
        yield
    finally:
        settings.use(before)
