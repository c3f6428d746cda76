"""One's own account: changing the password, how mail comes, who stands in, and fetching the step guide back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi.responses import RedirectResponse, Response
from nicegui import html, ui

from domain import accounts, dates, links, volunteers
from domain.accounts import new_passwords, passwords
from domain.cases import deputies
from domain.cases.transitions import UNDO_TIMES
from domain.errors import Incomplete
from domain.model import Account, MailPreference, Role

from ..components.action_button import action_button
from ..components.card import card
from ..components.deputy_card import deputy_card
from ..components.form import form
from ..components.form.fields import password_field, radio_field
from ..flash import leave_with
from ..frame import HOMES, MENU, Crumbs, frame, waiting_for

PREFERENCES = {
    MailPreference.EACH: '每件都寄：有消息就寄一封',
    MailPreference.DIGEST: '每日摘要：每天上午 8 點寄一封，列出前一天的消息',
    MailPreference.NONE: '不寄：登入系統時再看',
}
ALWAYS = {
    Role.UNIT_STAFF: '不論怎麼選，運用單位的信箱都會收到每一件；密碼與登入連結也一定會寄給您。',
    Role.REVIEWER: '不論怎麼選，發冊機關的信箱都會收到每一件；密碼與登入連結也一定會寄給您。',
    Role.VOLUNTEER: '不論怎麼選，密碼與登入連結一定會寄給您。',
    **dict.fromkeys(
        (Role.SUPERVISOR, Role.COUNTY, Role.MINISTRY, Role.INSPECTOR),
        '不論怎麼選，密碼與登入連結一定會寄給您。',
    ),
    Role.ADMINISTRATOR: '選「不寄」時，也不會收到未寄達信件的每日摘要。密碼與登入連結一定會寄給您。',
}


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
    change, own = PasswordChange(), await new_passwords.own_words(account)
    must_first = ui.context.client.request.scope['must_change_password']
    crumbs = () if must_first else _crumbs(account)
    with frame(account, '變更密碼', crumbs=crumbs, waiting=await waiting_for(account)):
        if must_first:
            html.p('目前的密碼是別人替您設定的。請先換成只有您知道的密碼，再繼續使用。').classes('lb-lead')
        in_form = form(change)
        with html.div().classes('lb-narrow'), card(), html.div().classes('lb-stack'):
            password_field('目前密碼', in_form, 'old', required=True, autocomplete='current-password')
            new = password_field('新密碼', in_form, 'new', required=True, autocomplete='new-password')
            password_field('確認新密碼', in_form, 'again', required=True, autocomplete='new-password')
            html.p(
                '不能有自己的帳號、姓名、電子郵件、單位、電話、生日或證號，也不能和最近三次用過的密碼相同。'
                '變更後，其他裝置上的登入會結束。'
            ).classes('lb-hint')

            async def save() -> None:
                if problems := change.problems():
                    raise Incomplete(problems)
                await _change(account, change)
                leave_with(HOMES[account.role], 'password-changed')

            with html.div().classes('lb-row-acts'):
                action_button('變更密碼', save, in_form=in_form).by_enter(in_form)
                if not must_first:
                    ui.link('返回', HOMES[account.role]).classes('lb-btn q-btn lb-flat')

    def renew() -> None:
        new.show_rules(passwords.shown(change.new[: passwords.LONGEST], own))

    in_form.on_change(renew)
    renew()


async def _change(account: Account, change: PasswordChange) -> None:
    """A refusal is told at the field that it is of."""
    try:
        await accounts.change_password(account, change.old, change.new, by=account, keeping=_session())
    except accounts.WrongPassword as refusal:
        raise Incomplete({'old': str(refusal)}) from None
    except accounts.UnfitPassword as refusal:
        raise Incomplete({'new': str(refusal)}) from None


class _Choice:
    """One of a few that are all in sight."""

    def problems(self) -> dict[str, str]:
        """One is always chosen."""
        return {}


@dataclass
class MailChoice(_Choice):
    """通知信: how one wants to get it."""

    preference: MailPreference


@dataclass
class UndoChoice(_Choice):
    """復原時間, in seconds."""

    seconds: int


async def mail_page(account: Account) -> None:
    """通知信設定: each at once, one digest a day, or none."""
    await _choosing(
        account,
        '通知信設定',
        MailChoice(account.mail_preference),
        lead=partial(_where_mail_goes, account),
        question='您要怎麼收到通知信？',
        options=PREFERENCES,
        hint=ALWAYS[account.role],
        keep=accounts.set_mail_preference,
        told='preference-saved',
    )


async def undo_page(account: Account) -> None:
    """復原時間: who works by keys, by a screen reader or just slower takes longer to reach 復原."""
    await _choosing(
        account,
        '復原時間',
        UndoChoice(account.undo_seconds),
        lead=partial(html.p, '核可、通知補件或駁回之後，決定先等一下才生效；這段時間裡可以復原，還沒有人收到通知。'),
        question='您需要多少時間來復原？',
        options=UNDO_TIMES,
        hint='時間選得長，志工和單位也晚一點收到通知。只影響您自己的決定，下一個決定起適用。',
        keep=accounts.set_undo_seconds,
        told='undo-saved',
    )


async def _choosing(
    account: Account,
    title: str,
    choice: _Choice,
    *,
    lead: Callable[[], object],
    question: str,
    options: Mapping[Any, str],
    hint: str,
    keep: Callable[..., Awaitable[None]],
    told: str,
) -> None:
    """A page that asks one thing; `lead` places what is said first, `keep` is given the answer, and `told` is said on
    the page after it.
    """
    [name] = vars(choice)
    with frame(account, title, crumbs=_crumbs(account), waiting=await waiting_for(account)):
        in_form = form(choice)
        with html.div().classes('lb-narrow'), card(), html.div().classes('lb-stack'):
            lead()
            radio_field(question, in_form, name, options)
            html.p(hint).classes('lb-hint')

            async def save() -> None:
                await keep(getattr(choice, name), by=account)
                leave_with(HOMES[account.role], told)

            with html.div().classes('lb-row-acts'):
                action_button('儲存', save, in_form=in_form)
                ui.link('返回', HOMES[account.role]).classes('lb-btn q-btn lb-flat')


async def deputy_page(account: Account) -> None:
    """職務代理: who stands in while one is away."""
    waiting = await waiting_for(account)
    with (
        frame(account, '職務代理', crumbs=_crumbs(account), waiting=waiting),
        html.div().classes('lb-narrow lb-stack'),
    ):
        for stood in await deputies.told(by=account):
            if stood.deputy.id == account.id:
                html.p(f'您現在代理{stood.absent.name}，到 {dates.roc(stood.ends_on)} 為止（含當日）。').classes(
                    'lb-lead'
                )
        await deputy_card(account, account, partial(leave_with, links.deputy()))
        if account.is_agency_supervisor:
            for one in await deputies.colleagues(account, by=account):
                await deputy_card(one, account, partial(leave_with, links.deputy()))


def _crumbs(account: Account) -> Crumbs:
    return [('我的紀錄冊', HOMES[account.role])] if account.role is Role.VOLUNTEER else [MENU]


def _where_mail_goes(account: Account) -> None:
    """Where it goes, and how another address is got: a volunteer asks for it in 我的資料."""
    is_volunteer = account.role is Role.VOLUNTEER
    there = f'通知信寄到 {account.email}。' if account.email else '您的帳號沒有登錄電子郵件，收不到通知信。'
    with html.p():
        html.span(there)
        if is_volunteer:
            html.span('要更改時，請到「我的資料」' if account.email else '請到「我的資料」')
            ui.link(f'提出更正：{volunteers.FIELDS["email"].label}', links.my_data())
            html.span('。' if account.email else '；補登後，這裡的設定才有作用。')
        elif account.email:
            html.span('信箱要更改時，請洽系統管理者。')
        else:
            html.span('請系統管理者補登後，這裡的設定才有作用。')


async def guide_page(account: Account) -> Response:
    """顯示步驟引導: fetch the guide back and begin at STEP 2."""
    await accounts.show_guide(True, by=account)
    return RedirectResponse(links.menu(), 303)


def _session() -> str:
    """The digest of the session this page belongs to."""
    request = ui.context.client.request
    return str(request.scope.get('session_digest', '')) if request is not None else ''
