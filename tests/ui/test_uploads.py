"""Files on their way in and out: who may, how large, of what kind, how many, and what they look like afterwards."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from db.choices import Role
from domain.model import Account, FileKind
from domain.pictures import MEGABYTE, MOST_MEGABYTES

from .. import samples
from ..builders import PASSWORD
from .browser import Browser
from .conftest import Browsers, somebody

PHOTO = samples.portrait()


@pytest.fixture
async def inside(browser: Browser, clerk: Account) -> Browser:
    """The clerk's browser."""
    await browser.sign_in(clerk.username or '', PASSWORD)
    return browser


def a_form(content: bytes, name: str = '照片.jpg') -> dict[str, object]:
    return {'files': {'file': (name, content, 'image/jpeg')}}


async def pieces(size: int, head: bytes = b'') -> AsyncIterator[bytes]:
    yield head
    for _ in range(size // 65_536):
        yield b'x' * 65_536


async def test_a_photo_is_kept_and_shown_to_its_unit(inside: Browser) -> None:
    answer = await inside.post('/uploads/photo?crop=0,0,1,1', **a_form(PHOTO, '../../王小明.png'))
    [kept] = answer.json()['files']
    shown = await inside.get(kept['url'])
    saved = await inside.get(f'{kept["url"]}?download')

    assert (answer.status_code, kept['media_type'], kept['name']) == (200, 'image/jpeg', '王小明.jpg')
    assert kept['width'] * 4 == kept['height'] * 3
    assert {note['is_met'] for note in kept['verdict']} == {True}
    assert shown.content.startswith(b'\xff\xd8\xff')
    assert shown.content == saved.content
    assert {name: shown.headers[name] for name in ('content-type', 'x-content-type-options', 'cache-control')} == {
        'content-type': 'image/jpeg',
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, no-store',
    }
    assert shown.headers['content-security-policy'].startswith("sandbox; default-src 'none'")
    assert shown.headers['content-disposition'].startswith("inline; filename*=UTF-8''")
    assert saved.headers['content-disposition'] == "attachment; filename*=UTF-8''%E7%8E%8B%E5%B0%8F%E6%98%8E.jpg"


async def test_a_file_may_come_as_the_bare_body(inside: Browser) -> None:
    answer = await inside.post('/uploads/certificate?name=證書.jpg', content=PHOTO)

    assert [file['name'] for file in answer.json()['files']] == ['證書.jpg']


async def test_another_unit_and_other_roles_do_not_see_the_file(inside: Browser, browsers: Browsers) -> None:
    [kept] = (await inside.post('/uploads/photo', **a_form(PHOTO))).json()['files']

    answers = []
    for role in Role:
        foreign = await browsers()
        await foreign.sign_in((await somebody(role, username=f'{role}.x{kept["id"][:8]}')).username or '', PASSWORD)
        answers.append(await foreign.get(kept['url']))
    missing = await inside.get('/files/00000000-0000-4000-8000-000000000000')
    nonsense = await inside.get('/files/..%2f..%2fetc%2fpasswd')

    assert {each.status_code for each in [*answers, missing]} == {404}
    assert {each.text for each in answers} == {missing.text}
    assert nonsense.status_code == 404


async def test_nobody_uploads_without_a_session_or_from_a_foreign_page(browser: Browser, inside: Browser) -> None:
    token, inside.token = inside.token, ''
    strangers = await inside.post('/uploads/photo', **a_form(PHOTO))
    inside.token, inside.origin = token, 'https://evil.example'
    foreign = await inside.post('/uploads/photo', **a_form(PHOTO))

    assert (strangers.status_code, foreign.status_code) == (401, 403)
    assert list(strangers.json()) == list(foreign.json()) == ['sentence']


async def test_only_staff_of_a_unit_upload(browser: Browser) -> None:
    await browser.sign_in((await somebody(Role.REVIEWER)).username or '', PASSWORD)

    answer = await browser.post('/uploads/photo', **a_form(PHOTO))

    assert (answer.status_code, answer.json()['sentence']) == (
        403,
        '您的帳號沒有這項權限。若您認為應該有，請洽系統管理者。',
    )


@pytest.mark.parametrize('kind', list(FileKind))
async def test_more_than_the_page_promises_is_refused_declared_or_not(kind: FileKind, inside: Browser) -> None:
    most = MOST_MEGABYTES[kind]
    address, too_many = f'/uploads/{kind}', (most + 1) * MEGABYTE
    declared = await inside.post(address, **a_form(b'\xff\xd8\xff' + b'x' * too_many))
    chunked = await inside.post(address, content=pieces(too_many))
    boundary = {'Content-Type': 'multipart/form-data; boundary=b'}
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.jpg"\r\n\r\n'
    unfinished = await inside.post(address, headers=boundary, content=pieces(too_many, head))

    sentence = f'檔案超過 {most} MB，沒有收下。請縮小檔案，或用手機重新拍照；已填的資料都還在。'
    refused = (413, {'sentence': sentence})
    assert [(each.status_code, each.json()) for each in (declared, chunked, unfinished)] == [refused] * 3


@pytest.mark.parametrize('kind', list(FileKind))
async def test_as_much_as_the_page_promises_is_received(kind: FileKind, inside: Browser) -> None:
    whole = b'\xff\xd8\xff'.ljust(MOST_MEGABYTES[kind] * MEGABYTE, b'x')

    answer = await inside.post(f'/uploads/{kind}', **a_form(whole))

    assert (answer.status_code, '不完整' in answer.json()['sentence']) == (422, True)


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (b'MZ\x90\x00' + b'x' * 1000, '不是照片'),
        (b'<svg onload="alert(1)"></svg>', '不是照片'),
        (samples.truncated(PHOTO), '已填的資料都還在'),
        (b'', '是空的'),
    ],
)
async def test_what_is_no_picture_gets_a_sentence(inside: Browser, content: bytes, words: str) -> None:
    answer = await inside.post('/uploads/certificate', **a_form(content))

    assert answer.status_code == 422
    assert words in answer.json()['sentence']


async def test_a_request_without_a_file_gets_a_sentence(inside: Browser) -> None:
    broken = {'Content-Type': 'multipart/form-data; boundary=b'}
    answers = [
        await inside.post('/uploads/photo', data={'file': 'no file'}, files={'other': b'x'}),
        await inside.post('/uploads/photo', headers=broken, content=b'--b\r\nnonsense'),
        await inside.post('/uploads/photo', headers={'Content-Type': 'multipart/form-data'}, content=b'x'),
        await inside.post('/uploads/passport', **a_form(PHOTO)),
    ]

    assert [each.status_code for each in answers] == [422, 422, 422, 404]
    assert [list(each.json()) for each in answers] == [['sentence']] * 4


async def test_a_flood_of_one_session_leaves_the_others_their_turn(inside: Browser, browsers: Browsers) -> None:
    calm = await browsers()
    await calm.sign_in((await somebody()).username or '', PASSWORD)
    slow = a_form(samples.fifty_megapixels())

    flood = [asyncio.create_task(inside.post('/uploads/photo', **slow)) for _ in range(20)]
    await asyncio.sleep(0.3)
    one = await calm.post('/uploads/photo', **a_form(PHOTO))
    worked_on = [task for task in flood if task.done() and task.result().status_code != 429]
    statuses = [answer.status_code for answer in await asyncio.gather(*flood)]

    assert one.status_code == 200
    assert len(worked_on) <= 3
    # Those that came while eight were waiting; on a slow machine some come only after others are done.
    assert 1 <= statuses.count(429) <= 12


async def test_sixty_files_a_minute_are_enough(inside: Browser) -> None:
    statuses = [(await inside.post('/uploads/photo', **a_form(b''))).status_code for _ in range(61)]

    assert statuses == [422] * 60 + [429]


async def test_a_pdf_is_kept_to_be_saved_not_shown(inside: Browser) -> None:
    [kept] = (await inside.post('/uploads/attachment', **a_form(samples.pdf(), '公文.pdf'))).json()['files']
    answer = await inside.get(kept['url'])

    assert (kept['media_type'], kept['name']) == ('application/pdf', '公文.pdf')
    assert re.fullmatch(r"attachment; filename\*=UTF-8''[%0-9A-F]+\.pdf", answer.headers['content-disposition'])
