"""志工督導簽核: how it stands with an application or a roster, and the way to ask for it."""

from nicegui import html, ui

from domain import dates, sign_offs
from domain.model import Account, Application, Roster
from domain.sign_offs import Asking, Standing

from .action_button import action_button
from .card import card
from .form import form
from .form.fields import email_field, text_field
from .notices import confirm


async def sign_off_card(account: Account, of: Application | Roster | None) -> None:
    """Placed where the unit demands a sign-off, or one was asked for; else nothing is. `of` was just read with it."""
    standing = await sign_offs.standing(of, by=account) if of is not None else None
    is_demanded = of.host_unit.demands_sign_off if of else await sign_offs.is_demanded(account.host_unit_id)
    if not is_demanded and standing is None:
        return
    with card('志工督導簽核', '(簽核後又修改的資料，要再簽一次)'), html.div().classes('lb-stack'):
        html.p(_said(standing, is_saved=of is not None))
        if of is not None and not (standing and standing.counts):
            await _ask(account, of)


async def _ask(account: Account, of: Application | Roster) -> None:
    asking = Asking()
    if await sign_offs.has_account(by=account):

        async def ask_account() -> None:
            await sign_offs.ask(of, Asking(of_account=True), by=account)
            confirm('已送簽，並通知貴單位的志工督導。')
            ui.navigate.reload()

        with html.div().classes('lb-row-acts'):
            action_button('請單位的志工督導簽核', ask_account, 'outline')
    in_form = form(asking, summary=False)
    with html.div().classes('lb-grid'):
        text_field('督導姓名', in_form, 'name', maxlength=60)
        email_field('督導的電子郵件', in_form, 'email', maxlength=254, hint='連結 3 天內有效，只能回覆一次。')

    async def ask() -> None:
        await sign_offs.ask(of, asking, by=account)
        confirm(f'簽核連結已寄給{asking.name}。')
        ui.navigate.reload()

    with html.div().classes('lb-row-acts'):
        action_button('寄出簽核連結', ask, 'outline', in_form=in_form).by_enter(in_form)


def _said(standing: Standing | None, *, is_saved: bool) -> str:
    if standing is None:
        return '送審前要由志工督導簽核。' if is_saved else '送審前要由志工督導簽核；請先儲存，再送簽。'
    asked = standing.sign_off
    who = asked.answered_by.name if asked.answered_by else asked.name or '貴單位的志工督導'
    if standing.counts and asked.answered_at:
        return f'{who}已於民國 {dates.roc_instant(asked.answered_at)} 簽核同意，可以送審。'
    if asked.is_agreed:
        return f'{who}同意以後，資料又有修改，這次簽核不算數，請再送簽。'
    if asked.is_agreed is not None and asked.answered_at:
        return f'{who}於民國 {dates.roc_instant(asked.answered_at)} 不同意：{asked.reason}'
    if standing.is_open and asked.expires_at is not None:
        at, until = dates.roc_instant(asked.asked_at), dates.roc_instant(asked.expires_at)
        return f'已於民國 {at} 請{who}簽核，等候回覆到 {until}。'
    return '先前送簽的內容已修改或已逾期，請再送簽。'
