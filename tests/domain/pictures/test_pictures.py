"""What people upload, good and bad, goes through the real processes; what comes out is looked at."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable

import psutil
import pytest
from PIL import Image

from db.choices import FileKind
from domain import pictures
from domain.pictures import UnreadablePicture
from tests import samples

Accept = Callable[[bytes], Awaitable[object]]

GOOD_PHOTO = ['解析度足夠', '影像清晰', '亮度適中']
DAMAGED = '這張照片的檔案不完整或已損壞，無法開啟。請重新拍照，或改選另一個檔案；已填的資料都還在。'
DAMAGED_PDF = '這份 PDF 不完整或已損壞，無法開啟。請重新掃描或另存成新的 PDF 再上傳；已填的資料都還在。'
NOT_A_PHOTO = '這個檔案不是照片（JPEG、PNG、WebP 或 HEIC）。請改選照片檔；已填的資料都還在。'
NEITHER = '這個檔案不是照片（JPEG、PNG、WebP 或 HEIC），也不是 PDF。請改選照片或掃描檔；已填的資料都還在。'


@pytest.fixture(scope='module', autouse=True)
async def _open() -> AsyncIterator[None]:
    async with pictures.opened():
        yield


async def test_a_good_photo_is_kept_at_three_to_four_with_a_good_verdict() -> None:
    picture = await pictures.accept_photo(samples.portrait())

    assert (picture.width, picture.height) == (900, 1200)
    assert _image(picture).size == (900, 1200)
    assert [(note.label, note.is_met, note.advice) for note in picture.verdict] == [
        (label, True, '') for label in GOOD_PHOTO
    ]


@pytest.mark.parametrize('kind', ['PNG', 'WEBP', 'HEIF'])
async def test_photos_of_every_kind_become_the_same_jpeg(kind: str) -> None:
    picture = await pictures.accept_photo(samples.portrait_as(kind))

    assert _image(picture).format == 'JPEG'
    assert picture.width * 4 == picture.height * 3
    assert [note.label for note in picture.verdict] == GOOD_PHOTO
    _assert_same_colors(_image(picture), Image.open(io.BytesIO(samples.portrait())))


@pytest.mark.parametrize('accept', [pictures.accept_photo, pictures.accept_scan])
@pytest.mark.parametrize('data', [samples.turned_portrait(), samples.turned_webp()], ids=['JPEG', 'WEBP'])
async def test_a_photo_is_straightened_and_tells_neither_place_nor_maker(accept: Accept, data: bytes) -> None:
    accepted = await accept(data)

    picture = accepted[0] if isinstance(accepted, list) else accepted
    assert isinstance(picture, pictures.Picture)
    image = _image(picture)
    assert image.size == (900, 1200)
    _assert_same_colors(image, Image.open(io.BytesIO(samples.portrait())))
    assert dict(image.getexif()) == {}
    assert set(image.info) <= {'jfif', 'jfif_version', 'jfif_unit', 'jfif_density'}
    assert b'Example Phone' not in picture.content
    assert b'taken at home' not in picture.content


async def test_a_wide_photo_is_cut_at_both_sides() -> None:
    picture = await pictures.accept_photo(samples.wide_portrait())

    assert (picture.width, picture.height) == (900, 1200)
    _assert_same_colors(_image(picture), Image.open(io.BytesIO(samples.portrait())))


async def test_the_framed_part_of_a_photo_is_kept() -> None:
    everything = Image.open(io.BytesIO(samples.portrait()))

    picture = await pictures.accept_photo(samples.portrait(), crop=(0.25, 0.1, 0.5, 0.5))

    assert (picture.width, picture.height) == (450, 600)
    _assert_same_colors(_image(picture), everything.crop((225, 120, 675, 720)))


async def test_a_frame_that_is_not_three_to_four_is_made_so() -> None:
    picture = await pictures.accept_photo(samples.portrait(), crop=(0, 0, 1, 0.5))

    assert (picture.width, picture.height) == (450, 600)


@pytest.mark.parametrize('crop', [(0.5, 0.5, 0, 0.5), (2, 2, 1, 1), (float('nan'), 0, 1, 1), (0.5, 0, -0.4, 1)])
async def test_a_frame_around_nothing_gets_a_sentence(crop: pictures.Crop) -> None:
    with pytest.raises(UnreadablePicture) as refusal:
        await pictures.accept_photo(samples.portrait(), crop=crop)

    assert str(refusal.value) == '選取的範圍裡沒有照片。請重新框選，或不框選直接使用整張照片；已填的資料都還在。'


async def test_verdicts_of_poor_photos_say_what_to_do() -> None:
    found = {
        name: await pictures.accept_photo(data)
        for name, data in {
            'tiny': samples.small_portrait(150),
            'small': samples.small_portrait(400),
            'soft': samples.blurred_portrait(4),
            'blurred': samples.blurred_portrait(9),
            'dark': samples.lit_portrait(0, 50),
            'bright': samples.lit_portrait(215, 255),
            'misty': samples.lit_portrait(110, 170),
        }.items()
    }

    lacks = {name: [note.label for note in got.verdict if not note.is_met] for name, got in found.items()}
    assert lacks == {
        'tiny': ['照片太小'],
        'small': ['照片太小'],
        'soft': ['影像模糊'],
        'blurred': ['影像模糊'],
        'dark': ['照片太暗'],
        'bright': ['照片太亮'],
        'misty': ['明暗不明顯'],
    }
    assert found['small'].verdict[0].advice == (
        '可用的範圍只有 400×533 像素，印出來會模糊。請改用至少 413×531 像素的照片。'
    )
    assert all(note.advice or note.is_met for got in found.values() for note in got.verdict)


@pytest.mark.parametrize(
    ('mode', 'upper', 'lower'),
    [
        ('RGBA', (200, 100, 50), (255, 255, 255)),
        ('P', (200, 100, 50), (255, 255, 255)),
        ('LA', (128, 128, 128), (255, 255, 255)),
        ('I;16', (128, 128, 128), (128, 128, 128)),
        ('1', (255, 255, 255), (255, 255, 255)),
        ('CMYK', (200, 100, 50), (200, 100, 50)),
    ],
)
async def test_unusual_colors_come_out_as_they_are_seen_on_white(
    mode: str, upper: tuple[int, int, int], lower: tuple[int, int, int]
) -> None:
    [picture] = await pictures.accept_scan(samples.plain(mode))

    image = _image(picture)
    assert image.mode == 'RGB'
    assert _is_near(image.getpixel((300, 200)), upper)
    assert _is_near(image.getpixel((300, 600)), lower)


async def test_a_color_profile_is_brought_to_srgb_and_left_behind() -> None:
    [picture] = await pictures.accept_scan(samples.red_in_another_color_space())

    assert _is_near(_image(picture).getpixel((300, 400)), (255, 0, 0))
    assert 'icc_profile' not in _image(picture).info


@pytest.mark.parametrize('kind', ['WEBP', 'PNG'])
async def test_an_animation_becomes_its_first_frame(kind: str) -> None:
    [picture] = await pictures.accept_scan(samples.animation(kind))

    assert _is_near(_image(picture).getpixel((300, 400)), (255, 0, 0))


async def test_nothing_of_a_polyglot_survives() -> None:
    picture = await pictures.accept_photo(samples.polyglot())

    assert [part in picture.content for part in (b'<script', b'<html', b'PK\x03\x04', b'evil')] == [False] * 4
    assert picture.content.endswith(b'\xff\xd9')


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'WEBP', 'HEIF'])
async def test_a_truncated_photo_gets_a_sentence(kind: str) -> None:
    data = samples.portrait() if kind == 'JPEG' else samples.portrait_as(kind)

    assert await _refusal(pictures.accept_photo, samples.truncated(data)) == DAMAGED
    assert await _refusal(pictures.accept_photo, data[:40]) == DAMAGED


@pytest.mark.parametrize(
    'before',
    [b'\xef\xbb\xbf', b'\r\n\r\n', b'HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n'],
    ids=['mark of encoding', 'blank lines', 'head of an answer'],
)
async def test_what_a_program_has_put_before_a_picture_does_not_matter(before: bytes) -> None:
    for kind in ('JPEG', 'PNG', 'WEBP', 'HEIF'):
        data = samples.portrait() if kind == 'JPEG' else samples.portrait_as(kind)
        photo, [scan] = await pictures.accept_photo(before + data), await pictures.accept_scan(before + data)
        assert photo.content == (await pictures.accept_photo(data)).content
        assert scan.content == (await pictures.accept_scan(data))[0].content


async def test_eighty_megapixels_get_a_sentence_before_they_are_decoded() -> None:
    data = samples.eighty_megapixels()

    await pictures.accept_photo(samples.small_portrait())
    before = _processor_time()
    sentence = await _refusal(pictures.accept_photo, data)
    refusing = _processor_time() - before
    await pictures.accept_scan(samples.fifty_megapixels())

    assert refusing < (_processor_time() - before) / 10
    assert sentence == '這張照片有 8,000 萬像素，超過 7,000 萬像素。請縮小照片，或用手機重新拍照；已填的資料都還在。'


async def test_just_under_the_pixel_limit_is_accepted() -> None:
    [picture] = await pictures.accept_scan(samples.fifty_megapixels())

    assert (picture.width, picture.height) == (2000, 2000)
    assert [note.label for note in picture.verdict] == ['解析度足夠', '畫面空白']


@pytest.mark.parametrize('size', [(6144, 8160), (9000, 12_000)])
async def test_the_photos_of_large_sensors_are_accepted(size: tuple[int, int]) -> None:
    data = samples.telephone_photo(*size)

    photo, [scan] = await pictures.accept_photo(data, (0.25, 0.25, 0.5, 0.5)), await pictures.accept_scan(data)

    assert (photo.width, photo.height) == (1200, 1600)
    assert max(scan.width, scan.height) == 2000
    everything = Image.open(io.BytesIO(samples.portrait()))
    _assert_same_colors(_image(photo), everything.crop((225, 300, 675, 900)))
    _assert_same_colors(_image(scan), everything)


@pytest.mark.parametrize('options', [{}, {'progressive': True}, {'restart_marker_rows': 1}])
async def test_a_jpeg_without_its_end_marker_is_accepted_if_every_row_is_there(options: dict[str, int]) -> None:
    data = samples.rewritten(**options).removesuffix(b'\xff\xd9')

    for whole in (data, data + bytes(5000)):
        photo = await pictures.accept_photo(whole)
        assert (photo.width, photo.height) == (900, 1200)
    for cut in (data[:-200], data[: len(data) // 2], data[: data.rindex(b'\xff')], data[:-200] + bytes(5000)):
        assert await _refusal(pictures.accept_photo, cut) == DAMAGED


@pytest.mark.parametrize('options', [{}, {'progressive': True}, {'restart_marker_rows': 1}])
async def test_an_end_marker_behind_half_a_jpeg_does_not_make_it_whole(options: dict[str, int]) -> None:
    data = samples.rewritten(**options)

    for cut in (data[: len(data) // 2], data[: len(data) * 9 // 10]):
        assert await _refusal(pictures.accept_photo, cut + b'\xff\xd9') == DAMAGED


async def test_a_bomb_in_a_color_profile_does_not_go_off() -> None:
    assert len(samples.bomb()) < 1_000_000
    assert await _refusal(pictures.accept_photo, samples.bomb()) == DAMAGED


@pytest.mark.parametrize(
    ('data', 'sentence'),
    [
        (b'', '這個檔案是空的，沒有內容。請重新選擇檔案；已填的資料都還在。'),
        (b'MZ\x90\x00 an executable', NEITHER),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', NEITHER),
        (samples.truncated(samples.pdf()), DAMAGED_PDF),
        (b'%PDF-1.7 nothing else %%EOF', DAMAGED_PDF),
        (
            samples.encrypted_pdf(),
            '這份 PDF 設有密碼，無法開啟。請先移除密碼，或列印成新的 PDF 再上傳；已填的資料都還在。',
        ),
        (
            samples.pdf(21),
            '這份 PDF 有 21 頁，超過 20 頁。請只留下需要的頁面再上傳；已填的資料都還在。',
        ),
    ],
    ids=['empty', 'exe', 'svg', 'truncated', 'hollow', 'encrypted', '21 pages'],
)
async def test_a_file_that_is_no_scan_gets_a_sentence(data: bytes, sentence: str) -> None:
    assert await _refusal(pictures.accept_scan, data) == sentence
    assert await _refusal(pictures.accept_attachment, data) == sentence


@pytest.mark.parametrize('data', [b'', b'\x7fELF', samples.pdf()], ids=['empty', 'elf', 'pdf'])
async def test_a_file_that_is_no_photo_gets_a_sentence(data: bytes) -> None:
    expected = NOT_A_PHOTO if data else '這個檔案是空的，沒有內容。請重新選擇檔案；已填的資料都還在。'

    assert await _refusal(pictures.accept_photo, data) == expected


@pytest.mark.parametrize(
    ('data', 'what', 'advice'),
    [
        (samples.portrait_as('GIF'), ' GIF 圖片', '另存成 JPEG 或 PNG'),
        (samples.portrait_as('BMP'), ' BMP 圖片', '另存成 JPEG 或 PNG'),
        (samples.portrait_as('TIFF'), ' TIFF 圖片', '另存成 JPEG 或 PNG'),
        (samples.portrait_as('AVIF'), ' AVIF 圖片', '另存成 JPEG 或 PNG'),
        (samples.portrait_as('JPEG2000'), ' JPEG 2000 圖片', '另存成 JPEG 或 PNG'),
        (b'\xff\x0a\0\0', ' JPEG XL 圖片', '另存成 JPEG 或 PNG'),
        (samples.portrait_as('AVIF').replace(b'ftypavif', b'ftypmif1', 1), ' AVIF 圖片', '另存成 JPEG 或 PNG'),
        (b'\0\0\0\x14ftypqt  ', '影片', '截圖'),
        (b'PK\x03\x04', '文件或壓縮檔', '請打開它'),
        (b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', '文件或壓縮檔', '請打開它'),
    ],
    ids=['gif', 'bmp', 'tiff', 'avif', 'jpeg 2000', 'jpeg xl', 'avif of a general brand', 'film', 'zip', 'word'],
)
async def test_what_people_send_instead_of_a_photo_is_called_by_its_name(data: bytes, what: str, advice: str) -> None:
    for accept in (pictures.accept_photo, pictures.accept_scan, pictures.accept_attachment):
        sentence = await _refusal(accept, data)
        assert sentence.startswith(f'這個檔案是{what}，不是照片（JPEG、PNG、WebP 或 HEIC）')
        assert advice in sentence


async def test_a_certificate_photo_keeps_its_whole_side() -> None:
    [picture] = await pictures.accept_scan(samples.certificate_front())

    assert (picture.width, picture.height) == (1260, 891)
    assert [note.label for note in picture.verdict] == ['解析度足夠', '影像清晰', '亮度適中']


@pytest.mark.parametrize(('pages', 'sides'), [(1, 1), (2, 2), (5, 2)])
async def test_the_first_two_pages_of_a_pdf_are_front_and_back(pages: int, sides: int) -> None:
    found = await pictures.accept_scan(samples.pdf(pages))

    assert [(side.width, side.height) for side in found] == [(2000, 1415)] * sides
    assert all(note.is_met for side in found for note in side.verdict)
    for side, drawn in zip(found, (samples.certificate_front(), samples.certificate_back()), strict=False):
        _assert_same_colors(_image(side), Image.open(io.BytesIO(drawn)))


@pytest.mark.parametrize('data', [samples.pdf(3), samples.plain_pdf().rstrip(), samples.signed_pdf()])
async def test_an_attached_pdf_is_kept_byte_for_byte_up_to_its_end(data: bytes) -> None:
    assert await pictures.accept_attachment(data) == pictures.Pdf(data)
    assert await pictures.accept_attachment(b'HTTP/1.1 200 OK\r\n\r\n' + data) == pictures.Pdf(data)
    assert await pictures.accept_attachment(data + b'PK\x03\x04 hidden') == pictures.Pdf(data)
    assert await pictures.accept_attachment(data + b'\r\n\r\n') == pictures.Pdf(data + b'\r\n\r\n')


WHOLE = samples.plain_pdf()


@pytest.mark.parametrize(
    'data',
    [
        b'\xef\xbb\xbf' + WHOLE,
        b'Content-Type: application/pdf\r\n\r\n' + WHOLE,
        b'Received: from a.tw by b.tw\r\n' * 200 + WHOLE,
        WHOLE + b'<script>var x = 1;</script>' * 200,
        WHOLE + b'<script>var obj = {}; obj.startxref = 1;</script>',
        WHOLE + bytes(80_000),
        WHOLE.replace(b'%%EOF', b''),
        WHOLE.rstrip().removesuffix(b'F'),
        WHOLE + b'9 0 obj\n<<>>\nendobj\n' + WHOLE[WHOLE.index(b'startxref') :].replace(b'%%EOF', b''),
    ],
    ids=[
        'mark of order',
        'head',
        'long head',
        'html behind',
        'script behind',
        'zeros behind',
        'no end marker',
        'half of it',
        'of a revision',
    ],
)
async def test_what_stands_around_a_whole_pdf_and_a_missing_end_marker_do_not_matter(data: bytes) -> None:
    assert len(await pictures.accept_scan(data)) == 1
    assert (await pictures.accept_attachment(data)).media_type == 'application/pdf'


@pytest.mark.parametrize(
    'data',
    [
        WHOLE[: WHOLE.index(b'trailer')],
        WHOLE[: WHOLE.index(b'%%EOF') - 2],
        WHOLE + b'9 0 obj\n<</Length 5000>>\nstream\n abc',
    ],
    ids=['no trailer', 'half of a number', 'half of a revision'],
)
async def test_a_pdf_that_was_cut_off_stays_refused(data: bytes) -> None:
    assert await _refusal(pictures.accept_scan, data) == DAMAGED_PDF
    assert await _refusal(pictures.accept_attachment, data) == DAMAGED_PDF


async def test_a_page_cut_to_a_part_outside_of_it_is_shown_whole() -> None:
    [side] = await pictures.accept_scan(samples.plain_pdf(page=b'/CropBox[9000 9000 9999 9999]'))

    assert max(side.width, side.height) == 2000


async def test_a_folder_of_files_and_the_cover_of_a_locked_one_are_no_certificate() -> None:
    inside = b'/Names<</EmbeddedFiles<</Names[(a)<</F(a.pdf)/EF<</F 4 0 R>>>>]>>>>/Collection<</View/H>>'
    folder = samples.plain_pdf(inside, b'<</Type/EmbeddedFile/Length 3>>\nstream\n<x>\nendstream')

    for accept in (pictures.accept_scan, pictures.accept_attachment):
        assert await _refusal(accept, folder) == (
            '這份 PDF 是裝著其他檔案的資料夾或保護封面，直接打開只看得到封面。'
            '請用 Adobe Reader 開啟，把裡面的證書另存出來，再上傳那一份；已填的資料都還在。'
        )


XFA = b'/AcroForm<</XFA 4 0 R/Fields[]>>'
TEMPLATE = b'<</Length 3>>\nstream\n<x>\nendstream'


async def test_a_dynamic_form_is_to_be_printed_first() -> None:
    form = samples.plain_pdf(XFA + b'/NeedsRendering true', TEMPLATE)

    for accept in (pictures.accept_scan, pictures.accept_attachment):
        assert await _refusal(accept, form) == (
            '這份 PDF 是動態表單（XFA），別的程式打開，只有一頁請人稍候的說明。'
            '請先用 Adobe Reader 開啟並填好，以「列印」存成新的 PDF（例如選 Microsoft Print to PDF），'
            '再上傳那一份；已填的資料都還在。'
        )
        assert '動態表單' in await _refusal(accept, samples.plain_pdf(XFA, TEMPLATE))


async def test_a_form_whose_fields_stand_on_its_page_becomes_a_picture_and_is_no_attachment() -> None:
    field = b'/Annots[<</Subtype/Widget/FT/Tx/T(a)/Rect[0 0 9 9]>>]'
    form = samples.plain_pdf(XFA, TEMPLATE, page=field)

    assert len(await pictures.accept_scan(form)) == 1
    assert '動態表單' in await _refusal(pictures.accept_attachment, form)


SCRIPT = b'<</S/JavaScript/JS(app.alert\\(1\\))>>'


@pytest.mark.parametrize(
    ('data', 'found'),
    [
        (samples.plain_pdf(b'/OpenAction 4 0 R', SCRIPT), 'JavaScript 程式'),
        (samples.plain_pdf(b'/OpenAction<</S/#4aavaScript/JS(1)>>'), 'JavaScript 程式'),
        (samples.packed_pdf(SCRIPT), 'JavaScript 程式'),
        (samples.plain_pdf(b'', SCRIPT, page=b'/AA<</O 4 0 R>>'), 'JavaScript 程式'),
        (
            samples.plain_pdf(page=b'/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(a.exe)>>>>]'),
            '會啟動其他程式或送出資料的動作',
        ),
        (
            samples.plain_pdf(b'/Names<</EmbeddedFiles<</Names[(a)<</EF<</F 4 0 R>>>>]>>>>', TEMPLATE),
            '內嵌的檔案或影音',
        ),
        (samples.plain_pdf(b'/OpenAction<</S/URI/URI(http://example.com)>>'), '開啟時執行的動作'),
        (samples.packed_pdf(b'<</S/URI/URI(http://example.com)>>'), '開啟時執行的動作'),
        (samples.plain_pdf(page=b'/AA<</O<</S/URI/URI(http://example.com)>>>>'), '開啟時執行的動作'),
        (samples.plain_pdf(page=b'/Annots[<</Subtype/3D/Rect[0 0 9 9]>>]'), '內嵌的檔案或影音'),
    ],
    ids=[
        'script',
        'spelt otherwise',
        'packed',
        'of a page',
        'launch',
        'file inside',
        'address',
        'packed address',
        'page',
        'space',
    ],
)
async def test_an_attached_pdf_that_acts_by_itself_is_refused_in_words(data: bytes, found: str) -> None:
    assert await _refusal(pictures.accept_attachment, data) == (
        f'這份 PDF 含有{found}，為了審核人員的安全不能收下。'
        '請先開啟它，用「列印」另存成新的 PDF 再上傳；已填的資料都還在。'
    )
    assert len(await pictures.accept_scan(data)) == 1  # becomes a picture


@pytest.mark.parametrize(
    'data',
    [
        samples.plain_pdf(b'/OpenAction[3 0 R/Fit]'),
        samples.plain_pdf(b'/OpenAction<</S/GoTo/D[3 0 R/Fit]>>'),
        samples.packed_pdf(b'[3 0 R/Fit]'),
        samples.plain_pdf(page=b'/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(http://example.com)>>>>]'),
        samples.plain_pdf(page=b'/Annots[<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(http://a.tw/Movie/1)>>>>]'),
        samples.plain_pdf(b'/PieceInfo<</Title(HTML/JavaScript \\(2\\))>>'),
        samples.plain_pdf(page=b'/AA<<>>'),
    ],
)
async def test_a_place_to_begin_at_and_a_link_to_press_are_no_harm(data: bytes) -> None:
    assert await pictures.accept_attachment(data) == pictures.Pdf(data)


async def test_an_attached_picture_is_written_anew() -> None:
    accepted = await pictures.accept_attachment(samples.polyglot())

    assert accepted.media_type == 'image/jpeg'
    assert Image.open(io.BytesIO(accepted.content)).size == (900, 1200)
    assert all(note.is_met for note in accepted.verdict)


@pytest.mark.parametrize(
    ('kind', 'accept', 'head'),
    [
        (FileKind.PHOTO, pictures.accept_photo, b'\xff\xd8\xff'),
        (FileKind.CERTIFICATE, pictures.accept_scan, b'\xff\xd8\xff'),
        (FileKind.CERTIFICATE, pictures.accept_scan, b'%PDF-1.7'),
        (FileKind.ATTACHMENT, pictures.accept_attachment, b'\xff\xd8\xff'),
        (FileKind.ATTACHMENT, pictures.accept_attachment, b'%PDF-1.7'),
    ],
)
async def test_a_file_may_be_as_large_as_its_kind_says_whatever_is_in_it(
    kind: FileKind, accept: Accept, head: bytes
) -> None:
    most = pictures.MOST_MEGABYTES[kind]
    largest = head.ljust(most * pictures.MEGABYTE, b'\0')

    assert '超過' not in await _refusal(accept, largest)
    assert await _refusal(accept, largest + b'x' * pictures.MEGABYTE) == (
        f'這個檔案有 {most + 1}.0 MB，超過 {most} MB。請縮小檔案，或用手機重新拍照；已填的資料都還在。'
    )


def _processor_time() -> float:
    """Seconds of the processor that the decoding processes have spent."""
    spent = [process.cpu_times() for process in psutil.Process().children()]
    return float(sum(times.user + times.system for times in spent))


async def _refusal(accept: Accept, data: bytes) -> str:
    with pytest.raises(UnreadablePicture) as refusal:
        await accept(data)
    return str(refusal.value)


def _image(picture: pictures.Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.content))


def _is_near(seen: object, expected: tuple[int, int, int]) -> bool:
    assert isinstance(seen, tuple)
    return all(abs(one - other) <= 6 for one, other in zip(seen, expected, strict=True))


def _assert_same_colors(one: Image.Image, other: Image.Image) -> None:
    """The same picture, seen from afar: turned, mirrored or cut in another place it would differ."""
    small, expected = (image.convert('RGB').resize((12, 16)) for image in (one, other))
    for at in ((x, y) for x in range(12) for y in range(16)):
        seen, wanted = small.getpixel(at), expected.getpixel(at)
        assert isinstance(seen, tuple)
        assert isinstance(wanted, tuple)
        assert max(abs(a - b) for a, b in zip(seen, wanted, strict=True)) < 24, at
