"""Why a backup, a restore or a verification was not done, and what to do, in Chinese and in English."""

from pathlib import Path

import asyncpg

from db import dumps, storage
from db.os_errors import in_chinese
from db.server_account import NotStarted

from .. import files
from ..settings import BadSettings
from . import BadKey, Busy, Damaged, NoOffice, NotEmpty, OtherKeys

# Of a database that goes away asyncpg tells in as many ways.
_DATABASE_GONE = (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError, TimeoutError)


def of(failure: Exception, path: Path) -> tuple[str, str] | None:  # noqa: PLR0911, PLR0912 -- one for each reason
    """What went wrong and what to do, in two languages; None: nobody foresaw it."""
    match failure:
        case Damaged():
            return (
                f'備份檔損壞或不完整：{path}（在 {failure.where} 之處）。資料庫沒有更動；請改用另一份備份。',
                f'It is damaged or cut off: {path} (at {failure.where}). The database is untouched; use another one.',
            )
        case BadKey():
            return (
                f'BACKUP_KEY 不對，或沒有設定：備份用 age1…，還原與檢查 {path} 用 AGE-SECRET-KEY-1…。',
                f'BACKUP_KEY is wrong or missing: age1… makes a backup, AGE-SECRET-KEY-1… opens {path}.',
            )
        case NoOffice():
            return (
                '這裡沒有資料可以備份：DATA_DIR 沒有資料庫，或 DATABASE_URL 的資料庫是空的。沒有產生任何檔案。',
                'There is no office here to save: no database in DATA_DIR, or an empty one at DATABASE_URL. '
                'Nothing was made.',
            )
        case OtherKeys():
            return (
                f'這裡的金鑰不是這份備份的金鑰（不符的是 {failure.which}），照片與號碼會打不開；沒有還原任何資料。'
                '請設定原來的金鑰；確定之後再放回金鑰的話，加上 OTHER_KEYS=1。',
                f'The keys here are not those of the backup ({failure.which} does not fit), nothing would open; '
                'nothing is restored. Set the original keys; or say OTHER_KEYS=1 if you put them back afterwards.',
            )
        case NotEmpty():
            return (
                '這裡已有資料，不能還原到上面；請指定空的 DATA_DIR 或空的資料庫（DATABASE_URL）。',
                'There is an office here already; restore into an empty DATA_DIR or an empty database (DATABASE_URL).',
            )
        case Busy():
            return '另一份備份正在進行，請稍後再試。', 'Another backup is being made; try again later.'
        case FileExistsError():
            return f'{path} 已經存在；請換一個檔名。', f'{path} exists already; choose another name.'
        case NotStarted() | BadSettings():
            chinese, _, english = str(failure).partition('\n')
            return chinese, english
        case dumps.Failed():
            return f'PostgreSQL 的工具失敗：{failure}', f"PostgreSQL's tool failed: {failure}"
        case files.NotMounted():
            return (
                '存放檔案的地方不是這個系統的（DATA_DIR/files 或 FILES_URL）：是空的，而資料庫有檔案。沒有產生備份；'
                '請確認它已掛載、位址正確，再做一次。',
                "The place of the files (DATA_DIR/files or FILES_URL) is not the office's: it is empty, though the "
                'database has files. Nothing was made. Is it mounted, is the address right? Do it again then.',
            )
        case storage.Away():
            return (
                f'存放檔案的地方（FILES_URL）連不上，沒有完成：{failure}。請確認它是否啟動，再做一次。',
                f'The place of the files (FILES_URL) is away, nothing is done: {failure}. Is it up? Do it again then.',
            )
        case _ if isinstance(failure, _DATABASE_GONE):
            why = f'{type(failure).__name__}: {failure}'.partition('\n')[0]
            return (
                f'資料庫在途中沒有回應，沒有完成，也沒有留下半份檔案：{why}。請確認資料庫，再做一次。',
                f'The database went away meanwhile; nothing is done and no half file is left: {why}. Do it again.',
            )
        case OSError():
            return (
                f'無法完成（檔案 {path}）：{in_chinese(failure)}',
                f'It could not be done (the file {path}): {failure}',
            )
    return None
