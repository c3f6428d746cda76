"""系統管理: the rules of 送審前體檢, one row for each thing that is asked, of whom and since when."""

from datetime import date

from nicegui import html, ui

from domain import dates, directory, links
from domain.errors import NotFound
from domain.model import Account, Demand, IssueKind, Part, Rule
from domain.readiness import rules
from domain.readiness.rules import FIELDS, RuleDetails

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.check_boxes import check_boxes
from ...components.form.fields import choice_field, date_field, radio_field, text_field
from ...components.question import is_sure
from ...components.record_table import Cell, Row
from ...components.states import DEMANDS
from ...flash import leave_with
from ...frame import save_bar

COLUMNS = [
    ('label', FIELDS['key'].caption),
    ('way', '檢查方式'),
    ('demand', FIELDS['demand'].caption),
    ('scope', '適用範圍'),
    ('period', '適用期間'),
    ('source', FIELDS['source'].caption),
]
NEW_BY_EYE = '新的目視項目（由審核人員勾選）'
LOOKS_AT = '勾選後，這些資料有了修改，就要再目視一次。都不選：任何資料有修改都要再看。'
EVERY: dict[int | None, str] = {None: '全部'}
EVERY_KIND: dict[str | None, str] = {None: '全部'}


async def rows(account: Account) -> list[Rule]:
    """Every rule; below an item's for all stand its exceptions."""
    return await rules.every(by=account)


def row(rule: Rule) -> Row:
    """One of them."""
    return {
        'key': str(rule.id),
        'label': {'text': rule.label, 'href': links.admin('rules', rule.id), 'strong': True},
        'way': '審核人員目視' if rule.by_eye else '系統檢查',
        'demand': _weight(rule),
        'scope': _scope(rule),
        'period': _period(rule.valid_from, rule.valid_to),
        'source': rule.source,
    }


async def edit(account: Account, which: str) -> str:
    """The form of a row; it stays with its item."""
    known = {str(rule.id): rule for rule in await rules.every(by=account)}
    rule = None if which == 'new' else known.get(which)
    if rule is None and which != 'new':
        raise NotFound
    details = RuleDetails() if rule is None else RuleDetails.from_record(rule)
    in_form = form(details, mirrored=True)
    with html.div().classes('lb-stack'):
        _item_fields(in_form, details, list(known.values()), is_new=rule is None)
        await _scope_fields(account, in_form)

    async def save() -> None:
        await rules.save(details, by=account, of=rule)
        leave_with(links.admin('rules'), 'office-saved')

    with save_bar():
        action_button('儲存', save, in_form=in_form)
        ui.link('返回', links.admin('rules')).classes('lb-btn q-btn lb-flat')
        if rule is not None:
            strike_button(account, rule)
    return rule.label if rule is not None else ''


def _item_fields(in_form: form, details: RuleDetails, known: list[Rule], *, is_new: bool) -> None:
    names = {each.key: each.label for each in known}
    items = rules.LABELS | {each.key: f'{each.label}（目視）' for each in known if each.by_eye}
    with card(FIELDS['key'].caption), html.div().classes('lb-grid'):
        choice_field(
            FIELDS['key'].caption, in_form, 'key', {'': NEW_BY_EYE} | items, placeholder=NEW_BY_EYE, readonly=not is_new
        )
        label = text_field(
            FIELDS['label'].caption, in_form, 'label', required=True, maxlength=60, hint='體檢清單上的文字。'
        )
        weight = radio_field(FIELDS['demand'].caption, in_form, 'demand', Demand.labels(), required=True, wide=True)
        text_field(
            FIELDS['source'].caption, in_form, 'source', wide=True, maxlength=200, placeholder='例如：管理辦法 §5'
        )
        text_field(
            FIELDS['note'].caption, in_form, 'note', wide=True, maxlength=200, hint='不符或待目視時，附在這一項後面。'
        )
        parts = {part.value: part.label for part in Part}
        looks_at = check_boxes(FIELDS['looks_at'].caption, in_form, 'looks_at', parts, hint=LOOKS_AT)
        looks_at.classes('lb-long')
    key = details.key

    def say() -> None:
        nonlocal key
        if details.key != key:
            key = details.key
            details.label = names.get(key) or rules.LABELS.get(key, '')
            label.show(details.label)
        weight.advise(_meaning(details))
        looks_at.set_visibility(details.key not in rules.LABELS)

    in_form.on_change(say)
    say()


async def _scope_fields(account: Account, in_form: form) -> None:
    agencies, fields = await directory.names(('agencies', 'fields'), by=account)
    note = '(同一項目有多條適用時：先看發冊類別，再看機關，再看領域，最後看哪一條較晚開始)'
    with card('適用範圍', note), html.div().classes('lb-grid'):
        kinds = EVERY_KIND | {kind.value: kind.label for kind in IssueKind}
        choice_field(FIELDS['kind'].caption, in_form, 'kind', kinds, placeholder=EVERY_KIND[None])
        choice_field(FIELDS['agency_id'].caption, in_form, 'agency_id', EVERY | agencies, searchable=True)
        choice_field(FIELDS['field_id'].caption, in_form, 'field_id', EVERY | fields, searchable=True)
        html.div()
        date_field(FIELDS['valid_from'].caption, in_form, 'valid_from', hint='送審日在這天以後的案件。空白表示不限。')
        date_field(FIELDS['valid_to'].caption, in_form, 'valid_to', hint='空白表示不限。')


def strike_button(account: Account, rule: Rule) -> None:
    """刪除, after a question that says what happens then."""

    async def strike() -> None:
        if await is_sure(
            '刪除', '刪除後，改由範圍較大的規則決定；沒有其他規則時，就不再檢查這一項。審核中的案件也一樣。'
        ):
            await rules.remove(rule, by=account)
            leave_with(links.admin('rules'), 'rule-removed')

    action_button('刪除這條規則', strike, 'outline')


def _meaning(details: RuleDetails) -> str:
    """What the chosen weight means, for an item of this kind."""
    if details.demand == Demand.OFF:
        return '體檢清單不列這一項。'
    is_by_eye = details.key not in rules.LABELS
    if details.demand == Demand.ADVICE:
        return '審核人員可以勾選，沒勾選也能核可。' if is_by_eye else '不符時提醒，仍可送審與核可。'
    return '審核人員沒有勾選，就不能核可。' if is_by_eye else '不符時不能送審，也不能核可。'


def _weight(rule: Rule) -> Cell:
    tone, symbol = DEMANDS[rule.demand]
    return {'text': rule.demand.label, 'chip': tone, 'icon': symbol}


def _scope(rule: Rule) -> str:
    parts = [
        rule.kind.label if rule.kind else '',
        rule.agency.name if rule.agency else '',
        f'{rule.field.name}領域' if rule.field else '',
    ]
    return '・'.join(part for part in parts if part) or '全部'


def _period(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return '不限'
    return f'{dates.roc(first) if first else ""} ～ {dates.roc(last) if last else ""}'.strip()
