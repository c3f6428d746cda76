"""Mails that come back, and what anybody else may put into that mailbox."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.choices import MailStatus
from db.models import OutgoingMail
from domain import settings
from domain.mail import bounces, delivery, outbox

from .cases import Office, a_case
from .mail_server import a_mail_server, through

REPORT = """From: MAILER-DAEMON@mail.test
To: no-reply@example.gov.tw
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.test
Arrival-Date: Thu, 5 Mar 2026 15:00:00 +0800

Final-Recipient: rfc822; window@culture.example.gov.tw
Action: {action}
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Over quota

--b1
Content-Type: {part}

Message-ID: {message_id}
Subject: x

--b1--
"""


async def a_sent_mail(office: Office) -> tuple[OutgoingMail, str]:
    """A mail the server took, and its Message-ID as the receiver reads it."""
    await a_case(office)
    async with a_mail_server() as server:
        await delivery.deliver_due(through(server, settings.current()))
    return await OutgoingMail.get(), server.letters[0]['Message-ID']


def put(maildir: Path, text: str | bytes, name: str = '1.M1P1.mail') -> None:
    for folder in ('new', 'cur', 'tmp'):
        (maildir / folder).mkdir(parents=True, exist_ok=True)
    (maildir / 'new' / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def report(message_id: str, action: str = 'failed', part: str = 'text/rfc822-headers') -> str:
    return REPORT.format(message_id=message_id, action=action, part=part)


@pytest.mark.parametrize('part', ['text/rfc822-headers', 'message/rfc822'])
async def test_a_mail_that_came_back_says_so_in_the_servers_words(part: str, office: Office, tmp_path: Path) -> None:
    mail, message_id = await a_sent_mail(office)
    put(tmp_path, report(message_id, part=part))

    assert await bounces.collect(tmp_path) == 1
    assert await bounces.collect(tmp_path) == 0

    mail = await OutgoingMail.get()
    assert (mail.status, mail.last_error) == (MailStatus.BOUNCED, '552 5.2.2 Over quota')
    assert [path.name for folder in ('new', 'cur') for path in (tmp_path / folder).iterdir()] == ['1.M1P1.mail:2,S']


@pytest.mark.parametrize('action', ['delayed', 'delivered', 'relayed', ''])
async def test_a_report_of_anything_but_failure_changes_nothing(action: str, office: Office, tmp_path: Path) -> None:
    _, message_id = await a_sent_mail(office)
    put(tmp_path, report(message_id, action))

    assert await bounces.collect(tmp_path) == 0
    assert (await OutgoingMail.get()).status == MailStatus.SENT


@pytest.mark.parametrize(
    'message_id',
    [
        '<mail-1.1772694000.000001@example.gov.tw>',
        '<mail-99999999999999999999.1.000000@x>',
        '<mail-1.999999999999.000000@x>',
        '<stranger@example.com>',
        '',
    ],
)
async def test_who_never_got_the_mail_cannot_send_it_back(message_id: str, office: Office, tmp_path: Path) -> None:
    await a_sent_mail(office)
    put(tmp_path, report(message_id))

    assert await bounces.collect(tmp_path) == 0
    assert (await OutgoingMail.get()).status == MailStatus.SENT


async def test_a_bounce_is_repeated_to_the_mended_address(office: Office, tmp_path: Path) -> None:
    mail, message_id = await a_sent_mail(office)
    put(tmp_path, report(message_id))
    await bounces.collect(tmp_path)
    await office.agency.filter(id=office.agency.id).update(email='new@culture.example.gov.tw')

    again = await outbox.resend(mail.id, by=office.clerk)

    assert (again.recipient, again.resent_from_id, again.status) == (
        'new@culture.example.gov.tw',
        mail.id,
        MailStatus.WAITING,
    )


async def test_hostile_and_strange_letters_are_put_away_and_stop_no_other(office: Office, tmp_path: Path) -> None:
    _, message_id = await a_sent_mail(office)
    nested = (
        'Content-Type: multipart/report; boundary=a\n\n' + '--a\nContent-Type: multipart/mixed; boundary=a\n\n' * 5000
    )
    strange: list[Any] = [
        b'',
        b'\x00\xff' * 1000,
        nested,
        'Subject: x\n\n' + 'y' * 2_000_000,
        report(message_id).replace('multipart/report', 'text/plain'),
        'Content-Type: multipart/report; boundary="' + 'b' * 100_000 + '"\n\n',
        'Content-Type: message/delivery-status\n\nAction: failed\n',
    ]
    for number, text in enumerate(strange):
        put(tmp_path, text, f'{number}.strange')
    (tmp_path / 'new' / 'a-link').symlink_to('/etc/passwd')
    (tmp_path / 'new' / 'a-folder').mkdir()
    put(tmp_path, report(message_id), 'z.last')

    assert await bounces.collect(tmp_path) == 1
    assert sorted(path.name for path in (tmp_path / 'new').iterdir()) == ['a-folder', 'a-link']


@given(st.binary(max_size=2000))
def test_no_bytes_whatever_make_the_reader_fail(junk: bytes) -> None:
    whole = report('<mail-1.1.000000@x>').encode()
    for raw in (junk, whole[:200] + junk + whole[200:], junk + whole):
        found = bounces.bounce_of(raw)
        assert found is None or found.mail_id == 1


async def test_words_of_a_server_are_kept_on_one_line_and_not_without_end(office: Office, tmp_path: Path) -> None:
    _, message_id = await a_sent_mail(office)
    words = 'smtp; 552 5.2.2 ' + 'x\n y' * 2000
    put(tmp_path, report(message_id).replace('smtp; 552 5.2.2 Over quota', words))

    await bounces.collect(tmp_path)

    said = (await OutgoingMail.get()).last_error
    assert (len(said), '\n' in said, said[:13]) == (1000, False, '552 5.2.2 x y')


async def test_a_file_that_cannot_be_put_away_or_read_keeps_no_other_from_being_read(
    office: Office, tmp_path: Path
) -> None:
    mail, message_id = await a_sent_mail(office)
    put(tmp_path, b'\xff' * 100, '0' * 255)  # no room for ':2,S'
    put(tmp_path, b'x', '1.taken')
    (tmp_path / 'cur' / '1.taken:2,S').mkdir()
    (tmp_path / 'new' / '2.link').symlink_to('/etc/passwd')
    (tmp_path / 'new' / '3.folder').mkdir()
    put(tmp_path, report(message_id), '4.mail')

    assert await bounces.collect(tmp_path) == 1

    assert (await OutgoingMail.get(id=mail.id)).status == MailStatus.BOUNCED
    assert sorted(path.name for path in (tmp_path / 'new').iterdir()) == ['2.link', '3.folder']
