"""審核統計: the figures of made-up cases, reckoned by hand."""

from datetime import date, datetime, timedelta

import pytest

from db.choices import ApplicationStatus, CorrectionReason, CorrectionStatus, Place, Role
from db.models import Application, ApplicationStep, Correction, HostUnit
from domain import dates
from domain.errors import NotPermitted
from domain.reports import statistics
from domain.reports.statistics import Line, Reason

from ...builders import a_volunteer, an_account
from ..sample_office import Office, a_unit

pytestmark = pytest.mark.usefixtures('database')

MARCH = (date(2026, 3, 1), date(2026, 3, 31))


async def a_past(office: Office, *moves: tuple[ApplicationStatus, str], unit: HostUnit | None = None) -> Application:
    """An application that went through `moves`: status and 'day hour' in March; due three days after each 送審."""
    volunteer = await a_volunteer(office.unit)
    case = await Application.create(
        volunteer=volunteer,
        host_unit=unit or office.unit,
        county_id=office.agency.county_id,
        agency=office.agency,
        status=moves[-1][0],
    )
    round_ = 0
    for status, when in moves:
        at = datetime.strptime(f'2026-03-{when}', '%Y-%m-%d %H').replace(tzinfo=dates.TAIPEI)
        is_sent = status == ApplicationStatus.SUBMITTED
        round_ += is_sent
        due = at.date() + timedelta(days=3) if is_sent else None
        await ApplicationStep.create(
            application=case, status=status, by=office.reviewer, at=at, round=round_, due_on=due
        )
    return case


SENT, RETURNED, APPROVED = ApplicationStatus.SUBMITTED, ApplicationStatus.RETURNED, ApplicationStatus.APPROVED


async def test_median_share_in_time_and_first_pass(office: Office) -> None:
    await a_past(office, (SENT, '02 09'), (APPROVED, '03 09'))  # one day
    await a_past(office, (SENT, '02 09'), (APPROVED, '06 09'))  # four days, one too late
    await a_past(
        office, (SENT, '02 09'), (RETURNED, '04 09'), (SENT, '20 09'), (APPROVED, '21 09')
    )  # two days, one day
    await a_past(office, (SENT, '30 09'))
    await a_past(office, (SENT, '02 09'), (ApplicationStatus.WITHDRAWN, '02 10'))

    found = await statistics.of(*MARCH, by=office.reviewer)

    assert found.total == Line('', 4, 1.5, 3 / 4, 2 / 3)
    assert list(found.months) == [Line('115/03', 4, 1.5, 3 / 4, 2 / 3)]
    assert [line.name for line in found.others] == [office.unit.name]


async def test_a_case_that_is_overdue_and_not_decided_is_not_in_time(office: Office) -> None:
    await a_past(office, (SENT, '02 09'), (APPROVED, '03 09'))
    await a_past(office, (SENT, '20 09'))  # due on the 23rd

    async def found(day: int) -> Line:
        with dates.frozen(datetime(2026, 3, day, 9, tzinfo=dates.TAIPEI)):
            return (await statistics.of(*MARCH, by=office.reviewer)).total

    assert await found(23) == Line('', 1, 1.0, 1.0, 1.0)
    assert await found(24) == Line('', 1, 1.0, 0.5, 1.0)


async def test_only_the_days_that_are_asked_for_count_and_only_what_is_ours(office: Office) -> None:
    await a_past(office, (SENT, '02 09'), (APPROVED, '03 09'))

    early = await statistics.of(date(2026, 3, 4), date(2026, 3, 31), by=office.reviewer)
    stranger = await statistics.of(*MARCH, by=await an_account(Role.REVIEWER))

    assert early.total == stranger.total == Line('', 0, None, None, None)
    with pytest.raises(NotPermitted):
        await statistics.of(*MARCH, by=await an_account(Role.ADMINISTRATOR))


async def test_a_unit_sees_itself_by_agency_and_an_agency_by_unit(office: Office) -> None:
    other = await a_unit('範例圖書館')
    await a_past(office, (SENT, '02 09'), (APPROVED, '03 09'))
    await a_past(office, (SENT, '02 09'), (APPROVED, '04 09'), unit=other)

    ours = await statistics.of(*MARCH, by=office.clerk)
    theirs = await statistics.of(*MARCH, by=office.reviewer)

    assert list(ours.others) == [Line('臺中市政府文化局', 1, 1.0, 1.0, 1.0)]
    assert [(line.name, line.median_days) for line in theirs.others] == [('示例文化中心', 1.0), ('範例圖書館', 2.0)]


async def test_reasons_are_counted_by_unit_the_withdrawn_ones_not(office: Office) -> None:
    case = await a_past(office, (SENT, '02 09'), (RETURNED, '03 09'))
    for reason, status in (
        (CorrectionReason.BLURRED, CorrectionStatus.OPEN),
        (CorrectionReason.BLURRED, CorrectionStatus.ACCEPTED),
        (CorrectionReason.NO_BACK, CorrectionStatus.MENDED),
        (CorrectionReason.NO_BACK, CorrectionStatus.WITHDRAWN),
    ):
        await Correction.create(
            application=case,
            round=1,
            place=Place.BASICS,
            field='photo',
            label='照片',
            reason=reason,
            text='請重拍',
            status=status,
            raised_by=office.reviewer,
            raised_at=datetime(2026, 3, 3, 9, tzinfo=dates.TAIPEI),
        )

    found = await statistics.of(*MARCH, by=office.reviewer)

    assert list(found.reasons) == [
        Reason('模糊', 2, [('示例文化中心', 2)]),
        Reason('缺背面', 1, [('示例文化中心', 1)]),
    ]
    assert (await statistics.export(found, by=office.reviewer)).startswith(b'PK')
