"""Mails that come back, and what anybody else may put into that mailbox."""

import base64
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.choices import MailStatus
from db.models import OutgoingMail
from domain import settings
from domain.mail import bounces, delivery, outbox

from ..sample_office import Office, a_case
from . import notices
from .mail_server import a_mail_server, through
from .notices import ELSEWHERE, PLAIN, WINDOW, Sent, status

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
        # Lines on which patterns that look for an address would work for hours, and never give way to anybody.
        *(f'From: MAILER-DAEMON@x\n\nThe following addresses had\n{sign * 250_000}\n' for sign in (',x', '<', 'a@')),
        'From: MAILER-DAEMON@x\nX-Failed-Recipients: ' + '"a, <' * 90_000 + '\n\nx',
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


NOBODY = '收件人的郵件伺服器退回了這封信，沒有說明原因。'


@pytest.mark.parametrize(
    ('write', 'words'),
    [
        (
            notices.postfix,
            '550 5.1.1 <window@culture.example.gov.tw>: Recipient address rejected:'
            ' User unknown in virtual mailbox table',
        ),
        (
            notices.exchange,
            '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup',
        ),
        (
            notices.gmail,
            '550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking '
            "the recipient's email address for typos or 550 5.1.1 unnecessary spaces.",
        ),
        (
            notices.exim,
            'host mail.example.org [192.0.2.25] SMTP error from remote mail server after RCPT '
            'TO:<window@culture.example.gov.tw>: 552 5.2.2 mailbox is full',
        ),
    ],
)
async def test_the_notices_of_the_servers_there_are_are_understood(
    write: Callable[[Sent], bytes], words: str, office: Office, tmp_path: Path
) -> None:
    _, message_id = await a_sent_mail(office)
    put(tmp_path, write(Sent(message_id)))

    assert await bounces.collect(tmp_path) == 1

    mail = await OutgoingMail.get()
    assert (mail.status, mail.last_error) == (MailStatus.BOUNCED, words)


def in_big5(notice: bytes) -> bytes:
    return notice.decode().encode('big5')


# By the program that writes it: the notice, and the words that are noted.
FOR_PEOPLE: dict[str, tuple[Callable[[Sent], bytes], str]] = {
    'qmail': (
        lambda sent: notices.in_words(sent, notices.QMAIL),
        '192.0.2.25 does not like recipient. Remote host said: 550 unknown user',
    ),
    'sendmail': (lambda sent: notices.in_words(sent, notices.SENDMAIL), NOBODY),
    'yahoo': (
        lambda sent: notices.in_words(sent, notices.YAHOO, sender='MAILER-DAEMON@yahoo.example'),
        'This user has no account here.',
    ),
    'googlemail': (lambda sent: notices.in_words(sent, notices.GOOGLEMAIL), NOBODY),
    'postfix': (lambda sent: notices.in_parts(sent, notices.POSTFIX), NOBODY),
    'exchange 5.5': (
        lambda sent: notices.in_parts(sent, notices.EXCHANGE, sender='System Administrator <admin@x.example>'),
        'The recipient name is not recognized MSEXCH:IMS:Example:EX01 0 (000C05A6) Unknown Recipient',
    ),
    'imail': (
        lambda sent: notices.in_words(
            sent, notices.IMAIL, sender='"Postmaster" <post@x.example>', top='X-Mailer: <SMTP32 v8.15>\n'
        ),
        NOBODY,
    ),
    'groupwise': (
        lambda sent: notices.in_parts(
            sent, notices.GROUPWISE, top='X-Mailer: Novell GroupWise Internet Agent 5.5.3.1\n'
        ),
        NOBODY,
    ),
    'mdaemon': (lambda sent: notices.in_parts(sent, notices.MDAEMON, sender='MDaemon@mx.example.org'), NOBODY),
    'eyou': (lambda sent: notices.in_words(sent, notices.EYOU), NOBODY),
    'sina': (lambda sent: notices.in_parts(sent, notices.SINA, sender='MAILER-DAEMON@sina.com'), NOBODY),
    'hmailserver': (lambda sent: notices.in_words(sent, notices.HMAIL), 'Error Type: SMTP 550 unknown user'),
    'from nobody': (
        lambda sent: notices.in_words(sent, notices.QMAIL, sender='Mail Delivery System <>'),
        '192.0.2.25 does not like recipient. Remote host said: 550 unknown user',
    ),
    'encoded': (
        lambda sent: base64_of(notices.in_words(sent, notices.QMAIL)),
        '192.0.2.25 does not like recipient. Remote host said: 550 unknown user',
    ),
    'big5': (
        lambda sent: in_big5(notices.report(PLAIN, status(words='smtp; 550 5.1.1 查無此信箱'), sent.headers())),
        '550 5.1.1 查無此信箱',
    ),
    'mixed': (
        lambda sent: notices.report(PLAIN, status(), sent.headers()).replace(b'multipart/report', b'multipart/mixed'),
        '550 5.1.1 User unknown',
    ),
    'opensmtpd': (
        lambda sent: notices.report(PLAIN, status(action='error'), sent.headers()),
        '550 5.1.1 User unknown',
    ),
    'gateway': (lambda sent: with_a_footer(notices.report(PLAIN, status(), sent.headers())), '550 5.1.1 User unknown'),
}


@pytest.mark.parametrize(('write', 'words'), FOR_PEOPLE.values(), ids=FOR_PEOPLE)
async def test_the_notices_that_servers_write_for_people_are_understood(
    write: Callable[[Sent], bytes], words: str, office: Office, tmp_path: Path
) -> None:
    _, message_id = await a_sent_mail(office)
    put(tmp_path, write(Sent(message_id)))

    assert await bounces.collect(tmp_path) == 1

    mail = await OutgoingMail.get()
    assert (mail.status, mail.last_error) == (MailStatus.BOUNCED, words)


def base64_of(notice: bytes) -> bytes:
    """The notice with its text encoded, as servers do whose text is Chinese."""
    head, _, text = notice.partition(b'\n\n')
    kind = b'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: base64'
    return head + b'\n' + kind + b'\n\n' + base64.encodebytes(text)


def with_a_footer(notice: bytes) -> bytes:
    """The notice within a multipart of a gateway that puts a word of its own below."""
    whole = notice.partition(b'Content-Type: multipart/report')
    head = b'From: MAILER-DAEMON@mx.example.org\nContent-Type: multipart/mixed; boundary=g\n\n--g\n'
    return head + whole[1] + whole[2] + b'\n--g\nContent-Type: text/plain\n\nScanned.\n--g--\n'


@pytest.mark.parametrize(
    'write',
    [
        lambda sent: notices.gmail(sent, action='delayed'),
        notices.exim_warning,
        notices.out_of_office,
        notices.read_receipt,
        lambda sent: notices.in_words(sent, notices.LATE_SENDMAIL),
        lambda sent: notices.in_words(sent, notices.LATE_GOOGLEMAIL),
        lambda sent: notices.in_words(sent, notices.LATE_EXCHANGE),
        lambda sent: notices.in_words(sent, notices.HOLIDAY, sender=f'李小姐 <{WINDOW}>'),
        lambda sent: notices.in_words(
            sent, notices.HOLIDAY, sender='lee@example.org', top=f'In-Reply-To: {sent.message_id}\n'
        ),
        lambda sent: notices.in_parts(sent, notices.HOLIDAY, sender='lee@example.org'),
    ],
)
async def test_what_is_late_read_or_answered_by_a_machine_has_not_come_back(
    write: Callable[[Sent], bytes], office: Office, tmp_path: Path
) -> None:
    _, message_id = await a_sent_mail(office)
    put(tmp_path, write(Sent(message_id)))

    assert await bounces.collect(tmp_path) == 0
    assert (await OutgoingMail.get()).status == MailStatus.SENT


@pytest.mark.parametrize(
    ('final', 'original', 'to', 'is_ours'),
    [
        (ELSEWHERE, WINDOW, WINDOW, True),  # passed on; the server was told whom we wrote to
        (ELSEWHERE, '', WINDOW, True),  # passed on; only the mail itself tells
        (WINDOW, '', ELSEWHERE, True),
        ('clerk+roster@example.org', '', ELSEWHERE, False),
        (ELSEWHERE, ELSEWHERE, WINDOW, False),  # about another's copy
        (ELSEWHERE, '', ELSEWHERE, False),
    ],
)
async def test_a_mail_comes_back_from_the_address_it_was_sent_to(
    final: str, original: str, to: str, is_ours: bool, office: Office, tmp_path: Path
) -> None:
    _, message_id = await a_sent_mail(office)
    put(tmp_path, notices.report(PLAIN, status(final=final, original=original), Sent(message_id, to).headers()))

    assert await bounces.collect(tmp_path) == is_ours


def test_an_address_is_read_however_the_server_writes_it() -> None:
    for field in ('rfc822;Hall+Room@Example.org', 'rfc822; <hall+room@example.org>', 'RFC822;hall+2Broom@example.org'):
        assert 'hall+room@example.org' in bounces._mailbox(field)


@pytest.mark.parametrize(
    ('encoding', 'kinds'),
    [
        # A whole mail whose long headers are wrapped as quoted-printable is what RFC 2046 §5.2.1 forbids.
        ('quoted-printable', ('message/delivery-status', 'text/rfc822-headers')),
        *product(
            ('', 'base64'),
            [
                ('message/delivery-status', 'text/rfc822-headers'),
                ('message/delivery-status', 'message/rfc822'),
                ('message/global-delivery-status', 'message/global-headers'),
                ('message/global-delivery-status', 'message/global'),
            ],
        ),
    ],
)
def test_a_notice_is_read_however_its_parts_are_encoded(encoding: str, kinds: tuple[str, str]) -> None:
    fields = status(words='smtp; 550 5.1.1 查無此人')
    raw = notices.report(PLAIN, fields, Sent('<mail-7.1.000002@x>').headers(), kinds=kinds, encoding=encoding)

    for notice in (raw, raw.replace(b'\n', b'\r\n')):
        found = bounces.bounce_of(notice)
        assert found is not None
        assert (found.mail_id, found.words, found.recipients) == (7, '550 5.1.1 查無此人', frozenset({WINDOW}))


@pytest.mark.parametrize(
    ('words', 'told'),
    [
        ('', f'5.1.1 {NOBODY}'),
        ('smtp;', f'5.1.1 {NOBODY}'),
        ('X-Postfix; unknown user: "window"', '5.1.1 unknown user: "window"'),
        ('smtp; 550 no; smtp; really', '5.1.1 550 no; smtp; really'),
        ('smtp; =?utf-8?b?NTUwIDUuMS4xIOafpeeEoeatpOS6ug==?=', '550 5.1.1 查無此人'),
        ('smtp; =?utf-8?b?NTUw====x?= =?no-such?q?x?= 5.1.1', '=?utf-8?b?NTUw====x?= =?no-such?q?x?= 5.1.1'),
    ],
)
def test_the_servers_words_are_told_as_it_said_them(words: str, told: str) -> None:
    found = bounces.bounce_of(notices.report(PLAIN, status(words=words), Sent('<mail-7.1.000002@x>').headers()))

    assert found is not None
    assert found.words == told


async def test_a_notice_with_nothing_of_the_mail_may_name_it_in_a_field_of_its_own(
    office: Office, tmp_path: Path
) -> None:
    _, message_id = await a_sent_mail(office)
    fields = f'X-Original-Message-ID: {message_id}\n{status()}'
    notice = notices.report(PLAIN, fields, '', kinds=('message/delivery-status', 'image/png'))
    put(tmp_path, notice)

    assert await bounces.collect(tmp_path) == 1


async def test_a_notice_with_nothing_of_the_mail_tells_what_it_answers(office: Office, tmp_path: Path) -> None:
    _, message_id = await a_sent_mail(office)
    whole = notices.exchange(Sent(message_id)).replace(b'Content-Type: message/rfc822', b'Content-Type: image/png')
    put(tmp_path, whole)

    assert await bounces.collect(tmp_path) == 1


async def test_a_report_within_a_mail_or_with_another_of_our_ids_marks_none_but_the_one_it_returns(
    office: Office, tmp_path: Path
) -> None:
    mail, message_id = await a_sent_mail(office)
    await a_case(office)
    async with a_mail_server() as server:
        await delivery.deliver_due(through(server, settings.current()))
    other = await OutgoingMail.exclude(id=mail.id).get()
    named = f'References: {server.letters[0]["Message-ID"]}\n'
    talk = PLAIN + named
    put(tmp_path, notices.report(talk, status(), named + Sent(message_id).headers(), top=named), '1')
    forwarded = b'Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: message/rfc822\n\n'
    put(tmp_path, forwarded + notices.postfix(Sent(server.letters[0]['Message-ID'])) + b'\n--o--\n', '2')

    assert await bounces.collect(tmp_path) == 1
    assert [(await OutgoingMail.get(id=one.id)).status for one in (mail, other)] == [
        MailStatus.BOUNCED,
        MailStatus.SENT,
    ]


async def test_a_report_of_several_people_tells_of_the_one_that_failed(office: Office, tmp_path: Path) -> None:
    _, message_id = await a_sent_mail(office)
    fine = status(final=ELSEWHERE, action='delivered', code='2.0.0', words='')
    late = '\n'.join(status(action='delayed', code='4.4.1', words='').splitlines()[3:])
    put(tmp_path, notices.report(PLAIN, f'{fine}\n{late}\n', Sent(message_id).headers()), '1')
    assert await bounces.collect(tmp_path) == 0

    failed = '\n'.join(status(action='Failed (expired)', code='4.4.7', words='').splitlines()[3:])
    put(tmp_path, notices.report(PLAIN, f'{fine}\n{late}\n\n \n{failed}\n', Sent(message_id).headers()), '2')
    assert await bounces.collect(tmp_path) == 1
    assert (await OutgoingMail.get()).last_error == f'4.4.7 {NOBODY}'


async def test_broken_and_cut_off_reports_are_read_as_far_as_they_go(office: Office, tmp_path: Path) -> None:
    _, message_id = await a_sent_mail(office)
    whole = notices.report(PLAIN, status(), Sent(message_id).headers())
    for number, broken in enumerate(
        (
            whole.replace(b'boundary="', b'x="'),
            whole.replace(b'message/delivery-status', b'message/delivery status'),
            whole.replace(b'Action', b'Act ion'),
            whole[: whole.index(b'Status:')],
        )
    ):
        put(tmp_path, broken, str(number))
    assert await bounces.collect(tmp_path) == 0

    put(tmp_path, whole.removesuffix(b'--4XyZ1.1772694000/mx.example.org--\n'), '9')
    assert await bounces.collect(tmp_path) == 1


async def test_a_report_that_returns_more_than_we_read_is_understood_from_its_beginning(
    office: Office, tmp_path: Path
) -> None:
    _, message_id = await a_sent_mail(office)
    returned = Sent(message_id).headers() + '\n' + 'AAAA' * 20 + '\n' * 1 + ('QUFB' * 19 + '\n') * 40_000
    raw = notices.report(PLAIN, status(), returned, kinds=('message/delivery-status', 'message/rfc822'))
    assert len(raw) > 5 * bounces.MOST_BYTES
    put(tmp_path, raw)

    assert await bounces.collect(tmp_path) == 1
