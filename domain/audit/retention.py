"""How long the log is kept, and the one way by which entries go: by the owner of the tables, who says so.

Source of the least term: 資通安全責任等級分級辦法 附表十, 事件日誌 (six months).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from tortoise.connection import get_connection

import db
from db import owner

from .. import dates, settings
from . import log
from .log import LogAct

AT_ONCE = 20_000
_MAY_GO = "SELECT set_config('office.retention', 'on', true)"
_SWEEP = 'DELETE FROM log_entry WHERE id IN (SELECT id FROM log_entry WHERE at < $1 ORDER BY at LIMIT $2)'
_COULD = """
    SELECT table_name FROM unnest($1::text[]) AS table_name
    WHERE has_table_privilege(table_name, 'UPDATE') OR has_table_privilege(table_name, 'DELETE')
        OR has_table_privilege(table_name, 'TRUNCATE')
"""


@asynccontextmanager
async def removing() -> AsyncIterator[None]:
    """A transaction in which the owner of the tables may take entries away; nobody else may even then."""
    async with db.transaction():
        await get_connection('default').execute_query(_MAY_GO)
        yield


async def sweep() -> int:
    """Take away what is older than LOG_DAYS, and note that. Returns how many.

    Where the tables are another's the owner does it (DATABASE_OWNER_URL); without its address, nothing goes from here.
    """
    office = settings.current()
    if office.owner_url is None and not await could_alter():
        return 0
    before, gone = dates.now() - timedelta(days=office.log_days), 0
    while count := await _gone(before, office.owner_url):
        gone += count
    if gone:
        await log.note(LogAct.RETENTION_RUN, by=None, what=f'使用紀錄 {gone} 筆')
    return gone


async def _gone(before: datetime, owner_url: str | None) -> int:
    if owner_url is not None:
        return await owner.swept(owner_url, _SWEEP, before, AT_ONCE)
    async with removing():
        count, _ = await get_connection('default').execute_query(_SWEEP, [before, AT_ONCE])
    return int(count)


async def could_alter() -> bool:
    """Whether the application's own role could change or take away entries, but for the trigger."""
    return bool(await get_connection('default').execute_query_dict(_COULD, [list(owner.JOURNALS)]))
