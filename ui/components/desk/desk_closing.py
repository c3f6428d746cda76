"""逾期結案: the bar of a returned case, from when it may be closed."""

from collections.abc import Callable

from nicegui import html

from domain import dates
from domain.model import Account, Application
from domain.reviews import closings

from ..action_button import action_button
from ..question import is_sure


def desk_closing(account: Account, application: Application, closed: Callable[[], None]) -> None:
    """Places the bar, which calls `closed`; nothing for a case that is not returned, or whose agency sets no term."""
    first = closings.closable_from(application)
    if first is None:
        return

    async def close() -> None:
        sentence = (
            f'{application.host_unit.name}沒有在期限內補件。案件會以「逾期未補件」駁回，並寄信通知單位；不能復原。'
            '單位之後仍可重新申請。'
        )
        if await is_sure('逾期結案', sentence):
            await closings.close(application.id, application.version, by=account)
            closed()

    is_over = first <= dates.today()
    with html.div().classes('lb-closing'):
        last = dates.roc(application.correct_by) if application.correct_by else ''
        html.span(f'補件期限 {last} 已過' if is_over else f'補件期限 {last}，{dates.roc(first)} 起可以逾期結案')
        action_button('逾期結案', close, 'outline').set_enabled(is_over)
