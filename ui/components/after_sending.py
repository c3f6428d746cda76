"""After 送審: what comes next for the clerk, the telephone call and the next person."""

from nicegui import html, ui

from domain import dates, links
from domain.guide import home
from domain.model import Account, Application, ApplicationStatus
from domain.reviews import phone_calls

from .card import card


async def after_sending(account: Account, application: Application) -> None:
    """The card, while the agency has the case."""
    if application.status is not ApplicationStatus.SUBMITTED:
        return
    contact = phone_calls.contact_of(application, account)
    left = await home.left_off(by=account)
    with card('已送審，接下來', classes='lb-gap-below'):
        with html.ol().classes('lb-process'):
            with html.li():
                html.span(f'以電話通知{contact.who}審核；電子郵件與名冊由系統寄送。')
                if contact.phone:
                    ui.link(contact.phone, f'tel:{contact.phone}').classes('nowrap')
                else:
                    html.span('機關沒有登錄電話。').classes('mut')
            due = f'{dates.roc(application.due_on)} 以前' if application.due_on else '期限內'
            html.li(f'機關在{due}審核或通知補件；結果會寄信給您，也會顯示在這裡。')
            html.li('接著辦下一位志工。')
        with html.div().classes('lb-row-acts'):
            if left is not None:
                text = f'接續{left.who or "（尚未填姓名）"}：STEP {left.step}'
                ui.link(text, left.address).classes('q-btn lb-btn bg-primary')
            ui.link('新增志工', links.new_volunteer()).classes('q-btn lb-btn lb-outline')
