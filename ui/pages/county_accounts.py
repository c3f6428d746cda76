"""帳號管理 of a county authority: 帳號申請 of its county, the reviews of its units, and their locked accounts."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from nicegui import html, ui

from domain import accounts, dates, links, validation
from domain.accounts import FIELDS, reviews, terms
from domain.announcements import AccountRequestsChanged
from domain.errors import NotFound
from domain.model import Account

from ..components.account_request import COLUMNS as REQUEST_COLUMNS
from ..components.account_request import request_case, request_rows
from ..components.account_review import LIST_COLUMNS, review_card, review_row
from ..components.account_state import account_state
from ..components.record_table import Row, record_table
from ..flash import leave_with
from ..frame import MENU, frame, save_bar
from ..live import follow

TITLE = '帳號管理'
LOCKED_COLUMNS = [
    ('name', FIELDS['name'].caption),
    ('office', '運用單位'),
    ('state', '狀態'),
    ('at', '鎖定時間'),
    ('acts', '處理'),
]
PARTS = {'': '帳號申請', 'reviews': '年度盤點', 'locked': '已鎖定'}


async def county_accounts_page(account: Account, part: str = '', edit: str = '') -> None:
    """One of three lists; with `edit` a request, or the accounts of one place."""
    if part not in PARTS:
        raise NotFound
    if edit:
        with frame(account, PARTS[part], crumbs=[MENU, (TITLE, links.county_accounts(part))]) as page:
            page.name(f'{await _one(account, part, edit)}：{PARTS[part]}')
        return
    with frame(account, TITLE, crumbs=[MENU], named=f'{PARTS[part]}：{TITLE}'):
        pills = {}
        with html.nav().classes('lb-pills lb-gap-below').props('aria-label=帳號管理'):
            for key, label in PARTS.items():
                pills[key] = ui.link(label, links.county_accounts(key)).classes('lb-pill')
        pills[part].classes('on').props('aria-current=page')
        pills[''].set_text(await _requests(account))
        table = await _list(account, part)

    async def renew() -> None:
        pills[''].set_text(await _requests(account))
        if not part:
            await table.refresh()

    follow(AccountRequestsChanged, renew, lambda changed: changed.county_id == account.county_id)


async def _requests(account: Account) -> str:
    waiting = len(await accounts.open_requests(by=account))
    return f'{PARTS[""]} {waiting}' if waiting else PARTS['']


async def _one(account: Account, part: str, edit: str) -> str:
    """Returns whose it is."""
    back = links.county_accounts(part)
    if part == 'reviews':
        state = await reviews.get(validation.number_in(edit), by=account)
        place = reviews.place_of(state.review)
        html.p(place).classes('lb-lead')
        await review_card(account, state, partial(leave_with, back, 'review-done'))
        return place
    if part == '':
        return await request_case(account, edit, back, partial(leave_with, back), save_bar)
    raise NotFound


async def _list(account: Account, part: str) -> record_table:
    if part == 'reviews':
        return await _table(part, LIST_COLUMNS, partial(_reviews, account), '目前沒有要盤點的單位')
    if part == 'locked':
        return await _locked(account)
    fetch = partial(request_rows, account, partial(links.county_accounts, part))
    return await _table(part, REQUEST_COLUMNS, fetch, '沒有待處理的帳號申請')


async def _reviews(account: Account) -> list[Row]:
    found = await reviews.find(by=account)
    return [review_row(state, links.county_accounts('reviews', state.review.id)) for state in found]


async def _locked(account: Account) -> record_table:
    async def rows() -> list[Row]:
        return [_row(each) for each in await terms.locked_ones(by=account)]

    async def acted(key: str, what: str) -> None:
        one = next((each for each in await terms.locked_ones(by=account) if str(each.id) == key), None)
        if one is None:
            raise NotFound
        await terms.unlock(one, by=account)
        leave_with(links.county_accounts('locked'), 'account-unlocked')

    return await _table('locked', LOCKED_COLUMNS, rows, '沒有被系統鎖定的帳號', acted)


async def _table(
    part: str,
    columns: Sequence[tuple[str, ...]],
    rows: Callable[[], Awaitable[list[Row]]],
    empty: str,
    acted: Callable[[str, str], Awaitable[None]] | None = None,
) -> record_table:
    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await rows()
        return found[(page - 1) * per_page : page * per_page], len(found)

    table = record_table(PARTS[part], columns, fetch, empty=empty, acted=acted)
    await table.refresh()
    return table


def _row(each: Account) -> Row:
    return {
        'key': str(each.id),
        'name': {'text': each.name, 'sub': each.username or '', 'strong': True},
        'office': accounts.office_of(each),
        'state': account_state(each),
        'at': dates.format_moment(each.locked_at) if each.locked_at else '',
        'acts': {'acts': [{'text': '解除系統鎖定', 'act': 'unlock', 'label': f'解除系統鎖定：{each.name}'}]},
    }
