"""What those see who watch over a process: whether it can serve, its figures, the request in its log."""

import asyncio
import re
from contextlib import suppress

import httpx
import psutil

from db.models import Backup
from domain import dates
from domain.model import Account

from ..builders import PASSWORD
from ..patience import SECONDS, until
from .browser import Browser
from .conftest import Server


async def test_a_process_that_can_serve_says_so_and_who_may_not_watch_finds_nothing(browser: Browser) -> None:
    ready = await browser.get('/readyz')
    hidden = [
        await browser.get(path, **{'X-Forwarded-For': client})
        for path in ('/readyz', '/metrics')
        for client in ('203.0.113.7', '2001:db8::1')
    ]

    assert (ready.status_code, ready.json()['status'], ready.json()['lacking']) == (200, 'ready', {})
    assert 'decisions' in ready.json()['loops']
    assert [(each.status_code, each.headers['location'][:12]) for each in hidden] == [
        (303, '/login?next='),
    ] * 4
    for path in ('/readyz', '/metrics'):
        assert (await browser.get(path, **{'X-Forwarded-For': '::1'})).status_code == 200


async def test_dead_workers_are_replaced_when_somebody_asks(browser: Browser, server: Server) -> None:
    def workers() -> dict[int, psutil.Process]:
        found = {}
        for each in psutil.Process(server.process.pid).children():
            with suppress(psutil.Error):  # it has just ended, or waits to be buried
                if 'worker' in ' '.join(each.cmdline()):
                    found[each.pid] = each
        return found

    killed = workers()
    for each in killed.values():
        each.kill()

    async def replaced() -> bool:  # the server learns of the end of a child a moment later
        await browser.get('/readyz')
        return bool(workers().keys() - killed.keys())

    await until(replaced)
    assert (await browser.get('/readyz')).json()['lacking'] == {}


async def test_the_figures_of_the_office_and_of_the_process_are_there_without_names(browser: Browser) -> None:
    made_at = dates.now()
    await Backup.create(made_at=made_at, files=1, missing=0, bytes=1)
    await browser.get('/login')
    answer = await browser.get('/metrics')

    assert answer.headers['content-type'].startswith('text/plain')
    found = dict(re.findall(r'^(recordbook_\S+) (\S+)$', answer.text, re.MULTILINE))
    assert float(found['recordbook_requests_total{kind="page",status="200"}']) >= 1
    assert found['recordbook_database_up'] == '1.0'
    assert abs(float(found['recordbook_last_backup_timestamp_seconds']) - made_at.timestamp()) < 1
    assert {name.partition('{')[0] for name in found} >= {
        'recordbook_pages',
        'recordbook_sockets',
        'recordbook_workers',
        'recordbook_worker_jobs',
        'recordbook_database_connections',
        'recordbook_loop_lag_seconds_count',
        'recordbook_loop_failures_in_a_row',
        'recordbook_mails_waiting',
        'recordbook_mails_failed',
        'recordbook_oldest_case_overdue_seconds',
    }
    assert 'process_resident_memory_bytes' in answer.text


async def test_a_failure_is_found_in_the_log_by_the_number_that_the_answer_has(
    browser: Browser, server: Server, clerk: Account
) -> None:
    await browser.sign_in(clerk.username or '', PASSWORD)
    by_proxy = {'X-Forwarded-For': '203.0.113.9', 'X-Request-Id': 'proxy-number-7'}
    answer = await browser.get('/login', **by_proxy)
    forged = await browser.get('/login', **{'X-Request-Id': 'two words'})
    failed = await browser.get('/test/failing-too', **by_proxy | {'X-Request-Id': 'proxy-number-8'})

    assert answer.headers['x-request-id'] == 'proxy-number-7'
    assert re.fullmatch('[0-9a-f]{16}', forged.headers['x-request-id'])
    assert (failed.status_code, failed.headers['x-request-id']) == (500, 'proxy-number-8')
    assert "script-src 'self' 'nonce-" in failed.headers['content-security-policy']
    assert failed.headers['cache-control'] == 'no-store'
    async with httpx.AsyncClient() as another:  # the server has closed that connection
        counted = await another.get(f'{browser.url}/metrics')
    assert re.search(r'_requests_total\{kind="\w+",status="500"\} [1-9]', counted.text)
    async with asyncio.timeout(SECONDS):  # it is logged when the answer is out
        while not re.search(r'\+08:00 ERROR \S+ \[proxy-number-8 203\.0\.113\.9\] ', server.said()):
            await asyncio.sleep(0.05)
