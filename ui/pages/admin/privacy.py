"""系統管理: 告知事項 with its versions, the terms of the persons' requests in figures, and how long data stays."""

from nicegui import html, ui

from domain import dates, links
from domain.consents import notices
from domain.errors import NotFound
from domain.model import Account
from domain.privacy import retention, rights
from domain.privacy.retention import MONTHS_OF_LOG, PeriodDetails

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.fields import check_field, number_field, text_area
from ...components.question import is_sure
from ...components.record_table import Row
from ...flash import leave_with
from ...frame import save_bar

NOTICE_COLUMNS = [('version', '版本'), ('at', '發布時間'), ('by', '發布者'), ('consent', '同意的文字')]
RIGHTS_COLUMNS: list[tuple[str, str] | tuple[str, str, str]] = [
    ('unit', '運用單位'),
    ('open', '待答覆', 'num'),
    ('overdue', '其中逾期', 'num'),
    ('answered', '一年內答覆', 'num'),
    ('state', '狀態'),
]
RETENTION_COLUMNS: list[tuple[str, str] | tuple[str, str, str]] = [
    ('label', '資料'),
    ('period', '保存期限'),
    ('state', '夜間執行'),
    ('count', '試算：現在會處理', 'num'),
]


async def notice_rows(account: Account) -> list[Row]:
    """The newest first; the one that holds leads to the form of the next."""
    return [
        {
            'key': str(one.id),
            'version': {'text': f'第 {one.id} 版', 'href': links.admin('notice', one.id), 'strong': True},
            'at': dates.roc_instant(one.published_at),
            'by': one.published_by.name if one.published_by else '系統內建',
            'consent': one.sections.get('consent', ''),
        }
        for one in await notices.versions()
    ]


async def edit_notice(account: Account, which: str) -> str:
    """A version as it was; of the newest, or a new one, the form that publishes the next."""
    versions = {str(one.id): one for one in await notices.versions()}
    current = await notices.current()
    shown = current if which == 'new' else versions.get(which)
    if shown is None:
        raise NotFound
    details = notices.details_of(shown)
    is_current = shown.id == current.id
    in_form = form(details, mirrored=True)
    with card('告知事項', '(個人資料保護法第 8 條)'), html.div().classes('lb-stack'):
        if is_current:
            html.p('發布新的版本後，每位志工下次登入「我的資料」時會再問一次是否同意。').classes('lb-hint')
        for key, each in notices.SECTIONS.items():
            text_area(each.caption, in_form, key, required=True, maxlength=notices.MOST, readonly=not is_current)

    async def publish() -> None:
        if await is_sure(
            '發布新的版本', '發布後不能修改，只能再發布下一版；志工會再被問一次。', yes='發布', is_grave=False
        ):
            await notices.publish(details, seen=current.id, by=account)
            leave_with(links.admin('notice'), 'notice-published')

    with save_bar():
        if is_current:
            action_button('發布新的版本', publish, in_form=in_form)
        ui.link('返回', links.admin('notice')).classes('lb-btn q-btn lb-flat')
    return f'第 {shown.id} 版'


async def rights_rows(account: Account) -> list[Row]:
    """Figures only: no names, no requests."""
    return [
        {
            'key': one.unit,
            'unit': {'text': one.unit, 'strong': True},
            'open': str(one.open),
            'overdue': str(one.overdue),
            'answered': str(one.answered),
            'state': {'text': '有逾期', 'chip': 'bad', 'icon': 'warning'}
            if one.overdue
            else {'text': '正常', 'chip': 'ok', 'icon': 'check'},
        }
        for one in await rights.figures(by=account)
    ]


async def retention_lead(account: Account) -> None:
    """What the list is, and what never goes."""
    html.p(
        '期限由貴機關自訂；沒有設定的不會刪除。下面的數字是試算，只有筆數，沒有姓名。'
        f'使用紀錄與「誰看過我的資料」至少保存 {MONTHS_OF_LOG} 個月，系統不會刪除。'
    ).classes('lb-lead')


async def retention_rows(account: Account) -> list[Row]:
    """Each item with its period and the count of a trial."""
    return [
        {
            'key': one.name,
            'label': {
                'text': one.item.label,
                'href': links.admin('retention', one.name),
                'strong': True,
                'sub': one.item.what,
            },
            'period': '不刪除' if one.days is None else f'{one.days} 天',
            'state': {'text': '每天執行', 'chip': 'ok', 'icon': 'check'}
            if one.is_on
            else {'text': '不執行', 'chip': 'plain', 'icon': 'lock'},
            'count': '—' if one.count is None else f'{one.count:,}',
        }
        for one in await retention.outlook(by=account)
    ]


async def edit_retention(account: Account, which: str) -> str:
    """The period of one item; saved without 每天執行, the list shows what would go."""
    known = {one.name: one for one in await retention.outlook(by=account)}
    if which not in known:
        raise NotFound
    one = known[which]
    details = _Period(one.days, one.is_on)
    details.least = one.item.least
    in_form = form(details)
    with card(one.item.label), html.div().classes('lb-stack'):
        html.p(one.item.what)
        hint = f'至少 {one.item.least} 天；空白表示不刪除。'
        number_field(retention.FIELDS['days'].label, in_form, 'days', suffix='天', hint=hint)
        check_field(retention.FIELDS['is_on'].label, in_form, 'is_on')
        html.p('可以先不勾選就儲存，回到清單看試算的筆數，再決定要不要執行。').classes('lb-hint')

    async def save() -> None:
        await retention.save(which, details, by=account)
        leave_with(links.admin('retention'), 'office-saved')

    with save_bar():
        action_button('儲存', save, in_form=in_form).by_enter(in_form)
        ui.link('返回', links.admin('retention')).classes('lb-btn q-btn lb-flat')
    return one.item.label


class _Period(PeriodDetails):
    """The form knows the fewest days of its item."""

    least = 1

    def problems(self, least: int = 0) -> dict[str, str]:
        """Field → sentence."""
        return super().problems(least or self.least)
