"""還缺什麼: one list of what stands between a person and a book, for the rail, for rows of lists, and for 接續.

It is 送審前體檢 (`readiness`), each line with its step and the way to its field; before it what was left half done,
after it what is to be pressed when nothing lacks any more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from db.choices import ApplicationStatus, BookStatus, DraftKind, TrainingKind
from db.models import Account, Application, RecordBook, Volunteer

from .. import drafts, links, permissions, readiness
from ..cases.worklists import CLOSED
from ..readiness import Check, Told
from ..trainings import FIELDS, SIDES, TrainingDetails
from ..volunteers import VolunteerDetails
from ..volunteers import basics as of_step_4
from . import courses

# Which step mends which check; what is in neither is mended in the application itself.
_OF_BASICS = frozenset({'basics', 'identity', 'letters', 'photo', 'consent'})
_OF_TRAINING = frozenset({*TrainingKind, 'certificates', 'references'})
# What a link to it says, where that is not its name.
_ACTS = {'draft': '繼續教育訓練草稿', 'apply': '申請送審', 'send': '前往送審'}
_SENT = (ApplicationStatus.SUBMITTED, ApplicationStatus.APPROVED)
# For statements of others: whether the unit of a membership `m` has begun a training form of its volunteer.
HAS_BEGUN = (
    'EXISTS (SELECT FROM draft d WHERE d.host_unit_id = m.host_unit_id AND d.volunteer_id = m.volunteer_id'  # noqa: S608
    f" AND d.kind = '{DraftKind.TRAINING.value}' AND EXISTS (SELECT FROM draft_entry e WHERE e.draft_id = d.id))"
)


@dataclass(frozen=True)
class Gap:
    """One thing still to do: its step, its name, what about it, and the address of its field."""

    step: int
    key: str
    label: str
    note: str
    address: str

    @property
    def text(self) -> str:
        """Name and note in one line."""
        return f'{self.label}：{self.note}' if self.note else self.label

    @property
    def act(self) -> str:
        """What a link to it says."""
        if self.key in set(TrainingKind):
            return f'新增{self.label}'
        return _ACTS.get(self.key, self.label)


class Missing(NamedTuple):
    """What is missing for a person, the first step first, and the list of `readiness` that says so.

    There is neither where the agency has the case, or for whoever has a book and asks for none.
    """

    gaps: list[Gap]
    told: Told | None = None


async def of(volunteer: Volunteer, *, by: Account) -> list[Gap]:
    """What is missing for one person, the first step first."""
    return (await of_many([volunteer], by=by))[volunteer.id]


async def of_many(people: Sequence[Volunteer], *, by: Account) -> dict[int, list[Gap]]:
    """Volunteer id → what is missing; nothing for whom the agency has the case, or who has a book and asks for none.

    As many queries for fifty as for one, but for those with a training left half done.
    """
    seen = Volunteer.filter(permissions.visible_to(by), id__in=[one.id for one in people])
    known = await seen
    found = await of_known(known, await latest(known, by=by), by=by)
    return {one.id: found[one.id].gaps if one.id in found else [] for one in people}


async def of_known(
    people: Sequence[Volunteer],
    cases: Mapping[int, Application],
    has_book: Iterable[int] | None = None,
    has_begun: Iterable[int] | None = None,
    *,
    by: Account,
) -> dict[int, Missing]:
    """The same, for an act of `by` that has just read these people by that right, and the `latest` of their cases.

    `has_book`: the ids of those with a book in use, where it has read these, too; `has_begun`: of those of whom its
    unit has begun a training form.
    """
    permissions.require(by, 'guide.missing.of_many')
    if has_book is None:
        has_book = await _with_book([one.id for one in people if _hangs_on_book(cases.get(one.id))])
    known = {one.id: one for one in people}
    with_book = set(has_book)
    open_ones = [one for one in people if not _is_settled(cases.get(one.id), one.id in with_book)]
    told_of = await readiness.checks_each([cases.get(one.id, one) for one in open_ones], by=by, known=known)
    begun = open_ones if has_begun is None else [one for one in open_ones if one.id in set(has_begun)]
    half = {one.volunteer.id: one for one in await trainings_under_way(begun, by=by)}
    found = {one.id: Missing([]) for one in people}
    for one in open_ones:
        case = cases.get(one.id)
        told_here = told_of.get(one.id)
        checks = told_here.checks if told_here else []
        gaps = [*_half_done(half.get(one.id)), *(_gap(check) for check in readiness.lacking(checks))]
        # A name that cannot be printed is no hindrance everywhere, but nobody should learn of it from the book.
        told = [_gap(check) for check in checks if check.key == 'letters' and check.state == 'advice']
        gaps = _with_the_way_on(sorted(gaps, key=lambda gap: gap.step), one, case) + told
        found[one.id] = Missing(gaps, told_here)
    return found


def of_form(details: VolunteerDetails) -> dict[str, str]:
    """Field → what the form of STEP 4 lacks: its problems, and what may be saved without, but not sent."""
    wanted = {'photo': details.photo is None, 'consents_to_data_use': not details.consents_to_data_use}
    open_ones = {name: of_step_4.FIELDS[name].label for name, is_open in wanted.items() if is_open}
    return details.problems() | open_ones


@dataclass(frozen=True)
class TrainingUnderWay:
    """A new training whose form was left half done: what it holds, what it lacks in a few words, and where it is."""

    volunteer: Volunteer
    details: TrainingDetails
    lacks: str
    address: str


async def trainings_under_way(people: Iterable[Volunteer], *, by: Account) -> list[TrainingUnderWay]:
    """The training forms of these people that the unit has begun and not saved."""
    known = {one.id: one for one in people}
    if not known:
        return []
    found = []
    for form, typed in reversed(await drafts.filled(DraftKind.TRAINING, known, by=by)):
        details = drafts.from_draft(typed, await courses.blank(by=by))
        person = known[form.volunteer_id or 0]
        address = links.training(person.id, form.about)
        found.append(TrainingUnderWay(person, details, lacks(details.problems()), address))
    return found


def lacks(problems: Mapping[str, str]) -> str:
    """What a training form lacks, in a few words.

    >>> lacks({'certificate_back': '…'}), lacks({'title': '…', 'certificate_front': '…', 'certificate_back': '…'})
    ('證書缺反面', '缺課程名稱等 2 項')
    >>> lacks(dict.fromkeys(('starts_on', 'ends_on'), '…')), lacks({})
    ('缺訓練日期', '尚未儲存')
    """
    sides = ''.join(FIELDS[side].caption for side in SIDES if side in problems).replace('正面反面', '正反面')
    names = [FIELDS[name].caption for name in problems if name not in (*SIDES, 'ends_on')]
    if not names:
        return f'證書缺{sides}' if sides else '尚未儲存'
    count = len(names) + bool(sides)
    return f'缺{names[0]}' + (f'等 {count} 項' if count > 1 else '')


def names(gaps: Iterable[Gap]) -> str:
    """What lacks, by name: without forms left half done, and without what is only to be pressed."""
    return '、'.join(dict.fromkeys(gap.label for gap in gaps if gap.step < 7 and gap.key != 'draft'))


async def latest(people: Sequence[Volunteer], *, by: Account) -> dict[int, Application]:
    """The unit's latest case of each person, by person."""
    ours = Application.filter(host_unit_id=by.host_unit_id, volunteer_id__in=[one.id for one in people])
    return latest_of(await ours.order_by('id'), by=by)


async def _with_book(ids: Sequence[int]) -> Iterable[int]:
    in_use = RecordBook.filter(volunteer_id__in=ids, status=BookStatus.IN_USE)
    found: list[int] = await in_use.values_list('volunteer_id', flat=True) if ids else []  # type: ignore[assignment]
    return found


def _hangs_on_book(case: Application | None) -> bool:
    """Whether a book in use is all that may be wanted."""
    return case is None or case.status in CLOSED


def latest_of(cases: Iterable[Application], *, by: Account) -> dict[int, Application]:
    """The latest case of each person that is of the unit, by person; `cases` begin with the oldest."""
    return {one.volunteer_id: one for one in cases if one.host_unit_id == by.host_unit_id}


def _is_settled(case: Application | None, has_book: bool) -> bool:
    return has_book if case is None or _hangs_on_book(case) else case.status in _SENT


def _half_done(one: TrainingUnderWay | None) -> list[Gap]:
    return [Gap(6, 'draft', '教育訓練草稿', one.lacks, one.address)] if one else []


def _gap(check: Check) -> Gap:
    step = 4 if check.key in _OF_BASICS else 6 if check.key in _OF_TRAINING else 8
    return Gap(step, check.key, check.label, check.note, check.address)


def _with_the_way_on(gaps: list[Gap], volunteer: Volunteer, case: Application | None) -> list[Gap]:
    """What the agency asks for comes first; what is to be pressed, when nothing lacks."""
    form = links.application(volunteer.id)
    if case is not None and case.status == ApplicationStatus.RETURNED:
        return [Gap(8, 'returned', '補件', '依發冊機關的通知修改後再送審', form), *gaps]
    if gaps:
        return gaps
    if case is None:
        return [Gap(7, 'apply', '資料已備齊，前往 STEP 8', '', form)]
    if case.status in CLOSED:
        return [Gap(7, 'again', '重新申請', '先前的申請已結束', links.record_books(volunteer.id))]
    return [Gap(8, 'send', '點選儲存、送審', '', links.at(form, 'kind'))]
