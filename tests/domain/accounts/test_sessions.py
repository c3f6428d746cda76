"""Sessions: how long they live, who they are, and that their end is heard."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest

from db import transaction
from db.choices import Role
from db.models import Account, Session
from domain import announcements, dates
from domain.accounts import sessions
from domain.announcements import SessionClosed
from tests.patience import until

from ...builders import an_account

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nothing_is_remembered(database: str) -> None:
    sessions.forget()


@pytest.fixture
async def ended(database: str) -> AsyncIterator[list[str]]:
    """The digests of sessions that were announced to have ended."""
    heard: list[str] = []

    def hear(closed: SessionClosed | None) -> None:
        assert closed is not None
        heard.append(closed.digest)

    announcements.subscribe(SessionClosed, hear)
    await announcements.opened(database)
    yield heard
    await announcements.closed()
    announcements.unsubscribe(SessionClosed, hear)


async def soon(ended: list[str], count: int) -> set[str]:
    await until(lambda: len(ended) >= count)
    return set(ended)


async def test_a_session_is_its_account_with_the_office_fetched() -> None:
    clerk = await an_account()
    token = await sessions.open(clerk)

    account = await sessions.account_of(token)

    assert account == clerk
    assert account.host_unit is not None
    assert account.host_unit.id == clerk.host_unit_id
    assert account.agency is None
    assert account.volunteer is None


async def test_the_token_is_kept_nowhere() -> None:
    token = await sessions.open(await an_account())

    assert (await Session.get()).digest == sessions.digest_of(token)
    assert len(token) == 43
    assert await sessions.account_of(sessions.digest_of(token)) is None


@pytest.mark.parametrize('token', ['', 'x', '\0', '\ud800', 'ä' * 10_000])
async def test_a_made_up_token_is_nobodys(token: str) -> None:
    assert await sessions.account_of(token) is None


async def test_activity_begins_the_idle_time_anew_up_to_eight_hours() -> None:
    token, begun = await sessions.open(await an_account()), dates.now()
    lived = timedelta()

    for minutes in (29, 58, 87):
        with dates.frozen(begun + minutes * MINUTE):
            assert await sessions.account_of(token) is not None
    for minutes in range(87, 1000, 29):
        with dates.frozen(begun + minutes * MINUTE):
            if await sessions.account_of(token) is None:
                break
            lived = minutes * MINUTE

    assert lived == 464 * MINUTE


async def test_looking_without_activity_does_not_prolong_a_session() -> None:
    token, begun = await sessions.open(await an_account()), dates.now()
    alive = []

    for minutes in (20, 29, 31):
        with dates.frozen(begun + minutes * MINUTE):
            alive.append(await sessions.account_at(sessions.digest_of(token), is_activity=False) is not None)

    assert alive == [True, True, False]


async def test_activity_outlives_the_process() -> None:
    token, begun = await sessions.open(await an_account()), dates.now()
    with dates.frozen(begun + 20 * MINUTE):
        await sessions.account_of(token)
    sessions.forget()  # as a new process would begin

    with dates.frozen(begun + 45 * MINUTE):
        assert await sessions.account_of(token) is not None
    with dates.frozen(begun + 80 * MINUTE):
        assert await sessions.account_of(token) is None


async def test_a_busy_session_asks_the_database_seldom(queries: list[str]) -> None:
    token = await sessions.open(await an_account())
    await sessions.account_of(token)
    queries.clear()

    for _ in range(100):
        await sessions.account_of(token)

    assert queries == []


async def test_a_closed_session_is_over_at_once_and_announced(ended: list[str]) -> None:
    token, other = [await sessions.open(await an_account()) for _ in range(2)]
    await sessions.account_of(token)

    await sessions.close(token)

    assert await sessions.account_of(token) is None
    assert await sessions.account_of(other) is not None
    assert await soon(ended, 1) == {sessions.digest_of(token)}


async def test_all_sessions_of_an_account_close_but_the_one_that_asks(ended: list[str]) -> None:
    account = await an_account()
    kept, *others = [await sessions.open(account) for _ in range(3)]
    strangers = await sessions.open(await an_account())

    await sessions.close_all(account, except_for=sessions.digest_of(kept))

    alive = [await sessions.account_of(token) is not None for token in (kept, *others, strangers)]
    assert alive == [True, False, False, True]
    assert await soon(ended, 2) == {sessions.digest_of(token) for token in others}


async def test_a_closing_that_is_taken_back_closes_nothing(ended: list[str]) -> None:
    account = await an_account()
    token = await sessions.open(account)

    with suppress(ZeroDivisionError):
        async with transaction():
            await sessions.close_all(account)
            raise ZeroDivisionError

    assert await sessions.account_of(token) == account
    assert ended == []


async def test_an_account_that_is_closed_has_no_session() -> None:
    account = await an_account()
    token = await sessions.open(account)

    await Account.filter(id=account.id).update(is_active=False)

    assert await sessions.account_of(token) is None


async def test_what_changes_about_an_account_is_seen_after_forgetting_it() -> None:
    account = await an_account()
    token = await sessions.open(account)
    await sessions.account_of(token)
    await Account.filter(id=account.id).update(text_size='large')

    sessions.forget_account(account)

    seen = await sessions.account_of(token)
    assert seen is not None
    assert seen.text_size == 'large'


async def test_expired_sessions_are_swept_and_announced(ended: list[str]) -> None:
    account, now = await an_account(Role.ADMINISTRATOR), dates.now()
    idle, old, lively = [await sessions.open(account) for _ in range(3)]
    for token, seen, begun in ((idle, 31 * MINUTE, 40 * MINUTE), (old, MINUTE, 481 * MINUTE)):
        row = Session.filter(digest=sessions.digest_of(token))
        await row.update(seen_at=now - seen, created_at=now - begun)

    assert await sessions.close_expired() == 2

    assert (await Session.get()).digest == sessions.digest_of(lively)
    assert await soon(ended, 2) == {sessions.digest_of(idle), sessions.digest_of(old)}
    assert await sessions.close_expired() == 0


async def test_the_time_left_of_many_sessions_is_asked_at_once(queries: list[str]) -> None:
    clerk = await an_account()
    digests = [sessions.digest_of(await sessions.open(clerk)) for _ in range(3)]
    gone = sessions.digest_of('gone')
    queries.clear()
    with dates.frozen(dates.now() + MINUTE):
        left = await sessions.times_left([*digests, gone])

    assert sorted(left) == sorted(digests)
    assert len(queries) == 1
    assert all(timedelta() < idle < at_most for idle, at_most in left.values())
