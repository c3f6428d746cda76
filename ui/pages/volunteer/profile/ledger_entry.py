"""One entry of a ledger in a dialog: to be filled in by the unit that keeps it, to be read by the others."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from nicegui import html, ui

from domain import dates, directory, half_written, ledgers
from domain.errors import Incomplete
from domain.half_written import Sheet
from domain.ledgers import Entry, Ledger, LedgerField
from domain.model import Account, Volunteer

from ....components.action_button import action_button
from ....components.form import form
from ....components.form.fields import (
    choice_field,
    combo_field,
    date_field,
    hours_field,
    number_field,
    text_area,
    text_field,
)
from ....components.notices import confirm
from ....components.question import question

Renew = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Offers:
    """What the fields of a ledger offer: county names by code, proposed texts by code list."""

    counties: Mapping[str, str]
    proposals: Mapping[str, Sequence[str]]


class EntryDetails:
    """What the form edits: an attribute for each field; a duration stands as `hours` and `extra_minutes`."""

    def __init__(self, ledger: Ledger, values: Mapping[str, Any]) -> None:
        self.ledger = ledger
        self.hours: int | None = None
        self.extra_minutes: int | None = None
        for key, field in ledger.fields.items():
            if field.kind != 'duration':
                setattr(self, key, values.get(key, _nothing(field)))
            elif key in values:
                self.hours, self.extra_minutes = divmod(values[key], 60)

    def put_in(self, written: Mapping[str, Any]) -> None:
        """What was typed and not saved, as JSON has it."""
        for name, value in written.items():
            if name in vars(self):
                field = self.ledger.fields.get(name)
                is_day = field is not None and field.kind == 'day' and isinstance(value, str)
                setattr(self, name, date.fromisoformat(value) if is_day else value)

    def values(self) -> dict[str, Any]:
        """By field, as the services take them."""
        return {
            key: self._minutes() if field.kind == 'duration' else getattr(self, key)
            for key, field in self.ledger.fields.items()
        }

    def problems(self) -> dict[str, str]:
        """The sentence beside each field; a wrong duration is shown at its hours."""
        wrong = ledgers.problems(self.ledger, self.values())
        if 'minutes' in wrong:
            wrong['hours'] = wrong.pop('minutes')
        if not 0 <= (self.extra_minutes or 0) < 60:
            wrong['extra_minutes'] = '分鐘應為 0 到 59；滿 60 分鐘請計入小時。'
        return wrong

    def _minutes(self) -> int:
        return (self.hours or 0) * 60 + (self.extra_minutes or 0)


async def offers_for(ledger: Ledger) -> Offers:
    """What its fields offer."""
    kinds = {field.kind for field in ledger.fields.values()}
    counties = await directory.counties() if 'county' in kinds else []
    lists = [field.code_list for field in ledger.fields.values() if field.code_list]
    codes = await directory.service_codes(lists)
    proposals = {each: [code.name for code in listed] for each, listed in codes.items()}
    return Offers({county.code: county.name for county in counties}, proposals)


async def entry_form(
    ledger: Ledger, offers: Offers, volunteer: Volunteer, renew: Renew, *, by: Account, entry: Entry | None = None
) -> None:
    """新增 or, with an `entry`, 修改. What was typed stays until it is saved or given up by 取消."""
    recorded = EntryDetails(ledger, ledgers.values_of(ledger, entry) if entry else {})
    details = copy(recorded)
    sheet = Sheet(f'ledger-{ledger.key}-{volunteer.id}-{entry.id if entry else "new"}', by)
    details.put_in(await half_written.written(sheet))

    async def save() -> None:
        if problems := details.problems():
            raise Incomplete(problems)
        if entry is None:
            now = await ledgers.add(ledger, volunteer, details.values(), by=by)
        else:
            now = await ledgers.amend(ledger, entry.id, details.values(), by=by, seen=entry.updated_at)
        await close()
        await renew()
        is_same = entry is not None and now.updated_at == entry.updated_at
        confirm(f'{ledger.title}沒有變更。' if is_same else f'{ledger.title}已儲存，並留下異動紀錄。')

    async def close() -> None:
        try:
            await half_written.forget(sheet)
        finally:  # a database that does not answer keeps nobody in the form
            dialog.close()

    with question(f'{"修改" if entry else "新增"}{ledger.title}', is_open=True, classes='lb-entry') as dialog:
        in_form = form(details, sheet, recorded=recorded if entry else None, summary=False)
        with html.div().classes('lb-grid'):
            _place_all(ledger, in_form, offers)
        if entry is not None:
            html.p(entered(entry)).classes('lb-note')
        with html.div().classes('lb-acts'):
            action_button('儲存', save, in_form=in_form)
            ui.button('取消', on_click=close, color=None).props('flat no-caps')
            in_form.saved_mark()
    dialog.props('no-backdrop-dismiss')


def entry_view(ledger: Ledger, offers: Offers, entry: Entry) -> None:
    """檢視: everything the entry says, for a unit that did not make it."""
    with question(f'檢視{ledger.title}', is_open=True, classes='lb-entry') as dialog:
        with html.dl().classes('lb-my-data'):
            for field in ledger.fields.values():
                if text := describe(field, entry, offers):
                    html.dt(field.label)
                    html.dd(f'{text} {field.unit}'.strip())
        html.p(f'{entered(entry)}只有登打單位可以修改。').classes('lb-note')
        with html.div().classes('lb-acts'):
            ui.button('關閉', on_click=dialog.close, color=None).props('flat no-caps')


def describe(field: LedgerField, entry: Entry, offers: Offers) -> str:
    """What the entry says in this field; '' for nothing, and for a number that nobody counted."""
    value = getattr(entry, field.key)
    if field.kind == 'whole':
        return f'{value:,}' if value else ''
    return ledgers.describe(field, value, offers.counties)


def entered(entry: Entry) -> str:
    """Who entered it, for which unit, and when it was changed last."""
    unit = entry.entered_by_unit.name if entry.entered_by_unit else ''
    return f'由 {unit} {entry.recorder.name} 登錄，{dates.roc_instant(entry.updated_at)}。'


def _place_all(ledger: Ledger, in_form: form, offers: Offers) -> None:
    fields = iter(ledger.fields.values())
    for field in fields:
        if field.part != 'first':
            _place(field, in_form, offers)
            continue
        with html.div().classes('lb-range'):  # the two days of a period, which the ledger names one after the other
            _place(field, in_form, offers)
            html.span('～').classes('lb-to')
            _place(next(fields), in_form, offers)


def _place(field: LedgerField, in_form: form, offers: Offers) -> None:
    """The control for a field of the ledger."""
    label, name, needed = field.caption, field.key, field.needed
    match field.kind:
        case 'text':
            text_field(label, in_form, name, required=needed, maxlength=field.most)
        case 'lines':
            text_area(label, in_form, name, required=needed, maxlength=field.most, wide=True)
        case 'code':
            combo_field(
                label,
                in_form,
                name,
                offers.proposals[field.code_list],
                required=needed,
                maxlength=field.most,
                placeholder='選擇，或直接輸入',
            )
        case 'day':
            date_field(label, in_form, name, required=needed)
        case 'whole':
            number_field(label, in_form, name, required=needed, suffix=field.unit)
        case 'duration':
            with html.div().classes('lb-duration'):
                hours = hours_field(label, in_form, 'hours', required=needed, suffix='小時')
                hours.minutes = number_field(
                    f'{label}：分鐘', in_form, 'extra_minutes', hidden_label=True, suffix='分鐘'
                )
        case 'choice':
            assert field.choices is not None
            choice_field(label, in_form, name, field.choices.labels(), required=needed)
        case 'county':
            choice_field(label, in_form, name, offers.counties, required=needed, searchable=True)


def _nothing(field: LedgerField) -> Any:
    return '' if field.kind in ('text', 'lines', 'code') else None
