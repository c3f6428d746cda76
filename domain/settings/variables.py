"""How each variable of the environment is spelled, and what is said where it is not."""

import re
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from .. import mail_addresses

Network = IPv4Network | IPv6Network

MAIL_SCHEMES = ('smtp', 'smtp+starttls', 'smtps')
# Of a bucket's folder the names are those that every server takes as they are.
_FOLDER = re.compile(r'file://(?P<path>/.+)')
_BUCKET = re.compile(
    r'(s3://|s3\+https?://[A-Za-z0-9.-]+(:\d{1,5})?/)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?'
)


class BadSettings(Exception):
    """The environment does not make sense; a line of Chinese and one of English say which variable, and why."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f'設定有誤，無法啟動：{chinese}。\nThe settings are wrong, nothing is started: {english}.')


def whole(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number from `least` to `most`."""
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise BadSettings(
            f'{name} 應是 {least} 到 {most} 的整數；現在是 {text!r}',
            f'{name} must be a whole number from {least} to {most}; it is {text!r}',
        )
    return int(text)


def yes(environ: Mapping[str, str], name: str) -> bool:
    """1 or 0, also as a word."""
    text = (environ.get(name) or '0').lower()
    if text not in ('0', '1', 'no', 'yes', 'false', 'true'):
        raise BadSettings(f'{name} 應是 1 或 0；現在是 {text!r}', f'{name} must be 1 or 0; it is {text!r}')
    return text in ('1', 'yes', 'true')


def one_of(environ: Mapping[str, str], name: str, known: Sequence[str]) -> str:
    """One of those that are `known`, the first where nothing is said."""
    chosen = environ.get(name) or known[0]
    if chosen not in known:
        either = ' or '.join(known)
        raise BadSettings(f'{name} 應是 {either}；現在是 {chosen!r}', f'{name} must be {either}; it is {chosen!r}')
    return chosen


def networks(environ: Mapping[str, str], name: str, default: str) -> tuple[Network, ...]:
    """Networks, with commas between."""
    spelled = environ.get(name) or default
    try:
        return tuple(ip_network(each.strip()) for each in spelled.split(',') if each.strip())
    except ValueError:
        raise BadSettings(
            f'{name} 應是網段，例如 10.1.0.0/16,192.0.2.7；現在是 {spelled!r}',
            f'{name} must be networks like 10.1.0.0/16,192.0.2.7; it is {spelled!r}',
        ) from None


def database_url(environ: Mapping[str, str], name: str) -> str | None:
    """The address of a PostgreSQL."""
    url = environ.get(name)
    try:
        scheme = urlsplit(url or '').scheme
    except ValueError:
        scheme = '?'
    if url and scheme not in ('postgres', 'postgresql', 'asyncpg'):
        raise BadSettings(
            f'{name} 應是 PostgreSQL 的位址：postgresql://user:password@host:5432/name',
            f'{name} must be a PostgreSQL address: postgresql://user:password@host:5432/name',
        )
    return url or None


def smtp_url(environ: Mapping[str, str]) -> str | None:
    """The address of a mail server."""
    url = environ.get('SMTP_URL')
    if url and (urlsplit(url).scheme not in MAIL_SCHEMES or not urlsplit(url).hostname):
        ways = 'smtp://host:25, smtp+starttls://user:password@host:587, smtps://…:465'
        raise BadSettings(f'SMTP_URL 應是其中一種：{ways}', f'SMTP_URL must be one of {ways}')
    return url or None


def virus_scanner(address: str) -> str:
    """Where clamd listens: a socket of the file system, or host and port."""
    if address and not re.fullmatch(r'unix:/.+|tcp:[^/\s]+:\d{1,5}', address):
        ways = 'unix:/run/clamav/clamd.ctl, tcp:host:3310'
        raise BadSettings(f'VIRUS_SCANNER 應是其中一種：{ways}', f'VIRUS_SCANNER must be one of these: {ways}')
    return address


def files_url(environ: Mapping[str, str]) -> Path | str | None:
    """A folder, or a bucket, whose key is in variables of its own: an address is written into logs and scripts."""
    url = environ.get('FILES_URL')
    if not url:
        return None
    if (folder := _FOLDER.fullmatch(url)) is not None:
        return Path(folder['path'])
    if _BUCKET.fullmatch(url) is None:
        ways = 'file:///mnt/files, s3://bucket/folder, s3+https://host:9000/bucket/folder'
        raise BadSettings(
            f'FILES_URL 應是其中一種，且不含帳號密碼：{ways}', f'FILES_URL must be one of these, without a key: {ways}'
        )
    keys = ('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY')
    if url.startswith('s3+') and not all(map(environ.get, keys)):
        both = ' and '.join(keys)
        raise BadSettings(
            f'FILES_URL 的儲存體需要金鑰：請設定 {both}', f'The bucket of FILES_URL needs a key: set {both}'
        )
    return url


def citizen_authorities(environ: Mapping[str, str]) -> tuple[Path | None, tuple[str, ...]]:
    """The folder of the authorities whose citizen certificates are taken, and where their revocation lists lie."""
    spelled = environ.get('CITIZEN_CA_DIR') or ''
    urls = tuple(filter(None, (each.strip() for each in (environ.get('CITIZEN_CRL_URLS') or '').split(','))))
    if bool(spelled) != bool(urls):
        raise BadSettings(
            'CITIZEN_CA_DIR 與 CITIZEN_CRL_URLS 要一起設定，或都不設定；沒有廢止清冊就無法確認卡片是否掛失',
            'CITIZEN_CA_DIR and CITIZEN_CRL_URLS belong together: without a revocation list no card can be taken',
        )
    if spelled and not Path(spelled).is_dir():
        raise BadSettings(
            f'CITIZEN_CA_DIR 應是放憑證管理中心憑證的資料夾；現在是 {spelled!r}',
            f'CITIZEN_CA_DIR must be a folder with certificates of authorities; it is {spelled!r}',
        )
    for url in urls:
        if urlsplit(url).scheme not in ('http', 'https') or not urlsplit(url).hostname or len(url) > 500:
            raise BadSettings(
                f'CITIZEN_CRL_URLS 應是憑證廢止清冊的網址，以逗號分隔；現在有 {url!r}',
                f'CITIZEN_CRL_URLS must be addresses of revocation lists, with commas between; {url!r} is none',
            )
    return (Path(spelled).absolute() if spelled else None), urls


def card_component(url: str) -> str:
    """The origin of the component on each user's own computer that speaks with the card."""
    if not re.fullmatch(r'http://(localhost|127\.0\.0\.1):[0-9]{1,5}', url):
        raise BadSettings(
            f'CARD_COMPONENT 應是使用者電腦上讀卡元件的位址，例如 http://localhost:61161；現在是 {url!r}',
            f'CARD_COMPONENT must be where the component listens, such as http://localhost:61161; it is {url!r}',
        )
    return url


def mail_address(name: str, text: str) -> str:
    """An address for mail, as it is kept."""
    address = mail_addresses.parse(text)
    if address is None:
        raise BadSettings(
            f'{name} 應是電子郵件地址，例如 office@example.tw；現在是 {text!r}',
            f'{name} must be an e-mail address such as office@example.tw; it is {text!r}',
        )
    return address


def sender(text: str) -> str:
    """An address, perhaps with a name: 紀錄冊申請 <no-reply@example.gov.tw>."""
    _, address = parseaddr(text)
    parsed = mail_address('MAIL_FROM', address or text)
    return text.replace(address, parsed) if address else parsed
