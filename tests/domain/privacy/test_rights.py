"""當事人權利: the terms of the law, who decides, and what a granted correction does."""

from datetime import date, datetime

import pytest

from db.choices import ConsentWay, RightsKind, RightsStatus, Role
from db.models import Account, Consent, OutgoingMail, RightsRequest, Volunteer
from domain import announcements, dates, volunteers
from domain.announcements import RightsChanged
from domain.consents import withdraw
from domain.errors import Incomplete, NotFound, NotPermitted
from domain.privacy import rights
from domain.privacy.rights import Asked, Asking, ChangedSince, Decided, ExtendedBefore, Unfit
from domain.volunteers import VolunteerDetails

from ...builders import a_host_unit, a_team, a_volunteer, an_account
from ...patience import until

pytestmark = pytest.mark.usefixtures('database')
THURSDAY = datetime(2026, 3, 5, 10, tzinfo=dates.TAIPEI)


async def a_person(clerk: Account, **changes: object) -> tuple[Volunteer, Account]:
    assert clerk.host_unit is not None
    volunteer = await a_volunteer(clerk.host_unit, **{'email': 'wang@example.com'} | changes)
    return volunteer, await an_account(Role.VOLUNTEER, volunteer=volunteer)


def asking(clerk: Account, **changes: object) -> Asking:
    facts = {'kind': RightsKind.VIEW, 'wording': '想看我的訓練紀錄', 'host_unit_id': clerk.host_unit_id}
    return Asking(**facts | changes)  # type: ignore[arg-type]


async def test_the_law_gives_fifteen_days_and_thirty_and_as_many_again() -> None:
    clerk = await an_account()
    _, person = await a_person(clerk)
    with dates.frozen(THURSDAY):
        view = await rights.ask(asking(clerk), by=person)
        stop = await rights.ask(asking(clerk, kind=RightsKind.STOP), by=person)
        await rights.extend(view.id, '資料在檔案室', by=clerk)
        await rights.extend(stop.id, '承辦人請假', by=clerk)
        with pytest.raises(ExtendedBefore):
            await rights.extend(view.id, '還要更久', by=clerk)

    again = [(await rights.get(one.id, by=clerk)).due_on for one in (view, stop)]
    # 4 April is a Saturday: the Monday after it takes its place.
    assert (view.due_on, stop.due_on) == (date(2026, 3, 20), date(2026, 4, 6))
    assert again == [date(2026, 4, 6), date(2026, 5, 4)]
    assert {mail.template for mail in await OutgoingMail.all()} >= {'rights_asked', 'rights_extended'}


async def test_who_has_asked_waits_for_the_answer_or_takes_it_back() -> None:
    clerk = await an_account()
    _, person = await a_person(clerk)
    first = await rights.ask(asking(clerk), by=person)
    with pytest.raises(Asked):
        await rights.ask(asking(clerk), by=person)

    await rights.take_back(first.id, by=person)
    second = await rights.ask(asking(clerk), by=person)
    with pytest.raises(Decided):
        await rights.grant(first.id, '好', by=clerk)
    with pytest.raises(Incomplete):
        await rights.refuse(second.id, ' ', by=clerk)
    await rights.refuse(second.id, '依法須保存', by=clerk)
    with pytest.raises(Decided):
        await rights.grant(second.id, '好', by=clerk)

    assert [(one.status, one.answer and one.answer.open()) for one in await RightsRequest.all().order_by('id')] == [
        (RightsStatus.WITHDRAWN, None),
        (RightsStatus.REFUSED, '依法須保存'),
    ]


async def test_the_list_of_the_unit_hears_of_each_step(database: str) -> None:
    clerk = await an_account()
    _, person = await a_person(clerk)
    heard: list[object] = []
    await announcements.opened(database)
    announcements.subscribe(RightsChanged, heard.append)
    try:
        asked = await rights.ask(asking(clerk), by=person)
        await rights.extend(asked.id, '資料在檔案室', by=clerk)
        await rights.take_back(asked.id, by=person)
        await until(lambda: len(heard) == 3)
    finally:
        announcements.unsubscribe(RightsChanged, heard.append)
        await announcements.closed()

    assert heard == [RightsChanged(asked.id, clerk.host_unit_id or 0)] * 3


async def test_another_unit_a_reviewer_and_a_stranger_find_no_request() -> None:
    clerk = await an_account()
    _, person = await a_person(clerk)
    _, stranger = await a_person(clerk)
    made = await rights.ask(asking(clerk), by=person)
    assert clerk.host_unit is not None
    of_team = await an_account(host_unit=clerk.host_unit, team=await a_team(clerk.host_unit))

    for other in (await an_account(), of_team, stranger, await an_account(Role.REVIEWER)):
        with pytest.raises(NotFound):
            await rights.get(made.id, by=other)
    with pytest.raises(Incomplete):
        await rights.ask(asking(clerk, host_unit_id=(await a_host_unit()).id), by=person)
    with pytest.raises(NotPermitted):
        await rights.ask(asking(clerk), by=clerk)


async def test_a_correction_that_is_granted_stands_on_the_record_with_its_history() -> None:
    clerk = await an_account()
    volunteer, person = await a_person(clerk, name='王小名')
    proposed = asking(clerk, field='name', value='王小明', wording='')
    made = await rights.ask(proposed, by=person)

    assert made.kind == RightsKind.CORRECT
    await rights.grant(made.id, '', by=clerk)

    assert (await Volunteer.get(id=volunteer.id)).name == '王小明'
    assert (await rights.get(made.id, by=person)).status == RightsStatus.GRANTED


@pytest.mark.parametrize(
    ('field', 'value', 'at'),
    [
        ('name', '', 'value'),
        ('name', '王小名', 'value'),
        ('born_on', date(2999, 1, 1), 'value'),
        ('email', 'x', 'value'),
        ('identity_number', 'A123456789', 'field'),
        ('version', 3, 'field'),
    ],
    ids=['empty', 'the same', 'to come', 'no address', 'the number', 'no field of the form'],
)
async def test_a_correction_passes_the_checks_of_the_form_before_it_is_sent(field: str, value: object, at: str) -> None:
    clerk = await an_account()
    _, person = await a_person(clerk, name='王小名')

    with pytest.raises(Incomplete) as refusal:
        await rights.ask(asking(clerk, field=field, value=value), by=person)

    assert list(refusal.value.problems) == [at]


async def test_a_record_that_was_changed_meanwhile_is_not_overwritten_unawares() -> None:
    clerk = await an_account()
    volunteer, person = await a_person(clerk, name='王小名')
    made = await rights.ask(asking(clerk, field='name', value='王小明'), by=person)
    known = await volunteers.get(volunteer.id, by=clerk)
    details = VolunteerDetails.from_record(known)
    details.name = '王曉明'
    await volunteers.amend(known, details, version=known.version, by=clerk)

    with pytest.raises(ChangedSince, match='王曉明'):
        await rights.grant(made.id, '', by=clerk)
    assert (await rights.get(made.id, by=clerk)).status == RightsStatus.OPEN

    await rights.grant(made.id, '', despite_change=True, by=clerk)
    assert (await Volunteer.get(id=volunteer.id)).name == '王小明'


async def test_what_the_record_does_not_take_is_told_and_stays_open() -> None:
    clerk = await an_account()
    volunteer, person = await a_person(clerk, name='王小名')
    made = await rights.ask(asking(clerk, field='name', value='王小明'), by=person)
    await Volunteer.filter(id=volunteer.id).update(legacy_series='', legacy_serial='12')

    with pytest.raises(Unfit):
        await rights.grant(made.id, '', by=clerk)

    assert (await rights.get(made.id, by=clerk)).status == RightsStatus.OPEN


async def test_a_paper_counts_from_the_day_it_came_and_granting_a_stop_withdraws_the_consent() -> None:
    clerk = await an_account()
    volunteer, _ = await a_person(clerk, consents_to_data_use=True)
    with dates.frozen(THURSDAY):
        on_paper = asking(clerk, kind=RightsKind.STOP, asked_on=date(2026, 3, 2))
        made = await rights.record(on_paper, volunteer, by=clerk)
        assert (made.way, made.due_on) == (ConsentWay.PAPER, date(2026, 4, 1))
        with pytest.raises(Incomplete):
            await rights.record(asking(clerk, asked_on=date(2026, 3, 6)), volunteer, by=clerk)
        await rights.grant(made.id, '已停止利用', by=clerk)

    assert not (await Volunteer.get(id=volunteer.id)).consents_to_data_use
    assert [one.is_given for one in await Consent.all()] == [False]
    await withdraw(volunteer, by=clerk)  # once more does no harm


async def test_the_administrator_reads_figures_and_no_request() -> None:
    clerk, admin = await an_account(), await an_account(Role.ADMINISTRATOR)
    _, person = await a_person(clerk)
    with dates.frozen(THURSDAY):
        late = await rights.ask(asking(clerk), by=person)
    await rights.ask(asking(clerk, kind=RightsKind.DELETE), by=person)
    await RightsRequest.filter(id=late.id).update(due_on=dates.today().replace(year=2020))

    assert [(one.open, one.overdue, one.answered) for one in await rights.figures(by=admin)] == [(2, 1, 0)]
    with pytest.raises(NotFound):
        await rights.get(late.id, by=admin)
    with pytest.raises(NotPermitted):
        await rights.figures(by=clerk)
