"""Each night what has had its time goes, and one line says what went."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from db.choices import DraftKind, FileKind
from db.models import Account, Allowance, Draft, HalfWritten, HostUnit, KeptSearch, LoginFailure, StoredFile
from domain import dates, drafts, files, half_written, limits, nightly, searches, settings
from domain.half_written import Sheet
from domain.limits import Limit
from domain.pictures import Picture
from domain.settings import Settings

from ..builders import a_jpeg, a_volunteer, an_account

pytestmark = pytest.mark.usefixtures('database')


@pytest.fixture(autouse=True)
def _office() -> Iterator[None]:
    before = settings.current()
    settings.use(Settings())
    yield
    settings.use(before)


async def an_upload(clerk: Account, colour: int) -> StoredFile:
    return await files.keep(Picture(a_jpeg() + bytes([colour]), 1, 1, []), FileKind.PHOTO, 'photo.jpg', by=clerk)


async def test_what_has_had_its_time_goes_and_what_is_in_a_form_stays(caplog: pytest.LogCaptureFixture) -> None:
    clerk = await an_account()
    volunteer = await a_volunteer(await HostUnit.get(id=clerk.host_unit_id))
    typed, forgotten = await an_upload(clerk, 1), await an_upload(clerk, 2)
    form = await drafts.open(DraftKind.TRAINING, by=clerk, volunteer=volunteer)
    await drafts.save(form, 'certificate_front', typed.id, by=clerk)
    await drafts.open(DraftKind.VOLUNTEER, by=clerk)
    await half_written.keep(Sheet('case-1', clerk), 'reason', '請補照片')
    await searches.keep('王小明', by=clerk)
    await limits.take(Limit('calls', 3, timedelta(minutes=1), ''), clerk.id)
    await LoginFailure.create(name_index='x' * 64, failures=3)
    begun = dates.now()

    with caplog.at_level(logging.INFO, 'domain.nightly'):
        for days in (0.5, 1.5, 100, 101):
            with dates.frozen(begun + timedelta(days=days)):
                await nightly.tidy()

    assert [record.getMessage() for record in caplog.records] == [
        'nightly: taken away: 1 failed logins, 1 limits',
        'nightly: taken away: 1 uploads never attached, 1 empty drafts',
        'nightly: taken away: 1 half-written fields, 1 kept searches, 1 accounts locked',
        'nightly: taken away: nothing',
    ]
    assert [file.id for file in await StoredFile.all()] == [typed.id]
    assert forgotten.id != typed.id
    assert [draft.id for draft in await Draft.all()] == [form.id]
    assert [await model.all().count() for model in (HalfWritten, KeptSearch, Allowance, LoginFailure)] == [0] * 4


@pytest.mark.parametrize(('hour', 'hours'), [(1, 2), (3, 24), (4, 23), (23, 4)])
async def test_the_night_begins_at_three(hour: int, hours: int) -> None:
    with dates.frozen(datetime(2026, 12, 31, hour, tzinfo=dates.TAIPEI)):
        assert await nightly._until_night() == hours * 3600
