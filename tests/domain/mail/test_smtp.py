"""How a mail travels: its headers, its encryption, the login, what a server may answer."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from db.choices import MailStatus
from db.models import OutgoingMail
from domain.mail import delivery, outbox
from domain.settings import Settings

from .mail_server import a_mail_server, certified, through

pytestmark = pytest.mark.usefixtures('database')

WINDOW = 'window@culture.example.gov.tw'
SUBJECT = '【志願服務紀錄冊】' + '示例文化中心志願服務運用單位' * 4 + '送審 1 件，請於 115/03/11 以前完成審核'


@pytest.fixture
def office() -> Settings:
    return Settings(
        mail_from='志願服務紀錄冊 <no-reply@books.example.gov.tw>', public_url='https://books.example.gov.tw'
    )


async def a_mail(recipient: str = WINDOW, body: str = '您好：\n第二行\n', *, holds_secret: bool = False) -> None:
    await outbox.queue(recipient, SUBJECT, body, holds_secret=holds_secret)


async def test_a_mail_arrives_as_it_was_written(office: Settings) -> None:
    roster = outbox.Attachment('名冊.ods', bytes(range(256)))
    await outbox.queue(WINDOW, SUBJECT, '您好：\n𠮷田堃\n', attachment=roster)

    async with a_mail_server() as server:
        assert await delivery.deliver_due(through(server, office)) == 1

    (letter,) = server.letters
    mail = await OutgoingMail.get()
    attachment = next(letter.iter_attachments())
    assert server.envelopes == [('no-reply@books.example.gov.tw', [WINDOW])]
    assert letter['Subject'] == SUBJECT
    assert letter['From'] == '志願服務紀錄冊 <no-reply@books.example.gov.tw>'
    assert letter['To'] == WINDOW
    assert letter['Date'].datetime == mail.created_at.replace(microsecond=0)
    assert letter['Auto-Submitted'] == 'auto-generated'
    assert letter['Message-ID'].endswith('@books.example.gov.tw>')
    assert letter.get_body().get_content() == '您好：\r\n𠮷田堃\r\n'  # type: ignore[union-attr]
    assert (attachment.get_filename(), attachment.get_content()) == ('名冊.ods', bytes(range(256)))
    assert attachment.get_content_type() == 'application/vnd.oasis.opendocument.spreadsheet'
    assert "filename*=utf-8''%E5%90%8D%E5%86%8A.ods" in attachment.as_string()
    assert 'name="=?utf-8?b?5ZCN5YaKLm9kcw==?="' in server.written[0].decode()
    assert (mail.status, mail.attempts, mail.last_error) == (MailStatus.SENT, 1, '')


@pytest.mark.parametrize('scheme', ['smtp+starttls', 'smtps'])
async def test_encryption_and_login_work_with_an_authority_of_ones_own(
    scheme: str, office: Settings, tmp_path: Path
) -> None:
    authority, tls = certified('127.0.0.1', tmp_path)
    await a_mail()

    async with a_mail_server(tls=tls, starttls=scheme == 'smtp+starttls', logins={'office@x': 'p@ss:w/rd'}) as server:
        url = f'{scheme}://office%40x:p%40ss%3Aw%2Frd@127.0.0.1:{server.port}'
        assert await delivery.deliver_due(replace(office, smtp_url=url, smtp_ca_file=authority)) == 1

    assert server.logged_in == ['office@x']
    assert [letter['To'] for letter in server.letters] == [WINDOW]


@pytest.mark.parametrize('scheme', ['smtp+starttls', 'smtps'])
@pytest.mark.parametrize('shown_name', ['other.example', None])
async def test_nothing_is_said_to_a_server_with_a_wrong_or_unknown_certificate(
    scheme: str, shown_name: str | None, office: Settings, tmp_path: Path
) -> None:
    authority, tls = certified(shown_name or '127.0.0.1', tmp_path)
    await a_mail()

    async with a_mail_server(tls=tls, starttls=scheme == 'smtp+starttls', logins={'office': 'secret'}) as server:
        url = f'{scheme}://office:secret@127.0.0.1:{server.port}'
        await delivery.deliver_due(replace(office, smtp_url=url, smtp_ca_file=authority if shown_name else None))

    mail = await OutgoingMail.get()
    assert (server.logged_in, server.letters, mail.status) == ([], [], MailStatus.WAITING)
    assert 'certificate verify failed' in mail.last_error


@pytest.mark.parametrize('address', ['smtp+starttls://127.0.0.1', 'smtp://office:secret@127.0.0.1'])
async def test_neither_encryption_asked_for_nor_a_password_goes_in_clear(address: str, office: Settings) -> None:
    await a_mail()

    async with a_mail_server(logins={'office': 'secret'}) as server:
        await delivery.deliver_due(replace(office, smtp_url=f'{address}:{server.port}'))

    mail = await OutgoingMail.get()
    assert (server.logged_in, server.letters, mail.status) == ([], [], MailStatus.WAITING)
    assert mail.last_error == 'SMTP STARTTLS extension not supported by server.'


async def test_a_wrong_password_is_ours_to_mend_and_fails_no_mail(office: Settings, tmp_path: Path) -> None:
    authority, tls = certified('127.0.0.1', tmp_path)
    await a_mail()
    await a_mail()

    async with a_mail_server(tls=tls, logins={'office': 'secret'}) as server:
        url = f'smtps://office:wrong@127.0.0.1:{server.port}'
        await delivery.deliver_due(replace(office, smtp_url=url, smtp_ca_file=authority))

    mails = await OutgoingMail.all().order_by('id')
    assert [(mail.status, mail.attempts) for mail in mails] == [(MailStatus.WAITING, 0)] * 2
    assert mails[0].last_error == '535 5.7.8 Authentication credentials invalid'


@pytest.mark.parametrize(
    ('answer', 'encoding', 'noted'),
    [
        ('554 refusé\0 à bientôt', 'latin-1', '554 refusé à bientôt'),
        ('554 拒收：查無此單位', 'big5', '554 拒收：查無此單位'),
        ('554 拒收', 'utf-8', '554 拒收'),
    ],
)
async def test_words_in_another_encoding_are_kept_as_they_were_meant(
    answer: str, encoding: str, noted: str, office: Settings
) -> None:
    async def decline(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f'{answer}\r\n'.encode(encoding))
        writer.close()

    await a_mail()
    async with await asyncio.start_server(decline, '127.0.0.1', 0) as server:
        port = server.sockets[0].getsockname()[1]
        await delivery.deliver_due(replace(office, smtp_url=f'smtp://127.0.0.1:{port}'))

    mail = await OutgoingMail.get()
    assert (mail.status, mail.last_error) == (MailStatus.WAITING, noted)


async def test_a_subject_smuggles_no_header(office: Settings) -> None:
    await outbox.queue(WINDOW, '送審\r\nBcc: thief@example.com\r\n\r\n內容', '您好')

    async with a_mail_server() as server:
        await delivery.deliver_due(through(server, office))

    (letter,) = server.letters
    assert letter['Subject'] == '送審 Bcc: thief@example.com 內容'
    assert (letter['Bcc'], server.envelopes[0][1]) == (None, [WINDOW])
