"""金鑰清冊: which keys the office has, what for, since when, when they are to be changed, what is lost with them.

Nothing here reads what a key is made of: ids, dates and counts alone. What is settled of a key (`KeyDuty`) is the
administrator's; the periods below are those of an office that has settled nothing (law.md#key-periods).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from tortoise import Model
from tortoise.connection import get_connection

from db import sealing, transaction
from db.models import (
    Account,
    Allowance,
    CitizenCertificate,
    KeyCheck,
    KeyDuty,
    LoginFailure,
    Session,
    StoredFile,
    Volunteer,
)

from .. import dates, permissions, settings, validation
from ..audit import office_history
from ..errors import Incomplete, NotFound
from ..fields import Field, by_key
from .keys import sealed_columns

YEAR = 365
LONGEST_DAYS, LONGEST_PLACE = 3650, 200
FIELDS = by_key(
    Field('days', '更換週期（日）'),
    Field('changed_on', '最近一次更換'),
    Field('kept_at', '保管處'),
)
_KEPT = office_history.Kept('金鑰', by_key(Field('purpose', '用途'), *FIELDS.values()), ('purpose',))


@dataclass(frozen=True)
class Kind:
    """What is the same in every office. `days` 0: is not changed by a period; `lost` says what is gone with it."""

    purpose: str
    label: str
    use: str
    algorithm: str
    days: int
    kept_at: str
    lost: str


SEALING = Kind(
    'sealing',
    '封存金鑰',
    '加密證號、照片、證書、草稿、匯入檔與其他個資',
    'AES-256-GCM',
    2 * YEAR,
    'SEALING_KEYS，或 DATA_DIR/keys；另印一份放保險箱',
    '以它封存的資料與檔案永遠打不開，備份也一樣。找不到就不會啟動。',
)
KINDS = (
    SEALING,
    Kind(
        'index',
        '查詢金鑰',
        '以證號找到人（證號的雜湊索引），並導出下列各用途的金鑰',
        'HMAC-SHA-256',
        0,
        'BLIND_INDEX_KEY，或 DATA_DIR/keys；與封存金鑰放在一起',
        '證號還打得開，但找不到人，也無法查重複；找不到就不會啟動。不能更換，只能在外洩時重建索引。',
    ),
    *(
        Kind(
            purpose,
            label,
            use,
            'HKDF-SHA-256 → HMAC-SHA-256',
            0,
            '不另外保管：由查詢金鑰導出',
            lost,
        )
        for purpose, label, use, lost in (
            ('limit', '次數限制', '計算登入、查詢、上傳次數', '次數重新起算'),
            ('sign-in lock', '登入鎖定', '計算登入失敗', '鎖定中的帳號可以再試'),
            ('join', '收編查詢', '計算查詢的證號', '次數重新起算'),
            ('paper code', '紙本的驗證碼', '辨認已列印的驗證碼', '已列印而未使用的驗證碼失效，請重新列印'),
            ('counter code', '臨櫃驗證碼', '辨認已列印的登入碼', '已列印而未使用的登入碼失效，請重新列印'),
            ('recovery code', '備用驗證碼', '辨認兩步驟驗證的備用碼', '備用碼失效，請本人重新產生'),
            ('passkey', '通行金鑰', '產生裝置上的代號', '通行金鑰要重新登錄'),
            ('citizen certificate', '自然人憑證', '辨認已綁定的卡片', '卡片要重新綁定'),
            ('log', '使用紀錄', '以輸入的帳號找到登入失敗的紀錄', '之前的失敗紀錄找不到，紀錄本身還在'),
            ('book lookup', '紀錄冊號查詢', '計算查詢的號碼', '次數重新起算'),
            ('page mark', '頁面標記', '登入逾時後，確認是同一人回到原來的頁面', '開著的頁面要重新登入'),
            ('authenticator set-up', '驗證器設定', '設定中的驗證器', '重新開始設定即可'),
        )
    ),
    Kind(
        'backup',
        '備份金鑰',
        '加密備份',
        'age（X25519、ChaCha20-Poly1305）',
        2 * YEAR,
        '伺服器只放公鑰（BACKUP_KEY）；私鑰離線保管',
        '私鑰遺失：既有的加密備份打不開，請立刻更換並重做備份。公鑰遺失沒有影響。',
    ),
    Kind(
        'session',
        '登入狀態',
        '登入後的 Cookie、寄出的連結',
        '沒有金鑰：每次隨機 256 位元，只存 SHA-256',
        0,
        '不必保管',
        '沒有可以遺失的金鑰；全部登出請結束連線。',
    ),
    Kind(
        'database',
        '資料庫密碼',
        '連線到 PostgreSQL',
        'SCRAM-SHA-256',
        YEAR,
        'DATABASE_URL；內附的資料庫由程式自己保管',
        '請資料庫管理者重設，再更新設定；資料不受影響。',
    ),
    Kind(
        'mail',
        '寄信帳號',
        '連線到郵件伺服器',
        '由郵件伺服器決定，經 TLS',
        YEAR,
        'SMTP_URL',
        '請郵件管理者重設；信件留在系統裡，恢復後自動寄出。',
    ),
    Kind(
        'bucket',
        '檔案儲存體金鑰',
        '連線到儲存體（S3）',
        'HMAC-SHA-256（AWS Signature 4）',
        YEAR,
        'AWS_SECRET_ACCESS_KEY',
        '請儲存體管理者重發；檔案不受影響，期間圖片打不開。',
    ),
    Kind(
        'tls',
        '網站憑證',
        '瀏覽器到網站的加密連線',
        'TLS 1.2、1.3',
        YEAR,
        'nginx 的 key.pem',
        '重新申請憑證；外洩時一併廢止舊的。',
    ),
)
BY_PURPOSE = {each.purpose: each for each in KINDS}


@dataclass(frozen=True)
class Entry:
    """One line: a kind of key, and of sealing keys each one. Dates are None where nobody knows them."""

    kind: Kind
    key_id: int | None
    since: date | None
    records: int | None
    changed_on: date | None
    days: int
    kept_at: str
    is_current: bool = True
    warning: str = ''

    @property
    def due_on(self) -> date | None:
        """When it is to be changed; None: never, or nobody knows since when it is used."""
        begun = self.changed_on or self.since
        return begun + timedelta(days=self.days) if begun and self.days and self.is_current else None

    @property
    def is_overdue(self) -> bool:
        """Whether that day is over."""
        return self.due_on is not None and self.due_on < dates.today()


@dataclass
class Duty:
    """What the administrator settles of a key."""

    days: int | None = 0
    changed_on: date | None = None
    kept_at: str = ''

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        found = {}
        if wrong := validation.whole(FIELDS['days'].label, self.days, least=0, most=LONGEST_DAYS, needed=True):
            found['days'] = wrong
        if self.changed_on is not None and self.changed_on > dates.today():
            found['changed_on'] = '最近一次更換不能是今天以後的日子。'
        if len(self.kept_at) > LONGEST_PLACE:
            found['kept_at'] = f'保管處最多 {LONGEST_PLACE} 個字。'
        return found


_COUNTED: Mapping[str, type[Model]] = {
    'index': Volunteer,
    'limit': Allowance,
    'sign-in lock': LoginFailure,
    'citizen certificate': CitizenCertificate,
    'session': Session,
    'files': StoredFile,
}
_COUNTS = [
    f"SELECT '{what}' AS what, NULL::int AS key_id, count(*) AS n FROM {model._meta.db_table}"  # noqa: S608
    for what, model in _COUNTED.items()
]
# What is sealed begins with the number of its key.
_SEALED = """SELECT '', get_byte(substring("{column}" FROM 1 FOR 1), 0) AS key_id, count(*) FROM "{table}"
WHERE length("{column}") > 0 GROUP BY key_id"""


@dataclass(frozen=True)
class _Found:
    """What the office holds under each key, by purpose; of sealing keys by id."""

    sealed: Mapping[int, int] = field(default_factory=dict)
    others: Mapping[str, int] = field(default_factory=dict)


async def entries(*, by: Account) -> list[Entry]:
    """Every key of the office, the sealing keys first, the newest of them before the others. For the administrator."""
    permissions.require(by, 'operations.key_inventory.entries')
    return _entries(await _counted(), await KeyDuty.all(), await KeyCheck.all())


def overdue(duties: Sequence[KeyDuty], checks: Sequence[KeyCheck]) -> list[Entry]:
    """What is to be changed by now, or is kept where it must not be, by what is settled; nothing is counted."""
    return [each for each in _entries(_Found(), duties, checks) if each.is_overdue or each.warning]


async def duty_of(purpose: str, *, by: Account) -> Duty:
    """What is settled of that key. Raises NotFound."""
    permissions.require(by, 'operations.key_inventory.duty_of')
    if purpose not in BY_PURPOSE:
        raise NotFound
    kind, settled = BY_PURPOSE[purpose], await KeyDuty.get_or_none(purpose=purpose)
    return Duty(settled.days, settled.changed_on, settled.kept_at) if settled else Duty(kind.days, None, kind.kept_at)


async def settle(purpose: str, duty: Duty, *, by: Account) -> None:
    """Keep it. Raises NotFound, Incomplete."""
    permissions.require(by, 'operations.key_inventory.settle')
    if purpose not in BY_PURPOSE:
        raise NotFound
    if problems := duty.problems():
        raise Incomplete(problems)
    async with transaction():
        row = await KeyDuty.select_for_update().get_or_none(purpose=purpose)
        before = await office_history.stands(row, _KEPT) if row else {}
        columns: dict[str, Any] = {
            'days': duty.days or 0,
            'changed_on': duty.changed_on,
            'kept_at': validation.tidy(duty.kept_at),
        }
        if row is None:
            row = await KeyDuty.create(purpose=purpose, **columns)
        else:
            await row.update_from_dict(columns).save()
        await office_history.note(row, _KEPT, before, by=by)


def _entries(found: _Found, duties: Sequence[KeyDuty], checks: Sequence[KeyCheck]) -> list[Entry]:
    settled = {each.purpose: each for each in duties}
    office, listed = settings.current(), _sealing_entries(found, checks)
    for kind in KINDS[1:]:
        if (kind.purpose, bool(office.smtp_url)) == ('mail', False) or (
            kind.purpose == 'bucket' and not isinstance(office.files, str)
        ):
            continue
        listed.append(Entry(kind, None, None, found.others.get(kind.purpose), None, kind.days, kind.kept_at))
        if kind.purpose == 'backup' and office.backup_key.startswith('AGE-SECRET-KEY'):
            listed[-1] = replace(listed[-1], warning='伺服器上放的是私鑰，請改放公鑰（age1…），私鑰離線保管')
        if kind.purpose == 'tls' and not office.secure_cookies:
            listed.pop()
    return [_as_settled(each, settled.get(each.kind.purpose)) for each in listed]


def _sealing_entries(found: _Found, checks: Sequence[KeyCheck]) -> list[Entry]:
    since = {each.key_id: each.since for each in checks}
    ids = list(sealing.in_use().keys)
    return [
        Entry(
            SEALING,
            key_id,
            dates.day_of(begun) if (begun := since.get(key_id)) else None,
            found.sealed.get(key_id, 0),
            None,
            SEALING.days,
            SEALING.kept_at,
            is_current=key_id == ids[-1],
        )
        for key_id in reversed(ids)
    ]


def _as_settled(entry: Entry, settled: KeyDuty | None) -> Entry:
    if settled is None:
        return entry
    # A sealing key's own beginning is newer than what was written down of the one before it.
    changed_on = max(filter(None, (settled.changed_on, entry.since)), default=None)
    return replace(entry, days=settled.days, changed_on=changed_on, kept_at=settled.kept_at or entry.kept_at)


@cache
def _counting() -> str:
    sealed = (_SEALED.format(table=table, column=column) for table, _, column, _ in sealed_columns())
    return ' UNION ALL '.join([*_COUNTS, *sealed])


async def _counted() -> _Found:
    rows = await get_connection('default').execute_query_dict(_counting())
    numbers: dict[str, int] = {row['what']: row['n'] for row in rows if row['key_id'] is None}
    sealed: dict[int, int] = {}
    for row in rows:
        if row['key_id'] is not None:
            sealed[row['key_id']] = sealed.get(row['key_id'], 0) + row['n']
    ids: Sequence[int] = list(sealing.in_use().keys)
    files = numbers.pop('files')
    if len(ids) == 1:  # else nobody knows without opening each; `make retire-key` does
        sealed[ids[0]] = sealed.get(ids[0], 0) + files
    return _Found(sealed, numbers)
