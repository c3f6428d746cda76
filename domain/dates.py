"""Time: the clock of the project, parsing and formatting of ROC dates, and the day a review is due.

Dates are stored and passed as `datetime.date`; only displayed and typed dates have ROC years (law.md#roc-calendar):
ROC year = western year - 1911; there is no year 0, 民國前 n 年 = 1912 - n.

>>> roc(date(2026, 3, 8)), roc_long(date(2026, 3, 8)), roc_dotted(date(2026, 3, 8)), roc_digits(date(2026, 3, 8))
('115/03/08', '民國 115 年 3 月 8 日', '115.03.08', '1150308')
>>> roc_long(date(1909, 5, 1))
'民國前 3 年 5 月 1 日'
>>> parse_roc('民國115年3月8日') == parse_roc('１１５．３．８') == parse_roc('1150308') == parse_roc('2026-03-08')
True
>>> parse_roc('112/2/29')
Traceback (most recent call last):
domain.dates.UnreadableDate: 民國 112 年 2 月沒有 29 日，請再確認日期。
"""

import calendar
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta, timezone

from . import copied, invisible
from .errors import DomainError

# A fixed offset, not a time zone database: a small machine may have none, and Taiwan keeps no summer time since 1980.
TAIPEI = timezone(timedelta(hours=8), 'Asia/Taipei')

_BEFORE_ROC = ('民國前', '民前', '前')
_WESTERN = ('西元', '公元')
_FIRST_WESTERN = 1900
_HAN_DIGITS = '〇零一壹二貳三參四肆五伍六陸七柒八捌九玖'  # two for each digit
_OTHER_DIGITS = str.maketrans('叁兩拾佰○◯', '三二十百〇〇')
_DASH = re.compile('[\u2010-\u2015\u2212\u223c\u2500\u301c\u30fc~]')
_SLASH = re.compile('[\u2044\u2215]')
_BETWEEN = r'[/\\.、,·‧。-]'
# What spreadsheets and calendars write behind a day.
_MIDNIGHT = re.compile(
    r'[ T]+(?:0?0:00(?::00(?:\.0+)?)?(?:\+08:?00)?|上午 ?12:00(?::00)?|12:00(?::00)? ?AM)$', re.IGNORECASE
)
# What is written behind the day of a birth, and of a period.
_BEHIND = re.compile('(?:出?生|[起止迄])$')
_WEEKDAY = re.compile(r' *(?:\([一二三四五六日]\)|\(?(?:星期|週|周|禮拜)[一二三四五六日天]\)?)$')

_frozen_at: datetime | None = None


class UnreadableDate(DomainError):
    """The text is not a date, or the day does not exist. `text` is what was typed."""

    def __init__(self, text: str, sentence: str = '') -> None:
        self.text = text
        super().__init__(sentence or f'看不懂日期「{text[:20]}」。請依 年/月/日 填寫民國日期，例如 115/03/08。')


def now() -> datetime:
    """This instant, aware, in Taipei time."""
    return _frozen_at or datetime.now(UTC).astimezone(TAIPEI)


def today() -> date:
    """The calendar day in Taipei, whatever the time zone of the machine."""
    return now().date()


def day_of(moment: datetime) -> date:
    """The calendar day of `moment` (aware) in Taipei."""
    return moment.astimezone(TAIPEI).date()


def midnight(day: date) -> datetime:
    """The moment at which a day begins in Taiwan."""
    return datetime.combine(day, time(), TAIPEI)


def roc_year(day: date) -> int:
    """民國年; not positive before the Republic."""
    return day.year - 1911


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Stop the clock of the whole process at `moment` (aware). For tests; there is no other way to set the clock.

    >>> with frozen(datetime(2026, 3, 7, 16, 30, tzinfo=UTC)):
    ...     str(today()), roc_instant(now())
    ('2026-03-08', '115/03/08 00:30')
    """
    global _frozen_at  # noqa: PLW0603, the clock is process-wide on purpose: services run in other tasks
    before, _frozen_at = _frozen_at, moment.astimezone(TAIPEI)
    try:
        yield
    finally:
        _frozen_at = before


def roc(day: date) -> str:
    """`115/03/08`; before the Republic `民國前 3/05/01`."""
    return f'{_short_year(day)}/{day:%m/%d}'


def roc_dotted(day: date) -> str:
    """`115.03.08`; before the Republic `民國前 3.05.01`."""
    return f'{_short_year(day)}.{day:%m.%d}'


def roc_long(day: date) -> str:
    """`民國 115 年 3 月 8 日`; before the Republic `民國前 3 年 5 月 1 日`."""
    year = roc_year(day)
    era, number = ('民國', year) if year > 0 else ('民國前', 1 - year)
    return f'{era} {number} 年 {day.month} 月 {day.day} 日'


def roc_digits(day: date) -> str:
    """`1150308`, always text: the form offices exchange; before the Republic `前0030501`."""
    year = roc_year(day)
    return f'{year:03}{day:%m%d}' if year > 0 else f'前{1 - year:03}{day:%m%d}'


def roc_instant(moment: datetime) -> str:
    """`115/03/08 14:32` in Taipei time; `moment` is aware."""
    local = moment.astimezone(TAIPEI)
    return f'{roc(local.date())} {local:%H:%M}'


def format_moment(moment: datetime) -> str:
    """`今天 09:12`, `昨天 16:42`, else `115/03/08 14:32`, in Taipei time; `moment` is aware.

    >>> with frozen(datetime(2026, 3, 8, 10, tzinfo=TAIPEI)):
    ...     format_moment(datetime(2026, 3, 8, 9, 12, tzinfo=TAIPEI))
    ...     format_moment(datetime(2026, 3, 7, 23, 59, tzinfo=TAIPEI))
    '今天 09:12'
    '昨天 23:59'
    """
    local = moment.astimezone(TAIPEI)
    ago = (today() - local.date()).days
    return f'{("今天", "昨天")[ago]} {local:%H:%M}' if ago in (0, 1) else roc_instant(moment)


def parse_roc(text: str, before_roc: bool = False) -> date:
    """The date that `text` means: a ROC date in any of the usual spellings, or a western one from 1900.

    `before_roc`: the box 民國前 is ticked, so the year counts back from 1912, as it does where the text says 民國前.
    Six digits are a ROC year up to 99 whose zero a spreadsheet has dropped, unless they can be read in another way too.

    >>> [str(parse_roc(text)) for text in ('115/3/8', '115-03-08', '0990203', '990203', '民國前3年5月1日')]
    ['2026-03-08', '2026-03-08', '2010-02-03', '2010-02-03', '1909-05-01']
    >>> str(parse_roc('3/5/1', before_roc=True))
    '1909-05-01'

    Raises `UnreadableDate`.
    """
    plain = copied.bare(unicodedata.normalize('NFKC', copied.characters(invisible.removed(text))))
    plain = _WEEKDAY.sub('', without_midnight(_SLASH.sub('/', _DASH.sub('-', plain))))
    plain = re.sub(r'\s', '', re.sub(r'(?<=\d)\s+(?=\d)', '/', plain))
    era, rest = re.fullmatch(r'(西元|公元|民國前|民前|中華民國|民國|民|前)?(.*)', plain, re.DOTALL).groups()  # type: ignore[union-attr]
    rest = _in_digits(_BEHIND.sub('', rest))
    parts = _separated(rest) or _run_together(rest, text)
    if parts is None:
        raise UnreadableDate(text)
    if era in _WESTERN and parts[0] < _FIRST_WESTERN:
        raise UnreadableDate(
            text, f'西元年應為 4 個數字，這裡是「{era} {parts[0]} 年」。請寫成 年/月/日 的民國日期，例如 115/03/08。'
        )
    year = _western_year(parts[0], text, before_roc=before_roc or era in _BEFORE_ROC)
    return _existing_day(year, parts[1], parts[2], text)


def without_midnight(text: str) -> str:
    """What a cell says of a day, without the hour that a spreadsheet puts behind.

    >>> without_midnight('2026/3/8 上午 12:00:00'), without_midnight('2026-03-08T00:00:00')
    ('2026/3/8', '2026-03-08')
    """
    return _MIDNIGHT.sub('', text)


def age_on(born: date, day: date) -> int:
    """Full years of age, counted from the day of birth (民法 §124); of Feb 29, until Feb 28 is over (民法 §121).

    >>> age_on(date(2008, 3, 8), date(2026, 3, 7)), age_on(date(2008, 3, 8), date(2026, 3, 8))
    (17, 18)
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def years_after(day: date, years: int) -> date:
    """The same day `years` later; Feb 29 becomes Feb 28 where there is none (民法 §121).

    >>> str(years_after(date(2024, 2, 29), 3))
    '2027-02-28'
    """
    year = day.year + years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def is_weekend(day: date) -> bool:
    """Saturday or Sunday: the rest days where no office calendar is given."""
    return day.weekday() >= 5


def due_on(
    submitted: date, days: int, counts_working_days: bool, is_holiday: Callable[[date], bool] = is_weekend
) -> date:
    """The last day of a period of `days` days (at least 1) that begins with `submitted`.

    行政程序法 §48: the first day is not counted (II); when the last day is a Saturday, a Sunday or a holiday,
    the next working day takes its place (IV). With `counts_working_days` rest days are not counted at all,
    which is an agency's own rule and not that of the Act (law.md#review-period).

    >>> thursday = date(2026, 3, 5)
    >>> str(due_on(thursday, 3, counts_working_days=False)), str(due_on(thursday, 3, counts_working_days=True))
    ('2026-03-09', '2026-03-10')
    """
    last = submitted
    for _ in range(days):
        last += timedelta(days=1)
        while counts_working_days and is_holiday(last):
            last += timedelta(days=1)
    while is_holiday(last):
        last += timedelta(days=1)
    return last


def days_after(first: date, last: date, is_holiday: Callable[[date], bool] | None = None) -> int:
    """The number of days after `first` up to and including `last`; with `is_holiday` of the working days only."""
    passed = (last - first).days
    if is_holiday is None:
        return passed
    return sum(not is_holiday(first + timedelta(days=number)) for number in range(1, passed + 1))


def days_left(due: date, today: date, is_holiday: Callable[[date], bool] | None = None) -> int:
    """Days until `due`: 0 on the last day, negative when overdue; with `is_holiday` only working days are counted.

    Only the last day itself is 0: due on Friday is overdue by 1 from Saturday until Monday, and due on a day off has 1
    left on the day before.

    >>> friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    >>> days_left(monday, friday), days_left(monday, friday, is_weekend), days_left(friday, monday, is_weekend)
    (3, 1, -1)
    """
    if is_holiday is None or due == today:
        return (due - today).days
    if today < due:
        return max(1, days_after(today, due, is_holiday))
    return -max(1, days_after(due, today, is_holiday))


def _short_year(day: date) -> str:
    year = roc_year(day)
    return f'{year:03}' if year > 0 else f'民國前 {1 - year}'


def _in_digits(text: str) -> str:
    """Numbers written in Han characters as digits: 七十四年五月十二日, 一一五年三月八日, 廿九日.

    >>> _in_digits('七十四年五月十二日'), _in_digits('一一五年十月〇八日'), _in_digits('元年卅一日')
    ('74年5月12日', '115年10月08日', '1年31日')
    """
    text = text.translate(_OTHER_DIGITS).replace('元年', '1年').replace('元月', '1月')
    text = text.replace('廿', '二十').replace('卅', '三十')
    text = re.sub(f'([{_HAN_DIGITS}]?)百', lambda found: f'{_digit(found[1] or "一")}百', text)
    return re.sub(f'[{_HAN_DIGITS}0-9十百]+', lambda found: _number(found[0]), text)


def _number(text: str) -> str:
    if not re.search('[十百]', text):
        return ''.join(map(_digit, text))
    whole = re.fullmatch(f'(?:([{_HAN_DIGITS}0-9])百零?)?(?:([{_HAN_DIGITS}]?)(十))?([{_HAN_DIGITS}]?)', text)
    if whole is None:
        return text
    hundreds, tens, has_tens, ones = whole.groups()
    tens = (tens or '一') if has_tens else '〇'
    return str(int(_digit(hundreds or '〇') + _digit(tens) + _digit(ones or '〇')))


def _digit(character: str) -> str:
    at = _HAN_DIGITS.find(character)
    return character if at < 0 else str(at // 2)


def _separated(text: str) -> tuple[int, int, int] | None:
    match = re.fullmatch(rf'(?a)(\d{{1,4}})({_BETWEEN})(\d{{1,2}})\2(\d{{1,2}})', text)
    match = match or re.fullmatch(r'(?a)(\d{1,4})(年)(\d{1,2})月(\d{1,2})[日號]?', text)
    return (int(match[1]), int(match[3]), int(match[4])) if match else None


def _run_together(digits: str, text: str) -> tuple[int, int, int] | None:
    if not re.fullmatch(r'(?a)\d{6,8}', digits):
        return None
    year, month, day = int(digits[:-4]), int(digits[-4:-2]), int(digits[-2:])
    if len(digits) == 6:
        _refuse_two_readings(digits, text)
    return year, month, day


def _refuse_two_readings(digits: str, text: str) -> None:
    """Raises UnreadableDate for 111203: it may be 011/12/03 with its zero dropped, or 111/2/03 without one."""
    first = (int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    for second in (
        (int(digits[:3]), int(digits[3]), int(digits[4:])),
        (int(digits[:3]), int(digits[3:5]), int(digits[5])),
    ):
        if 100 <= second[0] <= roc_year(today()) + 10 and _exists(*first) and _exists(*second):
            raise UnreadableDate(
                text,
                f'「{digits}」可能是 {first[0]} 年 {first[1]} 月 {first[2]} 日，也可能是 '
                f'{second[0]} 年 {second[1]} 月 {second[2]} 日。請加上斜線，例如 {second[0]}/{second[1]}/{second[2]}。',
            )


def _exists(roc_year: int, month: int, day: int) -> bool:
    return roc_year > 0 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(roc_year + 1911, month)[1]


def _western_year(year: int, text: str, *, before_roc: bool) -> int:
    if year >= _FIRST_WESTERN:
        if before_roc and year >= 1912:
            raise UnreadableDate(text, f'西元 {year} 年不在民國前。請取消勾選「民國前」，或改填民國前的年份。')
        return year
    if year == 0:
        raise UnreadableDate(text, '沒有民國 0 年：民國元年的前一年是民國前 1 年。請再確認年份。')
    if year > (112 if before_roc else 999):
        raise UnreadableDate(text)
    return 1912 - year if before_roc else year + 1911


def _existing_day(year: int, month: int, day: int, text: str) -> date:
    if not 1 <= month <= 12:
        raise UnreadableDate(text, f'月份只有 1 到 12，沒有 {month} 月。請依 年/月/日 填寫，例如 115/03/08。')
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        named = roc_long(date(year, month, 1)).removesuffix(' 1 日')
        raise UnreadableDate(text, f'{named}沒有 {day} 日，請再確認日期。')
    return date(year, month, day)
