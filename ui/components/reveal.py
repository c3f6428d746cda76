"""An identity number in full, shown for a purpose that the volunteer can read later."""

from nicegui import html, ui

from domain.model import Account, Volunteer
from domain.volunteers import reveal

from .action_button import action_button
from .question import question

REASONS = {
    '核對證件': '核對證件',
    '辦理紀錄冊申請': '辦理紀錄冊申請',
    '辦理保險': '辦理保險',
    '回覆本人詢問': '回覆本人詢問',
}


def reveal_dialog(volunteer: Volunteer, account: Account) -> None:
    """Ask for the purpose, then show the number; who looked and why is logged."""
    with question('顯示完整證號', is_open=True) as dialog:
        html.p('查看會留下紀錄（時間、查看者、目的），本人可以看到。')
        reason = ui.radio(REASONS, value='核對證件').props('aria-label=查看目的')
        number = html.p().classes('lb-secret').props('role=status')

        async def show() -> None:
            number._text = await reveal.number(volunteer, reason=reason.value, by=account)
            number.update()

        with html.div().classes('lb-acts'):
            action_button('顯示', show)
            ui.button('關閉', on_click=dialog.close, color=None).props('flat no-caps')
