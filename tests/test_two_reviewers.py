"""Two reviewers of one agency, each in a browser: who reads what, who decides first, and what is taken back."""

import email
import random
import re
import time
from collections.abc import Iterator
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from playwright.sync_api import Browser, Locator, Page, expect

from ui.board_changes import changes

from .database import SiteDatabase
from .site import Site, free_port, running_site, signed_in, takes


@pytest.fixture(scope='module')
def letters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A real SMTP server; its URL and the folder of what it received."""
    folder = tmp_path_factory.mktemp('mail') / 'box'
    server = Controller(Mailbox(folder), hostname='127.0.0.1', port=free_port())
    server.start()
    try:
        yield f'smtp://127.0.0.1:{server.port}', folder
    finally:
        server.stop()


@pytest.fixture(scope='module')
def site(demo_office: Path, tmp_path_factory: pytest.TempPathFactory, letters: tuple[str, Path]) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp('reviewers') / 'data', demo_office, SMTP_URL=letters[0]) as running:
        yield running


@pytest.fixture(scope='module')
def ho(site: Site, browser: Browser) -> Page:
    """何專員's browser."""
    return signed_in(browser, site, 'reviewer')


@pytest.fixture(scope='module')
def wang(site: Site, browser: Browser) -> Page:
    """王專員's browser."""
    return signed_in(browser, site, 'reviewer2')


def test_who_reads_a_case_shows_on_the_others_queue_by_itself_and_can_be_taken_over(
    site: Site, ho: Page, wang: Page
) -> None:
    wang.goto(f'{site.url}/reviews')
    ho.goto(f'{site.url}/reviews')
    expect(row(wang, '張小安')).to_be_visible()

    link(ho, '張小安').click()
    expect(ho.get_by_text('您正在審').first).to_be_visible()
    expect(row(wang, '張小安').get_by_text('何專員 正在審')).to_be_visible()

    link(wang, '張小安').click()
    banner = wang.get_by_text(re.compile('何專員 .* 起正在審這個案件'))
    expect(banner).to_be_visible()
    wang.get_by_role('button', name='接手').click()
    expect(banner).to_be_hidden()
    expect(ho.get_by_text(re.compile('王專員 .* 起正在審這個案件'))).to_be_visible()

    wang.goto(f'{site.url}/menu')
    expect(row(ho, '張小安').get_by_text('您正在審')).to_be_visible()


def test_of_two_who_approve_at_once_one_does_and_the_other_reads_from_whom_and_when(
    site: Site, ho: Page, wang: Page, letters: tuple[str, Path]
) -> None:
    address = case_of(site, ho, '周小晴')
    for page in (ho, wang):
        takes(page, site, '30 秒')
        page.goto(address)
        expect(page.get_by_role('button', name='核可')).to_be_visible()
    before = approved(ho)

    at = time.time() * 1000 + 3000
    for page in (ho, wang):
        # Both at one moment by the clock of the machine: Playwright itself would click one after the other.
        page.evaluate('(at) => setTimeout(() => document.querySelector(".lb-approve").click(), at - Date.now())', at)

    winner, loser = (ho, wang) if who_can_undo(ho, wang) is ho else (wang, ho)
    name = '何專員' if winner is ho else '王專員'
    refusal = re.compile(f'這個案件已由 {name} 於 .* 核可|{name} 已於 .* 核可')
    expect(loser.get_by_text(refusal).first).to_be_visible()
    expect(loser.get_by_role('button', name='復原')).to_be_hidden()

    expect(row(winner, '周小晴')).to_have_count(0)
    expect(loser.get_by_text(re.compile('已核可，紀錄冊號 中市文志字第'))).to_be_visible()
    expect(queue(ho)).to_contain_text(re.compile(rf'已核可\s*{before + 1}(?!\d)'))
    while told(letters[1], '周小晴') < 1:
        ho.wait_for_timeout(200)
    assert told(letters[1], '周小晴') == 1


def test_what_is_taken_back_in_time_is_told_to_nobody(
    site: Site, ho: Page, wang: Page, letters: tuple[str, Path]
) -> None:
    takes(ho, site, '2 分鐘')
    with SiteDatabase(site.folder / 'postgres') as database:
        while database.value("SELECT count(*) FROM outgoing_mail WHERE status = 'waiting'"):
            ho.wait_for_timeout(200)
    mails = len(list((letters[1] / 'new').iterdir()))
    ho.goto(case_of(site, ho, '張小安'))
    wang.goto(f'{site.url}/reviews')
    before = approved(wang)

    ho.get_by_role('button', name='核可').click()
    expect(ho.get_by_text('已核可 張小安')).to_be_visible()
    expect(row(wang, '張小安').get_by_text('何專員已核可')).to_be_visible()
    ho.get_by_role('button', name='復原').click()

    expect(row(wang, '張小安').get_by_text('何專員已核可')).to_be_hidden()
    expect(ho.get_by_role('button', name='核可')).to_be_visible()
    with SiteDatabase(site.folder / 'postgres') as database:
        assert database.value('SELECT count(*) FROM decision') == 0  # nothing waits for its release any more
    assert approved(wang) == before
    assert len(list((letters[1] / 'new').iterdir())) == mails
    takes(ho, site, '10 秒')


def test_a_server_killed_after_the_decision_releases_it_when_it_is_back(
    site: Site, ho: Page, wang: Page, letters: tuple[str, Path]
) -> None:
    ho.goto(case_of(site, ho, '張小安'))
    before = approved(ho)
    ho.get_by_role('button', name='核可').click()
    expect(ho.get_by_text('已核可 張小安')).to_be_visible()

    site.kill()
    site.start_again()

    wang.goto(f'{site.url}/reviews')
    expect(row(wang, '張小安')).to_have_count(0)
    expect(queue(wang)).to_contain_text(re.compile(rf'已核可\s*{before + 1}(?!\d)'))
    while told(letters[1], '張小安') < 1:
        wang.wait_for_timeout(200)
    assert told(letters[1], '張小安') == 1


def row(page: Page, name: str) -> Locator:
    """A line of the queue."""
    return page.locator('.lb-item', has_text=name)


def link(page: Page, name: str) -> Locator:
    """The link in it."""
    return row(page, name).get_by_role('link').first


def case_of(site: Site, page: Page, name: str) -> str:
    """The address of the case."""
    page.goto(f'{site.url}/reviews')
    address = link(page, name).get_attribute('href')
    assert address
    return site.url + address


def approved(page: Page) -> int:
    """What the tab of approved cases counts."""
    expect(queue(page)).to_contain_text(re.compile(r'已核可\s*\d'))
    return int(re.findall(r'已核可\s*(\d+)', queue(page).inner_text())[0])


def queue(page: Page) -> Locator:
    """The list with its tabs."""
    return page.locator('.lb-queue').first


def who_can_undo(*pages: Page) -> Page:
    """The one of them that offers to, once one does."""
    while True:
        for page in pages:
            if page.get_by_role('button', name='復原').is_visible():
                return page
        pages[0].wait_for_timeout(50)


def told(folder: Path, name: str) -> int:
    """How many mails tell this volunteer of the book."""
    letters = [email.message_from_bytes(file.read_bytes()) for file in (folder / 'new').iterdir()]
    subjects = [str(make_header(decode_header(letter['Subject'] or ''))) for letter in letters]
    bodies = [letter.get_payload(decode=True) for letter in letters]
    return sum(
        '您的紀錄冊已核發' in subject and name in (body.decode() if isinstance(body, bytes) else '')
        for subject, body in zip(subjects, bodies, strict=True)
    )


def test_of_the_old_list_and_what_changed_the_browser_makes_the_new_list(ho: Page, site: Site) -> None:
    drawn = random.Random(7)

    def a_list() -> list[dict[str, Any]]:
        ids = drawn.sample(range(9), drawn.randrange(9))
        return [{'id': number, 'word': drawn.choice('甲乙')} for number in ids]

    lists = [({'cases': a_list(), 'count': n % 3}, {'cases': a_list(), 'count': n % 2}) for n in range(200)]
    ho.goto(f'{site.url}/reviews')
    made = ho.evaluate(
        """async (all) => {
            const { changed } = await import('/static/boards.js');
            return all.map(([before, change]) => changed(before, change));
        }""",
        [[before, changes(before, now)] for before, now in lists],
    )

    assert made == [now for _, now in lists]
