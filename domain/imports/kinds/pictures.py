"""照片與證書: a ZIP whose files are named by identity number; each goes where its name says it belongs.

A photo goes into 基本資料. A side of a certificate goes into a form under way that lacks it, which is recorded as a
training when nothing lacks any more. Cover and last page go to a paper book that waits for its confirmation.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from db import transaction
from db.choices import Doubt, DraftKind, FileKind, ImportKind, TrainingKind
from db.models import Account, Draft, DraftEntry, PaperRegistration, Training, Volunteer

from ... import dates, drafts, files, names, trainings, volunteers
from ...books import paper_books
from ...books.paper_books import PaperBookDetails
from ...errors import DomainError, Incomplete
from ...trainings import TrainingDetails, recording
from ...volunteers import VolunteerDetails
from ..judging import doubtful, good, last_of_each, text, wrong
from ..kind import Column, Graded, Kind, Mark, Row, Value, Written
from ..people import NUMBER, clean_number, match, on_roster
from ..unpacking import KIND_OF, PARTS

_SIDE_OF = {'front': 'certificate_front', 'back': 'certificate_back'}
_NOT_LOOKED = '請先看過預覽的照片，再於上方勾選「照片都清晰、半身，且是本人」。'
_MADE_OTHERWISE = '這個檔案是當成{}處理的，不能改作{}。請在檔名加上「{}」，再上傳一次。'
_NO_FORM = '這位志工沒有等待證書的教育訓練。請先匯入教育訓練（或在他的教育訓練新增），再上傳證書。'
_NO_PAPER = '這位志工沒有登記紙本紀錄冊。請先匯入紙本紀錄冊，再上傳封面與末頁。'
_WORD = {'photo': '照片', 'front': '正', 'back': '反', 'cover': '封面', 'last_page': '末頁'}


class Pictures(Kind):
    """A row is a picture."""

    key = ImportKind.PICTURES
    sheet = ''
    is_archive = True
    blocks_each = 1
    same_at = 'file_name'
    columns: ClassVar[Sequence[Column]] = (
        Column('file_name', '檔名', needed=True),
        NUMBER,
        Column('part', '種類', 'choice', choices=PARTS),
        Column('course', '訓練課程', note='證書是哪一個課程的：基礎訓練、特殊訓練，或課程名稱。'),
        Column('made_as', '處理為'),
        Column('file', '檔案'),
        Column('second', '第二頁'),
        Column('problem', '問題', 'lines'),
    )
    common: ClassVar[Sequence[Column]] = (
        Column('is_looked_at', '照片都清晰、半身，且是本人', 'yes_no', note='看過預覽的每一張照片後勾選。'),
    )

    async def known(
        self,
        identity_numbers: Iterable[str],
        common: Mapping[str, Any],
        *,
        by: Account,
        span: tuple[date, date] | None = None,
    ) -> dict[str, Any]:
        """The people, who has a photo, and what waits for a certificate or for pictures of a paper book."""
        people = await on_roster(identity_numbers, by=by)
        numbers = {person['id']: number for number, person in people.items()}
        photographed = Volunteer.filter(id__in=[*numbers]).exclude(photo_id=None)
        forms: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for form, typed in await drafts.filled(DraftKind.TRAINING, numbers, by=by):
            assert form.volunteer_id is not None
            forms[numbers[form.volunteer_id]].append(_form(form, typed))
        papers = PaperRegistration.filter(
            volunteer_id__in=[*numbers], status__in=paper_books.OPEN, host_unit_id=by.host_unit_id
        )
        return {
            'people': people,
            'photographed': [numbers[one] for one in await photographed.values_list('id', flat=True)],
            'forms': dict(forms),
            'papers': {
                numbers[one.volunteer_id]: {
                    'id': one.id,
                    'cover': bool(one.cover_id),
                    'last_page': bool(one.last_page_id),
                }
                for one in await papers
            },
            'is_looked_at': common.get('is_looked_at') is True,
        }

    def grade(self, values: Mapping[str, Value], known: Mapping[str, Any]) -> Graded:
        """Whose it is, what it is, and where it goes."""
        person, mark = _person(values, known)
        if person is None or mark is not None:
            return wrong({}, [mark] if mark else [], about=person['id'] if person else 0)
        number, part, of_row = (
            clean_number(values.get('identity_number')),
            text(values, 'part'),
            {'about': person['id']},
        )
        ready = {key: text(values, key) for key in ('part', 'file', 'second')}
        if part == 'photo':
            return self._photo(number, ready, known, of_row)
        if part in ('cover', 'last_page'):
            return self._paper(number, ready, known, of_row)
        return self._certificate(number, text(values, 'course'), ready, known, of_row)

    def _photo(
        self, number: str, ready: Mapping[str, Any], known: Mapping[str, Any], of_row: Mapping[str, Any]
    ) -> Graded:
        same_as = f'{number} photo'
        if not known['is_looked_at']:
            return wrong(ready, [Mark('part', _NOT_LOOKED)], **of_row)
        if number in known['photographed']:
            mark = Mark('file_name', '這位志工已有照片。')
            return doubtful(Doubt.DUPLICATE, ready, [mark], same_as=same_as, **of_row)
        return good(ready, same_as=same_as, **of_row)

    def _paper(
        self, number: str, ready: Mapping[str, Any], known: Mapping[str, Any], of_row: Mapping[str, Any]
    ) -> Graded:
        paper, part = known['papers'].get(number), ready['part']
        if paper is None:
            return wrong({}, [Mark('part', _NO_PAPER)], **of_row)
        same_as = f'{number} {part}'
        if paper[part]:
            mark = Mark('file_name', f'已有{PARTS[part]}。')
            return doubtful(Doubt.DUPLICATE, {**ready, 'paper': paper['id']}, [mark], same_as=same_as, **of_row)
        return good({**ready, 'paper': paper['id']}, same_as=same_as, **of_row)

    def _certificate(
        self,
        number: str,
        course: str,
        ready: Mapping[str, Any],
        known: Mapping[str, Any],
        of_row: Mapping[str, Any],
    ) -> Graded:
        forms = known['forms'].get(number, [])
        if not forms:
            return wrong({}, [Mark('part', _NO_FORM)], **of_row)
        fitting = [form for form in forms if _fits(form, course)] if course.strip() else forms
        offered = '、'.join(f'「{form["title"] or form["kind"]}」' for form in forms)
        if len(fitting) != 1:
            sentence = f'這位志工有 {len(forms)} 筆等待證書的訓練：{offered}。請填這張證書是哪一個。'
            if not fitting:
                sentence = f'沒有等待證書的「{course[:20]}」。這位志工等待證書的是{offered}。'
            near = forms[0]['title'] if len(forms) == 1 else ''
            return wrong({}, [Mark('course', sentence, near, '改用此課程' if near else '')], **of_row)
        [form] = fitting
        same_as = f'{number} {form["id"]} {ready["part"]}'
        kept = {**ready, 'form': form['id']}
        if form[ready['part']]:
            mark = Mark('file_name', f'「{form["title"]}」已有{PARTS[ready["part"]]}。')
            return doubtful(Doubt.DUPLICATE, kept, [mark], same_as=same_as, **of_row)
        return good(kept, [Mark('course', form['title'])], same_as=same_as, **of_row)

    async def write(self, rows: Sequence[Row], common: Mapping[str, Any], *, by: Account) -> list[Written]:
        """Each person's pictures for themselves, so that all that are refused are told at once."""
        refused: dict[str, str] = {}
        written: list[Written] = []
        for together in _together(last_of_each([row for row in rows if row.values], _place_of)):
            try:
                async with transaction():
                    written += await _put(together, by)
            except Incomplete as refusal:
                refused |= {str(row.number): next(iter(refusal.problems.values())) for row in together}
            except DomainError as refusal:
                refused |= {str(row.number): str(refusal) for row in together}
        if refused:
            raise Incomplete(refused)
        return written

    async def take_back(self, written: Sequence[Written], *, by: Account) -> dict[int, str]:
        """Photos and sides as they were before; a training goes, and its form is under way again."""
        stays: dict[int, str] = {}
        done: dict[tuple[str, str], str] = {}
        for one in written:
            record = (one.model, one.record_id)
            if one.model != 'Training' or record not in done:
                done[record] = await _taken_back(one, by)
            if done[record]:
                stays[one.number] = done[record]
        return stays


def _person(values: Mapping[str, Value], known: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, Mark | None]:
    """Whose picture it is, and what stands in its way."""
    number, part, made_as = clean_number(values.get('identity_number')), text(values, 'part'), text(values, 'made_as')
    if problem := text(values, 'problem') or _unfit_file(values):
        return None, Mark('file_name', problem)
    if not number:
        return None, Mark('identity_number', '檔名裡沒有身分證字號，不知道是誰的。請在這裡補上。')
    name = (known['people'].get(number) or {}).get('name', '')
    person, marks = match({**values, 'name': name}, known['people'])
    if person is None:
        return None, marks[0]
    if part not in PARTS:
        return person, Mark('part', f'請選擇這是{"、".join(PARTS.values())}之中的哪一種。')
    if KIND_OF[part] != made_as and FileKind.PHOTO in (KIND_OF[part], made_as):
        made = '照片' if made_as == FileKind.PHOTO else '掃描件'
        return person, Mark('part', _MADE_OTHERWISE.format(made, PARTS[part], _WORD[part]))
    return person, None


def _unfit_file(values: Mapping[str, Value]) -> str:
    """Whose a file is, is asked when it is attached."""
    try:
        for file_id in (text(values, 'file'), text(values, 'second') or text(values, 'file')):
            UUID(file_id)
    except ValueError:
        return '這個檔案沒有收下，請重新上傳。'
    return ''


def _form(form: Draft, typed: Mapping[str, Any]) -> dict[str, Any]:
    kind = next((kind for kind in TrainingKind if kind == typed.get('kind')), None)
    return {
        'id': str(form.id),
        'title': str(typed.get('title') or ''),
        'kind': kind.label if kind else '',
        'front': bool(typed.get('certificate_front')),
        'back': bool(typed.get('certificate_back')),
    }


def _fits(form: Mapping[str, Any], course: str) -> bool:
    wanted = names.key(course)
    kinds = (names.key(form['kind']), names.key(form['kind'].removesuffix('訓練')))
    return bool(wanted) and (wanted in kinds or wanted in names.key(form['title']))


def _place_of(row: Row) -> tuple[Any, ...]:
    return row.about, row.values['part'], row.values.get('form', '')


def _together(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows that make one change: the photo of a person, the sides of a certificate, the pictures of a book."""
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        what = 'photo' if row.values['part'] == 'photo' else row.values.get('form') or row.values.get('paper')
        found[row.about, what].append(row)
    return list(found.values())


async def _put(rows: Sequence[Row], by: Account) -> list[Written]:
    values = rows[0].values
    if values['part'] == 'photo':
        return [await _put_photo(rows[0], by)]
    if 'paper' in values:
        return await _put_pages(rows, by)
    return await _put_sides(rows, by)


async def _put_photo(row: Row, by: Account) -> Written:
    person = await volunteers.get(row.about, by=by)
    before = {'photo': str(person.photo_id or ''), 'is_photo_confirmed': person.is_photo_confirmed}
    details = replace(VolunteerDetails.from_record(person), photo=UUID(row.values['file']), is_photo_confirmed=True)
    after = await volunteers.amend(person, details, version=person.version, by=by)
    return Written(row.number, 'Volunteer', str(person.id), row.values['file'], before | {'version': after.version})


async def _put_pages(rows: Sequence[Row], by: Account) -> list[Written]:
    registration = await paper_books.get(rows[0].values['paper'], by=by)
    before = {side: str(getattr(registration, f'{side}_id') or '') for side in paper_books.SIDES}
    wanted: dict[str, Any] = {
        row.values['part']: await _as_kind(row.values['file'], FileKind.PAPER_BOOK, by) for row in rows
    }
    if len(rows) == 1 and rows[0].values['part'] == 'cover' and rows[0].values['second']:
        wanted['last_page'] = await _as_kind(rows[0].values['second'], FileKind.PAPER_BOOK, by)
    details = replace(PaperBookDetails.from_record(registration), **wanted)
    after = await paper_books.amend(registration, details, version=registration.version, by=by)
    return [Written(row.number, 'PaperRegistration', str(after.id), str(after.version), before) for row in rows]


async def _put_sides(rows: Sequence[Row], by: Account) -> list[Written]:
    """Into the form; where nothing lacks then, a training."""
    form = await drafts.get(rows[0].values['form'], by=by)
    typed = await drafts.values(form)
    sides: dict[str, Any] = {
        _SIDE_OF[row.values['part']]: await _as_kind(row.values['file'], FileKind.CERTIFICATE, by) for row in rows
    }
    if len(rows) == 1 and rows[0].values['part'] == 'front' and rows[0].values['second']:
        sides['certificate_back'] = await _as_kind(rows[0].values['second'], FileKind.CERTIFICATE, by)
    details = replace(drafts.from_draft(dict(typed), TrainingDetails(trained_for_id=by.host_unit_id)), **sides)
    if not details.problems():
        person = await volunteers.get(rows[0].about, by=by)
        training = await trainings.record(person, details, by=by, draft=form)
        before = {'of': person.id, 'typed': typed}
        return [Written(row.number, 'Training', str(training.id), str(training.version), before) for row in rows]
    for side, file_id in sides.items():
        await drafts.save(form, side, file_id, by=by)
    return [
        Written(
            row.number,
            'Draft',
            str(form.id),
            str(sides[_SIDE_OF[row.values['part']]]),
            {'side': _SIDE_OF[row.values['part']], 'value': typed.get(_SIDE_OF[row.values['part']])},
        )
        for row in rows
    ]


async def _as_kind(file_id: str, kind: FileKind, by: Account) -> UUID:
    """A scan that was mended from one kind of paper to another is kept as the other; both are made alike."""
    await files.call_it(UUID(file_id), kind, by=by)
    return UUID(file_id)


async def _taken_back(one: Written, by: Account) -> str:
    act = {
        'Volunteer': _photo_taken_back,
        'PaperRegistration': _pages_taken_back,
        'Training': _training_taken_back,
        'Draft': _side_taken_back,
    }[one.model]
    try:
        return await act(one, one.before or {}, by)
    except Incomplete as refusal:
        return next(iter(refusal.problems.values()))
    except DomainError as refusal:
        return str(refusal)


async def _pages_taken_back(one: Written, before: Mapping[str, Any], by: Account) -> str:
    registration = await paper_books.get(int(one.record_id), by=by)
    sides: dict[str, Any] = {side: UUID(before[side]) if before[side] else None for side in paper_books.SIDES}
    if all(getattr(registration, f'{side}_id') == file_id for side, file_id in sides.items()):
        return ''  # the other of two pages has been taken back with it
    if str(registration.version) != one.stamp:
        return '紙本紀錄冊的登記之後又有異動，所以保留圖片。'
    details = replace(PaperBookDetails.from_record(registration), **sides)
    await paper_books.amend(registration, details, version=registration.version, by=by)
    return ''


async def _photo_taken_back(one: Written, before: Mapping[str, Any], by: Account) -> str:
    person = await volunteers.get(int(one.record_id), by=by)
    if str(person.photo_id) != one.stamp:
        return '照片之後又換過，所以保留。'
    earlier = UUID(before['photo']) if before['photo'] else None
    details = replace(
        VolunteerDetails.from_record(person), photo=earlier, is_photo_confirmed=before['is_photo_confirmed']
    )
    await volunteers.amend(person, details, version=person.version, by=by)
    return ''


async def _training_taken_back(one: Written, before: Mapping[str, Any], by: Account) -> str:
    training = await Training.get_or_none(id=int(one.record_id))
    stays = await recording.take_back({int(one.record_id): int(one.stamp)}, by=by)
    if stays or training is None:
        return next(iter(stays.values()), '')
    await drafts.fill_each(DraftKind.TRAINING, [(before['of'], before['typed'])], by=by)
    return ''


async def _side_taken_back(one: Written, before: Mapping[str, Any], by: Account) -> str:
    form = await Draft.filter(id=UUID(one.record_id), host_unit_id=by.host_unit_id).first()
    if form is None:
        return '這份表單已經登錄或刪除，所以證書保留。'
    if str((await drafts.values(form)).get(before['side']) or '') != one.stamp:
        return '證書之後又換過，所以保留。'
    if before['value'] is None:
        await DraftEntry.filter(draft_id=form.id, name=before['side']).delete()
        await Draft.filter(id=form.id).update(saved_at=dates.now())
    else:
        await drafts.save(form, before['side'], before['value'], by=by)
    return ''
