"""Files that are imported on their way in, and who may see what becomes of them."""

import pytest

from db.choices import Role
from domain import imports
from domain.imports import most_bytes
from domain.model import Account, ImportKind

from ....builders import PASSWORD
from ...browser import Browser
from ...conftest import Browsers, somebody

HOURS = '姓名,身分證字號,服務日期起,服務項目,服務內容,服務時數-小時\r\n某人,A123456789,1150201,0200,0006,3\r\n'.encode()
ADDRESS = '/uploads/imports/service-hours'


@pytest.fixture
async def inside(browser: Browser, clerk: Account) -> Browser:
    """The clerk's browser."""
    await browser.sign_in(clerk.username or '', PASSWORD)
    return browser


def a_sheet(content: bytes = HOURS, name: str = '時數.csv') -> dict[str, object]:
    return {'files': {'file': (name, content, 'text/csv')}}


async def test_a_file_becomes_a_batch_and_its_preview_says_how_far_it_is(inside: Browser, clerk: Account) -> None:
    answer = await inside.post(ADDRESS, **a_sheet())
    [batch] = (await imports.batches(by=clerk)).rows
    page = await inside.open(answer.json()['address'])
    socket = await inside.connect(page)
    await socket.until_shown(page, '確認匯入')
    await socket.close()

    assert answer.json() == {'address': f'/imports/{batch.id}'}
    assert (batch.kind, batch.file_name, batch.account_id) == (ImportKind.SERVICE_HOURS, '時數.csv', clerk.id)


async def test_a_new_file_takes_the_place_of_the_one_it_is_given_for(inside: Browser, clerk: Account) -> None:
    first = (await inside.post(ADDRESS, **a_sheet())).json()['address'].rpartition('/')[2]
    answer = await inside.post(f'{ADDRESS}?replaces={first}', **a_sheet(HOURS + b'\r\n'))

    assert answer.status_code == 200
    assert [each.state for each in (await imports.batches(by=clerk)).rows][1] == 'dropped'


async def test_a_pasted_range_is_a_batch_too(inside: Browser, clerk: Account) -> None:
    answer = await inside.post(f'{ADDRESS}?pasted=1', **a_sheet(HOURS.replace(b',', b'\t'), 'x.tsv'))
    [batch] = (await imports.batches(by=clerk)).rows

    assert answer.status_code == 200
    assert batch.is_pasted


@pytest.mark.parametrize(
    ('address', 'status', 'words'),
    [
        ('/uploads/imports/nothing', 404, '找不到'),
        ('/uploads/imports/pictures?pasted=1', 404, '找不到'),
        (f'{ADDRESS}?pasted=1', 422, '沒有收到貼上的內容'),
    ],
    ids=['no kind', 'pictures pasted', 'nothing pasted'],
)
async def test_what_cannot_be_read_is_refused_in_a_sentence(
    inside: Browser, address: str, status: int, words: str
) -> None:
    answer = await inside.post(address, **a_sheet(b' '))

    assert answer.status_code == status
    assert words in answer.json()['sentence']


async def test_a_file_that_is_too_large_is_cut_off_with_its_limit(inside: Browser) -> None:
    most = most_bytes(ImportKind.SERVICE_HOURS)
    answer = await inside.post(ADDRESS, **a_sheet(b'x' * (most + 200_000)))

    assert answer.status_code == 413
    assert f'{most // 2**20} MB' in answer.json()['sentence']


async def test_a_batch_is_there_for_its_unit_alone(inside: Browser, browsers: Browsers) -> None:
    address = (await inside.post(ADDRESS, **a_sheet())).json()['address']
    found = []
    for role in (Role.UNIT_STAFF, Role.REVIEWER):
        stranger = await browsers()
        other = await somebody(role)
        await stranger.sign_in(other.username or '', PASSWORD)
        found += [(await stranger.get(each)).status_code for each in (address, f'{address}/marked.xlsx')]
        found.append((await stranger.post(f'{ADDRESS}?replaces={address.rpartition("/")[2]}', **a_sheet())).status_code)

    assert found[:3] == [404, 404, 200]
    assert found[3:] == [404, 404, 403]
    assert (await inside.get(address)).status_code == 200


async def test_only_what_a_kind_has_can_be_downloaded_without_a_login(browser: Browser) -> None:
    found = await browser.get('/downloads/imports/service-hours.xlsx')
    pictures, other = [
        await browser.get(f'/downloads/imports/{name}') for name in ('pictures.xlsx', 'service-hours.exe')
    ]

    assert found.status_code == 200
    assert found.content[:2] == b'PK'
    assert {pictures.status_code, other.status_code} <= {303, 404}
