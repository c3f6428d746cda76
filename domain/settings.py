"""Everything that is configured comes from the environment, read once, checked at the start."""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from db.os_errors import in_chinese

from . import mail_addresses, private_files

Network = IPv4Network | IPv6Network

# A proxy on the same machine; nobody reaches us from there but by it.
LOOPBACK = '127.0.0.0/8,::1'
# Six months (資通安全責任等級分級辦法 附表十).
LEAST_LOG_DAYS = 183
LOG_FORMATS = ('text', 'json')
# Of a bucket's folder the names are those that every server takes as they are.
_FOLDER = re.compile(r'file://(?P<path>/.+)')
_BUCKET = re.compile(
    r'(s3://|s3\+https?://[A-Za-z0-9.-]+(:\d{1,5})?/)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?'
)
_MOST_KEY_IDS = 255
MAIL_SCHEMES = ('smtp', 'smtp+starttls', 'smtps')


class BadSettings(Exception):
    """The environment does not make sense; a line of Chinese and one of English say which variable, and why."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(f'設定有誤，無法啟動：{chinese}。\nThe settings are wrong, nothing is started: {english}.')


@dataclass(frozen=True)
class Settings:
    """`sealing_keys` are 32 bytes each by id 1 to 255, newest last; `index_key` 32 bytes. Times are in seconds.

    Without keys (`has_keys`) the office is new, or has lost them: `with_own_keys`; `keeps_own_keys` where they lie in
    the data folder. `backup_key` is of the environment of this process, and '' where only backups have one.

    Lookups are of numbers in 24 hours, of people who are none of one's own.
    """

    data_dir: Path = Path('var')
    database_url: str | None = field(default=None, repr=False)
    owner_url: str | None = field(default=None, repr=False)
    host: str = '127.0.0.1'
    port: int = 8080
    public_url: str = 'http://127.0.0.1:8080'
    secure_cookies: bool = False
    sealing_keys: dict[int, bytes] = field(default_factory=dict, repr=False)
    index_key: bytes = field(default=b'', repr=False)
    keeps_own_keys: bool = False
    backup_key: str = field(default='', repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    smtp_ca_file: Path | None = None
    bounces_maildir: Path | None = None
    mail_from: str = 'no-reply@example.gov.tw'
    office_phone: str = '(02)0000-1234'
    service_phone: str = '(02)0000-5678'
    service_email: str = 'service@example.gov.tw'
    demo: bool = False
    session_idle: int = 30 * 60
    session_absolute: int = 8 * 60 * 60
    step_up_minutes: int = 10
    forgotten_after: int = 30  # days; 0: never
    roster_mail_minutes: int = 60
    call_days: int = 7  # 0: never
    lookups_per_account: int = 400
    lookups_per_unit: int = 1600
    paper_code_days: int = 14
    sole_administrator_days: int = 3
    trusted_proxies: tuple[Network, ...] = ()
    monitoring_networks: tuple[Network, ...] = ()
    log_format: str = 'text'
    login_failures: int = 300
    public_forms: int = 100
    uploads_a_minute: int = 60
    unit_megabytes: int = 20_000
    unattached_days: int = 1
    log_days: int = 1826  # never less than six months
    night_begins: int = 23  # hours in Taipei; equal ones: there is no night
    night_ends: int = 6
    unusual_lookups: int = 40  # a day and account; 0: nobody is told
    unusual_reveals: int = 30
    unusual_refusals: int = 15
    unusual_night: int = 1
    database_patience: int = 300
    drain_seconds: int = 0
    files_url: Path | str | None = None
    virus_scanner: str = ''  # '': none is asked
    citizen_ca_dir: Path | None = None
    citizen_crl_urls: tuple[str, ...] = ()
    card_component: str = 'http://localhost:61161'
    card_opens_volunteers: bool = False

    @property
    def files(self) -> Path | str:
        """Where the files lie: a folder, or the address of a bucket (`db.bucket`)."""
        return self.files_url or self.data_dir / 'files'

    @property
    def has_keys(self) -> bool:
        """Whether keys were found: in the environment, or in the data folder."""
        return bool(self.sealing_keys)


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings that `environ` describes. Raises BadSettings. Makes nothing, not even keys (`with_own_keys`)."""
    data_dir = Path(environ.get('DATA_DIR') or 'var').absolute()
    host = environ.get('HOST') or '127.0.0.1'
    port = _whole(environ, 'PORT', 8080, 1, 65535)
    public_url = (environ.get('PUBLIC_URL') or f'http://{host}:{port}').rstrip('/')
    if urlsplit(public_url).scheme not in ('http', 'https') or not urlsplit(public_url).netloc:
        raise BadSettings(
            f'PUBLIC_URL 應是使用者輸入的網址，例如 https://book.example.tw；現在是 {public_url!r}',
            f'PUBLIC_URL must be the address people type, such as https://book.example.tw; it is {public_url!r}',
        )
    keys, index_key = _keys(environ, data_dir)
    ca_dir, crl_urls = _citizen_authorities(environ)
    ca_file, bounces = environ.get('SMTP_CA_FILE'), environ.get('BOUNCES_MAILDIR')
    return Settings(
        data_dir=data_dir,
        database_url=_database_url(environ, 'DATABASE_URL'),
        owner_url=_database_url(environ, 'DATABASE_OWNER_URL'),
        host=host,
        port=port,
        public_url=public_url,
        secure_cookies=urlsplit(public_url).scheme == 'https',
        sealing_keys=keys,
        index_key=index_key,
        keeps_own_keys=not environ.get('SEALING_KEYS'),
        backup_key=environ.get('BACKUP_KEY') or '',
        smtp_url=_smtp_url(environ),
        smtp_ca_file=Path(ca_file) if ca_file else None,
        bounces_maildir=Path(bounces) if bounces else None,
        mail_from=_sender(environ.get('MAIL_FROM') or Settings.mail_from),
        office_phone=environ.get('OFFICE_PHONE') or Settings.office_phone,
        service_phone=environ.get('SERVICE_PHONE') or Settings.service_phone,
        service_email=_mail_address('SERVICE_EMAIL', environ.get('SERVICE_EMAIL') or Settings.service_email),
        demo=_yes(environ, 'DEMO'),
        session_idle=_whole(environ, 'SESSION_IDLE_MINUTES', 30, 1, 24 * 60) * 60,
        session_absolute=_whole(environ, 'SESSION_HOURS', 8, 1, 24) * 3600,
        step_up_minutes=_whole(environ, 'STEP_UP_MINUTES', Settings.step_up_minutes, 1, 24 * 60),
        forgotten_after=_whole(environ, 'FORGOTTEN_DRAFT_DAYS', 30, 0, 3650),
        roster_mail_minutes=_whole(environ, 'ROSTER_MAIL_MINUTES', Settings.roster_mail_minutes, 1, 7 * 24 * 60),
        call_days=_whole(environ, 'CALL_DAYS', Settings.call_days, 0, 365),
        lookups_per_account=_whole(environ, 'LOOKUPS_PER_ACCOUNT', Settings.lookups_per_account, 1, 1_000_000),
        lookups_per_unit=_whole(environ, 'LOOKUPS_PER_UNIT', Settings.lookups_per_unit, 1, 1_000_000),
        paper_code_days=_whole(environ, 'PAPER_CODE_DAYS', Settings.paper_code_days, 1, 90),
        sole_administrator_days=_whole(environ, 'SOLE_ADMINISTRATOR_DAYS', Settings.sole_administrator_days, 1, 90),
        trusted_proxies=_networks(environ, 'TRUSTED_PROXIES', LOOPBACK),
        monitoring_networks=_networks(environ, 'MONITORING_NETWORKS', LOOPBACK),
        log_format=_one_of(environ, 'LOG_FORMAT', LOG_FORMATS),
        login_failures=_whole(environ, 'LOGIN_FAILURES', Settings.login_failures, 5, 100_000),
        public_forms=_whole(environ, 'PUBLIC_FORMS', Settings.public_forms, 1, 100_000),
        uploads_a_minute=_whole(environ, 'UPLOADS_A_MINUTE', Settings.uploads_a_minute, 1, 10_000),
        unit_megabytes=_whole(environ, 'UNIT_MEGABYTES', Settings.unit_megabytes, 1, 100_000_000),
        unattached_days=_whole(environ, 'UNATTACHED_DAYS', Settings.unattached_days, 1, 3650),
        log_days=_whole(environ, 'LOG_DAYS', Settings.log_days, LEAST_LOG_DAYS, 36_500),
        night_begins=_whole(environ, 'NIGHT_BEGINS', Settings.night_begins, 0, 23),
        night_ends=_whole(environ, 'NIGHT_ENDS', Settings.night_ends, 0, 23),
        unusual_lookups=_whole(environ, 'UNUSUAL_LOOKUPS', Settings.unusual_lookups, 0, 1_000_000),
        unusual_reveals=_whole(environ, 'UNUSUAL_REVEALS', Settings.unusual_reveals, 0, 1_000_000),
        unusual_refusals=_whole(environ, 'UNUSUAL_REFUSALS', Settings.unusual_refusals, 0, 1_000_000),
        unusual_night=_whole(environ, 'UNUSUAL_NIGHT', Settings.unusual_night, 0, 1_000_000),
        files_url=_files_url(environ),
        virus_scanner=_virus_scanner(environ.get('VIRUS_SCANNER') or ''),
        drain_seconds=_whole(environ, 'DRAIN_SECONDS', Settings.drain_seconds, 0, 600),
        database_patience=_whole(environ, 'DATABASE_PATIENCE', Settings.database_patience, 0, 24 * 3600),
        citizen_ca_dir=ca_dir,
        citizen_crl_urls=crl_urls,
        card_component=_card_component(environ.get('CARD_COMPONENT') or Settings.card_component),
        card_opens_volunteers=_yes(environ, 'CARD_OPENS_VOLUNTEERS'),
    )


def with_own_keys(settings: Settings, *, may_make: bool) -> Settings:
    """With the keys of the data folder; where there are none they are made, if they may: nothing is sealed yet.

    Of two processes that make them at once one has been first, and both have its keys.
    """
    file = settings.data_dir / 'keys'
    if may_make:
        private_files.write_first(file, f'1:{_fresh()}\n{_fresh()}')
    elif not file.exists():
        return settings
    keys, index_key = _parsed(*_kept(file))
    return replace(settings, sealing_keys=keys, index_key=index_key)


def add_own_key(settings: Settings) -> int:
    """Make a sealing key and put it behind the others in the data folder; its id. Raises BadSettings."""
    file = settings.data_dir / 'keys'
    spelled, index = _kept(file)
    keys, _ = _parsed(spelled, index)
    key_id = max(keys) + 1
    if key_id > _MOST_KEY_IDS:
        key_id = min({*range(1, _MOST_KEY_IDS + 1)} - keys.keys())
    private_files.write(file, f'{spelled},{key_id}:{_fresh()}\n{index}')
    return key_id


def use(settings: Settings) -> None:
    """Take these settings for the life of the process."""
    global _current  # noqa: PLW0603 -- one set of settings a process, taken once when the office opens
    _current = settings


def current() -> Settings:
    """The settings in force."""
    return _current


_current = Settings()


def _database_url(environ: Mapping[str, str], name: str) -> str | None:
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


def _smtp_url(environ: Mapping[str, str]) -> str | None:
    url = environ.get('SMTP_URL')
    if url and (urlsplit(url).scheme not in MAIL_SCHEMES or not urlsplit(url).hostname):
        ways = 'smtp://host:25, smtp+starttls://user:password@host:587, smtps://…:465'
        raise BadSettings(f'SMTP_URL 應是其中一種：{ways}', f'SMTP_URL must be one of {ways}')
    return url or None


def _virus_scanner(address: str) -> str:
    """Where clamd listens: a socket of the file system, or host and port."""
    if address and not re.fullmatch(r'unix:/.+|tcp:[^/\s]+:\d{1,5}', address):
        ways = 'unix:/run/clamav/clamd.ctl, tcp:host:3310'
        raise BadSettings(f'VIRUS_SCANNER 應是其中一種：{ways}', f'VIRUS_SCANNER must be one of these: {ways}')
    return address


def _files_url(environ: Mapping[str, str]) -> Path | str | None:
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


def _citizen_authorities(environ: Mapping[str, str]) -> tuple[Path | None, tuple[str, ...]]:
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


def _card_component(url: str) -> str:
    """The origin of the component on each user's own computer that speaks with the card."""
    if not re.fullmatch(r'http://(localhost|127\.0\.0\.1):[0-9]{1,5}', url):
        raise BadSettings(
            f'CARD_COMPONENT 應是使用者電腦上讀卡元件的位址，例如 http://localhost:61161；現在是 {url!r}',
            f'CARD_COMPONENT must be where the component listens, such as http://localhost:61161; it is {url!r}',
        )
    return url


def _mail_address(name: str, text: str) -> str:
    address = mail_addresses.parse(text)
    if address is None:
        raise BadSettings(
            f'{name} 應是電子郵件地址，例如 office@example.tw；現在是 {text!r}',
            f'{name} must be an e-mail address such as office@example.tw; it is {text!r}',
        )
    return address


def _sender(text: str) -> str:
    """An address, perhaps with a name: 紀錄冊申請 <no-reply@example.gov.tw>."""
    _, address = parseaddr(text)
    parsed = _mail_address('MAIL_FROM', address or text)
    return text.replace(address, parsed) if address else parsed


def _keys(environ: Mapping[str, str], data_dir: Path) -> tuple[dict[int, bytes], bytes]:
    """SEALING_KEYS is `1:base64,2:base64`, newest last; BLIND_INDEX_KEY is base64. Neither set: a file of our own."""
    spelled, index = environ.get('SEALING_KEYS'), environ.get('BLIND_INDEX_KEY')
    if bool(spelled) != bool(index):
        raise BadSettings(
            'SEALING_KEYS 與 BLIND_INDEX_KEY 要一起設定，或都不設定',
            'SEALING_KEYS and BLIND_INDEX_KEY belong together: set both, or neither',
        )
    if spelled and index:
        return _parsed(spelled, index)
    file = data_dir / 'keys'
    return _parsed(*_kept(file)) if file.exists() else ({}, b'')


def _parsed(spelled: str, index: str) -> tuple[dict[int, bytes], bytes]:
    keys: dict[int, bytes] = {}
    for place, pair in enumerate(spelled.split(','), 1):
        number, colon, text = pair.strip().partition(':')
        if not colon:
            raise _bad_key('SEALING_KEYS', place, '前面沒有編號與冒號', 'has no id and colon before it')
        if not number.isascii() or not number.isdecimal() or not 1 <= int(number[:4]) <= 255:
            raise _bad_key('SEALING_KEYS', place, '的編號不是 1 到 255', 'has an id that is not 1 to 255')
        if int(number) in keys:
            raise _bad_key('SEALING_KEYS', place, '的編號已經有了', 'has an id that another one has')
        keys[int(number)] = _key('SEALING_KEYS', place, text)
    return keys, _key('BLIND_INDEX_KEY', 1, index)


def _bad_key(name: str, place: int, chinese: str, english: str) -> BadSettings:
    """Which key is wrong, and never what stands there."""
    return BadSettings(
        f'{name} 的第 {place} 把金鑰{chinese}。SEALING_KEYS 應如 1:BASE64,2:BASE64，BLIND_INDEX_KEY 應如 BASE64，'
        '每把 32 位元組（openssl rand -base64 32）',
        f'key {place} of {name} {english}. SEALING_KEYS must be like 1:BASE64,2:BASE64, BLIND_INDEX_KEY like BASE64, '
        'each 32 bytes (openssl rand -base64 32)',
    )


def _kept(file: Path) -> list[str]:
    """The two lines of the keys of an office nobody configured."""
    try:
        lines = file.read_text().splitlines()
    except (OSError, ValueError) as trouble:
        raise BadSettings(f'無法讀取 {file}：{in_chinese(trouble)}', f'{file} cannot be read: {trouble}') from None
    if len(lines) != 2:
        raise BadSettings(
            f'{file} 是空的或已損壞；請從備份放回這個系統的金鑰，不要刪除它',
            f'{file} is empty or damaged: put back the keys of this office from where they were saved, never remove it',
        )
    return lines


def _fresh() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _key(name: str, place: int, text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise _bad_key(name, place, '不是 BASE64', 'is not base64') from None
    if len(key) != 32:
        raise _bad_key(name, place, f'是 {len(key)} 位元組，不是 32', f'has {len(key)} bytes, not 32')
    return key


def _whole(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise BadSettings(
            f'{name} 應是 {least} 到 {most} 的整數；現在是 {text!r}',
            f'{name} must be a whole number from {least} to {most}; it is {text!r}',
        )
    return int(text)


def _networks(environ: Mapping[str, str], name: str, default: str) -> tuple[Network, ...]:
    spelled = environ.get(name) or default
    try:
        return tuple(ip_network(each.strip()) for each in spelled.split(',') if each.strip())
    except ValueError:
        raise BadSettings(
            f'{name} 應是網段，例如 10.1.0.0/16,192.0.2.7；現在是 {spelled!r}',
            f'{name} must be networks like 10.1.0.0/16,192.0.2.7; it is {spelled!r}',
        ) from None


def _one_of(environ: Mapping[str, str], name: str, known: Sequence[str]) -> str:
    chosen = environ.get(name) or known[0]
    if chosen not in known:
        either = ' or '.join(known)
        raise BadSettings(f'{name} 應是 {either}；現在是 {chosen!r}', f'{name} must be {either}; it is {chosen!r}')
    return chosen


def _yes(environ: Mapping[str, str], name: str) -> bool:
    text = (environ.get(name) or '0').lower()
    if text not in ('0', '1', 'no', 'yes', 'false', 'true'):
        raise BadSettings(f'{name} 應是 1 或 0；現在是 {text!r}', f'{name} must be 1 or 0; it is {text!r}')
    return text in ('1', 'yes', 'true')
