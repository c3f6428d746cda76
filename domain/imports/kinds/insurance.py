"""志工保險: a group policy for a list of people, or a policy in each row; overlaps and gaps are named."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from db.choices import Doubt, ImportKind, InsuranceKind, Section
from db.models import Account, InsuranceCover

from ... import dates
from ...ledgers import LEDGERS, batches, forms
from ...validation import member
from ..judging import as_kept, doubtful, good, last_of_each, marks_of, plain, shown, text, wrong
from ..kind import Column, Graded, Kind, Mark, Row, Value, Written
from ..ledger_rows import taken_back, written_rows
from ..people import NAME, NUMBER, clean_number, match, on_roster

_LEDGER = LEDGERS[Section.INSURANCE.value]
_FIELDS = _LEDGER.fields
# Somebody who comes back after years was not left without insurance.
_GAP = timedelta(days=366)


def _amount(key: str, *synonyms: str) -> Column:
    return Column(key, _FIELDS[key].label, 'whole', synonyms=synonyms, sample='0')


_POLICY: tuple[Column, ...] = (
    Column(
        'kind',
        _FIELDS['kind'].label,
        'choice',
        synonyms=('險種', '保險類別'),
        choices={kind.value: kind.label for kind in InsuranceKind},
        sample=InsuranceKind.GROUP_ACCIDENT.label,
        note=f'空白：{InsuranceKind.GROUP_ACCIDENT.label}。',
    ),
    Column('insurer', _FIELDS['insurer'].label, synonyms=('承保公司', '產險公司', '保險人'), sample='示例產物保險'),
    Column(
        'policy_number',
        _FIELDS['policy_number'].label,
        synonyms=('保單號', '保險單號碼', '保險單號'),
        sample='P-115-0001',
    ),
    Column(
        'starts_on', _FIELDS['starts_on'].label, 'day', synonyms=('保險起日', '起日', '生效日', '起'), sample='1150101'
    ),
    Column(
        'ends_on',
        _FIELDS['ends_on'].label,
        'day',
        synonyms=('保險迄日', '迄日', '訖日', '到期日', '迄'),
        sample='1151231',
    ),
    _amount('death_benefit', '保額', '身故保險金', '意外身故保額'),
    _amount('medical_benefit', '醫療保險金', '傷害醫療保額'),
    _amount('daily_benefit', '住院日額保險金'),
    Column('remarks', _FIELDS['remarks'].label, 'lines', synonyms=('備考', '說明')),
)


class Insurance(Kind):
    """A row is a person; what its cells leave out is the policy asked once for the file."""

    key = ImportKind.INSURANCE
    same_at = 'policy_number'
    sheet = '志工保險'
    blocks_each = 5
    section = Section.INSURANCE
    columns: ClassVar[Sequence[Column]] = (NAME, NUMBER, *_POLICY)
    common: ClassVar[Sequence[Column]] = _POLICY

    async def known(
        self,
        identity_numbers: Iterable[str],
        common: Mapping[str, Any],
        *,
        by: Account,
        span: tuple[date, date] | None = None,
    ) -> dict[str, Any]:
        """The people, and what covers them on record, for whatever unit."""
        people = await on_roster(identity_numbers, by=by)
        numbers = {person['id']: number for number, person in people.items()}
        covers: dict[str, list[dict[str, Any]]] = {}
        for cover in await InsuranceCover.filter(volunteer_id__in=[*numbers]).select_related('entered_by_unit'):
            is_ours = cover.entered_by_unit_id == by.host_unit_id
            unit = '' if is_ours or cover.entered_by_unit is None else cover.entered_by_unit.name
            kept = batches.as_json(_LEDGER, cover)
            covers.setdefault(numbers[cover.volunteer_id], []).append(
                kept | {'id': cover.id, 'unit': unit, 'is_ours': is_ours}
            )
        return {'people': people, 'covers': covers, 'common': plain(common)}

    def grade(self, values: Mapping[str, Value], known: Mapping[str, Any]) -> Graded:
        """By the checks of the tab 保險; then what is on record of the same person."""
        number = clean_number(values.get('identity_number'))
        person, marks = match(values, known['people'])
        policy = as_kept(_LEDGER, values, known['common'], {'kind': InsuranceKind.GROUP_ACCIDENT})
        marks += marks_of(forms.problems(_LEDGER, policy), self.columns)
        ready = plain(forms.columns(_LEDGER, policy)) if not marks else {}
        same_as = f'{number} {text(ready, "policy_number")} {text(ready, "starts_on")}' if ready else ''
        if person is None or marks:
            return wrong(ready, marks, about=person['id'] if person else 0, same_as=same_as)
        of_row: dict[str, Any] = {'about': person['id'], 'same_as': same_as}
        others = [cover for cover in known['covers'].get(number, []) if cover['kind'] == ready['kind']]
        if same := next((cover for cover in others if _is_same(cover, ready)), None):
            beside = {key: _shown(same[key]) for key in _FIELDS if same[key] != ready[key]}
            if not beside:
                return good({}, [Mark('policy_number', '已有相同的保險紀錄，不會重複登錄。')], **of_row)
            return doubtful(Doubt.DUPLICATE, ready | {'replaces': same['id']}, [], beside=beside, **of_row)
        first, last = date.fromisoformat(ready['starts_on']), date.fromisoformat(ready['ends_on'])
        if overlap := next((cover for cover in others if _days(cover)[0] <= last and _days(cover)[1] >= first), None):
            return doubtful(Doubt.OVERLAP, ready, [Mark('starts_on', _overlap(overlap, first, last))], **of_row)
        ended = max((_days(cover)[1] for cover in others if _days(cover)[1] < first), default=None)
        if ended and timedelta(days=1) < first - ended <= _GAP:
            sentence = f'前一張保單 {dates.roc(ended)} 到期，到這張生效之間有 {(first - ended).days - 1} 天沒有保險。'
            return doubtful(Doubt.UNINSURED, ready, [Mark('starts_on', sentence)], **of_row)
        return good(ready, **of_row)

    async def write(self, rows: Sequence[Row], common: Mapping[str, Any], *, by: Account) -> list[Written]:
        """New covers, and those that a row replaces."""
        return await written_rows(_LEDGER, last_of_each(rows, _policy_of), by=by)

    async def take_back(self, written: Sequence[Written], *, by: Account) -> dict[int, str]:
        """Covers go, or say again what they said."""
        return await taken_back(_LEDGER, written, by=by)


def _policy_of(row: Row) -> Hashable:
    return row.about, row.values.get('policy_number'), row.values.get('starts_on')


def _is_same(cover: Mapping[str, Any], ready: Mapping[str, Any]) -> bool:
    return bool(cover['is_ours']) and all(cover[key] == ready[key] for key in ('policy_number', 'starts_on'))


def _days(cover: Mapping[str, Any]) -> tuple[date, date]:
    return date.fromisoformat(cover['starts_on']), date.fromisoformat(cover['ends_on'])


def _overlap(cover: Mapping[str, Any], first: date, last: date) -> str:
    begins, ends = _days(cover)
    days = (min(last, ends) - max(first, begins)).days + 1
    whose = f'由「{cover["unit"]}」投保的' if cover['unit'] else ''
    policy = f'{cover["insurer"]} {cover["policy_number"]}（{dates.roc(begins)} 至 {dates.roc(ends)}）'
    return f'與{whose}{policy}重疊 {days} 天。'


def _shown(value: object) -> str:
    """A value of JSON as its cell has it."""
    if kind := member(InsuranceKind, value):
        return kind.label
    try:
        return shown(date.fromisoformat(value)) if isinstance(value, str) else shown(value)
    except ValueError:
        return str(value)
