"""登入與驗證 of an account, for the administrator: where it is signed in, what it shows there; both can be ended."""

from collections.abc import Callable

from nicegui import html

from domain import dates
from domain.accounts import second_factors, sessions
from domain.model import Account

from .action_button import action_button
from .card import card
from .question import is_sure

RESET = '的驗證器 App、通行金鑰和復原碼都會移除，並結束所有登入；會寄信通知本人。請先確認是本人要求。'


async def account_logins(record: Account, account: Account, done: Callable[[str], None]) -> None:
    """The card in the form of `record`, as `account` has it open; `done` says what was ended, by its message key."""
    open_now, (has_app, passkeys) = await sessions.of(record), await second_factors.kinds_of(record)

    async def end() -> None:
        await sessions.end_of(record, by=account)
        done('sessions-ended')

    async def reset() -> None:
        if await is_sure('重設第二道驗證', record.name + RESET):
            await second_factors.reset(record, by=account)
            done('factors-reset')

    with card('登入與驗證'), html.div().classes('lb-stack'):
        for each in open_now:
            where = f'　網路 {each.address}' if each.address else ''
            used = f'最近使用 {dates.roc_instant(each.seen_at)}'
            html.p(f'{each.device or "不明的裝置"}　以{sessions.ways_of(each)}登入　{used}{where}')
        if not open_now:
            html.p('目前沒有登入。')
        names = ['驗證器 App'] if has_app else []
        names += [f'通行金鑰 {passkeys} 把'] if passkeys else []
        html.p(f'第二道驗證：{"、".join(names) or "未設定"}')
        with html.div().classes('lb-row-acts'):
            if open_now and account.id != record.id:
                action_button('結束所有登入', end, 'outline')
            if names and account.id != record.id:
                action_button('重設第二道驗證', reset, 'outline')
