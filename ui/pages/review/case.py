"""One application on the reviewer's desk: documents, the check list, the data, each with its flag; the decision."""

from dataclasses import replace

from nicegui import html, ui

from domain import dates, half_written, links, reviews
from domain.announcements import CaseChanged, RulesChanged
from domain.books import record_books
from domain.half_written import Sheet
from domain.model import Account, ApplicationStatus
from domain.reviews import Case
from domain.reviews import timeline as timelines

from ...components.check_list import check_list
from ...components.desk.assignee_card import assignee_card
from ...components.desk.case_changes import case_changes
from ...components.desk.case_checks import case_checks
from ...components.desk.case_documents import case_documents
from ...components.desk.data_list import data_list
from ...components.desk.desk_closing import desk_closing
from ...components.desk.desk_decisions import desk_decisions
from ...components.desk.desk_facts import groups_of
from ...components.desk.desk_head import desk_head
from ...components.desk.desk_marks import desk_marks
from ...components.desk.desk_view import DeskView
from ...components.desk.queue_pane import queue_pane
from ...components.desk.review_queue import review_queue
from ...components.question import question
from ...components.reveal import reveal_dialog
from ...components.timeline import timeline
from ...flash import leave_with
from ...frame import frame
from ...live import follow, is_of_all, of_case


async def review_case_page(
    account: Account,
    application_id: int,
    status: str = '',
    order: str = '',
    due: str = '',
    unit: str = '',
    roster: str = '',
    q: str = '',
    page: str = '',
) -> None:
    """The desk with one case open; it renews itself when somebody else moves the case."""
    case = await reviews.case(application_id, by=account)
    sheet = Sheet.of_case(case.application.id, case.application.round, account)
    written = await half_written.written(sheet) if case.has_half_written else {}
    view = DeskView.read(status, order, due, unit, roster, q, page).holding(case.application.status)
    with frame(account, f'審核：{case.volunteer.name}', heading=False, waiting=None) as here:
        here.content.classes('lb-desk')
        with html.div().classes('lb-review lb-with-case'):
            desk = Desk(account, case, await queue_pane(account, view, case.application.id))
            here.bar.waits(desk.queue.waiting)
            with html.section().classes('lb-case').props('aria-label=案件'):
                desk.head = desk_head(account, case, desk.alert)
                with html.div().classes('lb-case-body'):
                    with html.div().classes('lb-case-news'):
                        as_sent_note(case)
                        desk.marks = desk_marks(case.application, account, desk.renew, sheet, written)
                        desk.changes = case_changes(account, desk.renew)
                    desk.documents = case_documents(case.volunteer, list(case.trainings))
                    desk.checks = case_checks(account, case.application, list(case.checks), desk.renew)
                    desk.checks.set_visibility(not case.as_sent)
                    desk.facts, desk.past = await case_side(account, case)
                desk_closing(account, case.application, to_the_returned)
                desk.bar = desk_decisions(account, case, desk.go_on, sheet)
            desk.show(case)
    follow(CaseChanged, desk.renew, of_case(application_id))
    follow(RulesChanged, desk.renew, is_of_all)
    if case.application.status is ApplicationStatus.SUBMITTED:  # the approval of another case takes the number shown
        follow(CaseChanged, desk.renumber, desk.is_of_another)


class Desk:
    """What of the page changes while the case is open, and how it is renewed."""

    head: desk_head
    changes: case_changes
    marks: desk_marks
    documents: case_documents
    checks: check_list
    facts: data_list
    past: timeline
    bar: desk_decisions

    def __init__(self, account: Account, case: Case, queue: review_queue) -> None:
        self.account, self.case, self.queue = account, case, queue
        self.id = case.application.id

    @property
    def alert(self) -> str:
        """Why its last decision was not carried out."""
        return next((row.problem for row in self.queue.rows if row.id == self.id), '')

    def show(self, now: Case) -> None:
        """The case as it stands now; what was placed with it shows it already."""
        decision = now.decision if now.decision and not now.decision.problem else None
        is_waiting = now.application.status is ApplicationStatus.SUBMITTED
        self.changes.show(now)
        self.marks.show(now.marks, is_markable=is_waiting and decision is None)
        self.bar.show(now, now.marks, decision)
        if now is not self.case:
            self.head.show(now, self.alert)
            self.documents.show(now.volunteer, list(now.trainings))
            self.checks.show(now.checks)
            self.facts.show(groups_of(now))
        self.case = now

    async def renew(self) -> None:
        """Read it again and show it in place, so that nothing is lost that is being written.

        A case in another status or round is another page.
        """
        now, before = await reviews.case(self.id, by=self.account), self.case.application
        if (now.application.status, now.application.round) != (before.status, before.round):
            ui.navigate.to(self.queue.view.address(self.id))
            return
        self.show(now)
        self.past.show(await timelines.of_case(now, by=self.account))

    async def renumber(self) -> None:
        """The number that approval would take, when another case has taken it."""
        self.show(replace(self.case, number=await record_books.number_ahead(self.case.application)))

    async def go_on(self) -> None:
        """To the next case in the reviewer's own order."""
        ui.context.client.storage['leaving'] = True
        ui.navigate.to(await self.queue.view.next_after(self.id, self.account))

    def is_of_another(self, changed: CaseChanged) -> bool:
        """Whether it is another case of the agency."""
        return changed.agency_id == self.account.agency_id and changed.application_id != self.id


def as_sent_note(case: Case) -> None:
    """Of which day the data of a case are that ended without a book."""
    if case.as_sent and case.application.submitted_at:
        ended, day = case.application.status.label, dates.roc_long(dates.day_of(case.application.submitted_at))
        html.p(f'這個案件已{ended}，下面是{day}送審的資料，審核中看過的變更也在內；之後的修改不在這裡顯示。').classes(
            'lb-note'
        )


async def case_side(account: Account, case: Case) -> tuple[data_list, timeline]:
    """What was written down, and what has happened so far."""
    with html.div().classes('lb-case-side'):
        facts = data_list('申請資料', groups_of(case)).classes('lb-case-facts')
        facts.on('revealed', lambda: reveal_dialog(case.volunteer, account))
        facts.on('previewed', lambda: preview(case))
        with html.div().classes('lb-case-past'):
            await assignee_card(account, case)
            with html.section().classes('lb-card lb-box').props('aria-label=送審歷程'):
                html.h2('送審歷程')
                past = timeline(await timelines.of_case(case, by=account), account, case.application, heading=False)
    return facts, past


def to_the_returned() -> None:
    """The case has been closed: to the others that wait for their units."""
    leave_with(links.review_queue('returned'), 'case-closed')


def preview(case: Case) -> None:
    """The page that approval would print now, stamped 預覽."""
    with question('預覽核可後的紀錄冊', is_open=True, classes='lb-preview') as dialog:
        said = ui.label('正在製作預覽…').props('role=status')
        picture = html.img()
        picture.props['src'] = links.case_preview(case.application.id)
        picture.props['alt'] = f'{case.volunteer.name}的紀錄冊身分頁，蓋有「預覽」字樣'
        html.p('只是預覽：沒有取號，也沒有發冊。')
        with html.div().classes('lb-acts'):
            ui.button('關閉', on_click=dialog.close, color=None).props('unelevated no-caps color=primary')
    dialog.on('hide', dialog.delete)

    def failed() -> None:
        picture.set_visibility(False)
        said.set_text('預覽沒有做出來。請關閉後再按一次「預覽紀錄冊頁面」；案件沒有任何改變。')

    picture.on('load', lambda: said.set_visibility(False), []).on('error', failed, [])
