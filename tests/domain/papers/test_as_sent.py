"""A case that ended without a book shows its agency what was sent, and nothing that came later."""

from dataclasses import replace
from datetime import date

import pytest

from db.choices import CorrectionReason, Place
from db.models import CaseContent, Training
from domain import applications, corrections, papers, reviews, trainings, volunteers
from domain.corrections import Anchor
from domain.errors import NotFound
from domain.trainings import TrainingDetails
from domain.volunteers import VolunteerDetails, reveal

from ...builders import an_identity_number
from ..sample_office import Office, a_case

pytestmark = pytest.mark.usefixtures('database', 'today')


async def a_refused_case(office: Office) -> int:
    case = await a_case(office)
    await reviews.reject(case, '不符資格', case.version, by=office.reviewer)
    return case.id


async def all_changed(volunteer_id: int, office: Office) -> None:
    """The unit goes on with the person: another name, birth date, number and title, and a training less."""
    person = await volunteers.get(volunteer_id, by=office.clerk)
    details = replace(
        VolunteerDetails.from_record(person),
        name='周大晴',
        born_on=date(1990, 1, 2),
        english_name='Chou',
        identity_number=an_identity_number(person.sex),
    )
    await volunteers.amend(person, details, version=person.version, by=office.clerk)
    kept, gone = await Training.filter(volunteer_id=volunteer_id).order_by('id')
    whole = await trainings.get(kept.id, by=office.clerk)
    amended = replace(TrainingDetails.from_record(whole), title='另一個課程')
    await trainings.amend(whole, amended, version=whole.version, by=office.clerk)
    await trainings.remove(await trainings.get(gone.id, by=office.clerk), '重複登錄', by=office.clerk)


async def test_a_refused_case_shows_what_was_sent_whatever_the_unit_changes_later(office: Office) -> None:
    case_id = await a_refused_case(office)
    before = await reviews.case(case_id, by=office.reviewer)

    await all_changed(before.application.volunteer_id, office)

    after = await reviews.case(case_id, by=office.reviewer)
    assert after.as_sent
    assert facts_of(after) == facts_of(before)
    assert after.digest == before.digest


async def test_what_the_reviewer_looked_at_since_is_part_of_it(office: Office) -> None:
    case = await a_case(office)
    person = await volunteers.get(case.volunteer_id, by=office.clerk)
    details = replace(VolunteerDetails.from_record(person), name='周大晴')
    await volunteers.amend(person, details, version=person.version, by=office.clerk)
    seen = await reviews.case(case.id, by=office.reviewer)
    await papers.look(seen.application, seen.digest, by=office.reviewer)
    await reviews.reject(case, '姓名與證件不符', seen.application.version, by=office.reviewer)

    shown = await reviews.case(case.id, by=office.reviewer)

    assert (shown.as_sent, shown.volunteer.name) == (True, '周大晴')


async def test_so_does_one_that_was_withdrawn(office: Office) -> None:
    case = await a_case(office)
    shown = facts_of(await reviews.case(case.id, by=office.reviewer))
    await applications.withdraw(case, by=office.clerk)

    await all_changed(case.volunteer_id, office)

    assert facts_of(await reviews.case(case.id, by=office.reviewer)) == shown


async def test_a_mark_on_it_stands_beside_what_was_sent(office: Office) -> None:
    case = await a_case(office)
    await corrections.mark(case, Anchor(Place.BASICS, 'name'), CorrectionReason.OTHER, '請確認', by=office.reviewer)
    await reviews.reject(case, '不符資格', case.version, by=office.reviewer)
    await all_changed(case.volunteer_id, office)

    [marked] = await corrections.of(case, by=office.reviewer)

    assert (marked.is_changed, marked.now_value) == (False, marked.correction.old_value)


async def test_the_full_number_is_not_shown_any_more(office: Office) -> None:
    case_id = await a_refused_case(office)
    volunteer = (await reviews.case(case_id, by=office.reviewer)).volunteer

    with pytest.raises(NotFound, match='不能再顯示完整號碼'):
        await reveal.number(volunteer, reason='核對身分', by=office.reviewer)


async def test_one_that_was_refused_before_contents_were_kept_shows_the_record(office: Office) -> None:
    case_id = await a_refused_case(office)
    await CaseContent.filter(application_id=case_id).delete()

    case = await reviews.case(case_id, by=office.reviewer)

    assert not case.as_sent
    assert case.checks


def facts_of(case: reviews.Case) -> list[object]:
    """What the desk shows of the person and the trainings."""
    person = case.volunteer
    basics = (person.name, person.english_name, person.born_on, person.sex, person.identity_masked, person.photo_id)
    courses = [
        (
            *(one.id, one.title, one.kind, one.field.name, one.starts_on, one.ends_on, one.provider, one.minutes),
            *(one.approval_reference, one.certificate_front_id, one.certificate_back_id, one.has_no_back),
        )
        for one in sorted(case.trainings, key=lambda one: one.id)
    ]
    return [basics, courses]
