"""`python -m domain.operations backup|restore|verify FILE`, `add-key`, `retire-key ID`, and `key`.

What it has to say is two lines, Chinese and English.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from db import dumps, storage
from db.os_errors import in_chinese
from db.server_account import NotStarted

from .. import files, settings
from ..settings import BadSettings
from . import (
    BadKey,
    Busy,
    Contents,
    Damaged,
    NoOffice,
    NotEmpty,
    OtherKeys,
    backup,
    fits,
    fresh_key,
    keys,
    restore,
    verify,
)

USAGE = (
    '用法：make backup FILE=檔案，make restore FILE=檔案，make verify FILE=檔案，'
    'make backup-key，make add-key，make retire-key KEY=編號。',
    'Usage: make backup FILE=path, make restore FILE=path, make verify FILE=path, '
    'make backup-key, make add-key, make retire-key KEY=id.',
)

# A backup is made without the keys, also where they are lost or damaged, and none are made for it.
_NO_KEYS = {'SEALING_KEYS': f'1:{"A" * 43}=', 'BLIND_INDEX_KEY': f'{"A" * 43}='}
# Of a database that goes away asyncpg tells in as many ways.
_DATABASE_GONE = (asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError, TimeoutError)


def main(words: Sequence[str] = sys.argv[1:]) -> None:
    """Do what is asked; ends the process with status 1 and two lines when it is not done, or not wholly."""
    os.umask(0o077)
    if list(words) == ['key']:
        secret, public = fresh_key()
        _say(
            f'離線保管，還原與檢查備份時用 / Keep off line; opens backups:    {secret}',
            f'放在伺服器的 BACKUP_KEY，只能備份 / BACKUP_KEY of the server: {public}',
        )
        return
    if list(words) == ['add-key']:
        _add()
        return
    if len(words) == 2 and words[0] == 'retire-key' and words[1].isascii() and words[1].isdecimal():
        _retire(int(words[1][:4]))
        return
    if len(words) != 2 or words[0] not in ('backup', 'restore', 'verify'):
        sys.exit('\n'.join(USAGE))
    path = Path(words[1]).absolute()
    try:
        contents = asyncio.run(_done(words[0], path))
    except Exception as failure:
        reason = _reason(failure, path)
        if reason is None:
            raise
        sys.exit('\n'.join(reason))
    if contents.missing:
        some, count = ', '.join(contents.missing[:3]), len(contents.missing)
        sys.exit(
            f'這份備份缺少資料庫所載的 {count} 個檔案，製作備份時已不在磁碟上（{some}…），請查明。\n'
            f'This backup lacks {count} files that the database knows: the disk had lost them ({some}…); look into it.'
        )


def _add() -> None:
    try:
        office = settings.read()
        if not office.keeps_own_keys:
            sys.exit(
                'SEALING_KEYS 由環境變數設定，請自行加入新的金鑰，分兩次重新啟動；'
                '步驟在 deploy/README.md 的「金鑰」。\n'
                'SEALING_KEYS is set in the environment: add the key there, in two restarts; deploy/README.md, 金鑰.'
            )
        key_id = settings.add_own_key(office)
    except BadSettings as refusal:
        sys.exit(str(refusal))
    _say(
        f'已加入金鑰 {key_id}；執行中的程序一分鐘內改用它，不必重新啟動。請立刻另存 {office.data_dir}/keys，再以 '
        'make retire-key 停用舊的。',
        f'Key {key_id} is added; running processes take it within a minute. Save {office.data_dir}/keys elsewhere now, '
        'then retire the old one (make retire-key).',
    )


def _retire(key_id: int) -> None:
    try:
        done = asyncio.run(keys.retire(key_id, settings.read()))
    except keys.CannotRetire as refusal:
        sys.exit('\n'.join(f'{line}{stop}' for line, stop in zip(refusal.why, '。.', strict=True)))
    except Exception as failure:
        reason = _reason(failure, Path())
        if reason is None:
            raise
        sys.exit('\n'.join(reason))
    _say(
        f'金鑰 {key_id} 已停用：{done.values:,} 筆資料與 {done.files:,} 個檔案改以最新的金鑰封存'
        f'（{len(done.lost)} 個檔案早已遺失）。可以從 SEALING_KEYS 拿掉它並重新啟動；之前的備份仍要用它，請繼續保管。',
        f'Key {key_id} is retired: {done.values:,} values and {done.files:,} files are sealed with the newest '
        f'({len(done.lost)} files were lost before). Take it out of SEALING_KEYS and restart; '
        'keep it for older backups.',
    )


async def _done(act: str, path: Path) -> Contents:
    key = os.environ.get('BACKUP_KEY') or None
    chosen = settings.read(os.environ | (_NO_KEYS if act == 'backup' else {}))
    if act == 'verify':
        contents = await verify(path, key)
        _say_verified(contents, path, is_ours=await fits(path, chosen, key))
        return contents
    if act == 'backup':
        contents = await backup(path, chosen, key)
        if not contents.missing:
            _say(f'備份完成：{path}', f'The backup is made: {path}', contents)
        return contents
    with_other_keys = os.environ.get('OTHER_KEYS') == '1'
    contents = await restore(path, chosen, key, with_other_keys=with_other_keys)
    if not with_other_keys and await fits(path, chosen, key):
        _say('還原完成，這裡的金鑰正是它的，可以啟動', 'Restored; the keys here are its keys, start it', contents)
    else:
        _say(
            '還原完成；請先放回金鑰（DATA_DIR/keys，或 SEALING_KEYS 與 BLIND_INDEX_KEY），再啟動',
            'Restored; put the keys back (DATA_DIR/keys, or SEALING_KEYS and BLIND_INDEX_KEY) before you start',
            contents,
        )
    return contents


def _say_verified(contents: Contents, path: Path, *, is_ours: bool) -> None:
    chinese, english = '備份完好', 'The backup is whole'
    if contents.missing:  # `main` says of what
        chinese, english = '備份檔讀得完，但內容不齊', 'The backup can be read to its end, but it is not complete'
    if is_ours:
        chinese, english = f'{chinese}，這裡的金鑰正是它的', f'{english}, and the keys here are its keys'
    _say(f'{chinese}：{path}', f'{english}: {path}', contents)


def _say(chinese: str, english: str, contents: Contents | None = None) -> None:
    if contents:
        megabytes = f'{contents.bytes / 2**20:,.1f} MB'
        chinese += f'（{contents.files:,} 個檔案，{megabytes}）。'
        english += f' ({contents.files:,} files, {megabytes}).'
    sys.stdout.write(f'{chinese}\n{english}\n')


def _reason(failure: Exception, path: Path) -> tuple[str, str] | None:  # noqa: PLR0911, PLR0912 -- one for each reason
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


if __name__ == '__main__':
    main()
