"""What the log calls each page, file and print that shows people, and on which of them an event happens."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import Client

from domain.audit import origin, reads
from domain.audit.log import LogAct
from domain.audit.origin import Origin
from domain.ledgers import LEDGERS
from domain.model import Section

# The tabs of a profile.
TABS = {
    'basics': Section.BASICS.label,
    'trainings': Section.TRAINING.label,
    'record-book': Section.RECORD_BOOK.label,
    'history': '異動紀錄',
    **{key: ledger.title for key, ledger in LEDGERS.items()},
}
# The first that fits. tests/ui/test_sights.py finds an address that is not here.
SIGHTS: tuple[tuple[str, LogAct, str], ...] = (
    ('/files/', LogAct.READ_FILE, '影像或附件'),
    ('/books/', LogAct.READ_PRINT, '紀錄冊 PDF'),
    ('/reviews/[0-9]+/preview', LogAct.READ_PRINT, '紀錄冊預覽'),
    ('/printouts/record-books/', LogAct.READ_PRINT, '紀錄冊清單'),
    ('/printouts/rosters/', LogAct.READ_PRINT, '名冊'),
    ('/printouts/books/', LogAct.READ_PRINT, '整批列印的紀錄冊'),
    ('/printouts/consolidated', LogAct.READ_PRINT, '志工總歸戶'),
    ('/printouts/trainings', LogAct.READ_PRINT, '教育訓練清單'),
    ('/printouts/volunteers', LogAct.EXPORTED, '志工名單'),
    ('/printouts/codes/', LogAct.READ_PRINT, '列印驗證碼'),
    ('/printouts/counter-codes/', LogAct.READ_PRINT, '臨櫃登入碼'),
    ('/printouts/books/', LogAct.READ_PRINT, '名冊的紀錄冊'),
    ('/printouts/office-figures', LogAct.EXPORTED, '志願服務統計'),
    ('/printouts/evidence', LogAct.EXPORTED, '審核期限紀錄'),
    ('/printouts/numbers', LogAct.EXPORTED, '發冊紀錄'),
    ('/printouts/log', LogAct.EXPORTED, '使用紀錄'),
    ('/printouts/figures', LogAct.EXPORTED, '審核統計'),
    ('/imports/on-record/', LogAct.EXPORTED, '匯出在案資料'),
    ('/imports/[0-9]+/marked', LogAct.EXPORTED, '標色檔案'),
    ('/uploads/', LogAct.READ_LIST, '上傳檔案'),
    ('/volunteers$', LogAct.READ_LIST, '志工基本資料維護'),
    ('/volunteers/new', LogAct.READ_PROFILE, '新增志工'),
    ('/volunteers/[0-9]+/trainings/', LogAct.READ_PROFILE, '教育訓練課程'),
    ('/volunteers/[0-9]+/record-book/', LogAct.READ_CASE, '紀錄冊申請'),
    ('/volunteers/[0-9]+', LogAct.READ_PROFILE, '志工資料'),
    ('/consolidated', LogAct.READ_PROFILE, '志工總歸戶'),
    ('/paper-books', LogAct.READ_LIST, '紙本紀錄冊登記'),
    ('/applications', LogAct.READ_LIST, '申請案'),
    ('/rosters/', LogAct.READ_ROSTER, '名冊'),
    ('/rosters', LogAct.READ_LIST, '名冊清單'),
    ('/trainings', LogAct.READ_LIST, '教育訓練'),
    ('/transfers', LogAct.READ_LIST, '移轉'),
    ('/imports', LogAct.READ_LIST, '批次匯入'),
    ('/batch', LogAct.READ_LIST, '批次維護作業'),
    ('/reviews/rosters/', LogAct.READ_ROSTER, '送審名冊'),
    ('/reviews/rosters', LogAct.READ_QUEUE, '送審名冊清單'),
    ('/reviews/overdue', LogAct.READ_QUEUE, '逾期未補正'),
    ('/reviews/paper-books/', LogAct.READ_CASE, '紙本紀錄冊登記'),
    ('/reviews/paper-books', LogAct.READ_QUEUE, '紙本紀錄冊登記'),
    ('/reviews/', LogAct.READ_CASE, '申請案'),
    ('/reviews', LogAct.READ_QUEUE, '志工紀錄冊審核'),
    ('/numbers', LogAct.READ_LEDGER, '發冊紀錄'),
    ('/figures', LogAct.READ_LIST, '統計'),
    ('/mails', LogAct.READ_LIST, '系統信件'),
    ('/volunteer-data', LogAct.READ_LIST, '志工資料管理'),
    ('/menu', LogAct.READ_LIST, '子系統入口'),
    ('/log', LogAct.SEARCHED_LOG, '使用紀錄'),
    ('/inspections/[0-9]+/[0-9]+/pictures', LogAct.READ_FILE, '抽查案件的影像'),
    ('/inspections/[0-9]+/', LogAct.READ_CASE, '抽查案件'),
    ('/inspections', LogAct.READ_LIST, '稽核抽查'),
    ('/sign-offs?/[^/]+/pictures', LogAct.READ_FILE, '簽核的影像'),
    ('/sign-off', LogAct.READ_CASE, '簽核'),
    ('/rights', LogAct.READ_LIST, '個資權利請求'),
    ('/former-volunteers/', LogAct.READ_PROFILE, '離開的志工'),
    ('/former-volunteers', LogAct.READ_LIST, '離開的志工'),
    ('/county', LogAct.READ_LIST, '縣市主管機關'),
    ('/office-figures', LogAct.READ_LIST, '志願服務統計'),
    ('/my', LogAct.READ_PROFILE, '本人資料'),
    ('/admin', LogAct.READ_LIST, '系統管理'),
    ('/account', LogAct.READ_LIST, '帳號設定'),
)
# All in one, each as a group: which of them is told by the number of the group.
_COMPILED = re.compile('|'.join(f'({pattern})' for pattern, _, _ in SIGHTS))


def of_path(path: str) -> tuple[LogAct, str]:
    """How the log calls what stands under this address."""
    found = _COMPILED.match(path)
    if found is None or found.lastindex is None:
        return LogAct.READ_LIST, ''
    _, act, what = SIGHTS[found.lastindex - 1]
    tab = TABS.get(path.rpartition('/')[2]) if what == '志工資料' else None
    return act, f'{what}：{tab}' if tab else what


@contextmanager
def of_page(client: Client) -> Iterator[None]:
    """What is done and read inside is done on this page: whose session it is, and what it shows already."""
    scope = client._request.scope if client._request else {}
    with origin.of(scope.get('origin') or Origin()), reads.on(scope.get('sight')):
        yield
