"""An office moves in: sixty people by file, down to the printed book, in few presses; who makes them is the clerk."""

import re
import zipfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from . import builders, samples
from .presses import Presses
from .site import Site, settled, takes

MOST_CLICKS = 25
# Where a browser waits that nobody looks at: a page of ours is drawn anew with each case that is sent or decided.
AWAY = 'about:blank'
PRINTED_WITHIN = 600_000
PEOPLE, HOLDERS = 60, 10
DIGITS = '零一二三四五六七八九'
NUMBERS = [builders.an_identity_number() for _ in range(PEOPLE)]
NAMES = [f'測試{DIGITS[number // 10]}{DIGITS[number % 10]}' for number in range(PEOPLE)]
BOTH = list(zip(NAMES, NUMBERS, strict=True))


def test_sixty_people_and_all_that_is_theirs_come_in_by_file_and_are_sent_in_at_most_25_presses(
    site: Site, clerk: Page, reviewer: Page, tmp_path: Path
) -> None:
    files = written_in(tmp_path)
    hands = Presses(clerk)
    reviewer.goto(AWAY)
    clerk.goto(f'{site.url}/menu')
    settled(clerk)
    hands.click(clerk.get_by_role('link', name=re.compile('^批次維護作業')))
    hands.click(clerk.get_by_role('link', name=re.compile('^志工資料')))
    brings_in(hands, files['volunteers'], PEOPLE)
    goes_on(hands, '教育訓練')
    hands.choose(box(clerk), [files['trainings']])
    expect(clerk.get_by_text('全部讀完')).to_be_visible()
    hands.choose(clerk.get_by_text('選擇檔案', exact=True).first, [files['front'], files['back']])
    expect(clerk.get_by_alt_text(re.compile('back.jpg')).first).to_be_visible()
    confirms(hands, 2 * PEOPLE)
    goes_on(hands, '照片與證書')
    hands.choose(box(clerk), [files['photos']])
    hands.click(clerk.get_by_role('checkbox', name=re.compile('^照片都清晰')))
    confirms(hands, PEOPLE)
    goes_on(hands, '服務時數')
    brings_in(hands, files['hours'], PEOPLE)
    goes_on(hands, '紙本紀錄冊')
    brings_in(hands, files['books'], HOLDERS)

    hands.click(clerk.get_by_role('link', name='建立名冊送審'))
    hands.click(clerk.get_by_role('button', name='建立名冊'))
    pastes(hands, clerk.get_by_label('貼上證號或姓名'), '\n'.join(NUMBERS[HOLDERS:]))
    expect(clerk.get_by_text(f'找到 {PEOPLE - HOLDERS} 位')).to_be_visible()
    hands.click(clerk.get_by_role('button', name='建立', exact=True))
    hands.click(clerk.get_by_role('button', name=f'送審選取的 {PEOPLE - HOLDERS} 位'))
    expect(clerk.get_by_text(f'已送審 {PEOPLE - HOLDERS} 位')).to_be_visible()
    roster = clerk.url

    clerk.goto(AWAY)
    approves_all(reviewer, site)
    clerk.goto(roster)
    expect(clerk.locator('.lb-roster > ol > li', has_text=NAMES[-1]).get_by_text('已核可').first).to_be_visible()
    with clerk.expect_download(timeout=PRINTED_WITHIN) as printed:
        hands.click(clerk.get_by_role('button', name=f'列印這 {PEOPLE - HOLDERS} 冊'))
    books: list[Any] = PdfReader(printed.value.path()).outline
    assert [str(book.title).split()[0] for book in books] == NAMES[HOLDERS:]
    print(f'sixty people, from the menu to a printed book: {hands}')
    assert hands.clicks <= MOST_CLICKS


def brings_in(hands: Presses, file: Path, rows: int) -> None:
    """A file is chosen, looked at and confirmed."""
    hands.choose(box(hands.page), [file])
    confirms(hands, rows)


def confirms(hands: Presses, rows: int) -> None:
    hands.click(hands.page.get_by_role('button', name=f'確認匯入 {rows} 筆'))
    expect(hands.page.get_by_text(f'已匯入 {rows} 筆。')).to_be_visible()


def goes_on(hands: Presses, kind: str) -> None:
    """From what was brought in to what comes next."""
    hands.click(hands.page.get_by_role('link', name=f'匯入{kind}', exact=True))
    expect(hands.page.get_by_role('heading', level=1, name=f'匯入{kind}')).to_be_visible()


def box(page: Page) -> Locator:
    return page.locator('.lb-sheet-box .lb-drop')


def pastes(hands: Presses, target: Locator, text: str) -> None:
    """A click into the field, and what the clipboard holds."""
    hands.click(target)
    target.fill(text)
    hands.keys += 1


def approves_all(page: Page, site: Site) -> None:
    """The agency's window: the whole roster at once."""
    takes(page, site, '30 秒')
    page.goto(f'{site.url}/reviews/rosters')
    page.get_by_role('link', name=re.compile('申請名冊')).first.click()
    page.get_by_role('checkbox', name=re.compile('全選')).check()
    page.get_by_role('button', name=f'核可選取的 {PEOPLE - HOLDERS} 件').click()
    page.get_by_role('dialog').get_by_role('button', name=re.compile('核可')).click()
    expect(page.locator('.lb-undo').get_by_text('已核可')).to_be_visible()
    expect(page.locator('.lb-roster').get_by_text('已核可').first).to_be_visible()


def written_in(folder: Path) -> dict[str, Path]:
    """The files of the office, as it has kept them."""
    table: dict[str, list[tuple[str, ...]]] = {
        'volunteers': [('姓名', '證號', '生日', '同意個資'), *((*both, '74/5/12', '是') for both in BOTH)],
        'trainings': [
            ('姓名', '證號', '課程名稱', '訓練日期', '訓練單位', '訓練課程', '課程領域', '小時', '無核定字號'),
            *(
                (*both, f'志工{kind}', '115/01/10', '示例文化中心', kind, '文化', '6', '是')
                for both in BOTH
                for kind in ('基礎訓練', '特殊訓練')
            ),
        ],
        'hours': [
            ('志工', '身分證', '起', '訖', '項目代碼', '服務內容', '時', '分'),
            *((*both, '1150201', '1150228', '0200', '0006', '18', '30') for both in BOTH),
        ],
        'books': [
            ('姓名', '證號', '舊制紀錄冊號', '發冊日期', '發冊機關'),
            *(
                (*both, f'中市文志字第{number:06}號', '105/03/08', '臺中市政府文化局')
                for number, both in enumerate(BOTH[:HOLDERS], 1)
            ),
        ],
    }
    files = {name: folder / f'{name}.csv' for name in table}
    for name, rows in table.items():
        files[name].write_text('\r\n'.join(','.join(row) for row in rows), encoding='utf-8-sig')
    files['photos'] = folder / 'photos.zip'
    with zipfile.ZipFile(files['photos'], 'w') as archive:
        for number in NUMBERS:
            archive.writestr(f'{number}.jpg', samples.portrait())
    for side, picture in (('front', samples.certificate_front()), ('back', samples.certificate_back())):
        files[side] = folder / f'{side}.jpg'
        files[side].write_bytes(picture)
    return files
