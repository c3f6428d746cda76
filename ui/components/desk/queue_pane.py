"""The list at the left of the desk, with 核可 of several cases and 復原 of the latest decision."""

from nicegui import html, ui
from nicegui.events import GenericEventArguments

from domain import links, validation
from domain.model import Account
from domain.reviews import decisions
from domain.reviews.decisions import Report

from ..bulk_approval import agreed
from ..notices import showing_refusals, tell
from ..question import question
from ..undo_bar import undo_bar
from .desk_view import DeskView
from .review_queue import review_queue


async def queue_pane(account: Account, view: DeskView, selected: int | None = None) -> review_queue:
    """Places the queue and the bar that takes back the latest decision; returns the queue."""
    queue = await review_queue.build(account, view, selected)
    undo = undo_bar(account, lambda case_id: queue.view.address(case_id))  # noqa: PLW0108 -- the view changes

    async def follow_rows() -> None:
        for row in queue.rows:
            if row.problem and row.id in undo.waiting:
                tell(f'{row.volunteer}的案件沒有生效：{row.problem}')
        own = {row.id: (row.volunteer, row.pending) for row in queue.rows if row.pending}
        await undo.show(own if queue.is_whole else await decisions.own_pending(by=account))

    async def approve(event: GenericEventArguments) -> None:
        chosen = _chosen(event.args)
        sentence = '每一件都會再檢查一次；不能核可的會留在清單上，並說明原因。'
        with showing_refusals():
            rows, ids = {row.id: row for row in queue.rows}, [one for one, _ in chosen]
            names = {one: rows[one].volunteer if one in rows else '' for one in ids}
            rounds = {one: rows[one].round for one in ids if one in rows}
            wanted = await agreed(names, rounds, sentence, account) if chosen else ()
            if wanted:
                report = await decisions.approve_many([each for each in chosen if each[0] in wanted], by=account)
                queue.unpick()
                await queue.renew()
                if report.refused:
                    tell_refused(report)

    await follow_rows()
    queue.then = follow_rows
    queue.waits = lambda: bool(undo.waiting)
    queue.on('approved', approve)
    return queue


def tell_refused(report: Report) -> None:
    """Lists the cases that could not be approved, each with its reason and a link."""
    with question(f'{len(report.refused)} 件沒有核可', is_open=True) as dialog:
        # Whether the others can still be taken back changes while this stands here: the bar beside it says it.
        others = '其他案件不受影響' if report.decided else '沒有案件被核可'
        html.p(f'{others}；下列案件請個別處理：')
        with html.ul().classes('lb-refused'):
            for application, sentence in report.refused:
                with html.li():
                    ui.link(application.volunteer.name, links.case(application.id))
                    html.span(sentence)
        with html.div().classes('lb-acts'):
            ui.button('知道了', on_click=dialog.close, color=None).props('unelevated no-caps color=primary')
    dialog.on('hide', dialog.delete)


def _chosen(given: object) -> list[tuple[int, int]]:
    """The (id, version) pairs that the browser sent; what is not such a pair is left out."""
    pairs = given if isinstance(given, list) else []
    return [
        (pair[0], pair[1])
        for pair in pairs[: decisions.MOST_AT_ONCE]
        if isinstance(pair, list) and len(pair) == 2 and all(_is_number(each) for each in pair)
    ]


def _is_number(value: object) -> bool:
    return not validation.whole('', value, least=1, most=validation.MOST_INT4, needed=True)
