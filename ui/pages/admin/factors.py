"""系統管理: of which roles a second factor is demanded."""

from dataclasses import dataclass, field

from nicegui import html

from domain import dates, links
from domain.accounts import factor_demands
from domain.model import Account, Role

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.fields import check_field, number_field
from ...components.record_table import Row
from ...flash import leave_with

COLUMNS = [('role', '身分'), ('demand', '第二道驗證'), ('due', '最晚設定日')]


@dataclass
class Demands:
    """The roles it is demanded of, by their stored value, and the days of grace."""

    roles: dict[str, bool] = field(default_factory=dict)
    grace_days: int | None = factor_demands.GRACE_DAYS

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}

    def __getattr__(self, name: str) -> bool:
        """Each role is a field of the form."""
        if name.startswith('role_'):
            return self.roles.get(name.removeprefix('role_'), False)
        raise AttributeError(name)

    def __setattr__(self, name: str, value: object) -> None:
        if name.startswith('role_'):
            self.roles[name.removeprefix('role_')] = bool(value)
        else:
            super().__setattr__(name, value)


async def rows(account: Account) -> list[Row]:
    """Every role, and what is demanded of it."""
    found: list[Row] = []
    for role, demand in (await factor_demands.of_each_role(by=account)).items():
        due = dates.roc(factor_demands.last_day(demand)) if demand else ''
        found.append({'key': role.value, 'role': role.label, 'demand': '要求' if demand else '不要求', 'due': due})
    return found


async def lead(account: Account) -> None:
    """The form: which roles, and how long they have."""
    kept = await factor_demands.of_each_role(by=account)
    days = [demand.grace_days for demand in kept.values() if demand is not None]
    demands = Demands({role.value: demand is not None for role, demand in kept.items()}, max(days, default=30))
    in_form = form(demands)

    async def save() -> None:
        chosen = [role for role in Role if demands.roles.get(role.value)]
        await factor_demands.save(chosen, demands.grace_days if demands.grace_days is not None else -1, by=account)
        leave_with(links.admin('factors'), 'office-saved')

    note = '(密碼以外，再用驗證器 App 或通行金鑰確認本人)'
    with card('要求第二道驗證', note, 'lb-gap-below'), html.div().classes('lb-stack'):
        html.p('勾選的身分在寬限期內登入時會提醒設定，期滿後要設定才能登入。自然人憑證登入已含兩道驗證，不另要求。')
        for role in Role:
            check_field(role.label, in_form, f'role_{role.value}')
        number_field('寬限天數', in_form, 'grace_days', hint='從開始要求的那天算起；0 表示立刻要求。', maxlength=3)
        with html.div().classes('lb-row-acts'):
            action_button('儲存', save, in_form=in_form).by_enter(in_form)
