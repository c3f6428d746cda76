"""帳號管理: a 單位管理者 opens, renames and closes the accounts of the own unit."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import html, ui

from domain import directory, links, searches, sign_offs
from domain.accounts import FIELDS, AccountDetails, unit_accounts
from domain.model import Account

from ..components.action_button import action_button
from ..components.card import card
from ..components.clerk_fields import WHOLE, clerk_fields
from ..components.form import form
from ..components.form.fields import check_field, email_field, text_field
from ..components.notices import confirm
from ..components.question import is_sure
from ..components.record_table import Row, View, record_table
from ..flash import leave_with
from ..frame import MENU, frame, save_bar, waiting_for

TITLE = '帳號管理'
COLUMNS = [
    *((key, FIELDS[key].caption) for key in ('name', 'username')),
    ('scope', FIELDS['team_id'].caption),
    ('email', FIELDS['email'].caption),
    ('state', '狀態'),
]


@dataclass
class Words:
    """What the list is searched for."""

    text: str = ''

    def problems(self) -> dict[str, str]:
        """A search is never wrong."""
        return {}


async def unit_accounts_page(account: Account, edit: str = '', q: str = '', page: int = 1, per: int = 10) -> None:
    """The unit's accounts, of the words under the key `q`; with `edit`, the form of one of them or of a 'new' one."""
    unit_accounts.require_administrator(account)
    waiting = await waiting_for(account)
    if edit:
        with frame(account, '帳號維護', crumbs=[MENU, (TITLE, links.unit_accounts())], waiting=waiting):
            await _form(account, edit)
        return
    with frame(account, TITLE, crumbs=[MENU], waiting=waiting):
        html.p('這裡只有您單位的承辦人帳號。志工的帳號在各志工的「基本資料」開通。').classes('lb-lead')
        await _list(account, q, View.read(page, per))
        await _sign_off(account)


async def _list(account: Account, key: str, view: View) -> None:
    found = Words(await searches.words(key, by=account))
    words = form(found, summary=False)
    with html.div().classes('lb-list-head'):
        text_field('尋找', words, 'text', placeholder='姓名、帳號、信箱或志工隊的一部分', maxlength=60)
        ui.link('新增帳號', links.unit_accounts('new')).classes('q-btn lb-btn bg-primary')

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        listed = await unit_accounts.find(by=account, words=found.text, page=page, per_page=per_page)
        return [_row(each) for each in listed.rows], listed.total

    async def shown() -> None:
        ui.navigate.history.replace(links.unit_accounts(q=key, **view.turned))

    table = record_table('單位帳號', COLUMNS, fetch, view=view, shown=shown)
    await table.refresh()

    async def sought() -> None:
        nonlocal key
        key = await searches.keep(found.text, by=account, under=key)
        await table.refresh(1)

    words.on_change(sought)


async def _sign_off(account: Account) -> None:
    """Whether the unit sends nothing before its 志工督導 has agreed."""
    is_demanded = await sign_offs.is_demanded(account.host_unit_id)
    with card('志工督導簽核', '(整個單位的設定)', 'lb-sign-off-setting'), html.div().classes('lb-stack'):
        html.p(
            '送審前須由志工督導簽核；督導用自己的帳號，或用寄到信箱的連結簽核。'
            if is_demanded
            else '目前不須簽核，承辦人可以直接送審。'
        )

        async def turn() -> None:
            await sign_offs.demand(not is_demanded, by=account)
            leave_with(links.unit_accounts(), 'office-saved')

        with html.div().classes('lb-row-acts'):
            action_button('改為不須簽核' if is_demanded else '改為送審前須簽核', turn, 'outline')


async def _form(account: Account, edit: str) -> None:
    record = None if edit == 'new' else await unit_accounts.get(int(edit) if edit.isdecimal() else None, by=account)
    details = AccountDetails() if record is None else AccountDetails.from_record(record)
    in_form = form(details, mirrored=True)
    await _fields(in_form, account)

    async def save() -> None:
        if record is None:
            await unit_accounts.create(details, by=account)
            leave_with(links.unit_accounts(), 'account-created')
            return
        alone = await unit_accounts.left_alone(record, details, by=account)
        if alone and not await is_sure('讓最後一位承辦人離開', alone, yes='仍要儲存'):
            return
        await unit_accounts.amend(record, details, knowingly=bool(alone), by=account)
        leave_with(links.unit_accounts(), 'office-saved')

    async def send() -> None:
        if record is not None and await is_sure(
            '寄出設定密碼的連結', f'連結會寄到 {record.email}，7 天內有效；之前寄的連結就不能再用。', yes='寄出'
        ):
            await unit_accounts.send_link(record, by=account)
            confirm(f'已把設定密碼的連結寄給{record.name}。')

    with save_bar():
        action_button('儲存', save, in_form=in_form)
        ui.link('返回', links.unit_accounts()).classes('lb-btn q-btn lb-flat')
        if record is not None and record.is_active:
            action_button('寄出設定密碼的連結', send, 'outline')


async def _fields(in_form: form, account: Account) -> None:
    with card('帳號'), html.div().classes('lb-grid'):
        text_field(FIELDS['name'].caption, in_form, 'name', required=True, maxlength=60)
        text_field(
            FIELDS['username'].caption,
            in_form,
            'username',
            required=True,
            hint='3 到 60 個英文字母或數字。',
            maxlength=60,
            autocomplete='off',
        )
        hint = '設定密碼的連結會寄到這裡。'
        email_field(FIELDS['email'].caption, in_form, 'email', required=True, hint=hint, maxlength=254)
        text_field(FIELDS['phone'].caption, in_form, 'phone', maxlength=30)
        await clerk_fields(in_form, directory.teams).show(account.host_unit_id)
        check_field(
            FIELDS['is_active'].caption,
            in_form,
            'is_active',
            wide=True,
            hint='取消勾選就會停用，並結束這個帳號所有的登入；資料都會保留。',
        )


def _row(each: Account) -> Row:
    team = each.team.name if each.team else WHOLE
    return {
        'key': str(each.id),
        'name': {'text': each.name, 'href': links.unit_accounts(each.id), 'strong': True},
        'username': each.username or '',
        'scope': {'text': team, 'sub': FIELDS['is_unit_administrator'].label}
        if unit_accounts.is_administrator(each)
        else team,
        'email': each.email,
        'state': {'text': '使用中', 'chip': 'ok', 'icon': 'check'}
        if each.is_active
        else {'text': '已停用', 'chip': 'plain', 'icon': 'lock'},
    }
