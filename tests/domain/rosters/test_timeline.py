"""The timeline of a roster: what became of the whole, for both sides, and what became of its mails."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from db.choices import MailStatus
from db.models import OutgoingMail, Roster
from domain import applications, dates, reviews, rosters
from domain.errors import NotFound
from domain.mail import outbox
from domain.reviews.timeline import Entry
from domain.rosters import timeline

from ...builders import an_account
from ..sample_office import NOW, Office, a_complete_volunteer, an_office

pytestmark = pytest.mark.usefixtures('database')

MAIL = '示例文化中心送審名冊 3 件（名冊編號 {}），請於 115/03/09 以前完成審核（window@culture.example.gov.tw）'


@pytest.fixture
async def office(database: str) -> AsyncIterator[Office]:
    with dates.frozen(NOW):
        yield await an_office()


async def a_sent_roster(office: Office) -> Roster:
    """Three of them, built now and sent a minute later."""
    people = [await a_complete_volunteer(office, name=name) for name in ('甲', '乙', '丙')]
    roster = await rosters.start('三月名冊', office.agency.county_id, office.agency.id, by=office.clerk)
    await rosters.add(roster, [one.id for one in people], by=office.clerk)
    await Roster.filter(id=roster.id).update(created_at=NOW)
    with dates.frozen(NOW + timedelta(minutes=1)):
        await rosters.send(roster, by=office.clerk)
    return roster


def told(entries: list[Entry]) -> list[tuple[str, str, str]]:
    """What a reader sees but for the mails, oldest first."""
    return [(entry.actor, entry.what, entry.note) for entry in entries[::-1] if entry.kind != 'mail']


async def test_a_roster_tells_both_sides_what_happened_to_it_as_a_whole(office: Office) -> None:
    roster = await a_sent_roster(office)
    first, second, third = [row.application for row in await rosters.rows(roster, by=office.clerk)]
    with dates.frozen(NOW + timedelta(minutes=2)):
        await reviews.approve(first, first.version, by=office.reviewer)
        returned = await reviews.return_for_correction(second, '照片模糊', second.version, by=office.reviewer)
        await reviews.approve(third, third.version, by=office.reviewer)
    with dates.frozen(NOW + timedelta(minutes=3)):
        again = await applications.submit(returned, by=office.clerk)
    with dates.frozen(NOW + timedelta(minutes=4)):
        await reviews.approve(again, again.version, by=office.colleague)

    entries = await timeline.of(roster, by=office.clerk)

    assert told(entries) == [
        ('林小滿', '建立名冊', '三月名冊'),
        ('林小滿', '送審 3 位', '甲、乙、丙'),
        ('何專員', '核可 2 位', '甲、丙\n已審結 2／3 位'),
        ('何專員', '通知補件 1 位', '乙\n已審結 1／3 位'),
        ('林小滿', '再次送審 1 位', '乙'),
        ('王專員', '核可 1 位', '乙\n已審結 3／3 位'),
    ]
    assert told(await timeline.of(roster, by=office.reviewer)) == told(entries)
    with pytest.raises(NotFound):
        await timeline.of(roster, by=await an_account())


async def test_a_rosters_mail_tells_what_became_of_it_and_can_be_sent_again(office: Office) -> None:
    roster = await a_sent_roster(office)

    async def mails() -> list[tuple[str, str, bool]]:
        entries = await timeline.of(roster, by=office.clerk)
        return [(one.what, one.note, one.can_resend) for one in entries[::-1] if one.kind == 'mail']

    waiting = await mails()
    with dates.frozen(NOW + timedelta(minutes=5)):
        await OutgoingMail.all().update(status=MailStatus.FAILED, last_error='550 信箱不存在')
    failed = await mails()
    with dates.frozen(NOW + timedelta(minutes=10)):
        await outbox.resend((await OutgoingMail.get()).id, by=office.clerk)

    mail = MAIL.format(roster.id)
    assert (waiting, failed, await mails()) == (
        [('電子郵件待寄', mail, False)],
        [('電子郵件未寄達', f'{mail}\n550 信箱不存在', True)],
        [('電子郵件未寄達', f'{mail}\n550 信箱不存在\n已重寄', False), ('重寄：電子郵件待寄', mail, False)],
    )


async def test_of_many_people_the_first_few_are_named(office: Office) -> None:
    roster = await a_sent_roster(office)
    people = [await a_complete_volunteer(office, name=f'志工{number}') for number in range(9)]
    await rosters.add(roster, [one.id for one in people], by=office.clerk)
    with dates.frozen(NOW + timedelta(minutes=9)):
        await rosters.send(roster, by=office.clerk)

    assert told(await timeline.of(roster, by=office.clerk))[1:] == [
        ('林小滿', '送審 3 位', '甲、乙、丙'),
        ('林小滿', '送審 9 位', '志工0、志工1、志工2、志工3、志工4、志工5、志工6、志工7等 9 位'),
    ]
