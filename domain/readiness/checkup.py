"""體檢: what the office can tell by itself about a volunteer's papers. Pure: records in, lines out.

How much a line weighs is decided by `rules`. A training counts once it has ended;
`required_hours` says how many are needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from db.choices import IssueKind, TrainingKind
from db.models import Agency, RequiredHours, Volunteer

from .. import book_numbers, dates, identity_numbers, links
from ..identity_numbers import BadIdentityNumber
from ..names import letters
from ..trainings.details import FIELDS, SIDES, format_duration, has_its_sides
from ..volunteers import basics
from ..volunteers.basics import VolunteerDetails, legacy_number
from ..volunteers.profile import INSURED, Term, insurance_status
from .on_record import Book, Records, Registered, Trained
from .required_hours import Tally, tally
from .rules import LABELS

State = Literal['ok', 'lacking', 'advice', 'eye']

_PRINTED = ('name', 'english_name')
# What has a line of its own in the list, so that nothing is asked twice.
_OWN_LINES = {'identity_kind', 'identity_number', 'photo', 'is_photo_confirmed', 'consents_to_data_use'}


@dataclass(frozen=True)
class Check:
    """One line of the list. `field` is the id of the field on the page at `address`, which ends in '#field'.

    'lacking' stands in the way of 送審, 'advice' does not; 'eye' is for the reviewer to look at and tick (`rule_id` is
    the box, `ticked_by` the name of whoever ticked it in this round, `digest` of what is to be looked at, which a tick
    names). `source` names the law.
    """

    key: str
    label: str
    note: str
    state: State = 'ok'
    field: str = ''
    address: str = ''
    source: str = ''
    rule_id: int | None = None
    ticked_by: str = ''
    digest: str = ''

    @property
    def by_eye(self) -> bool:
        """Whether only a person can tell."""
        return self.rule_id is not None

    @property
    def is_unticked(self) -> bool:
        """Whether it waits for somebody to look and tick it."""
        return self.by_eye and not self.ticked_by


def findings(
    volunteer: Volunteer, kind: IssueKind, agency: Agency, records: Records, hours: Sequence[RequiredHours]
) -> list[Check]:
    """Every line for an application of `kind` to `agency` (field fetched): what is right, what lacks and where."""
    trained, references = _trainings(volunteer, agency, records.trainings, hours)
    return [
        _basics(volunteer),
        _identity(volunteer),
        *_letters(volunteer),
        _photo(volunteer),
        _consent(volunteer),
        *trained,
        _book(volunteer, kind, records),
        _insurance(volunteer, records.covers),
        _agency(volunteer, kind, agency, records.book),
        *references,
    ]


def left_the_unit(records: Records, host_unit_id: int) -> list[Check]:
    """That the volunteer no longer serves the unit that applies, or none at all (管理辦法 §5); nothing while they do.

    It is advice, unless the administrator makes more of it: the book belongs to the person, who was of the unit when it
    applied, and the reviewer alone knows what became of that.
    """
    if any(unit.id == host_unit_id for unit in records.units):
        return []
    others = '、'.join(unit.name for unit in records.units)
    now = f'志工已離開送件的單位，目前在{others}' if others else '志工目前不在任何運用單位，請先向送件的單位確認'
    return [Check('membership', LABELS['membership'], now, 'lacking')]


def is_open(agency: Agency | Book) -> bool:
    """Whether the agency issues books today; agencies are renamed and merged, and keep their rows."""
    today = dates.today()
    return (agency.valid_from or today) <= today <= (agency.valid_to or today)


def _basics(volunteer: Volunteer) -> Check:
    problems = VolunteerDetails.from_record(volunteer).problems(new=False)
    problems = {name: sentence for name, sentence in problems.items() if name not in _OWN_LINES}
    if not problems:
        return Check('basics', LABELS['basics'], '必填都已完成')
    return _to_do('basics', ' '.join(problems.values()), links.basics(volunteer.id), next(iter(problems)))


def _identity(volunteer: Volunteer) -> Check:
    label = volunteer.identity_kind.label
    try:
        identity_numbers.validate(volunteer.identity_kind, volunteer.identity_number.open())
    except BadIdentityNumber as refusal:
        return _to_do('identity', str(refusal), links.basics(volunteer.id), 'identity_number', label=label)
    # The database keeps each number once; a passport has no check digit.
    return Check('identity', label, '檢查無誤，沒有重複')


def _photo(volunteer: Volunteer) -> Check:
    if volunteer.photo_id is None:
        return _to_do('photo', '尚未上傳', links.basics(volunteer.id), 'photo')
    if not volunteer.is_photo_confirmed:
        return _to_do('photo', '請確認為清晰、半身照', links.basics(volunteer.id), 'is_photo_confirmed')
    return Check('photo', LABELS['photo'], '清晰、半身照')


def _letters(volunteer: Volunteer) -> list[Check]:
    """Of a name that is printed with a sign in place of a letter; nothing of any other."""
    page = links.basics(volunteer.id)
    found = {key: letters.problem(basics.FIELDS[key].label, getattr(volunteer, key)) for key in _PRINTED}
    return [_to_do('letters', problem.rstrip('。'), page, key) for key, problem in found.items() if problem]


def _consent(volunteer: Volunteer) -> Check:
    if not volunteer.consents_to_data_use:
        return _to_do('consent', '尚未勾選', links.basics(volunteer.id), 'consents_to_data_use')
    when = f'{dates.roc(dates.day_of(volunteer.consented_at))} 同意' if volunteer.consented_at else '已同意'
    return Check('consent', LABELS['consent'], when)


def _book(volunteer: Volunteer, kind: IssueKind, records: Records) -> Check:
    page, book = links.application(volunteer.id), records.book
    legacy = legacy_number(volunteer)
    if book is None and records.registration is not None:
        return _under_way(volunteer, kind, records.registration)
    if kind == IssueKind.FIRST and book is not None:
        paper = '紙本' if book.is_paper else ''
        return _to_do('book', f'已有使用中的{paper}紀錄冊 {book.number}，請改選換發或補發', page, 'kind')
    if kind == IssueKind.FIRST and legacy:
        note = f'有舊制紀錄冊 {legacy}；若是更換舊冊，請改選換發'
        return Check('book', LABELS['book'], note, 'advice', 'kind', links.at(page, 'kind'))
    if kind == IssueKind.FIRST:
        return Check('book', LABELS['book'], '沒有使用中的紀錄冊')
    if book is None and not (legacy and kind != IssueKind.CANCELLATION):
        return _to_do('book', f'沒有使用中的紀錄冊可以{kind.label}', page, 'kind')
    return Check('book', LABELS['book'], book.number if book else f'舊制 {legacy}')


def _under_way(volunteer: Volunteer, kind: IssueKind, registration: Registered) -> Check:
    """The paper book is not confirmed yet: its holder needs no first one, and nothing follows it before it is there."""
    number = book_numbers.written(registration.series, registration.serial)
    then = '已有紙本紀錄冊的不能申請初次' if kind == IssueKind.FIRST else f'確認後才能{kind.label}'
    note = f'紙本紀錄冊 {number} {registration.status.label}，{then}'
    return Check('book', LABELS['book'], note, 'lacking', 'kind', links.paper_book(volunteer.id))


def _agency(volunteer: Volunteer, kind: IssueKind, agency: Agency, book: Book | None) -> Check:
    page = links.application(volunteer.id)
    if not agency.id:
        return _to_do('agency', '請選擇發冊縣市與發冊機關', page, 'agency_id')
    if not is_open(agency):
        return _to_do('agency', f'{agency.name}已停止受理，請重新選擇', page, 'agency_id')
    if kind != IssueKind.FIRST and book and book.agency_id != agency.id and is_open(book):
        note = f'{book.number} 由{book.agency_name}發冊，{kind.label}請送原發冊機關'
        return _to_do('agency', note, page, 'agency_id')
    return Check('agency', LABELS['agency'], agency.name)


def _insurance(volunteer: Volunteer, covers: Sequence[Term]) -> Check:
    status = insurance_status(covers)
    if status == INSURED:
        return Check('insurance', LABELS['insurance'], status)
    return Check('insurance', LABELS['insurance'], status, 'lacking', '', links.insurance(volunteer.id))


def _trainings(
    volunteer: Volunteer, agency: Agency, finished: Sequence[Trained], rows: Sequence[RequiredHours]
) -> tuple[list[Check], list[Check]]:
    """基礎訓練, 特殊訓練, 教育訓練結業證書, 證書反面; and 核定字號."""
    today = dates.today()
    hours, certificates, backs, whole, counted = [], [], [], 0, []
    for kind in (TrainingKind.BASIC, TrainingKind.SPECIAL):
        fitting = [one for one in finished if one.kind == kind and _is_of_field(one, agency)]
        hours.append(_hours(kind, fitting, agency, tally(kind, fitting, agency, rows, today), volunteer))
        there = [one for one in fitting if has_its_sides(one)]
        # A side is missing only where the certificates that have it do not carry the application by themselves.
        if not tally(kind, there, agency, rows, today).is_met:
            certificates += [_certificate(one) for one in fitting if one not in there]
        both_sides = [one for one in there if one.certificate_back_id]
        if not tally(kind, both_sides, agency, rows, today).is_met:
            backs += [_without_back(one) for one in there if one not in both_sides]
        whole += len(there)
        counted += fitting
    if not certificates:
        certificates = [_certificates(volunteer, whole, sum(one.has_no_back for one in counted))]
    return [*hours, *certificates, *backs], _references(counted)


def _is_of_field(training: Trained, agency: Agency) -> bool:
    """特殊訓練 counts in the agency's own field (law.md#training-of-the-field); an agency without a field takes any."""
    return training.kind == TrainingKind.BASIC or agency.field_id in (None, training.field_id)


def _hours(
    kind: TrainingKind, trainings: Sequence[Trained], agency: Agency, so_far: Tally, volunteer: Volunteer
) -> Check:
    if so_far.is_met:
        return Check(kind.value, LABELS[kind.value], format_duration(so_far.done), source=so_far.source)
    if not trainings:
        of_field = f'{agency.field.name}領域' if kind == TrainingKind.SPECIAL and agency.field else ''
        note = f'還沒有{of_field}的紀錄' if of_field else '還沒有紀錄'
        needed = f'，需 {format_duration(so_far.needed)}' if so_far.needed else ''
        page = links.new_training(volunteer.id, kind.value)
        return _to_do(kind.value, note + needed, page, 'kind', source=so_far.source)
    note = f'目前 {format_duration(so_far.done)}，需 {format_duration(so_far.needed)}'
    page = links.training(volunteer.id, trainings[-1].id)
    return _to_do(kind.value, note, page, 'hours', source=so_far.source)


def _certificate(training: Trained) -> Check:
    sides = SIDES[:1] if training.has_no_back else SIDES
    missing = [side for side in sides if not getattr(training, f'{side}_id')]
    note = f'「{training.title}」還缺{"、".join(FIELDS[side].caption for side in missing)}'
    page = links.training(training.volunteer_id, training.id)
    return _to_do('certificates', note, page, missing[0])


def _without_back(training: Trained) -> Check:
    """Whether an agency takes a certificate of one side is its rule."""
    note = f'「{training.title}」已勾選{FIELDS["has_no_back"].label}'
    page = links.training(training.volunteer_id, training.id)
    return _to_do('certificates-back', note, page, 'has_no_back')


def _certificates(volunteer: Volunteer, whole: int, one_sided: int) -> Check:
    if whole:
        sides = f'其中 {one_sided} 份沒有反面' if one_sided else '正反面齊全'
        return Check('certificates', LABELS['certificates'], f'{whole} 份，{sides}')
    page = links.new_training(volunteer.id)
    return _to_do('certificates', '登錄教育訓練後上傳，須包含正反面', page, 'certificate_front')


def _references(trainings: Sequence[Trained]) -> list[Check]:
    if not trainings:
        return []
    open_ones = [one for one in trainings if not one.has_no_approval and not one.approval_reference]
    if not open_ones:
        return [Check('references', LABELS['references'], '已登錄')]
    kinds = '、'.join(dict.fromkeys(one.kind.label for one in open_ones))
    page = links.training(open_ones[0].volunteer_id, open_ones[0].id)
    return [_to_do('references', f'{kinds}未填', page, 'approval_reference')]


def _to_do(key: str, note: str, page: str, field: str, *, label: str = '', source: str = '') -> Check:
    return Check(key, label or LABELS[key], note, 'lacking', field, links.at(page, field), source)
