"""STEP 7 紀錄冊: the books issued so far, and 申請送審."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from nicegui import html, ui

from domain import applications, dates, links
from domain.announcements import CaseChanged, PaperBooksChanged
from domain.books import book_days, number_ledger, paper_books, record_books
from domain.books.record_books import FIELDS, RecordBookQuery
from domain.calendar import days_left
from domain.calendar.days_left import DaysLeft
from domain.cases import case_numbers, worklists
from domain.guide.progress import Progress
from domain.model import (
    Account,
    Application,
    ApplicationStatus,
    BookKind,
    BookStatus,
    IdentityKind,
    RecordBook,
    RegistrationStatus,
    Volunteer,
)
from domain.reports.profile_lists import NothingToPrint

from ....components.action_button import action_button
from ....components.after_sending import after_sending
from ....components.card import card
from ....components.chip import chip
from ....components.form import form
from ....components.form.fields import choice_field, date_field
from ....components.paper.paper_facts import LOOKS
from ....components.record_table import Row, record_table
from ....components.states import TURNS, correction_deadline, deadline
from ....components.timeline import timeline
from ....components.unfolding import on_first_opening
from ....components.withdrawing import act_on, withdrawn
from ....flash import leave_with
from ....live import follow, of_volunteer

COLUMNS = [
    ('name', '志工姓名'),
    ('identity', IdentityKind.NATIONAL_ID.label),
    *((key, FIELDS[key].caption) for key in ('number', 'kind', 'issued_on', 'entered_by_unit')),
]


@dataclass
class BookFilter:
    """The tab's 查詢條件."""

    kind: BookKind | None = None
    status: BookStatus | None = None
    issued_from: date | None = None
    issued_to: date | None = None

    def problems(self) -> dict[str, str]:
        """A filter is never wrong."""
        return {}


async def record_book_tab(account: Account, volunteer: Volunteer, guide: Progress) -> None:
    """The tab: filters, the books, and the way to STEP 8."""
    query = BookFilter()
    filters = form(query, summary=False)
    shown: list[RecordBook] = []

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        asked = RecordBookQuery(volunteer_id=volunteer.id, page=page, per_page=per_page, **vars(query))
        found = await record_books.find(asked, by=account)
        shown[:] = found.rows
        return [_row(book) for book in found.rows], found.total

    with card('查詢條件', '(本查詢為志工所有紀錄冊資料)', 'lb-filters'):
        with html.div().classes('lb-filter-grid three'):
            choice_field(FIELDS['kind'].label, filters, 'kind', {None: '請選擇', **BookKind.labels()})
            choice_field(FIELDS['status'].label, filters, 'status', {None: '請選擇', **BookStatus.labels()})
            with html.div().classes('lb-range'):
                label = FIELDS['issued_on'].label
                date_field(label, filters, 'issued_from')
                html.span('～').classes('lb-to')
                date_field(f'{label}（迄）', filters, 'issued_to')
        with html.div().classes('lb-acts'):
            action_button('查詢', lambda: table.refresh(1), 'outline').by_enter(filters)
            action_button('列印(doc)', lambda: print_books(account, volunteer, query, 'docx'), 'outline')
            action_button('列印(odt)', lambda: print_books(account, volunteer, query, 'odt'), 'outline')
            ui.link('申請送審', links.application(volunteer.id)).classes('q-btn lb-btn bg-primary')
    book = await record_books.current_book_of(volunteer, by=account) if guide.has_book else None
    await paper_state(account, volunteer, guide)
    await application_state(account, volunteer)
    table = record_table('紀錄冊', COLUMNS, fetch, empty_hint='還沒有紀錄冊。資料備齊後，按「申請送審」。')
    await table.refresh()
    await lineage(book or next(iter(shown), None))


async def print_books(account: Account, volunteer: Volunteer, asked: BookFilter, kind: str) -> None:
    """Fetch the record books that the screen lists, as a text document."""
    if not (await record_books.find(RecordBookQuery(volunteer_id=volunteer.id, **vars(asked)), by=account)).total:
        raise NothingToPrint
    sheet = links.printed_record_books(
        volunteer.id,
        kind,
        issue=asked.kind or '',
        status=asked.status or '',
        since=asked.issued_from,
        until=asked.issued_to,
    )
    ui.navigate.to(sheet)


async def lineage(latest: RecordBook | None) -> None:
    """發冊沿革: from the latest book back to the first, once there is more than one entry."""
    line = await number_ledger.lineage(latest) if latest else []
    if len(line) < 2:
        return
    with card('發冊沿革', '最近的在前'), html.ol().classes('lb-lineage'):
        for number, issue in line:
            with html.li():
                html.b(issue.kind.label if issue else '舊制紀錄冊')
                html.span(number)
                if issue:
                    act = '確認' if issue.kind is BookKind.REGISTERED else '核可'
                    decided = f'{issue.by.name} {act}' if issue.by else '系統轉入'
                    html.span(f'{dates.roc_instant(issue.at)}　{decided}').classes('mut')


async def paper_state(account: Account, volunteer: Volunteer, guide: Progress) -> None:
    """The paper book that is being registered, or the way to register one for whoever has no book."""
    registration = await paper_books.open_one_of(volunteer, by=account) if guide.has_paper else None
    form_page = links.paper_book(volunteer.id)
    if registration is not None:
        with html.section().classes('lb-card lb-paper-strip').props('aria-label=紙本紀錄冊登記'):
            chip(registration.status.label, *LOOKS[registration.status])
            with html.p():
                html.b(f'紙本紀錄冊 {paper_books.number_of(registration)}')
                html.span(f'　{registration.host_unit.name} 送請{registration.agency.name}確認')
            if registration.reason and registration.status is RegistrationStatus.RETURNED:
                html.p(registration.reason).classes('lb-case-reason')
            ui.link('查看登記', form_page)
    elif not guide.has_book:
        typed = paper_books.typed_number(volunteer)
        said = f'基本資料填有舊制紀錄冊 {typed}，還不是系統中的紀錄冊。' if typed else '志工已有舊制的紙本紀錄冊？'
        with html.section().classes('lb-card lb-paper-strip').props('aria-label=紙本紀錄冊登記'):
            html.p(said)
            ui.link('登記為紙本紀錄冊', form_page).classes('q-btn lb-btn lb-outline')
    seen = (registration.id, registration.version) if registration else None

    async def renew() -> None:
        now = await paper_books.open_one_of(volunteer, by=account)
        if ((now.id, now.version) if now else None) != seen:
            ui.navigate.reload()

    follow(PaperBooksChanged, renew, lambda changed: changed.volunteer_id == volunteer.id)


async def application_state(account: Account, volunteer: Volunteer) -> None:
    """The latest applications: whose turn it is, what happened; follows by itself when the agency decides."""
    found = (await applications.history_of(volunteer, by=account))[:3]
    repeatable = await applications.repeatable(found, by=account)
    left = await days_left.of_cases(found) | await days_left.of_corrections(found)
    if found and found[0].status is ApplicationStatus.SUBMITTED:
        await after_sending(account, found[0])
    with html.div().classes('lb-state-strip'):
        for application in found:
            await _case(account, volunteer, application, left.get(application.id), application.id in repeatable)

    async def renew() -> None:
        now = (await applications.history_of(volunteer, by=account))[:3]
        if [_seen(one) for one in now] != [_seen(one) for one in found]:
            ui.navigate.reload()

    follow(CaseChanged, renew, of_volunteer(volunteer))


def _seen(application: Application) -> tuple[object, ...]:
    return application.id, application.status, application.round, application.due_on, application.correct_by


async def _case(
    account: Account, volunteer: Volunteer, application: Application, left: DaysLeft | None, is_repeatable: bool
) -> None:
    """One application as a strip; its timeline opens below, that of the open one is open."""
    form_page = links.application(volunteer.id)

    async def repeat() -> None:
        await applications.again(application, by=account)
        leave_with(form_page, 'application-again')

    async def give_up() -> None:
        if await withdrawn(account, application):
            here = links.record_books(volunteer.id)
            leave_with(here, 'application-withdrawn' if application.round else 'draft-deleted')

    turn, is_open = worklists.of(application, account), application.status in applications.OPEN
    with html.section().classes('lb-card lb-state').props('aria-label=申請案'):
        chip(turn.word, *TURNS[turn.state])
        if turn.why:
            html.span(turn.why).classes('strong')
        if left is not None:
            text, tone, symbol, _, hint = deadline(left) if application.due_on else correction_deadline(left)
            chip(text, tone, symbol, hint)
        html.span(f'{case_numbers.written(application.id)}　{application.kind.label}　{application.agency.name}')
        if application.submitted_at:
            html.span(f'送審 {dates.roc_instant(application.submitted_at)}').classes('mut')
        if is_open:
            ui.link('查看申請', form_page)
            action_button(act_on(application), give_up, 'flat')
        elif is_repeatable:
            action_button('重新申請', repeat, 'outline')
        if application.reason:
            html.p(application.reason).classes('lb-case-reason')
        with html.details().classes('lb-case-history') as history:
            html.summary('案件歷程')
        await _history(history, account, application, is_open=is_open)


async def _history(folded: html.details, account: Account, application: Application, *, is_open: bool) -> None:
    """What happened stands open for an open case; of one that has ended it is read when somebody opens it."""

    async def build() -> None:
        await timeline.build(account, application, heading=False, steps=list(application.steps))

    if not is_open:
        on_first_opening(folded, build)
        return
    with folded.props('open'):
        await build()


def _row(book: Any) -> Row:
    return {
        'key': str(book.id),
        'name': book.volunteer.name,
        'identity': book.volunteer.identity_masked,
        'number': {'text': book.number, 'href': links.book_pdf(book.id), 'sub': book.issued_by},
        'kind': {'text': book.kind.label, 'sub': book.status.label},
        'issued_on': {'text': book_days.issued(book), 'sub': book_days.first(book)},
        'entered_by_unit': book.entered_by_unit.name,
    }
