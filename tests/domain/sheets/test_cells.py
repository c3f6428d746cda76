"""A cell says what people mean by it, in the words they use."""

import pytest

from db.choices import ImportKind, Sex, TrainingKind
from domain.imports import KINDS
from domain.sheets import cells

WORDS = (
    (ImportKind.VOLUNTEERS, 'sex', '男', Sex.MALE),
    (ImportKind.VOLUNTEERS, 'sex', 'ｆ', Sex.FEMALE),
    (ImportKind.VOLUNTEERS, 'sex', '女性', Sex.FEMALE),
    (ImportKind.TRAININGS, 'kind', '特殊', TrainingKind.SPECIAL),
    (ImportKind.TRAININGS, 'kind', '基礎訓練 ', TrainingKind.BASIC),
)


@pytest.mark.parametrize(('kind', 'key', 'word', 'meant'), WORDS, ids=str)
def test_a_choice_is_read_by_the_words_of_the_field(kind: ImportKind, key: str, word: str, meant: str) -> None:
    column = next(one for one in KINDS[kind].columns if one.key == key)

    assert cells.read(column, word) == (meant, '')


def test_what_is_no_choice_is_told_with_what_there_is() -> None:
    column = next(one for one in KINDS[ImportKind.VOLUNTEERS].columns if one.key == 'sex')

    assert cells.read(column, '先生') == (None, '性別沒有「先生」，請填「男」、「女」其中之一。')
