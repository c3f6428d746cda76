"""Statements whose text is kept are those that Tortoise writes, with the values that it gathers."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tortoise import Model
from tortoise.exceptions import DoesNotExist, FieldError, IntegrityError
from tortoise.expressions import F, Q, RawSQL, Subquery
from tortoise.fields.data import CharEnumFieldInstance
from tortoise.functions import Count, Max

from db import models, shapes
from db.choices import Role
from db.models import Account, Application, Membership, Volunteer
from db.sealing import SealedTextField
from tests import builders

pytestmark = pytest.mark.usefixtures('database')
MODELS = [one for one in vars(models).values() if isinstance(one, type) and issubclass(one, Model) and one is not Model]
OPERATORS = ('', '', '__in', '__in', '__not', '__not_in', '__isnull', '__not_isnull', '__gt', '__gte', '__lt', '__lte')
CLERK = "account.role = 'unit_staff'"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_statements_of_any_shape_are_written_as_tortoise_does() -> None:
    chance = random.Random(7)
    compared = 0
    for model in MODELS:
        for _ in range(8):
            make = a_query(model, chance)
            for number in range(1, 5):  # from the third on, the text is a kept one
                assert ours(make(number * 1000)) == as_tortoise(make(number * 1000))
            compared += is_kept(make(1))
    assert compared > 5 * len(MODELS)


@pytest.mark.parametrize(
    'make',
    [
        lambda n: Account.filter(id=n).limit(n).offset(n + 1).order_by('-name', 'id'),
        lambda n: Account.get(username=f'x{n}', is_active=True).select_related('host_unit', 'agency', 'volunteer'),
        lambda n: Account.filter(Q(id=n) | ~Q(name=f'{n}', id__in=[n + 1, n + 2]), host_unit__name=f'u{n}').first(),
        lambda n: Account.filter(host_unit_id=None, agency=None, id__not=n).select_for_update(skip_locked=True),
        lambda n: Application.filter(Q(id=n), ~Q(Q(agency_id=n + 1) | Q(volunteer_id=n + 2))).only(
            'id', 'volunteer__name'
        ),
        lambda n: Volunteer.filter(memberships__host_unit_id=n, version__gt=n + 1).distinct().values_list('id', 'name'),
        lambda n: Volunteer.filter(
            id__in=Subquery(Membership.filter(host_unit_id=n).values('volunteer_id')), version=n + 1
        ),
        lambda n: Volunteer.filter(id__in=[]).values('id', unit='memberships__host_unit_id'),
        lambda n: Volunteer.exclude(id__in=(n, n + 1)).exclude(photo__kind='photo').count(),
        lambda n: Volunteer.filter(pk=n).exists(),
        lambda n: Account.filter(id=n, name=f'{n}').update(name=f'new {n}', host_unit_id=None, is_active=False),
        lambda n: Account.filter(host_unit__name=f'{n}').update(name=f'new {n}'),
        lambda n: Account.filter(host_unit=models.HostUnit(id=n)).delete(),
        lambda n: Account.filter(created_at__lt=LONG_AGO + timedelta(n), created_at__gte=LONG_AGO).values_list(
            'id', flat=True
        ),
        lambda n: Account.annotate(is_so=RawSQL(CLERK)).filter(Q(is_so=n > 20) | Q(id=n), name=f'{n}').order_by('id'),
        lambda n: (
            Account.filter(id=n).annotate(is_so=RawSQL(CLERK)).limit(n + 1).values('id', 'is_so', u='agency__name')
        ),
        lambda n: Account.annotate(is_so=RawSQL(CLERK)).filter(is_so__not=True, id=n).select_related('agency'),
        lambda n: Account.annotate(is_so=RawSQL(CLERK)).filter(is_so=n > 20, id=n).count(),
        lambda n: Account.annotate(is_so=RawSQL(CLERK)).filter(is_so=n > 20, id=n).exists(),
        lambda n: Account.filter(id__not=n).annotate(n=Count('id')).group_by('role').values_list('role', 'n'),
        lambda n: Volunteer.filter(id=n).annotate(n=Count('memberships', distinct=True)),
    ],
)
def test_what_pages_ask_is_kept(make: Callable[[int], Any]) -> None:
    for number in (10, 20, 30, 40):
        assert ours(make(number)) == as_tortoise(make(number))
    assert is_kept(make(50))


@pytest.mark.parametrize(
    'make',
    [
        lambda n: Volunteer.filter(name__contains=f'{n}'),
        lambda n: Volunteer.annotate(count=Count('memberships')).filter(count__gt=n),
        lambda n: Volunteer.annotate(count=Count('memberships', _filter=Q(id=n))),
        lambda n: Account.annotate(role=RawSQL(CLERK)).filter(role=n > 20),
        lambda n: Account.annotate(is_so=RawSQL(CLERK if n > 20 else 'false')).filter(is_so=True),
        lambda n: Account.annotate(is_so=RawSQL(CLERK)).filter(is_so__in=[n > 20]),
        lambda n: Account.annotate(last=Max('created_at')).group_by('role').values('role', 'last'),
        lambda n: Volunteer.filter(version=F('id')),
        lambda n: Volunteer.filter(id=n).update(version=F('version') + n),
        lambda n: Volunteer.filter(name='*' if n > 20 else 'x'),
        lambda n: Volunteer.filter(name=RawSQL('lower(name)') if n > 20 else 'x'),
        lambda n: Account.filter(name=Subquery(Volunteer.all().limit(1).values('name')) if n > 20 else 'x'),
        lambda n: Account.filter(host_unit_id=F('agency_id') if n > 20 else n),
        lambda n: Account.filter(agency_id__isnull=n > 20),
        lambda n: Volunteer.filter(id__in=range(n)),
    ],
)
def test_what_is_not_understood_is_left_to_tortoise(make: Callable[[int], Any]) -> None:
    for number in (10, 20, 30, 40):
        assert ours(make(number)) == as_tortoise(make(number))


async def test_each_statement_has_its_own_values() -> None:
    first, second, third = [await builders.an_account(name=name) for name in ('甲', '乙', '丙')]

    for one in (first, second, third, second, first):
        assert (await Account.get(id=one.id)).name == one.name
        assert [*await Account.filter(name=one.name).values('id')] == [{'id': one.id}]
        assert await Account.filter(id=one.id).exclude(name=one.name).count() == 0
        assert await Account.filter(id=one.id, host_unit_id=one.host_unit_id).exists()
        with pytest.raises(DoesNotExist):
            await Account.get(id=one.id + 1_000_000)
    flat: Any
    for ids in ([], [first.id], [first.id, second.id], [second.id, third.id], [third.id]):
        flat = await Account.filter(id__in=ids).order_by('id').values_list('id', flat=True)
        assert flat == ids
    for number, one in enumerate((first, second, third)):
        assert await Account.filter(id=one.id).update(name=f'{number}') == 1
    flat = await Account.all().order_by('id').values_list('name', flat=True)
    assert flat == ['0', '1', '2']


async def test_what_tortoise_refuses_is_refused_each_time() -> None:
    unit = await builders.a_host_unit()
    for _ in range(4):
        with pytest.raises(FieldError):
            await Account.filter(nobody=1)
        with pytest.raises(ValueError, match='nobody'):
            await Account.filter(role='nobody')
        with pytest.raises(IntegrityError):
            await Account.filter(id=1).update(id=2)
        await Account.filter(id=1).update(host_unit=unit)


async def test_an_order_of_values_that_equal_ones_have_hidden_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, '_texts', {})

    def turned(query: Any, values: list[Any], limit: Any, offset: Any) -> tuple[bool, bool]:
        values += [offset, limit]
        return True, True

    monkeypatch.setattr(shapes, '_limits', turned)
    for number in (1, 2, 3):
        assert ours(Account.all().limit(number).offset(number)) == as_tortoise(
            Account.all().limit(number).offset(number)
        )

    assert ours(Account.all().limit(5).offset(9)) == as_tortoise(Account.all().limit(5).offset(9))
    assert list(shapes._texts.values()) == [None]


async def test_no_value_is_kept() -> None:
    for _ in range(3):
        await Account.filter(name='王小明', id__in=[98765, 98766]).select_related('host_unit')
        await Account.annotate(is_own=RawSQL('(account.id = 98765)')).filter(is_own=True)

    kept = repr(shapes._texts)
    assert 'FROM "account"' in kept
    assert '王小明' not in kept
    assert '98765' not in kept


async def test_what_is_added_to_a_record_is_there_each_time() -> None:
    clerk = await builders.an_account(name='甲')
    for _ in range(4):
        [one] = await Account.filter(id=clerk.id).annotate(is_so=RawSQL(CLERK))
        assert vars(one)['is_so'] is True
        [row] = await Account.filter(id=clerk.id).annotate(is_so=RawSQL(CLERK)).values('name', 'is_so')
        assert row == {'name': '甲', 'is_so': True}
        [last] = await Account.annotate(last=Max('role')).filter(id=clerk.id).group_by('id').values('last')
        assert isinstance(last['last'], Role)


def ours(query: Any) -> Any:
    query._choose_db_if_not_chosen()
    shapes.write(query)
    return said(query)


def as_tortoise(query: Any) -> Any:
    query._choose_db_if_not_chosen()
    query._make_query()
    return said(query)


def said(query: Any) -> Any:
    sql, values = query.query.get_parameterized_sql()
    return sql, values, list(map(type, values)), getattr(query, '_select_related_idx', None)


def is_kept(query: Any) -> bool:
    query._choose_db_if_not_chosen()
    shapes.write(query)
    return isinstance(query.query, shapes._Said) and shapes._texts[shapes._shape(query, [])] is not None


def a_query(model: type[Model], chance: random.Random) -> Callable[[int], Any]:
    """A query of a random shape, with values that follow from a number and differ from each other."""
    relations = sorted(model._meta.fk_fields)
    paths = [_condition(model, relations, chance) for _ in range(chance.randint(1, 5))]
    outer, inner, kind, negated = (chance.random() for _ in range(4))
    columns = chance.sample(sorted(model._meta.db_fields), 2)
    names = chance.sample(relations, min(len(relations), 2))

    def make(number: int) -> Any:
        conditions = [Q(**{path: value(number + 50 * place)}) for place, (path, value) in enumerate(paths)]
        half = len(conditions) // 2
        left = Q(*conditions[:half], join_type=Q.OR if inner < 0.5 else Q.AND)
        right = Q(*conditions[half:], join_type=Q.OR if outer < 0.5 else Q.AND)
        query: Any = model.filter(~left if negated < 0.3 else left, right)
        return {
            0: lambda: query.order_by(*columns).select_related(*names).limit(number),
            1: lambda: query.values_list(*columns),
            2: lambda: query.offset(number).values(*columns),
            3: query.count,
            4: query.exists,
            5: query.delete,
        }[int(kind * 6)]()

    return make


def _condition(model: type[Model], relations: list[str], chance: random.Random) -> tuple[str, Callable[[int], Any]]:
    path = ''
    if relations and chance.random() < 0.4:
        way = chance.choice(relations)
        path, model = f'{way}__', model._meta.fields_map[way].related_model  # type: ignore[attr-defined]
    fields = model._meta.fields_map
    name = chance.choice([one for one in sorted(model._meta.db_fields) if not isinstance(fields[one], SealedTextField)])
    operator = chance.choice([one for one in OPERATORS if name + one in model._meta.filters])
    field = fields[name]
    if operator in ('__isnull', '__not_isnull'):
        is_asked = chance.random() < 0.5
        return path + name + operator, lambda _: is_asked
    if operator in ('__in', '__not_in'):
        many = chance.randint(0, 3)
        return path + name + operator, lambda number: [_value(field, number + one) for one in range(many)]
    return path + name + operator, lambda number: _value(field, number)


def _value(field: Any, number: int) -> Any:
    if isinstance(field, CharEnumFieldInstance):
        return list(field.enum_type)[number % len(field.enum_type)]
    values: dict[type[Any], Callable[[], Any]] = {
        bool: lambda: number % 2 == 0,
        int: lambda: number,
        float: lambda: number + 0.5,
        str: lambda: chr(0x4E00 + number),
        bytes: lambda: b'%d' % number,
        date: lambda: date(2020, 1, 1) + timedelta(number),
        datetime: lambda: LONG_AGO + timedelta(number),
        UUID: lambda: UUID(int=number),
    }
    return values.get(field.field_type, lambda: {'number': number})()
