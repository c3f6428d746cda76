"""系統管理: the keys of the office, without what they are made of: what for, how old, when due, what if one is lost."""

from collections.abc import Sequence

from nicegui import html, ui

from domain import dates, links
from domain.model import Account
from domain.operations import key_inventory
from domain.operations.key_inventory import BY_PURPOSE, FIELDS, LONGEST_PLACE, Entry

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.fields import date_field, number_field, text_field
from ...components.icon import icon
from ...components.record_table import Cell, Row
from ...flash import leave_with
from ...frame import save_bar

COLUMNS: list[tuple[str, str] | tuple[str, str, str]] = [
    ('purpose', '用途'),
    ('state', '狀態'),
    ('algorithm', '演算法'),
    ('changed', '啟用或最近更換'),
    ('due', '下次更換'),
    ('records', '使用中的資料', 'num'),
    ('kept', '保管處'),
]
EVERY = '0 表示不定期更換。到期時，系統管理的每一頁會提醒；更換由主機管理者執行。'


async def lead(_: Account) -> None:
    """What this list is, and where the steps stand."""
    html.p(
        '這裡只有金鑰的用途、編號與日期，沒有金鑰本身。封存金鑰可以在使用中更換：主機管理者加入新的金鑰（make add-key）'
        '，再把舊資料改以新的封存（make retire-key）；步驟與遺失時的處理在安裝說明（deploy/README.md）的「金鑰」。'
    ).classes('lb-lead')


async def rows(account: Account) -> list[Row]:
    """The sealing keys first."""
    return [_row(each) for each in await key_inventory.entries(by=account)]


async def edit(account: Account, purpose: str) -> str:
    """How often one is changed, when it last was, where it is kept."""
    duty, kind = await key_inventory.duty_of(purpose, by=account), BY_PURPOSE[purpose]
    in_form = form(duty, mirrored=True)
    with card(kind.label, f'({kind.use})'), html.div().classes('lb-grid'):
        number_field(FIELDS['days'].caption, in_form, 'days', hint=EVERY, required=True)
        date_field(FIELDS['changed_on'].caption, in_form, 'changed_on')
        text_field(
            FIELDS['kept_at'].caption,
            in_form,
            'kept_at',
            wide=True,
            maxlength=LONGEST_PLACE,
            hint='寫在哪裡、由誰保管；不要寫金鑰或密碼本身。',
        )
        html.p(f'遺失時：{kind.lost}')

    async def save() -> None:
        await key_inventory.settle(purpose, duty, by=account)
        leave_with(links.admin('keys'), 'office-saved')

    with save_bar():
        action_button('儲存', save, in_form=in_form)
        ui.link('返回', links.admin('keys')).classes('lb-btn q-btn lb-flat')
    return kind.label


def warn_of_overdue(found: Sequence[Entry]) -> None:
    """Says here which keys are to be changed by now."""
    for each in found:
        with html.section().classes('lb-verdict warn lb-gap-below').props('aria-label=金鑰'):
            icon('warning')
            with html.span():
                ui.link(each.kind.label, links.admin('keys', each.kind.purpose))
                html.span(
                    f'：{each.warning}。'
                    if each.warning
                    else f'應在 {dates.roc(each.due_on)} 前更換。'
                    if each.due_on
                    else ''
                )


def _row(each: Entry) -> Row:
    name = each.kind.label if each.key_id is None else f'{each.kind.label} {each.key_id}'
    begun = each.changed_on or each.since
    return {
        'key': f'{each.kind.purpose} {each.key_id or ""}',
        'purpose': {
            'text': name,
            'href': links.admin('keys', each.kind.purpose),
            'strong': True,
            'sub': each.kind.use,
        },
        'state': _state(each),
        'algorithm': each.kind.algorithm,
        'changed': dates.roc(begun) if begun else '未登錄' if each.days else '不適用',
        'due': dates.roc(each.due_on) if each.due_on else '不定期' if not each.days else '',
        'records': f'{each.records:,}' if each.records is not None else '',
        'kept': {'text': each.kept_at, 'sub': f'遺失時：{each.kind.lost}'},
    }


def _state(each: Entry) -> Cell:
    if each.warning:
        return {'text': '請處理', 'chip': 'bad', 'icon': 'warning', 'sub': each.warning}
    if each.is_overdue:
        return {'text': '逾期未更換', 'chip': 'warn', 'icon': 'clock'}
    if each.is_current:
        return {'text': '使用中', 'chip': 'ok', 'icon': 'check'}
    if each.records:
        return {'text': '只供開啟', 'chip': 'plain', 'icon': 'lock', 'sub': '還有資料以它封存'}
    return {'text': '不再使用', 'chip': 'plain', 'icon': 'check', 'sub': '檔案由 make retire-key 檢查'}
