"""Record books that exist on paper only: what the tests and the bench print."""

import io
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

from PIL import Image, ImageDraw

from domain.logbook import service
from domain.logbook.book_pages import (
    Amount,
    Contents,
    Cover,
    Identity,
    Ledger,
    LedgerRow,
    ServiceLine,
    TrainingLine,
    Trainings,
    Verification,
)

RECORDER = '林小滿'


def a_book(services: int = 9, **changes: Any) -> Contents:
    """A book with four filled leaves (基本資料, 教育訓練, 服務紀錄, 登錄事項); more `services` need more leaves."""
    book = Contents(
        number='中市文志字第115000128號',
        printed_on='115.09.30',
        printed='民國 115 年 9 月 30 日 14:05',
        cover=Cover('臺中市政府文化局', '中華民國一一五年三月'),
        identity=Identity(
            name='王小明',
            english_name='WANG, HSIAO-MING',
            sex='男',
            identity_label='身分證字號',
            identity_number='A12****789',
            born='民國 74 年 5 月 12 日',
            unit='示例文化中心',
            team='藝文導覽志工隊',
            issue_kind='初次',
            issued='民國 115 年 3 月 23 日',
            issued_in_words='中華民國一一五年三月二十三日',
            photo=a_portrait(),
        ),
        trainings=some_trainings(),
        service=service.on_leaves(served(services)),
        ledgers=some_ledgers(),
        verification=Verification('https://record-book.example.gov.tw/verify/K7F3-92MD-4QXT', 'K7F3-92MD-4QXT'),
    )
    return replace(book, **changes)


def some_trainings() -> Trainings:
    return Trainings(
        lines=(
            TrainingLine(
                '115.03.08', '志工基礎訓練', '基礎訓練', '6', '00', '示例文化中心', '示文訓字第1150220003號', RECORDER
            ),
            TrainingLine(
                '115.03.14\n～03.15',
                '藝文志工特殊訓練',
                '特殊訓練\n(文化)',
                '6',
                '00',
                '示例文化中心',
                '示文訓字第1150226001號',
                RECORDER,
            ),
            TrainingLine(
                '115.05.16',
                '展場導覽與口語表達',
                '成長訓練',
                '3',
                '00',
                '示例文化中心',
                '示文訓字第1150420007號',
                RECORDER,
            ),
            TrainingLine(
                '115.08.22', '與長者溝通及無障礙服務', '其他在職訓練', '2', '30', '示例社區大學', '—', RECORDER
            ),
        ),
        subtotals=(
            Amount('基礎訓練　小計', '6', '00', note='共 1 次'),
            Amount('特殊訓練　小計', '6', '00', note='共 1 次'),
            Amount('成長訓練　小計', '3', '00', note='共 1 次'),
            Amount('其他在職訓練　小計', '2', '30', note='共 1 次'),
        ),
        total=Amount('合　計', '17', '30', note='共 4 次'),
    )


def served(count: int, **changes: Any) -> list[service.Served]:
    """`count` services, one every ten days from 115.04.05, of two to four hours."""
    kinds = [
        ('引導服務', '展場導覽', 180, 42),
        ('資料整理', '展品編目', 150, 0),
        ('活動支援服務', '讀書節接待', 240, 120),
    ]
    entries = []
    for number in range(count):
        content, detail, minutes, persons = kinds[number % 3]
        day = date(2026, 4, 5) + timedelta(days=10 * number)
        hours, rest = service.hours_and_minutes(minutes)
        line = ServiceLine(
            dates=f'{day.year - 1911}.{day:%m.%d}',
            item='文化服務',
            content=content,
            detail=detail,
            hours=hours,
            minutes=rest,
            persons=str(persons or '—'),
            unit='示例文化中心',
            recorder=RECORDER,
        )
        entries.append(service.Served(replace(line, **changes), (day.year, day.month), minutes, persons))
    return entries


def some_ledgers() -> tuple[Ledger, ...]:
    return (
        Ledger(
            'units',
            '服務單位異動',
            ('運用單位名稱', '所屬志工隊', '起訖日期', '收編狀態'),
            (LedgerRow(('示例文化中心', '藝文導覽志工隊', '115.03.01～', '收編中')),),
        ),
        Ledger(
            'insurance',
            '保險',
            ('投保期間', '保險公司', '保單號碼', '保險項目'),
            (LedgerRow(('115.03.01\n～116.02.28', '示例產物保險', 'VL115-000456', '志工意外團體保險'), RECORDER),),
        ),
        Ledger(
            'awards',
            '獎勵獎項',
            ('日期', '獎勵名稱', '獎勵單位', '字號'),
            (LedgerRow(('115.06.30', '第二季優良志工', '示例文化中心', '示文獎字第1150630002號'), RECORDER),),
        ),
        Ledger('cards', '榮譽卡', ('核發日期', '有效期限', '採計時數起訖', '卡號', '發給縣市')),
        Ledger('certificates', '服務績效證明', ('核發日期', '字號', '服務期間', '服務時數')),
        Ledger(
            'others',
            '其他登錄事項',
            ('日期', '事由', '登錄單位'),
            (LedgerRow(('115.08.22', '更新個人照片', '示例文化中心'), RECORDER),),
        ),
    )


@cache
def a_portrait() -> bytes:
    """A JPEG of 900 × 1200: nobody, drawn."""
    picture = Image.new('RGB', (900, 1200), '#dde5e2')
    draw = ImageDraw.Draw(picture)
    draw.polygon([(50, 1200), (120, 960), (380, 860), (520, 860), (780, 960), (850, 1200)], fill='#2c4a5a')
    draw.ellipse((270, 260, 630, 790), fill='#e9c09d')
    draw.pieslice((250, 200, 650, 620), 180, 360, fill='#272829')
    target = io.BytesIO()
    picture.save(target, 'JPEG', quality=88)
    return target.getvalue()
