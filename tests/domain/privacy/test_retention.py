"""保存期限: nothing goes without a period; a trial counts; a person who left is sealed, and opened again."""

from datetime import date, timedelta
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

from db.choices import (
    ApplicationStatus,
    BookKind,
    FileKind,
    HistoryAction,
    LogAct,
    MembershipStatus,
    Role,
    Section,
)
from db.models import (
    Account,
    Application,
    ClosedRecord,
    HistoryEntry,
    LogEntry,
    Membership,
    OfficeEntry,
    OutgoingMail,
    RecordBook,
    SealedEntry,
    Volunteer,
)
from domain import dates, files, volunteers
from domain.audit import history
from domain.audit.history import Change
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.fields import Field
from domain.mail import outbox
from domain.privacy import retention
from domain.privacy.retention import PeriodDetails
from domain.volunteers import NoSuchPerson, closing, sealed_history

from ...builders import a_county, a_file, a_host_unit, a_volunteer, an_account, an_agency, an_identity_number

pytestmark = pytest.mark.usefixtures('database')
LONG_AGO = timedelta(days=400)


async def one_who_left(**changes: object) -> Volunteer:
    facts: dict[str, Any] = {'name': '王小明', 'born_on': date(1958, 3, 8), 'email': 'wang@example.com'} | changes
    volunteer = await a_volunteer(**facts)
    gone = {'status': MembershipStatus.LEFT, 'left_on': dates.today() - LONG_AGO}
    await Membership.filter(volunteer=volunteer).update(**gone)
    return volunteer


async def test_without_a_period_nothing_is_counted_and_nothing_goes() -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    await one_who_left()

    assert {(one.days, one.is_on, one.count) for one in await retention.outlook(by=admin)} == {(None, False, None)}
    assert await retention.run() == 0
    with pytest.raises(NotPermitted):
        await retention.outlook(by=await an_account())


async def test_a_trial_counts_and_only_what_is_switched_on_goes() -> None:
    admin = await an_account(Role.ADMINISTRATOR)
    mail = await outbox.queue('who@example.com', '一封信', '內容')
    await OutgoingMail.filter(id=mail.id).update(status='sent', created_at=dates.now() - LONG_AGO)
    await retention.save('mails', PeriodDetails(365), by=admin)

    assert {one.name: one.count for one in await retention.outlook(by=admin)}['mails'] == 1
    assert await retention.run() == 0
    await retention.save('mails', PeriodDetails(365, is_on=True), by=admin)
    assert [await retention.run(), await retention.run()] == [1, 0]

    cleared = await OutgoingMail.get(id=mail.id)
    assert (cleared.body.open(), cleared.subject) == (retention.CLEARED, '一封信')
    assert [one.what for one in await LogEntry.filter(act=LogAct.RETENTION_RUN)] == ['已寄出信件的內容 1']
    assert [one.new for one in await OfficeEntry.all().order_by('id')] == ['365 天，不執行', '365 天，每天執行']


async def test_a_period_is_never_shorter_than_it_may_be() -> None:
    admin = await an_account(Role.ADMINISTRATOR)

    for name, details in (
        ('lookups', PeriodDetails(179)),
        ('mails', PeriodDetails(0)),
        ('mails', PeriodDetails(None, is_on=True)),
    ):
        with pytest.raises(Incomplete):
            await retention.save(name, details, by=admin)
    with pytest.raises(NotFound):
        await retention.save('log', PeriodDetails(30), by=admin)


async def test_who_left_is_sealed_and_whoever_has_a_live_book_is_not() -> None:
    volunteer, with_book = await one_who_left(), await one_who_left(name='陳大文')
    agency = await an_agency()
    await RecordBook.create(
        volunteer=with_book,
        agency=agency,
        kind=BookKind.FIRST,
        number='甲',
        roc_year=115,
        entered_by_unit=await a_host_unit(),
    )
    serving = await a_volunteer()
    person = await an_account(Role.VOLUNTEER, volunteer=volunteer, name='王小明', email='wang@example.com')

    assert await closing.close(dates.now() - timedelta(days=365)) == 1

    sealed = await Volunteer.get(id=volunteer.id)
    assert (sealed.name, sealed.email, sealed.born_on) == ('王○明', '', closing.SEALED_DAY)
    assert '小明' not in sealed.name_key
    account = await Account.get(id=person.id)
    assert (account.name, account.email, account.is_active) == ('王○明', '', False)
    assert (await Volunteer.get(id=with_book.id)).name == '陳大文'
    assert (await Volunteer.get(id=serving.id)).name == serving.name


async def test_what_the_history_says_is_sealed_with_the_person_and_comes_back_word_by_word() -> None:
    number, clerk = an_identity_number(), await an_account()
    volunteer = await one_who_left(identity_number=number)
    photo = await a_file(FileKind.PHOTO, by=clerk, volunteer=volunteer)
    await Volunteer.filter(id=volunteer.id).update(photo_id=photo.id, is_photo_confirmed=True)
    person = await an_account(Role.VOLUNTEER, volunteer=volunteer, name='王小明')
    named, day = volunteers.FIELDS['name'], volunteers.FIELDS['born_on']
    changes = [
        Change(named, '王曉明', '王小明'),
        Change(day, '', '民國 47/03/08'),
        Change(Field('sex', '性別'), '', '男'),
    ]
    await history.note(volunteer, Section.BASICS, HistoryAction.AMENDED, changes, by=clerk)
    await history.note(volunteer, Section.BASICS, HistoryAction.AMENDED, [Change(named, '王', '王小明')], by=person)
    told = ('id', 'old', 'new', 'by_name', 'old_file', 'new_file')
    before = await HistoryEntry.filter(volunteer=volunteer).order_by('id').values_list(*told)

    await closing.close(dates.now() - timedelta(days=365))

    sealed = await HistoryEntry.filter(volunteer=volunteer).order_by('id').values_list('old', 'new', 'by_name')
    mark = sealed_history.SEALED
    assert sealed == [(mark, mark, clerk.name), ('', mark, clerk.name), ('', '男', clerk.name), (mark, mark, '本人')]
    reviewer = await an_account(Role.REVIEWER, agency=await an_agency())
    await Application.create(
        volunteer=volunteer,
        agency=reviewer.agency,
        status=ApplicationStatus.REJECTED,
        host_unit_id=clerk.host_unit_id,
        county=await a_county(),
        created_by=clerk,
    )
    with pytest.raises(NotFound, match='封存'):
        await files.get(photo.id, by=reviewer)
    assert (await Volunteer.get(id=volunteer.id)).photo_id is None

    await volunteers.join('national_id', number, '王小明', date(1958, 3, 8), by=clerk)
    after = await HistoryEntry.filter(volunteer=volunteer).order_by('id').values_list(*told)
    assert after[: len(before)] == before
    known = await volunteers.get(volunteer.id, by=clerk)
    assert (known.photo_id, known.is_photo_confirmed, await SealedEntry.exists()) == (photo.id, True, False)


async def test_only_the_words_that_were_sealed_come_back_and_only_of_a_closed_record() -> None:
    volunteer, clerk = await one_who_left(), await an_account()
    name = Change(volunteers.FIELDS['name'], '', '王小明')
    await history.note(volunteer, Section.BASICS, HistoryAction.AMENDED, [name], by=clerk)
    entry = await HistoryEntry.get(volunteer=volunteer)
    ask = get_connection('default').execute_query
    forged = [volunteer.id, [entry.id], ['salt'], [''], ['別人'], [clerk.name]]

    with pytest.raises(OperationalError, match='is not closed'):
        await ask('SELECT seal_history($1, $2, $3, $4)', [volunteer.id, [entry.id], [b'x'], ['salt']])
    await closing.close(dates.now() - timedelta(days=365))
    with pytest.raises(OperationalError, match='not the words'):
        await ask('SELECT unseal_history($1, $2, $3, $4, $5, $6)', forged)
    with pytest.raises(OperationalError, match='only added to'):
        await HistoryEntry.filter(id=entry.id).update(new='別人')


async def test_what_an_older_version_has_closed_is_completed() -> None:
    volunteer, clerk = await one_who_left(), await an_account()
    await closing.close(dates.now() - timedelta(days=365))
    await ClosedRecord.all().update(is_whole=False)
    name = Change(volunteers.FIELDS['name'], '', '王小明')
    await history.note(volunteer, Section.BASICS, HistoryAction.AMENDED, [name], by=clerk)

    assert await closing.close(dates.now() - timedelta(days=365)) == 0

    assert [one.new for one in await HistoryEntry.filter(volunteer=volunteer)] == [sealed_history.SEALED]
    assert await ClosedRecord.filter(is_whole=True).count() == 1


async def test_a_person_who_returns_is_proved_by_what_is_sealed_and_opened_again() -> None:
    number, clerk = an_identity_number(), await an_account()
    volunteer = await one_who_left(identity_number=number)
    await closing.close(dates.now() - timedelta(days=365))

    with pytest.raises(NoSuchPerson):
        await volunteers.join('national_id', number, '王○明', closing.SEALED_DAY, by=clerk)
    await volunteers.join('national_id', number, '王小明', date(1958, 3, 8), by=clerk)

    known = await volunteers.get(volunteer.id, by=clerk)
    assert (known.name, known.email, known.born_on) == ('王小明', 'wang@example.com', date(1958, 3, 8))
    assert not await ClosedRecord.exists()
    assert await HistoryEntry.filter(field='closing', new='重新開啟：重新收編').count() == 1
