"""A sealing key is retired: what it has sealed is sealed anew with the newest key, while people work.

Each value is exchanged only while it is the one that was read, so that nobody's change is lost; what is begun and not
ended is done again by the same command. Backups from before open with the old key alone, which is kept as long as they.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tortoise.connection import get_connection
from tortoise.models import Model

import db
from db import blobs, embedded, key_check, models, reachable, sealing
from db.models import KeyCheck, StoredFile
from db.sealing import SealedTextField

from .. import dates
from ..imports import packing
from ..settings import Settings

_AT_ONCE = 500
# By then every running process has taken a new key of the data folder.
KNOWN_AFTER = timedelta(seconds=90)


class CannotRetire(Exception):
    """The key is not there, or is the newest, or there is no newer one in use; `why` in Chinese and in English."""

    def __init__(self, chinese: str, english: str) -> None:
        super().__init__(english)
        self.why = (chinese, english)


@dataclass(frozen=True)
class Resealed:
    """How many values of the database and how many files the key had sealed, and the digests of files that are lost."""

    values: int
    files: int
    lost: tuple[str, ...]


async def retire(key_id: int, settings: Settings) -> Resealed:
    """Seal anew whatever the key has sealed, then forget it.

    Raises CannotRetire, OSError, NotStarted where the keys are not the office's.
    """
    if settings.database_url:
        await reachable.awaited(settings.database_url, 0)
    url = settings.database_url or await embedded.started(settings.data_dir / 'postgres')
    try:
        async with db.connected(url, min_size=1):
            return await resealed(key_id, settings)
    finally:
        if settings.database_url is None:
            await embedded.stopped(settings.data_dir / 'postgres')


async def resealed(key_id: int, settings: Settings) -> Resealed:
    """The same, where the database is connected."""
    blobs.use(settings.files)
    keyring = sealing.Keyring(settings.sealing_keys, settings.index_key)
    sealing.use(keyring)
    await key_check.check_noted()
    await _require_newer(key_id, keyring, settings)
    values = sum([await _reseal_column(*column, key_id) for column in sealed_columns()])
    files, lost = await _reseal_files(key_id)
    # What was read before and was written meanwhile may be sealed with it still.
    values += sum([await _reseal_column(*column, key_id) for column in sealed_columns()])
    await KeyCheck.filter(key_id=key_id).delete()
    return Resealed(values, files, lost)


def sealed_columns() -> Iterator[tuple[str, str, str, str]]:
    """Table, primary key and column of all that is sealed in the database, and the name it is sealed with."""
    for record in vars(models).values():
        if isinstance(record, type) and issubclass(record, Model):
            meta = record._meta
            for name, field in meta.fields_map.items():
                if isinstance(field, SealedTextField):
                    column = meta.fields_db_projection[name]
                    yield meta.db_table, meta.db_pk_column, column, f'{meta.db_table}.{name}'
    for table, column, name in packing.SEALED:
        yield table, 'id', column, f'import.{name}'


async def _require_newer(key_id: int, keyring: sealing.Keyring, settings: Settings) -> None:
    noted = {one.key_id for one in await KeyCheck.all()}
    newest = list(keyring.keys)[-1]
    if key_id not in noted or key_id not in keyring.keys:
        known = ', '.join(map(str, sorted(noted & keyring.keys.keys())))
        raise CannotRetire(f'沒有編號 {key_id} 的金鑰；現有 {known}', f'there is no key {key_id}; there are {known}')
    if key_id == newest:
        raise CannotRetire(
            f'金鑰 {key_id} 是最新的一把，不能停用；請先把新的金鑰加在後面，重新啟動每個程序',
            f'key {key_id} is the newest: add a newer one behind it and restart every process first',
        )
    begun = await KeyCheck.get_or_none(key_id=newest)
    if settings.keeps_own_keys and begun and begun.since and dates.now() - begun.since < KNOWN_AFTER:
        raise CannotRetire(
            f'金鑰 {newest} 剛加入，其他程序要一分鐘左右才會改用它；請過兩分鐘再做一次',
            f'key {newest} is new, and other processes take it within a minute: do it again in two minutes',
        )
    if newest not in noted:
        raise CannotRetire(
            f'還沒有程序使用金鑰 {newest}；請先以它重新啟動每個程序',
            f'no process uses key {newest} yet: restart every process with it first',
        )


async def _reseal_column(table: str, key: str, column: str, name: str, key_id: int) -> int:
    connection, count = get_connection('default'), 0
    held = (
        f'SELECT "{key}" AS id, "{column}" AS kept FROM "{table}"'  # noqa: S608 -- names of our own models
        f' WHERE length("{column}") > 0 AND get_byte("{column}", 0) = $1 LIMIT {_AT_ONCE}'
    )
    exchange = f'UPDATE "{table}" SET "{column}" = $1 WHERE "{key}" = $2 AND "{column}" = $3'  # noqa: S608
    while rows := await connection.execute_query_dict(held, [key_id]):
        for row in rows:
            kept = bytes(row['kept'])
            try:
                anew = sealing.seal_bytes(sealing.open_bytes(kept, name), name)
            except LookupError:
                raise CannotRetire(
                    f'{name} 的第 {row["id"]} 筆打不開，金鑰 {key_id} 還不能停用；其他的已重新封存',
                    f'row {row["id"]} of {name} does not open: key {key_id} stays; the others are sealed anew',
                ) from None
            await connection.execute_query(exchange, [anew, row['id'], kept])
        count += len(rows)
    return count


async def _reseal_files(key_id: int) -> tuple[int, tuple[str, ...]]:
    count, lost, last = 0, [], ''
    while digests := await _digests_after(last):
        for digest in digests:
            try:
                count += await blobs.reseal(digest, key_id)
            except LookupError:
                lost.append(digest)
        last = digests[-1]
        await asyncio.sleep(0)
    return count, tuple(lost)


async def _digests_after(last: str) -> list[str]:
    found = StoredFile.filter(digest__gt=last).order_by('digest').limit(_AT_ONCE)
    return list(dict.fromkeys([digest for (digest,) in await found.values_list('digest')]))
