"""教育訓練 from a file: with a certificate for all a training each, without one a form under way each."""

from datetime import date
from typing import Any

import pytest

from db.choices import Doubt, DraftKind, Grade, TrainingKind
from db.models import Account, Draft, HostUnit, StoredFile, Training, Volunteer
from domain import drafts
from domain.imports.kinds.trainings import Trainings
from domain.trainings import TrainingDetails

from ...builders import a_field, a_file, a_training, a_volunteer, an_account, an_identity_number
from .trying import graded, imported, plain, sentences, taken_back

KIND = Trainings()
DAY = date(2026, 3, 8)
COURSE = {
    'title': '志工基礎訓練',
    'starts_on': DAY,
    'provider': '示例文化中心',
    'kind': 'basic',
    'field': '文化',
    'hours': '6',
}
pytestmark = pytest.mark.usefixtures('database')


async def people(many: int) -> tuple[Account, list[Volunteer], list[dict[str, Any]]]:
    clerk = await an_account()
    await a_field()
    unit = await HostUnit.get(id=clerk.host_unit_id)
    numbers = [an_identity_number() for _ in range(many)]
    found = [await a_volunteer(unit, identity_number=number, name='周小晴') for number in numbers]
    return clerk, found, [{'name': '周小晴', 'identity_number': number} for number in numbers]


async def both_sides(by: Account) -> dict[str, str]:
    return {side: str((await a_file(by=by)).id) for side in ('certificate_front', 'certificate_back')}


async def test_one_course_with_one_certificate_is_a_training_of_each() -> None:
    clerk, [one, other], rows = await people(2)
    sides = await both_sides(clerk)
    written = await imported(KIND, rows, by=clerk, common=COURSE | sides)
    kept = await Training.all().order_by('id').select_related('certificate_front')
    assert [(each.volunteer_id, each.minutes, each.ends_on) for each in kept] == [
        (one.id, 360, DAY),
        (other.id, 360, DAY),
    ]
    first, second = (plain([each.certificate_front])[0] for each in kept)
    assert (first.id != second.id, first.digest == second.digest) == (True, True)
    assert [first.volunteer_id, second.volunteer_id] == [one.id, other.id]
    assert await taken_back(KIND, written, by=clerk) == {}
    assert (await Training.all().count(), await StoredFile.exclude(volunteer_id=None).count()) == (0, 0)


async def test_without_a_certificate_a_row_is_a_form_under_way_and_a_person_may_have_several() -> None:
    clerk, [person], [row] = await people(1)
    second = row | {'title': '文化志工特殊訓練', 'kind': 'special', 'starts_on': date(2026, 3, 9)}
    written = await imported(KIND, [row, second], by=clerk, common=COURSE)
    forms = await Draft.filter(volunteer_id=person.id).order_by('about')
    assert [form.about for form in forms] == ['new', 'new-2']
    details = drafts.from_draft(await drafts.values(forms[1]), TrainingDetails())
    assert (details.title, details.kind, details.hours, details.trained_for_id) == (
        '文化志工特殊訓練',
        TrainingKind.SPECIAL,
        6,
        clerk.host_unit_id,
    )
    assert await Training.all().count() == 0
    await drafts.save(forms[0], 'title', '改過的課', by=clerk)
    assert await taken_back(KIND, written, by=clerk) == {2: '已有同仁在這份表單上填寫，所以保留。'}
    assert plain(await Draft.all().values_list('about', flat=True)) == ['new']


async def test_a_certificate_that_comes_later_makes_a_training_of_the_form() -> None:
    clerk, [person], rows = await people(1)
    await imported(KIND, rows, by=clerk, common=COURSE)
    [again] = await graded(KIND, rows, by=clerk, common=COURSE)
    assert (again.grade, again.values) == (Grade.GOOD, {})
    written = await imported(KIND, rows, by=clerk, common=COURSE | await both_sides(clerk))
    assert await Training.filter(volunteer_id=person.id).count() == 1
    assert not await Draft.filter(kind=DraftKind.TRAINING).exists()
    assert await taken_back(KIND, written, by=clerk) == {}
    [(_, typed)] = await drafts.filled(DraftKind.TRAINING, [person.id], by=clerk)
    assert typed['title'] == '志工基礎訓練'


async def test_more_than_fifty_people_are_one_file() -> None:
    clerk, _, rows = await people(60)
    await imported(KIND, rows, by=clerk, common=COURSE)
    assert await Draft.filter(kind=DraftKind.TRAINING).count() == 60


@pytest.mark.parametrize(
    ('cells', 'told'),
    [
        ({'title': None}, [('title', '請輸入課程名稱。')]),
        ({'hours': '六'}, [('hours', '看不懂訓練時數「六」。請填小時數，例如 6 或 6.5。')]),
        ({'hours': None}, [('hours', '請輸入訓練時數。')]),
        (
            {'hours': '30'},
            [('hours', '訓練日期只有 1 天，不可能有 30 小時。請對照證書修改日期或時數。')],
        ),
        (
            {'starts_on': date(1980, 1, 1)},
            [('starts_on', '訓練日期（起）早於志工的出生日期（民國 74 年 5 月 12 日）。請再確認年份。')],
        ),
        ({'kind': None}, [('kind', '請選擇訓練課程。')]),
    ],
    ids=['no title', 'no hours', 'empty hours', 'too long', 'before birth', 'no kind'],
)
async def test_a_cell_is_wrong_as_in_the_form(cells: dict[str, Any], told: list[tuple[str, str]]) -> None:
    clerk, _, [row] = await people(1)
    [one] = await graded(KIND, [row | COURSE | cells], by=clerk)
    assert (one.grade, sentences(one)) == (Grade.WRONG, told)


async def test_an_unknown_field_names_those_there_are() -> None:
    clerk, _, [row] = await people(1)
    [one] = await graded(KIND, [row | COURSE | {'field': '文化局'}], by=clerk)
    assert [(mark.column, mark.fix) for mark in one.marks] == [('field', '文化')]


async def test_one_side_of_a_certificate_for_all_is_not_enough() -> None:
    clerk, _, [row] = await people(1)
    sides = await both_sides(clerk)
    del sides['certificate_back']
    [one] = await graded(KIND, [row], by=clerk, common=COURSE | sides)
    assert sentences(one) == [('title', '教育訓練證書檔案須包含正反面：還缺反面。 請在上方補上，或都不放。')]


async def test_the_same_course_again_changes_nothing_and_another_length_is_asked_about() -> None:
    clerk, [person], [row] = await people(1)
    await a_training(person, by=clerk)
    [same] = await graded(KIND, [row], by=clerk, common=COURSE)
    assert (same.grade, same.values) == (Grade.GOOD, {})
    [longer] = await graded(KIND, [row | {'hours': '7.5'}], by=clerk, common=COURSE)
    assert (longer.doubt, longer.beside) == (Doubt.UNUSUAL, {'hours': '6 小時'})


async def test_what_was_amended_since_stays() -> None:
    clerk, _, rows = await people(2)
    written = await imported(KIND, rows, by=clerk, common=COURSE | await both_sides(clerk))
    await Training.filter(id=int(written[0].record_id)).update(version=2)
    assert await taken_back(KIND, written, by=clerk) == {2: '這筆教育訓練在匯入之後又有異動，所以保留。'}


async def test_a_certificate_of_another_unit_is_not_taken() -> None:
    clerk, _, rows = await people(1)
    stranger = await an_account()
    assert await imported(KIND, rows, by=clerk, common=COURSE | await both_sides(stranger)) == []
