"""Labelled inputs, each bound to one field of the details that a form edits.

The browser's input is untrusted: a choice is one of the options or None, text is cut, a date is parsed.
"""

import functools
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain import copied, dates, invisible
from domain.errors import DomainError
from domain.trainings import read_duration

from . import form
from .field import field

# Years; nobody has been older than 122.
OLDEST = 130


class Unreadable(DomainError):
    """The text of a field is no value of its kind."""


class text_field(field):
    """One line of text. What parts the cells or lines of a table it was copied from is a blank here."""

    keeps_excess = True

    def from_browser(self, raw: Any) -> Any:
        return _in_one_line(super().from_browser(raw))


class email_field(text_field):
    """An e-mail address."""

    kind = 'email'


class text_area(field):
    """Several lines of text."""

    kind = 'textarea'
    keeps_excess = True


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
        text = _number_in(raw)
        try:
            return int(text) if text else None
        except ValueError:
            raise Unreadable(f'「{text[:20]}」不是整數。請只輸入數字，例如 6。') from None


class hours_field(number_field):
    """Whole hours; of 「6.5 小時」 the half hour goes into `minutes` beside it once the field is left.

    A whole number typed over it takes that half hour back.
    """

    def __init__(self, label: str, in_form: form, name: str, **props: Any) -> None:
        super().__init__(label, in_form, name, inputmode='decimal', **props)
        self.minutes: field | None = None
        self._rest: int | None = None
        self._given: int | None = None
        """The minutes that the last fraction has set."""
        self.on('left', self._tidy)

    def from_browser(self, raw: Any) -> Any:
        self._rest = None
        text = _number_in(raw)
        if text.isdecimal() and self._given is not None and self._is_as_given():
            self._rest = 0
        if not text or text.isdecimal():
            return super().from_browser(text)
        minutes = read_duration(text)
        if minutes is None:
            raise Unreadable(f'看不懂「{text[:20]}」。請輸入時數，例如 6、6.5 小時或 6 小時 30 分。')
        self._rest = minutes % 60 if minutes % 60 or re.search('[.:分]', text) else None
        return minutes // 60

    async def _tidy(self) -> None:
        rest, self._rest = self._rest, None
        value = getattr(self.form.details, self.name)
        if isinstance(value, int) and self._props['value'] != str(value):
            self.show(value)
        if rest is None or self.minutes is None:
            return
        self._given = rest or None
        if isinstance(self.minutes, choice_field):
            self.minutes.include({rest: str(rest)})
        self.minutes.show(rest)
        await self.form.take(self.minutes.name, rest)

    def _is_as_given(self) -> bool:
        """Whether nobody has chosen other minutes since."""
        return self.minutes is not None and getattr(self.form.details, self.minutes.name) == self._given


class check_field(field):
    """A check box; its label stands beside it."""

    kind = 'check'

    def describe(self, value: Any) -> str:
        return '已勾選' if value else '未勾選'

    def from_browser(self, raw: Any) -> Any:
        return raw is True


class choice_field(field):
    """One of `options` ({value: label}), or None."""

    kind = 'select'

    def __init__(self, label: str, in_form: form, name: str, options: Mapping[Any, str], **props: Any) -> None:
        self.values, listed = _offered(options)
        super().__init__(label, in_form, name, options=listed, **props)

    def text_of(self, value: Any) -> str:
        """The label of an option, or ''."""
        listed = {each['value']: str(each['label']) for each in self._props['options']}
        return listed.get(_key(value), '')

    def describe(self, value: Any) -> str:
        return self.text_of(value)

    def offer(self, options: Mapping[Any, str]) -> None:
        """Replaces the options."""
        self.values, self._props['options'] = _offered(options)
        self.update()

    def include(self, options: Mapping[Any, str]) -> None:
        """Offers these, too."""
        listed = {value: self.text_of(value) for value in self.values.values()}
        if not options.keys() <= listed.keys():
            self.offer(listed | dict(options))

    def to_browser(self, value: Any) -> Any:
        return None if value is None else _key(value)

    def from_browser(self, raw: Any) -> Any:
        return self.values.get(_key(raw)) if isinstance(raw, str | int) else None


class combo_field(text_field):
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
    """A date of the ROC calendar, typed in any common format or picked. The details have a `date` or None."""

    kind = 'date'

    def __init__(self, label: str, in_form: form, name: str, *, has_box: bool = False, **props: Any) -> None:
        """`has_box`: 民國前 is ticked beside it; without a box the text of such a day says so itself."""
        self.has_box = has_box
        self.before_roc: check_field | None = None
        given = {'prefix': '民國', 'placeholder': '年/月/日', 'inputmode': 'numeric'} | props
        super().__init__(label, in_form, name, **given)
        self.is_told_before = False
        """Whether 民國前 was ticked because it was typed."""

    @property
    def is_before_roc(self) -> bool:
        """Whether years are counted back from 民國元年."""
        return bool(self._props.get('backwards'))

    def count_back(self, is_before_roc: bool) -> None:
        """Count years back from 民國元年, or not."""
        if self.is_before_roc != is_before_roc:
            self._props['backwards'] = is_before_roc
            self.update()

    def to_browser(self, value: Any) -> Any:
        if not isinstance(value, date):
            return ''
        return _numbers(value) if self.has_box or value.year > 1911 else f'前{_numbers(value)}'

    def describe(self, value: Any) -> str:
        return dates.roc(value) if isinstance(value, date) else ''

    async def reread(self) -> None:
        """Parses the text again, after 民國前 was checked or unchecked."""
        await self.take(self._props['value'], 0)

    def from_browser(self, raw: Any) -> Any:
        text = super().from_browser(raw).strip()[:40]
        return dates.parse_roc(text, before_roc=self.is_before_roc) if text else None

    async def take(self, raw: Any, turn: int) -> None:
        if self.is_told_before and _is_too_long_ago(str(raw)):  # another date was typed in the place of the first
            await self._tick(False)
        await super().take(raw, turn)
        day = getattr(self.form.details, self.name)
        if not isinstance(day, date):
            return
        if day.year < 1912 and self.before_roc is not None and not self.is_before_roc:  # 民國前 was typed
            await self._tick(True)
        if self._props['value'] != self.to_browser(day):
            self.show(day)

    async def _tick(self, is_before_roc: bool) -> None:
        self.is_told_before = is_before_roc
        self.count_back(is_before_roc)
        if self.before_roc is not None:
            self.before_roc.show(is_before_roc)
            await self.form.take(self.before_roc.name, is_before_roc)


def _is_too_long_ago(text: str) -> bool:
    """Whether nobody alive can have been born then, if the year is counted back from 民國元年 without saying so."""
    try:
        return '前' not in text and dates.parse_roc(text, before_roc=True).year < dates.today().year - OLDEST
    except dates.UnreadableDate:
        return False


def _numbers(day: date) -> str:
    """115/03/08; a date before the ROC has its year counted backwards, 003/05/12 in 民國前 3 年."""
    year = day.year - 1911 if day.year > 1911 else 1912 - day.year
    return f'{year:03d}/{day.month:02d}/{day.day:02d}'


def _in_one_line(text: str) -> str:
    """With a blank for each tab and end of a line.

    >>> _in_one_line('府社志字第\\t1150001 號\\r\\n')
    '府社志字第 1150001 號 '
    """
    return re.sub(r'[\t\n\v\f\r\x85\u2028\u2029]+', ' ', text)


def _number_in(raw: Any) -> str:
    """What was typed or copied, without the quotes around it.

    >>> _number_in('"6"'), _number_in(' 「6.5 小時」'), _number_in(6), _number_in(None)
    ('6', '6.5 小時', '6', '')
    """
    return copied.bare(invisible.removed(str(raw if raw is not None else '')))[:40]


def _key(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)


def _offered(options: Mapping[Any, str]) -> tuple[dict[Any, Any], list[dict[str, Any]]]:
    """The values by what the browser says for them, and the options as it lists them; shared, so not to be changed."""
    return _listed(tuple(options.items()), tuple(type(value) for value in options))


@functools.lru_cache(maxsize=256)
def _listed(options: tuple[tuple[Any, str], ...], _: tuple[type, ...]) -> tuple[dict[Any, Any], list[dict[str, Any]]]:
    """One for all pages that offer the same, of the same types: True is not 1."""
    listed = [{'value': _key(value), 'label': text} for value, text in options]
    return {_key(value): value for value, _ in options}, listed
