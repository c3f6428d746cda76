"""The volunteer: my record book, what comes next, whom to call, where my application stands, who looked at my data."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from nicegui import html, ui

from domain import applications, consents, dates, links, settings, volunteers
from domain.announcements import CaseChanged, PaperBooksChanged
from domain.audit import access
from domain.books import book_days, paper_books, record_books
from domain.books.paper_books import FIELDS
from domain.cases import worklists
from domain.cases.worklists import Turn, TurnState
from domain.errors import NotFound
from domain.model import (
    Account,
    Application,
    ApplicationStatus,
    MembershipStatus,
    PaperRegistration,
    RecordBook,
    RegistrationStatus,
    Volunteer,
)
from domain.reviews import timeline

from ..components.card import card
from ..components.icon import icon
from ..components.journey_track import journey_track
from ..components.paper.paper_facts import body_of
from ..components.record_table import record_table
from ..frame import frame
from ..live import follow, of_volunteer


async def my_record_book_page(account: Account) -> None:
    """What a volunteer comes for stands first: the book, what comes next, whom to call; who looked, last and folded."""
    if account.volunteer_id is None:
        raise NotFound
    volunteer = await volunteers.get(account.volunteer_id, by=account)
    latest = next(iter(await applications.history_of(volunteer, by=account)), None)
    book = await record_books.current_book_of(volunteer, by=account)
    paper = await paper_books.latest_of(volunteer, by=account)
    with frame(account, '我的紀錄冊', heading=False), html.div().classes('lb-mine'):
        headline(volunteer, latest, book, paper)
        if await consents.asks(volunteer, by=account):
            notice_asked()
        with html.div().classes('lb-mine-cols'):
            with html.div().classes('lb-stack'):
                if book is not None:
                    the_book(book)
                if paper is not None and (book is None or paper.book_id == book.id):
                    the_paper(paper)
            with html.div().classes('lb-stack'):
                what_comes_next(latest, book, paper)
                telephones(volunteer)
                track = journey_track()
                entries = await timeline.of(latest, by=account) if latest else []
                track.show(_turn(latest, book, account), latest, entries)
                my_data(volunteer)
                await who_looked(account, volunteer)

    async def renew() -> None:
        # Marks, mails and calls are announced too: nothing of them is shown here.
        now = next(iter(await applications.history_of(volunteer, by=account)), None)
        if now is None or latest is None or _seen(now) != _seen(latest):
            ui.navigate.reload()

    async def renew_paper() -> None:
        now = await paper_books.latest_of(volunteer, by=account)
        if (now and now.version) != (paper and paper.version):
            ui.navigate.reload()

    follow(CaseChanged, renew, of_volunteer(volunteer))
    follow(PaperBooksChanged, renew_paper, lambda changed: changed.volunteer_id == volunteer.id)


def notice_asked() -> None:
    """告知事項 has a version that I have not answered."""
    with html.p().classes('lb-verdict warn'):
        icon('warning')
        with html.span():
            html.span('個人資料告知事項有新的內容，請您看過。')
            ui.link('前往我的資料', links.my_data()).classes('strong nowrap')


def headline(
    volunteer: Volunteer, latest: Application | None, book: RecordBook | None, paper: PaperRegistration | None
) -> None:
    """The state in one sentence."""
    with html.header().classes('lb-mine-head'):
        if book is not None:
            html.h1(f'{volunteer.name}，您的{"紙本紀錄冊已登記" if book.is_paper else "紀錄冊已核發"}')
            with html.p():
                html.span(f'{record_books.FIELDS["number"].label} ')
                html.b(book.number)
                html.span(f'　{record_books.FIELDS["issued_on"].label} ')
                html.b(dates.roc_long(book.issued_on) if book.issued_on else book_days.WAIVED)
                if first := book_days.first(book):
                    html.span(f'　{first}')
        elif latest is not None and latest.status in (ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED):
            html.h1(f'{volunteer.name}，您的紀錄冊正在申請中')
            html.p('核發後，您可以在這裡線上檢視並下載。畫面會自動更新。')
        elif paper is not None and paper.status in paper_books.OPEN:
            html.h1(f'{volunteer.name}，您的紙本紀錄冊正在等待確認')
            html.p(
                f'{paper.host_unit.name}登記了 {paper_books.number_of(paper)}，{paper.agency.name}確認後會顯示在這裡。'
            )
        elif latest is not None and latest.status is ApplicationStatus.DRAFT:
            html.h1(f'{volunteer.name}，您的單位正在準備申請')
            html.p(f'{latest.host_unit.name}送件後，您可以在這裡看到進度。畫面會自動更新。')
        else:
            html.h1(f'{volunteer.name}，您還沒有紀錄冊')
            html.p('請與您的運用單位聯絡，由單位承辦人替您送件。')


def the_book(book: RecordBook) -> None:
    """The cover, the PDF to keep, and the pages to read here."""
    with card():
        with html.div().classes('lb-book'), html.div().classes('lb-cover').props('aria-hidden=true'):
            with html.div().classes('slip'):
                html.span('志願服務紀錄冊')
            with html.div().classes('foot'):
                html.b(book.issued_by or book.agency.name)
        with ui.link(target=links.book_pdf(book.id, download=True)).classes('q-btn lb-btn bg-primary lb-big'):
            icon('download', 22)
            html.span('下載紀錄冊 PDF')
        with ui.link(target=links.my_pages()).classes('q-btn lb-btn lb-outline lb-big'):
            icon('book', 22)
            html.span('線上閱讀')
        html.p('PDF 可列印成 A5 小冊；線上閱讀可放大字級。').classes('lb-center mut')


def the_paper(paper: PaperRegistration) -> None:
    """Cover and last page of the paper book, as the unit has taken them."""
    sides = [(FIELDS[side].caption, getattr(paper, f'{side}_id')) for side in paper_books.SIDES]
    with card('紙本紀錄冊', paper.status.label):
        html.p(f'{paper_books.number_of(paper)}　{body_of(paper)}')
        with html.div().classes('lb-my-paper'):
            for label, file_id in sides:
                with html.figure():
                    if file_id:
                        picture = html.img()
                        picture.props['src'], picture.props['alt'] = links.file(file_id), f'紙本紀錄冊的{label}'
                    html.figcaption(label if file_id else f'沒有{label}的圖片').classes('mut')
        html.p('紙本請妥善保管；要換成電子紀錄冊時，請您的單位替您申請換發。').classes('lb-note')


def what_comes_next(latest: Application | None, book: RecordBook | None, paper: PaperRegistration | None) -> None:
    """接下來: whose turn it is, until when, and what the volunteer will hear."""
    with card('接下來'):
        day, sentence = next_step(latest, book)
        if paper is not None and paper.status in paper_books.OPEN and not day:
            sentence = f'{paper.agency.name}正在確認您的紙本紀錄冊；確認後這裡會更新，您不必在這裡操作。'
            if paper.status is RegistrationStatus.RETURNED:
                sentence = f'發冊機關請{paper.host_unit.name}更正紙本紀錄冊的登記。單位可能會向您借紙本對照。'
        if day:
            html.p(day).classes('lb-due')
        html.p(sentence)


def next_step(latest: Application | None, book: RecordBook | None) -> tuple[str, str]:
    """The day that is promised, or '', and the sentence on what comes next."""
    status = latest.status if latest else None
    if latest is not None and status is ApplicationStatus.SUBMITTED:
        due = f'審核期限 {dates.roc_long(latest.due_on)}' if latest.due_on else ''
        return due, f'{latest.agency.name}正在審核。審核完成後，{latest.host_unit.name}會通知您，這裡也會更新。'
    if latest is not None and status is ApplicationStatus.RETURNED:
        due = f'補件期限 {dates.roc_long(latest.correct_by)}' if latest.correct_by else ''
        return due, f'發冊機關請{latest.host_unit.name}補件。單位可能會向您要照片或證書；您不必在這裡操作。'
    if latest is not None and status is ApplicationStatus.DRAFT:
        return '', f'{latest.host_unit.name}正在準備，還沒有送件。缺照片或證書時，單位會與您聯絡。'
    if book is not None:
        return '', '紀錄冊使用中，沒有等您辦的事。要換發、補發，或轉換運用單位，請打電話給您的單位。'
    if latest is not None:
        return '', '這次的申請沒有核發。請打電話給您的單位，問清楚原因後可以重新申請。'
    return '', '請打電話給您的單位，由單位承辦人替您送件。'


def telephones(volunteer: Volunteer) -> None:
    """有問題，打電話: the units the volunteer serves, and the service line of the system."""
    serving = [each.host_unit for each in volunteer.memberships if each.status is not MembershipStatus.LEFT]
    with card('有問題，打電話'), html.ul().classes('lb-tels'):
        for unit in serving:
            _telephone(unit.name, unit.phone, '志工業務、資料更正')
        _telephone('系統客服', settings.current().service_phone, '登入、下載的問題')


def _telephone(name: str, phone: str, about: str) -> None:
    with html.li():
        with html.span():
            html.b(name)
            html.small(phone or '尚未登錄電話')
            html.small(about)
        if phone:
            with ui.link(target=f'tel:{"".join(re.findall("[0-9+,]", phone))}').classes('q-btn lb-btn lb-outline'):
                icon('phone', 20)
                html.span('撥打')
                html.span(name).classes('lb-away')


def my_data(volunteer: Volunteer) -> None:
    """What the office knows of me, and the way to have it corrected."""
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
        with ui.link(target=links.my_data()).classes('q-btn lb-btn lb-outline'):
            icon('pencil', 20)
            html.span('更正與下載')


async def who_looked(account: Account, volunteer: Volunteer) -> None:
    """誰看過我的資料: time, who, what for; folded, since it grows with each look."""
    recent = await access.count(volunteer, by=account, since=dates.now() - timedelta(days=30))

    async def fetch(page: int, per_page: int) -> tuple[Sequence[dict[str, Any]], int]:
        looks = await access.of(volunteer, by=account, page=page, per_page=per_page)
        return [
            {
                'key': look.key,
                'at': dates.roc_instant(look.at),
                'who': {'text': look.by_name, 'sub': look.from_unit},
                'what': {'text': look.what, 'sub': look.reason},
            }
            for look in looks.rows
        ], looks.total

    with html.details().classes('lb-card lb-fold'):
        with html.summary():
            html.h2('誰看過我的資料')
            html.small(f'30 天內 {recent} 次')
            icon('down', 20)
        table = record_table(
            '查看的紀錄',
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
    return Turn(TurnState.ISSUED if book else TurnState.NOT_SENT)
