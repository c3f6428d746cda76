"""What strangers and other sessions meet at the door: over http, over sockets, in single events."""

import asyncio
import json
from datetime import timedelta

import aiohttp
import pytest
from nicegui import __version__ as nicegui_version
from tortoise.connection import get_connection

from db.choices import Role
from db.models import Session
from domain import accounts, announcements, dates, settings
from domain.accounts import AccountDetails, sessions
from domain.announcements import SessionClosed
from domain.model import Account
from ui import assets
from ui.door import endings

from ..builders import PASSWORD
from .browser import Browser, Refused
from .conftest import Browsers, Server, somebody

ASSETS = f'/_nicegui/{nicegui_version}'
RELOAD = ('run_javascript', 'location.reload()')


@pytest.fixture
async def inside(browser: Browser, clerk: Account) -> Browser:
    """The clerk's browser."""
    await browser.sign_in(clerk.username or '', PASSWORD)
    return browser


@pytest.fixture
async def other(browsers: Browsers) -> Browser:
    """Somebody else's browser, signed in too."""
    another = await browsers()
    await another.sign_in((await somebody()).username or '', PASSWORD)
    return another


async def pages_remembered(browser: Browser) -> int:
    return int((await browser.get('/test/clients')).text)


async def test_a_stranger_is_led_to_the_login_and_leaves_nothing_behind(
    browser: Browser, inside: Browser, browsers: Browsers
) -> None:
    stranger = await browsers()
    before = await pages_remembered(inside)

    page = await stranger.get('/volunteers/7/trainings')
    home = await stranger.get('/')
    unknown = [await stranger.get(path) for path in ('/no/such/page', '//evil.example/x', '/login/', '/static')]
    lost = [await stranger.get(f'{ASSETS}/{path}') for path in ('libraries/x', 'dynamic_resources/a/b', 'nothing')]
    script = await stranger.get('/files/1', Accept='application/json')

    assert (page.status_code, page.headers['location']) == (303, '/login?next=/volunteers/7/trainings')
    assert (home.status_code, home.headers['location']) == (303, '/login')
    assert [each.status_code for each in unknown] == [303] * 4
    assert [each.status_code for each in lost] == [404, 404, 303]
    assert (script.status_code, list(script.json())) == (401, ['sentence'])
    assert await pages_remembered(inside) == before


async def test_assets_and_health_are_public_and_assets_are_kept(browser: Browser) -> None:
    health = await browser.get('/healthz')
    script = await browser.get(f'{ASSETS}/static/nicegui.js')
    look = await browser.get(assets.STYLESHEET)
    written = await browser.post(assets.STYLESHEET, content='x')

    body = health.json()
    assert (health.status_code, body['status'], body['degraded']) == (200, 'ok', [])
    assert list(body['loops']) == [
        'announcements',
        'mail digests',
        'decisions',
        'presence',
        'deadlines',
        'sweeping',
        'place of the files',
        'names',
        'unusual use',
        'nightly',
        'imports',
        'expired sessions',
        'days',
    ]
    assert script.headers['cache-control'].startswith('public, max-age=31536000')
    assert look.headers['cache-control'].startswith('public, max-age=3600')
    assert written.status_code == 403


async def test_what_changes_something_comes_from_our_own_pages(inside: Browser) -> None:
    statuses = []
    for origin in ('https://evil.example', 'null', f'{inside.url}.evil.example', inside.url.replace('http', 'https')):
        inside.origin = origin
        statuses.append((await inside.post('/logout')).status_code)
    statuses.append((await inside.http.post('/logout')).status_code)

    assert statuses == [403] * 5
    assert (await inside.get('/test/counter')).status_code == 200


async def test_localhost_is_the_same_machine(inside: Browser) -> None:
    inside.origin = inside.url.replace('127.0.0.1', 'localhost')

    assert (await inside.post('/logout')).status_code == 303


async def test_a_page_speaks_through_its_socket(inside: Browser, clerk: Account) -> None:
    page = await inside.open('/test/counter')
    socket = await inside.connect(page)

    for number in (1, 2, 3):
        await socket.emit('event', page.click())
        assert f'{clerk.name}: {number}' in await socket.heard('update')
    await socket.close()


@pytest.mark.parametrize('origin', ['https://evil.example', 'null', 'none'])
async def test_a_foreign_page_gets_no_socket(inside: Browser, origin: str) -> None:
    page = await inside.open('/test/counter')
    inside.origin = origin

    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await inside.connect(page)

    assert refusal.value.status == 403


async def test_a_socket_without_a_session_is_told_to_load_the_page_again(inside: Browser) -> None:
    page = await inside.open('/test/counter')
    inside.token = ''

    with pytest.raises(Refused, match='Implicit handshake failed'):
        await inside.connect(page)


async def test_a_stolen_client_id_is_of_no_use_to_another_session(inside: Browser, other: Browser) -> None:
    page = await inside.open('/test/counter')

    with pytest.raises(Refused, match='Implicit handshake failed'):
        await other.connect(page)


async def test_a_stolen_client_id_is_of_no_use_in_a_later_handshake(inside: Browser, other: Browser) -> None:
    stolen = await inside.open('/test/counter')
    own = await other.open('/test/counter')
    nobodys = stolen.query() | {'client_id': ''}

    for socket in (await other.connect(own), await other.connect(own, client_id='', implicit_handshake='false')):
        for words in (stolen.query(), nobodys, {}, 'x'):
            await socket.emit('handshake', words, ask=True)
            assert await socket.answer() == [False]
        await socket.close()


async def test_an_event_on_another_sessions_page_does_nothing(inside: Browser, other: Browser, clerk: Account) -> None:
    page, own = await inside.open('/test/counter'), await other.open('/test/counter')
    socket, foreign = await inside.connect(page), await other.connect(own)

    await foreign.emit('event', page.click())
    await foreign.emit('javascript_response', {'client_id': page.client_id, 'request_id': 'x', 'result': 1})
    await foreign.emit('ack', {'client_id': page.client_id, 'next_message_id': 10**9})
    assert await socket.silent('update')
    await socket.emit('event', page.click())

    assert f'{clerk.name}: 1' in await socket.heard('update')
    await socket.close()
    await foreign.close()


async def test_an_event_on_another_page_of_the_same_session_does_nothing(inside: Browser, clerk: Account) -> None:
    page, own = await inside.open('/test/counter'), await inside.open('/test/counter')
    socket, second = await inside.connect(page), await inside.connect(own)

    await second.emit('event', page.click())

    assert await socket.silent('update')
    await socket.close()
    await second.close()


async def test_a_frame_that_is_no_packet_ends_its_connection_with_a_line_in_the_log(
    inside: Browser, server: Server
) -> None:
    before = len(server.said())
    for frame in ('', '9'):
        socket = await inside.connect(await inside.open('/test/counter'))
        await socket.send(frame)
        await socket.ended()

    said = server.said()[before:]
    assert (said.count('what is no packet'), 'Traceback' in said) == (2, False)


async def test_malformed_messages_are_dropped_and_the_page_goes_on(
    inside: Browser, server: Server, clerk: Account
) -> None:
    before = len(server.said())
    page = await inside.open('/test/counter')
    socket = await inside.connect(page)
    click = page.click()

    malformed: list[tuple[object, ...]] = [
        (),
        (click, click),
        ('x',),
        ([],),
        ({'client_id': [page.client_id]},),
        ({'client_id': page.client_id},),
        (click | {'id': {}},),
        (click | {'args': ['{not json']},),
        (click | {'listener_id': 'no-such-listener'},),
        (click | {'id': 10**30},),
    ]
    for arguments in malformed:
        await socket.emit('event', *arguments)
    await socket.emit('log', {'client_id': page.client_id, 'level': 'nothing', 'message': 'a\nb'})
    await socket.emit('no_such_event', {'client_id': page.client_id})
    shapes: list[dict[str, object]] = [{}, {'tab_id': 'x'}, {'tab_id': {}, 'document_id': []}]
    for shapeless in shapes:
        await socket.emit('handshake', {'client_id': page.client_id} | shapeless, ask=True)
        assert await socket.answer() == [False]
    for unreadable in ('4', '42', '42[', '42["event",{"x":"\\ud800"}]', '42{}', '42[[]]', '44', '49', '4x', '4/none,1'):
        await socket.send(unreadable)
    await socket.emit('event', click)

    assert f'{clerk.name}: 1' in await socket.heard('update')
    assert 'Traceback' not in server.said()[before:]
    await socket.close()


async def test_a_connection_by_polling_belongs_to_its_session_too(inside: Browser, other: Browser) -> None:
    page, own = await inside.open('/test/counter'), await other.open('/test/counter')
    address = '/_nicegui_ws/socket.io/'
    opened = await inside.http.get(address, params=page.query() | {'transport': 'polling'})
    sid = json.loads(opened.text[1:])['sid']
    theirs = own.query() | {'transport': 'polling', 'sid': sid}
    ours = page.query() | {'transport': 'polling', 'sid': sid}

    read = await other.http.get(address, params=theirs)
    written = await other.post(address, params=theirs, content='40')
    from_elsewhere = await inside.http.get(address, params=ours, headers={'Origin': 'https://evil.example'})
    nobody = await other.http.get(address, params=theirs, headers={'Cookie': ''})
    connected = await inside.post(address, params=ours, content='40')
    unsaid = await inside.http.post(address, params=ours, content='40')

    assert [each.status_code for each in (read, written, from_elsewhere, nobody, unsaid)] == [403] * 5
    assert (connected.status_code, connected.text) == (200, 'OK')
    assert 'access-control-allow-origin' not in from_elsewhere.headers


async def test_a_logout_in_one_tab_closes_the_others_in_every_process(
    inside: Browser, browsers: Browsers, servers: tuple[Server, Server]
) -> None:
    elsewhere = await browsers(on=servers[1])
    elsewhere.token = inside.token
    pages = [(each, await each.open('/test/counter')) for each in (inside, inside, elsewhere)]
    sockets = [await each.connect(page) for each, page in pages]

    await inside.post('/logout')

    for socket in sockets:
        await socket.heard(*RELOAD)
        await socket.ended()
    with pytest.raises(Refused):
        await elsewhere.connect(pages[2][1])
    assert (await elsewhere.get('/test/counter')).status_code == 303


async def test_after_a_logout_a_page_says_that_one_has_signed_out_until_the_next_login(
    inside: Browser, clerk: Account
) -> None:
    await inside.post('/logout')

    led = await inside.get('/test/counter')
    assert 'flash=signed-out' in led.headers['location']
    assert '您已經登出' in (await inside.get(led.headers['location'])).text
    await inside.sign_in(clerk.username or '', PASSWORD)
    inside.http.cookies.delete('sid')
    assert 'flash' not in (await inside.get('/test/counter')).headers['location']


async def test_a_login_closes_the_pages_of_the_session_before_it(inside: Browser, clerk: Account) -> None:
    page = await inside.open('/test/counter')
    socket = await inside.connect(page)

    await inside.sign_in(clerk.username or '', PASSWORD)

    await socket.heard(*RELOAD)
    with pytest.raises(Refused, match='Implicit handshake failed'):
        await inside.connect(page)
    await socket.close()


async def test_a_closed_account_loses_its_pages_at_once(inside: Browser, clerk: Account) -> None:
    socket = await inside.connect(await inside.open('/test/counter'))
    details = AccountDetails.from_record(clerk)
    details.email, details.is_active = 'clerk@example.com', False

    await accounts.amend(clerk, details, knowingly=True, by=await somebody(Role.ADMINISTRATOR))

    await socket.heard(*RELOAD)
    assert (await inside.get('/test/counter')).status_code == 303
    await socket.close()


async def test_a_page_nobody_touches_is_covered_when_its_time_is_over(inside: Browser, clerk: Account) -> None:
    socket = await inside.connect(await inside.open('/test/counter'))
    assert await socket.silent(*RELOAD)

    await Session.filter(account=clerk).update(created_at=dates.now() - timedelta(hours=8))
    await socket.heard('run_javascript', 'sessionOver()')
    await socket.close()


async def forget_what_is_remembered_of_sessions() -> None:
    """As every process does when the announcements were away for a moment."""
    await get_connection('default').execute_query_dict(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity'
        ' WHERE datname = current_database() AND application_name = $1',
        [announcements.LISTENER],
    )


async def test_a_session_that_ended_while_nobody_could_hear_it_closes_when_the_news_come_again(
    inside: Browser, clerk: Account
) -> None:
    socket = await inside.connect(await inside.open('/test/counter'))
    await Session.filter(account=clerk).delete()

    await forget_what_is_remembered_of_sessions()

    await socket.heard(*RELOAD)
    await socket.close()


async def test_an_event_after_the_session_ended_unheard_is_not_obeyed(inside: Browser, clerk: Account) -> None:
    page = await inside.open('/test/counter')
    socket = await inside.connect(page)
    # As if the announcement had been lost: what is remembered of a session counts for a few seconds only.
    await Session.filter(account=clerk).delete()
    await announcements.announce(SessionClosed('somebody-else'))
    assert await socket.silent(*RELOAD, seconds=sessions.CACHE + 1)

    await socket.emit('event', page.click())

    assert 'location.reload()' in await socket.heard()
    await socket.close()


async def test_a_session_about_to_end_says_so_on_its_page_and_goes_on_with_the_next_press(
    inside: Browser, clerk: Account
) -> None:
    page = await inside.open('/test/counter')
    socket = await inside.connect(page)
    idle = timedelta(seconds=settings.current().session_idle)
    await Session.filter(account=clerk).update(seen_at=dates.now() - idle + endings.SOON / 2)
    await forget_what_is_remembered_of_sessions()

    assert '繼續使用' in await socket.heard('即將自動登出')
    await socket.emit('event', page.click())
    await socket.heard('dismiss')
    await socket.close()


async def test_who_must_sign_in_again_reads_why_and_comes_back_and_who_signed_out_reads_nothing(
    inside: Browser, clerk: Account
) -> None:
    await sessions.close_all(clerk)
    while (ended := await inside.get('/volunteers', Accept='text/html')).status_code != 303:
        await asyncio.sleep(0.05)
    login = await inside.get(ended.headers['location'])
    inside.http.cookies.clear()
    stranger = await inside.get('/volunteers', Accept='text/html')

    assert '所以要重新登入。登入後會回到原來的頁面' in login.text
    assert 'name="next" value="/volunteers"' in login.text
    assert stranger.headers['location'] == '/login?next=/volunteers'


async def test_a_body_beyond_its_limit_is_cut_off_declared_or_not(browser: Browser) -> None:
    async def endless() -> object:
        for _ in range(64):
            yield b'x' * 16_384

    form = {'Content-Type': 'application/x-www-form-urlencoded'}
    declared = await browser.post('/login', headers=form, content=b'username=' + b'x' * 1_000_000)
    chunked = await browser.post('/login', headers=form, content=endless())

    for answer in (declared, chunked):
        assert answer.status_code == 413
        assert '送出的內容太長，沒有收下。請縮短後再送出。' in answer.text


async def test_refusals_of_a_page(inside: Browser, clerk: Account, server: Server) -> None:
    answers = [await inside.get(f'/test/refusing/{number}') for number in (1, 2, 3, 'x', '0')]

    assert [each.status_code for each in answers] == [404, 409, 500, 404, 200]
    assert ['half a page' in each.text for each in answers] == [False, False, False, False, True]
    assert '找不到這個頁面' in answers[0].text
    assert f'{clerk.name}現在不能開啟這個頁面。' in answers[1].text
    assert '這個頁面暫時無法顯示' in answers[2].text
    assert 'secret' not in answers[2].text
    assert '找不到這個頁面' in answers[3].text
    assert 'ZeroDivisionError: a secret' in server.said()


async def test_a_number_that_is_none_is_left_out_of_a_list_and_a_document_is_not_found(
    inside: Browser, clerk: Account
) -> None:
    listed = await inside.get('/applications?which=turn&page=abc&per=25')
    sheet = await inside.get('/printouts/volunteers.ods?team=abc')
    unasked = await inside.get('/printouts/consolidated.pdf')

    assert (listed.status_code, listed.headers['location']) == (303, '/applications?which=turn&per=25')
    assert sheet.status_code == 404
    assert '請回到查詢的頁面' in unasked.text
    assert '個地方需要處理' not in unasked.text


@pytest.mark.parametrize('address', ['/test/failing', '/test/failing-too'])
async def test_what_is_no_page_fails_in_our_words_too(inside: Browser, address: str) -> None:
    page, answer = [await inside.get(address, Accept=kind, Connection='close') for kind in ('text/html', 'text/json')]

    assert (page.status_code, answer.status_code) == (500, 500)
    assert '<h1>這個頁面暫時無法顯示</h1>' in page.text
    assert answer.json()['sentence'].startswith('這個頁面暫時無法顯示')
    assert 'secret' not in page.text + answer.text


async def test_a_page_for_another_role_reads_like_one_that_is_not_there(browser: Browser) -> None:
    await browser.sign_in((await somebody(Role.REVIEWER)).username or '', PASSWORD)

    forbidden, missing = await browser.get('/test/staff'), await browser.get('/test/no-such-page')

    assert (forbidden.status_code, missing.status_code) == (404, 404)
    assert '找不到這個頁面' in forbidden.text
    assert '找不到這個頁面' in missing.text
