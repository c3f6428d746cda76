"""範本: for each kind a workbook to be filled in, and what is on record in the same layout.

What is exported is imported again without a change, so an office may take its list, mend it and bring it back.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q

from db.choices import AccessKind, BookStatus, ImportKind, RegistrationStatus
from db.models import (
    Account,
    Agency,
    County,
    InsuranceCover,
    Membership,
    PaperRegistration,
    ServiceCode,
    ServiceHours,
    Training,
    Volunteer,
)

from .. import directory, file_names, permissions, readiness
from ..accounts import step_up
from ..audit import access, reads
from ..books import paper_books
from ..errors import Incomplete, NotFound
from ..ledgers import forms
from ..reports.profile_lists import MEDIA_TYPES, Document
from ..sheets import blanks
from ..sheets.blanks import Blank, Heading
from ..volunteers.basics import legacy_number
from .judging import shown
from .kind import Column, Kind
from .kinds import KINDS

XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
FORMS = {'ods': MEDIA_TYPES['ods'], 'xlsx': XLSX}
OFFERED = tuple(kind for kind in KINDS if not KINDS[kind].is_archive)
EXPORTED = (
    ImportKind.VOLUNTEERS,
    ImportKind.TEAMS,
    ImportKind.TRAININGS,
    ImportKind.SERVICE_HOURS,
    ImportKind.OPENING_HOURS,
    ImportKind.INSURANCE,
    ImportKind.PAPER_BOOKS,
)
_YES_NO = ('是', '否')


@dataclass(frozen=True)
class _Codes:
    """A companion sheet, and of which column it is the list; `strict`: nothing else may be typed there."""

    column: str
    sheet: str
    rows: Sequence[Sequence[str]]
    headings: Sequence[str] = ('代碼', '名稱')
    strict: bool = False


async def blank(kind: ImportKind, form: str) -> Document:
    """The template of a kind as .ods or .xlsx; nothing in it is personal. Raises NotFound."""
    if kind not in OFFERED or form not in FORMS:
        raise NotFound
    sample = [[column.sample for column in KINDS[kind].columns]]
    return await _document(KINDS[kind], sample, form, f'{KINDS[kind].sheet}範本')


async def on_record(kind: ImportKind, form: str, *, reason: str, by: Account) -> Document:
    """What the unit has on record, in the layout of the template. It has whole identity numbers: that is noted.

    Raises NotFound, Incomplete without a purpose.
    """
    permissions.require(by, 'imports.templates.on_record')
    if kind not in EXPORTED or form not in FORMS:
        raise NotFound
    if sentence := access.problem(reason):
        raise Incomplete({'reason': sentence})
    await step_up.require(by)
    with reads.unseen():  # those of whom something goes out are noted below
        people = await Volunteer.filter(permissions.visible_to(by)).order_by('name_order', 'id')
    cells = await _CELLS[kind]({person.id: person for person in people}, by)
    going = {row['of'] for row in cells if row['of']}
    await access.note_each(
        [person for person in people if person.id in going],
        AccessKind.IDENTITY_NUMBER,
        reason,
        by=by,
        what=f'匯出{kind.label}',
    )
    named = {person.id: person for person in people}
    rows = await asyncio.to_thread(_rows, KINDS[kind].columns, cells, named)
    return await _document(KINDS[kind], rows, form, KINDS[kind].sheet)


def _rows(columns: Sequence[Column], cells: Iterable[Mapping[str, Any]], people: Mapping[int, Volunteer]) -> list[Any]:
    """Opening sealed numbers takes a while, so it is done in a thread."""
    numbers: dict[int, str] = {}
    rows = []
    for row in cells:
        found = dict(row)
        if of := row['of']:
            if of not in numbers:
                numbers[of] = people[of].identity_number.open()
            found |= {'name': people[of].name, 'identity_number': numbers[of]}
        rows.append([_text(column, found.get(column.key)) for column in columns])
    return rows


def _text(column: Column, value: object) -> str:
    if column.choices:
        return column.choices.get(str(getattr(value, 'value', value)), '')
    return shown(value)


async def _document(kind: Kind, rows: Sequence[Sequence[str]], form: str, name: str) -> Document:
    codes = await _codes_of(kind)
    lists = {one.column: one for one in codes}
    sheets = [Blank(kind.sheet, [_heading(column, lists.get(column.key)) for column in kind.columns], rows)]
    sheets += [Blank(one.sheet, [Heading(text) for text in one.headings], one.rows) for one in codes]
    content = await asyncio.to_thread(blanks.ods if form == 'ods' else blanks.xlsx, sheets)
    return Document(content, FORMS[form], file_names.clean(name, form))


def _heading(column: Column, codes: _Codes | None) -> Heading:
    notes = ['必填。' if column.needed else '', column.note, f'例：{column.sample}' if column.sample else '']
    choices = tuple(column.choices.values()) or (_YES_NO if column.reading == 'yes_no' else ())
    return Heading(
        column.label,
        '\n'.join(filter(None, notes)),
        choices,
        blanks.range_of(codes.sheet, len(codes.rows)) if codes and codes.rows else '',
        column.needed,
        strict=codes.strict if codes else True,
    )


async def _codes_of(kind: Kind) -> list[_Codes]:
    """The companion sheets: as the national template has them, and the names that a column is compared with."""
    keys = {column.key for column in kind.columns}
    found = []
    if {'item', 'content', 'area'} <= keys:
        for which, sheet in (('item', '服務項目代碼'), ('content', '服務內容代碼')):
            codes = await ServiceCode.filter(list=which).values_list('code', 'name')
            found.append(_Codes(which, sheet, [list(code) for code in codes]))
        letters = await County.exclude(letter='').values_list('letter', 'name')
        found.append(_Codes('area', '服務區域代碼', [list(letter) for letter in letters]))
    if 'field' in keys:
        names = [[field.name] for field in await directory.fields()]
        found.append(_Codes('field', '課程領域', names, ('名稱',), strict=True))
    if 'agency' in keys:
        agencies = await Agency.all().select_related('county').order_by('county__position', 'position', 'id')
        names = [[one.name, one.county.name] for one in agencies if readiness.is_open(one)]
        found.append(_Codes('agency', '發冊機關', names, ('名稱', '縣市')))
    return found


async def _volunteers(people: Mapping[int, Volunteer], by: Account) -> list[dict[str, Any]]:
    ours = Membership.filter(volunteer_id__in=[*people], host_unit_id=by.host_unit_id).select_related('team')
    serving = {one.volunteer_id: one for one in await ours}
    ticks = ('is_indigenous', 'is_civil_servant', 'joins_disaster_relief', 'consents_to_data_use', 'is_open_to_units')
    plain = ('identity_kind', 'born_on', 'sex', 'english_name', 'email', 'legacy_issued_on', *ticks)
    return [
        {
            'of': person.id,
            'legacy_number': legacy_number(person),
            'team': _team(serving[person.id]),
            'joined_on': serving[person.id].joined_on,
            **{key: getattr(person, key) for key in plain},
        }
        for person in people.values()
    ]


async def _teams(people: Mapping[int, Volunteer], by: Account) -> list[dict[str, Any]]:
    ours = await Membership.filter(volunteer_id__in=[*people], host_unit_id=by.host_unit_id).select_related('team')
    serving = [{'of': one.volunteer_id, 'team': _team(one)} for one in ours if one.team_id]
    there = {row['team'] for row in serving}
    alone = [team.name for team in await directory.teams(by.host_unit_id or 0) if by.team_id in (None, team.id)]
    return serving + [{'of': 0, 'team': name} for name in alone if name not in there]


async def _trainings(people: Mapping[int, Volunteer], by: Account) -> list[dict[str, Any]]:
    ours = Training.filter(volunteer_id__in=[*people], trained_for_id=by.host_unit_id).select_related('field')
    plain = ('title', 'starts_on', 'ends_on', 'provider', 'kind', 'sessions', 'approved_on', 'approval_reference')
    return [
        {
            'of': one.volunteer_id,
            'field': one.field.name,
            'hours': one.minutes // 60,
            'minutes': one.minutes % 60,
            'has_no_approval': one.has_no_approval,
            'remarks': one.remarks,
            **{key: getattr(one, key) for key in plain},
        }
        for one in await ours
    ]


async def _hours(people: Mapping[int, Volunteer], by: Account) -> list[dict[str, Any]]:
    """By day or month, with the codes; what was never coded stands as its words."""
    codes = {(which, name): code for which, code, name in await ServiceCode.all().values_list('list', 'code', 'name')}
    letters = {county.name: county.letter for county in await County.all()}
    ours = ServiceHours.filter(volunteer_id__in=[*people], entered_by_unit_id=by.host_unit_id)
    plain = ('starts_on', 'ends_on', 'persons_served', 'transport_fee', 'meal_fee', 'remarks')
    return [
        {
            'of': one.volunteer_id,
            'item': codes.get(('item', one.item), one.item),
            'content': codes.get(('content', one.content), one.content),
            'area': letters.get(one.area, one.area),
            'hours': one.minutes // 60,
            'minutes': one.minutes % 60,
            'action': 'A',
            **{key: getattr(one, key) for key in plain},
        }
        for one in await ours.exclude(item=forms.OPENING)
    ]


async def _opening_hours(people: Mapping[int, Volunteer], by: Account) -> list[dict[str, Any]]:
    ours = ServiceHours.filter(volunteer_id__in=[*people], entered_by_unit_id=by.host_unit_id, item=forms.OPENING)
    plain = ('starts_on', 'ends_on', 'persons_served', 'content', 'remarks')
    return [
        {'of': one.volunteer_id, 'hours': one.minutes // 60, 'minutes': one.minutes % 60}
        | {key: getattr(one, key) for key in plain}
        for one in await ours
    ]


async def _insurance(people: Mapping[int, Volunteer], by: Account) -> list[dict[str, Any]]:
    ours = InsuranceCover.filter(volunteer_id__in=[*people], entered_by_unit_id=by.host_unit_id)
    keys = [
        column.key for column in KINDS[ImportKind.INSURANCE].columns if column.key not in ('name', 'identity_number')
    ]
    return [{'of': one.volunteer_id} | {key: getattr(one, key) for key in keys} for one in await ours]


async def _paper_books(people: Mapping[int, Volunteer], by: Account) -> list[dict[str, Any]]:
    """What is under way, and the books that were confirmed and are in use."""
    mine = PaperRegistration.filter(volunteer_id__in=[*people], host_unit_id=by.host_unit_id)
    in_use = Q(status=RegistrationStatus.CONFIRMED, book__status=BookStatus.IN_USE)
    ours = mine.filter(Q(Q(status__in=paper_books.OPEN), in_use, join_type=Q.OR)).order_by('id')
    return [
        {
            'of': one.volunteer_id,
            'number': paper_books.number_of(one),
            'issued_on': one.issued_on,
            'waives_issue_date': one.issued_on is None,
            'agency': one.agency.name,
            'issued_by': one.issued_by,
        }
        for one in await ours.select_related('agency')
    ]


def _team(membership: Membership) -> str:
    return membership.team.name if membership.team else ''


_CELLS = {
    ImportKind.VOLUNTEERS: _volunteers,
    ImportKind.TEAMS: _teams,
    ImportKind.TRAININGS: _trainings,
    ImportKind.SERVICE_HOURS: _hours,
    ImportKind.OPENING_HOURS: _opening_hours,
    ImportKind.INSURANCE: _insurance,
    ImportKind.PAPER_BOOKS: _paper_books,
}
