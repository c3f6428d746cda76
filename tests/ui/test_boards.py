"""What changed travels to every page that shows the same: read, written down and encoded once for all of them."""

import json
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from db.models import Application, LogEntry
from domain.accounts import sessions
from domain.cases import transitions
from domain.model import Account, ApplicationStatus, Role
from domain.reviews import assignments, presence

from ..builders import an_account, an_agency
from ..domain import sample_office
from ..domain.sample_office import Office
from .browser import Browser, Page, Socket
from .conftest import Browsers, Server

_numbers = count(1)
TAB = 'the same after a reconnect'


@dataclass
class Open:
    """A queue that is open."""

    account: Account
    browser: Browser
    page: Page
    socket: Socket

    async def heard(self, *words: str) -> dict[str, Any]:
        """The next news of its board with all of `words`."""
        news: dict[str, Any] = json.loads((await self.socket.heard('42["board"', *words)).removeprefix('42'))[1]
        return news

    def event(self, name: str) -> dict[str, Any]:
        """An event of the queue, without arguments."""
        number, queue = next(
            (n, each) for n, each in self.page.elements.items() if each['tag'].endswith('review_queue')
        )
        listener = next(each for each in queue['events'] if each['type'] == name)
        return {'id': int(number), 'client_id': self.page.client_id, 'listener_id': listener['listener_id'], 'args': []}


@pytest.fixture
async def office(server: Server) -> Office:
    """With an agency of its own: what other tests have left in a queue, and who reads there, is news of others."""
    unit, agency = await sample_office.a_unit(f'看板的示例中心{next(_numbers)}'), await an_agency()
    clerk = await an_account(Role.UNIT_STAFF, name='林小滿', host_unit=unit)
    reviewer, colleague = [await an_account(Role.REVIEWER, name=name, agency=agency) for name in ('何專員', '王專員')]
    return Office(agency, unit, clerk, reviewer, colleague)


async def opened(browsers: Browsers, office: Office, path: str = '/reviews', on: Server | None = None) -> Open:
    account = await an_account(Role.REVIEWER, name='何專員', agency=office.agency)
    browser = await browsers(on) if on else await browsers()
    browser.token = await sessions.open(account)
    page = await browser.open(path)
    return Open(account, browser, page, await browser.connect(page, tab_id=TAB, document_id=TAB))


async def sent(office: Office) -> Application:
    [case] = await sample_office.many_cases(office, 1)
    await case.fetch_related('volunteer')
    return case


def rows_of(news: dict[str, Any]) -> list[int]:
    return [row['id'] for _, row in news['of']['cases']['put']]


async def test_one_encoded_row_comes_to_all_queues_of_the_agency_on_each_process_and_to_no_other_agency(
    browsers: Browsers, servers: tuple[Server, Server], office: Office
) -> None:
    other = await an_agency()
    first, second = await opened(browsers, office), await opened(browsers, office)
    elsewhere = await opened(browsers, office, on=servers[1])
    theirs = await opened(browsers, Office(other, office.unit, office.clerk, office.reviewer, office.colleague))
    already = await sent(office)
    await transitions.announce(already)
    for each in (first, second, elsewhere):
        await each.heard(f'"id":{already.id},')

    case = await sent(office)
    await transitions.announce(case)
    heard = [await each.heard(f'"id":{case.id},') for each in (first, second, elsewhere)]

    assert [rows_of(news) for news in heard] == [[case.id]] * 3
    assert heard[0] == heard[1]
    assert first.socket.received[-1] == second.socket.received[-1]
    assert await theirs.socket.silent(f'"id":{case.id},', seconds=0.3)


async def test_a_page_with_a_queue_hears_once_of_a_case_and_its_queue_says_how_many_wait(
    browsers: Browsers, office: Office
) -> None:
    page = await opened(browsers, office)
    case = await sent(office)
    await transitions.announce(case)

    news = await page.heard(f'"id":{case.id},')

    assert [tab['count'] for tab in news['of']['tabs']['is'] if tab['key'] == 'submitted'] == [1]
    assert await page.socket.silent('42["board"', seconds=0.3)
    assert not [one for one in page.socket.received if '"waiting"' in one]


async def test_whoever_gets_a_row_is_in_the_log_before_it_travels(
    browsers: Browsers, server: Server, office: Office
) -> None:
    pages = [await opened(browsers, office) for _ in range(2)]
    case = await sent(office)
    gate = await asyncpg.connect(server.database)
    try:
        closed = gate.transaction()
        await closed.start()
        await gate.execute('LOCK TABLE log_entry IN EXCLUSIVE MODE')
        await transitions.announce(case)
        assert await pages[0].socket.silent(f'"id":{case.id},')
        await closed.rollback()
    finally:
        await gate.close()

    for each in pages:
        await each.heard(f'"id":{case.id},')
        entries = await LogEntry.filter(by_id=each.account.id, about__contains=[case.volunteer_id])
        assert [(one.act, one.what, list(one.about), one.agency_id, one.address) for one in entries] == [
            ('read-queue', '志工紀錄冊審核', [case.volunteer_id], office.agency.id, '127.0.0.1')
        ]


async def test_a_page_whose_session_has_ended_gets_no_more_rows_while_its_connection_is_still_there(
    browsers: Browsers, office: Office
) -> None:
    left, colleague = await opened(browsers, office), await opened(browsers, office)
    await sessions.close(left.browser.token)
    await left.socket.heard('run_javascript', 'location.reload()')

    case = await sent(office)
    await transitions.announce(case)
    await colleague.heard(f'"id":{case.id},')

    assert await left.socket.silent(f'"id":{case.id},', seconds=0.3)
    assert not await LogEntry.filter(by_id=left.account.id, about__contains=[case.volunteer_id]).exists()


async def test_a_row_leaves_one_list_and_enters_another_and_a_filter_shares_the_board(
    browsers: Browsers, office: Office
) -> None:
    case = await sent(office)
    waiting = await opened(browsers, office, f'/reviews?unit={office.unit.id}')
    returned = await opened(browsers, office, '/reviews?status=returned')

    await Application.filter(id=case.id).update(status=ApplicationStatus.RETURNED)
    await transitions.announce(case)
    left, entered = await waiting.heard(f'[{case.id}]'), await returned.heard(f'"id":{case.id},')

    assert (left['of']['cases'], rows_of(entered)) == ({'gone': [case.id], 'put': []}, [case.id])
    assert left['board'] != entered['board']
    plain = await opened(browsers, office)
    assert board_of(plain.page)['board'] == left['board']


async def test_a_page_that_was_away_or_missed_something_gets_the_whole_list(browsers: Browsers, office: Office) -> None:
    one, colleague = await opened(browsers, office), await opened(browsers, office)
    await one.socket.close()
    case = await sent(office)
    await transitions.announce(case)
    await colleague.heard(f'"id":{case.id},')

    again = await one.browser.connect(one.page, tab_id=TAB, document_id=TAB)
    await again.heard('update', f'\\"id\\":{case.id},')
    await again.emit('event', one.event('asked'))
    await again.heard('update', f'\\"id\\":{case.id},')


async def test_to_whom_a_case_is_given_and_who_has_it_open_stands_in_every_queue(
    browsers: Browsers, office: Office
) -> None:
    case = await sent(office)
    one = await opened(browsers, office)
    await Account.filter(id=office.reviewer.id).update(is_agency_supervisor=True)
    supervisor = await Account.get(id=office.reviewer.id)

    await assignments.assign(case.id, office.colleague.id, by=supervisor)
    given = await one.heard('assignee', f'"id":{case.id},')
    await presence.enter(case.id, uuid4(), by=office.colleague)
    read = await one.heard('王專員', f'"id":{case.id},')

    row = read['of']['cases']['put'][0][1]
    assert given['of']['cases']['put'][0][1]['assignee'] == row['assignee'] == [office.colleague.id, '王專員']
    assert row['readers'] == [[office.colleague.id, '王專員']]


def board_of(page: Page) -> dict[str, Any]:
    [text] = [
        each['props']['board'] for each in page.elements.values() if '"cases"' in each.get('props', {}).get('board', '')
    ]
    board: dict[str, Any] = json.loads(text)
    return board
