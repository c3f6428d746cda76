"""Stored files: who may open them, and to whom they can be attached."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from db import blobs
from db.choices import DraftKind, FileKind, Role
from db.models import Account, HostUnit, StoredFile, Volunteer
from domain import dates, drafts, files, settings
from domain.errors import NotFound, NotPermitted
from domain.limits import Exceeded
from domain.pictures import Pdf, Picture, VerdictNote
from domain.settings import Settings

from ..builders import a_file, a_jpeg, a_membership, a_volunteer, an_account

pytestmark = pytest.mark.usefixtures('database')


@pytest.fixture(autouse=True)
def _office() -> Iterator[None]:
    """Limits as they come; a test that sets others has them for itself."""
    before = settings.current()
    settings.use(Settings())
    yield
    settings.use(before)


async def of_unit(clerk: Account) -> Volunteer:
    return await a_volunteer(await HostUnit.get(id=clerk.host_unit_id))


async def test_an_accepted_picture_is_kept_with_its_verdict_and_read_again() -> None:
    clerk = await an_account()
    picture = Picture(a_jpeg(), 1, 1, [VerdictNote('解析度足夠', is_met=True)])

    kept = await files.keep(picture, FileKind.PHOTO, 'C:\\照片\\我.HEIC', by=clerk)

    file, content = await files.read(kept.id, by=clerk)
    facts = (file.name, file.kind, file.media_type, file.size, file.width, file.volunteer_id, file.host_unit_id)
    assert facts == ('我.jpg', FileKind.PHOTO, 'image/jpeg', len(content), 1, None, clerk.host_unit_id)
    assert file.verdict == [{'label': '解析度足夠', 'is_met': True, 'advice': ''}]
    assert content == picture.content


async def test_a_file_that_finds_no_place_on_the_disk_is_refused_in_words(tmp_path: Path) -> None:
    clerk = await an_account()
    (tmp_path / 'full').touch()  # a file, where the folder should be
    blobs.use(tmp_path / 'full')

    with pytest.raises(files.NoPlace, match='檔案存不進去'):
        await files.keep(Pdf(b'%PDF-1.7'), FileKind.ATTACHMENT, '名冊.pdf', by=clerk)


async def test_an_attachment_keeps_its_type_and_its_safe_name() -> None:
    clerk = await an_account()

    kept = await files.keep(Pdf(b'%PDF-1.7'), FileKind.ATTACHMENT, '../\0名冊.exe', by=clerk)

    assert (kept.name, kept.media_type, kept.width, kept.verdict) == ('名冊.pdf', 'application/pdf', None, [])


async def test_a_file_without_an_owner_is_open_to_the_unit_that_uploaded_it_alone() -> None:
    clerk, stranger = await an_account(), await an_account()
    colleague = await an_account(host_unit_id=clerk.host_unit_id)
    file = await a_file(by=clerk)

    assert (await files.get(file.id, by=colleague)).id == file.id
    for other in (stranger, await an_account(Role.REVIEWER), await an_account(Role.ADMINISTRATOR)):
        with pytest.raises(NotFound):
            await files.read(file.id, by=other)


async def test_an_attached_file_is_open_to_those_who_may_see_the_volunteer() -> None:
    clerk, other_unit, stranger = await an_account(), await an_account(), await an_account()
    volunteer = await of_unit(clerk)
    await a_membership(volunteer, await HostUnit.get(id=other_unit.host_unit_id))
    self = await an_account(Role.VOLUNTEER, volunteer=volunteer)
    file = await a_file(by=clerk, volunteer=volunteer)

    assert [(await files.get(str(file.id), by=one)).id for one in (clerk, other_unit, self)] == [file.id] * 3
    for other in (stranger, await an_account(Role.VOLUNTEER)):
        with pytest.raises(NotFound):
            await files.read(file.id, by=other)


async def test_the_uploader_loses_a_file_whose_owner_left_the_unit() -> None:
    clerk = await an_account()
    file = await a_file(by=clerk, volunteer=await a_volunteer())

    with pytest.raises(NotFound):
        await files.read(file.id, by=clerk)


@pytest.mark.parametrize('file_id', ['', 'x', '../etc', '0', uuid4(), None, 7])
async def test_an_id_that_is_none_finds_nothing(file_id: UUID | str) -> None:
    with pytest.raises(NotFound):
        await files.read(file_id, by=await an_account())


async def test_content_the_disk_has_lost_is_a_sentence_and_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    clerk = await an_account()
    file = await a_file(by=clerk, digest='0' * 64)

    with pytest.raises(NotFound):
        await files.read(file.id, by=clerk)

    assert [record.levelname for record in caplog.records] == ['ERROR']


async def test_only_clerks_upload_and_only_for_their_own_volunteers() -> None:
    picture = Picture(a_jpeg(), 1, 1)
    volunteer = await a_volunteer()

    for other in (await an_account(Role.REVIEWER), await an_account(Role.VOLUNTEER, volunteer=volunteer)):
        with pytest.raises(NotPermitted):
            await files.keep(picture, FileKind.PHOTO, '我.jpg', by=other)
    with pytest.raises(NotFound):
        await files.keep(picture, FileKind.PHOTO, '我.jpg', by=await an_account(), volunteer=volunteer)


async def test_a_file_is_attached_once() -> None:
    clerk = await an_account()
    volunteer, another = await of_unit(clerk), await of_unit(clerk)
    file = await a_file(FileKind.PHOTO, by=clerk)

    attached = await files.attach(file.id, volunteer, by=clerk, kind=FileKind.PHOTO)

    assert attached.volunteer_id == volunteer.id
    assert (await files.attach(file.id, volunteer, by=clerk)).id == file.id
    with pytest.raises(NotFound):
        await files.attach(file.id, another, by=clerk)
    assert (await StoredFile.get(id=file.id)).volunteer_id == volunteer.id


async def test_another_units_upload_and_another_kind_cannot_be_attached() -> None:
    clerk, stranger = await an_account(), await an_account()
    volunteer = await of_unit(clerk)
    theirs, certificate = await a_file(FileKind.PHOTO, by=stranger), await a_file(by=clerk)

    for file in (theirs, certificate):
        with pytest.raises(NotFound):
            await files.attach(file.id, volunteer, by=clerk, kind=FileKind.PHOTO)
        assert await files.attachable(file.id, volunteer, FileKind.PHOTO, by=clerk) is None
    assert await files.attachable('not an id', volunteer, FileKind.PHOTO, by=clerk) is None


async def kept(content: bytes, clerk: Account) -> StoredFile:
    return await files.keep(Pdf(content), FileKind.ATTACHMENT, 'x.pdf', by=clerk)


async def test_a_unit_has_so_much_room_and_others_theirs() -> None:
    clerk, other, admin = await an_account(), await an_account(), await an_account(Role.ADMINISTRATOR)
    colleague = await an_account(host_unit_id=clerk.host_unit_id)
    settings.use(Settings(unit_megabytes=1))
    half = files.MEGABYTE // 2
    await kept(b'x' * half, clerk)
    await kept(b'x' * half, colleague)

    for one in (clerk, colleague):
        with pytest.raises(files.StorageFull, match='1 MB'):
            await kept(b'x', one)
    await kept(b'x', other)

    units = (clerk.host_unit_id or 0, other.host_unit_id or 0)
    assert await files.megabytes_of_units(units, by=admin) == dict.fromkeys(units, 1)
    assert await files.megabytes_of_units(units[:1], by=admin) == {units[0]: 1}
    with pytest.raises(NotPermitted):
        await files.megabytes_of_units(units, by=clerk)


async def test_an_account_and_its_unit_send_so_many_a_minute() -> None:
    settings.use(Settings(uploads_a_minute=2))
    clerk, other = await an_account(), await an_account()
    colleagues = [await an_account(host_unit_id=clerk.host_unit_id) for _ in range(5)]
    now = dates.now()
    with dates.frozen(now):
        for one in (clerk, *colleagues[:4]):
            await files.admit(by=one)
            await files.admit(by=one)
            with pytest.raises(Exceeded, match='等一分鐘'):
                await files.admit(by=one)
        with pytest.raises(Exceeded):
            await files.admit(by=colleagues[4])
        await files.admit(by=other)
    with dates.frozen(now + timedelta(minutes=1)):
        await files.admit(by=clerk)
    with pytest.raises(NotPermitted):
        await files.admit(by=await an_account(Role.REVIEWER))


async def test_who_sends_what_holds_decoders_waits_and_then_the_whole_unit() -> None:
    clerk, other = await an_account(), await an_account()
    colleague = await an_account(host_unit_id=clerk.host_unit_id)
    for times, refused in ((3, clerk), (20, colleague)):
        for _ in range(times):
            await files.admit(by=other)
            await files.blame(by=refused)
        with pytest.raises(Exceeded, match='一小時後'):
            await files.admit(by=refused)


async def test_what_was_never_attached_goes_after_a_term_but_not_from_a_form_under_way() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    settings.use(Settings(unattached_days=30))
    attached, typed, forgotten = [await kept(content, clerk) for content in (b'attached', b'typed', b'forgotten')]
    same = await kept(b'attached', clerk)
    await StoredFile.all().update(uploaded_at=dates.now() - timedelta(days=31))
    fresh = await kept(b'fresh', clerk)
    await files.attach(attached.id, volunteer, by=clerk)
    draft = await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=volunteer)
    await drafts.save(draft, 'certificate_front', typed.id, by=clerk)

    await files.sweep()

    assert {file.id for file in await StoredFile.all()} == {attached.id, typed.id, fresh.id}
    assert await blobs.read(same.digest) == b'attached'
    with pytest.raises(LookupError):
        await blobs.read(forgotten.digest)
