"""What is asked once for a whole file: the course with its certificate, the policy. Each change is kept at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from nicegui import html, ui
from nicegui.element import Element

from domain import dates, directory, files, imports
from domain.errors import DomainError, Incomplete, MovedOn
from domain.guide import courses
from domain.imports import KINDS, Column
from domain.model import Account, BatchState, FileKind, ImportBatch, ImportKind, TrainingKind

from ..card import card
from ..form import form
from ..form.field import field
from ..form.fields import check_field, choice_field, date_field, number_field, text_area, text_field
from ..form.upload_box import upload_box
from ..notices import refuse

# These are chosen by name from the directory.
LISTED = ('agency', 'field')
# These hold the id of a file.
CERTIFICATES = ('certificate_front', 'certificate_back')


class CommonDetails:
    """The values of the columns that are asked once, each an attribute."""

    def __init__(self, columns: Sequence[Column], typed: Mapping[str, Any]) -> None:
        self.columns = columns
        self.refused: dict[str, str] = {}
        for each in columns:
            setattr(self, each.key, _value(each, str(typed.get(each.key) or '')))

    def problems(self) -> dict[str, str]:
        """What the service has refused last."""
        return self.refused

    def typed(self) -> dict[str, str]:
        """The values as texts, as `imports.set_common` takes them."""
        return {each.key: _text(getattr(self, each.key)) for each in self.columns}


class common_fields(Element):
    """The fields in a card; nothing where the kind asks for nothing."""

    def __init__(self, batch: ImportBatch, account: Account) -> None:
        super().__init__('div')
        self.batch_id, self.kind, self.account = batch.id, batch.kind, account
        self.details = CommonDetails(KINDS[batch.kind].common, batch.common)
        self.form: form | None = None
        self.places: dict[str, Element] = {}
        # What the server had when this page heard of it last; whether something typed here is not there yet.
        self.known = self.details.typed()
        self.is_waiting = False

    async def build(self) -> None:
        """Places the fields."""
        if not self.details.columns:
            return
        with self, card('整份檔案共用', '只填一次，用在每一列。'):
            self.form = form(self.details, summary=False)
            with html.div().classes('lb-grid'):
                await self._at_one_press()
                for each in self.details.columns:
                    if each.key not in CERTIFICATES:
                        with html.div().classes('full' if each.reading == 'lines' else '') as place:
                            _field(each, self.form, await _choices(each))
                        self.places[each.key] = place
            await self._certificate(self.form)
        self.form.on_change(self._keep)

    async def _at_one_press(self) -> None:
        """基礎訓練 and 特殊訓練 fill in what such a course most often is, as in the form of a training."""
        if self.kind is not ImportKind.TRAININGS:
            return
        names, unit = {each.id: each.name for each in await directory.fields()}, self.account.host_unit
        with html.div().classes('lb-at-once full').props('role=group aria-label=一次帶入課程資料'):
            for kind in (TrainingKind.BASIC, TrainingKind.SPECIAL):
                usual = dict(await courses.usual(kind, by=self.account))
                found = {'field': names.get(usual.pop('field_id', None)), 'minutes': usual.pop('extra_minutes', None)}
                values = {key: value for key, value in (usual | found).items() if value is not None}
                values |= {'hours': str(values.get('hours', '')), 'provider': unit.name if unit else ''}
                ui.button(kind.label, on_click=partial(self._fill, values), color=None).props('outline no-caps')

    async def _fill(self, values: Mapping[str, Any]) -> None:
        assert self.form is not None
        for name, value in values.items():
            setattr(self.details, name, value)
            shown = self.form.fields.get(name)
            if isinstance(shown, field):
                shown.show(value)
        await self._keep()

    async def show(self, batch: ImportBatch) -> None:
        """Shows what a colleague has filled in, and keeps what was typed while the file was being graded."""
        if self.form is None:
            return
        for name, place in self.places.items():  # what every row says itself is not asked for once more
            place.set_visibility(name not in batch.mapping or getattr(self.details, name) not in (None, '', False))
        if not any(each.key in CERTIFICATES for each in self.details.columns):
            # The element itself is the desk's to hide.
            self.default_slot.children[0].set_visibility(any(place.visible for place in self.places.values()))
        theirs = CommonDetails(self.details.columns, batch.common)
        before, self.known = self.known, theirs.typed()
        mine = self.details.typed()
        for name, each in self.form.fields.items():
            if self.known[name] != before[name] == mine[name] and not each.unread:
                setattr(self.details, name, getattr(theirs, name))
                await each.hear(getattr(theirs, name))
        if batch.state is BatchState.GRADED:
            await self._settle()

    async def _certificate(self, in_form: form) -> None:
        """Both sides of one certificate for everybody."""
        boxes = []
        with html.div().classes('lb-sides'):
            for each in self.details.columns:
                if each.key in CERTIFICATES:
                    file_id = getattr(self.details, each.key)
                    kept = await files.get(file_id, by=self.account) if file_id else None
                    box = upload_box(
                        each.label, in_form, each.key, FileKind.CERTIFICATE, account=self.account, kept=kept
                    )
                    boxes.append(box)
        if len(boxes) > 1:
            boxes[0].pair(boxes[1])

    async def _keep(self) -> None:
        self.is_waiting = True
        await self._settle()

    async def _settle(self) -> None:
        """Sends what was typed; while the file is being graded it waits for the end of that."""
        if not self.is_waiting:
            return
        self.is_waiting, self.details.refused = False, {}
        try:
            await imports.set_common(self.batch_id, self.details.typed(), by=self.account)
        except Incomplete as refusal:
            self.details.refused = dict(refusal.problems)
            for name in refusal.problems:
                if self.form is not None and name in self.form.fields:
                    self.form.touch(name)
        except MovedOn as refusal:
            self.is_waiting = True  # before it is asked: who hears first that the file is graded sends it
            state = (await imports.get(self.batch_id, by=self.account)).state
            if state is BatchState.GRADED:
                await self._settle()
            elif state is not BatchState.READING:
                self.is_waiting = False
                refuse(refusal)
        except DomainError as refusal:
            refuse(refusal)


async def _choices(column: Column) -> Mapping[str, str]:
    """What can be chosen: of the column itself, or by its name in the directory."""
    if column.key == 'agency':
        return {each.name: each.name for each in await directory.open_agencies()}
    if column.key == 'field':
        return {each.name: each.name for each in await directory.fields()}
    return column.choices


def _field(column: Column, in_form: form, offered: Mapping[str, str]) -> field:
    key, label, hint = column.key, column.label, column.note
    if offered:
        choices = {None: '（不填）'} | dict(offered) if not column.needed else dict(offered)
        is_long = len(choices) > 10
        return choice_field(label, in_form, key, choices, required=column.needed, searchable=is_long, hint=hint)
    if column.reading == 'day':
        return date_field(label, in_form, key, required=column.needed, hint=hint)
    if column.reading == 'whole':
        return number_field(label, in_form, key, required=column.needed, hint=hint)
    if column.reading == 'yes_no':
        return check_field(label, in_form, key, hint=hint)
    if column.reading == 'lines':
        return text_area(label, in_form, key, required=column.needed, hint=hint, wide=True)
    return text_field(label, in_form, key, required=column.needed, hint=hint, maxlength=200)


def _value(column: Column, text: str) -> object:
    """What the field shows for `text`; None, or '' in a box for text, where it is nothing."""
    if column.key in CERTIFICATES:
        return UUID(text) if text else None
    if column.key in LISTED or column.choices:
        return text if text in column.choices or (text and column.key in LISTED) else None
    if column.reading == 'day':
        try:
            return dates.parse_roc(text)
        except dates.UnreadableDate:
            return None
    if column.reading == 'whole':
        return int(text) if text.isdecimal() else None
    return text == '是' if column.reading == 'yes_no' else text


def _text(value: object) -> str:
    if isinstance(value, bool):
        return '是' if value else '否'
    if isinstance(value, date):
        return dates.roc(value)
    return '' if value is None else str(value)
