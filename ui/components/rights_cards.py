"""當事人權利 as the volunteer has them: what was asked and how it stands, and to ask."""

from collections.abc import Callable
from dataclasses import dataclass

from nicegui import html, ui

from domain import dates, volunteers
from domain.model import Account, RightsKind, RightsRequest, RightsStatus, Volunteer
from domain.privacy import rights
from domain.privacy.rights import Asking

from .action_button import action_button
from .card import card
from .form import form
from .form.fields import radio_field, text_area
from .icon import icon
from .proposal import unit_field

CHIPS = {
    RightsStatus.OPEN: ('warn', 'clock'),
    RightsStatus.GRANTED: ('ok', 'check'),
    RightsStatus.REFUSED: ('bad', 'warning'),
    RightsStatus.WITHDRAWN: ('plain', 'rotate'),
}
# What a volunteer reads beside each right.
MEANING = {
    RightsKind.VIEW: '想知道單位有我哪些資料，或到單位看',
    RightsKind.COPY: '請單位給我一份紙本或電子檔（也可以在下面自己下載）',
    RightsKind.CORRECT: '資料缺漏或有錯（姓名等欄位請按上面的「提出更正」）',
    RightsKind.STOP: '請單位不要再使用我的資料；同意後，您對個資使用的同意也會一併撤回',
    RightsKind.DELETE: '請單位刪除我的資料；依志願服務法須保存的紀錄不能刪除',
}


@dataclass
class Request:
    """What is asked."""

    kind: str = RightsKind.VIEW
    wording: str = ''
    host_unit_id: int | None = None

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


async def asking_card(account: Account, volunteer: Volunteer, sent: Callable[[], object]) -> None:
    """Folded, since few need it: one of the rights, what exactly, of which unit; then `sent` is called."""
    units = await rights.units_of(volunteer, by=account)
    request = Request(host_unit_id=units[0].id if len(units) == 1 else None)

    async def send() -> None:
        await rights.ask(Asking(request.kind, request.wording, request.host_unit_id), by=account)
        sent()

    with html.details().classes('lb-card lb-fold'):
        with html.summary():
            html.h2('行使我的權利')
            html.small('查詢、複製、更正、停止利用、刪除')
            icon('down', 20)
        with html.div().classes('lb-pad lb-stack'):
            if not units:
                html.p('您目前沒有所屬的運用單位，請撥打客服電話提出。')
                return
            in_form = form(request, summary=False)
            options = {kind: f'{kind.label}：{MEANING[kind]}（{rights.days_of(kind)} 日內答覆）' for kind in RightsKind}
            radio_field('您要請求什麼？', in_form, 'kind', options, wide=True)
            text_area(rights.FIELDS['wording'].label, in_form, 'wording', required=True, hint='請寫清楚哪些資料。')
            if len(units) > 1:
                unit_field(in_form, units)
            with html.div().classes('lb-row-acts'):
                action_button('送出請求', send, in_form=in_form)


async def asked_card(account: Account, volunteer: Volunteer) -> None:
    """What was asked, the newest first; what waits can be taken back."""
    requests = await rights.of(volunteer, by=account)
    if not requests:
        return
    with card('我提出的請求'), html.ul().classes('lb-own'):
        for one in requests:
            with html.li():
                with html.span():
                    html.small(f'{dates.roc(one.asked_on)} 送{one.host_unit.name}')
                    html.b(what_of(one))
                    html.small(state_of(one))
                if one.status is RightsStatus.OPEN:
                    _taking_back(account, one)


def what_of(one: RightsRequest) -> str:
    """The request in a line: of a correction the two values."""
    if not one.field:
        return f'{one.kind.label}：{one.wording.open()}'
    old, new = (rights.shown(one.field, value.open() if value else '') for value in (one.old_value, one.new_value))
    return f'更正{volunteers.FIELDS[one.field].label}：{old or "（空白）"} → {new or "（空白）"}'


def state_of(one: RightsRequest) -> str:
    """How it stands, for the person: until when, or what was answered and why."""
    if one.status is not RightsStatus.OPEN:
        said = one.answer.open() if one.answer else ''
        return f'{one.status.label}{f"：{said}" if said else ""}'
    extended = f'（已延長：{one.extension_reason}）' if one.extended_at else ''
    late = '，已逾期，請與單位聯絡' if one.due_on < dates.today() else ''
    return f'等單位答覆，期限 {dates.roc_long(one.due_on)}{extended}{late}'


def _taking_back(account: Account, one: RightsRequest) -> None:
    async def take_back() -> None:
        await rights.take_back(one.id, by=account)
        ui.navigate.reload()

    action_button('撤回', take_back, 'outline').props['aria-label'] = f'撤回：{what_of(one)}'
