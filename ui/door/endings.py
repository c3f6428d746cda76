"""A session that is about to end says so on its pages, two minutes before at most; one that has ended closes them.

The word goes on at a press, and takes no focus: who types meanwhile types on, which prolongs the session as well.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from weakref import WeakKeyDictionary

from nicegui import Client, ui

from domain import announcements, settings
from domain.accounts import sessions
from domain.announcements import SessionClosed
from domain.repeating import in_background, repeating

from . import open_pages

SWEEP_SECONDS = 20.0
SOON = timedelta(minutes=2)
IDLE = '您有一段時間沒有操作，即將自動登出。要繼續請按「繼續使用」；您輸入的內容都已保留。'
LAST = '為了安全，即將須要重新登入。請先完成手上的動作；您輸入的內容都已保留，登入後會回到這裡。'

_told: WeakKeyDictionary[Client, ui.notification] = WeakKeyDictionary()


@asynccontextmanager
async def opened() -> AsyncIterator[None]:
    """For the lifespan of the server: pages of ended sessions are closed; expired sessions end, after a word."""
    announcements.subscribe(SessionClosed, _session_closed)
    try:
        async with in_background(repeating('expired sessions', SWEEP_SECONDS, sessions.close_expired, tell)):
            yield
    finally:
        announcements.unsubscribe(SessionClosed, _session_closed)


async def tell() -> None:
    """Tell the pages of each session that ends soon, once; take it back where the session goes on."""
    times = await sessions.times_left(open_pages.by_session())
    pages = open_pages.by_session()  # as they are by now
    for digest, (left, at_most) in times.items():
        for client in pages.get(digest, ()):
            if left > soon():
                _take_back(client)
            elif client not in _told:
                _tell(client, LAST if at_most <= SOON else IDLE, left)


def soon() -> timedelta:
    """How long before the end it is said; half of the time where an office lets nobody be idle for long."""
    return min(SOON, timedelta(seconds=settings.current().session_idle) / 2)


def _tell(client: Client, sentence: str, left: timedelta) -> None:
    press = {LAST: '知道了', IDLE: '繼續使用'}[sentence]
    minutes, seconds = divmod(max(int(left.total_seconds()), 0), 60)
    sentence += f'（還有 {minutes} 分 {seconds} 秒）'  # static/site.js counts on
    with client:
        # The press is an event, and any event prolongs the session.
        _told[client] = ui.notification(
            sentence, type='warning', position='bottom-right', multi_line=True, timeout=None, close_button=press
        )


def _take_back(client: Client) -> None:
    notification = _told.pop(client, None)
    if notification is not None:
        notification.dismiss()


async def _session_closed(closed: SessionClosed | None) -> None:
    """A session has ended; None when some may have, while nobody told us."""
    sessions.forget(closed.digest if closed else '')
    ended = [closed.digest] if closed else [one for one in open_pages.by_session() if not await _is_alive(one)]
    for one in ended:
        open_pages.close_all_of(one, is_over=closed is not None and closed.why == 'over')


async def _is_alive(digest: str) -> bool:
    return await sessions.account_at(digest, is_activity=False) is not None
