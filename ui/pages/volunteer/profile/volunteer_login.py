"""志工登入: how a volunteer gets a password that no clerk knows, and another E-MAIL where the unit may not set it."""

from dataclasses import dataclass

from nicegui import html

from domain import links
from domain.accounts import Hold
from domain.model import Account, Volunteer
from domain.volunteers import addresses, printed_codes

from ....components.action_button import action_button
from ....components.card import card
from ....components.form import form
from ....components.form.fields import email_field
from ....flash import leave_with


@dataclass
class NewAddress:
    """The address that the owner is asked about."""

    new_email: str = ''

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


def volunteer_login(account: Account, volunteer: Volunteer, held: Hold | None) -> None:
    """The card of the 基本資料 tab. `held`: what keeps the unit from setting password and e-mail itself."""
    with card('志工登入', '(密碼由本人設定，承辦人不會知道)', 'lb-gap-below'), html.div().classes('lb-stack'):
        if held is not None:
            html.p(held.sentence).classes('lb-hint')
        refusal = printed_codes.refusal(held, volunteer)
        with html.div().classes('lb-row-acts'):
            if volunteer.email:
                _send_link(account, volunteer)
            if not refusal:
                _print(links.printed_code(volunteer.id), '列印紙本驗證碼')
                _print(links.printed_counter_code(volunteer.id), '列印登入碼')
        html.p(
            refusal or '紙本驗證碼給沒有 E-MAIL 的志工：印出後當面交給本人，本人用手機或電腦設定密碼，只能用一次。'
        ).classes('lb-hint')
        if not refusal:
            html.p('登入碼給站在櫃台前的志工：15 分鐘內登入一次，不會改變密碼。').classes('lb-hint')
        if held is not None and volunteer.email:
            _ask_address(account, volunteer)


def _send_link(account: Account, volunteer: Volunteer) -> None:
    async def send() -> None:
        await addresses.send_password_link(volunteer, by=account)
        leave_with(links.basics(volunteer.id), 'link-sent')

    action_button('寄送設定密碼的連結', send, 'outline')


def _print(address: str, text: str) -> None:
    """A plain form, since each printing makes a new code: nothing is made by looking at an address."""
    with html.form().props('method=post target=_blank rel=noopener') as printing:
        printing.props['action'] = address
        html.button(text).props('type=submit').classes('q-btn lb-btn lb-outline')


def _ask_address(account: Account, volunteer: Volunteer) -> None:
    wanted = NewAddress()
    in_form = form(wanted, summary=False)

    async def ask() -> None:
        await addresses.ask(volunteer, wanted.new_email, by=account)
        leave_with(links.basics(volunteer.id), 'email-asked')

    with html.div().classes('lb-inline'):
        email_field('新的 E-MAIL', in_form, 'new_email', maxlength=254)
        action_button('請本人確認', ask, 'outline', in_form=in_form).by_enter(in_form)
    html.p('系統會寄信到原來的 E-MAIL，本人同意後才會更改。').classes('lb-hint')
