"""Statements whose columns are kept are those that Tortoise writes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tortoise import Model
from tortoise.expressions import Q, Subquery
from tortoise.functions import Count

from db import columns, models
from db.models import Account, Application, Membership, Training, Volunteer

pytestmark = pytest.mark.usefixtures('database')
MODELS = [one for one in vars(models).values() if isinstance(one, type) and issubclass(one, Model) and one is not Model]


@pytest.fixture
def as_tortoise_has_it() -> Iterator[Any]:
    """Runs what it is given without what is kept; what the tables themselves have stays as it is."""

    def plainly(write: Any) -> Any:
        columns.uninstall()
        try:
            return write()
        finally:
            columns.install()

    yield plainly
    columns.install()


def test_whatever_relation_is_read_along_the_statement_is_the_same(as_tortoise_has_it: Any) -> None:
    compared = 0
    for model in MODELS:
        for path in _paths(model):

            def write(model: type[Model] = model, path: tuple[str, ...] = path) -> str:
                return model.filter(pk=None).select_related(*path).sql()

            for _ in range(2):  # the second time from what was kept
                assert write() == as_tortoise_has_it(write), (model, path)
            compared += 1
    assert compared > 100


def test_statements_of_other_shapes_are_the_same(as_tortoise_has_it: Any) -> None:
    mine = Membership.filter(host_unit__is_active=True).values('volunteer_id')
    written: list[Callable[[], str]] = [
        lambda: Volunteer.filter(id__in=Subquery(mine), photo__kind='photo').select_related('photo').limit(3).sql(),
        lambda: Volunteer.all().only('name', 'photo__name').select_related('photo').sql(),
        lambda: Application.filter(Q(volunteer__name='x') | Q(agency__name='y')).select_related('agency__field').sql(),
        lambda: Application.annotate(n=Count('steps')).select_related('volunteer', 'volunteer__photo').sql(),
        lambda: Application.filter(agency__name='y').distinct().select_for_update(of=('application',)).sql(),
        lambda: Training.filter(volunteer__name='x').order_by('field__name').values_list('title', 'field__name').sql(),
        lambda: Account.filter(host_unit__name='x').update(name='y').sql(),
        lambda: Account.filter(host_unit__name='x').delete().sql(),
    ]
    for write in written:
        assert write() == as_tortoise_has_it(write)


def test_a_column_that_gets_another_name_is_another_column() -> None:
    whole: Any = Application._meta.basequery_all_fields
    column = whole._selects[0]

    assert isinstance(column, columns.Column)
    other = column.as_('other')
    assert (type(other).__name__, other.alias, column.alias) == ('Field', 'other', None)


def _paths(model: type[Model]) -> Iterator[tuple[str, ...]]:
    """Each relation alone, all together, and those of each relation."""
    ways = sorted(model._meta.fk_fields)
    yield from ((way,) for way in ways)
    if ways:
        yield tuple(ways)
    for way in ways:
        related = model._meta.fields_map[way].related_model  # type: ignore[attr-defined]
        yield from ((way, f'{way}__{further}') for further in sorted(related._meta.fk_fields))
