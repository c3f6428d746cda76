"""The environment is read once, and a mistake in it is named."""

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from domain import settings
from domain.settings import BadSettings

KEY = base64.b64encode(b'k' * 32).decode()


def test_without_anything_set_the_office_is_at_home_on_port_8080(tmp_path: Path) -> None:
    read = settings.read({'DATA_DIR': str(tmp_path / 'var')})

    assert (read.public_url, read.secure_cookies, read.demo, read.smtp_url, read.database_url) == (
        'http://127.0.0.1:8080',
        False,
        False,
        None,
        None,
    )
    assert (read.session_idle, read.session_absolute) == (1800, 28800)


def test_keys_are_made_when_they_are_asked_for_once_and_for_the_office_alone(tmp_path: Path) -> None:
    folder = tmp_path / 'var'
    new = settings.read({'DATA_DIR': str(folder)})
    assert not new.has_keys
    assert not settings.with_own_keys(new, may_make=False).has_keys
    assert not folder.exists()

    with ThreadPoolExecutor() as starts:  # several processes that start for the first time
        made = list(starts.map(partial(settings.with_own_keys, may_make=True), [new] * 8))
    made.append(settings.with_own_keys(new, may_make=False))
    made.append(settings.read({'DATA_DIR': str(folder)}))

    assert {(repr(each.sealing_keys), each.index_key) for each in made} == {
        (repr(made[0].sealing_keys), made[0].index_key)
    }
    assert all(each.has_keys for each in made)
    assert [path.name for path in folder.iterdir()] == ['keys']
    assert stat.S_IMODE((folder / 'keys').stat().st_mode) == 0o600


@pytest.mark.parametrize('left', ['', '1:abc\n'])
def test_a_file_of_keys_that_is_empty_or_damaged_is_never_replaced(tmp_path: Path, left: str) -> None:
    (tmp_path / 'keys').write_text(left)

    with pytest.raises(BadSettings, match='keys is empty or damaged'):
        settings.read({'DATA_DIR': str(tmp_path)})

    assert (tmp_path / 'keys').read_text() == left


def test_an_https_address_makes_cookies_secure(tmp_path: Path) -> None:
    assert settings.read({'DATA_DIR': str(tmp_path), 'PUBLIC_URL': 'https://book.example.tw/'}).secure_cookies


def test_the_newest_key_is_the_last_one(tmp_path: Path) -> None:
    newer = base64.b64encode(b'n' * 32).decode()
    read = settings.read({'DATA_DIR': str(tmp_path), 'SEALING_KEYS': f'1:{KEY},2:{newer}', 'BLIND_INDEX_KEY': KEY})

    assert list(read.sealing_keys.items())[-1] == (2, b'n' * 32)


@pytest.mark.parametrize(
    ('wrong', 'named'),
    [
        ({'PORT': 'eighty'}, 'PORT'),
        ({'PORT': '70000'}, 'PORT'),
        ({'DEMO': 'perhaps'}, 'DEMO'),
        ({'PUBLIC_URL': 'book.example.tw'}, 'PUBLIC_URL'),
        ({'DATABASE_URL': 'mysql://localhost'}, 'DATABASE_URL'),
        ({'SMTP_URL': 'mail.example.tw'}, 'SMTP_URL'),
        ({'MAIL_FROM': 'nobody'}, 'MAIL_FROM'),
        ({'SEALING_KEYS': f'1:{KEY}'}, 'BLIND_INDEX_KEY'),
        ({'SEALING_KEYS': '1:short', 'BLIND_INDEX_KEY': KEY}, 'SEALING_KEYS'),
        ({'SEALING_KEYS': f'300:{KEY}', 'BLIND_INDEX_KEY': KEY}, 'SEALING_KEYS'),
        ({'CITIZEN_CA_DIR': '/'}, 'CITIZEN_CRL_URLS'),
        ({'CITIZEN_CRL_URLS': 'https://ca.example/complete.crl'}, 'CITIZEN_CA_DIR'),
        ({'CITIZEN_CA_DIR': '/nowhere', 'CITIZEN_CRL_URLS': 'https://ca.example/complete.crl'}, 'CITIZEN_CA_DIR'),
        ({'CITIZEN_CA_DIR': '/', 'CITIZEN_CRL_URLS': 'file:///etc/passwd'}, 'CITIZEN_CRL_URLS'),
        ({'CARD_COMPONENT': 'http://evil.example:61161'}, 'CARD_COMPONENT'),
        ({'CARD_COMPONENT': "http://localhost:1; script-src 'unsafe-inline'"}, 'CARD_COMPONENT'),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, wrong: dict[str, str], named: str) -> None:
    with pytest.raises(BadSettings, match=named):
        settings.read({'DATA_DIR': str(tmp_path)} | wrong)


def test_authorities_and_their_lists_are_read_together(tmp_path: Path) -> None:
    addresses = 'https://ca.example/2.crl, http://ca.example/3.crl'
    read = settings.read({'DATA_DIR': str(tmp_path), 'CITIZEN_CA_DIR': str(tmp_path), 'CITIZEN_CRL_URLS': addresses})

    assert read.citizen_ca_dir == tmp_path
    assert read.citizen_crl_urls == ('https://ca.example/2.crl', 'http://ca.example/3.crl')
    assert (read.card_component, read.card_opens_volunteers) == ('http://localhost:61161', False)


def test_bounces_are_looked_for_where_the_mail_server_puts_them(tmp_path: Path) -> None:
    assert settings.read({'DATA_DIR': str(tmp_path)}).bounces_maildir is None
    assert settings.read({'DATA_DIR': str(tmp_path), 'BOUNCES_MAILDIR': '/srv/bounces'}).bounces_maildir == Path(
        '/srv/bounces'
    )


@pytest.mark.parametrize(
    ('url', 'place'),
    [
        ('', None),
        ('file:///mnt/office files', Path('/mnt/office files')),
        ('s3://office-1/files', 's3://office-1/files'),
        ('s3+https://store.example.tw:9000/office-1', 's3+https://store.example.tw:9000/office-1'),
    ],
)
def test_files_lie_in_the_data_folder_another_folder_or_a_bucket(tmp_path: Path, url: str, place: object) -> None:
    keys = {'AWS_ACCESS_KEY_ID': 'office', 'AWS_SECRET_ACCESS_KEY': 'secret'}

    assert settings.read({'DATA_DIR': str(tmp_path), 'FILES_URL': url} | keys).files == (place or tmp_path / 'files')


@pytest.mark.parametrize('url', ['/mnt/files', 's3://', 's3://key:secret@office', 's3+ftp://a.tw/office', 's3://o/a b'])
def test_another_address_of_files_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadSettings, match='FILES_URL must be one of these') as refused:
        settings.read({'DATA_DIR': str(tmp_path), 'FILES_URL': url})

    assert 'secret' not in str(refused.value)


def test_a_bucket_without_a_key_in_the_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match='set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'):
        settings.read({'DATA_DIR': str(tmp_path), 'FILES_URL': 's3+https://store.example.tw/office'})


@pytest.mark.parametrize(
    ('keys', 'told'),
    [
        (KEY, '第 1 把金鑰前面沒有編號與冒號'),
        (f'1:{KEY},x:{KEY}', '第 2 把金鑰的編號不是 1 到 255'),
        (f'1:{KEY},1:{KEY}', '第 2 把金鑰的編號已經有了'),
        (f'1:{KEY[:-2]}', '第 1 把金鑰不是 BASE64'),
        ('1:c2VjcmV0', '第 1 把金鑰是 6 位元組，不是 32'),
    ],
    ids=['no id', 'no number', 'twice', 'no base64', 'short'],
)
def test_a_key_that_is_none_is_named_by_its_place_and_not_repeated(tmp_path: Path, keys: str, told: str) -> None:
    with pytest.raises(BadSettings, match=told) as refused:
        settings.read({'DATA_DIR': str(tmp_path), 'SEALING_KEYS': keys, 'BLIND_INDEX_KEY': KEY})

    assert len(str(refused.value).splitlines()) == 2
    assert KEY[:8] not in str(refused.value)
