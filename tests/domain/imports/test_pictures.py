"""照片與證書 as a ZIP: each file goes where its name says it belongs."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from db.choices import BatchState, Doubt, DraftKind, Grade, ImportKind
from db.models import Account, Draft, HostUnit, ImportBatch, StoredFile, Training, Volunteer
from domain import dates, drafts, files, imports
from domain.demo import sample_pictures
from domain.imports import running
from domain.imports.kinds.trainings import Trainings
from domain.imports.unpacking import meant, whose
from domain.sheets import archives

from ...builders import a_field, a_volunteer, an_account, an_identity_number
from ..sample_office import NOW
from .trying import imported

COURSE: dict[str, Any] = {'starts_on': date(2026, 2, 1), 'provider': '示例文化中心', 'field': '文化', 'hours': '6'}
PHOTO = sample_pictures.portrait(1)
FRONT, BACK = sample_pictures.portrait(2), sample_pictures.portrait(3)


class _OfWindows(zipfile.ZipInfo):
    """Its name stands in CP950, and nothing says so."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 -- zipfile calls it so
        return self.filename.encode('cp950'), self.flag_bits


def a_zip(files: Mapping[str, bytes], entry: type[zipfile.ZipInfo] = zipfile.ZipInfo) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, 'w') as archive:
        for name, data in files.items():
            archive.writestr(entry(name), data)
    return content.getvalue()


async def somebody(clerk: Account) -> tuple[Volunteer, str]:
    number = an_identity_number()
    unit = await HostUnit.get(id=clerk.host_unit_id)
    return await a_volunteer(unit, identity_number=number, name='周小晴', born_on=date(1985, 5, 12)), number


async def with_forms(clerk: Account, number: str, **kinds: str) -> None:
    await a_field()
    rows = [
        {'name': '周小晴', 'identity_number': number, 'kind': kind, 'title': title} for kind, title in kinds.items()
    ]
    await imported(Trainings(), rows, by=clerk, common=COURSE)


async def graded(content: bytes, by: Account) -> ImportBatch:
    batch = await imports.begin(ImportKind.PICTURES, '照片.zip', content, by=by)
    await running.finished(batch.id)
    batch = await imports.get(batch.id, by=by)
    if batch.state == BatchState.GRADED:
        batch = await imports.set_common(batch.id, {'is_looked_at': '是'}, by=by)
        await running.finished(batch.id)
    return await imports.get(batch.id, by=by)


async def written(batch: ImportBatch, by: Account) -> ImportBatch:
    await imports.commit(batch.id, by=by)
    await running.finished(batch.id)
    return await imports.get(batch.id, by=by)


async def test_a_photo_and_both_sides_of_a_certificate_go_where_they_belong_and_back(clerk: Account) -> None:
    person, number = await somebody(clerk)
    await with_forms(clerk, number, basic='志工基礎訓練', special='文化志工特殊訓練')
    content = a_zip(
        {f'{number}.jpg': PHOTO, f'{number}/基礎_正面.jpg': FRONT, f'{number}/基礎_反面.jpg': BACK}, _OfWindows
    )
    batch = await written(await graded(content, clerk), clerk)
    assert (batch.state, batch.written, batch.why) == (BatchState.DONE, 3, '')
    assert (await Volunteer.get(id=person.id)).is_photo_confirmed
    [training] = await Training.filter(volunteer_id=person.id)
    assert (training.title, training.certificate_front_id != training.certificate_back_id) == ('志工基礎訓練', True)
    assert await Draft.filter(kind=DraftKind.TRAINING).count() == 1
    await imports.undo(batch.id, by=clerk)
    await running.finished(batch.id)
    assert (await imports.get(batch.id, by=clerk)).state == BatchState.TAKEN_BACK
    assert (await Volunteer.get(id=person.id)).photo_id is None
    assert (await Training.all().count(), await Draft.filter(kind=DraftKind.TRAINING).count()) == (0, 2)


async def test_a_certificate_for_which_two_courses_wait_is_asked_about(clerk: Account) -> None:
    _, number = await somebody(clerk)
    await with_forms(clerk, number, basic='志工基礎訓練', special='文化志工特殊訓練')
    batch = await graded(a_zip({f'{number}_正.jpg': FRONT}), clerk)
    [row] = (await imports.preview(batch.id, by=clerk)).rows
    assert row.grade == Grade.WRONG
    assert [mark.sentence for mark in row.cells['course'].marks] == [
        '這位志工有 2 筆等待證書的訓練：「志工基礎訓練」、「文化志工特殊訓練」。請填這張證書是哪一個。'
    ]
    mended = await imports.mend(batch.id, row.number, 'course', '特殊', by=clerk)
    assert mended.grade == Grade.GOOD
    await written(batch, clerk)
    forms = await drafts.filled(DraftKind.TRAINING, [mended.about], by=clerk)
    assert [bool(typed.get('certificate_front')) for _, typed in forms] == [False, True]


async def test_what_cannot_be_placed_says_why(clerk: Account) -> None:
    _, number = await somebody(clerk)
    content = a_zip(
        {
            f'{number}_正.jpg': FRONT,
            f'{number}.txt': b'no picture',
            '王小明.jpg': PHOTO,
            f'{an_identity_number()}.jpg': PHOTO,
            '__MACOSX/._a.jpg': b'',
        }
    )
    batch = await graded(content, clerk)
    rows = (await imports.preview(batch.id, by=clerk)).rows
    told = {mark.sentence[:16] for row in rows for cell in row.cells.values() for mark in cell.marks}
    assert (batch.rows, batch.wrong) == (4, 4)
    assert told == {
        '這位志工沒有等待證書的教育訓練。',
        '這個檔案不是照片（JPEG、PN',
        '檔名裡沒有身分證字號，不知道是誰',
        '這個證號不在您單位的志工名單裡。',
    }


async def test_a_picture_stands_beside_a_name_and_is_brought_anew_where_it_cannot_be_read(clerk: Account) -> None:
    person, number = await somebody(clerk)
    batch = await graded(a_zip({f'{number}.jpg': PHOTO, f'{number}.txt': b'no picture'}), clerk)
    found = await imports.preview(batch.id, by=clerk)

    assert await imports.people_of(found, by=clerk) == {person.id: '周小晴'}
    assert await imports.people_of(found, by=await an_account()) == {}
    [mark] = found.rows[0].cells['file_name'].marks
    assert mark.sentence.endswith('。請換一張照片，改好後重新上傳 ZIP。')
    await written(batch, clerk)
    with pytest.raises(imports.NotReady, match='裝成新的 ZIP'):
        await imports.begin_rest(batch.id, by=clerk)


async def test_another_photo_waits_for_an_answer(clerk: Account) -> None:
    person, number = await somebody(clerk)
    await written(await graded(a_zip({f'{number}.jpg': PHOTO}), clerk), clerk)
    first = (await Volunteer.get(id=person.id)).photo_id
    batch = await graded(a_zip({f'{number}.jpg': BACK}), clerk)
    assert batch.attention == 1
    await imports.answer(batch.id, takes=True, doubt=Doubt.DUPLICATE, by=clerk)
    await written(batch, clerk)
    assert (await Volunteer.get(id=person.id)).photo_id != first


async def test_a_batch_that_is_read_again_decodes_nothing_twice(clerk: Account) -> None:
    _, number = await somebody(clerk)
    batch = await graded(a_zip({f'{number}.jpg': PHOTO}), clerk)
    kept = await StoredFile.all().values_list('id', flat=True)
    await ImportBatch.filter(id=batch.id).update(state=BatchState.READING)
    await running.resume()
    await running.finished(batch.id)
    assert await StoredFile.all().values_list('id', flat=True) == kept


async def test_pictures_wait_with_their_batch_and_go_with_it(clerk: Account) -> None:
    _, number = await somebody(clerk)
    batch = await graded(a_zip({f'{number}.jpg': PHOTO}), clerk)
    await StoredFile.all().update(uploaded_at=NOW)
    with dates.frozen(NOW + timedelta(days=3)):
        assert await files.sweep() == 0
        await imports.drop(batch.id, by=clerk)
        assert await files.sweep() == 1


@pytest.mark.parametrize(
    ('content', 'said'),
    [
        (b'PK\x03\x04 nothing', '不是 ZIP 壓縮檔'),
        (a_zip({}), '沒有檔案'),
        (a_zip({f'{number}.jpg': b'' for number in range(3001)}), '3,001 個檔案'),
    ],
    ids=['broken', 'empty', 'too many'],
)
def test_a_hostile_archive_is_a_sentence(content: bytes, said: str) -> None:
    with pytest.raises(imports.Unreadable, match=said):
        archives.members(content)


def test_an_archive_unpacks_no_more_than_it_said() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('A123456789.jpg', bytes(10_000_000))
    [member] = archives.members(content.getvalue())
    piece = content.getvalue()[member.begins : member.ends]
    assert len(archives.unpacked(piece, member.method, member.size)) == 10_000_000
    with pytest.raises(imports.Unreadable):
        archives.unpacked(piece, member.method, 1000)


@pytest.mark.parametrize(
    ('name', 'part', 'course'),
    [
        ('A123456789_陳正雄.jpg', 'photo', ''),
        ('A123456789_蔣中正.jpg', 'photo', ''),
        ('A123456789_陳正雄_照片.jpg', 'photo', ''),
        ('志工隊正取/A123456789.jpg', 'photo', ''),
        ('A123456789_背影.jpg', 'photo', ''),
        ('A123456789_mother.jpg', 'photo', ''),
        ('backup/A123456789.jpg', 'photo', ''),
        ('A123456789_陳正雄_基礎_反.jpg', 'back', '基礎訓練'),
        ('A123456789_廖文正_特殊正.jpg', 'front', '特殊訓練'),
        ('115年基礎訓練/反/A123456789.jpg', 'back', '基礎訓練'),
        ('A123456789（反）.pdf', 'back', ''),
        ('A123456789_正1.jpg', 'front', ''),
        ('A123456789_領導_正反面.pdf', 'front', '領導訓練'),
        ('A123456789_訓練證明.jpg', 'front', ''),
        ('A123456789.PDF', 'front', ''),
    ],
)
def test_a_name_of_a_person_says_nothing_of_the_side(name: str, part: str, course: str) -> None:
    assert (whose(name), meant(name)) == ('A123456789', (part, course))
