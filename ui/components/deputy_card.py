"""職務代理: whoever stands in for a reviewer who is away; on the reviewer's own page, and on the administrator's."""

from collections.abc import Callable

from nicegui import html

from domain import dates
from domain.cases import deputies
from domain.cases.deputies import FIELDS, DeputyDetails
from domain.model import Account

from .action_button import action_button
from .card import card
from .form import form
from .form.fields import choice_field, date_field


async def deputy_card(reviewer: Account, account: Account, leave: Callable[[str], None]) -> None:
    """Places what is named for `reviewer`, with 結束代理, else the form that names it; both `leave` with a message."""
    named = await deputies.of(reviewer, by=account)
    whose = '您的代理人' if reviewer.id == account.id else f'職務代理：{reviewer.name}'
    with card(whose, '(請假時，由同機關的同事代理)'), html.div().classes('lb-stack'):
        if named is None:
            await _naming(reviewer, account, leave)
            return

        async def end() -> None:
            await deputies.end(reviewer, by=account)
            leave('deputy-ended')

        days = f'{dates.roc(named.begins_on)} 至 {dates.roc(named.ends_on)}'
        html.p(f'{days}（含當日）由{named.deputy.name}代理{reviewer.name}；期滿自動結束。')
        if not named.deputy.is_active:
            html.p(f'{named.deputy.name}的帳號已停用，目前沒有人代理。請結束代理，再指定另一位同事。').classes(
                'lb-hint'
            )
        with html.div().classes('lb-row-acts'):
            action_button('結束代理', end, 'outline')


async def _naming(reviewer: Account, account: Account, leave: Callable[[str], None]) -> None:
    others = {one.id: one.name for one in await deputies.colleagues(reviewer, by=account)}
    if not others:
        html.p('這個發冊機關沒有其他志工業務窗口，不能指定代理人。請系統管理者先為同事開通帳號。')
        return
    details = DeputyDetails()
    in_form = form(details, summary=False, mirrored=True)
    html.p(
        '代理期間，寄給請假人員的通知信、每日摘要改寄給代理人；經手中的案件會在清單與案件上註明由誰代理，'
        '主管的逾期通知也寄給代理人。期滿自動結束。'
    )
    with html.div().classes('lb-grid'):
        choice_field(FIELDS['deputy_id'].caption, in_form, 'deputy_id', others, required=True)
        html.div()
        date_field(FIELDS['begins_on'].label, in_form, 'begins_on', required=True)
        date_field(FIELDS['ends_on'].label, in_form, 'ends_on', required=True)

    async def name() -> None:
        await deputies.name(reviewer, details, by=account)
        leave('deputy-named')

    with html.div().classes('lb-row-acts'):
        action_button('指定代理人', name, in_form=in_form)
