"""ROC dates in and out, ages, and the days a review may take."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import dates
from domain.dates import UnreadableDate


@pytest.mark.parametrize(
    ('text', 'day'),
    [
        ('115/3/8', date(2026, 3, 8)),
        ('115/03/08', date(2026, 3, 8)),
        ('115.03.08', date(2026, 3, 8)),
        ('115-03-08', date(2026, 3, 8)),
        ('1150308', date(2026, 3, 8)),
        ('0990203', date(2010, 2, 3)),
        ('990203', date(2010, 2, 3)),
        ('74/5/12', date(1985, 5, 12)),
        ('１１５／０３／０８', date(2026, 3, 8)),
        ('１１５０３０８', date(2026, 3, 8)),
        ('民國115年3月8日', date(2026, 3, 8)),
        (' 民國 115 年 3 月 8 日 ', date(2026, 3, 8)),
        ('民國 074/05/12', date(1985, 5, 12)),
        ('民國前3年5月1日', date(1909, 5, 1)),
        ('2026-03-08', date(2026, 3, 8)),
        ('2026/3/8', date(2026, 3, 8)),
        ('20260308', date(2026, 3, 8)),
        ('1909-05-01', date(1909, 5, 1)),
        ('0115/01/01', date(2026, 1, 1)),  # a ROC year in a spreadsheet's western cell
        ('113.02.29', date(2024, 2, 29)),
        ('1/1/1', date(1912, 1, 1)),
        ('一○五年三月八日', date(2016, 3, 8)),  # the circle of a word processor for 〇
        ('民國一◯四年十二月卅一日', date(2015, 12, 31)),
        ('二○二六年三月八日', date(2026, 3, 8)),
    ],
)
def test_a_date_is_read_in_every_usual_spelling(text: str, day: date) -> None:
    assert dates.parse_roc(text) == day


@pytest.mark.parametrize(
    'text',
    [
        *('"115/3/8"', "'115/3/8", '「115/3/8」', '115.3.8.', '115/3/8，'),
        *('115/3/8(日)', '115年3月8日（星期日）', '115年3月8日星期日', '2026年3月8日 週日'),
        *('2026/3/8 上午 12:00:00', '2026-03-08 00:00:00', '2026-03-08T00:00:00'),
        *('115⁄3⁄8', '115∕3∕8', '民國壹佰壹拾伍年叁月捌日', '115年㋂8日'),
        *('115─3─8', '115〜3〜8', '115.3.8起', '115年3月8日止', '115/3/8出生'),
        *('2026/3/8 12:00:00 AM', '2026-03-08T00:00:00+08:00', '⺠國115年3⽉8⽇'),
    ],
)
def test_a_date_is_read_with_what_was_copied_along(text: str) -> None:
    assert dates.parse_roc(text) == date(2026, 3, 8)


def test_the_first_month_has_a_name_of_its_own() -> None:
    assert dates.parse_roc('民國四十年元月一日') == date(1951, 1, 1)


@pytest.mark.parametrize(
    ('text', 'sentence'),
    [
        ('', '看不懂日期「」。請依 年/月/日 填寫民國日期，例如 115/03/08。'),
        ('昨天', '看不懂日期「昨天」。請依 年/月/日 填寫民國日期，例如 115/03/08。'),
        ('115/3-8', '看不懂日期「115/3-8」。請依 年/月/日 填寫民國日期，例如 115/03/08。'),
        ('115/3/10:00', '看不懂日期「115/3/10:00」。請依 年/月/日 填寫民國日期，例如 115/03/08。'),
        ('農曆115年3月8日', '看不懂日期「農曆115年3月8日」。請依 年/月/日 填寫民國日期，例如 115/03/08。'),
        ('115/3/8 14:32', '看不懂日期「115/3/8 14:32」。請依 年/月/日 填寫民國日期，例如 115/03/08。'),
        ('1150/3/8', '看不懂日期「1150/3/8」。請依 年/月/日 填寫民國日期，例如 115/03/08。'),
        ('11538', '看不懂日期「11538」。請依 年/月/日 填寫民國日期，例如 115/03/08。'),
        ('٣/٣/٣', '看不懂日期「٣/٣/٣」。請依 年/月/日 填寫民國日期，例如 115/03/08。'),
        ('x' * 500, f'看不懂日期「{"x" * 20}」。請依 年/月/日 填寫民國日期，例如 115/03/08。'),
        ('112/2/29', '民國 112 年 2 月沒有 29 日，請再確認日期。'),
        (
            '西元85年5月12日',
            '西元年應為 4 個數字，這裡是「西元 85 年」。請寫成 年/月/日 的民國日期，例如 115/03/08。',
        ),
        ('2026-03-07T16:00:00Z', '看不懂日期「2026-03-07T16:00:00Z」。請依 年/月/日 填寫民國日期，例如 115/03/08。'),
        ('115/4/31', '民國 115 年 4 月沒有 31 日，請再確認日期。'),
        ('115/13/1', '月份只有 1 到 12，沒有 13 月。請依 年/月/日 填寫，例如 115/03/08。'),
        ('0/3/8', '沒有民國 0 年：民國元年的前一年是民國前 1 年。請再確認年份。'),
        (
            '111203',
            '「111203」可能是 11 年 12 月 3 日，也可能是 111 年 2 月 3 日。請加上斜線，例如 111/2/3。',
        ),
    ],
)
def test_what_is_not_a_date_gets_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(UnreadableDate) as refusal:
        dates.parse_roc(text)

    assert str(refusal.value) == sentence
    assert refusal.value.text == text


def test_the_box_before_the_republic_counts_back_from_1912() -> None:
    assert dates.parse_roc('1/12/31', before_roc=True) == date(1911, 12, 31)
    assert dates.parse_roc('民國前8/2/29', before_roc=True) == date(1904, 2, 29)
    assert dates.parse_roc('1909/5/1', before_roc=True) == date(1909, 5, 1)


def test_the_box_before_the_republic_and_a_later_western_year_contradict_each_other() -> None:
    with pytest.raises(UnreadableDate, match='西元 1985 年不在民國前。請取消勾選「民國前」'):
        dates.parse_roc('1985/5/12', before_roc=True)


def test_every_spelling_we_print_can_be_read_again() -> None:
    days = [date(1850, 1, 1) + timedelta(days=n) for n in range(0, 100_000, 29)]

    assert [dates.parse_roc(dates.roc(day)) for day in days] == days
    assert [dates.parse_roc(dates.roc_dotted(day)) for day in days] == days
    assert [dates.parse_roc(dates.roc_long(day)) for day in days] == days
    assert [dates.parse_roc(dates.roc_digits(day)) for day in days] == days


def test_years_before_the_republic_are_written_out() -> None:
    day = date(1911, 10, 10)

    assert dates.roc(day) == '民國前 1/10/10'
    assert dates.roc_dotted(day) == '民國前 1.10.10'
    assert dates.roc_long(day) == '民國前 1 年 10 月 10 日'
    assert dates.roc_digits(day) == '前0011010'


def test_today_is_the_day_in_taipei_whatever_the_machine_thinks() -> None:
    late_in_new_york = datetime(2026, 3, 7, 11, 30, tzinfo=timezone(timedelta(hours=-5)))

    with dates.frozen(late_in_new_york):
        assert dates.today() == date(2026, 3, 8)
        assert dates.roc_instant(dates.now()) == '115/03/08 00:30'


def test_the_clock_runs_again_after_it_was_frozen_twice() -> None:
    first, second = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)

    with dates.frozen(first):
        with dates.frozen(second):
            assert dates.now() == second
        assert dates.now() == first
    assert abs(dates.now() - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ('born', 'day', 'age'),
    [
        (date(1985, 5, 12), date(2026, 5, 11), 40),
        (date(1985, 5, 12), date(2026, 5, 12), 41),
        (date(2004, 2, 29), date(2026, 2, 28), 21),
        (date(2004, 2, 29), date(2026, 3, 1), 22),
        (date(2026, 3, 8), date(2026, 3, 8), 0),
    ],
)
def test_one_is_older_on_the_birthday(born: date, day: date, age: int) -> None:
    assert dates.age_on(born, day) == age


def test_three_years_from_the_29th_of_february_end_on_the_28th() -> None:
    assert dates.years_after(date(2024, 2, 29), 3) == date(2027, 2, 28)
    assert dates.years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)
    assert dates.years_after(date(2023, 12, 13), 3) == date(2026, 12, 13)


@pytest.mark.parametrize(
    ('submitted', 'calendar_days', 'working_days'),
    [
        (date(2026, 3, 2), date(2026, 3, 5), date(2026, 3, 5)),  # Monday
        (date(2026, 3, 4), date(2026, 3, 9), date(2026, 3, 9)),  # Wednesday: the last day would be Saturday
        (date(2026, 3, 5), date(2026, 3, 9), date(2026, 3, 10)),  # Thursday: the last day would be Sunday
        (date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 11)),  # Friday
        (date(2026, 3, 7), date(2026, 3, 10), date(2026, 3, 11)),  # Saturday
    ],
)
def test_a_review_is_due_three_days_after_sending(submitted: date, calendar_days: date, working_days: date) -> None:
    assert dates.due_on(submitted, 3, counts_working_days=False) == calendar_days
    assert dates.due_on(submitted, 3, counts_working_days=True) == working_days


def test_a_holiday_moves_the_last_day() -> None:
    peace_memorial = {date(2026, 2, 27), date(2026, 2, 28)}

    def is_holiday(day: date) -> bool:
        return day in peace_memorial or dates.is_weekend(day)

    assert dates.due_on(date(2026, 2, 24), 3, False, is_holiday) == date(2026, 3, 2)
    assert dates.due_on(date(2026, 2, 25), 3, True, is_holiday) == date(2026, 3, 3)


def test_days_left_run_into_the_negative() -> None:
    due = date(2026, 3, 9)

    assert [dates.days_left(due, due + timedelta(days=n)) for n in (-3, 0, 2)] == [3, 0, -2]


DAYS = st.dates(date(2025, 12, 1), date(2026, 4, 1))


@given(DAYS, st.integers(1, 20), st.sets(DAYS), st.integers(0, 60))
def test_who_counts_working_days_has_as_many_left_on_the_day_of_sending_as_were_promised(
    sent: date, days: int, exceptions: set[date], later: int
) -> None:
    def is_off(day: date) -> bool:
        return dates.is_weekend(day) != (day in exceptions)

    due = dates.due_on(sent, days, True, is_off)
    assert dates.days_left(due, sent, is_off) == days
    today = sent + timedelta(days=later)
    left, tomorrow = (dates.days_left(due, day, is_off) for day in (today, today + timedelta(days=1)))
    assert (left > 0, left == 0, left < 0) == (today < due, today == due, today > due)
    assert tomorrow in (left, left - 1)
