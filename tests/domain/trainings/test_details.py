"""The form of STEP 6: what is wrong with it, whatever was sent."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from db.choices import TrainingKind
from domain import dates
from domain.trainings.details import TrainingDetails, read_duration

RIGHT = TrainingDetails(
    trained_for_id=1,
    title='志工基礎訓練',
    starts_on=date(2026, 3, 8),
    ends_on=date(2026, 3, 8),
    provider='示例文化中心',
    kind=TrainingKind.BASIC,
    field_id=1,
    hours=6,
    certificate_front=uuid4(),
    certificate_back=uuid4(),
)


def wrong(**changes: Any) -> dict[str, str]:
    with dates.frozen(datetime(2026, 3, 17, 4, tzinfo=UTC)):
        return replace(RIGHT, **changes).problems()


def test_what_the_tutorial_stars_is_enough() -> None:
    assert wrong() == {}


def test_an_empty_form_names_every_required_field() -> None:
    assert TrainingDetails().problems() == {
        'trained_for_id': '請選擇受訓單位。',
        'title': '請輸入課程名稱。',
        'starts_on': '請輸入訓練日期（起）。',
        'ends_on': '請輸入訓練日期（迄）。',
        'provider': '請輸入訓練單位。',
        'kind': '請選擇訓練課程。',
        'field_id': '請選擇課程領域。',
        'hours': '請輸入訓練時數。',
        'certificate_front': '教育訓練證書檔案須包含正反面：還缺正面。',
        'certificate_back': '教育訓練證書檔案須包含正反面：還缺反面。',
    }


def test_long_days_need_a_word_and_impossible_ones_are_refused() -> None:
    assert wrong(hours=10) == {}
    assert wrong(hours=16) == {'hours': '訓練日期只有 1 天。請對照證書修改；若確實是 16 小時，請在備註說明。'}
    assert wrong(hours=16, remarks='營隊過夜，含夜間課程') == {}
    assert wrong(hours=24, extra_minutes=1, remarks='營隊') == {
        'hours': '訓練日期只有 1 天，不可能有 24 小時 1 分鐘。請對照證書修改日期或時數。'
    }
    assert wrong(hours=16, starts_on=date(2026, 3, 7)) == {}


@pytest.mark.parametrize(
    ('changes', 'field'),
    [
        ({'ends_on': date(2026, 3, 7)}, 'ends_on'),
        ({'ends_on': date(2026, 3, 18)}, 'ends_on'),
        ({'starts_on': date(2026, 3, 18), 'ends_on': date(2026, 3, 18)}, 'starts_on'),
        ({'hours': 0}, 'hours'),
        ({'hours': -1}, 'hours'),
        ({'hours': 2**40}, 'hours'),
        ({'extra_minutes': 60}, 'extra_minutes'),
        ({'sessions': 0}, 'sessions'),
        ({'sessions': 40_000}, 'sessions'),
        ({'kind': 'advanced'}, 'kind'),
        ({'title': 'x' * 101}, 'title'),
        ({'title': 'a\0b'}, 'title'),
        ({'remarks': 'x' * 2001}, 'remarks'),
        ({'approved_on': date(2026, 3, 18)}, 'approved_on'),
        ({'field_id': 2**31}, 'field_id'),
        ({'certificate_back': 'x'}, 'certificate_back'),
    ],
)
def test_each_field_is_checked(changes: dict[str, Any], field: str) -> None:
    assert field in wrong(**changes)


@pytest.mark.parametrize('junk', [None, 5, 2**70, 1.5, [], {}, ['x'], 'x', '\0', '\ud800', object(), True])
@pytest.mark.parametrize('field', list(TrainingDetails.__dataclass_fields__))
def test_a_forged_value_gets_a_sentence_and_never_breaks_the_form(field: str, junk: Any) -> None:
    problems = wrong(**{field: junk})

    assert all(isinstance(sentence, str) and sentence for sentence in problems.values())
    if not problems:
        replace(RIGHT, **{field: junk}).columns()


def test_without_approval_nothing_of_it_is_kept() -> None:
    columns = replace(RIGHT, has_no_approval=True, approved_on=date(2026, 3, 1), approval_reference='字').columns()

    assert (columns['approved_on'], columns['approval_reference']) == (None, '')


@pytest.mark.parametrize(
    'text', ['6小時半', '6.5 hrs', '6h30m', '6 hrs 30 mins', '06:30:00', '6：30', '390 min', '６小時３０分']
)
def test_a_duration_is_read_as_people_and_spreadsheets_write_it(text: str) -> None:
    assert read_duration(text) == 390


@pytest.mark.parametrize('text', ['1:75', '6:60', '6.5小時半', '半', '06:30:15', '6-7', '½', '6½', '約6小時'])
def test_a_duration_that_may_be_another_is_none(text: str) -> None:
    assert read_duration(text) is None
