"""提出更正: a volunteer says what one field should be; the unit decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from nicegui import html, ui

from domain import dates, volunteers
from domain.errors import Incomplete
from domain.model import Account, HostUnit, Sex, Volunteer
from domain.privacy import rights
from domain.privacy.rights import Asking

from .action_button import action_button
from .form import form
from .form.fields import choice_field, date_field, email_field, radio_field, text_area, text_field
from .question import question

# As a line of 我的資料 shows them.
FIELDS: Mapping[str, Callable[[Volunteer], str]] = {
    'name': lambda one: one.name,
    'english_name': lambda one: one.english_name,
    'sex': lambda one: one.sex.label,
    'born_on': lambda one: dates.roc_long(one.born_on),
    'email': lambda one: one.email,
}


@dataclass
class Proposal:
    """What it should be; why, where that helps; and which unit is asked."""

    value: Any
    wording: str = ''
    host_unit_id: int | None = None
    is_born_before_roc: bool = False

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


async def proposal_dialog(account: Account, volunteer: Volunteer, field: str, sent: Callable[[], object]) -> None:
    """Ask for the right value, and send it to the unit; then `sent` is called."""
    units = await rights.units_of(volunteer, by=account)
    proposal = Proposal(getattr(volunteer, field), host_unit_id=units[0].id if len(units) == 1 else None)
    label = volunteers.FIELDS[field].label

    async def send() -> None:
        asking = Asking(wording=proposal.wording, host_unit_id=proposal.host_unit_id, field=field, value=proposal.value)
        await rights.ask(asking, by=account)
        sent()

    with question(f'提出更正：{label}', is_open=True) as dialog:
        html.p(f'目前登錄：{FIELDS[field](volunteer) or "未登錄"}')
        in_form = form(proposal, summary=False)
        with html.div().classes('lb-stack'):
            _control(in_form, field, label)
            text_area('說明（可不填）', in_form, 'wording', hint='例如：戶籍已改名，可提供戶口名簿。')
            unit_field(in_form, units)
        with html.div().classes('lb-acts'):
            action_button('送出', send, in_form=in_form).by_enter(in_form)
            ui.button('取消', on_click=dialog.close, color=None).props('flat no-caps')
    dialog.on('hide', dialog.delete)


def unit_field(in_form: form, units: list[HostUnit]) -> None:
    """Which unit answers; nothing to choose where there is one."""
    if not units:
        raise Incomplete({'host_unit_id': '您目前沒有所屬的運用單位，請撥打客服電話。'})
    if len(units) > 1:
        options = {unit.id: unit.name for unit in units}
        choice_field(rights.FIELDS['host_unit_id'].label, in_form, 'host_unit_id', options, required=True)
    else:
        html.p(f'會送給{units[0].name}，{rights.OTHERWISE} 日內答覆您。').classes('lb-hint')


def _control(in_form: form, field: str, label: str) -> None:
    correct = f'正確的{label}'
    match field:
        case 'sex':
            radio_field(correct, in_form, 'value', Sex.labels())
        case 'born_on':
            if isinstance(in_form.details.value, date):  # type: ignore[attr-defined]
                date_field(correct, in_form, 'value', required=True)
        case 'email':
            email_field(correct, in_form, 'value', maxlength=254)
        case _:
            text_field(correct, in_form, 'value', maxlength=100)
