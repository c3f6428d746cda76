"""An office with its people, and applications at every stage: the small world in which decisions are tried."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from db.choices import ApplicationStatus, BookStatus, FileKind, IssueKind, Role, TrainingKind
from db.models import (
    Account,
    Agency,
    Application,
    ApplicationStep,
    HostUnit,
    RecordBook,
    StoredFile,
    Training,
    Volunteer,
)
from domain import applications, dates, papers
from domain.applications import ApplicationDetails

from .. import builders
from ..builders import a_host_unit, an_account

# A Thursday; three days later is a Sunday, so what is sent now is due on Monday 115/03/09.
NOW = datetime(2026, 3, 5, 14, 58, tzinfo=dates.TAIPEI)


@dataclass(frozen=True)
class Office:
    """臺中市政府文化局 with two reviewers, and one host unit with its clerk."""

    agency: Agency
    unit: HostUnit
    clerk: Account
    reviewer: Account
    colleague: Account


async def an_office(name: str = '示例文化中心') -> Office:
    agency = await Agency.get(name='臺中市政府文化局')
    await Agency.filter(id=agency.id).update(email='window@culture.example.gov.tw')
    unit = await a_unit(name)
    return Office(
        agency=agency,
        unit=unit,
        clerk=await an_account(Role.UNIT_STAFF, name='林小滿', host_unit=unit),
        reviewer=await an_account(Role.REVIEWER, name='何專員', agency=agency),
        colleague=await an_account(Role.REVIEWER, name='王專員', agency=agency),
    )


async def a_unit(name: str) -> HostUnit:
    return await a_host_unit(name=name, phone='(04)0000-1234', email='unit@example.org')


async def a_volunteer(office: Office, **facts: Any) -> Volunteer:
    """Somebody on the unit's roster, with photo and consent, without trainings."""
    usual = {'name': '周小晴', 'email': 'volunteer@example.com', 'consents_to_data_use': True, 'consented_at': NOW}
    volunteer = await builders.a_volunteer(office.unit, **usual | facts)
    volunteer.photo = await builders.a_file(FileKind.PHOTO, by=office.clerk, volunteer=volunteer)
    volunteer.is_photo_confirmed = True
    await volunteer.save()
    return volunteer


async def a_training(
    office: Office, volunteer: Volunteer, kind: TrainingKind, *, field: str = '文化', sides: str = 'fb', **facts: Any
) -> Training:
    """Six hours in January, both sides of the certificate ('f' front, 'b' back), approved."""
    usual: dict[str, Any] = {
        'kind': kind,
        'title': f'志工{kind.label}',
        'field': await builders.a_field(field),
        'starts_on': date(2026, 1, 10),
        'ends_on': date(2026, 1, 10),
        'approval_reference': '示文訓字第1150210002號',
        'certificate_front': await _side(office, volunteer) if 'f' in sides else None,
        'certificate_back': await _side(office, volunteer) if 'b' in sides else None,
    }
    return await builders.a_training(volunteer, by=office.clerk, **usual | facts)


async def a_complete_volunteer(office: Office, **facts: Any) -> Volunteer:
    """Somebody who lacks nothing for 初次 at the office's agency."""
    volunteer = await a_volunteer(office, **facts)
    for kind in (TrainingKind.BASIC, TrainingKind.SPECIAL):
        await a_training(office, volunteer, kind)
    return volunteer


def details_for(agency: Agency, **facts: Any) -> ApplicationDetails:
    return ApplicationDetails(county_code=agency.county_id, agency_id=agency.id, **facts)


async def a_draft(office: Office, volunteer: Volunteer | None = None, **facts: Any) -> Application:
    volunteer = volunteer or await a_complete_volunteer(office)
    return await applications.save(details_for(office.agency, **facts), of=volunteer, by=office.clerk)


async def a_case(office: Office, volunteer: Volunteer | None = None, **facts: Any) -> Application:
    """An application that has been sent."""
    return await applications.submit(await a_draft(office, volunteer, **facts), by=office.clerk)


async def looked_at(case: Application, *, by: Account) -> None:
    """Whatever was changed behind the back of the services, `by` has looked at it."""
    now = await Application.get(id=case.id)
    await papers.look(now, (await papers.of(now)).digest(), by=by)


async def many_cases(office: Office, count: int) -> list[Application]:
    """Cases as `a_case` makes them, without the mails to the agency: those take their time."""
    cases = []
    for _ in range(count):
        volunteer = await a_complete_volunteer(office)
        case = await Application.create(
            volunteer=volunteer,
            host_unit=office.unit,
            county_id=office.agency.county_id,
            agency=office.agency,
            status=ApplicationStatus.SUBMITTED,
            round=1,
            version=2,
            submitted_by=office.clerk,
            submitted_at=dates.now(),
            due_on=dates.today(),
        )
        step = {'status': case.status, 'round': case.round, 'at': dates.now(), 'due_on': case.due_on}
        await ApplicationStep.create(application=case, by=office.clerk, **step)
        cases.append(case)
    return cases


async def a_book(
    volunteer: Volunteer,
    office: Office,
    *,
    agency: Agency | None = None,
    status: BookStatus = BookStatus.IN_USE,
    number: str = '中市文志字第115000009號',
    sequence: int = 9,
) -> RecordBook:
    """A book issued earlier, under an application of its own."""
    agency = agency or office.agency
    earlier = await Application.create(
        volunteer=volunteer,
        host_unit=office.unit,
        county_id=agency.county_id,
        agency=agency,
        status=ApplicationStatus.APPROVED,
    )
    return await RecordBook.create(
        volunteer=volunteer,
        application=earlier,
        agency=agency,
        number=number,
        roc_year=115,
        sequence=sequence,
        kind=IssueKind.FIRST,
        status=status,
        issued_on=date(2026, 1, 31),
        entered_by_unit=office.unit,
    )


async def _side(office: Office, volunteer: Volunteer) -> StoredFile:
    return await builders.a_file(by=office.clerk, volunteer=volunteer)
