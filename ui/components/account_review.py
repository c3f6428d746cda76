"""年度盤點: the accounts of a place that wait to be confirmed, one by one or all at once."""

from collections.abc import Callable, Sequence

from nicegui import html

from domain import accounts, dates
from domain.accounts import FIELDS, reviews
from domain.accounts.reviews import State
from domain.errors import NotFound
from domain.model import Account

from .action_button import action_button
from .card import card
from .question import is_sure
from .record_table import Row, record_table

COLUMNS = [('name', FIELDS['name'].caption), ('office', '單位或機關'), ('used', '上次登入'), ('acts', '')]
LIST_COLUMNS = [('place', '單位或機關'), ('due', '期限'), ('pending', '還沒確認'), ('state', '狀態')]


def review_row(state: State, address: str) -> Row:
    """A review in the list of them; `address` leads to it while it is open."""
    review, place = state.review, reviews.place_of(state.review)
    is_over = review.ended_at is not None
    late = not is_over and review.due_on < dates.today()
    return {
        'key': str(review.id),
        'place': {'text': place, 'strong': True} if is_over else {'text': place, 'href': address, 'strong': True},
        'due': dates.roc(review.due_on),
        'pending': '' if is_over else f'{state.pending} / {state.total}',
        'state': {'text': '已結束', 'chip': 'plain', 'icon': 'check'}
        if is_over
        else {'text': '已逾期' if late else '進行中', 'chip': 'bad' if late else 'warn', 'icon': 'clock'},
    }


async def review_card(account: Account, state: State, done: Callable[[], None]) -> None:
    """Places the accounts of `state` that wait; `done` leaves when there are none any more."""
    review = state.review

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        waiting = await _pending(account, state)
        return [_row(each) for each in waiting[(page - 1) * per_page : page * per_page]], len(waiting)

    async def acted(key: str, what: str) -> None:
        one = next((each for each in await _pending(account, state) if str(each.id) == key), None)
        if one is None:
            raise NotFound
        if what == 'needed':
            await reviews.confirm(review, [one.id], by=account)
        elif await is_sure('停用這個帳號', f'{one.name}的帳號會停用，所有登入會結束；資料都會保留。', yes='停用'):
            await reviews.close(review, one, by=account)
        await after()

    async def confirm_all() -> None:
        waiting = await _pending(account, state)
        sentence = f'確認這 {len(waiting)} 個帳號的使用人都還在職，也都還需要。'
        if await is_sure('確認全部仍需要', sentence, yes='全部仍需要', is_grave=False):
            await reviews.confirm(review, [one.id for one in waiting], by=account)
            await after()

    async def after() -> None:
        if await _pending(account, state):
            await table.refresh()
        else:
            done()

    note = f'(請在民國 {dates.roc_long(review.due_on).removeprefix("民國 ")}以前完成)'
    with card('年度帳號盤點', note, 'lb-gap-below'), html.div().classes('lb-stack'):
        html.p(
            '請逐一確認：使用人還在職、還需要這個帳號，而且只有本人使用。離職或調職的請停用；逾期沒有確認的可能會鎖定。'
        )
        table = record_table('待確認的帳號', COLUMNS, fetch, acted=acted, bare=True)
        await table.refresh()
        with html.div().classes('lb-row-acts'):
            action_button('全部仍需要', confirm_all)


async def _pending(account: Account, state: State) -> list[Account]:
    try:
        return await reviews.pending(state.review, by=account)
    except NotFound:
        return []


def _row(each: Account) -> Row:
    acts = [('needed', '仍需要'), ('close', '停用')]
    return {
        'key': str(each.id),
        'name': {'text': each.name, 'sub': each.username or '', 'strong': True},
        'office': accounts.office_of(each),
        'used': dates.format_moment(each.used_at) if each.used_at else '沒有登入過',
        'acts': {'acts': [{'text': text, 'act': act, 'label': f'{text}：{each.name}'} for act, text in acts]},
    }
