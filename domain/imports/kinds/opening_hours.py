"""服務時數累計: what somebody had served before the system, as one row 「截至 … 累計」 a person.

It is one entry of 服務時數 with an item of its own, from the first day to the day it is counted to, so that it stands
in the tab, in sums and in print as hours of the unit that knows them. One a person and unit: another replaces it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from db.choices import Doubt, ImportKind, Section
from db.models import Account, Membership, ServiceHours

from ... import dates
from ...ledgers import SERVICE_HOURS, batches, forms
from ...trainings.details import format_duration
from ..judging import as_kept, day, doubtful, good, last_of_each, marks_of, plain, shown, wrong
from ..kind import Column, Graded, Kind, Mark, Row, Value, Written
from ..ledger_rows import taken_back, written_rows
from ..people import NAME, NUMBER, clean_number, match, on_roster

_FIELDS = SERVICE_HOURS.fields
_UNTIL = Column(
    'ends_on', '截至日期', 'day', synonyms=('截至', '累計至', '統計至', '迄日', '截止日期'), sample='1141231'
)
_SINCE = Column(
    'starts_on',
    '起始日期',
    'day',
    synonyms=('起日', '開始服務日期', '服務起日'),
    note='空白：志工加入您單位的日期。',
)
_CONTENT = Column(
    'content', _FIELDS['content'].label, synonyms=('說明', '累計說明'), note='空白：「系統上線前累計時數」。'
)
_USUAL = {'item': forms.OPENING, 'content': '系統上線前累計時數'}


class OpeningHours(Kind):
    """A row is a person; the day it is counted to may be asked once for the file."""

    key = ImportKind.OPENING_HOURS
    same_at = 'ends_on'
    sheet = '服務時數累計'
    blocks_each = 5
    section = Section.SERVICE_HOURS
    columns: ClassVar[Sequence[Column]] = (
        NAME,
        NUMBER,
        _UNTIL,
        Column(
            'hours',
            '累計時數-小時',
            'whole',
            synonyms=('累計時數', '時數', '小時', '總時數', '服務時數-小時'),
            sample='1200',
        ),
        Column('minutes', '累計時數-分鐘', 'whole', synonyms=('分鐘', '服務時數-分鐘'), sample='30'),
        Column('persons_served', _FIELDS['persons_served'].label, 'whole', synonyms=('服務人次', '人次')),
        _SINCE,
        _CONTENT,
        Column('remarks', _FIELDS['remarks'].label, 'lines'),
    )
    common: ClassVar[Sequence[Column]] = (_UNTIL, _SINCE, _CONTENT)

    async def known(
        self,
        identity_numbers: Iterable[str],
        common: Mapping[str, Any],
        *,
        by: Account,
        span: tuple[date, date] | None = None,
    ) -> dict[str, Any]:
        """The people, when they joined, and which hours the unit has on record of them."""
        people = await on_roster(identity_numbers, by=by)
        numbers = {person['id']: number for number, person in people.items()}
        of_them = {'volunteer_id__in': [*numbers], 'host_unit_id': by.host_unit_id}
        joined = dict(await Membership.filter(**of_them).values_list('volunteer_id', 'joined_on'))
        ours = ServiceHours.filter(volunteer_id__in=[*numbers], entered_by_unit_id=by.host_unit_id)
        detailed: dict[str, list[list[Any]]] = {}
        for person, began, minutes in await ours.exclude(item=forms.OPENING).values_list(
            'volunteer_id', 'starts_on', 'minutes'
        ):
            detailed.setdefault(numbers[person], []).append([began.isoformat(), minutes])
        openings = {
            numbers[one.volunteer_id]: batches.as_json(SERVICE_HOURS, one) | {'id': one.id}
            for one in await ours.filter(item=forms.OPENING)
        }
        return {
            'people': people,
            'joined': {numbers[person]: joined_on.isoformat() for person, joined_on in joined.items()},
            'detailed': detailed,
            'openings': openings,
            'common': plain(common),
        }

    def grade(self, values: Mapping[str, Value], known: Mapping[str, Any]) -> Graded:
        """By the checks of the tab 服務時數; then whether they stand on record already."""
        number = clean_number(values.get('identity_number'))
        person, marks = match(values, known['people'])
        entry = as_kept(SERVICE_HOURS, values, known['common'], _USUAL | {'area': ''})
        entry['minutes'] = _minutes(values)
        if entry['starts_on'] is None and entry['ends_on'] is not None:
            entry['starts_on'] = _joined(number, known, entry['ends_on'])
        marks += marks_of(self._problems(entry), self.columns)
        about = person['id'] if person else 0
        if person is None or marks:
            return wrong({}, marks, about=about, same_as=number)
        ready = plain(forms.columns(SERVICE_HOURS, entry))
        of_row: dict[str, Any] = {'about': about, 'same_as': number}
        if before := known['openings'].get(number):
            beside = _beside(before, ready)
            if not beside:
                return good({}, [Mark('hours', '已有相同的累計，不會重複登錄。')], **of_row)
            return doubtful(Doubt.DUPLICATE, ready | {'replaces': before['id']}, [], beside=beside, **of_row)
        if doubled := [one for one in known['detailed'].get(number, []) if one[0] <= ready['ends_on']]:
            return doubtful(Doubt.OVERLAP, ready, [Mark('ends_on', _doubled(doubled, entry['ends_on']))], **of_row)
        return good(ready, **of_row)

    async def write(self, rows: Sequence[Row], common: Mapping[str, Any], *, by: Account) -> list[Written]:
        """New entries, and those that a row replaces."""
        return await written_rows(SERVICE_HOURS, last_of_each(rows, lambda row: row.about), by=by)

    async def take_back(self, written: Sequence[Written], *, by: Account) -> dict[int, str]:
        """Entries go, or say again what they said."""
        return await taken_back(SERVICE_HOURS, written, by=by)

    def _problems(self, entry: Mapping[str, Any]) -> dict[str, str]:
        problems = forms.problems(SERVICE_HOURS, entry)
        if 'ends_on' in problems and entry['ends_on'] is None:
            problems['ends_on'] = f'請輸入{_UNTIL.label}：這些時數累計到哪一天。'
        if entry['starts_on'] is None:
            problems['starts_on'] = (
                f'請輸入{_SINCE.label}：志工加入您單位的日期比{_UNTIL.label}晚，不知道從哪一天起算。'
            )
            if entry['ends_on'] is None:
                del problems['starts_on']
        if 'minutes' in problems:
            problems['hours'] = problems.pop('minutes').replace(_FIELDS['minutes'].label, '累計時數')
        return problems


def _minutes(values: Mapping[str, Value]) -> int | None:
    hours, minutes = values.get('hours'), values.get('minutes')
    if not isinstance(hours, int) and not isinstance(minutes, int):
        return None
    return (hours if isinstance(hours, int) else 0) * 60 + (minutes if isinstance(minutes, int) else 0)


def _joined(number: str, known: Mapping[str, Any], until: date) -> date | None:
    joined = day(known['joined'], number)
    return joined if joined and joined <= until else None


def _beside(before: Mapping[str, Any], ready: Mapping[str, Any]) -> dict[str, str]:
    beside = {
        key: shown(day(before, key) if key.endswith('_on') else before[key])
        for key in ('ends_on', 'starts_on', 'content', 'persons_served', 'remarks')
        if before[key] != ready[key]
    }
    if before['minutes'] != ready['minutes']:
        beside['hours'] = format_duration(before['minutes'])
    return beside


def _doubled(doubled: Sequence[Sequence[Any]], until: date) -> str:
    first, minutes = min(one[0] for one in doubled), sum(one[1] for one in doubled)
    return (
        f'{dates.roc(until)} 以前已逐筆登錄 {len(doubled)} 筆（自 {dates.roc(date.fromisoformat(first))} 起，'
        f'共 {format_duration(minutes)}）。累計若已包含這些時數，就會重複計算。'
    )
