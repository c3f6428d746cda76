"""The keys of the office: in the environment, or in a file of its own in the data folder, which is made once."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from pathlib import Path

from db.os_errors import in_chinese

from .. import private_files
from .variables import BadSettings

# 32 bytes each, by id, newest last; and the key of the blind index.
Keys = tuple[dict[int, bytes], bytes]

_MOST_KEY_IDS = 255


def found(environ: Mapping[str, str], data_dir: Path) -> Keys:
    """SEALING_KEYS is `1:base64,2:base64`, newest last; BLIND_INDEX_KEY is base64. Neither set: a file of our own."""
    spelled, index = environ.get('SEALING_KEYS'), environ.get('BLIND_INDEX_KEY')
    if bool(spelled) != bool(index):
        raise BadSettings(
            'SEALING_KEYS 與 BLIND_INDEX_KEY 要一起設定，或都不設定',
            'SEALING_KEYS and BLIND_INDEX_KEY belong together: set both, or neither',
        )
    if spelled and index:
        return _parsed(spelled, index)
    return own(data_dir)


def make(data_dir: Path) -> None:
    """The office's own, where there are none; of two processes that make them at once one has been first."""
    private_files.write_first(_file(data_dir), f'1:{_fresh()}\n{_fresh()}')


def own(data_dir: Path) -> Keys:
    """Those of the data folder, none where it has no file. Raises BadSettings."""
    return _parsed(*_kept(_file(data_dir))) if _file(data_dir).exists() else ({}, b'')


def add(data_dir: Path) -> int:
    """Make a sealing key and put it behind the others in the data folder; its id. Raises BadSettings."""
    spelled, index = _kept(_file(data_dir))
    keys, _ = _parsed(spelled, index)
    key_id = max(keys) + 1
    if key_id > _MOST_KEY_IDS:
        key_id = min({*range(1, _MOST_KEY_IDS + 1)} - keys.keys())
    private_files.write(_file(data_dir), f'{spelled},{key_id}:{_fresh()}\n{index}')
    return key_id


def _file(data_dir: Path) -> Path:
    return data_dir / 'keys'


def _parsed(spelled: str, index: str) -> Keys:
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


def _key(name: str, place: int, text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise _bad_key(name, place, '不是 BASE64', 'is not base64') from None
    if len(key) != 32:
        raise _bad_key(name, place, f'是 {len(key)} 位元組，不是 32', f'has {len(key)} bytes, not 32')
    return key


def _bad_key(name: str, place: int, chinese: str, english: str) -> BadSettings:
    """Which key is wrong, and never what stands there."""
    return BadSettings(
        f'{name} 的第 {place} 把金鑰{chinese}。SEALING_KEYS 應如 1:BASE64,2:BASE64，BLIND_INDEX_KEY 應如 BASE64，'
        '每把 32 位元組（openssl rand -base64 32）',
        f'key {place} of {name} {english}. SEALING_KEYS must be like 1:BASE64,2:BASE64, BLIND_INDEX_KEY like BASE64, '
        'each 32 bytes (openssl rand -base64 32)',
    )


def _fresh() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
