"""服務時數: the national template of 17 columns, and its forms of 15 and 11 (law.md#import-template-of-hours)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from tortoise.connection import get_connection

from db import sealing
from db.choices import Doubt, Grade, IdentityKind, ImportKind, Section
from db.models import Account, County, ServiceCode, Volunteer

from ... import dates, identity_numbers, names, permissions, validation
from ...ledgers import SERVICE_HOURS, problems
from ...ledgers.forms import OPENING
from ...trainings.details import format_duration
from ..kind import Column, Graded, Kind, Mark, Row, Span, Value, Written
from . import service_hours_record

DAY_MINUTES = 24 * 60
# A longer day happens, but somebody has to say so.
LONG_DAY_MINUTES = 12 * 60
# Where the form's field has another key, or two columns are one field of the form.
_COLUMN_OF = {'minutes': 'hours'}
# 志願服務法 was promulgated on this day: what is earlier is mostly a date that a spreadsheet has turned around.
_LAW = date(2001, 1, 20)
_FACTS = (
    *('starts_on', 'ends_on', 'item', 'content', 'hours', 'minutes', 'persons_served', 'transport_fee', 'meal_fee'),
    *('area', 'remarks', 'action', 'serial', 'served_abroad', 'served_at_home'),
)
# Equal facts of many rows are checked once.
_MOST_REMEMBERED = 50_000
# Ten years of so many are read together; pages of others go on before the next ones.
_PEOPLE_AT_ONCE = 20
_ON_RECORD = (
    'SELECT h.volunteer_id, h.starts_on::text AS first, h.ends_on::text AS last, h.item, h.minutes,'
    ' h.entered_by_unit_id AS unit_id, u.name AS unit, a.name AS recorder, h.created_at'
    ' FROM service_hours h JOIN account a ON a.id = h.recorder_id'
    ' LEFT JOIN host_unit u ON u.id = h.entered_by_unit_id'
    ' WHERE h.volunteer_id = ANY($1::int[]) AND h.starts_on <= $3 AND h.ends_on >= $2'
)
# Words that the form takes too; said, since it may be a slip.
_NOT_LISTED = '不在代碼表，照填'
_NUMBERS = ('persons_served', 'transport_fee', 'meal_fee')


class ServiceHoursKind(Kind):
    """Hours of service of the unit's own people, by day or as the total of a month."""

    key = ImportKind.SERVICE_HOURS
    sheet = '服務時數記錄'
    section = Section.SERVICE_HOURS
    same_at = 'item'
    copied = service_hours_record.COPIED
    has_spans = True
    columns = (
        Column('name', '姓名', needed=True, synonyms=('志工', '志工姓名', '中文姓名'), sample='王小明'),
        Column(
            'identity_number',
            '身分證字號',
            'identity',
            needed=True,
            synonyms=('身分證', '身份證', '身份證字號', '身分證號', '身分證統一編號', '證號', '證件號碼', 'ID'),
            sample='A123456789',
        ),
        Column(
            'starts_on',
            '服務日期起',
            'day',
            needed=True,
            synonyms=('起', '起日', '日期起', '服務起日', '服務日期(起)', '服務日期', '日期', '開始日期'),
            sample='1151001',
            note='民國年月日 7 碼；月合計填當月第一天',
        ),
        Column(
            'ends_on',
            '服務日期迄',
            'day',
            synonyms=(
                *('服務日期訖', '服務日期(迄)', '服務日期(訖)', '迄', '訖', '迄日', '訖日', '日期迄', '日期訖'),
                *('服務迄日', '服務訖日', '結束日期'),
            ),
            sample='1151031',
            note='同一個月內；空白就是當天',
        ),
        Column(
            'item',
            '服務項目',
            needed=True,
            width=4,
            synonyms=('項目代碼', '服務項目代碼', '項目', '服務類別'),
            sample='0200',
            note='4 碼代碼',
        ),
        Column(
            'content',
            '服務內容',
            needed=True,
            width=4,
            synonyms=('內容代碼', '服務內容代碼', '內容'),
            sample='0006',
            note='4 碼代碼',
        ),
        Column(
            'hours',
            '服務時數-小時',
            'whole',
            needed=True,
            synonyms=('時', '小時', '時數', '服務時數', '服務小時'),
            sample='18',
        ),
        Column(
            'minutes',
            '服務時數-分鐘',
            'whole',
            synonyms=('分', '分鐘', '服務分鐘'),
            sample='30',
            note='0 或 30；未滿半小時不計',
        ),
        Column(
            'persons_served',
            '受服務人次',
            'whole',
            synonyms=('服務人數', '服務人次', '人次', '受服務人數'),
            sample='40',
        ),
        Column('transport_fee', '交通費', 'whole', synonyms=('車馬費',), sample='0'),
        Column('meal_fee', '誤餐費', 'whole', synonyms=('餐費',), sample='0'),
        Column('area', '服務區域', synonyms=('區域', '服務區域代碼'), sample='B', note='縣市代碼 1 個字母；空白是中央'),
        Column('remarks', '備註', 'lines', synonyms=('附註', '說明')),
        Column('action', '匯入動作', synonyms=('動作',), sample='A', note='A：新增'),
        Column('serial', '序號', note='新增時空白'),
        Column('served_abroad', '國外參與服務人次', 'whole', synonyms=('國外人次',)),
        Column('served_at_home', '國內參與服務人次', 'whole', synonyms=('國內人次',)),
    )

    async def known(
        self,
        identity_numbers: Iterable[str],
        common: Mapping[str, Any],
        *,
        by: Account,
        span: tuple[date, date] | None = None,
    ) -> dict[str, Any]:
        by_index = {sealing.blind_index(number): number for number in identity_numbers}
        people = await Volunteer.filter(permissions.visible_to(by), identity_index__in=list(by_index)).values_list(
            'identity_index', 'id', 'name'
        )
        ids = [volunteer_id for _, volunteer_id, _ in people]
        codes = await ServiceCode.all().values_list('list', 'code', 'name')
        return {
            'unit': by.host_unit_id,
            'place': permissions.place_word(by),
            'people': {by_index[index]: [volunteer_id, name] for index, volunteer_id, name in people},
            'item': {code: name for which, code, name in codes if which == 'item'},
            'content': {code: name for which, code, name in codes if which == 'content'},
            'area': {'': '中央'} | {county.letter: county.name for county in await County.all()},
            'hours': await _hours(ids, span) if span else {},
            'covers': await _covers(ids),
        }

    def prepared(self, known: Mapping[str, Any]) -> Mapping[str, Any]:
        """Hours by the months in which they lie, names as they are compared, covers without gaps."""
        by_month: dict[str, list[Any]] = {}
        openings: dict[int, tuple[date, int]] = {}
        for volunteer_id, entries in known['hours'].items():
            for entry in entries:
                if entry[2] == OPENING and entry[4] == known['unit']:
                    openings[int(volunteer_id)] = date.fromisoformat(entry[1]), entry[3]
                    continue
                for month in {entry[0][:7], entry[1][:7]}:
                    by_month.setdefault(f'{volunteer_id}:{month}', []).append(
                        (date.fromisoformat(entry[0]), date.fromisoformat(entry[1]), *entry[2:])
                    )
        return {
            **known,
            'hours': by_month,
            'openings': openings,
            'keys': {number: names.key(name) for number, (_, name) in known['people'].items()},
            'checked': {},
            'covers': {int(one): _joined(covers) for one, covers in known['covers'].items()},
        }

    def grade(self, values: Mapping[str, Value], known: Mapping[str, Any]) -> Graded:
        marks: list[Mark] = []
        about = _person(values, known, marks)
        kept, beside = _entry(values, known, marks)
        if marks:
            return Graded(Grade.WRONG, kept, marks, about=about, beside=beside)
        starts_on, ends_on = values['starts_on'], values['ends_on'] or values['starts_on']
        assert isinstance(starts_on, date)
        assert isinstance(ends_on, date)
        same_as = f'{about}:{starts_on}:{ends_on}:{kept["item"]}'
        doubt, mark, more = _doubt(about, starts_on, ends_on, kept, known)
        if doubt is None or mark is None:
            return Graded(Grade.GOOD, kept, about=about, same_as=same_as, beside=beside)
        return Graded(Grade.ATTENTION, kept, [mark], doubt, about, same_as, beside | more)

    def span(self, graded: Graded) -> Span | None:
        """The days of somebody's hours of one item; a month is not gone over."""
        first = graded.values['starts_on']
        return Span(
            f'{graded.about}:{first[:7]}:{graded.values["item"]}', first, graded.values['ends_on'] or first, 'starts_on'
        )

    async def write(self, rows: Sequence[Row], common: Mapping[str, Any], *, by: Account) -> list[Written]:
        return await service_hours_record.write(rows, by=by)

    async def take_back(self, written: Sequence[Written], *, by: Account) -> dict[int, str]:
        return await service_hours_record.take_back(written)


async def _hours(ids: Sequence[int], span: tuple[date, date]) -> dict[str, list[Any]]:
    """What is on record of these people, of whatever unit, that touches the span of the file; by volunteer."""
    found: dict[str, list[Any]] = {}
    for begin in range(0, len(ids), _PEOPLE_AT_ONCE):
        people = list(ids[begin : begin + _PEOPLE_AT_ONCE])
        for row in await get_connection('default').execute_query_dict(_ON_RECORD, [people, *span]):
            entry = [row['first'], row['last'], row['item'], row['minutes'], row['unit_id'], row['unit'] or '其他單位']
            found.setdefault(str(row['volunteer_id']), []).append(
                [*entry, row['recorder'], dates.roc(dates.day_of(row['created_at']))]
            )
    return found


async def _covers(ids: Sequence[int]) -> dict[str, list[list[str]]]:
    rows = await get_connection('default').execute_query_dict(
        'SELECT volunteer_id, starts_on::text AS first, ends_on::text AS last FROM insurance_cover'
        ' WHERE volunteer_id = ANY($1::int[]) ORDER BY starts_on',
        [list(ids)],
    )
    found: dict[str, list[list[str]]] = {}
    for row in rows:
        found.setdefault(str(row['volunteer_id']), []).append([row['first'], row['last']])
    return found


def _person(values: Mapping[str, Value], known: Mapping[str, Any], marks: list[Mark]) -> int:
    number, name = values['identity_number'], values['name']
    if not isinstance(number, str):
        marks.append(Mark('identity_number', '請輸入身分證字號。'))
        return 0
    person = known['people'].get(number)
    if person is None:
        marks.append(Mark('identity_number', _unknown(number, known['place'])))
        return 0
    volunteer_id, registered = person
    if not isinstance(name, str):
        marks.append(Mark('name', f'請輸入姓名。此證號登記為「{registered}」。', registered, '填入此名'))
    elif name != registered and names.key(name) != known['keys'][number]:
        marks.append(Mark('name', f'此證號登記為「{registered}」。', registered, '改用此名'))
    return int(volunteer_id)


@lru_cache(2000)
def _unknown(number: str, place: str) -> str:
    """Why a number is nobody's here. Whether another unit knows it is not said: that is asked at 收編, and counted."""
    kind = IdentityKind.NATIONAL_ID if number[1:2] in ('1', '2') else IdentityKind.ARC
    if len(number) == 10 and number[:1].isalpha():
        try:
            identity_numbers.validate(kind, number)
        except identity_numbers.BadIdentityNumber as error:
            return str(error)
    return f'這個證號不在{place}的志工名單。請先收編或新增這位志工，再回到這裡重新檢查。'


def _entry(
    values: Mapping[str, Value], known: Mapping[str, Any], marks: list[Mark]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The entry as the form would have it, as JSON, and what stands beside its cells."""
    facts = tuple(values[key] for key in _FACTS)
    found = known['checked'].get(facts)
    if found is None:
        found = _checked(values, known)
        if len(known['checked']) < _MOST_REMEMBERED:
            known['checked'][facts] = found
    kept, beside, wrong = found
    marks += wrong
    return kept, beside


def _checked(
    cells: Mapping[str, Value], known: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str], Sequence[Mark]]:
    marks: list[Mark] = []
    beside: dict[str, str] = {}
    starts_on, ends_on = cells['starts_on'], cells['ends_on'] or cells['starts_on']
    values = {
        'starts_on': starts_on,
        'ends_on': ends_on,
        'item': _coded('item', cells['item'], known, marks, beside),
        'content': _coded('content', cells['content'], known, marks, beside),
        'minutes': _minutes(cells['hours'], cells['minutes'], marks),
        **{key: cells[key] for key in _NUMBERS},
        'area': _area(cells['area'], known, marks, beside),
        'remarks': _remarks(cells['remarks'], cells['served_abroad'], cells['served_at_home']),
    }
    said = {mark.column for mark in marks}
    for key, sentence in problems(SERVICE_HOURS, values).items():
        if key not in said:
            marks.append(Mark(_COLUMN_OF.get(key, key), sentence))
    _check_action(cells['action'], cells['serial'], marks)
    if isinstance(starts_on, date) and isinstance(ends_on, date):
        if (starts_on.year, starts_on.month) != (ends_on.year, ends_on.month):
            marks.append(Mark('ends_on', '起迄要在同一個月內。跨月的服務請分成一個月一列。'))
        elif starts_on.day == 1 and (ends_on + timedelta(days=1)).day == 1:
            beside['starts_on'] = '整月合計'
    kept = {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
    return kept, beside, marks


def _check_action(action: Value, serial: Value, marks: list[Mark]) -> None:
    if action is not None and str(action).upper() != 'A':
        sentence = f'匯入動作只收 A（新增），這裡是「{action}」。修改或刪除請到志工的「服務時數」頁。'
        marks.append(Mark('action', sentence, 'A', '改為 A'))
    elif serial is not None and action is not None:  # a list without that column numbers its rows 1, 2, 3
        marks.append(Mark('serial', '匯入動作 A（新增）的序號應為空白。'))


def _coded(which: str, text: Value, known: Mapping[str, Any], marks: list[Mark], beside: dict[str, str]) -> str | None:
    """The name of a code, which is what the record keeps; other words are taken as the form takes them.

    Digits alone are a code that must be on the list.
    """
    if not isinstance(text, str):
        return None
    codes: Mapping[str, str] = known[which]
    name = codes.get(text) or codes.get(text[:4]) or (text if text in codes.values() else None)
    label = '服務項目' if which == 'item' else '服務內容'
    if name is None and text.isdecimal():
        marks.append(Mark(which, f'沒有{label}代碼「{text[:20]}」。請對照下載專區的代碼表。'))
        return None
    if which == 'item' and text == OPENING:
        marks.append(Mark(which, f'「{OPENING}」是上線前的累計時數。請改用「{ImportKind.OPENING_HOURS.label}」匯入。'))
        return None
    if name is None:
        beside[which] = _NOT_LISTED
        return validation.tidy(text)
    if name != text:
        beside[which] = name
    return name


def _minutes(hours: Value, minutes: Value, marks: list[Mark]) -> int | None:
    """Never rounded: what is not half an hour is said, with what the rule would make of it."""
    hours, minutes = hours if isinstance(hours, int) else None, minutes if isinstance(minutes, int) else 0
    if minutes not in (0, 30):
        to = 0 if 0 < minutes < 30 else 30 if 30 < minutes < 60 else None
        marks.append(
            Mark(
                'minutes',
                f'分鐘只收 0 或 30（未滿半小時不計），這裡是 {minutes}。',
                '' if to is None else str(to),
                '' if to is None else f'改為 {to} 分',
            )
        )
        return None
    if hours is None:
        return minutes or None
    return hours * 60 + minutes


def _area(area: Value, known: Mapping[str, Any], marks: list[Mark], beside: dict[str, str]) -> str:
    """The name of the county of a letter; nothing is 中央, other words are taken as the form takes them."""
    if not isinstance(area, str):
        return ''
    letter = identity_numbers.compact(area)
    name = known['area'].get(letter) or (area if area in known['area'].values() else None)
    if name is None and not (letter.isascii() and len(letter) == 1):
        beside['area'] = _NOT_LISTED
        return validation.tidy(area)
    if name is None:
        marks.append(Mark('area', f'沒有服務區域代碼「{area[:10]}」。請填縣市的英文字母，中央請空白。'))
        return ''
    if name != area:
        beside['area'] = name
    return str(name)


def _remarks(remarks: Value, abroad: Value, at_home: Value) -> str:
    """The record has no column for where people were served, so it stands in the remarks and is not lost."""
    facts = [
        f'{label} {count}' for label, count in (('國外參與服務人次', abroad), ('國內參與服務人次', at_home)) if count
    ]
    return '\n'.join(filter(None, [str(remarks or ''), '、'.join(facts)]))


def _doubt(
    about: int, starts_on: date, ends_on: date, kept: Mapping[str, Any], known: Mapping[str, Any]
) -> tuple[Doubt | None, Mark | None, dict[str, str]]:
    """What speaks against writing the row, if anything: the record, the insurance, or the length of the day."""
    minutes = kept['minutes']
    if (opening := known['openings'].get(about)) and starts_on <= opening[0]:
        counted = f'已登錄累計到 {dates.roc(opening[0])} 的 {format_duration(opening[1])}'
        return Doubt.OVERLAP, Mark('starts_on', f'{counted}，這一列在那天以前，可能重複計算。'), {}
    entries = known['hours'].get(f'{about}:{starts_on:%Y-%m}')
    if entries and (found := _against_record(starts_on, ends_on, kept['item'], minutes, entries, known['unit'])):
        return found
    gap = _gap(known['covers'].get(about), starts_on, ends_on)
    if gap:
        days = dates.roc(gap[0])[4:] if gap[0] == gap[1] else f'{dates.roc(gap[0])[4:]} ～ {dates.roc(gap[1])[4:]}'
        return Doubt.UNINSURED, Mark('hours', f'{days} 沒有保險。'), {}
    if minutes > LONG_DAY_MINUTES * ((ends_on - starts_on).days + 1):
        return Doubt.UNUSUAL, Mark('hours', '一天超過 12 小時，請再確認。'), {}
    if starts_on < _LAW:
        return Doubt.UNUSUAL, Mark('starts_on', f'{dates.roc_long(starts_on)}早於志願服務法，請再確認年份。'), {}
    return None, None, {}


def _against_record(
    starts_on: date, ends_on: date, item: str, minutes: int, entries: Sequence[Any], unit: int
) -> tuple[Doubt, Mark, dict[str, str]] | None:
    touching = [entry for entry in entries if entry[0] <= ends_on and entry[1] >= starts_on]
    for first, last, known_item, known_minutes, unit_id, _, recorder, entered in touching:
        if unit_id == unit and known_item == item and (first, last) == (starts_on, ends_on):
            when = '同日' if first == last else '同期間'
            mark = Mark('item', f'{when}同項目已由{recorder}於 {entered} 登錄。')
            return Doubt.DUPLICATE, mark, {'hours': f'原紀錄 {format_duration(known_minutes)}'}
    for first, last, known_item, known_minutes, unit_id, *_ in touching:
        if unit_id == unit and known_item == item:  # the total of a month, and a day of it
            days = dates.roc(first) if first == last else f'{dates.roc(first)} ～ {dates.roc(last)}'
            mark = Mark('starts_on', f'與本單位 {days} 同項目的 {format_duration(known_minutes)}重疊，可能重複計算。')
            return Doubt.OVERLAP, mark, {}
    others = [entry for entry in touching if entry[4] != unit]
    same_day = [entry for entry in others if entry[0] == entry[1] == starts_on == ends_on]
    if same_day:
        theirs = sum(entry[3] for entry in same_day)
        mark = Mark('starts_on', f'與「{same_day[0][5]}」同日登錄的 {format_duration(theirs)}重疊。')
        return Doubt.OVERLAP, mark, {'hours': f'兩單位合計 {format_duration(minutes + theirs)}'}
    first = min([starts_on, *(entry[0] for entry in touching)])
    last = max([ends_on, *(entry[1] for entry in touching)])
    together = minutes + sum(entry[3] for entry in touching)
    if touching and together > ((last - first).days + 1) * DAY_MINUTES:
        mark = Mark('starts_on', f'加上同期間已登錄的時數共 {format_duration(together)}，超過這段期間的全部時間。')
        return Doubt.OVERLAP, mark, {}
    return None


def _joined(covers: Sequence[Sequence[str]]) -> list[tuple[date, date]]:
    """Covers without the seams between them, in order."""
    joined: list[tuple[date, date]] = []
    for first, last in sorted((date.fromisoformat(one), date.fromisoformat(other)) for one, other in covers):
        if joined and first <= joined[-1][1] + timedelta(days=1):
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


def _gap(covers: Sequence[tuple[date, date]] | None, starts_on: date, ends_on: date) -> tuple[date, date] | None:
    """The first days of the period without insurance, where it was interrupted; who has none on record has no gap.

    >>> _gap([(date(2026, 1, 1), date(2026, 10, 19))], date(2026, 10, 18), date(2026, 10, 21))
    (datetime.date(2026, 10, 20), datetime.date(2026, 10, 21))
    >>> _gap([], date(2026, 10, 18), date(2026, 10, 21)), _gap([(date(2027, 1, 1), date.max)], *[date(2026, 1, 1)] * 2)
    (None, None)
    """
    if not covers or starts_on < covers[0][0]:
        return None
    day = starts_on
    for first, last in covers:
        if day < first:
            return day, min(ends_on, first - timedelta(days=1))
        if day <= last:
            day = last + timedelta(days=1)
        if day > ends_on:
            return None
    return day, ends_on
