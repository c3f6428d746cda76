"""The database is away or hangs while people work: what they typed and pressed. With a real kill -9 and SIGSTOP."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from .database import SiteDatabase
from .site import Site, signed_in

READY = 6  # a volunteer of the demo office


def server_of(site: Site) -> list[psutil.Process]:
    """The processes of its PostgreSQL."""
    data = site.folder / 'postgres' / 'data'
    postmaster = psutil.Process(int((data / 'postmaster.pid').read_text().split()[0]))
    return [postmaster, *postmaster.children()]


@contextmanager
def hanging(site: Site) -> Iterator[None]:
    """PostgreSQL takes connections and says nothing."""
    stopped = server_of(site)
    for process in stopped:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in stopped:
            process.send_signal(signal.SIGCONT)


def stored(page: Page) -> None:
    """Wait until the draft holds everything that was typed."""
    page.wait_for_function("() => !Object.keys(sessionStorage).some((key) => key.startsWith('typed:'))")
    expect(page.get_by_text('尚未儲存，系統會自動再送出')).to_have_count(0)


@pytest.fixture
def course(site: Site, browser: Browser) -> Iterator[Page]:
    """A clerk at a form with a draft."""
    clerk = signed_in(browser, site, 'clerk')
    clerk.goto(f'{site.url}/volunteers/{READY}/trainings/new')
    clerk.locator('#title').fill('BEFORE')
    stored(clerk)
    yield clerk
    clerk.context.close()


def test_what_is_typed_while_the_database_hangs_is_said_not_to_be_stored_and_is_stored_when_it_answers(
    site: Site, course: Page
) -> None:
    with hanging(site):
        course.locator('#remarks').fill('打字時資料庫沒有回應')
        expect(course.get_by_text('尚未儲存，系統會自動再送出')).to_be_visible()
        course.get_by_role('button', name='儲存', exact=True).click()
        expect(
            course.get_by_text(re.compile('按下後三秒沒有回應|處理得比平常慢|資料庫暫時沒有回應')).first
        ).to_be_visible()
    stored(course)
    course.reload()
    expect(course.locator('#remarks')).to_have_value('打字時資料庫沒有回應')


def test_a_press_that_waits_for_a_lock_is_answered_and_was_not_obeyed(site: Site, browser: Browser) -> None:
    clerk = signed_in(browser, site, 'clerk')
    clerk.goto(f'{site.url}/volunteers/{READY}/record-book/application')
    send = clerk.get_by_role('button', name='送審', exact=True)
    expect(send).to_be_visible()
    with SiteDatabase(site.folder / 'postgres') as database:
        sent = f"SELECT count(*) FROM application WHERE volunteer_id = {READY} AND status = 'submitted'"
        with database.locked('application'):
            send.click()
            expect(clerk.get_by_text('系統處理得比平常慢，還在進行')).to_be_visible()
            expect(clerk.get_by_text('資料庫暫時沒有回應，這次沒有完成。')).to_be_visible()
        assert database.value(sent) == 0
        send.click()
        expect(clerk).to_have_url(re.compile('/record-book$'))
        assert database.value(sent) == 1
    clerk.context.close()


def test_after_a_kill_of_postgresql_everything_goes_on_by_itself(site: Site, course: Page) -> None:
    [postmaster, *_] = server_of(site)
    postmaster.kill()
    course.locator('#remarks').fill('打字時資料庫不在')
    stored(course)
    course.reload()
    expect(course.locator('#remarks')).to_have_value('打字時資料庫不在')
    assert 'the bundled PostgreSQL had ended; it is started again' in site.said()
