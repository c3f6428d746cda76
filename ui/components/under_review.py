"""What a clerk reads who changes somebody's papers while a case of theirs lies with a reviewer."""

from nicegui import html

from domain.guide.progress import Progress

from .icon import icon


def under_review(guide: Progress) -> None:
    """The notice above a form, while there is such a case."""
    if not guide.is_under_review:
        return
    with html.section().classes('lb-card lb-correction-strip lb-under-review').props('aria-label=審核中'):
        icon('clock')
        with html.p():
            html.b('這位志工的申請案正在審核中。')
            html.span(
                '在這裡儲存修改，審核人員會看到改了什麼、由誰修改，並須重新看過；剛做的決定會失效。'
                '若只是要更正，請儘早改好，必要時先與審核人員聯絡。'
            )
