"""教育訓練: one course for many people, with one certificate for all or one each, or a course in each row.

With its certificate a row is a training. Without, it is a form under way, as of a course for several volunteers: it
becomes a training when the person's own certificate is there, from the form or from a ZIP (`pictures`).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from db.choices import Doubt, DraftKind, ImportKind, Section, TrainingKind
from db.models import Account, Draft, Training

from ... import directory, drafts, names
from ...errors import Incomplete
from ...trainings import FIELDS, SIDES, TrainingDetails, read_duration, recording
from ..judging import day, doubtful, good, last_of_each, marks_of, shown, text, wrong
from ..kind import Column, Graded, Kind, Mark, Row, Value, Written
from ..people import NAME, NUMBER, clean_number, match, on_roster

_COURSE: tuple[Column, ...] = (
    Column('title', FIELDS['title'].label, synonyms=('課程', '訓練名稱', '教育訓練名稱'), sample='志工基礎訓練'),
    Column(
        'starts_on',
        '訓練日期起',
        'day',
        synonyms=('訓練起日', '起日', '訓練日期', '受訓日期', '受訓日期起', '上課日期', '開始日期'),
        sample='1150308',
    ),
    Column(
        'ends_on',
        '訓練日期迄',
        'day',
        synonyms=('訓練迄日', '迄日', '訖日', '受訓日期迄', '訓練日期訖', '結束日期'),
        note='空白：與起日同一天。',
    ),
    Column(
        'provider',
        FIELDS['provider'].label,
        synonyms=('辦訓單位', '主辦單位', '辦理單位', '開課單位'),
        sample='示例文化中心',
    ),
    Column(
        'kind',
        FIELDS['kind'].label,
        'choice',
        synonyms=('訓練類別', '課程類別', '訓練種類'),
        choices={kind.value: kind.label for kind in TrainingKind},
        also={kind.label.removesuffix('訓練'): kind for kind in TrainingKind},
        sample=TrainingKind.BASIC.label,
    ),
    Column('field', FIELDS['field_id'].label, synonyms=('領域', '志工類別'), sample='文化'),
    Column('sessions', FIELDS['sessions'].label, 'whole', synonyms=('次數', '訓練次'), note='空白：1 次。'),
    Column('hours', '訓練時數-小時', synonyms=('小時', '時數', '訓練時數', '訓練小時'), sample='6'),
    Column('minutes', '訓練時數-分鐘', 'whole', synonyms=('分鐘', '訓練分鐘'), sample='0'),
    Column('approved_on', FIELDS['approved_on'].label, 'day', synonyms=('核備日期', '核准日期')),
    Column('approval_reference', FIELDS['approval_reference'].label, synonyms=('核備字號', '核准字號', '核定文號')),
    Column('has_no_approval', FIELDS['has_no_approval'].label, 'yes_no', synonyms=('無核定字號',)),
    Column('remarks', FIELDS['remarks'].label, 'lines'),
)
_CERTIFICATE: tuple[Column, ...] = (
    Column('certificate_front', '結業證書正面（大家同一張）', note='圖片；一人一張的，匯入後以照片與證書的 ZIP 補上。'),
    Column('certificate_back', '結業證書反面（大家同一張）'),
    Column('has_no_back', FIELDS['has_no_back'].label, 'yes_no'),
)
_AT = {'field_id': 'field', 'extra_minutes': 'minutes', 'trained_for_id': 'title'}
_SAME = '已有相同的教育訓練，不會重複登錄。'
_BEGUN = '已有填寫中的相同課程，等證書補上就會登錄，不會重複建立。'
_FORM = '沒有證書：先建立填寫中的表單，補上證書（ZIP 或逐筆上傳）後才會登錄。'


class Trainings(Kind):
    """A row is a person who took a course; what its cells leave out is the course asked once for the file."""

    key = ImportKind.TRAININGS
    same_at = 'title'
    sheet = '教育訓練'
    blocks_each = 2
    section = Section.TRAINING
    columns: ClassVar[Sequence[Column]] = (NAME, NUMBER, *_COURSE)
    common: ClassVar[Sequence[Column]] = (*_COURSE, *_CERTIFICATE)
    not_kept: ClassVar[Sequence[str]] = ('匯入動作', '序號')

    async def known(
        self,
        identity_numbers: Iterable[str],
        common: Mapping[str, Any],
        *,
        by: Account,
        span: tuple[date, date] | None = None,
    ) -> dict[str, Any]:
        """The people with the trainings and forms that the unit keeps of them; the fields of courses."""
        people = await on_roster(identity_numbers, by=by)
        numbers = {person['id']: number for number, person in people.items()}
        recorded: dict[str, list[dict[str, Any]]] = {}
        ours = Training.filter(volunteer_id__in=[*numbers], trained_for_id=by.host_unit_id)
        for one in await ours:
            kept = drafts.to_draft(TrainingDetails.from_record(one))
            recorded.setdefault(numbers[one.volunteer_id], []).append(kept)
        forms: dict[str, list[dict[str, Any]]] = {}
        for form, typed in await drafts.filled(DraftKind.TRAINING, numbers, by=by):
            assert form.volunteer_id is not None
            forms.setdefault(numbers[form.volunteer_id], []).append(typed | {'form': str(form.id)})
        return {
            'people': people,
            'recorded': recorded,
            'forms': forms,
            'unit': by.host_unit_id,
            'fields': {names.key(field.name): [field.id, field.name] for field in await directory.fields()},
            'common': {key: shown_json(value) for key, value in common.items()},
        }

    def grade(self, values: Mapping[str, Value], known: Mapping[str, Any]) -> Graded:
        """By the checks of the form of STEP 6; then whether the person has the course already."""
        number = clean_number(values.get('identity_number'))
        person, marks = match(values, known['people'])
        cells = _cells(values, known['common'])
        details, field_marks = _details(cells, known)
        born = date.fromisoformat(person['born_on']) if person else date.min
        problems = details.problems_of(unit_id=known['unit'], born_on=born)
        has_sides = not any(side in problems for side in SIDES)
        if details.certificate_front is None and details.certificate_back is None:
            problems = {key: sentence for key, sentence in problems.items() if key not in SIDES}
        if field_marks:
            problems.pop('field_id', None)
        marks += field_marks + _lacking_certificate(problems, marks_of(problems, self.columns, _AT))
        key = (details.kind, names.key(details.title), cells.get('starts_on') or '')
        of_row: dict[str, Any] = {'about': person['id'] if person else 0, 'same_as': f'{number} {" ".join(key)}'}
        if person is None or marks:
            return wrong({}, marks, **of_row)
        ready = {'details': drafts.to_draft(details), 'form': '', 'act': 'record' if has_sides else 'form'}
        if same := next((one for one in known['recorded'].get(number, []) if _key(one) == key), None):
            return self._again(details, same, of_row)
        if form := next((one for one in known['forms'].get(number, []) if _key(one) == key), None):
            if not has_sides:
                return good({}, [Mark('title', _BEGUN)], **of_row)
            ready['form'] = form['form']
        return good(ready, [] if has_sides else [Mark('title', _FORM)], **of_row)

    def _again(self, details: TrainingDetails, same: Mapping[str, Any], of_row: Mapping[str, Any]) -> Graded:
        """The course is on record: the same, or with other hours, so that both may be meant."""
        recorded = drafts.from_draft(dict(same), TrainingDetails())
        compared = {'minutes': 'hours', 'ends_on': 'ends_on', 'provider': 'provider', 'sessions': 'sessions'}
        mine, theirs = details.columns(), recorded.columns()
        beside = {at: _as_cell(theirs, name) for name, at in compared.items() if mine[name] != theirs[name]}
        if not beside:
            return good({}, [Mark('title', _SAME)], **of_row)
        sentence = (
            '這位志工已有同名、同一天開始的訓練，內容不同。要更正時請在他的教育訓練修改；確實是另一場才選「仍要匯入」。'
        )
        has_sides = not any(side in details.problems() for side in SIDES)
        ready = {'details': drafts.to_draft(details), 'form': '', 'act': 'record' if has_sides else 'form'}
        return doubtful(Doubt.UNUSUAL, ready, [Mark('title', sentence)], beside=beside, **of_row)

    async def write(self, rows: Sequence[Row], common: Mapping[str, Any], *, by: Account) -> list[Written]:
        """Trainings for those with a certificate, forms under way for the others."""
        going = last_of_each([row for row in rows if row.values], _course_of)
        recorded = [row for row in going if row.values['act'] == 'record']
        several = [recording.Recording(row.about, _of_row(row), _form_of(row)) for row in recorded]
        consumed = await _typed([one.form_id for one in several if one.form_id], by)
        try:
            made = await recording.record_all(several, by=by) if several else []
        except Incomplete as refusal:
            raise Incomplete({str(recorded[int(at)].number): text for at, text in refusal.problems.items()}) from None
        begun = [row for row in going if row.values['act'] == 'form']
        filled = [(row.about, recording.blank_of(_of_row(row))) for row in begun]
        forms = await drafts.fill_each(DraftKind.TRAINING, filled, by=by) if filled else []
        return [
            *(
                Written(row.number, 'Training', str(one.id), str(one.version), consumed.get(row.values['form']))
                for row, one in zip(recorded, made, strict=True)
            ),
            *(
                Written(row.number, 'Draft', str(one.id), one.saved_at.isoformat(), {'of': row.about, **_named(row)})
                for row, one in zip(begun, forms, strict=True)
            ),
        ]

    async def take_back(self, written: Sequence[Written], *, by: Account) -> dict[int, str]:
        """Trainings go while nobody has touched them, forms while nobody has typed into them.

        A form that was recorded with its certificate is under way again.
        """
        rows = {(one.model, one.record_id): one.number for one in written}
        recorded = {int(one.record_id): int(one.stamp) for one in written if one.model == 'Training'}
        stays = await recording.take_back(recorded, by=by)
        kept = {rows['Training', str(training_id)]: why for training_id, why in stays.items()}
        again = [one.before for one in written if one.model == 'Training' and one.before and one.number not in kept]
        await drafts.fill_each(DraftKind.TRAINING, [(one['of'], one['typed']) for one in again], by=by)
        for one in written:
            if one.model == 'Draft' and (why := await _form_taken_back(one, by)):
                kept[one.number] = why
        return kept


def shown_json(value: object) -> Any:
    """A cell asked once for the file, as JSON."""
    return value.isoformat() if isinstance(value, date) else value


def _cells(values: Mapping[str, Value], common: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of the row, and those asked once where it has none; days in ISO form."""
    found: dict[str, Any] = {}
    for column in Trainings.common:
        cells = (shown_json(values.get(column.key)), common.get(column.key))
        found[column.key] = next((cell for cell in cells if cell is not None and cell != ''), None)
    return found


def _details(cells: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[TrainingDetails, list[Mark]]:
    hours, minutes, marks = _duration(cells)
    field_id, of_field = _field(text(cells, 'field'), known['fields'])
    return TrainingDetails(
        trained_for_id=known['unit'],
        title=text(cells, 'title'),
        starts_on=day(cells, 'starts_on'),
        ends_on=day(cells, 'ends_on') or day(cells, 'starts_on'),
        provider=text(cells, 'provider'),
        kind=text(cells, 'kind'),
        field_id=field_id,
        sessions=1 if cells['sessions'] is None else cells['sessions'],
        hours=hours,
        extra_minutes=minutes,
        remarks=text(cells, 'remarks'),
        has_no_approval=cells['has_no_approval'] is True,
        approved_on=day(cells, 'approved_on'),
        approval_reference=text(cells, 'approval_reference'),
        certificate_front=_file(cells['certificate_front']),
        certificate_back=_file(cells['certificate_back']),
        has_no_back=cells['has_no_back'] is True,
    ), marks + of_field


def _duration(cells: Mapping[str, Any]) -> tuple[int | None, int, list[Mark]]:
    """Hours and minutes; 6.5 and 6小時30分 are read too, as in the form."""
    typed, minutes = text(cells, 'hours').strip(), cells['minutes'] or 0
    if not typed:
        return (0 if minutes else None), minutes, []
    whole = read_duration(typed)
    if whole is None:
        return 0, 1, [Mark('hours', f'看不懂訓練時數「{typed[:20]}」。請填小時數，例如 6 或 6.5。')]
    return (whole + minutes) // 60, (whole + minutes) % 60, []


def _field(name: str, fields: Mapping[str, Sequence[Any]]) -> tuple[int | None, list[Mark]]:
    if not name.strip():
        return None, []
    if found := fields.get(names.key(name)) or fields.get(names.key(name.strip().removesuffix('類'))):
        return found[0], []
    near = next((label for _, label in fields.values() if label in name or name.strip() in label), '')
    sentence = f'沒有「{name.strip()[:20]}」這個課程領域。可填：{"、".join(label for _, label in fields.values())}。'
    return None, [Mark('field', sentence, near, f'改用「{near}」' if near else '')]


def _file(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) and value else None
    except ValueError:
        return None


def _lacking_certificate(problems: Mapping[str, str], marks: list[Mark]) -> list[Mark]:
    """Of the certificate for all only one side is there: that stands once, at the course."""
    sides = [problems[side] for side in SIDES if side in problems]
    others = [mark for mark in marks if mark.sentence not in sides]
    return others + [Mark('title', f'{sentence} 請在上方補上，或都不放。') for sentence in sides[:1]]


def _course_of(row: Row) -> Hashable:
    return row.about, *_key(row.values['details'])


def _key(kept: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(kept.get('kind') or ''), names.key(str(kept.get('title') or '')), str(kept.get('starts_on') or '')


def _as_cell(columns: Mapping[str, Any], name: str) -> str:
    if name == 'minutes':
        hours, rest = divmod(columns['minutes'], 60)
        return f'{hours} 小時' + (f' {rest} 分鐘' if rest else '')
    return shown(columns[name])


def _of_row(row: Row) -> TrainingDetails:
    return drafts.from_draft(dict(row.values['details']), TrainingDetails())


def _named(row: Row) -> dict[str, Any]:
    details = row.values['details']
    return {'title': details['title'], 'starts_on': details['starts_on']}


def _form_of(row: Row) -> UUID | None:
    return UUID(row.values['form']) if row.values['form'] else None


async def _typed(form_ids: Sequence[UUID], by: Account) -> dict[str, dict[str, Any]]:
    """What the forms that are recorded now hold, by their ids, so that they can be filled in again."""
    forms = Draft.filter(id__in=list(form_ids), host_unit_id=by.host_unit_id)
    return {str(form.id): {'of': form.volunteer_id, 'typed': await drafts.values(form)} for form in await forms}


async def _form_taken_back(one: Written, by: Account) -> str:
    form = await Draft.get_or_none(id=UUID(one.record_id), host_unit_id=by.host_unit_id)
    if form is None:
        before = one.before or {}
        course = {'title': before['title'], 'starts_on': day(before, 'starts_on'), 'volunteer_id': before['of']}
        if await Training.filter(**course, trained_for_id=by.host_unit_id).exists():
            return '已補上證書，登錄為教育訓練，所以保留。要刪除時，請在這位志工的教育訓練處理。'
        return ''
    if form.saved_at != datetime.fromisoformat(one.stamp):
        return '已有同仁在這份表單上填寫，所以保留。'
    await form.delete()
    return ''
