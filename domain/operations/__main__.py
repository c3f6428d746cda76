"""`python -m domain.operations backup|restore|verify FILE`, `add-key`, `retire-key ID`, and `key`.

What it has to say is two lines, Chinese and English.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .. import settings
from ..settings import BadSettings
from . import Contents, backup, fits, fresh_key, keys, reasons, restore, verify

USAGE = (
    '用法：make backup FILE=檔案，make restore FILE=檔案，make verify FILE=檔案，'
    'make backup-key，make add-key，make retire-key KEY=編號。',
    'Usage: make backup FILE=path, make restore FILE=path, make verify FILE=path, '
    'make backup-key, make add-key, make retire-key KEY=id.',
)

# A backup is made without the keys, also where they are lost or damaged, and none are made for it.
_NO_KEYS = {'SEALING_KEYS': f'1:{"A" * 43}=', 'BLIND_INDEX_KEY': f'{"A" * 43}='}


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
        reason = reasons.of(failure, path)
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
        reason = reasons.of(failure, Path())
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


if __name__ == '__main__':
    main()
