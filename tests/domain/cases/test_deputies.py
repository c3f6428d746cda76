"""A reviewer who is away has a deputy: mail, cases in hand, escalation and history say so, and it ends by itself."""

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest

from db.choices import CorrectionReason, MailPreference, MailStatus, Place, Role
from db.models import Account, Agency, Application, Deputyship, OutgoingMail, Presence
from domain import applications, corrections, dates, reviews
from domain.audit import office_history
from domain.cases import deputies
from domain.cases.deputies import DeputyDetails
from domain.corrections import Anchor
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.mail import digests
from domain.reviews import deadlines, presence, timeline
from tests.builders import an_account

from ..sample_office import NOW, Office, a_case, an_office

TODAY, FRIDAY = date(2026, 3, 5), date(2026, 3, 6)


@pytest.fixture(autouse=True)
def a_thursday() -> Iterator[None]:
    with dates.frozen(NOW):
        yield


@pytest.fixture
async def office(database: str) -> Office:
    office = await an_office()
    for account, mailbox in ((office.reviewer, 'he@x.tw'), (office.colleague, 'wang@x.tw')):
        account.email = mailbox
        await account.save()
    return office


def until(deputy: Account, ends_on: date = FRIDAY, begins_on: date = TODAY) -> DeputyDetails:
    return DeputyDetails(deputy.id, begins_on, ends_on)


async def away(office: Office) -> Deputyship:
    return await deputies.name(office.reviewer, until(office.colleague), by=office.reviewer)


async def stands_in(office: Office) -> list[tuple[str, str]]:
    return [(one.deputy.name, one.absent.name) for one in await deputies.told(by=office.colleague)]


async def copies() -> list[tuple[str, str, MailStatus]]:
    mails = OutgoingMail.exclude(account_id=None).order_by('id')
    return [(mail.recipient, mail.template, mail.status) for mail in await mails]


async def test_it_begins_on_its_day_and_ends_by_itself(office: Office) -> None:
    await deputies.name(office.reviewer, until(office.colleague, date(2026, 3, 9), FRIDAY), by=office.reviewer)

    assert await stands_in(office) == []
    for day, standing in ((1, [('王專員', '何專員')]), (4, [('王專員', '何專員')]), (5, [])):
        with dates.frozen(NOW + timedelta(days=day)):
            assert await stands_in(office) == standing


async def test_who_is_back_early_ends_it(office: Office) -> None:
    with dates.frozen(NOW - timedelta(days=2)):
        await deputies.name(office.reviewer, until(office.colleague, begins_on=date(2026, 3, 3)), by=office.reviewer)
    await deputies.end(office.reviewer, by=office.reviewer)

    assert [one.ends_on for one in await Deputyship.all()] == [date(2026, 3, 4)]
    assert (await stands_in(office), await deputies.of(office.reviewer, by=office.reviewer)) == ([], None)


async def test_what_has_not_begun_is_taken_back_without_a_trace_but_in_the_history(office: Office) -> None:
    admin = await an_account(Role.ADMINISTRATOR, name='系統管理者')
    await deputies.name(office.reviewer, until(office.colleague), by=admin)
    await deputies.end(office.reviewer, by=admin)

    assert await Deputyship.all().count() == 0
    entries = (await office_history.of(by=admin, words='職務代理', per_page=100)).rows
    assert {(one.subject, one.action) for one in entries} == {('何專員', '新增'), ('何專員', '刪除')}


async def test_what_cannot_be_is_refused(office: Office) -> None:
    elsewhere = await an_account(Role.REVIEWER, agency=await Agency.exclude(id=office.agency.id).first())
    gone = await an_account(Role.REVIEWER, agency=office.agency, is_active=False)
    refused = {
        '本人': until(office.reviewer),
        '別的機關': until(elsewhere),
        '停用': until(gone),
        '承辦人': until(office.clerk),
        '沒選': DeputyDetails(None, TODAY, FRIDAY),
        '沒有迄日': DeputyDetails(office.colleague.id, TODAY, None),
        '倒著': until(office.colleague, TODAY, FRIDAY),
        '太久': until(office.colleague, date(2027, 3, 6)),
        '已過': until(office.colleague, date(2026, 3, 4), date(2026, 3, 2)),
    }
    faults = {}
    for case, details in refused.items():
        with pytest.raises(Incomplete) as refusal:
            await deputies.name(office.reviewer, details, by=office.reviewer)
        faults[case] = list(refusal.value.problems)

    assert faults == {
        **{key: ['deputy_id'] for key in ('本人', '別的機關', '停用', '承辦人', '沒選')},
        **{key: ['ends_on'] for key in ('沒有迄日', '倒著', '太久', '已過')},
    }
    assert await Deputyship.all().count() == 0


async def test_only_the_reviewer_and_the_administrator_name_the_deputy(office: Office) -> None:
    for stranger in (office.colleague, office.clerk):
        with pytest.raises(NotPermitted):
            await deputies.name(office.reviewer, until(office.colleague), by=stranger)
    with pytest.raises(NotFound):
        await deputies.name(office.clerk, until(office.colleague), by=office.clerk)


async def test_two_who_name_each_other_at_once_do_not_both_succeed(office: Office) -> None:
    outcomes = await asyncio.gather(
        deputies.name(office.reviewer, until(office.colleague), by=office.reviewer),
        deputies.name(office.colleague, until(office.reviewer), by=office.colleague),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Incomplete) for one in outcomes) == 1


async def test_a_circle_of_three_is_refused_and_a_chain_is_followed(office: Office) -> None:
    third = await an_account(Role.REVIEWER, name='李專員', agency=office.agency)
    await away(office)
    await deputies.name(office.colleague, until(third), by=office.colleague)
    with pytest.raises(Incomplete) as refusal:
        await deputies.name(third, until(office.reviewer), by=third)
    assert '輾轉由李專員代理' in refusal.value.problems['deputy_id']
    assert await stands_in(office) == [('李專員', '何專員'), ('李專員', '王專員')]

    await Account.filter(id=third.id).update(is_active=False)
    assert await stands_in(office) == [('王專員', '何專員')]
    await Account.filter(id=office.colleague.id).update(is_active=False)
    assert await stands_in(office) == []


async def test_the_deputy_reads_what_the_absent_one_would_as_soon_as_either_wants(office: Office) -> None:
    office.colleague.mail_preference = MailPreference.NONE
    await office.colleague.save()
    await away(office)
    await a_case(office)

    assert await copies() == [('wang@x.tw', 'submitted', MailStatus.WAITING)]
    letter = await OutgoingMail.exclude(account_id=None).get()
    assert '您目前代理何專員（至 115/03/06）' in letter.body.open()

    with dates.frozen(NOW + timedelta(days=2)):
        await a_case(office)
    assert (await copies())[1:] == [
        ('he@x.tw', 'submitted', MailStatus.WAITING),
        ('wang@x.tw', 'submitted', MailStatus.SKIPPED),
    ]


async def test_a_digest_that_waits_goes_to_the_deputy(office: Office) -> None:
    office.reviewer.mail_preference = MailPreference.DIGEST
    await office.reviewer.save()
    await a_case(office)
    await deputies.name(office.reviewer, until(office.colleague, begins_on=FRIDAY), by=office.reviewer)

    with dates.frozen(NOW.replace(day=6, hour=8, minute=1)):
        assert await digests.send() == 1
    assert (await copies())[-1] == ('wang@x.tw', 'digest', MailStatus.WAITING)
    assert '您代理何專員（至 115/03/06）' in (await OutgoingMail.get(template='digest')).body.open()


async def test_a_supervisor_who_is_away_is_stood_in_for(office: Office) -> None:
    await Agency.filter(id=office.agency.id).update(supervisor_email='HE@x.tw')
    await a_case(office)
    await deputies.name(office.reviewer, until(office.colleague, date(2026, 3, 20)), by=office.reviewer)
    colleague = await Account.get(id=office.colleague.id).select_related('agency')

    assert await deadlines.leads(colleague)
    with dates.frozen(NOW + timedelta(days=5)):
        await deadlines.escalate()
    told = await OutgoingMail.filter(template='overdue').order_by('id')
    assert [mail.recipient for mail in told] == ['HE@x.tw', 'wang@x.tw']
    await deputies.end(office.reviewer, by=office.reviewer)
    assert not await deadlines.leads(colleague)


async def test_the_case_in_hand_names_the_deputy_and_its_history_on_whose_behalf(office: Office) -> None:
    case, other = await a_case(office), await a_case(office)
    await reviews.return_for_correction(case, '請補件', case.version, by=office.reviewer)
    with dates.frozen(NOW + timedelta(minutes=1)):
        again = await applications.submit(await Application.get(id=case.id), by=office.clerk)
        await away(office)

        stood = await deputies.in_hand([case.id, other.id], by=office.colleague)
        assert {key: (one.deputy.name, one.absent.name) for key, one in stood.items()} == {
            case.id: ('王專員', '何專員')
        }
        shown = await reviews.case(case.id, by=office.colleague)
        assert shown.stood == stood[case.id]

        await reviews.return_for_correction(again, '還缺一面', again.version, by=office.colleague)
        await reviews.return_for_correction(other, '缺一面', other.version, by=office.colleague)
    assert [one.actor for one in await timeline.of(case, by=office.clerk) if one.what == '通知補件'] == [
        '王專員（代理何專員）',
        '何專員',
    ]
    assert [one.actor for one in await timeline.of(other, by=office.clerk) if one.what == '通知補件'] == ['王專員']


async def test_a_mark_that_waits_is_in_hand_of_who_made_it(office: Office) -> None:
    case = await a_case(office)
    anchor = Anchor(Place.BASICS, 'photo')
    await corrections.mark(case, anchor, CorrectionReason.BLURRED, '請換一張。', by=office.reviewer)
    await away(office)

    assert list(await deputies.in_hand([case.id], by=office.colleague)) == [case.id]


async def test_what_the_absent_one_left_open_passes_to_the_deputy_who_opens_it(office: Office) -> None:
    case, third = await a_case(office), await an_account(Role.REVIEWER, name='李專員', agency=office.agency)
    pages = {account.id: uuid4() for account in (office.reviewer, third, office.colleague)}
    await presence.enter(case.id, pages[office.reviewer.id], by=office.reviewer)
    await away(office)
    holders = []
    for account in (third, office.colleague):
        await presence.enter(case.id, pages[account.id], by=account)
        holders.append([one.account_id for one in await Presence.filter(holds=True)])

    assert holders == [[office.reviewer.id], [office.colleague.id]]
    for page in pages.values():
        await presence.leave(page)
