"""再次確認本人: the dialog before an act that needs more than an open session.

Every action button opens it by itself when a service asks for it, and goes on with what was begun.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from nicegui import html, ui

from domain import accounts, citizen_certificates, links
from domain.accounts import passkeys, second_factors, step_up
from domain.accounts.step_up import StepUpNeeded
from domain.errors import Incomplete
from domain.model import Account

from .form import form
from .form.fields import password_field, text_field
from .notices import showing_refusals, tell
from .question import asked_once, question


@dataclass
class Proof:
    """What is typed to show who it is: the password, or a code of the app."""

    password: str = field(default='', repr=False)
    code: str = field(default='', repr=False)

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return {} if self.password or self.code.strip() else {'password': '請輸入密碼。'}


async def proved(account: Account) -> bool:
    """Whether the user has shown who it is; asked in a dialog where the session has been open for long."""
    if await step_up.is_proved(account):
        return True
    proof, factors = Proof(), await second_factors.of(account)
    with question('再次確認是您本人') as dialog:
        in_form = form(proof, summary=False)
        html.p('您登入已經有一段時間。為了保護個人資料，請輸入您的密碼；確認後會接著做剛才的動作。')
        shown: list[password_field | text_field] = [
            password_field('登入密碼', in_form, 'password', required=True, autocomplete='current-password')
        ]
        if factors.app is not None:
            label = '或者，驗證器 App 的驗證碼'
            shown.append(text_field(label, in_form, 'code', maxlength=20, autocomplete='one-time-code'))

        async def confirm() -> None:
            with showing_refusals():
                if await _is_right(proof, in_form, account):
                    dialog.submit(True)

        for each in shown:
            each.on('entered', confirm)
        with html.div().classes('lb-acts'):
            ui.button('確認', on_click=confirm, color=None).props('unelevated no-caps color=primary')
            if factors.passkeys and passkeys.are_offered():
                _passkey_button(dialog, account)
            if await citizen_certificates.has_one(by=account):
                _card_button(dialog, account)
            ui.button('取消', on_click=lambda: dialog.submit(False), color=None).props('flat no-caps')
    dialog.on('hide', dialog.delete)  # after it has returned the focus
    return await dialog is True


def _passkey_button(dialog: ui.dialog, account: Account) -> None:
    async def ask() -> None:
        # The browser asks the device and tells the site (static/passkeys.js); here it is looked whether it did.
        trouble = await ui.run_javascript('return await provePasskey()', timeout=120)
        if await step_up.is_proved(account):
            dialog.submit(True)
        elif trouble:
            tell(str(trouble)[:200])

    ui.button('使用通行金鑰', on_click=ask, color=None).props('outline no-caps')


def _card_button(dialog: ui.dialog, account: Account) -> None:
    async def look() -> None:
        # A card is asked in a tab of its own (ui/signing_in); here it is looked whether it was shown.
        if await step_up.is_proved(account):
            beside.deactivate()
            dialog.submit(True)

    beside = ui.timer(1.0, look, active=False)
    card = ui.button('使用自然人憑證', on_click=beside.activate, color=None)
    card.props('outline no-caps target=_blank').props['href'] = links.card_proof()


async def _is_right(proof: Proof, in_form: form, account: Account) -> bool:
    """Whether the password or the code is; what is wrong is shown beside its field. Raises other refusals."""
    try:
        await in_form.ready()
        if problems := proof.problems():
            raise Incomplete(problems)
        if proof.password:
            await accounts.prove(proof.password, by=account)
        else:
            await accounts.prove_by_code(proof.code, by=account)
    except Incomplete as refusal:
        in_form.show(refusal.problems)
        return False
    except accounts.WrongPassword as refusal:
        in_form.show({'password': str(refusal)})
        return False
    except second_factors.WrongCode as refusal:
        in_form.show({'code': str(refusal)})
        return False
    return True


async def proving(act: Callable[[], Awaitable[object]]) -> None:
    """Calls `act`; where the service asks who it is, the user is asked, and it is called once more."""
    with asked_once():
        try:
            await act()
        except StepUpNeeded:
            with ui.context.client.content:
                is_proved = await proved_here()
            if is_proved:
                await act()


async def proved_here() -> bool:
    """The same for whoever has the page open."""
    request = ui.context.client.request
    account = request.scope['account'] if request is not None else None
    return isinstance(account, Account) and await proved(account)
