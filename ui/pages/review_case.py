"""One application on the reviewer's desk: documents, the check list, the data, each with its flag; the decision."""

from dataclasses import replace
from typing import Any

from nicegui import html, ui
from nicegui.element import Element

from domain import applications, corrections, decisions, record_books, reviews
from domain.model import Account, ApplicationStatus, Training, Volunteer
from domain.reviews import Case

from ..components.desk_decisions import desk_decisions
from ..components.desk_facts import groups_of, photo_of, sides_of
from ..components.desk_head import desk_head
from ..components.desk_marks import desk_marks
from ..components.desk_view import DeskView
from ..components.question import question
from ..components.reveal import reveal_dialog
from ..components.timeline import timeline
from ..frame import frame, waiting_for
from ..live import follow, of_record
from .review_checks import placed_checks
from .review_queue import placed_queue


class case_documents(Element, component='../components/case_documents.js'):
    """Photo and certificates, large."""

    def __init__(self, volunteer: Volunteer, trainings: list[Training]) -> None:
        super().__init__()
        self._props['photo'] = photo_of(volunteer)
        self._props['trainings'] = [sides_of(each) for each in trainings]


class data_list(Element, component='../components/data_list.js'):
    """Facts in groups."""

    def __init__(self, title: str, groups: list[dict[str, Any]]) -> None:
        super().__init__()
        self._props.update({'title': title, 'groups': groups})

    def show(self, groups: list[dict[str, Any]]) -> None:
        """The facts as they stand now."""
        if self._props['groups'] != groups:
            self._props['groups'] = groups
            self.update()


async def review_case_page(
    account: Account,
    application_id: int,
    status: str = '',
    order: str = '',
    due: str = '',
    unit: str = '',
    roster: str = '',
) -> None:
    """The desk with one case open; it renews itself when somebody else moves the case."""
    case = await reviews.case(application_id, by=account)
    view = DeskView.read(status, order, due, unit, roster).holding(case.application.status)
    with frame(account, f'審核：{case.volunteer.name}', heading=False, waiting=await waiting_for(account)) as page:
        page.content.classes('lb-desk')
        with html.div().classes('lb-review lb-with-case'):
            queue = await placed_queue(account, view, case.application.id)

            async def go_on() -> None:
                ui.context.client.storage['leaving'] = True
                ui.navigate.to(await queue.view.next_after(application_id, account))

            async def renew() -> None:
                now = await reviews.case(application_id, by=account)
                if now.application.version != case.application.version:
                    ui.navigate.to(f'/reviews/{application_id}{queue.view.query}')
                    return
                await show(now)

            async def renumber() -> None:
                await show(replace(case, number=await record_books.number_ahead(case.application)))

            async def show(now: Case) -> None:
                found = await corrections.of(now.application, by=account)
                decision = (await decisions.pending_of([application_id])).get(application_id)
                is_waiting = now.application.status is ApplicationStatus.SUBMITTED
                head.show(now, next((row.problem for row in queue.rows if row.id == application_id), ''))
                marks.show(found, is_markable=is_waiting and decision is None)
                bar.show(now, found, decision)
                facts.show(groups_of(now))

            with html.section().classes('lb-case').props('aria-label=案件'):
                head = desk_head(account, case)
                with html.div().classes('lb-case-body'):
                    marks = desk_marks(case.application, account, renew)
                    case_documents(case.volunteer, list(case.trainings))
                    placed_checks(account, case.application, list(case.checks))
                    facts = await case_side(account, case)
                bar = desk_decisions(account, case, go_on)
            await show(case)

    def is_of_another(payload: str) -> bool:
        which, agency, *_ = payload.split(':')
        return agency == str(account.agency_id) and which != str(application_id)

    follow(applications.CHANNEL, renew, of_record(application_id))
    if case.application.status is ApplicationStatus.SUBMITTED:  # the approval of another case takes the number shown
        follow(applications.CHANNEL, renumber, is_of_another)


async def case_side(account: Account, case: Case) -> data_list:
    """What was written down, and what has happened so far."""
    with html.div().classes('lb-case-side'):
        facts = data_list('申請資料', groups_of(case))
        facts.on('revealed', lambda: reveal_dialog(case.volunteer, account))
        facts.on('previewed', lambda: preview(case))
        with html.section().classes('lb-card lb-box').props('aria-label=送審歷程'):
            html.h2('送審歷程')
            await timeline.placed(account, case.application, heading=False)
    return facts


def preview(case: Case) -> None:
    """The page that approval would print now, stamped 預覽."""
    with question('預覽核可後的紀錄冊', is_open=True, classes='lb-preview') as dialog:
        picture = html.img()
        picture.props['src'] = f'/reviews/{case.application.id}/preview.png'
        picture.props['alt'] = f'{case.volunteer.name}的紀錄冊身分頁，蓋有「預覽」字樣'
        html.p('只是預覽：沒有取號，也沒有發冊。')
        with html.div().classes('lb-acts'):
            ui.button('關閉', on_click=dialog.close, color=None).props('unelevated no-caps color=primary')
    dialog.on('hide', dialog.delete)
