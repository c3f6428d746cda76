"""Records made by what is known of their model are those that Tortoise makes."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from tortoise import Model
from tortoise.backends.asyncpg.executor import AsyncpgExecutor
from tortoise.connection import get_connection
from tortoise.expressions import RawSQL
from tortoise.fields.data import CharEnumFieldInstance, JSONField
from tortoise.functions import Count

from db import models, rows, sealing, seen, shapes
from db.models import Account, HostUnit, Membership, Training, Volunteer
from tests import builders

pytestmark = pytest.mark.usefixtures('database')
MODELS = [one for one in vars(models).values() if isinstance(one, type) and issubclass(one, Model) and one is not Model]


@pytest.fixture
def as_tortoise_has_it(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """From here on nothing is made by what is kept."""

    def plainly() -> None:
        rows.uninstall()
        shapes.uninstall()
        monkeypatch.setattr(type(get_connection('default')), 'executor_class', AsyncpgExecutor)

    yield plainly
    rows.install()
    shapes.install()


def test_a_record_of_each_model_is_the_same() -> None:
    for model, is_full in product(MODELS, (True, False)):
        row = {name: _cell(model._meta.fields_map[name], is_full) for name in model._meta.db_fields}
        ours, theirs = model._init_from_db(**row), rows._made_anew.__func__(model, **row)

        assert told(ours) == told(theirs)
        assert vars(ours)['_await_when_save'] is not vars(model._init_from_db(**row))['_await_when_save']


def test_a_record_of_a_part_of_a_row_is_known_as_such() -> None:
    part = Account._init_from_db(id=1, role='unit_staff')

    assert told(part) == told(rows._made_anew.__func__(Account, id=1, role='unit_staff'))
    assert part._partial


async def test_whatever_is_asked_the_answer_is_the_same(as_tortoise_has_it: Callable[[], None]) -> None:
    account = await builders.an_account()
    unit = await HostUnit.get(id=account.host_unit_id)
    person = await builders.a_complete_volunteer(by=account)
    await builders.a_volunteer(unit)

    async def answers() -> list[Any]:
        found: list[Any] = []
        for _ in range(3):  # the third time from what was kept
            found += [
                await Volunteer.all().order_by('id'),
                await Volunteer.all().order_by('id').select_related('photo', 'photo__uploaded_by'),
                await Account.get(id=account.id).select_related('host_unit__county', 'agency', 'volunteer'),
                await Volunteer.all().order_by('id').only('id', 'photo__kind').select_related('photo'),
                await Membership.all().only('host_unit__name', 'id').order_by('id').select_related('host_unit'),
                await Volunteer.annotate(next=RawSQL('"volunteer"."version" + 1'))
                .order_by('id')
                .select_related('photo'),
                await Volunteer.annotate(many=Count('memberships')).order_by('id'),
                await Volunteer.all().prefetch_related('memberships', 'memberships__host_unit').order_by('id'),
                await Training.filter(volunteer=person).order_by('id').values_list('id', 'volunteer__born_on', 'title'),
                await Account.all().values_list('id', 'role', 'created_at'),
                await Account.all().values_list('id', flat=True),
                await Account.get(id=account.id).values_list('id', 'role'),
                await Account.all().values('id', 'created_at', unit='host_unit__name'),
                await Membership.annotate(many=Count('id'))
                .group_by('host_unit_id')
                .values_list('host_unit_id', 'many'),
            ]
        return [told(one) for one in found]

    ours = await answers()
    as_tortoise_has_it()
    assert ours == await answers()


async def test_a_person_who_is_read_along_is_heard_of() -> None:
    person = await builders.a_volunteer()
    await builders.a_membership(person, await builders.a_host_unit(name='另一單位'))
    heard: list[int] = []
    token = seen.hears.set(heard.append)
    try:
        for _ in range(3):
            await Membership.filter(volunteer_id=person.id).first().select_related('volunteer')
            await Volunteer.get(id=person.id)
    finally:
        seen.hears.reset(token)

    assert heard == [person.id] * 6


def told(what: Any) -> Any:
    """All there is of a record, and of those that were read along."""
    if isinstance(what, Model):
        return type(what).__name__, {name: told(value) for name, value in sorted(vars(what).items())}
    if isinstance(what, list | tuple):
        return type(what).__name__, [told(one) for one in what]
    if isinstance(what, dict):
        return {name: told(value) for name, value in what.items()}
    if hasattr(what, 'related_objects'):
        return told(what.related_objects)
    if isinstance(what, sealing.Sealed):
        return bytes(what)
    if isinstance(what, datetime):
        return what, what.tzinfo
    return type(what).__name__, what


def _cell(field: Any, is_full: bool) -> Any:
    """What asyncpg gives for a column."""
    if not is_full and (field.null or isinstance(field, JSONField)):
        return None
    if isinstance(field, CharEnumFieldInstance):
        return list(field.enum_type)[-1].value
    if isinstance(field, JSONField):
        return '{"number": [1]}'
    return {
        bool: True,
        int: 7,
        float: 0.5,
        str: 'x',
        bytes: b'\x01abc',
        list: [7],
        date: date(2020, 1, 1),
        datetime: datetime(2020, 1, 1, tzinfo=UTC),
        UUID: UUID(int=7),
    }[field.field_type]
