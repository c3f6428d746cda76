"""Everything that is configured comes from the environment, read once, checked at the start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from . import keys
from .variables import (
    BadSettings,
    Network,
    card_component,
    citizen_authorities,
    database_url,
    files_url,
    mail_address,
    networks,
    one_of,
    sender,
    smtp_url,
    virus_scanner,
    whole,
    yes,
)

__all__ = ['BadSettings', 'Network']

# A proxy on the same machine; nobody reaches us from there but by it.
LOOPBACK = '127.0.0.0/8,::1'
# Six months (資通安全責任等級分級辦法 附表十).
LEAST_LOG_DAYS = 183
LOG_FORMATS = ('text', 'json')


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
    port = whole(environ, 'PORT', 8080, 1, 65535)
    public_url = (environ.get('PUBLIC_URL') or f'http://{host}:{port}').rstrip('/')
    if urlsplit(public_url).scheme not in ('http', 'https') or not urlsplit(public_url).netloc:
        raise BadSettings(
            f'PUBLIC_URL 應是使用者輸入的網址，例如 https://book.example.tw；現在是 {public_url!r}',
            f'PUBLIC_URL must be the address people type, such as https://book.example.tw; it is {public_url!r}',
        )
    sealing_keys, index_key = keys.found(environ, data_dir)
    ca_dir, crl_urls = citizen_authorities(environ)
    ca_file, bounces = environ.get('SMTP_CA_FILE'), environ.get('BOUNCES_MAILDIR')
    return Settings(
        data_dir=data_dir,
        database_url=database_url(environ, 'DATABASE_URL'),
        owner_url=database_url(environ, 'DATABASE_OWNER_URL'),
        host=host,
        port=port,
        public_url=public_url,
        secure_cookies=urlsplit(public_url).scheme == 'https',
        sealing_keys=sealing_keys,
        index_key=index_key,
        keeps_own_keys=not environ.get('SEALING_KEYS'),
        backup_key=environ.get('BACKUP_KEY') or '',
        smtp_url=smtp_url(environ),
        smtp_ca_file=Path(ca_file) if ca_file else None,
        bounces_maildir=Path(bounces) if bounces else None,
        mail_from=sender(environ.get('MAIL_FROM') or Settings.mail_from),
        office_phone=environ.get('OFFICE_PHONE') or Settings.office_phone,
        service_phone=environ.get('SERVICE_PHONE') or Settings.service_phone,
        service_email=mail_address('SERVICE_EMAIL', environ.get('SERVICE_EMAIL') or Settings.service_email),
        demo=yes(environ, 'DEMO'),
        session_idle=whole(environ, 'SESSION_IDLE_MINUTES', 30, 1, 24 * 60) * 60,
        session_absolute=whole(environ, 'SESSION_HOURS', 8, 1, 24) * 3600,
        step_up_minutes=whole(environ, 'STEP_UP_MINUTES', Settings.step_up_minutes, 1, 24 * 60),
        forgotten_after=whole(environ, 'FORGOTTEN_DRAFT_DAYS', 30, 0, 3650),
        roster_mail_minutes=whole(environ, 'ROSTER_MAIL_MINUTES', Settings.roster_mail_minutes, 1, 7 * 24 * 60),
        call_days=whole(environ, 'CALL_DAYS', Settings.call_days, 0, 365),
        lookups_per_account=whole(environ, 'LOOKUPS_PER_ACCOUNT', Settings.lookups_per_account, 1, 1_000_000),
        lookups_per_unit=whole(environ, 'LOOKUPS_PER_UNIT', Settings.lookups_per_unit, 1, 1_000_000),
        paper_code_days=whole(environ, 'PAPER_CODE_DAYS', Settings.paper_code_days, 1, 90),
        sole_administrator_days=whole(environ, 'SOLE_ADMINISTRATOR_DAYS', Settings.sole_administrator_days, 1, 90),
        trusted_proxies=networks(environ, 'TRUSTED_PROXIES', LOOPBACK),
        monitoring_networks=networks(environ, 'MONITORING_NETWORKS', LOOPBACK),
        log_format=one_of(environ, 'LOG_FORMAT', LOG_FORMATS),
        login_failures=whole(environ, 'LOGIN_FAILURES', Settings.login_failures, 5, 100_000),
        public_forms=whole(environ, 'PUBLIC_FORMS', Settings.public_forms, 1, 100_000),
        uploads_a_minute=whole(environ, 'UPLOADS_A_MINUTE', Settings.uploads_a_minute, 1, 10_000),
        unit_megabytes=whole(environ, 'UNIT_MEGABYTES', Settings.unit_megabytes, 1, 100_000_000),
        unattached_days=whole(environ, 'UNATTACHED_DAYS', Settings.unattached_days, 1, 3650),
        log_days=whole(environ, 'LOG_DAYS', Settings.log_days, LEAST_LOG_DAYS, 36_500),
        night_begins=whole(environ, 'NIGHT_BEGINS', Settings.night_begins, 0, 23),
        night_ends=whole(environ, 'NIGHT_ENDS', Settings.night_ends, 0, 23),
        unusual_lookups=whole(environ, 'UNUSUAL_LOOKUPS', Settings.unusual_lookups, 0, 1_000_000),
        unusual_reveals=whole(environ, 'UNUSUAL_REVEALS', Settings.unusual_reveals, 0, 1_000_000),
        unusual_refusals=whole(environ, 'UNUSUAL_REFUSALS', Settings.unusual_refusals, 0, 1_000_000),
        unusual_night=whole(environ, 'UNUSUAL_NIGHT', Settings.unusual_night, 0, 1_000_000),
        files_url=files_url(environ),
        virus_scanner=virus_scanner(environ.get('VIRUS_SCANNER') or ''),
        drain_seconds=whole(environ, 'DRAIN_SECONDS', Settings.drain_seconds, 0, 600),
        database_patience=whole(environ, 'DATABASE_PATIENCE', Settings.database_patience, 0, 24 * 3600),
        citizen_ca_dir=ca_dir,
        citizen_crl_urls=crl_urls,
        card_component=card_component(environ.get('CARD_COMPONENT') or Settings.card_component),
        card_opens_volunteers=yes(environ, 'CARD_OPENS_VOLUNTEERS'),
    )


def with_own_keys(settings: Settings, *, may_make: bool) -> Settings:
    """With the keys of the data folder; where there are none they are made, if they may: nothing is sealed yet."""
    if may_make:
        keys.make(settings.data_dir)
    sealing_keys, index_key = keys.own(settings.data_dir)
    return replace(settings, sealing_keys=sealing_keys, index_key=index_key) if sealing_keys else settings


def add_own_key(settings: Settings) -> int:
    """As `keys.add`, which the processes that run take within a minute."""
    return keys.add(settings.data_dir)


def use(settings: Settings) -> None:
    """Take these settings for the life of the process."""
    global _current  # noqa: PLW0603 -- one set of settings a process, taken once when the office opens
    _current = settings


def current() -> Settings:
    """The settings in force."""
    return _current


_current = Settings()
