"""Drafts: what was typed is found again; whose it is; what is never kept."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from db.choices import DraftKind, IdentityKind, MembershipStatus, Role, Sex
from db.models import Account, Draft, DraftEntry, HostUnit, Membership, Volunteer
from domain import dates, drafts
from domain.drafts import CannotKeep
from domain.errors import NotFound, NotPermitted
from domain.trainings.details import TrainingDetails
from domain.volunteers import VolunteerDetails

from ..builders import a_training, a_volunteer, an_account

pytestmark = pytest.mark.usefixtures('database')

TYPED = VolunteerDetails(
    identity_kind=IdentityKind.ARC,
    identity_number='A800000014',
    name='𠮷田‧小犇',
    password='Secret2026Secret',
    password_again='Secret2026Secret',
    born_on=date(1909, 5, 1),
    is_born_before_roc=True,
    sex=Sex.MALE,
    joins_disaster_relief=False,
    photo=uuid4(),
)


async def of_unit(clerk: Account) -> Volunteer:
    return await a_volunteer(await HostUnit.get(id=clerk.host_unit_id))


async def test_every_field_comes_back_but_the_passwords() -> None:
    clerk = await an_account()
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)

    for name, value in vars(TYPED).items():
        await drafts.save(draft.id, name, value, by=clerk)

    again = await drafts.restored(await drafts.get(str(draft.id), by=clerk), VolunteerDetails())
    assert again == replace(TYPED, password='', password_again='')
    assert not await DraftEntry.filter(name__startswith='password').exists()


@pytest.mark.parametrize(
    'details',
    [TYPED, TrainingDetails(trained_for_id=3, starts_on=date(2026, 3, 8), hours=6, sessions=None), TrainingDetails()],
)
def test_details_survive_the_way_into_a_draft_and_back(details: Any) -> None:
    kept = replace(details, password='', password_again='') if details is TYPED else details

    assert drafts.from_draft(drafts.to_draft(details), type(details)()) == kept


@pytest.mark.parametrize(
    'values',
    [
        {'born_on': 'yesterday'},
        {'born_on': 5},
        {'photo': 'x'},
        {'name': 5},
        {'hours': True},
        {'password': 'x', 'is_new': False},
        {'__class__': 'x', 'problems': 'x'},
    ],
)
def test_what_does_not_fit_a_field_is_left_out(values: dict[str, Any]) -> None:
    assert drafts.from_draft(values, VolunteerDetails()) == VolunteerDetails()
    assert drafts.from_draft(values, TrainingDetails()) == TrainingDetails()


async def test_the_last_value_counts_and_lies_sealed() -> None:
    clerk = await an_account()
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)

    await drafts.save(draft.id, 'identity_number', 'A1', by=clerk)
    await drafts.save(draft.id, 'identity_number', 'A123', by=clerk)

    [entry] = await DraftEntry.filter(draft_id=draft.id)
    assert await drafts.values(draft) == {'identity_number': 'A123'}
    assert b'A123' not in bytes(entry.value)


@pytest.mark.parametrize('text', ['\0', '\ud800', '\u202e', "'; DROP TABLE draft; --"])
async def test_whatever_was_typed_is_kept_for_its_author_to_mend(text: str) -> None:
    clerk = await an_account()
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)

    await drafts.save(draft.id, 'name', text, by=clerk)

    assert await drafts.values(draft) == {'name': text}


@pytest.mark.parametrize(
    ('name', 'value'),
    [('name', 'x' * 30_000), ('name', object()), ('name', ['x']), ('x' * 41, ''), ('na me', ''), ('名', ''), (5, '')],
)
async def test_what_no_form_of_ours_sends_is_refused(name: Any, value: object) -> None:
    clerk = await an_account()
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)

    with pytest.raises(CannotKeep):
        await drafts.save(draft.id, name, value, by=clerk)


async def test_a_draft_cannot_be_filled_without_end() -> None:
    clerk = await an_account()
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)
    for number in range(drafts.MOST_FIELDS):
        await drafts.save(draft.id, f'field{number}', '', by=clerk)

    with pytest.raises(CannotKeep):
        await drafts.save(draft.id, 'one_more', '', by=clerk)
    await drafts.save(draft.id, 'field7', 'again', by=clerk)


async def test_the_unit_finds_the_draft_of_a_volunteers_form_again_also_opened_at_once() -> None:
    clerk = await an_account()
    colleague = await an_account(host_unit_id=clerk.host_unit_id)
    volunteer = await of_unit(clerk)

    opened = await asyncio.gather(
        *(drafts.open(DraftKind.TRAINING, by=one, volunteer=volunteer) for one in (clerk, colleague, clerk, colleague))
    )

    assert len({draft.id for draft in opened}) == 1
    assert (await drafts.open(DraftKind.VOLUNTEER, by=clerk, volunteer=volunteer)).id != opened[0].id


async def test_a_text_that_is_far_too_long_for_its_field_is_kept_until_it_is_shortened() -> None:
    clerk = await an_account()
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)

    await drafts.save(draft.id, 'name', '王' * 8000, by=clerk)

    assert await drafts.values(draft) == {'name': '王' * 8000}


async def test_new_people_never_share_a_draft() -> None:
    clerk = await an_account()

    first, second = [await drafts.open(DraftKind.VOLUNTEER, by=clerk) for _ in range(2)]

    assert first.id != second.id


async def test_another_units_draft_is_not_there() -> None:
    clerk, stranger = await an_account(), await an_account()
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)

    with pytest.raises(NotFound):
        await drafts.get(draft.id, by=stranger)
    with pytest.raises(NotFound):
        await drafts.save(draft.id, 'name', 'x', by=stranger)
    await drafts.discard(draft, by=stranger)
    assert await drafts.values(await drafts.get(draft.id, by=clerk)) == {}
    for other in (Role.REVIEWER, Role.ADMINISTRATOR, Role.VOLUNTEER):
        with pytest.raises(NotPermitted):
            await drafts.get(draft.id, by=await an_account(other))


async def test_a_draft_about_somebody_else_cannot_be_opened() -> None:
    clerk = await an_account()
    volunteer, own = await a_volunteer(), await of_unit(clerk)
    stranger = await an_account()
    theirs = await a_training(own, by=stranger)

    with pytest.raises(NotFound):
        await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=volunteer)
    for about in (str(theirs.id), '999999', '99999999999999', "1'", '١'):
        with pytest.raises(NotFound):
            await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=own, about=about)


async def test_a_draft_goes_when_the_volunteer_has_left() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    draft = await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=volunteer)
    await Membership.filter(volunteer=volunteer).update(status=MembershipStatus.LEFT)

    with pytest.raises(NotFound):
        await drafts.get(draft.id, by=clerk)


async def test_a_discarded_draft_takes_nothing_more() -> None:
    clerk = await an_account()
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)
    await drafts.save(draft.id, 'name', '陳小華', by=clerk)

    await drafts.discard(draft, by=clerk)
    await drafts.discard(draft, by=clerk)

    assert await DraftEntry.all().count() == 0
    with pytest.raises(NotFound) as refusal:
        await drafts.save(draft.id, 'name', '陳小華', by=clerk)
    assert '已經送出' in str(refusal.value)


async def test_of_a_draft_only_what_was_saved_is_forgotten() -> None:
    clerk = await an_account()
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk, volunteer=await of_unit(clerk), about='basics')
    typed = {'name': '陳小華', 'born_on': date(1957, 3, 30), 'email': 'a@example.com', 'sex': Sex.MALE}
    for name, value in typed.items():
        await drafts.save(draft.id, name, value, by=clerk)
    saved = VolunteerDetails(name='陳小華', born_on=date(1957, 3, 30), email='', sex=Sex.MALE)

    await drafts.settle(draft, saved, by=clerk)

    assert await drafts.values(draft) == {'email': 'a@example.com'}
    await drafts.save(draft.id, 'name', '陳小花', by=clerk)


async def test_what_is_under_way_in_the_unit_the_last_one_first() -> None:
    clerk = await an_account(name='林小滿')
    colleague = await an_account(host_unit_id=clerk.host_unit_id, name='沈小川')
    volunteer = await of_unit(clerk)
    with dates.frozen(datetime(2026, 3, 8, 6, 32, tzinfo=UTC)):
        new = await drafts.open(DraftKind.VOLUNTEER, by=colleague)
        at, _ = await drafts.save(new.id, 'name', '王小明', by=colleague)
    training = await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=volunteer)
    await drafts.save(training.id, 'title', '文化志工特殊訓練', by=clerk)
    await drafts.open(DraftKind.VOLUNTEER, by=clerk)

    first, second = await drafts.under_way(by=clerk)

    assert (first.id, first.title, first.volunteer, first.owner_name) == (
        training.id,
        '文化志工特殊訓練',
        volunteer,
        '林小滿',
    )
    assert (second.id, second.title, second.volunteer, second.owner_name, second.saved_at) == (
        new.id,
        '王小明',
        None,
        '沈小川',
        at,
    )
    assert await drafts.under_way(by=await an_account()) == []


async def test_forms_left_empty_are_cleared_away_the_next_day() -> None:
    clerk = await an_account()
    with dates.frozen(dates.now() - timedelta(days=2)):
        empty = await drafts.open(DraftKind.VOLUNTEER, by=clerk)
        begun = await drafts.open(DraftKind.VOLUNTEER, by=clerk)
        await drafts.save(begun.id, 'name', '陳小華', by=clerk)

    new = await drafts.open(DraftKind.VOLUNTEER, by=clerk)

    assert {draft.id for draft in await Draft.all()} == {begun.id, new.id}
    assert empty.id not in {begun.id, new.id}


async def test_a_form_that_is_looked_at_is_written_with_its_first_change() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    planned = [
        await drafts.plan(DraftKind.VOLUNTEER, by=clerk),
        await drafts.plan(DraftKind.TRAINING, by=clerk, volunteer=volunteer),
    ]
    assert await Draft.all().count() == 0
    await drafts.save(planned[0], 'password', 'Secret2026Secret', by=clerk)
    assert await Draft.all().count() == 0

    for draft in planned:
        await drafts.save(draft, 'name', '陳小華', by=clerk)
        await drafts.save(draft, 'name', '陳小花', by=clerk)

    assert {draft.id for draft in await Draft.all()} == {draft.id for draft in planned}
    assert [await drafts.values(draft) for draft in planned] == [{'name': '陳小花'}] * 2


async def test_two_tabs_that_look_at_a_form_write_one_draft_and_know_when_it_is_gone() -> None:
    clerk = await an_account()
    volunteer = await of_unit(clerk)
    one, two = [await drafts.plan(DraftKind.TRAINING, by=clerk, volunteer=volunteer) for _ in range(2)]
    assert one.id == two.id
    await asyncio.gather(
        drafts.save(one, 'title', '特殊訓練', by=clerk), drafts.save(two, 'provider', '示例協會', by=clerk)
    )
    assert await drafts.values(one) == {'title': '特殊訓練', 'provider': '示例協會'}

    await drafts.use_up(one, by=clerk)

    for again in (drafts.save(two, 'title', 'x', by=clerk), drafts.use_up(two, by=clerk)):
        with pytest.raises(NotFound):
            await again
    await a_training(volunteer, by=clerk)
    assert (await drafts.plan(DraftKind.TRAINING, by=clerk, volunteer=volunteer)).id != one.id


async def test_what_comes_late_from_a_page_that_was_left_is_not_kept_over_newer_words() -> None:
    clerk = await an_account()
    draft = await drafts.open(DraftKind.VOLUNTEER, by=clerk)
    left, opened = await drafts.get(draft.id, by=clerk), await drafts.get(draft.id, by=clerk)
    for page in (left, opened):
        await drafts.restored(page, VolunteerDetails())

    await drafts.save(left, 'name', '陳', by=clerk, is_there=lambda: False)
    await drafts.restored(opened, VolunteerDetails())
    await drafts.save(opened, 'name', '陳小華', by=clerk, is_there=lambda: True)
    with pytest.raises(drafts.Overtaken):
        await drafts.save(left, 'name', '陳小', by=clerk, is_there=lambda: False)
    await drafts.save(left, 'english_name', 'CHEN', by=clerk, is_there=lambda: False)

    assert await drafts.values(draft) == {'name': '陳小華', 'english_name': 'CHEN'}
    kept = await drafts.save(left, 'name', '陳小花', by=clerk, is_there=lambda: True)  # two people: told, and kept
    assert kept.replaced == '陳小華'


async def test_a_name_of_a_draft_of_others_is_no_way_in() -> None:
    clerk, stranger = await an_account(), await an_account()
    theirs = await drafts.open(DraftKind.VOLUNTEER, by=stranger)

    with pytest.raises(NotFound):
        await drafts.plan(DraftKind.VOLUNTEER, by=clerk, draft_id=theirs.id)
    with pytest.raises(NotFound):
        await drafts.save(await drafts.plan(DraftKind.VOLUNTEER, by=stranger), 'name', 'x', by=clerk)
