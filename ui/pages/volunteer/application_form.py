"""STEP 8 發冊縣市, 發冊機關, 儲存, 送審; and what an agency wants mended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from nicegui import html, ui

from domain import applications, corrections, dates, directory, drafts, files, links, readiness, volunteers
from domain.announcements import CaseChanged, RulesChanged, VolunteerChanged
from domain.applications import FIELDS, WITH_UNIT, ApplicationDetails, DraftElsewhere
from domain.books import book_days, record_books
from domain.cases import case_numbers
from domain.corrections import Marked
from domain.guide.progress import Progress
from domain.model import (
    Account,
    Agency,
    Application,
    ApplicationStatus,
    Draft,
    DraftKind,
    FileKind,
    IssueKind,
    Place,
    RecordBook,
    Roster,
    Volunteer,
)
from domain.readiness import Check

from ...components.action_button import action_button
from ...components.card import card
from ...components.check_list import check_list
from ...components.chip import chip
from ...components.correction_list import correction_list, waiting_in
from ...components.form import form
from ...components.form.agency_select import agency_select
from ...components.form.fields import choice_field, text_area
from ...components.form.upload_box import upload_box
from ...components.profile.profile_header import profile_header
from ...components.question import is_sure
from ...components.sign_off_card import sign_off_card
from ...components.states import STATUSES
from ...components.timeline import timeline
from ...components.withdrawing import DELETE, act_on, withdrawn
from ...flash import leave_with
from ...frame import BASICS, MENU, VOLUNTEER_DATA, frame, guide_for, page_frame, save_bar, waiting_for
from ...live import follow, is_of_all, of_volunteer


async def application_page(account: Account, volunteer_id: int) -> None:
    """STEP 8: what is to be mended, the form at the left, 送審前體檢 and the process at the right."""
    volunteer = await volunteers.known(volunteer_id, by=account)
    guide = await guide_for(account, volunteer)
    application = await applications.current_of(volunteer, by=account) if guide.case else None
    is_open = application is None or application.status in applications.WITH_UNIT
    draft = await drafts.plan(DraftKind.APPLICATION, by=account, volunteer=volunteer)
    kinds = readiness.kinds_with(guide.has_book or guide.has_paper)
    details = await details_of(volunteer, application, draft, kinds)
    marks = await corrections.beside_whole(application, by=account) if application else []
    seen = Seen(application.version if application else 0, waiting_in(marks) if is_open else 0)
    back = links.record_books(volunteer.id)
    crumbs = [MENU, VOLUNTEER_DATA, BASICS, (volunteer.name, back)]
    waiting, named = await waiting_for(account), f'{volunteer.name}：紀錄冊申請'
    with frame(
        account, '紀錄冊', crumbs=crumbs, step=8, guide=guide, waiting=waiting, heading=False, named=named
    ) as here:
        head = profile_header(volunteer, 'record-book', account)
        head.show(await volunteers.header(volunteer, by=account))
        in_form = form_of(details, application, marks, account, draft if is_open else None)
        if application is not None and application.status is not ApplicationStatus.DRAFT:
            state_banner(application, marks)
        listed = correction_list(application, marks, by=account, draft=str(draft.id)) if application and marks else None
        with html.div().classes('lb-cols lb-tab-body'):
            book = await record_books.current_book_of(volunteer, by=account) if guide.has_book else None
            await application_fields(in_form, details, account, book, application, kinds, readonly=not is_open)
            checked = await checks_by(account, volunteer, application, details if is_open else None, guide)
            checks = await application_side(account, application, with_marks(checked, seen.waiting), marks)
        with save_bar():
            if is_open:
                sending = save_and_submit(account, volunteer, draft, in_form, details, seen)
                if listed is not None:
                    listed.answered = sending
                    sending(marks)
            give_up_button(account, application, draft, back)
            ui.link('返回', back).classes('lb-btn q-btn lb-flat')
            in_form.saved_mark()

    keep_guide(here, account, volunteer)
    keep_current(account, volunteer, seen, listed, checks, details if is_open else None, in_form)


def form_of(
    details: ApplicationDetails,
    application: Application | None,
    marks: Sequence[Marked],
    account: Account,
    draft: Draft | None,
) -> form:
    """The form of an application; with its marks, and kept as a draft, while it is with the unit."""
    recorded = ApplicationDetails.from_record(application) if application else None
    beside = corrections.at(marks, Place.APPLICATION) if draft else None
    pinned = ('county_code', 'agency_id') if application is not None and application.roster else ()
    return form(details, draft, by=account, recorded=recorded, marks=beside, pinned=pinned)


def keep_guide(here: page_frame, account: Account, volunteer: Volunteer) -> None:
    """The rail tells what is done and left as soon as it changes, here or elsewhere."""

    async def renew() -> None:
        here.renew_guide(await guide_for(account, volunteer.id))

    follow(CaseChanged, renew, of_volunteer(volunteer))
    follow(VolunteerChanged, renew, of_volunteer(volunteer))
    follow(RulesChanged, renew, is_of_all)


def keep_current(
    account: Account,
    volunteer: Volunteer,
    seen: 'Seen',
    listed: correction_list | None,
    checks: check_list,
    details: ApplicationDetails | None,
    in_form: form,
) -> None:
    """Renew marks and checks when something happens to the application; one that has moved is another page.

    The checks follow what is chosen in the form, before it is saved.
    """

    async def look_again() -> None:
        now = await applications.current_of(volunteer, by=account)
        checks.show(with_marks(await checks_by(account, volunteer, now, details), seen.waiting))

    async def renew() -> None:
        now = await applications.current_of(volunteer, by=account)
        if listed is not None:
            await listed.renew()
        checks.show(with_marks(await checks_by(account, volunteer, now, details), seen.waiting))
        if (now.version if now else 0) != seen.version:
            ui.navigate.reload()
        elif now is not None:
            await in_form.rebase(ApplicationDetails.from_record(now))

    if details is not None:
        in_form.on_change_of('kind', look_again)
        in_form.on_change_of('agency_id', look_again)
    follow(CaseChanged, renew, of_volunteer(volunteer))
    follow(RulesChanged, look_again, is_of_all)


async def checks_by(
    account: Account,
    volunteer: Volunteer,
    application: Application | None,
    details: ApplicationDetails | None,
    guide: Progress | None = None,
) -> Sequence[Check]:
    """送審前體檢 of what is chosen: the application as it is saved, or the kind and agency that its form has now.

    `guide` has just been read, and has mostly told it.
    """
    wanted = details or application
    if guide and wanted and (told := guide.checks_of(application, wanted.kind, wanted.agency_id)):
        return told
    saved = (application.kind, application.agency_id) if application else None
    if details is None or saved == (details.kind, details.agency_id):
        return await readiness.checks(application or volunteer, by=account)
    agency = await directory.agency(details.agency_id) if details.agency_id else Agency()
    return await readiness.checks_as(volunteer, details.kind or IssueKind.FIRST, agency, by=account)


async def details_of(
    volunteer: Volunteer, application: Application | None, draft: Draft, kinds: Sequence[IssueKind]
) -> ApplicationDetails:
    """What the form begins with: the record with what was typed since; the agency is the roster's, if it has one."""
    kept = ApplicationDetails.from_record(application) if application else await applications.defaults(volunteer, kinds)
    if application is not None and application.status not in applications.WITH_UNIT:
        return kept
    details = await drafts.restored(draft, kept)
    if application is not None and application.roster is not None:
        details.county_code, details.agency_id = application.roster.county_id, application.roster.agency_id
    return details


async def application_side(
    account: Account, application: Application | None, found: Sequence[Check], marks: Sequence[Marked]
) -> check_list:
    """送審前體檢, the process, and what has happened so far."""
    with html.div().classes('lb-stack'):
        checks = check_list(found)
        if application is None or application.status in applications.WITH_UNIT:
            await sign_off_card(account, application)
        process()
        if application is not None and application.round:
            with card('案件歷程'):
                await timeline.build(account, application, heading=False, marked=marks)
    return checks


async def application_fields(
    in_form: form,
    details: ApplicationDetails,
    account: Account,
    book: RecordBook | None,
    application: Application | None,
    offered: Sequence[IssueKind],
    *,
    readonly: bool,
) -> None:
    """紀錄冊號 to 附件上傳, as the tutorial has them; `book`: the one in use."""
    attachment = await files.get(details.attachment, by=account) if details.attachment else None
    with card('紀錄冊'), html.div().classes('lb-grid'):
        locked_fact(
            record_books.FIELDS['number'].label,
            '(主管機關審核通過後系統自動取號)',
            book.number if book else '尚未取號',
            wide=True,
        )
        kinds = {kind: kind.label for kind in IssueKind if kind == details.kind or kind in offered}
        choice_field(FIELDS['kind'].caption, in_form, 'kind', kinds, required=True, readonly=readonly)
        html.div()
        roster = application.roster if application else None
        await agency_select.build(in_form, readonly=readonly or roster is not None)
        if application is not None and roster is not None:
            roster_note(roster, application)
        text_area(FIELDS['remarks'].caption, in_form, 'remarks', wide=True, readonly=readonly)
        days = _days_of(book) if book else '民國　審核通過後填入'
        locked_fact(record_books.FIELDS['issued_on'].label, '', days)
        upload_box(
            FIELDS['attachment'].caption,
            in_form,
            'attachment',
            FileKind.ATTACHMENT,
            account=account,
            kept=attachment,
            hint='可不附。',
        )


def _days_of(book: RecordBook) -> str:
    issued = f'民國 {dates.roc(book.issued_on)}' if book.issued_on else book_days.WAIVED
    return '　'.join(filter(None, (issued, book_days.first(book))))


def roster_note(roster: Roster, application: Application) -> None:
    """Why the agency cannot be chosen here; a row that was sent cannot be taken off its roster."""
    decides = f'此申請在名冊「{roster.title}」中，發冊機關由名冊決定'
    is_draft = application.status is ApplicationStatus.DRAFT
    with html.p().classes('lb-note full'):
        html.span(f'{decides}；要送別的機關，請先移出名冊。' if is_draft else f'{decides}。')
        ui.link('回名冊', links.roster_row(roster.id, application.id)).classes('nowrap')


def save_and_submit(
    account: Account, volunteer: Volunteer, draft: Draft, in_form: form, details: ApplicationDetails, seen: 'Seen'
) -> Callable[[Sequence[Marked]], None]:
    """儲存 keeps the application, not yet sent; 送審 saves and sends it, once everything is there.

    Returns what closes 送審 while marks wait for an answer.
    """
    back = links.record_books(volunteer.id)

    async def saved(*, is_sent: bool = False) -> Application | None:
        recorded = cast('ApplicationDetails | None', in_form.recorded) or await applications.defaults(volunteer)
        try:
            application = await applications.save(details, of=volunteer, by=account, seen=recorded, draft=draft)
        except DraftElsewhere as elsewhere:
            if is_sent:  # nobody's draft is closed for what cannot be sent
                await applications.require_ready_as(details, of=volunteer, by=account)
            if not await consents(volunteer, elsewhere):
                return None
            application = await applications.save(details, of=volunteer, by=account, has_consent=True, draft=draft)
        seen.version = application.version
        return application

    async def save() -> None:
        if await saved():
            leave_with(links.application(volunteer.id), 'application-saved')

    async def submit() -> None:
        if application := await saved(is_sent=True):
            await applications.submit(application, by=account)
            leave_with(back, 'application-submitted')

    action_button('儲存', save, 'outline', in_form)
    send = action_button('送審', submit, 'primary', in_form)
    why = ui.label().classes('lb-waits').props('role=status')

    def renew(marks: Sequence[Marked]) -> None:
        seen.waiting = waiting_in(marks)
        send.set_enabled(seen.waiting == 0)
        why.set_text(f'回覆其餘 {seen.waiting} 項補正後，就可以送審' if seen.waiting else '')

    return renew


@dataclass
class Seen:
    """Which version of the application this page shows, 0 when there was none; how many marks waited then."""

    version: int = 0
    waiting: int = 0


def with_marks(checks: Sequence[Check], waiting: int) -> list[Check]:
    """The checks, and that marks wait for an answer: nothing is sent before."""
    if not waiting:
        return list(checks)
    note = f'還有 {waiting} 項沒有回覆'
    return [Check('corrections', '補正', note, 'lacking', 'corrections', '#corrections'), *checks]


async def consents(volunteer: Volunteer, elsewhere: DraftElsewhere) -> bool:
    """Whether the volunteer consents that this unit applies, and the draft of the other one goes."""
    sentence = (
        f'{elsewhere.unit}有{volunteer.name}的申請草稿，還沒有送審；一人同時只能有一件申請案。'
        f'請先取得本人同意。改由您的單位申請後，那份草稿會關閉，系統會通知{elsewhere.unit}。'
    )
    return await is_sure('改由本單位申請', sentence, yes='本人同意，改由本單位申請', is_grave=False)


def give_up_button(account: Account, application: Application | None, draft: Draft, back: str) -> None:
    """撤回申請 while the agency has not decided, 刪除草稿 before it was sent, also of what was only typed."""

    async def give_up() -> None:
        if application is not None and await withdrawn(account, application):
            leave_with(back, 'application-withdrawn' if application.round else 'draft-deleted')

    async def discard() -> None:
        if await is_sure(DELETE, '這一頁填寫的內容還沒有儲存。刪除後不能復原；志工的其他資料都還在。'):
            await drafts.discard(draft, by=account)
            leave_with(back, 'draft-deleted')

    if application is not None:
        action_button(act_on(application), give_up, 'flat' if application.status in WITH_UNIT else 'outline')
    elif draft.as_read:
        action_button(DELETE, discard, 'flat')


def state_banner(application: Application, marks: Sequence[Marked]) -> None:
    """What the agency said, in sight of the fields it speaks of; of a case with marks their list says it."""
    last = last_day(application)
    if application.status is ApplicationStatus.RETURNED and marks:
        html.p(f'{case_numbers.written(application.id)}　{last}').classes('lb-note')
        return
    tone, symbol = STATUSES[application.status]
    with html.section().classes('lb-card lb-state').props('role=status'):
        chip(application.status.label, tone, symbol)
        html.span(case_numbers.written(application.id))
        if application.status is ApplicationStatus.RETURNED:
            html.span(f'{application.agency.name}請您補件：').classes('strong')
            html.span(application.reason)
            html.span(f'{last}修改後按「送審」即可再送；已填的資料都還在。').classes('mut')
        else:
            due = f'，期限 {dates.roc(application.due_on)}' if application.due_on else ''
            html.span(f'已送{application.agency.name}審核{due}。送審後不能修改，除非按「撤回申請」。')


def last_day(application: Application) -> str:
    """Until when a correction is to be sent, and what comes after; '' where there is no term."""
    if application.correct_by is None:
        return ''
    day = dates.roc(application.correct_by)
    if application.correct_by < dates.today():
        return f'補件期限 {day} 已過，發冊機關可以將案件結案；在那之前仍可以補件、送審。'
    return f'請在 {day}（含當日）以前再送審；期限過後，發冊機關可以將案件結案。'


def locked_fact(label: str, note: str, text: str, *, wide: bool = False) -> None:
    """A value that the system fills in: it looks like a field and cannot be typed into."""
    with html.div().classes('lb-field full' if wide else 'lb-field'):
        with html.div().classes('lb-label'):
            html.span(label).classes('l')
            html.span(note).classes('mut')
        html.div(text).classes('lb-locked')


def process() -> None:
    """紀錄冊申請流程, the customer's four steps."""
    with html.section().classes('lb-card lb-checkup'):
        html.h2('紀錄冊申請流程')
        with html.ol().classes('lb-process'):
            for line in (
                '運用單位線上送件',
                '以電話及電子郵件通知本局志工業務窗口審核',
                '本局志工業務窗口於3日內完成審核或通知補件',
                '以電話及電子郵件通知運用單位已審核完成；志工可線上檢視紀錄冊',
            ):
                html.li(line)
