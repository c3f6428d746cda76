"""The one rule for mail addresses, and that every form, the settings and the outbox keep to it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.choices import Role
from domain import mail_addresses, settings, validation
from domain.accounts import AccountDetails, AccountRequestDetails
from domain.directory.forms import AgencyDetails, HostUnitDetails
from domain.mail import outbox
from domain.settings import BadSettings
from domain.volunteers import VolunteerDetails

PASTED = '　Wang.Mei ＠ Example。TW '
MEANT = 'Wang.Mei@example.tw'


@pytest.mark.parametrize(
    ('text', 'address'),
    [
        ('a@b.tw', 'a@b.tw'),
        ('wang.mei+x@mail.example.gov.tw', 'wang.mei+x@mail.example.gov.tw'),
        ("o'neil_1-2@x-y.tw", "o'neil_1-2@x-y.tw"),
        ('Wang@EXAMPLE.TW', 'Wang@example.tw'),  # only the domain is the same in lower case (RFC 5321 §2.4)
        ('wang＠example.tw', 'wang@example.tw'),
        ('ｗａｎｇ＠ｅｘａｍｐｌｅ．ｔｗ', 'wang@example.tw'),
        ('wang@example。tw', 'wang@example.tw'),
        ('wang @ example.tw', 'wang@example.tw'),
        ('\t wang@example.tw\r\n', 'wang@example.tw'),
        ('\u3000wang@example.tw\xa0', 'wang@example.tw'),
        ("'wang@example.tw", 'wang@example.tw'),
        ('「wang@example.tw」', 'wang@example.tw'),
        *((f'wang@example.tw{stop}', 'wang@example.tw') for stop in '.。,;、；'),
        ('wang@市府.tw', 'wang@xn--7st6m.tw'),
        ('wang@xn--7st6m.tw', 'wang@xn--7st6m.tw'),
        ('a' * 64 + '@b.tw', 'a' * 64 + '@b.tw'),
    ],
)
def test_an_address_is_understood_as_people_write_and_paste_it(text: str, address: str) -> None:
    assert mail_addresses.parse(text) == mail_addresses.tidy(text) == address
    assert validation.email('E-MAIL', text) is None


@pytest.mark.parametrize(
    'text',
    [
        'wang',
        'wang@example',
        'wang mei@example.tw',
        'wang@exam ple.tw',
        'wang@mei@example.tw',
        'a@b.tw,c@d.tw',
        'a@b.tw;c@d.tw',
        'a@b.tw\r\nBcc: x@y.tw',
        'a\r\nBcc: x@y.tw',
        'Wang <wang@example.tw>',
        'mailto:wang@example.tw',
        '"wang mei"@example.tw',
        'wang@[192.0.2.1]',
        'wang@192.0.2.1',
        '王@example.tw',
        '.wang@example.tw',
        'wang..mei@example.tw',
        '@example.tw',
        'wang@',
        'wang@.tw',
        'a b@c.tw',
        '王@例.tw',
        'wang@-x.tw',
        'wang@x_y.tw',
        'a' * 65 + '@b.tw',
        'a@' + 'b.' * 130 + 'tw',
        '\ud800@b.tw',
        'a@\ud800.tw',
        'a\0@b.tw',
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert mail_addresses.parse(text) is None
    assert validation.email('E-MAIL', text) is not None


@given(st.text(max_size=60) | st.from_regex(r'[\w.+ -]{1,70}[@＠]([\w-]{1,40}[.。]){1,6}[A-Za-z]{2,9}'))
def test_any_text_whatever_is_an_address_that_can_be_sent_to_or_none(text: str) -> None:
    address = mail_addresses.parse(text)

    assert address is None or (address.isascii() and len(address) <= mail_addresses.MOST and address.count('@') == 1)
    assert address is None or not any(sign.isspace() for sign in address)
    assert address is None or mail_addresses.parse(address) == address


@pytest.mark.parametrize(
    ('details', 'field'),
    [
        (AccountDetails(email=PASTED), 'email'),
        (AccountRequestDetails(email=PASTED, role=Role.REVIEWER), 'email'),
        (HostUnitDetails(email=PASTED), 'email'),
        (AgencyDetails(email=PASTED), 'email'),
        (AgencyDetails(supervisor_email=PASTED), 'supervisor_email'),
    ],
)
def test_every_form_of_the_offices_takes_a_pasted_address_and_keeps_what_is_meant(details: Any, field: str) -> None:
    assert field not in details.problems()
    assert details.values()[field] == MEANT


def test_the_form_of_a_volunteer_does_too() -> None:
    details = VolunteerDetails(email=PASTED)

    assert 'email' not in details.problems()
    assert details.columns()['email'] == MEANT


@pytest.mark.parametrize(
    ('details', 'field', 'sentence'),
    [
        (AccountDetails(), 'email', '請輸入電子郵件。'),
        (AccountDetails(email='wang'), 'email', '電子郵件格式不對，應該像 name@example.com。請再確認。'),
        (AccountRequestDetails(email='wang'), 'email', '電子郵件格式不對，應該像 name@example.com。請再確認。'),
        (HostUnitDetails(email='wang'), 'email', '電子郵件格式不對，應該像 name@example.com。請再確認。'),
        (AgencyDetails(email='wang'), 'email', '電子郵件格式不對，應該像 name@example.com。請再確認。'),
        (
            AgencyDetails(supervisor_email='wang'),
            'supervisor_email',
            '主管電子郵件格式不對，應該像 name@example.com。請再確認。',
        ),
        (VolunteerDetails(email='wang'), 'email', 'E-MAIL格式不對，應該像 name@example.com。請再確認。'),
    ],
)
def test_every_form_says_the_same_of_what_is_no_address(details: Any, field: str, sentence: str) -> None:
    assert details.problems()[field] == sentence


def test_offices_need_no_address() -> None:
    assert not {'email', 'supervisor_email'} & {*HostUnitDetails().problems(), *AgencyDetails().problems()}


@pytest.mark.usefixtures('database')
async def test_a_mail_is_kept_for_the_address_that_is_meant() -> None:
    mail = await outbox.queue(PASTED, '主旨', '內文')

    assert (mail.recipient, mail.last_error) == (MEANT, '')


def test_the_settings_take_a_pasted_address_with_or_without_a_name(tmp_path: Path) -> None:
    def read(**environ: str) -> settings.Settings:
        return settings.read({'DATA_DIR': str(tmp_path)} | environ)

    assert read(MAIL_FROM='office＠example.tw').mail_from == 'office@example.tw'
    assert read(MAIL_FROM='紀錄冊申請 <office＠Example.tw>').mail_from == '紀錄冊申請 <office@example.tw>'
    assert read(SERVICE_EMAIL=' service＠example.tw').service_email == 'service@example.tw'


@pytest.mark.parametrize(
    ('name', 'text'), [('MAIL_FROM', 'office@localhost'), ('MAIL_FROM', '紀錄冊 <x>'), ('SERVICE_EMAIL', 'A <a@b.tw>')]
)
def test_the_settings_refuse_what_is_no_address(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(BadSettings, match=name):
        settings.read({'DATA_DIR': str(tmp_path), name: text})
