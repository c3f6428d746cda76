"""One's own account: changing the password, and fetching the step guide back."""

from dataclasses import dataclass, field

from fastapi.responses import RedirectResponse, Response
from nicegui import html, ui

from domain import accounts, passwords
from domain.errors import Incomplete
from domain.model import Account

from ..components.action_button import action_button
from ..components.fields import password_field
from ..components.form import form
from ..frame import card, frame, waiting_for
from ..said import leave
from .menus import HOMES


@dataclass
class PasswordChange:
    """目前密碼 and the new one, typed twice."""

    old: str = field(default='', repr=False)
    new: str = field(default='', repr=False)
    again: str = field(default='', repr=False)

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        found = {}
        if not self.old:
            found['old'] = '請輸入目前的密碼。'
        if unmet := passwords.unmet(self.new):
            found['new'] = f'新密碼還不符合規則：{"、".join(unmet)}。'
        if self.again != self.new:
            found['again'] = '和上面的新密碼不同，請再輸入一次。'
        return found


async def password_page(account: Account) -> None:
    """變更密碼. Other browsers are signed out by it, this one stays."""
    change = PasswordChange()
    with frame(account, '變更密碼', waiting=await waiting_for(account)):
        if account.must_change_password:
            html.p('目前的密碼是別人替您設定的。請先換成只有您知道的密碼，再繼續使用。').classes('lb-lead')
        in_form = form(change)
        with html.div().classes('lb-narrow'), card(), html.div().classes('lb-stack'):
            password_field('目前密碼', in_form, 'old', required=True, autocomplete='current-password')
            new = password_field('新密碼', in_form, 'new', required=True, autocomplete='new-password')
            password_field('確認新密碼', in_form, 'again', required=True, autocomplete='new-password')
            html.p('不能和最近三次用過的密碼相同。變更後，其他裝置上的登入會結束。').classes('lb-hint')

            async def save() -> None:
                if problems := change.problems():
                    raise Incomplete(problems)
                await accounts.change_password(account, change.old, change.new, by=account, keeping=_session())
                leave(HOMES[account.role], 'password-changed')

            with html.div().classes('lb-row-acts'):
                action_button('變更密碼', save, in_form=in_form)
                if not account.must_change_password:
                    ui.link('返回', HOMES[account.role]).classes('lb-btn q-btn lb-flat')

    def renew() -> None:
        new.show_rules([(f'{n}.{rule.label}', rule.is_met(change.new)) for n, rule in enumerate(passwords.RULES, 1)])

    in_form.on_change(renew)
    renew()


async def guide_page(account: Account) -> Response:
    """顯示步驟引導: fetch the guide back and begin at STEP 2."""
    await accounts.show_guide(True, by=account)
    return RedirectResponse('/menu', 303)


def _session() -> str:
    """The digest of the session this page belongs to."""
    request = ui.context.client.request
    return str(request.scope.get('session_digest', '')) if request is not None else ''
