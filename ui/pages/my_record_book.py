"""The volunteer: where my application stands, my record book, who looked at my data."""

from collections.abc import Sequence
from typing import Any

from nicegui import html, ui
from nicegui.element import Element

from domain import applications, dates, volunteers
from domain.audit import access
from domain.books import record_books
from domain.cases import worklists
from domain.cases.worklists import Turn
from domain.errors import NotFound
from domain.model import Account, Application, ApplicationStatus, RecordBook, Volunteer
from domain.reviews import timeline
from domain.reviews.timeline import Entry

from ..components.icon import icon
from ..components.record_table import record_table
from ..frame import card, frame
from ..live import follow, of_volunteer

STATION_OF = {
    ApplicationStatus.SUBMITTED: 1,
    ApplicationStatus.RETURNED: 2,
    ApplicationStatus.APPROVED: 3,
}
# How many stations a case has passed that ended without a book.
PASSED = {ApplicationStatus.REJECTED: 2, ApplicationStatus.WITHDRAWN: 1}


class journey_track(Element, component='../components/journey_track.js'):
    """Four stations and the log, as one follows a parcel."""

    def show(self, turn: Turn, application: Application | None, entries: Sequence[Entry]) -> None:
        """Where the application is now, and its timeline."""
        self._props.update(_track(turn, application, entries))
        self.update()


async def my_record_book_page(account: Account) -> None:
    """One page: the state in one sentence, the progress, the book, who looked."""
    if account.volunteer_id is None:
        raise NotFound
    volunteer = await volunteers.get(account.volunteer_id, by=account)
    latest = next(iter(await applications.history_of(volunteer, by=account)), None)
    book = await record_books.current_book_of(volunteer, by=account)
    with frame(account, '我的紀錄冊', heading=False), html.div().classes('lb-mine'):
        headline(volunteer, latest, book)
        with html.div().classes('lb-mine-cols'):
            with html.div().classes('lb-stack'):
                track = journey_track()
                entries = await timeline.of(latest, by=account) if latest else []
                track.show(_turn(latest, book, account), latest, entries)
                await who_looked(account, volunteer)
            with html.div().classes('lb-stack'):
                the_book(book)
                my_data(volunteer)

    async def renew() -> None:
        # Marks, mails and calls are announced too: nothing of them is shown here.
        now = next(iter(await applications.history_of(volunteer, by=account)), None)
        if now is None or latest is None or _seen(now) != _seen(latest):
            ui.navigate.reload()

    follow(applications.CHANNEL, renew, of_volunteer(volunteer))


def headline(volunteer: Volunteer, latest: Application | None, book: RecordBook | None) -> None:
    """The state in one sentence."""
    with html.header().classes('lb-mine-head'):
        if book is not None:
            html.h1(f'{volunteer.name}，您的紀錄冊已核發')
            with html.p():
                html.span(f'{record_books.FIELDS["number"].label} ')
                html.b(book.number)
                html.span(f'　{record_books.FIELDS["issued_on"].label} ')
                html.b(dates.roc_long(book.issued_on))
        elif latest is not None and latest.status in (ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED):
            html.h1(f'{volunteer.name}，您的紀錄冊正在申請中')
            html.p('核發後，您可以在這裡線上檢視並下載。畫面會自動更新。')
        elif latest is not None and latest.status is ApplicationStatus.DRAFT:
            html.h1(f'{volunteer.name}，您的單位正在準備申請')
            html.p(f'{latest.host_unit.name}送件後，您可以在這裡看到進度。畫面會自動更新。')
        else:
            html.h1(f'{volunteer.name}，您還沒有紀錄冊')
            html.p('請與您的運用單位聯絡，由單位承辦人替您送件。')


def the_book(book: RecordBook | None) -> None:
    """The cover, and the PDF: to read on line and to keep."""
    with card():
        with html.div().classes('lb-book'), html.div().classes('lb-cover').props('aria-hidden=true'):
            with html.div().classes('slip'):
                html.span('志願服務紀錄冊')
            with html.div().classes('foot'):
                html.b(book.agency.name if book else '')
        if book is None:
            html.p('核發後，這裡會出現您的紀錄冊。').classes('lb-center mut')
            return
        with ui.link(target=f'/books/{book.id}.pdf?download').classes('q-btn lb-btn bg-primary lb-big'):
            icon('download', 22)
            html.span('下載紀錄冊 PDF')
        with ui.link(target=f'/books/{book.id}.pdf', new_tab=True).classes('q-btn lb-btn lb-outline lb-big'):
            icon('eye', 22)
            html.span('線上檢視')
        html.p('可列印成 A5 小冊').classes('lb-center mut')


def my_data(volunteer: Volunteer) -> None:
    """What the office knows of me; corrections go through the unit."""
    with card('我的資料'):
        with html.dl().classes('lb-my-data'):
            for label, text in (
                (volunteers.FIELDS['name'].label, volunteer.name),
                (volunteer.identity_kind.label, volunteer.identity_masked),
                (volunteers.FIELDS['born_on'].label, dates.roc_long(volunteer.born_on)),
                (volunteers.FIELDS['sex'].label, volunteer.sex.label),
                (volunteers.FIELDS['email'].label, volunteer.email or '未登錄'),
            ):
                html.dt(label)
                html.dd(text)
        html.p('資料有誤時，請與您的運用單位聯絡更正。').classes('mut')


async def who_looked(account: Account, volunteer: Volunteer) -> None:
    """誰看過我的資料: time, who, what for."""
    entries = await access.of(volunteer, by=account)

    async def fetch(page: int, per_page: int) -> tuple[Sequence[dict[str, Any]], int]:
        shown = entries[(page - 1) * per_page : page * per_page]
        return [
            {
                'key': str(entry.id),
                'at': dates.roc_instant(entry.at),
                'who': {'text': entry.by_name, 'sub': entry.from_unit},
                'what': {'text': entry.what, 'sub': entry.reason},
            }
            for entry in shown
        ], len(entries)

    table = record_table(
        '誰看過我的資料',
        [('at', '時間'), ('who', '誰'), ('what', '看了什麼，為了什麼')],
        fetch,
        empty='還沒有人查看過您的個人資料',
    )
    await table.refresh()


def _seen(application: Application) -> tuple[int, ApplicationStatus, int]:
    return application.id, application.status, application.round


def _turn(application: Application | None, book: RecordBook | None, account: Account) -> Turn:
    """The one word: 已核發 once there is a book and no new application runs."""
    if application is not None and (book is None or application.status in applications.OPEN):
        return worklists.of(application, account)
    return Turn('已核發', 'ok', 'check') if book else Turn('尚未送件', '', 'todo')


def _track(turn: Turn, application: Application | None, entries: Sequence[Entry]) -> dict[str, Any]:
    steps = list(application.steps) if application is not None else []
    at = STATION_OF.get(application.status, 0) if application is not None else -1
    returned = any(step.status is ApplicationStatus.RETURNED for step in steps)
    labels = ['已送件', '審核中', '補件', '核發']
    stations = []
    for n, label in enumerate(labels):
        if application is not None and application.status in PASSED:
            state = 'done' if n < PASSED[application.status] else 'todo'
        elif at == 3:
            state = 'here' if n == 3 else 'done' if n != 2 or returned else 'todo'
        else:
            state = 'wait' if n == at else 'done' if n < at or (n == 2 and returned) else 'todo'
        note = '不需要' if n == 2 and at == 3 and not returned else _day_of(steps, n)
        stations.append({'label': label, 'state': state, 'note': note})
    log = [{'at': dates.roc_instant(entry.at)[4:], 'what': entry.what, 'text': entry.note} for entry in entries]
    return {'stations': stations, 'log': log, 'chip': turn.word, 'tone': turn.tone, 'icon': turn.symbol}


def _day_of(steps: Sequence[Any], station: int) -> str:
    wanted = {0: ApplicationStatus.SUBMITTED, 1: ApplicationStatus.SUBMITTED, 2: ApplicationStatus.RETURNED}
    found = [step for step in steps if step.status is wanted.get(station, ApplicationStatus.APPROVED)]
    return dates.roc_instant(found[0].at)[4:9] if found else ''
