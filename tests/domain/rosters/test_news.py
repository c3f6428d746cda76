"""One mail and one call a roster and round: the unit hears of all its rows at once, each row once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from db.choices import ApplicationStatus, CallResult
from db.models import Application, OutgoingMail, Roster, UntoldDecision
from domain import dates, reviews, rosters, settings
from domain.mail import outbox
from domain.reviews import closings, decisions, phone_calls

from ..sample_office import NOW, Office, a_complete_volunteer

pytestmark = pytest.mark.usefixtures('database')


@pytest.fixture(autouse=True)
def a_working_day() -> Iterator[None]:
    with dates.frozen(NOW):
        yield


async def a_sent_roster(office: Office, *names: str) -> tuple[Roster, list[Application]]:
    people = [await a_complete_volunteer(office, name=name) for name in names]
    roster = await rosters.start('三月名冊', office.agency.county_id, office.agency.id, by=office.clerk)
    await rosters.add(roster, [one.id for one in people], by=office.clerk)
    await rosters.send(roster, by=office.clerk)
    await OutgoingMail.all().delete()
    return roster, [row.application for row in await rosters.rows(roster, by=office.reviewer)]


async def mails() -> list[tuple[str, str]]:
    return [(one.template, one.recipient) for one in await OutgoingMail.all().order_by('id')]


async def test_rows_approved_together_are_told_in_one_mail_and_called_about_once(office: Office) -> None:
    roster, cases = await a_sent_roster(office, '甲', '乙', '丙')
    await decisions.approve_many([(one.id, one.version) for one in cases], by=office.reviewer)
    with dates.frozen(NOW + timedelta(seconds=11)):
        await decisions.release_due()
        await decisions.release_due()

    assert sorted(await mails()) == [
        *[('approved_for_volunteer', 'volunteer@example.com')] * 3,
        ('roster_decided', 'unit@example.org'),
    ]
    mail = await OutgoingMail.get(template='roster_decided')
    assert mail.subject == f'【志願服務紀錄冊】名冊 3 件有審核結果：核可 3 件（名冊編號 {roster.id}）'
    first = cases[0]
    line = f'　1. 案號 {first.id}　甲（{first.volunteer.identity_masked}）　核可　中市文志字第115000001號\n'
    assert line in mail.body.open()
    for case in cases:
        assert 'roster_decided' in [one.template for one in await outbox.of_application(case, by=office.clerk)]

    (task,) = await phone_calls.to_make(by=office.reviewer)
    assert (task.application.id, task.cases) == (first.id, 3)
    with dates.frozen(NOW + timedelta(minutes=1)):
        await phone_calls.log(cases[2], CallResult.REACHED, by=office.reviewer)
    assert await phone_calls.to_make(by=office.reviewer) == []


async def test_rows_decided_one_by_one_are_told_when_the_last_is(office: Office) -> None:
    _, (first, second, third) = await a_sent_roster(office, '甲', '乙', '丙')
    await reviews.approve(first, first.version, by=office.reviewer)
    await reviews.return_for_correction(second, '照片模糊', second.version, by=office.reviewer)
    await decisions.release_due()
    assert await mails() == [('approved_for_volunteer', 'volunteer@example.com')]
    assert await phone_calls.to_make(by=office.reviewer) == []  # not after each row

    await reviews.reject(third, '不是本機關的案件', third.version, by=office.reviewer)
    await decisions.release_due()

    mail = await OutgoingMail.get(template='roster_decided')
    assert '核可 1 件、補件 1 件、駁回 1 件' in mail.subject
    assert '（含當日）以前補齊並重新送審' in mail.body.open()
    assert f'　2. 案號 {second.id}　乙（{second.volunteer.identity_masked}）　補件：照片模糊\n' in mail.body.open()


async def test_a_unit_does_not_wait_for_ever_for_the_last_row_and_one_row_alone_is_told_as_a_case(
    office: Office,
) -> None:
    _, (first, _) = await a_sent_roster(office, '甲', '乙')
    await reviews.return_for_correction(first, '照片模糊', first.version, by=office.reviewer)
    minutes = settings.current().roster_mail_minutes
    with dates.frozen(NOW + timedelta(minutes=minutes - 1)):
        await decisions.release_due()
        assert await mails() == []

    with dates.frozen(NOW + timedelta(minutes=minutes)):
        await decisions.release_due()

    assert await mails() == [('returned', 'unit@example.org')]
    assert await UntoldDecision.all().count() == 0


async def test_what_the_unit_has_noticed_by_itself_is_not_told(office: Office) -> None:
    _, (first, _) = await a_sent_roster(office, '甲', '乙')
    await reviews.return_for_correction(first, '照片模糊', first.version, by=office.reviewer)
    await Application.filter(id=first.id).update(status=ApplicationStatus.WITHDRAWN)

    with dates.frozen(NOW + timedelta(days=1)):
        await decisions.release_due()

    assert await mails() == []


async def test_rows_closed_because_their_correction_never_came_are_told_in_the_one_mail(office: Office) -> None:
    _, cases = await a_sent_roster(office, '甲', '乙')
    returned = [await reviews.return_for_correction(one, '請補件', one.version, by=office.reviewer) for one in cases]
    await Application.all().update(correct_by=NOW.date())
    await UntoldDecision.all().delete()
    with dates.frozen(NOW + timedelta(days=1)):
        for one in returned:
            await closings.close(one.id, one.version, by=office.reviewer)
        assert await mails() == []
        await decisions.release_due()

    assert await mails() == [('roster_decided', 'unit@example.org')]


async def test_one_row_closed_alone_is_told_with_the_day_that_has_passed(office: Office) -> None:
    _, [case] = await a_sent_roster(office, '甲')
    one = await reviews.return_for_correction(case, '請補件', case.version, by=office.reviewer)
    await UntoldDecision.all().delete()
    assert one.correct_by
    with dates.frozen(NOW + timedelta(days=60)):
        await closings.close(one.id, one.version, by=office.reviewer)
        await decisions.release_due()

    mail = await OutgoingMail.get(template='rejected')
    assert f'補件期限（{dates.roc(one.correct_by)}）已過' in mail.body.open()
