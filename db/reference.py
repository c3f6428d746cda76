"""Reference data of a new office: counties, fields, agencies, code lists, required hours, rules.

A list is filled while it is empty; from then on it is the administrator's, and nothing edited, renamed or removed is
filled again. (Agencies are filled county by county.) Later additions need a migration.

agencies.csv (law.md#agencies): `document_word` (機關代字) is our proposal everywhere, since the official ones are not
published; `name_is_sure` tells whether the name is the official one, `note` why not, or what else is unsure.
service_codes.csv (law.md#service-codes): `is_official` no = our code. rules.csv: what 送審前體檢 checks
(domain.readiness); rows of a key stand together, one without kind applies to all kinds. privacy_notice.csv: 告知事項.
"""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from . import locks, transaction
from .choices import Demand, IssueKind, TrainingKind
from .locks import Lock
from .models import Agency, County, Field, PrivacyNotice, RequiredHours, Rule, ServiceCode

# Code and ID-card letter, in the order of the official statistics (law.md#counties). First what is no county: the
# agencies of the nation (law.md#central-agencies) issue books beside those of the counties.
CENTRAL = ('00000', '中央', '')
COUNTIES = (
    ('65000', '新北市', 'F'),
    ('63000', '臺北市', 'A'),
    ('68000', '桃園市', 'H'),
    ('66000', '臺中市', 'B'),
    ('67000', '臺南市', 'D'),
    ('64000', '高雄市', 'E'),
    ('10002', '宜蘭縣', 'G'),
    ('10004', '新竹縣', 'J'),
    ('10005', '苗栗縣', 'K'),
    ('10007', '彰化縣', 'N'),
    ('10008', '南投縣', 'M'),
    ('10009', '雲林縣', 'P'),
    ('10010', '嘉義縣', 'Q'),
    ('10013', '屏東縣', 'T'),
    ('10014', '臺東縣', 'V'),
    ('10015', '花蓮縣', 'U'),
    ('10016', '澎湖縣', 'X'),
    ('10017', '基隆市', 'C'),
    ('10018', '新竹市', 'O'),
    ('10020', '嘉義市', 'I'),
    ('09020', '金門縣', 'W'),
    ('09007', '連江縣', 'Z'),
)

# The official list is not published; this one is ours (law.md#fields).
FIELDS = (
    *('社會福利', '文化', '教育', '環境保護', '衛生保健', '消防救難', '警政', '民政', '戶政', '地政', '稅務', '勞動'),
    *('體育', '觀光', '農業', '交通', '經濟', '法務', '原住民族', '客家', '性侵害防治', '家庭暴力防治', '長期照顧'),
    *('毒品防制', '動物保護', '廉政', '其他'),
)

# Kind, field, minutes, completed from, completed to, source (law.md#required-hours). 0 minutes: a training is required,
# its hours are not checked.
REQUIRED_HOURS = (
    (TrainingKind.BASIC, None, 12 * 60, None, date(2017, 12, 31), '民國106年以前的基礎訓練課程為12小時，舊證書仍有效'),
    (TrainingKind.BASIC, None, 6 * 60, date(2018, 1, 1), None, '衛生福利部公告：民國107年起基礎訓練課程為6小時'),
    (TrainingKind.SPECIAL, '社會福利', 6 * 60, None, None, '社會福利類特殊訓練課程為6小時'),
    (TrainingKind.SPECIAL, None, 0, None, None, '志願服務法 §9：由各目的事業主管機關或運用單位自訂，時數不檢查'),
)


async def fill() -> None:
    """Fill the lists that are empty. Idempotent, also for processes that start at the same time."""
    async with transaction():
        await locks.alone(Lock.REFERENCE)
        await _fill_counties()
        await _fill_fields()
        await _fill_agencies()
        await _fill_service_codes()
        await _fill_required_hours()
        await _fill_rules()
        await _fill_privacy_notice()


async def _fill_counties() -> None:
    if not await County.exists():
        await County.bulk_create(
            County(code=code, name=name, letter=letter, position=position)
            for position, (code, name, letter) in enumerate((CENTRAL, *COUNTIES))
        )


async def _fill_fields() -> None:
    if not await Field.exists():
        await Field.bulk_create(Field(name=name, position=position) for position, name in enumerate(FIELDS, 1))


async def _fill_agencies() -> None:
    known = {agency.county_id for agency in await Agency.all()}
    fields = await _fields()
    await Agency.bulk_create(
        Agency(
            county_id=row['county'],
            name=row['name'],
            document_word=row['document_word'],
            field_id=fields.get(row['field']),
            position=position,
        )
        for position, row in enumerate(_rows('agencies.csv'), 1)
        if row['county'] not in known
    )


async def _fill_service_codes() -> None:
    known = {code.list for code in await ServiceCode.all()}
    await ServiceCode.bulk_create(
        ServiceCode(list=row['list'], code=row['code'], name=row['name'], is_official=row['is_official'] == 'yes')
        for row in _rows('service_codes.csv')
        if row['list'] not in known
    )


async def _fill_required_hours() -> None:
    if await RequiredHours.exists():
        return
    fields = await _fields()
    await RequiredHours.bulk_create(
        RequiredHours(
            kind=kind,
            field_id=fields.get(field) if field else None,
            minutes=minutes,
            completed_from=completed_from,
            completed_to=completed_to,
            source=source,
        )
        for kind, field, minutes, completed_from, completed_to, source in REQUIRED_HOURS
        # The rule of a field that was removed is left out: without its field it would apply to every field.
        if field is None or field in fields
    )


async def _fill_rules() -> None:
    if await Rule.exists():
        return
    rows = list(_rows('rules.csv'))
    keys = list(dict.fromkeys(row['key'] for row in rows))
    await Rule.bulk_create(
        Rule(
            key=row['key'],
            label=row['label'],
            kind=next((kind for kind in IssueKind if kind.value == row['kind']), None),
            demand=next(demand for demand in Demand if demand.value == row['demand']),
            by_eye=row['by_eye'] == 'yes',
            parts=row['parts'],
            source=row['source'],
            note=row['note'],
            position=keys.index(row['key']) + 1,
        )
        for row in rows
    )


async def _fill_privacy_notice() -> None:
    if not await PrivacyNotice.exists():
        await PrivacyNotice.create(sections={row['key']: row['text'] for row in _rows('privacy_notice.csv')})


async def _fields() -> dict[str, int]:
    return {field.name: field.id for field in await Field.all()}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding='utf-8', newline='') as lines:
        yield from csv.DictReader(lines)
