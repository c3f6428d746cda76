"""What stands on each leaf of the printed book: finished strings, so that the template has nothing left to decide.

What a record does not say is the empty string; a line break inside a string is a line break on paper.
These classes know no database, so that a book can be printed from anywhere.
"""

from dataclasses import dataclass

# 管理辦法 §4, 管理辦法 §6, 管理辦法 §7, 管理辦法 §8, 管理辦法 §9
NOTICES = (
    '本冊為志工服務之總登錄，限本人使用，不得轉借、冒用或不當使用；違者由運用單位予以糾正並註記，其服務紀錄不予採計。',
    '轉換運用單位時，本冊應繼續使用，不必重新申請。',
    '本冊損壞或遺失時，請向運用單位申請換發或補發。',
    '服務時數指實際提供服務之時數，不含往返時間。',
    '服務紀錄由運用單位指定人員登錄，並加蓋登錄人名章。',
    '記載如有錯誤，請通知運用單位更正，請勿自行塗改。',
)


@dataclass(frozen=True)
class Cover:
    """封面: whose book it is. `issued` is '中華民國一一五年三月'."""

    agency: str
    issued: str


@dataclass(frozen=True)
class Identity:
    """基本資料: the person and the issue.

    `identity_label` is 身分證字號, 居留證號碼 or 護照號碼; the caller decides whether `identity_number` is masked.
    `issued` is '民國 115 年 3 月 23 日', `issued_in_words` '中華民國一一五年三月二十三日'.
    `notice` is said loudly, for a book no longer in use. `photo` is a JPEG of 3:4.
    """

    name: str
    english_name: str
    sex: str
    identity_label: str
    identity_number: str
    born: str
    unit: str
    team: str
    issue_kind: str
    issued: str
    issued_in_words: str
    legacy_number: str = ''
    first_issued: str = ''
    notice: str = ''
    photo: bytes | None = None


@dataclass(frozen=True)
class Amount:
    """A line of a total: '115 年 4 月　小計', 10 hours 00 minutes, '200' persons served, '共 3 次'."""

    label: str
    hours: str
    minutes: str
    persons: str = ''
    note: str = ''


@dataclass(frozen=True)
class TrainingLine:
    dates: str
    title: str
    kind: str
    hours: str
    minutes: str
    provider: str
    approval: str
    recorder: str


@dataclass(frozen=True)
class Trainings:
    """教育訓練紀錄: every course, then a subtotal for each kind that occurs, then the sum."""

    lines: tuple[TrainingLine, ...]
    subtotals: tuple[Amount, ...]
    total: Amount


@dataclass(frozen=True)
class ServiceLine:
    dates: str
    item: str
    content: str
    detail: str
    hours: str
    minutes: str
    persons: str
    unit: str
    recorder: str


@dataclass(frozen=True)
class ServiceMonth:
    """The lines of one month that stand on one leaf; no `subtotal` while the month goes on overleaf."""

    lines: tuple[ServiceLine, ...]
    subtotal: Amount | None


@dataclass(frozen=True)
class ServiceLeaf:
    """One leaf of 服務紀錄, what it adds up to (本頁小計) and what the book adds up to so far (累計時數)."""

    months: tuple[ServiceMonth, ...]
    leaf_total: Amount
    running_total: Amount
    is_last: bool


@dataclass(frozen=True)
class LedgerRow:
    cells: tuple[str, ...]
    recorder: str = ''


@dataclass(frozen=True)
class Ledger:
    """One table of 登錄事項. The stylesheet knows the widths of its columns by `key`."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[LedgerRow, ...] = ()


@dataclass(frozen=True)
class Verification:
    """查驗: the address where somebody who holds the book can check it, and the code to type there."""

    url: str
    code: str = ''


@dataclass(frozen=True)
class Contents:
    """One book, ready to be printed.

    `printed_on` is '115.09.30', `printed` '民國 115 年 9 月 30 日 14:05', `version` '第 3 版' or empty.
    """

    number: str
    printed_on: str
    printed: str
    cover: Cover
    identity: Identity
    trainings: Trainings
    service: tuple[ServiceLeaf, ...]
    ledgers: tuple[Ledger, ...]
    remarks: tuple[str, ...] = ()
    notices: tuple[str, ...] = NOTICES
    version: str = ''
    verification: Verification | None = None
