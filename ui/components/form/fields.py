"""Labelled inputs, each bound to one field of the details that a form edits.

What the browser sends is untrusted: a choice is one of the options or nothing, a text is a text, a date is read here.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import dates
from domain.errors import DomainError

from . import Details, form

LONGEST = 4000


class Unreadable(DomainError):
    """What stands in a field is no value of its kind."""


class field(Element, component='field.js'):
    """One field: label above, control, help or fault below. `name` is its id in the page, so `#name` leads to it."""

    kind: ClassVar[str] = 'text'

    def __init__(
        self,
        label: str,
        in_form: form,
        name: str,
        *,
        required: bool = False,
        hint: str = '',
        placeholder: str = '',
        readonly: bool = False,
        wide: bool = False,
        **props: Any,
    ) -> None:
        super().__init__()
        self.form = in_form
        self.name = name
        self.label = f'*{label}' if required else label
        self._unread = ''
        in_form.fields[name] = self
        value = self.to_browser(getattr(in_form.details, name))
        given = {'hint': hint, 'placeholder': placeholder, **props}
        self._props.update({key.replace('_', '-'): given[key] for key in given if given[key]})
        self._props.update({'kind': self.kind, 'name': name, 'label': label, 'value': value, 'shown': 0})
        self._props.update({'required': required, 'readonly': readonly, 'wide': wide})
        if self.kind != 'password':
            self._props['draft'] = in_form.draft_name
        if marks := in_form.marks_at(name):
            self._props['marks'] = marks
        self._compare(in_form.details, in_form.recorded)
        self.on('typed', self._typed)
        self.on('left', lambda: in_form.touch(name))

    @property
    def unread(self) -> str:
        """Why what stands here is no value, and would be lost; '' when it is one, or when the control is locked."""
        return '' if self._props['readonly'] else self._unread

    def to_browser(self, value: Any) -> Any:
        """What the control shows for `value`."""
        return value

    def spoken(self, value: Any) -> str:
        """`value` as people read it."""
        return str(self.to_browser(value))

    def from_browser(self, raw: Any) -> Any:
        """The value of what the browser sent. Raises a DomainError when it is none."""
        return raw.replace('\x00', '')[:LONGEST] if isinstance(raw, str) else ''

    def fault(self, sentence: str | None) -> None:
        """Show `sentence` beside the field, or that it is right."""
        if self._props.get('error') != sentence:
            self._props['error'] = sentence
            self.update()

    def advise(self, hint: str, state: str = '') -> None:
        """Show `hint` below the field; `state` is '', 'ok' or 'bad'."""
        if (self._props.get('hint'), self._props.get('hint-state')) != (hint, state):
            self._props['hint'] = hint
            self._props['hint-state'] = state
            self.update()

    def show(self, value: Any) -> None:
        """Put `value` into the control, over whatever stands there."""
        self._unread = ''
        self._props['value'] = self.to_browser(value)
        self._props['shown'] += 1
        self.update()

    def rename(self, label: str) -> None:
        """Give the field another label."""
        if self._props['label'] != label:
            self._props['label'] = label
            self.update()

    def set_readonly(self, readonly: bool) -> None:
        """Lock or unlock the control."""
        if self._props['readonly'] != readonly:
            self._props['readonly'] = readonly
            self.update()

    def _compare(self, details: Details, recorded: Details | None) -> None:
        if recorded is not None and getattr(recorded, self.name) != getattr(details, self.name):
            self._props['recorded'] = self.spoken(getattr(recorded, self.name)) or '（空白）'

    async def _typed(self, event: GenericEventArguments) -> None:
        if self._props['readonly'] or not isinstance(event.args, dict):
            return
        with self._props.suspend_updates():
            self._props['value'] = event.args.get('value')
        turn = event.args.get('turn')
        await self.take(event.args.get('value'), turn if isinstance(turn, int) else 0)

    async def take(self, raw: Any, turn: int) -> None:
        """The browser sent `raw`."""
        try:
            value = self.from_browser(raw)
            self._unread = ''
        except DomainError as refusal:
            value = None
            self._unread = str(refusal)
        await self.form.take(self.name, value, turn)


class text_field(field):
    """One line of text."""


class email_field(field):
    """An e-mail address."""

    kind = 'email'


class text_area(field):
    """Several lines of text."""

    kind = 'textarea'


class password_field(field):
    """A password: never mirrored in the browser, never kept in a draft. `rules` are shown live."""

    kind = 'password'

    def show_rules(self, rules: Sequence[tuple[str, bool]]) -> None:
        """List the rules (label, whether it is met)."""
        self._props['rules'] = [{'label': label, 'met': met} for label, met in rules]
        self.update()


class number_field(field):
    """A whole number, or nothing."""

    kind = 'number'

    def to_browser(self, value: Any) -> Any:
        return '' if value is None else str(value)

    def from_browser(self, raw: Any) -> Any:
        text = str(raw if raw is not None else '').strip()[:40]
        try:
            return int(text) if text else None
        except ValueError:
            raise Unreadable(f'「{text[:20]}」不是整數。請只輸入數字，例如 6。') from None


class check_field(field):
    """A check box; its label stands beside it."""

    kind = 'check'

    def spoken(self, value: Any) -> str:
        return '已勾選' if value else '未勾選'

    def from_browser(self, raw: Any) -> Any:
        return raw is True


class choice_field(field):
    """One of `options` ({value: label}); what is not among them is nothing."""

    kind = 'select'

    def __init__(self, label: str, in_form: form, name: str, options: Mapping[Any, str], **props: Any) -> None:
        self.values = {_key(value): value for value in options}
        listed = [{'value': _key(value), 'label': text} for value, text in options.items()]
        super().__init__(label, in_form, name, options=listed, **props)

    def text_of(self, value: Any) -> str:
        """The label of an option, or ''."""
        listed = {each['value']: str(each['label']) for each in self._props['options']}
        return listed.get(_key(value), '')

    def spoken(self, value: Any) -> str:
        return self.text_of(value)

    def offer(self, options: Mapping[Any, str]) -> None:
        """Offer other options from now on."""
        self.values = {_key(value): value for value in options}
        self._props['options'] = [{'value': _key(value), 'label': text} for value, text in options.items()]
        self.update()

    def to_browser(self, value: Any) -> Any:
        return None if value is None else _key(value)

    def from_browser(self, raw: Any) -> Any:
        return self.values.get(_key(raw)) if isinstance(raw, str | int) else None


class combo_field(field):
    """A text, with `proposals` to pick from."""

    kind = 'combo'

    def __init__(self, label: str, in_form: form, name: str, proposals: Sequence[str], **props: Any) -> None:
        listed = [{'value': text, 'label': text} for text in proposals]
        super().__init__(label, in_form, name, options=listed, searchable=True, **props)


class radio_field(choice_field):
    """One of a few options, all in sight."""

    kind = 'radio'


class segment_field(choice_field):
    """One of a few options, side by side in one bar."""

    kind = 'segments'


class date_field(field):
    """A day of the ROC calendar: typed in any common way, or picked. The details hold a `date` or None."""

    kind = 'date'

    def __init__(self, label: str, in_form: form, name: str, **props: Any) -> None:
        given = {'prefix': '民國', 'placeholder': '年/月/日', 'inputmode': 'numeric'} | props
        super().__init__(label, in_form, name, **given)
        self.is_before_roc = False

    def to_browser(self, value: Any) -> Any:
        return _numbers(value) if isinstance(value, date) else ''

    async def reread(self) -> None:
        """Read again what stands in the control, after 民國前 was checked or not."""
        await self.take(self._props['value'], 0)

    def from_browser(self, raw: Any) -> Any:
        text = super().from_browser(raw).strip()[:20]
        return dates.parse_roc(text, before_roc=self.is_before_roc) if text else None

    async def take(self, raw: Any, turn: int) -> None:
        await super().take(raw, turn)
        day = getattr(self.form.details, self.name)
        if isinstance(day, date) and self._props['value'] != _numbers(day):
            self.show(day)


def _numbers(day: date) -> str:
    """115/03/08; a day before the ROC shows its year's count, 003/05/12 for 民國前 3 年."""
    year = day.year - 1911 if day.year > 1911 else 1912 - day.year
    return f'{year:03d}/{day.month:02d}/{day.day:02d}'


def _key(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)
