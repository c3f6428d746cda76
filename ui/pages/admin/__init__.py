"""系統管理: accounts and requests for them, offices and rules. Nothing here shows a volunteer's data."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from nicegui import html, ui

from domain import links, searches
from domain.errors import NotFound
from domain.model import Account
from domain.operations import pending
from domain.operations.pending import Pending

from ...components.account_request import COLUMNS as REQUEST_COLUMNS
from ...components.form import form
from ...components.form.fields import text_field
from ...components.record_table import Row, View, matching, record_table
from ...components.section_links import Groups, section_links
from ...frame import MENU, frame
from . import (
    account_terms,
    accounts,
    calendar,
    factors,
    history,
    keys,
    lookups,
    mail,
    numbers,
    offices,
    privacy,
    rules,
    unusual,
)

HOME = ('系統管理', links.administration())


@dataclass(frozen=True)
class Section:
    """One list and its form: `rows` for the list, `edit` builds the form of one record, or of a new one ('new').

    `edit` returns what the record is called, '' where there is no name to tell it by.

    Where there is a `row`, `rows` are records, and it makes the rows of those that are shown. `lead` builds what
    stands above the list; `one` is the title of a form, where 維護 would not be the word. A list that only grows is
    searched where it is kept: `search(account, words, page, per_page)` gives rows and their number.
    """

    group: str
    label: str
    columns: Sequence[tuple[str, str] | tuple[str, str, str]]
    rows: Callable[[Account], Awaitable[Sequence[Any]]] | None
    edit: Callable[[Account, str], Awaitable[str]] | None
    new: str
    empty: str = '沒有可用的資料'
    lead: Callable[[Account], Awaitable[None]] | None = None
    search: Callable[[Account, str, int, int], Awaitable[tuple[list[Row], int]]] | None = None
    one: str = ''
    row: Callable[[Any], Row] | None = None


SECTIONS = {
    'accounts': Section(
        '人員', '帳號', accounts.COLUMNS, None, accounts.edit, '新增帳號', lead=accounts.lead, search=accounts.search
    ),
    'factors': Section('人員', '登入驗證', factors.COLUMNS, factors.rows, None, '', lead=factors.lead),
    'requests': Section(
        '人員',
        '帳號申請',
        REQUEST_COLUMNS,
        accounts.rows_of_requests,
        accounts.decide,
        '',
        '沒有待處理的帳號申請',
        lead=accounts.refuse_several,
    ),
    'reviews': Section(
        '人員',
        '年度盤點',
        account_terms.REVIEW_COLUMNS,
        account_terms.review_rows,
        account_terms.review,
        '',
        '目前沒有要盤點的單位',
        one='年度帳號盤點',
    ),
    'units': Section(
        '單位與機關',
        '運用單位',
        offices.UNIT_COLUMNS,
        None,
        offices.edit_unit,
        '新增運用單位',
        search=offices.search_units,
    ),
    'teams': Section('單位與機關', '志工隊', offices.TEAM_COLUMNS, offices.team_rows, offices.edit_team, '新增志工隊'),
    'agencies': Section(
        '單位與機關',
        '發冊機關',
        offices.AGENCY_COLUMNS,
        None,
        offices.edit_agency,
        '新增發冊機關',
        search=offices.search_agencies,
    ),
    'hours': Section('規定', '規定時數', offices.HOURS_COLUMNS, offices.hours_rows, offices.edit_hours, '新增規定'),
    'account-rules': Section(
        '規定', '帳號規則', account_terms.COLUMNS, account_terms.rows, account_terms.edit, '', one='帳號規則維護'
    ),
    'rules': Section('規定', '審核規則', rules.COLUMNS, rules.rows, rules.edit, '新增規則', row=rules.row),
    'calendar': Section(
        '規定',
        '辦公日曆',
        calendar.COLUMNS,
        calendar.rows,
        calendar.edit,
        '新增日期',
        lead=calendar.lead,
        row=calendar.row_of,
    ),
    'numbers': Section('規定', '號碼設定', numbers.COLUMNS, numbers.rows, numbers.edit, '新增序列', row=numbers.row),
    'mail': Section('信件', '信件範本', mail.COLUMNS, mail.rows, mail.edit, '', one='修改信件範本', row=mail.row),
    'undelivered': Section(
        '信件',
        '未寄達信件',
        mail.UNDELIVERED_COLUMNS,
        mail.undelivered_rows,
        mail.undelivered,
        '',
        '沒有寄不到的信件',
        one='查看與重寄',
    ),
    'notice': Section(
        '個資',
        '告知事項',
        privacy.NOTICE_COLUMNS,
        privacy.notice_rows,
        privacy.edit_notice,
        '',
        one='告知事項的版本',
    ),
    'rights': Section(
        '個資', '當事人請求', privacy.RIGHTS_COLUMNS, privacy.rights_rows, None, '', '還沒有志工提出請求'
    ),
    'retention': Section(
        '個資',
        '保存期限',
        privacy.RETENTION_COLUMNS,
        privacy.retention_rows,
        privacy.edit_retention,
        '',
        lead=privacy.retention_lead,
        one='設定保存期限',
    ),
    'lookups': Section(
        '紀錄', '證號查詢', lookups.COLUMNS, lookups.rows, None, '', '24 小時內沒有人查詢', lead=lookups.lead
    ),
    'keys': Section('紀錄', '金鑰', keys.COLUMNS, keys.rows, keys.edit, '', lead=keys.lead, one='金鑰的更換與保管'),
    'unusual': Section(
        '紀錄', '異常使用', unusual.COLUMNS, unusual.rows, None, '', '沒有異常的使用情形', lead=unusual.lead
    ),
    'history': Section(
        '紀錄',
        '系統異動紀錄',
        history.COLUMNS,
        None,
        None,
        '',
        '還沒有異動',
        search=history.search,
    ),
}


@dataclass
class Words:
    """What the list is searched for."""

    text: str = ''

    def problems(self) -> dict[str, str]:
        """A search is never wrong."""
        return {}


async def admin_page(account: Account) -> None:
    """系統管理 begins with what waits: requests for accounts, else the accounts."""
    found = await pending.of(by=account)
    section = 'requests' if found.requests else 'accounts'
    await _list_page(account, section, SECTIONS[section], found, '', View())


async def section_page(
    account: Account, section: str, edit: str = '', q: str = '', page: int = 1, per: int = 10
) -> None:
    """The list of one section, of the words under the key `q`; with `edit`, the form of one of its records."""
    here = SECTIONS.get(section)
    if here is None or (edit and here.edit is None):
        raise NotFound
    back = (here.label, links.admin(section))
    if edit and here.edit is not None:
        title = here.one or (f'{here.label}維護' if here.new else here.label)
        named = here.new if edit == 'new' else ''
        with frame(account, title, crumbs=[MENU, HOME, back], named=named) as page_of_one:
            if called := await here.edit(account, edit):
                page_of_one.name(f'{called}：{title}')
        return
    await _list_page(account, section, here, await pending.of(by=account), q, View.read(page, per))


async def _list_page(account: Account, section: str, here: Section, found: Pending, q: str, view: View) -> None:
    with frame(account, HOME[0], crumbs=[MENU], named=f'{here.label}：{HOME[0]}'):
        section_links('系統管理', _groups(), section, {'requests': found.requests})
        await mail.warn_of_backlog(account)
        offices.warn_of_unsupervised(found.unsupervised)
        keys.warn_of_overdue(found.keys)
        await _list(account, section, here, q, view)


@cache
def _groups() -> Groups:
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for key, each in SECTIONS.items():
        groups.setdefault(each.group, []).append((key, each.label, links.admin(key)))
    return list(groups.items())


async def _list(account: Account, section: str, here: Section, key: str, view: View) -> None:
    found = Words(await searches.words(key, by=account))
    words = form(found, summary=False)
    if here.lead is not None:
        await here.lead(account)
    with html.div().classes('lb-list-head'):
        text_field(f'在{here.label}中尋找', words, 'text', placeholder='輸入任一欄的一部分', maxlength=60)
        if here.new:
            ui.link(here.new, links.admin(section, 'new')).classes('q-btn lb-btn bg-primary')

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        if here.search is not None:
            return await here.search(account, found.text, page, per_page)
        listed = await here.rows(account) if here.rows is not None else []
        if found.text.strip():
            return matching(_rows(here, listed), found.text, page, per_page)
        return _rows(here, listed[(page - 1) * per_page : page * per_page]), len(listed)

    async def shown() -> None:
        ui.navigate.history.replace(links.admin(section, q=key, **view.turned))

    table = record_table(here.label, here.columns, fetch, empty=here.empty, view=view, shown=shown)
    await table.refresh()

    async def sought() -> None:
        nonlocal key
        key = await searches.keep(found.text, by=account, under=key)
        await table.refresh(1)

    words.on_change(sought)


def _rows(here: Section, listed: Sequence[Any]) -> Sequence[Row]:
    return listed if here.row is None else [here.row(one) for one in listed]
