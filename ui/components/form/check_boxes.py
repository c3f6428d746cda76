"""Several of a few options, all in sight."""

from collections.abc import Mapping
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from . import form


class check_boxes(Element, component='check_boxes.js'):
    """The form keeps the chosen values as a list, in the order of `options` ({value: label})."""

    unread = excess = ''

    def __init__(self, label: str, in_form: form, name: str, options: Mapping[str, str], *, hint: str = '') -> None:
        super().__init__()
        self.form, self.name, self.label = in_form, name, label
        self.values = list(options)
        in_form.fields[name] = self
        listed = [{'value': value, 'label': text} for value, text in options.items()]
        chosen = getattr(in_form.details, name)
        self._props.update({'name': name, 'label': label, 'hint': hint, 'options': listed, 'chosen': chosen})
        self.on('picked', self._picked)

    def fault(self, sentence: str | None) -> None:
        """Show `sentence` below the boxes, or that they are right."""
        if self._props.get('error') != sentence:
            self._props['error'] = sentence
            self.update()

    def advise(self, hint: str) -> None:
        """Show `hint` below the boxes."""
        if self._props['hint'] != hint:
            self._props['hint'] = hint
            self.update()

    async def hear(self, value: Any) -> None:
        """Shows what somebody else has chosen."""
        self._props['chosen'] = value
        self.update()

    def describe(self, value: Any) -> str:
        """It is too long to be read out."""
        return '其他選擇'

    async def settled(self) -> None:
        """Nothing is under way: each change is told at once."""

    async def _picked(self, event: GenericEventArguments) -> None:
        picked = event.args
        if not isinstance(picked, dict) or picked.get('value') not in self.values:
            return
        kept = {*getattr(self.form.details, self.name)} - {picked['value']}
        chosen = [
            value for value in self.values if value in kept or (value == picked['value'] and picked.get('on') is True)
        ]
        self._props['chosen'] = chosen
        await self.form.take(self.name, chosen)
        self.form.touch(self.name)
        self.update()
