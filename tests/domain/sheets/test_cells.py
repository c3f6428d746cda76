"""A cell says what people mean by it, in the words they use."""

from datetime import date
from typing import Literal

import pytest

from db.choices import ImportKind, Sex, TrainingKind
from domain.imports import KINDS
from domain.sheets import cells
from domain.sheets.columns import Column

WORDS = (
    (ImportKind.VOLUNTEERS, 'sex', '男', Sex.MALE),
    (ImportKind.VOLUNTEERS, 'sex', 'ｆ', Sex.FEMALE),
    (ImportKind.VOLUNTEERS, 'sex', '女性', Sex.FEMALE),
    (ImportKind.TRAININGS, 'kind', '特殊', TrainingKind.SPECIAL),
    (ImportKind.TRAININGS, 'kind', '基礎訓練 ', TrainingKind.BASIC),
)

BORN = date(1985, 5, 12)
DAYS = (
    *('民74.5.12', '民國74年5月12日', '中華民國74年5月12日', '民國 74 年 5 月 12 日', '民74/05/12', '民74-5-12'),
    *('74/5/12', '74/05/12', '074/05/12', '74.5.12', '74-5-12', '74–5–12', '74、5、12', '74,5,12', '74 5 12'),
    *(
        '７４／５／１２',
        '74年5月12日',
        '74年5月12',
        '74年5月12號',
        '74年5月12日生',
        '七十四年五月十二日',
        '0740512',
        '740512',
    ),
    *('1985/5/12', '1985-05-12', '1985.5.12', '1985年5月12日', '西元1985年5月12日', '19850512', '1985-05-12 00:00:00'),
    *('31179', '31179.0', ' 74/5/12 ', '74/5/12\u200b'),
    *('740512.0', '0740512.00', '19850512.0'),
)
NO_DAYS = (
    ('111203', '「111203」可能是 11 年 12 月 3 日，也可能是 111 年 2 月 3 日。請加上斜線，例如 111/2/3。'),
    ('74/5', '看不懂日期「74/5」。請依 年/月/日 填寫民國日期，例如 115/03/08。'),
    ('74/13/1', '月份只有 1 到 12，沒有 13 月。請依 年/月/日 填寫，例如 115/03/08。'),
    ('74/2/29', '民國 74 年 2 月沒有 29 日，請再確認日期。'),
    ('5/12/74', '民國 5 年 12 月沒有 74 日，請再確認日期。'),
)


@pytest.mark.parametrize('text', DAYS)
def test_a_day_is_read_in_every_way_in_which_offices_write_it(text: str) -> None:
    assert cells.read(Column('born_on', '出生日期', 'day'), text) == (BORN, '')


@pytest.mark.parametrize(('text', 'sentence'), NO_DAYS)
def test_a_day_that_cannot_be_known_is_asked_about(text: str, sentence: str) -> None:
    assert cells.read(Column('born_on', '出生日期', 'day'), text) == (None, sentence)


@pytest.mark.parametrize(('kind', 'key', 'word', 'meant'), WORDS, ids=str)
def test_a_choice_is_read_by_the_words_of_the_field(kind: ImportKind, key: str, word: str, meant: str) -> None:
    column = next(one for one in KINDS[kind].columns if one.key == key)

    assert cells.read(column, word) == (meant, '')


def test_quotes_and_stops_around_a_value_are_no_part_of_it() -> None:
    column = Column('hours', '服務時數', 'whole')

    assert [cells.read(column, text) for text in ("'3", '"3"', '3.', '３。')] == [(3, '')] * 4


@pytest.mark.parametrize('text', ['三', '3小時', '3.5', '3:30', '½', '(3)', '1e3'])
def test_what_is_no_whole_number_is_told_how_to_write_one(text: str) -> None:
    sentence = f'服務時數應為整數，這裡是「{text}」。請只填數字，例如 3。'

    assert cells.read(Column('hours', '服務時數', 'whole'), text) == (None, sentence)


@pytest.mark.parametrize(
    ('word', 'meant'), [('同意', True), ('√', True), ('1.0', True), ('不同意', False), ('×', False), ('0.0', False)]
)
def test_yes_and_no_are_read_in_the_words_of_the_field(word: str, meant: bool) -> None:
    assert cells.read(Column('consents', '個資同意', 'yes_no'), word) == (meant, '')


@pytest.mark.parametrize('error', ['#N/A', '#NAME?', '#DIV/0!', '#SPILL!', '#CALC!', '#BUSY!', 'Err:502'])
def test_an_error_of_whatever_spreadsheet_is_no_name(error: str) -> None:
    sentence = f'姓名是公式的錯誤值 {error}。請改填文字或數字。'

    assert cells.read(Column('name', '姓名'), error) == (None, sentence)


@pytest.mark.parametrize('reading', ['text', 'day', 'whole'])
def test_what_a_narrow_column_has_hidden_is_lost_and_said(reading: Literal['text', 'day', 'whole']) -> None:
    value, sentence = cells.read(Column('starts_on', '服務日期起', reading), '########')

    assert value is None
    assert sentence.startswith('服務日期起存成了「########」：欄太窄，內容沒有存下來。')


def test_what_is_no_choice_is_told_with_what_there_is() -> None:
    column = next(one for one in KINDS[ImportKind.VOLUNTEERS].columns if one.key == 'sex')

    assert cells.read(column, '先生') == (None, '性別沒有「先生」，請填「男」、「女」其中之一。')
