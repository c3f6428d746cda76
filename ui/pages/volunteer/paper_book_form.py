"""紙本紀錄冊登記: a paper book, with its cover and last page, is sent to the agency that confirms it."""

from nicegui import html, ui

from domain import dates, directory, drafts, files, links, volunteers
from domain.announcements import PaperBooksChanged
from domain.books import paper_books, record_books
from domain.books.paper_books import FIELDS, SIDES, PaperBookDetails
from domain.errors import NotFound
from domain.model import (
    Account,
    Agency,
    Draft,
    DraftKind,
    FileKind,
    PaperRegistration,
    RecordBook,
    RegistrationStatus,
    Volunteer,
)

from ...components.action_button import action_button
from ...components.card import card
from ...components.chip import chip
from ...components.form import form
from ...components.form.agency_select import agency_select
from ...components.form.fields import check_field, date_field, text_field
from ...components.form.upload_box import upload_box
from ...components.icon import icon
from ...components.paper.paper_facts import LOOKS
from ...components.profile.profile_header import profile_header
from ...components.question import is_sure
from ...flash import leave_with
from ...frame import BASICS, MENU, VOLUNTEER_DATA, frame, save_bar, waiting_for
from ...live import follow

TITLE = '紙本紀錄冊登記'
LEAD = (
    '舊制的紙本紀錄冊經發冊機關確認後，就是系統中使用中的紀錄冊，可以列印、換發、註銷。'
    '一人只有一冊；有紙本紀錄冊的志工不需要再申請初次。'
)


async def paper_book_page(account: Account, volunteer_id: int) -> None:
    """The form of a new registration, or of the one that is under way."""
    volunteer = await volunteers.known(volunteer_id, by=account)
    registration = await paper_books.open_one_of(volunteer, by=account)
    draft = await drafts.plan(DraftKind.PAPER_BOOK, by=account, volunteer=volunteer)
    recorded = PaperBookDetails.from_record(registration) if registration else None
    blank = recorded or PaperBookDetails.of_volunteer(volunteer, await _usual_agency())
    details = await drafts.restored(draft, blank)
    may_amend = registration is None or paper_books.may_amend(registration, by=account)
    back = links.record_books(volunteer.id)
    crumbs = [MENU, VOLUNTEER_DATA, BASICS, (volunteer.name, back)]
    waiting, named = await waiting_for(account), f'{volunteer.name}：{TITLE}'
    with frame(account, TITLE, crumbs=crumbs, waiting=waiting, heading=False, named=named):
        head = profile_header(volunteer, 'record-book', account)
        head.show(await volunteers.header(volunteer, by=account))
        if registration is not None:
            state(registration)
        elif (book := await record_books.current_book_of(volunteer, by=account)) is not None:
            has_book(book, back)
            return
        in_form = form(details, draft if may_amend else None, by=account, recorded=recorded)
        with html.div().classes('lb-cols lb-tab-body'):
            await number_fields(in_form, details, readonly=not may_amend)
            await picture_fields(in_form, details, account)
        with save_bar():
            if may_amend:
                send_button(account, volunteer, registration, details, draft, in_form)
            if registration is not None and may_amend:
                withdraw_button(account, registration, back)
            ui.link('返回', back).classes('lb-btn q-btn lb-flat')
            if may_amend:
                in_form.saved_mark()
    keep_current(account, volunteer, registration)


def has_book(book: RecordBook, back: str) -> None:
    """Nobody has two: said at once, and there is nothing to fill in; what was typed stays in the draft."""
    with html.section().classes('lb-card lb-paper-strip').props('aria-label=登記狀態'):
        icon('book', 20)
        with html.p():
            html.b(f'已有使用中的紀錄冊 {book.number}')
            html.span('　一人只有一冊，不需要再登記。若紙本是同一冊，就是這一冊；號碼有誤時，請洽發冊機關。')
        ui.link('查看紀錄冊', back).classes('q-btn lb-btn lb-outline')


async def _usual_agency() -> Agency | None:
    try:
        return (await directory.defaults())[1]
    except NotFound:
        return None


def state(registration: PaperRegistration) -> None:
    """Where it stands, and what the agency wants mended."""
    with html.section().classes('lb-card lb-paper-strip').props('aria-label=登記狀態'):
        chip(registration.status.label, *LOOKS[registration.status])
        with html.p():
            html.b(paper_books.number_of(registration))
            sent = f'　{registration.host_unit.name} 於 {dates.roc_instant(registration.sent_at)} 送請'
            html.span(f'{sent}{registration.agency.name}確認')
        if registration.status is RegistrationStatus.RETURNED:
            html.p(f'退回原因：{registration.reason}').classes('lb-case-reason')


async def number_fields(in_form: form, details: PaperBookDetails, *, readonly: bool) -> None:
    """［ ］字第［ ］號, the day or that there is none, who issued it and who confirms it."""
    with card(TITLE), html.div().classes('lb-grid'):
        html.p(LEAD).classes('lb-note full')
        with html.div().classes('lb-legacy'):
            text_field(FIELDS['series'].caption, in_form, 'series', required=True, readonly=readonly, maxlength=40)
            html.span('字第')
            text_field(FIELDS['serial'].caption, in_form, 'serial', hidden_label=True, readonly=readonly, maxlength=40)
            html.span('號')
            html.span('(照封面填寫，例：中市文志字第 000123 號)').classes('lb-hint')
        issued = date_field(FIELDS['issued_on'].caption, in_form, 'issued_on', readonly=readonly)
        check_field(FIELDS['waives_issue_date'].caption, in_form, 'waives_issue_date', wide=True)
        await agency_select.build(in_form, readonly=readonly)
        text_field(
            FIELDS['issued_by'].caption,
            in_form,
            'issued_by',
            wide=True,
            readonly=readonly,
            maxlength=100,
            hint='例：封面上是已裁撤的機關或其他縣市的單位。發冊機關選擇由誰確認。',
        )

    def renew() -> None:
        issued.set_readonly(readonly or details.waives_issue_date)

    in_form.on_change(renew)
    renew()


async def picture_fields(in_form: form, details: PaperBookDetails, account: Account) -> None:
    """Cover and last page, each a picture or a page of a PDF."""
    with card('封面與末頁'):
        with html.div().classes('lb-sides'):
            boxes = [
                upload_box(
                    FIELDS[side].caption,
                    in_form,
                    side,
                    FileKind.PAPER_BOOK,
                    account=account,
                    kept=await files.get(file_id, by=account) if (file_id := getattr(details, side)) else None,
                )
                for side in SIDES
            ]
        boxes[0].pair(boxes[1])
        html.p(
            '發冊機關對照封面（號碼、機關）與末頁（發冊日期、用印）確認。可以先送、之後再補圖片；缺圖片的可能會被退回。'
        ).classes('lb-hint')


def send_button(
    account: Account,
    volunteer: Volunteer,
    registration: PaperRegistration | None,
    details: PaperBookDetails,
    draft: Draft,
    in_form: form,
) -> None:
    """送請確認; of one that waits already 儲存 of what was mended."""

    async def send() -> None:
        if registration is None:
            await paper_books.register(volunteer, details, by=account, draft=draft)
        else:
            version = registration.version
            await paper_books.amend(registration, details, version=version, by=account, draft=draft)
        leave_with(links.record_books(volunteer.id), 'paper-book-sent')

    if registration is not None and registration.status is RegistrationStatus.WAITING:
        action_button('儲存', send, in_form=in_form)
    else:
        action_button('送請確認', send, in_form=in_form)


def withdraw_button(account: Account, registration: PaperRegistration, back: str) -> None:
    """撤回登記, after a question."""

    async def withdraw() -> None:
        if await is_sure('撤回登記', '發冊機關不會再看到這件登記；之後可以重新登記。', yes='撤回登記'):
            await paper_books.withdraw(registration, version=registration.version, by=account)
            leave_with(back, 'paper-book-withdrawn')

    action_button('撤回登記', withdraw, 'flat')


def keep_current(account: Account, volunteer: Volunteer, registration: PaperRegistration | None) -> None:
    """One that has moved meanwhile is another page; what was typed is in the draft."""
    seen = (registration.id, registration.version) if registration else None

    async def renew() -> None:
        now = await paper_books.open_one_of(volunteer, by=account)
        if ((now.id, now.version) if now else None) != seen:
            ui.navigate.reload()

    follow(PaperBooksChanged, renew, lambda changed: changed.volunteer_id == volunteer.id)
