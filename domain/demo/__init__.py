"""A demo office to try the system with: two host units, two reviewers, volunteers at every stage of the way.

It is made by the services themselves, on first start when asked for and only in an empty office. The people are made
up; their numbers are passport numbers that begin with DEMO, because any valid national number may be somebody's. The
passwords are drawn at random for this office and kept in its private data folder.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID

from tortoise.connection import get_connection

from db import transaction, unhurried
from db.choices import CorrectionReason, FileKind, IdentityKind, InsuranceKind, Place, Role, Sex, TrainingKind
from db.models import (
    Account,
    Application,
    Correction,
    County,
    Field,
    HostUnit,
    PrivacyNotice,
    Roster,
    Team,
    Training,
    Volunteer,
)

from .. import (
    applications,
    book_numbers,
    corrections,
    dates,
    departures,
    directory,
    files,
    ledgers,
    pictures,
    private_files,
    reviews,
    rosters,
    settings,
    sign_offs,
    trainings,
    volunteers,
)
from ..accounts import passwords
from ..books import paper_books
from ..books.paper_books import PaperBookDetails
from ..calendar import office_calendar
from ..corrections import TEXTS, Anchor
from ..pictures import Picture
from ..sign_offs import Asking
from ..trainings.details import TrainingDetails
from ..volunteers.basics import VolunteerDetails
from . import account_requests, sample_pictures

# Any number will do, as long as nothing else in the database uses it.
_LOCK = 20_261_131
ACCOUNTS = (
    ('clerk', '林小滿', Role.UNIT_STAFF, '單位承辦人'),
    ('clerk2', '沈小川', Role.UNIT_STAFF, '單位承辦人（另一個單位）'),
    ('reviewer', '何專員', Role.REVIEWER, '志工業務窗口'),
    ('reviewer2', '王專員', Role.REVIEWER, '志工業務窗口（機關主管）'),
    ('admin', '系統管理者', Role.ADMINISTRATOR, '系統管理者'),
    ('supervisor', '高督導', Role.SUPERVISOR, '志工督導'),
    ('county', '社會局承辦人', Role.COUNTY, '縣市主管機關'),
    ('ministry', '衛福部承辦人', Role.MINISTRY, '衛生福利部'),
    ('inspector', '稽核人員', Role.INSPECTOR, '稽核人員'),
)
UNITS = (('示例文化中心', '(04)0000-1234', '藝文導覽志工隊'), ('範例圖書館', '(04)0000-5678', '閱讀推廣志工隊'))


@dataclass(frozen=True)
class Person:
    """A made-up volunteer and how far the application has come.

    `days_ago`: when the application was sent; one that is overdue was sent earlier where the calendar asks for it.
    """

    name: str
    english_name: str
    sex: Sex
    born_on: date
    stage: str
    days_ago: int = 0
    clerk: str = 'clerk'


PEOPLE = (
    Person('王小明', 'WANG, HSIAO-MING', Sex.MALE, date(1985, 5, 12), 'approved', 40),
    Person('谷辣斯．尤達卡', 'Kulas Yutaka', Sex.FEMALE, date(1990, 8, 21), 'overdue', 5),
    Person('張小安', 'CHANG, HSIAO-AN', Sex.FEMALE, date(1972, 11, 3), 'submitted', 3),
    Person('周小晴', 'CHOU, HSIAO-CHING', Sex.FEMALE, date(1990, 8, 21), 'submitted', 1),
    Person('陳小華', 'CHEN, HSIAO-HUA', Sex.MALE, date(1957, 3, 30), 'returned', 4),
    Person('吳小堃', 'WU, HSIAO-KUN', Sex.MALE, date(1968, 1, 15), 'ready'),
    Person('𠮷田小犇', 'YOSHIDA', Sex.FEMALE, date(2001, 6, 9), 'untrained'),
    Person('郭小樂', 'KUO, HSIAO-LE', Sex.MALE, date(1979, 2, 27), 'mended', 6),
    Person('林小風', 'LIN, HSIAO-FENG', Sex.MALE, date(1963, 9, 2), 'approved', 27, 'clerk2'),
    Person('許小山', 'HSU, HSIAO-SHAN', Sex.MALE, date(1995, 12, 24), 'rejected', 20, 'clerk2'),
    Person('李小文', 'LI, HSIAO-WEN', Sex.FEMALE, date(1988, 4, 18), 'listed', 2, 'clerk2'),
    Person('鄭小雨', 'CHENG, HSIAO-YU', Sex.FEMALE, date(1999, 7, 7), 'listed', 2, 'clerk2'),
    Person('蔡小晨', 'TSAI, HSIAO-CHEN', Sex.FEMALE, date(1955, 10, 30), 'untrained', 2, 'clerk2'),
    Person('高小松', 'KAO, HSIAO-SUNG', Sex.MALE, date(1961, 4, 4), 'paper', 8, 'clerk2'),
    Person('溫小石', 'WEN, HSIAO-SHIH', Sex.FEMALE, date(1966, 6, 16), 'paper', 8, 'clerk2'),
    Person('莊小禾', 'CHUANG, HSIAO-HO', Sex.FEMALE, date(1952, 2, 11), 'left', 90),
)
# People of the second unit whose books of the old system are at each stage; the first was refused a second one.
PAPERS = (('許小山', '000731', 'waiting'), ('高小松', '000712', 'returned'), ('溫小石', '000645', 'confirmed'))
# Those of the second unit who wait are sent in as a roster; one of them comes back, one is not ready yet.
ROSTER = '範例圖書館志工名冊第一批'
SIDES = ('正面', '反面')
NOTICE_DAYS = 365


async def offer() -> list[str]:
    """Make the demo office if the office is empty; the lines that tell its addresses and accounts, if it is a demo."""
    kept = settings.current().data_dir / 'demo-accounts.json'
    if not await Account.exists():
        with unhurried():
            async with transaction():
                await _alone()
                if not await Account.exists():
                    await _make(kept)
    return _told(kept)


async def _alone() -> None:
    """Two first starts make one demo: the second waits here as long as it takes."""
    ask = get_connection('default').execute_query
    await ask('SELECT set_config($1, $2, true)', ['lock_timeout', '0'])
    await ask('SELECT pg_advisory_xact_lock($1)', [_LOCK])


def _told(kept: Path) -> list[str]:
    if not kept.exists():
        return []
    lines = [f'{who["role"]}：帳號 {who["username"]}　密碼 {who["password"]}' for who in json.loads(kept.read_text())]
    return ['示範帳號（只供試用，每次安裝都不同）：', *(f'  {line}' for line in lines)]


async def _make(kept: Path) -> None:
    county, preset = await directory.defaults()
    agency = await directory.agency(preset.id)
    agency.email, agency.phone = 'culture@example.gov.tw', '(04)0000-9012'
    await agency.save()
    await office_calendar.fill_ahead()
    # Nobody consents to a notice that is not there yet.
    await PrivacyNotice.all().update(published_at=_days_ago(NOTICE_DAYS))
    units = [await _unit(name, phone, team, county) for name, phone, team in UNITS]
    told, staff = [], {}
    for n, (username, name, role, label) in enumerate(ACCOUNTS):
        password = passwords.generated()
        staff[username] = await Account.create(
            username=username,
            name=name,
            role=role,
            password_hash=await passwords.hash_password(password),
            email=f'{username}@example.com',
            phone='(04)0000-1234',
            host_unit=units[n] if role is Role.UNIT_STAFF else units[1] if role is Role.SUPERVISOR else None,
            agency=agency if role is Role.REVIEWER else None,
            county=county if role is Role.COUNTY else None,
            is_agency_supervisor=username == 'reviewer2',
            is_unit_administrator=username == 'clerk',
        )
        told.append({'role': label, 'username': username, 'password': password})
    for number, person in enumerate(PEOPLE, 1):
        password = passwords.generated()
        await _person(person, number, password, staff)
        if number == 1:
            await Account.filter(role=Role.VOLUNTEER).update(must_change_password=False)
            told.append({'role': '志工', 'username': _passport(number), 'password': password})
    await _roster(staff['clerk2'], staff['reviewer2'])
    await _asked_to_sign(staff['clerk2'])
    await _papers(staff['clerk2'], staff['reviewer2'])
    await account_requests.make(staff['county'], agency)
    private_files.write(kept, json.dumps(told, ensure_ascii=False))


async def _asked_to_sign(clerk: Account) -> None:
    """What came back of the roster waits for the unit's 志工督導, who is asked without being demanded."""
    roster = await Roster.get(host_unit_id=clerk.host_unit_id)
    await sign_offs.ask(roster, Asking(of_account=True), by=clerk)


async def _unit(name: str, phone: str, team: str, county: County) -> HostUnit:
    unit = await HostUnit.create(name=name, county=county, phone=phone, email='unit@example.com')
    await Team.create(host_unit=unit, name=team)
    return unit


async def _person(person: Person, number: int, password: str, staff: dict[str, Account]) -> None:
    """One volunteer, brought as far as `person.stage`, on the day it would have happened."""
    clerk, reviewer = staff[person.clerk], staff['reviewer']
    days_ago = await _days_overdue(person) if person.stage == 'overdue' else person.days_ago
    with dates.frozen(_days_ago(days_ago)):
        volunteer = await volunteers.register(await _details(person, number, password, clerk), by=clerk)
        team = await Team.get(host_unit_id=clerk.host_unit_id)
        await volunteers.assign_team(volunteer, team.id, by=clerk)
        if person.stage == 'left':
            await departures.leave(volunteer, (await departures.leaving(volunteer, by=clerk)).seen, by=clerk)
        if person.stage in ('untrained', 'paper', 'left'):
            return
        for kind, title, ago in (
            (TrainingKind.BASIC, '志工基礎訓練', 60),
            (TrainingKind.SPECIAL, '文化志工特殊訓練', 50),
        ):
            await trainings.record(volunteer, await _training(person, kind, title, ago, clerk), by=clerk)
        await _insure(volunteer, clerk)
        if person.stage in ('ready', 'listed'):
            return
        application = await applications.save(await applications.defaults(), of=volunteer, by=clerk)
        application = await applications.submit(application, by=clerk)
    # The answer comes a day later, but not tomorrow.
    with dates.frozen(_days_ago(max(days_ago - 1, 0))):
        if person.stage in ('returned', 'mended'):
            await _mark(application, reviewer)
            await reviews.return_for_correction(application, '', application.version, by=reviewer)
        elif person.stage == 'rejected':
            reason = '證書不是本人的。請改送本人的結業證書，重新申請。'
            await reviews.reject(application, reason, application.version, by=reviewer)
        elif person.stage == 'approved':
            await reviews.approve(application, application.version, by=reviewer)
            await _serve(volunteer, clerk)
    if person.stage == 'mended':
        with dates.frozen(_days_ago(1)):
            await _mend(application, number, clerk)


async def _mark(application: Application, reviewer: Account) -> None:
    """Three marks: the photo, a spot of a certificate, a number of hours."""
    training = await Training.filter(volunteer_id=application.volunteer_id, kind=TrainingKind.SPECIAL).get()
    for anchor, reason, text in (
        (Anchor(Place.BASICS, 'photo'), CorrectionReason.BLURRED, '臉部有反光，看不清楚。請重新拍攝後上傳。'),
        (
            Anchor(Place.TRAINING, 'certificate_back', training.id, 0.82, 0.81),
            CorrectionReason.BLURRED,
            '證書反面看不清用印，請重新掃描後上傳。',
        ),
        (
            Anchor(Place.TRAINING, 'hours', training.id),
            CorrectionReason.TOO_FEW_HOURS,
            '證書反面的各科時數加起來與登錄的時數不同。請對照證書修改；若證書沒有錯，請說明。',
        ),
    ):
        await corrections.mark(application, anchor, reason, text, by=reviewer)


async def _mend(application: Application, number: int, clerk: Account) -> None:
    """A new photo, a clearer scan, and a word of one's own about the hours; then sent again."""
    volunteer = await volunteers.get(application.volunteer_id, by=clerk)
    details = VolunteerDetails.from_record(volunteer)
    details.photo = await _photo(2 * number + 40, clerk)
    await volunteers.amend(volunteer, details, version=volunteer.version, by=clerk)
    training = await Training.filter(volunteer_id=volunteer.id, kind=TrainingKind.SPECIAL).get()
    scanned = TrainingDetails.from_record(training)
    unit = await HostUnit.get(id=clerk.host_unit_id)
    again = await _scan('反面', volunteer.name, training.title, training.starts_on, unit)
    scanned.certificate_back = await _kept(again, '反面', clerk)
    await trainings.amend(training, scanned, version=training.version, by=clerk)
    words = ('', '已重新掃描，用印清楚了。', '證書反面三科各 2 小時，共 6 小時，與登錄相符。')
    for mark, text in zip(await Correction.filter(application_id=application.id), words, strict=True):
        act = corrections.dispute if mark.field == 'hours' else corrections.answer
        await act(mark, text, by=clerk)
    returned = await applications.get(application.id, by=clerk)
    await applications.submit(returned, by=clerk)


async def _roster(clerk: Account, reviewer: Account) -> None:
    """A roster of the second unit: one waits, one has come back, one cannot be sent yet."""
    names = [person.name for person in PEOPLE if person.clerk == 'clerk2' and person.stage in ('listed', 'untrained')]
    with dates.frozen(_days_ago(1)):
        county, agency = await directory.defaults()
        roster = await rosters.start(ROSTER, county.code, agency.id, by=clerk)
        people = await Volunteer.filter(name__in=names).order_by('id')
        await Roster.filter(id=roster.id).update(created_at=dates.now())
        await rosters.add(roster, [person.id for person in people], by=clerk)
        await rosters.send(roster, by=clerk)
    [case] = await Application.filter(roster_id=roster.id, volunteer__name=names[1])
    with dates.frozen(dates.now()):
        photo = Anchor(Place.BASICS, 'photo')
        await corrections.mark(case, photo, CorrectionReason.BLURRED, TEXTS[CorrectionReason.BLURRED], by=reviewer)
        await reviews.return_for_correction(case, '', case.version, by=reviewer)


async def _papers(clerk: Account, reviewer: Account) -> None:
    """Paper books: one waits with its pictures, one has come back for them, one is a book."""
    _, agency = await directory.defaults()
    day = date(2016, 3, 8)
    for name, serial, stage in PAPERS:
        volunteer = await Volunteer.get(name=name)
        details = PaperBookDetails('中市文志', serial, day, county_code=agency.county_id, agency_id=agency.id)
        with dates.frozen(_days_ago(3)):
            if stage != 'returned':
                number = book_numbers.written(details.series, details.serial)
                details.cover, details.last_page = [
                    await _paper(front, number, agency.name, day, clerk) for front in (True, False)
                ]
            sent = await paper_books.register(volunteer, details, by=clerk)
        with dates.frozen(_days_ago(1)):
            if stage == 'returned':
                reason = '沒有封面與末頁的圖片，請補上再送。'
                await paper_books.send_back(sent.id, reason, sent.version, by=reviewer)
            elif stage == 'confirmed':
                await paper_books.confirm(sent.id, sent.version, by=reviewer)


async def _paper(front: bool, number: str, agency: str, day: date, clerk: Account) -> UUID:
    [scan] = await pictures.accept_scan(sample_pictures.paper_book(front, number, agency, day))
    return (await files.keep(scan, FileKind.PAPER_BOOK, '封面.jpg' if front else '末頁.jpg', by=clerk)).id


async def _days_overdue(person: Person) -> int:
    """How long ago it was sent: after days off nothing of the last days is overdue yet."""
    _, agency = await directory.defaults()
    days, today = person.days_ago, dates.today()
    while await office_calendar.due_on(agency, today - timedelta(days=days)) >= today:
        days += 1
    return days


def _days_ago(days: int) -> datetime:
    """Mid-morning so many days ago; now, for none."""
    if not days:
        return dates.now()
    return datetime.combine(dates.today() - timedelta(days=days), time(10, 22), dates.TAIPEI)


async def _details(person: Person, number: int, password: str, clerk: Account) -> VolunteerDetails:
    return VolunteerDetails(
        identity_kind=IdentityKind.PASSPORT,
        identity_number=_passport(number),
        consents_to_data_use=True,
        name=person.name,
        is_open_to_units=True,
        password=password,
        password_again=password,
        english_name=person.english_name,
        born_on=person.born_on,
        sex=person.sex,
        email=f'volunteer{number}@example.com',
        joins_disaster_relief=number % 2 == 0,
        photo=await _photo(2 * number + (person.sex is Sex.FEMALE), clerk),
        is_photo_confirmed=True,
    )


async def _photo(seed: int, clerk: Account) -> UUID:
    portrait = await pictures.accept_photo(sample_pictures.portrait(seed))
    return (await files.keep(portrait, FileKind.PHOTO, '照片.jpg', by=clerk)).id


async def _training(person: Person, kind: TrainingKind, title: str, ago: int, clerk: Account) -> TrainingDetails:
    day = dates.today() - timedelta(days=ago)
    unit = await HostUnit.get(id=clerk.host_unit_id)
    # The second is drawn while the first is looked at.
    scans = await asyncio.gather(*(_scan(side, person.name, title, day, unit) for side in SIDES))
    front, back = [await _kept(scan, side, clerk) for scan, side in zip(scans, SIDES, strict=True)]
    return TrainingDetails(
        trained_for_id=unit.id,
        title=title,
        starts_on=day,
        ends_on=day,
        provider=unit.name,
        kind=kind,
        field_id=(await Field.get(name='文化')).id,
        hours=6,
        approved_on=day - timedelta(days=14),
        approval_reference=f'示文訓字第{dates.roc_digits(day)}001號' if kind is TrainingKind.BASIC else '',
        certificate_front=front,
        certificate_back=back,
    )


async def _scan(side: str, name: str, title: str, day: date, unit: HostUnit) -> Picture:
    drawn = sample_pictures.certificate(side == SIDES[0], name, title, 6, unit.name, day)
    [scan] = await pictures.accept_scan(drawn)
    return scan


async def _kept(scan: Picture, side: str, clerk: Account) -> UUID:
    return (await files.keep(scan, FileKind.CERTIFICATE, f'結業證書-{side}.jpg', by=clerk)).id


async def _insure(volunteer: Volunteer, clerk: Account) -> None:
    start = dates.today() - timedelta(days=30)
    values = {
        'kind': InsuranceKind.GROUP_ACCIDENT,
        'insurer': '示例產物保險',
        'policy_number': 'VL115-000456',
        'starts_on': start,
        'ends_on': dates.years_after(start, 1) - timedelta(days=1),
        'death_benefit': 3_000_000,
        'medical_benefit': 30_000,
        'daily_benefit': 2_000,
    }
    await ledgers.add(ledgers.LEDGERS['insurance'], volunteer, values, by=clerk)


async def _serve(volunteer: Volunteer, clerk: Account) -> None:
    """Some weeks of service, an award and a remark, so that the printed book has something to say."""
    contents: Sequence[tuple[str, int, int]] = (
        ('引導服務：展場導覽', 180, 42),
        ('引導服務：展場導覽', 180, 38),
        ('活動支援服務：讀書節接待', 240, 120),
        ('宣導推廣服務：社區巡迴', 150, 60),
        ('資料整理：展品編目', 90, 0),
    )
    for n, (content, minutes, persons) in enumerate(contents):
        day = dates.today() - timedelta(days=28 - 6 * n)
        values = {
            'starts_on': day,
            'ends_on': day,
            'item': '綜合服務',
            'content': content,
            'minutes': minutes,
            'persons_served': persons,
            'area': '臺中市',
        }
        await ledgers.add(ledgers.LEDGERS['service-hours'], volunteer, values, by=clerk)
    award = {'title': '第二季優良志工', 'awarded_by': '示例文化中心', 'awarded_on': dates.today()}
    await ledgers.add(ledgers.LEDGERS['awards'], volunteer, award, by=clerk)


def _passport(number: int) -> str:
    return f'DEMO{number:05d}'
