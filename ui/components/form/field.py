"""One labelled field of a form; the kinds are in ui/components/form/fields.py.

The browser's input is untrusted: `from_browser` turns it into a value or raises.
"""

from typing import Any, ClassVar

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import validation
from domain.errors import DomainError

from . import Details, form

# What a text is cut to, here and by its control (field.js); a field that takes less says so, and keeps what was pasted.
LONGEST = 8000


class field(Element, component='field.js'):
    """One field: label above, control, help or fault below. `name` is its id in the page, so `#name` leads to it.

    `starred`: whether the label of a required one has the star, which a contract of labels may leave out.
    """

    kind: ClassVar[str] = 'text'
    # Of a password, a number or a day the control takes no more than `maxlength`.
    keeps_excess: ClassVar[bool] = False

    def __init__(
        self,
        label: str,
        in_form: form,
        name: str,
        *,
        required: bool = False,
        starred: bool = True,
        hint: str = '',
        placeholder: str = '',
        readonly: bool = False,
        wide: bool = False,
        maxlength: int = 0,
        **props: Any,
    ) -> None:
        super().__init__()
        self.most = maxlength if self.keeps_excess else 0
        self.form = in_form
        self.name = name
        self._star = '*' if required and starred else ''
        self.label = self._star + label
        self._unread = ''
        in_form.fields[name] = self
        value = self.to_browser(getattr(in_form.details, name))
        given = {'hint': hint, 'placeholder': placeholder, **props}
        given |= {'required': required, 'unstarred': required and not starred, 'readonly': readonly, 'wide': wide}
        given['maxlength'] = 0 if self.keeps_excess else maxlength  # the control would cut in silence
        shown = {key.replace('_', '-'): each for key, each in given.items() if each}
        self._props.update({'kind': self.kind, 'name': name, 'label': label, 'value': value, **shown})
        if self.kind != 'password':
            self._props['draft'] = in_form.draft_name
        if marks := in_form.marks_at(name):
            self._props['marks'] = marks
        self._compare(in_form.details, in_form.recorded)
        self.on('typed', self._typed)
        self.on('left', self._left)

    @property
    def is_readonly(self) -> bool:
        """Whether the control is locked."""
        return bool(self._props.get('readonly'))

    @property
    def unread(self) -> str:
        """Why the text in the control is no value, or refused; '' when it is right, or the control is locked."""
        return '' if self.is_readonly else self._unread

    @property
    def excess(self) -> str:
        """That the text is longer than this field takes; '' when it is not, or the control is locked."""
        value = getattr(self.form.details, self.name)
        if not self.most or self.is_readonly or not isinstance(value, str) or len(validation.tidy(value)) <= self.most:
            return ''
        return validation.text(self.label.lstrip('*'), value, most=self.most) or ''

    def to_browser(self, value: Any) -> Any:
        """`value` as the control shows it."""
        return value

    def describe(self, value: Any) -> str:
        """`value` as people read it."""
        return str(self.to_browser(value))

    def from_browser(self, raw: Any) -> Any:
        """The value of `raw`, which the browser sent. Raises DomainError when it is none."""
        return raw.replace('\x00', '')[:LONGEST] if isinstance(raw, str) else ''

    def fault(self, sentence: str | None) -> None:
        """Show `sentence` beside the field, or that it is right."""
        if self._props.get('error') != sentence:
            self._props['error'] = sentence
            self.update()

    def refuse(self, sentence: str) -> None:
        """Shows why the text cannot stay, though it is a value: nothing is saved with it. '' takes that back."""
        self._unread = sentence
        self.form.touch(self.name)

    def advise(self, hint: str, state: str = '') -> None:
        """Show `hint` below the field; `state` is '', 'ok' or 'bad'."""
        if (self._props.get('hint'), self._props.get('hint-state')) != (hint, state):
            self._props['hint'] = hint
            self._props['hint-state'] = state
            self.update()

    def show(self, value: Any) -> None:
        """Puts `value` into the control and discards its text."""
        self._unread = ''
        self._props['value'] = self.to_browser(value)
        self._props['revision'] = self._props.get('revision', 0) + 1
        self.update()

    def rename(self, label: str) -> None:
        """Give the field another label."""
        self.label = self._star + label
        if self._props['label'] != label:
            self._props['label'] = label
            self.update()

    def set_readonly(self, readonly: bool) -> None:
        """Lock or unlock the control."""
        if self.is_readonly != readonly:
            self._props['readonly'] = readonly
            self.update()

    async def hear(self, value: Any) -> None:
        """Shows what somebody else has typed, but not over what is being typed here."""
        self._compare(self.form.details, self.form.recorded)
        self.show(value)

    async def settled(self) -> None:
        """Nothing is under way: each change is told at once."""

    def _compare(self, details: Details, recorded: Details | None) -> None:
        self._props.pop('recorded', None)
        if recorded is not None and getattr(recorded, self.name) != getattr(details, self.name):
            self._props['recorded'] = self.describe(getattr(recorded, self.name)) or '（空白）'

    def _left(self) -> None:
        self.form.touch(self.name)

    async def _typed(self, event: GenericEventArguments) -> None:
        if self.is_readonly or not isinstance(event.args, dict):
            return
        with self._props.suspend_updates():
            self._props['value'] = event.args.get('value')
        turn = event.args.get('turn')
        await self.take(event.args.get('value'), turn if isinstance(turn, int) else 0)

    async def take(self, raw: Any, turn: int) -> None:
        """Stores what the browser sent; `turn` is the mirror's number of it."""
        try:
            value = self.from_browser(raw)
            self._unread = ''
        except DomainError as refusal:
            value = None
            self._unread = str(refusal)
        await self.form.take(self.name, value, turn)
