"""What forms send back: whatever it is, it gets a sentence or is right; nothing breaks."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from db.choices import Sex
from domain import dates, validation
from domain.errors import NotFound

JUNK = [None, '', 5, -1, 2**70, 1.5, float('nan'), True, [], {}, ['x'], {'a': 1}, b'x', object(), 'x' * 100_000]
STRANGE = ['\0', 'a\0b', '\ud800', '\x1b[31m', '\u2028', '\uffff', '\x7f']
INVISIBLE = ['\u200b', '\ufeff', '\u202eabc\u202c', '\u2066', '\u200e', '\u00ad', '\U000e0041']


@pytest.mark.parametrize('value', [*JUNK, *STRANGE])
def test_every_check_bears_anything(value: object) -> None:
    sentences = [
        validation.text('姓名', value, most=100, needed=True),
        validation.day('出生日期', value, needed=True),
        validation.whole('訓練次數', value, least=1, most=4, needed=True),
        validation.choice('性別', value, Sex),
        validation.email('E-MAIL', value, needed=True),
    ]

    assert all(isinstance(sentence, str) for sentence in sentences)


@pytest.mark.parametrize('text', STRANGE)
def test_signs_that_cannot_be_seen_or_kept_are_refused(text: str) -> None:
    assert '控制字元' in (validation.text('姓名', f'王{text}明', most=100) or '')


@pytest.mark.parametrize('text', INVISIBLE)
def test_signs_that_cannot_be_seen_and_mean_nothing_are_taken_out(text: str) -> None:
    assert validation.text('姓名', f'王{text}明', most=100) is None
    assert validation.tidy(f'王{text}明') == validation.searched(f'王{text}明') in ('王明', '王abc明')


@pytest.mark.parametrize(
    'name',
    [
        '𤧟',
        '𠮷田犇',
        '堃喆',
        '谷辣斯‧尤達卡',
        '谷辣斯．尤達卡',
        'Kulas Umo',
        "Ta'aw",
        'Kolas ʼYotaka',
        'Đặng',
        '葛\U000e0101',
    ],
)
def test_names_of_any_script_are_taken_as_they_are(name: str) -> None:
    assert validation.text('姓名', name, most=100, needed=True) is None
    assert validation.tidy(name) == name


def test_a_character_that_was_lost_is_not_kept() -> None:
    assert validation.text('姓名', '王\ufffd明', most=9) == (
        '姓名有存檔或複製時遺失的字「\ufffd」。請對照原始資料，重新輸入這一欄。'
    )


def test_only_remarks_may_have_several_lines() -> None:
    assert validation.text('備註', '第一行\r\n第二行', most=100, lines=True) is None
    assert validation.tidy('第一行\r\n第二行') == '第一行\n第二行'
    assert validation.text('姓名', '第一行\n第二行', most=100) is not None


def test_length_counts_code_points_not_bytes() -> None:
    assert validation.text('姓名', '𤧟' * 100, most=100) is None
    assert validation.text('姓名', '𤧟' * 101, most=100) == '姓名最多 100 個字，這裡有 101 個字。請縮短後再儲存。'


def test_days_stay_between_the_possible_ones() -> None:
    with dates.frozen(datetime(2026, 3, 8, 4, tzinfo=UTC)):
        assert validation.day('日期', date(2026, 3, 8)) is None
        assert validation.day('日期', date(2026, 3, 9)) == (
            '日期還沒有到（今天是民國 115 年 3 月 8 日）。請再確認日期。'
        )
        assert validation.day('日期', date(2026, 3, 9), future=True) is None
        assert validation.day('日期', date(9999, 12, 31), future=True) == '日期太久以後了。請再確認年份。'
        assert validation.day('日期', date(1, 1, 1)) == (
            '日期不會早於民國前 62 年 1 月 1 日。請再確認年份，以及是否誤勾「民國前」。'
        )
    assert validation.day('日期', datetime(2020, 1, 1, tzinfo=UTC)) == '看不懂日期的內容，請重新輸入。'


@pytest.mark.parametrize('value', [*JUNK, 0, 2**31, '7'])
def test_what_is_no_id_finds_nothing(value: object) -> None:
    if value == 5 and isinstance(value, int):
        assert validation.record_id(value) == 5
        return
    with pytest.raises(NotFound):
        validation.record_id(value)
    with pytest.raises(NotFound):
        validation.file_id(value)


def test_a_files_id_may_still_be_text() -> None:
    text = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'

    assert validation.file_id(text) == validation.file_id(UUID(text)) == UUID(text)


def test_a_search_leaves_out_what_cannot_be_searched_for() -> None:
    assert validation.searched(' 陳\0小\ud800華\x1b ') == '陳小華'
    assert validation.searched(['x']) == ''
    assert len(validation.searched('陳' * 1000)) == 100
