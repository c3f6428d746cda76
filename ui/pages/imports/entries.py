"""批次維護作業: everything that is brought in by a file, each with what it takes."""

from nicegui import html

from domain import links
from domain.model import Account, ImportKind

from ...components.entry_group import entry_group
from ...components.tiles import Entry
from ...frame import BATCH, MENU, frame, waiting_for

IMPORTS = (
    (ImportKind.VOLUNTEERS, 'people', '一列一位志工：姓名、證號、出生日期、聯絡方式。已經登錄的人會比對，不會重複。'),
    (ImportKind.PICTURES, 'camera', '檔名是身分證字號的照片，或加上「正」「反」的結業證書，裝成一個 ZIP 檔。'),
    (ImportKind.TRAININGS, 'flag', '一列一人一門課；全班同一份證書只要上傳一次。'),
    (ImportKind.SERVICE_HOURS, 'clock', '全國通用的服務時數表，17、15 或 11 欄都可以，每月匯入。'),
    (ImportKind.OPENING_HOURS, 'chart', '使用本系統以前累計的時數，一人一列。'),
    (ImportKind.INSURANCE, 'lock', '一張團體保單，許多被保險的志工。'),
    (ImportKind.PAPER_BOOKS, 'book', '已經發出的舊制紀錄冊：字、號、發冊日期與發冊機關。'),
    (ImportKind.TEAMS, 'office', '單位的志工隊，與各隊的志工。'),
)
BY_HAND = (
    Entry('pencil', '教育訓練課程維護', '課程填一次、勾選志工，再逐一上傳證書。', links.batch_trainings()),
    Entry('cards', '匯入紀錄', '誰在何時匯入了什麼；還沒匯入的列在這裡，也可以整批復原。', links.imports()),
    Entry('download', '下載範本', '每一種資料的 ODS 與 Excel 範本，附代碼與範例列。', links.downloads()),
)


async def batch_page(account: Account) -> None:
    """The ways in, as a list of links."""
    with frame(account, BATCH[0], crumbs=[MENU], waiting=await waiting_for(account)):
        html.p('選擇檔案後先看結果，按下確認匯入才會寫入；匯入之後也可以整批復原。').classes('lb-lead')
        with html.div().classes('lb-stack'):
            entry_group('匯入檔案', [_entry(*each) for each in IMPORTS])
            entry_group('其他', BY_HAND)


def _entry(kind: ImportKind, symbol: str, note: str) -> Entry:
    return Entry(symbol, kind.label, note, links.new_import(kind))
