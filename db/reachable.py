"""A database of somebody else's (DATABASE_URL): waited for while it starts later than we do, and what is wrong said."""

import asyncio
import logging
import time
from urllib.parse import urlsplit

import asyncpg

from .server_account import NotStarted

log = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0
_PATIENCE = 10.0


async def awaited(url: str, seconds: float, named: str = 'DATABASE_URL') -> None:
    """Return when the database at `url` takes connections, within `seconds`. Raises NotStarted with the reason.

    `named`: the variable that has the address.
    """
    until, pause = time.monotonic() + seconds, _FIRST_PAUSE
    place = _place(url)
    while (trouble := await _trouble(url, place, named)) is not None:
        if time.monotonic() + pause > until:
            raise NotStarted(
                f'連不上 {named} 的資料庫（{place}）：{trouble}。請確認主機、連接埠，資料庫是否啟動。\n'
                f'The database of {named} ({place}) does not answer: {trouble}. Is the host right, is it up?'
            )
        if pause == _FIRST_PAUSE:
            log.warning('等候資料庫（%s）啟動。Waiting for the database (%s): %s', place, place, trouble)
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


async def _trouble(url: str, place: str, named: str) -> str | None:
    """Why there is no connection yet; None when there is one."""
    try:
        await (await asyncpg.connect(url, timeout=_PATIENCE)).close()
    except asyncpg.InvalidAuthorizationSpecificationError as refused:
        raise NotStarted(
            f'{named} 的帳號或密碼不對（{place}）：{refused.args[0]}。\n'
            f'The user or the password of {named} is wrong ({place}): {refused.args[0]}.'
        ) from None
    except asyncpg.InvalidCatalogNameError as refused:
        raise NotStarted(
            f'{named} 的資料庫不存在（{place}）：{refused.args[0]}。請先建立它（createdb）。\n'
            f'There is no such database as {named} names ({place}): {refused.args[0]}. Make it first (createdb).'
        ) from None
    except (ValueError, asyncpg.InterfaceError) as mistake:
        raise NotStarted(
            f'看不懂 {named}：{type(mistake).__name__}。請用 postgresql://user:password@host:5432/name。\n'
            f'{named} cannot be read: {type(mistake).__name__}. Write postgresql://user:password@host:5432/name.'
        ) from None
    except TimeoutError:
        return f'no answer in {_PATIENCE:.0f} s'
    except (OSError, asyncpg.PostgresError) as error:
        return f'{type(error).__name__}: {error}'.partition('\n')[0]
    return None


def _place(url: str) -> str:
    """Host, port and name, without the password."""
    parts = urlsplit(url)
    return f'{parts.netloc.rpartition("@")[2]}{parts.path}'
