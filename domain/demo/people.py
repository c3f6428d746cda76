"""A volunteer of the demo office, brought as far as its stage by the services that clerks and reviewers use."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from db.choices import CorrectionReason, FileKind, IdentityKind, InsuranceKind, Place, Sex, TrainingKind
from db.models import Account, Application, Correction, Field, HostUnit, Team, Training, Volunteer

from .. import applications, corrections, dates, departures, files, ledgers, pictures, reviews, trainings, volunteers
from ..corrections import Anchor
from ..pictures import Picture
from ..trainings.details import TrainingDetails
from ..volunteers.basics import VolunteerDetails
from . import sample_pictures
from .cast import Person
from .days import days_ago, days_overdue

SIDES = ('正面', '反面')


async def make(person: Person, number: int, password: str, staff: dict[str, Account]) -> None:
    """One volunteer, brought as far as `person.stage`, on the day it would have happened."""
    clerk, reviewer = staff[person.clerk], staff['reviewer']
    sent_before = await days_overdue(person) if person.stage == 'overdue' else person.days_ago
    with dates.frozen(days_ago(sent_before)):
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
    with dates.frozen(days_ago(max(sent_before - 1, 0))):
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
        with dates.frozen(days_ago(1)):
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


async def _details(person: Person, number: int, password: str, clerk: Account) -> VolunteerDetails:
    return VolunteerDetails(
        identity_kind=IdentityKind.PASSPORT,
        identity_number=passport(number),
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


def passport(number: int) -> str:
    """Under which number the person signs in."""
    return f'DEMO{number:05d}'
