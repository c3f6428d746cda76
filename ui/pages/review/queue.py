"""志工紀錄冊審核: what waits for this agency, how long it has left, who reads it; several may be approved at once."""

from nicegui import html, ui
from nicegui.events import GenericEventArguments

from domain import links, validation
from domain.model import Account
from domain.reviews import decisions
from domain.reviews.decisions import Report

from ...components.desk.desk_view import DeskView
from ...components.desk.review_queue import review_queue
from ...components.notices import refusals_told, tell
from ...components.question import is_sure, question
from ...components.undo_bar import undo_bar
from ...frame import frame, waiting_for


async def review_queue_page(
    account: Account, status: str = '', order: str = '', due: str = '', unit: str = '', roster: str = ''
) -> None:
    """The queue, with no case open."""
    view = DeskView.read(status, order, due, unit, roster)
    with frame(account, '志工紀錄冊審核', heading=False, waiting=await waiting_for(account)) as page:
        page.content.classes('lb-desk')
        with html.div().classes('lb-review'):
            await placed_queue(account, view)
            with html.div().classes('lb-case lb-no-case'), html.div().classes('lb-empty'):
                html.b('請從左邊選一個案件')
                html.span('新送件會自動出現在清單上，不必重新整理。按 J 開啟第一件，按 ? 看所有快速鍵。')


async def placed_queue(account: Account, view: DeskView, selected: int | None = None) -> review_queue:
    """The queue in its place, with what was just decided and the way back."""
    queue = await review_queue.placed(account, view, selected)
    undo = undo_bar(account, lambda case_id: queue.view.address(case_id))  # noqa: PLW0108 -- the view changes

    def follow_rows() -> None:
        for row in queue.rows:
            if row.problem and row.id in undo.waiting:
                tell(f'{row.volunteer}的案件沒有生效：{row.problem}')
        undo.show({row.id: (row.volunteer, row.pending) for row in queue.rows if row.pending})

    async def approve(event: GenericEventArguments) -> None:
        chosen = _chosen(event.args)
        sentence = '每一件都會再檢查一次；不能核可的會留在清單上，並說明原因。'
        if chosen and await is_sure(f'核可這 {len(chosen)} 件', sentence, is_grave=False):
            with refusals_told():
                report = await decisions.approve_many(chosen, by=account)
                queue.unpick()
                await queue.renew()
                if report.refused:
                    tell_refused(report)

    follow_rows()
    queue.then = follow_rows
    queue.on('approved', approve)
    return queue


def tell_refused(report: Report) -> None:
    """Which of several could not be approved, each with its reason and the way to it."""
    with question(f'{len(report.refused)} 件沒有核可', is_open=True) as dialog:
        html.p(f'其他 {len(report.decided)} 件已核可，10 秒內可以復原。下列案件請個別處理：')
        with html.ul().classes('lb-refused'):
            for application, sentence in report.refused:
                with html.li():
                    ui.link(application.volunteer.name, links.case(application.id))
                    html.span(sentence)
        with html.div().classes('lb-acts'):
            ui.button('知道了', on_click=dialog.close, color=None).props('unelevated no-caps color=primary')
    dialog.on('hide', dialog.delete)


def _chosen(given: object) -> list[tuple[int, int]]:
    """Ids and versions as the browser sends them; () for what is none."""
    pairs = given if isinstance(given, list) else []
    return [
        (pair[0], pair[1])
        for pair in pairs[: decisions.MOST_AT_ONCE]
        if isinstance(pair, list) and len(pair) == 2 and all(_is_number(each) for each in pair)
    ]


def _is_number(value: object) -> bool:
    return not validation.whole('', value, least=1, most=validation.MOST_INT4, needed=True)
