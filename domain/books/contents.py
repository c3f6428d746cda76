"""What a record book says, read from the database and written out as it will stand on paper."""

import logging
from collections.abc import Sequence
from datetime import date

from db.choices import BookStatus, MembershipStatus, TrainingKind
from db.models import (
    Award,
    ClosedRecord,
    HonorCard,
    InsuranceCover,
    Membership,
    OtherEntry,
    PerformanceCertificate,
    RecordBook,
    ServiceHours,
    Training,
    Volunteer,
)

from .. import dates, files
from ..errors import DomainError
from ..logbook import service
from ..logbook.book_pages import (
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
from ..volunteers import basics
from . import book_days

log = logging.getLogger(__name__)

__all__ = ['Contents', 'gather']

_DIGITS = '〇一二三四五六七八九'


class PhotoLost(DomainError):
    """The disk has lost the photo, which belongs on the book."""

    def __init__(self) -> None:
        super().__init__(
            '志工照片的檔案打不開，可能已遺失，所以沒有印出紀錄冊。請運用單位重新上傳照片後再印；其他資料都還在。'
        )


class Sealed(DomainError):
    """The record of the person is closed: a book without name and birth date is none."""

    def __init__(self) -> None:
        super().__init__(
            '這位志工離開單位後，紀錄已經封存，所以沒有印出紀錄冊。先前印出或下載的紀錄冊不受影響；'
            '需要再印時，請由原單位解除封存，或重新收編。'
        )


async def gather(
    book: RecordBook, identity_number: str | None = None, verification: Verification | None = None
) -> Contents:
    """Everything that `book` says today.

    `identity_number` is printed as given: whoever opens the sealed number writes the access log; without it, the masked
    one is printed. The book belongs to the person, so the entries of every unit are in it (管理辦法 §7).
    """
    await book.fetch_related('agency', 'application', 'volunteer__photo')
    volunteer = book.volunteer
    if await ClosedRecord.exists(volunteer_id=volunteer.id):
        raise Sealed
    memberships = await Membership.filter(volunteer=volunteer).select_related('host_unit', 'team').order_by('joined_on')
    now = dates.now()
    return Contents(
        number=book.number,
        printed_on=dates.roc_dotted(now.date()),
        printed=f'{dates.roc_long(now.date())} {now:%H:%M}',
        cover=Cover(
            agency=book.issued_by or book.agency.name,
            issued=_in_words(book.issued_on, with_day=False) if book.issued_on else '',
        ),
        identity=await _identity(book, volunteer, memberships, identity_number or volunteer.identity_masked),
        trainings=await _trainings(volunteer),
        service=service.on_leaves(await _served(volunteer)),
        ledgers=(
            _units(memberships),
            await _insurance(volunteer),
            await _awards(volunteer),
            await _honor_cards(volunteer),
            await _certificates(volunteer),
            await _other_entries(volunteer),
        ),
        remarks=_remarks(book),
        verification=verification,
    )


async def _identity(
    book: RecordBook, volunteer: Volunteer, memberships: Sequence[Membership], identity_number: str
) -> Identity:
    current = [membership for membership in memberships if membership.status is MembershipStatus.ACTIVE]
    return Identity(
        name=volunteer.name,
        english_name=volunteer.english_name,
        sex=volunteer.sex.label,
        identity_label=volunteer.identity_kind.label,
        identity_number=identity_number,
        born=dates.roc_long(volunteer.born_on),
        unit='、'.join(membership.host_unit.name for membership in current),
        team='、'.join(membership.team.name for membership in current if membership.team),
        issue_kind=book.kind.label,
        issued=dates.roc_long(book.issued_on) if book.issued_on else book_days.WAIVED,
        first_issued=_first_issued(book),
        issued_in_words=_in_words(book.issued_on) if book.issued_on else '',
        legacy_number=await _legacy_number(book, volunteer),
        notice=_notice(book),
        photo=await _photo(volunteer),
    )


async def _legacy_number(book: RecordBook, volunteer: Volunteer) -> str:
    """The number of the paper book that this one goes back to, else what 基本資料 says."""
    at: RecordBook | None = book
    while at is not None and at.earlier_id and not at.is_paper:
        at = await RecordBook.get_or_none(id=at.earlier_id)
    if at is not None and at.is_paper:
        return '' if at.id == book.id else at.number
    return basics.legacy_number(volunteer)


def _first_issued(book: RecordBook) -> str:
    """首次發冊日 of a book that was renewed."""
    if not book_days.first(book):
        return ''
    return dates.roc_long(book.first_issued_on) if book.first_issued_on else book_days.UNKNOWN


def _notice(book: RecordBook) -> str:
    if book.status is not BookStatus.IN_USE:
        return f'本冊{book.status.label}，僅供查考'
    return '舊制紙本紀錄冊，本件為登記資料' if book.is_paper else ''


def _remarks(book: RecordBook) -> tuple[str, ...]:
    said = book.application.remarks if book.application else ''
    return tuple(line for line in said.splitlines() if line.strip())


async def _photo(volunteer: Volunteer) -> bytes | None:
    try:
        return await files.content_of(volunteer.photo) if volunteer.photo else None
    except LookupError:
        log.exception('the photo of volunteer %s cannot be read', volunteer.id)
        raise PhotoLost from None


async def _trainings(volunteer: Volunteer) -> Trainings:
    trainings = await Training.filter(volunteer=volunteer).select_related('field', 'created_by')
    lines = []
    for training in trainings:
        kind = training.kind.label
        if training.kind is TrainingKind.SPECIAL:
            kind += f'\n({training.field.name})'
        hours, minutes = service.hours_and_minutes(training.minutes)
        lines.append(
            TrainingLine(
                dates=_period(training.starts_on, training.ends_on),
                title=training.title,
                kind=kind,
                hours=hours,
                minutes=minutes,
                provider=training.provider,
                approval=training.approval_reference or '—',
                recorder=training.created_by.name,
            )
        )
    of_kind = [(kind, [training for training in trainings if training.kind is kind]) for kind in TrainingKind]
    return Trainings(
        lines=tuple(lines),
        subtotals=tuple(_training_amount(f'{kind.label}　小計', some) for kind, some in of_kind if some),
        total=_training_amount('合　計', trainings),
    )


def _training_amount(label: str, trainings: Sequence[Training]) -> Amount:
    hours, minutes = service.hours_and_minutes(sum(training.minutes for training in trainings))
    return Amount(label, hours, minutes, note=f'共 {sum(training.sessions for training in trainings)} 次')


async def _served(volunteer: Volunteer) -> list[service.Served]:
    entries = await ServiceHours.filter(volunteer=volunteer).select_related('entered_by_unit', 'recorder')
    served = []
    for entry in entries:
        hours, minutes = service.hours_and_minutes(entry.minutes)
        line = ServiceLine(
            dates=_period(entry.starts_on, entry.ends_on),
            item=entry.item,
            content=entry.content,
            detail=entry.remarks,
            hours=hours,
            minutes=minutes,
            persons=str(entry.persons_served or '—'),
            unit=entry.entered_by_unit.name if entry.entered_by_unit else '',
            recorder=entry.recorder.name,
        )
        month = (entry.starts_on.year, entry.starts_on.month)
        served.append(service.Served(line, month, entry.minutes, entry.persons_served))
    return served


def _units(memberships: Sequence[Membership]) -> Ledger:
    return Ledger(
        'units',
        '服務單位異動',
        ('運用單位名稱', '所屬志工隊', '起訖日期', '收編狀態'),
        tuple(
            LedgerRow(
                (
                    membership.host_unit.name,
                    membership.team.name if membership.team else '—',
                    _period(membership.joined_on, membership.left_on),
                    membership.status.label,
                )
            )
            for membership in memberships
        ),
    )


async def _insurance(volunteer: Volunteer) -> Ledger:
    covers = await InsuranceCover.filter(volunteer=volunteer).select_related('recorder')
    return Ledger(
        'insurance',
        '保險',
        ('投保期間', '保險公司', '保單號碼', '保險項目'),
        tuple(
            LedgerRow(
                (_period(cover.starts_on, cover.ends_on), cover.insurer, cover.policy_number, _insured(cover)),
                cover.recorder.name,
            )
            for cover in covers
        ),
    )


def _insured(cover: InsuranceCover) -> str:
    benefits = (('身故', cover.death_benefit), ('醫療', cover.medical_benefit), ('住院日額', cover.daily_benefit))
    return '\n'.join([cover.kind.label, *(f'{what} {benefit:,} 元' for what, benefit in benefits if benefit)])


async def _awards(volunteer: Volunteer) -> Ledger:
    awards = await Award.filter(volunteer=volunteer).select_related('recorder')
    return Ledger(
        'awards',
        '獎勵獎項',
        ('日期', '獎勵名稱', '獎勵單位', '字號'),
        tuple(
            LedgerRow(
                (
                    dates.roc_dotted(award.awarded_on),
                    f'{award.title} {award.level}'.strip(),
                    award.awarded_by,
                    award.reference or '—',
                ),
                award.recorder.name,
            )
            for award in awards
        ),
    )


async def _honor_cards(volunteer: Volunteer) -> Ledger:
    cards = await HonorCard.filter(volunteer=volunteer).select_related('county', 'recorder')
    return Ledger(
        'cards',
        '榮譽卡',
        ('核發日期', '有效期限', '採計時數起訖', '卡號', '發給縣市'),
        tuple(
            LedgerRow(
                (
                    dates.roc_dotted(card.issued_on),
                    dates.roc_dotted(card.valid_until),
                    _period(card.counted_from, card.counted_to) if card.counted_from else '—',
                    card.number,
                    card.county.name,
                ),
                card.recorder.name,
            )
            for card in cards
        ),
    )


async def _certificates(volunteer: Volunteer) -> Ledger:
    certificates = await PerformanceCertificate.filter(volunteer=volunteer).select_related('recorder')
    return Ledger(
        'certificates',
        '服務績效證明',
        ('核發日期', '字號', '服務期間', '服務時數'),
        tuple(
            LedgerRow(
                (
                    dates.roc_dotted(certificate.issued_on),
                    certificate.reference,
                    _period(certificate.starts_on, certificate.ends_on),
                    '{} 時 {} 分'.format(*service.hours_and_minutes(certificate.minutes)),
                ),
                certificate.recorder.name,
            )
            for certificate in certificates
        ),
    )


async def _other_entries(volunteer: Volunteer) -> Ledger:
    entries = await OtherEntry.filter(volunteer=volunteer).select_related('entered_by_unit', 'recorder')
    return Ledger(
        'others',
        '其他登錄事項',
        ('日期', '事由', '登錄單位'),
        tuple(
            LedgerRow(
                (
                    dates.roc_dotted(entry.occurred_on),
                    f'{entry.subject}\n{entry.reference}'.strip(),
                    entry.entered_by_unit.name if entry.entered_by_unit else '—',
                ),
                entry.recorder.name,
            )
            for entry in entries
        ),
    )


def _period(start: date, end: date | None) -> str:
    """One day, or two lines from and to; what the second date shares with the first is left out.

    >>> _period(date(2026, 3, 14), date(2026, 3, 14)), _period(date(2026, 3, 14), None)
    ('115.03.14', '115.03.14～')
    >>> _period(date(2026, 3, 14), date(2026, 4, 1)), _period(date(2026, 3, 14), date(2027, 3, 13))
    ('115.03.14\\n～04.01', '115.03.14\\n～116.03.13')
    """
    if end is None:
        return f'{dates.roc_dotted(start)}～'
    if start == end:
        return dates.roc_dotted(start)
    return f'{dates.roc_dotted(start)}\n～{f"{end:%m.%d}" if start.year == end.year else dates.roc_dotted(end)}'


def _in_words(day: date, with_day: bool = True) -> str:
    """The date as official documents spell it.

    >>> _in_words(date(2026, 3, 23)), _in_words(date(2021, 10, 30), with_day=False)
    ('中華民國一一五年三月二十三日', '中華民國一一〇年十月')
    """
    year = ''.join(_DIGITS[int(digit)] for digit in str(dates.roc_year(day)))
    return f'中華民國{year}年{_numeral(day.month)}月' + (f'{_numeral(day.day)}日' if with_day else '')


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = '' if tens == 0 else '十' if tens == 1 else _DIGITS[tens] + '十'
    return head + (_DIGITS[ones] if ones else '')
