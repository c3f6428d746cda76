"""再次確認本人: the dialog before an act that needs more than an open session.

Every action button opens it by itself when a service asks for it, and goes on with what was begun.
"""

from dataclasses import dataclass, field

from nicegui import html, ui

from domain import accounts
from domain.accounts import step_up
from domain.errors import Incomplete
from domain.model import Account

from .form import form
from .form.fields import password_field
from .notices import showing_refusals
from .question import question


@dataclass
class Proof:
    """What is typed to show who it is."""

    password: str = field(default='', repr=False)

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return {} if self.password else {'password': '請輸入密碼。'}


async def proved(account: Account) -> bool:
    """Whether the user has shown who it is; asked in a dialog where the session has been open for long."""
    if await step_up.is_proved(account):
        return True
    proof = Proof()
    with question('再次確認是您本人') as dialog:
        in_form = form(proof, summary=False)
        html.p('您登入已經有一段時間。為了保護個人資料，請輸入您的密碼；確認後會接著做剛才的動作。')
        password_field('密碼', in_form, 'password', required=True, autocomplete='current-password')

        async def confirm() -> None:
            with showing_refusals():
                try:
                    await in_form.ready()
                    if problems := proof.problems():
                        raise Incomplete(problems)
                    await accounts.prove(proof.password, by=account)
                except (Incomplete, accounts.WrongPassword) as refusal:
                    in_form.show(getattr(refusal, 'problems', {'password': str(refusal)}))
                    return
                dialog.submit(True)

        with html.div().classes('lb-acts'):
            ui.button('確認', on_click=confirm, color=None).props('unelevated no-caps color=primary type=submit')
            ui.button('取消', on_click=lambda: dialog.submit(False), color=None).props('flat no-caps')
    dialog.on('hide', dialog.delete)  # after it has returned the focus
    return await dialog is True


async def proved_here() -> bool:
    """The same for whoever has the page open."""
    request = ui.context.client.request
    account = request.scope['account'] if request is not None else None
    return isinstance(account, Account) and await proved(account)
