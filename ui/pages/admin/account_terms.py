"""系統管理: 帳號規則, by which accounts are locked and reviewed, and the reviews of this year."""

from functools import partial

from nicegui import html, ui

from domain import links, validation
from domain.accounts import reviews, terms
from domain.accounts.terms import RULES
from domain.errors import NotFound
from domain.model import Account

from ...components.account_review import LIST_COLUMNS, review_card, review_row
from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.fields import check_field, number_field
from ...components.record_table import Row
from ...flash import leave_with
from ...frame import save_bar

COLUMNS = [('idle', '閒置鎖定'), ('warnings', '事前通知'), ('review', '帳號盤點'), ('late', '盤點逾期')]
REVIEW_COLUMNS = LIST_COLUMNS


async def rows(account: Account) -> list[Row]:
    """The rules, in one row."""
    kept = await terms.rules()
    idle = f'{kept.idle_days} 天沒有登入' if kept.idle_days else '不鎖定'
    return [
        {
            'key': '1',
            'idle': {'text': idle, 'href': links.admin('account-rules', 1), 'strong': True},
            'warnings': f'鎖定前 {kept.first_warning} 天、{kept.last_warning} 天',
            'review': f'每 {kept.review_months} 個月，{kept.review_days} 天內完成' if kept.review_months else '不盤點',
            'late': '鎖定沒有確認的帳號' if kept.review_locks else '只提醒，不鎖定',
        }
    ]


async def edit(account: Account, key: str) -> str:
    """The form of the rules."""
    if key != '1':
        raise NotFound
    details = await terms.rules()
    in_form = form(details, mirrored=True)
    with card('帳號規則', '(承辦人、機關與管理者的帳號；志工的帳號不會自動鎖定)'):
        html.p('鎖定只是不能登入，資料與密碼都保留，隨時可以解除。最後一位系統管理者不會鎖定。').classes('lb-gap-below')
        with html.div().classes('lb-grid'):
            for name in ('idle_days', 'first_warning', 'last_warning', 'review_months', 'review_days'):
                number_field(RULES[name].caption, in_form, name, required=True, inputmode='numeric')
            check_field(RULES['review_locks'].caption, in_form, 'review_locks', wide=True)

    back = links.admin('account-rules')

    async def save() -> None:
        await terms.save_rules(details, by=account)
        leave_with(back, 'office-saved')

    with save_bar():
        action_button('儲存', save, in_form=in_form)
        ui.link('返回', back).classes('lb-btn q-btn lb-flat')
    return ''


async def review_rows(account: Account) -> list[Row]:
    """Every review, open ones first."""
    return [review_row(state, links.admin('reviews', state.review.id)) for state in await reviews.find(by=account)]


async def review(account: Account, key: str) -> str:
    """The accounts of one place that wait to be confirmed."""
    state = await reviews.get(validation.number_in(key), by=account)
    place = reviews.place_of(state.review)
    html.p(place).classes('lb-lead')
    await review_card(account, state, partial(leave_with, links.admin('reviews'), 'review-done'))
    return place
