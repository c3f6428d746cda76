"""The printed book, read as whoever receives it reads it: through the PDF."""

import io
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any

import pypdf
import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from domain.logbook import pdf, service
from domain.logbook.book_pages import Amount, LedgerRow, TrainingLine, Verification
from domain.logbook.worker import FOLDER, OnlyOurs
from tests.samples.logbooks import a_book, served, some_ledgers, some_trainings


@pytest.fixture(scope='module', autouse=True)
async def print_shop() -> AsyncIterator[None]:
    await pdf.opened()
    yield
    await pdf.closed()


async def test_a_book_reads_as_it_was_written() -> None:
    cover, identity, trainings, services, entries, notes, back = _pages(await pdf.as_pdf(a_book()))

    assert cover == '志願服務紀錄冊臺中市政府文化局中市文志字第115000128號中華民國一一五年三月'
    assert identity == (
        '基本資料紀錄冊號中市文志字第115000128號姓名王小明英文姓名WANG,HSIAO-MING性別男身分證字號A12****789'
        '出生日期民國74年5月12日所屬運用單位示例文化中心所屬志工隊藝文導覽志工隊發冊類別初次'
        '發冊機關臺中市政府文化局發冊日期民國115年3月23日舊制紀錄冊號'
        '臺中市政府文化局中華民國一一五年三月二十三日發冊機關用印'
        '志願服務紀錄冊中市文志字第115000128號王小明一列印115.09.30'
    )
    assert '115.03.14～03.15藝文志工特殊訓練特殊訓練(文化)600示例文化中心示文訓字第1150226001號林小滿' in trainings
    assert '成長訓練小計300共1次其他在職訓練小計230共1次合計1730共4次' in trainings
    assert '115.04.05文化服務引導服務展場導覽30042示例文化中心林小滿' in services
    assert '115年6月小計930162共3次以下空白本頁小計2830486共9次累計時數2830486共9次' in services
    assert '115.03.01～116.02.28示例產物保險VL115-000456志工意外團體保險林小滿以下空白' in entries
    assert '榮譽卡核發日期有效期限採計時數起訖卡號發給縣市登錄人尚無紀錄' in entries
    assert notes.startswith('注意事項本冊為志工服務之總登錄，限本人使用，不得轉借、冒用或不當使用；')
    assert notes.endswith(
        '備註尚無紀錄一、二、三、四、五、六、志願服務紀錄冊中市文志字第115000128號王小明五列印115.09.30'
    )
    assert '查驗碼K7F3-92MD-4QXT查驗網址https://record-book.example.gov.tw/verify/K7F3-92MD-4QXT' in back
    assert back.endswith('民國115年9月30日14:05產製')


@pytest.mark.parametrize('more', range(4))
async def test_a_book_folds_into_sheets_of_four_pages_with_the_back_cover_outside(more: int) -> None:
    leaves = service.on_leaves(served(1))
    printed = _all_pages(await pdf.as_pdf(a_book(service=leaves * (1 + more))))

    assert len(printed) % 4 == 0
    assert printed[-1].startswith('查驗本冊')
    assert sum('本頁空白' in page for page in printed) == (1, 0, 3, 2)[more]


async def test_a_book_is_a5_with_a_title_a_language_tags_and_an_outline() -> None:
    reader = pypdf.PdfReader(io.BytesIO(await pdf.as_pdf(a_book())))
    root: Any = reader.trailer['/Root']

    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {(420, 595)}
    assert root['/Lang'] == 'zh-TW'
    assert root['/MarkInfo']['/Marked'].value is True
    assert root['/ViewerPreferences']['/DisplayDocTitle'].value is True
    assert b'pdfuaid:part="1"' in root['/Metadata'].get_data()
    assert {'/H1', '/H2', '/H3', '/Table', '/TH', '/TD', '/Figure', '/L'} <= _tags(root['/StructTreeRoot'])
    assert reader.metadata
    assert reader.metadata.title == '志願服務紀錄冊　王小明　中市文志字第115000128號'
    assert _outline(reader.outline) == [
        '志願服務紀錄冊',
        '基本資料',
        '教育訓練紀錄',
        '服務紀錄',
        '登錄事項',
        '服務單位異動',
        '保險',
        '獎勵獎項',
        '榮譽卡',
        '服務績效證明',
        '其他登錄事項',
        '注意事項',
        '備註',
        '查驗本冊',
    ]


async def test_rare_characters_are_printed_with_their_own_glyphs() -> None:
    book = a_book()
    rare = '堃喆犇𤧟𠮷'

    printed = await pdf.as_pdf(replace(book, identity=replace(book.identity, name=rare)))

    assert f'姓名{rare}英文姓名' in _pages(printed)[1]
    assert set(rare) <= _drawn(printed)


@pytest.mark.parametrize('name', ['X' * 90, '斯卡羅‧' * 15], ids=['one word', 'many'])
async def test_a_name_of_any_length_stays_at_its_place_in_the_margin_and_stands_whole_in_the_book(name: str) -> None:
    book = a_book()

    printed = await pdf.as_pdf(replace(book, identity=replace(book.identity, name=name)))

    identity, *others = _pages(printed)[1:-1]
    assert f'姓名{name}英文姓名' in identity
    for page in others:
        at_the_foot = re.fullmatch(r'.*中市文志字第115000128號(.+)(…|\.\.\.)[一二三四五六]列印115\.09\.30', page)
        assert at_the_foot
        assert 20 < len(at_the_foot[1]) < len(name)
        assert name.startswith(at_the_foot[1])


@pytest.mark.parametrize(
    'text',
    [
        '<script>alert(1)</script>',
        '{{ 7 * 7 }}{% include "/etc/passwd" %}',
        '<img src="file:///etc/passwd"><link rel="attachment" href="file:///etc/passwd">',
        '&lt;b&gt; &amp; </td></tr></table>',
        'url(file:///etc/passwd); content: "x"',
    ],
    ids=['script', 'template', 'addresses', 'entities', 'style'],
)
async def test_what_people_typed_is_printed_and_never_obeyed(text: str) -> None:
    book = a_book()
    line = TrainingLine('115.03.08', text, text, '6', '00', text, text, text)
    book = replace(
        book,
        number=text,
        identity=replace(book.identity, name=text, english_name=text, team=text),
        trainings=replace(some_trainings(), lines=(line,)),
        service=service.on_leaves(served(3, content=text, detail=text, unit=text, recorder=text)),
        ledgers=(replace(some_ledgers()[0], title=text, rows=(LedgerRow((text, text, text, text), text),)),),
        remarks=(text,),
        version=text,
        verification=Verification('https://record-book.example.gov.tw/?' + text, text),
    )

    printed = await pdf.as_pdf(book)

    pages = _pages(printed)
    assert [_squeezed(text) in page for page in pages if '列印115.09.30' not in page] == [True, True]
    assert [_squeezed(text) in page for page in pages if '列印115.09.30' in page] == [True] * (len(pages) - 2)
    assert b'/EmbeddedFile' not in printed


async def test_characters_that_cannot_be_printed_are_left_out() -> None:
    book = a_book()

    pages = _pages(
        await pdf.as_pdf(replace(book, identity=replace(book.identity, name='王\x00\x0b小\u202e\ud800明\ufffe')))
    )

    assert '姓名王小明英文姓名' in pages[1]


async def test_a_very_long_name_is_printed_in_full() -> None:
    book = a_book()
    name = '斯卡羅‧' * 12 + 'Kuljelje Tjaljimaraw ' * 2

    pages = _pages(await pdf.as_pdf(replace(book, identity=replace(book.identity, name=name, english_name=name))))

    assert f'姓名{_squeezed(name)}英文姓名{_squeezed(name)}性別' in pages[1]
    assert '發冊機關用印' in pages[1]


@pytest.mark.parametrize('notice', ['', '本冊已換發'])
@pytest.mark.parametrize('length', [20, 40, 60, 80, 100])
async def test_the_stamp_stays_on_the_page_however_long_the_names_are(length: int, notice: str) -> None:
    book = a_book()
    name, place, agency = '名' * length, '地' * min(length, 80), '關' * min(length, 60)
    english = ('Kuljelje Tjaljimaraw ' * 5)[:length]
    told: dict[str, Any] = {
        'name': name,
        'english_name': english,
        'unit': place,
        'team': place,
        'first_issued': '民國 100 年 1 月 1 日',
    }
    identity = replace(book.identity, notice=notice, **told)

    page = _pages(await pdf.as_pdf(replace(book, identity=identity, cover=replace(book.cover, agency=agency))))[1]

    assert f'姓名{name}英文姓名{_squeezed(english)}性別' in page
    assert f'所屬運用單位{place}所屬志工隊{place}' in page
    assert '發冊機關用印' in page


async def test_the_stamp_stays_on_the_page_of_a_person_with_a_long_english_name() -> None:
    book = a_book()
    name = 'Christopher Alexander Montgomery-Featherstonehaugh III'

    page = _pages(await pdf.as_pdf(replace(book, identity=replace(book.identity, name=name, english_name=name))))[1]

    assert '發冊機關用印' in page


async def test_two_hundred_services_fill_leaves_that_each_add_up() -> None:
    book = a_book(services=200)

    pages = _pages(await pdf.as_pdf(book))

    assert [page[page.index('本頁小計') : page.index('志願服務紀錄冊')] for page in pages if '服務日期' in page] == [
        _squeezed(
            f'{leaf.leaf_total.label}{leaf.leaf_total.hours}{leaf.leaf_total.minutes}'
            f'{leaf.leaf_total.persons}{leaf.leaf_total.note}'
            f'{leaf.running_total.label}{leaf.running_total.hours}{leaf.running_total.minutes}'
            f'{leaf.running_total.persons}{leaf.running_total.note}'
        )
        for leaf in book.service
    ]
    assert book.service[-1].running_total == Amount('累計時數', '632', '30', persons='10734', note='共 200 次')


@pytest.mark.parametrize(
    ('content', 'detail', 'unit', 'recorder'),
    [
        ('導覽，解說，接待，諮詢，陪伴，關懷', '（一）展場；（二）戶外；（三）校園', '臺中市屯區藝文中心', '歐陽小滿'),
        ('Guided tour for international visitors', 'Museum of Contemporary Art', 'National Theatre', 'Tjaljimaraw'),
        ('甲' * 100, '乙' * 120, '丙' * 80, '丁' * 60),
        ('W' * 60, 'Supercalifragilisticexpialidocious ' * 5, 'MMMM WWWW MMMM', 'WWWWWWWWWWWWWWWW'),
        ('x', '一\n二\n三\n四', '「」（）；：', '‧'),
    ],
    ids=['Chinese', 'English', 'very long', 'wide words', 'short lines'],
)
async def test_no_leaf_of_services_runs_over(content: str, detail: str, unit: str, recorder: str) -> None:
    leaves = service.on_leaves(served(14, content=content, detail=detail, unit=unit, recorder=recorder))

    pages = _pages(await pdf.as_pdf(a_book(service=leaves)))

    assert ['本頁小計' in page for page in pages if '服務日期' in page] == [True] * len(leaves)


async def test_remarks_longer_than_a_leaf_go_on_overleaf() -> None:
    detail = ''.join(chr(0x3400 + number) for number in range(1500))

    pages = _pages(await pdf.as_pdf(a_book(service=service.on_leaves(served(1, detail=detail)))))

    assert ''.join(re.findall('[\u3400-\u3fff]', ''.join(pages))) == detail
    told = [page for page in pages if re.search('[\u3400-\u3fff]', page)]
    assert len(told) > 1
    assert told[0].startswith('服務紀錄服務日期服務項目')
    assert all('服務日期服務項目' in page for page in told)


async def test_a_book_without_services_says_so_on_a_tidy_leaf() -> None:
    book = a_book(services=0, trainings=replace(some_trainings(), lines=(), subtotals=()))

    pages = _pages(await pdf.as_pdf(book))

    assert pages[2].startswith('教育訓練紀錄尚無紀錄志願服務紀錄冊')
    assert pages[3].startswith('服務紀錄尚無紀錄志願服務紀錄冊')


async def test_a_table_that_goes_on_overleaf_repeats_its_head_and_says_what_it_is() -> None:
    trainings = some_trainings()

    pages = _pages(await pdf.as_pdf(a_book(trainings=replace(trainings, lines=trainings.lines * 4))))

    assert [page.startswith('教育訓練紀錄訓練日期課程名稱訓練課程訓練時數') for page in pages[2:5]] == [
        True,
        True,
        True,
    ]
    assert ['以下空白' in page for page in pages[2:5]] == [False, False, True]
    assert '合計1730' in pages[4]


async def test_what_runs_over_a_page_says_what_it_is_at_the_head_of_the_next() -> None:
    pages = _pages(await pdf.as_pdf(a_book(remarks=('換發：原冊污損。',) * 40)))

    assert pages[5].endswith('志願服務紀錄冊中市文志字第115000128號王小明五列印115.09.30')
    assert pages[6].endswith('志願服務紀錄冊注意事項中市文志字第115000128號王小明六列印115.09.30')


async def test_a_table_of_entries_that_is_higher_than_a_page_goes_on_overleaf() -> None:
    ledgers = some_ledgers()
    insured = replace(ledgers[1], rows=ledgers[1].rows * 14)

    pages = _pages(await pdf.as_pdf(a_book(ledgers=(ledgers[0], insured, *ledgers[2:]))))

    assert [page.count('示例產物保險') for page in pages[4:8]] == [0, 12, 2, 0]
    assert [page.count('投保期間保險公司保單號碼') for page in pages[4:8]] == [0, 1, 1, 0]
    assert ['以下空白' in page for page in pages[4:7]] == [True, False, True]


async def test_a_book_says_that_it_is_for_archives_and_for_screen_readers() -> None:
    book = pypdf.PdfReader(io.BytesIO(await pdf.as_pdf(a_book())))

    metadata = book.xmp_metadata
    assert metadata
    root: Any = book.root_object
    written = root['/Metadata'].get_object().get_data().decode()
    archive, reader = 'http://www.aiim.org/pdfa/ns/id/', 'http://www.aiim.org/pdfua/ns/id/'
    asked = ((archive, 'part'), (archive, 'conformance'), (reader, 'part'))
    assert [one.value for name in asked for one in metadata.get_element('', *name)] == ['2', 'A', '1']
    assert metadata.dc_title == {'x-default': '志願服務紀錄冊　王小明　中市文志字第115000128號'}
    assert written.count('<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/<') == 1
    [intent] = root['/OutputIntents']
    assert intent['/S'] == '/GTS_PDFA1'
    assert intent['/DestOutputProfile']['/N'] == 3
    assert root['/MarkInfo']['/Marked']
    assert '/ID' in book.trailer


async def test_a_book_no_longer_in_use_says_so_beside_its_number() -> None:
    book = a_book()

    pages = _pages(await pdf.as_pdf(replace(book, identity=replace(book.identity, notice='本冊註銷，僅供查考'))))

    assert '中市文志字第115000128號本冊註銷，僅供查考姓名' in pages[1]


async def test_without_a_photo_and_an_address_to_verify_the_places_say_so() -> None:
    book = a_book(verification=None)

    pages = _pages(await pdf.as_pdf(replace(book, identity=replace(book.identity, photo=None))))

    assert '尚無照片' in pages[1]
    assert pages[6].startswith('查驗本冊需要核對本冊內容時，請以冊號洽發冊機關紀錄冊號中市文志字第115000128號')


@pytest.mark.parametrize(
    'url',
    [
        'file:///etc/passwd',
        (FOLDER / 'worker.py').as_uri(),
        (FOLDER / 'latin.ttf').as_uri() + '/../worker.py',
        (FOLDER / 'elsewhere' / 'latin.ttf').as_uri(),
        'http://127.0.0.1:9/latin.ttf',
        'https://example.org/latin.ttf',
        'data:text/css,body{}',
        'ftp://127.0.0.1/latin.ttf',
        'photo:landscape',
        'photo:',
        'latin.ttf',
    ],
)
def test_nothing_is_fetched_but_the_photo_and_our_own_files(url: str) -> None:
    fetcher = OnlyOurs()
    fetcher.pictures = {'portrait': b'JPEG'}

    with pytest.raises(ValueError, match='nothing is fetched'):
        fetcher(url)

    assert fetcher('photo:portrait').read() == b'JPEG'
    assert fetcher((FOLDER / 'cloth.svg').as_uri()).read() == (FOLDER / 'cloth.svg').read_bytes()


def test_the_subtotal_of_a_month_stands_where_the_month_ends() -> None:
    entries = [replace(entry, month=(2026, 4)) for entry in served(14)]

    leaves = service.on_leaves(entries)

    assert [[len(month.lines) for month in leaf.months] for leaf in leaves] == [[11], [3]]
    assert [[month.subtotal for month in leaf.months] for leaf in leaves] == [
        [None],
        [Amount('115 年 4 月　小計', '43', '30', persons='690', note='共 14 次')],
    ]
    assert [leaf.leaf_total for leaf in leaves] == [
        Amount('本頁小計', '34', '00', persons='528', note='共 11 次'),
        Amount('本頁小計', '9', '30', persons='162', note='共 3 次'),
    ]
    assert [leaf.running_total for leaf in leaves] == [
        Amount('累計時數', '34', '00', persons='528', note='共 11 次'),
        Amount('累計時數', '43', '30', persons='690', note='共 14 次'),
    ]
    assert [leaf.is_last for leaf in leaves] == [False, True]


def _pages(printed: bytes) -> list[str]:
    """The text of each page without any white space; running heads and feet come last. Spare pages are left out."""
    return [page for page in _all_pages(printed) if not page.startswith('本頁空白')]


def _all_pages(printed: bytes) -> list[str]:
    return [_squeezed(page.extract_text()) for page in pypdf.PdfReader(io.BytesIO(printed)).pages]


def _squeezed(text: str) -> str:
    return re.sub(r'\s', '', text)


def _outline(entries: Iterable[Any]) -> list[str]:
    titles: list[str] = []
    for entry in entries:
        titles += _outline(entry) if isinstance(entry, list) else [entry.title]
    return titles


def _tags(element: Any) -> set[str]:
    children = element.get('/K', []) if isinstance(element, dict) else []
    below = [_tags(child.get_object()) for child in (children if isinstance(children, list) else [children])]
    own = {str(element['/S'])} if isinstance(element, dict) and '/S' in element else set()
    return own.union(*below)


def _drawn(printed: bytes) -> set[str]:
    """The characters whose glyph in an embedded font has an outline and is not .notdef."""
    drawn: set[str] = set()
    resources: Any = pypdf.PdfReader(io.BytesIO(printed)).pages[1]['/Resources']
    for font in resources['/Font'].values():
        below = font['/DescendantFonts'][0]
        glyphs = TTFont(io.BytesIO(below['/FontDescriptor']['/FontFile2'].get_data()))['glyf']
        places = b'' if below['/CIDToGIDMap'] == '/Identity' else below['/CIDToGIDMap'].get_data()
        for code, text in re.findall(rb'<(\w{4})> <(\w+)>', font['/ToUnicode'].get_data()):
            number = int(code, 16)
            place = int.from_bytes(places[2 * number : 2 * number + 2]) if places else number
            glyph = glyphs[glyphs.glyphOrder[place]]
            if place and glyph.numberOfContours:
                drawn.add(bytes.fromhex(text.decode()).decode('utf-16-be'))
    return drawn


async def test_the_stamp_stands_on_the_page_of_the_person_whatever_is_said_of_the_book() -> None:
    book = a_book()
    said: dict[str, Any] = {
        'notice': '本冊停用(已換發)，僅供查考',
        'first_issued': '民國 103 年 5 月 6 日',
        'legacy_number': '中市文字第000123號',
    }

    printed = await pdf.as_pdf(replace(book, identity=replace(book.identity, **said)))

    page = _pages(printed)[1]
    assert all(part in page for part in ('首次發冊日民國103年5月6日', '中市文字第000123號', '發冊機關用印'))
