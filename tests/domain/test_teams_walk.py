"""A walk over the services with a clerk of one team and the people of another: nothing is told, nothing is changed."""

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from tortoise.models import Model
from tortoise.transactions import in_transaction

import domain
from db.choices import Choice, CorrectionReason, DraftKind, Place
from db.models import (
    Account,
    Application,
    Award,
    Correction,
    Draft,
    HistoryEntry,
    Membership,
    RecordBook,
    Roster,
    StoredFile,
    Training,
    Volunteer,
)
from domain import dates, drafts, rosters
from domain.errors import DomainError
from domain.ledgers.forms import AWARDS, Ledger
from domain.paging import Page
from tests.builders import a_file, a_team, an_account
from tests.domain import sample_office

SECRET = '乙隊之人'
# No acts of a clerk, or tried by themselves.
# Imports work in the background; what a clerk of one team sees of them has tests of its own.
ASIDE = {'domain.demo', 'domain.imports', 'domain.operations', 'domain.accounts.unit_accounts'}
# Steps of acts whose services have asked already, in whose transaction they stand.
IN_THEIR_CALLERS_HANDS = {'domain.applications.give_up', 'domain.applications.send'}
# What is not found of a pasted text is said as it was typed.
AS_TYPED = {'domain.rosters.pasted.pasted'}


class Unfit(Exception):
    """No value for a parameter."""


@dataclass(frozen=True)
class Team2:
    """What another team of the unit has, and who asks for it."""

    asking: Account
    whole: Account
    of: dict[type[Model], Model]
    ids: dict[str, object]


@pytest.fixture
async def other(database: str) -> Team2:
    office = await sample_office.an_office()
    team, mine = await a_team(office.unit, '乙隊'), await a_team(office.unit, '甲隊')
    person = await sample_office.a_complete_volunteer(office, name=SECRET)
    await Membership.filter(volunteer=person).update(team_id=team.id)
    book = await sample_office.a_book(person, office)
    case = await sample_office.a_draft(office, person)
    roster = await rosters.start(SECRET, office.agency.county_id, office.agency.id, by=office.clerk)
    await Roster.filter(id=roster.id).update(team_id=team.id)
    await Application.filter(id=case.id).update(roster_id=roster.id, roster_position=1)
    draft = await drafts.open(DraftKind.VOLUNTEER, by=office.clerk, volunteer=person)
    await drafts.save(draft, 'name', SECRET, by=office.clerk)
    new = await drafts.open(DraftKind.VOLUNTEER, by=office.clerk)
    await drafts.save(new, 'name', SECRET, by=office.clerk)
    await Draft.filter(id=new.id).update(team_id=team.id)
    training = await Training.filter(volunteer=person).first()
    assert training is not None
    entry = await Award.create(
        volunteer=person,
        title=SECRET,
        awarded_by='示例單位',
        awarded_on=dates.today(),
        recorder=office.clerk,
        entered_by_unit=office.unit,
    )
    mark = await Correction.create(
        application=case,
        round=1,
        place=Place.BASICS,
        field='name',
        label='姓名',
        reason=next(iter(CorrectionReason)),
        text=SECRET,
        raised_by=office.reviewer,
        raised_at=dates.now(),
    )
    file = await a_file(by=await an_account(host_unit=office.unit, team=team))
    records: list[Model] = [person, case, roster, draft, training, book, file, mark, team, office.unit]
    ids: dict[str, object] = {f'{type(one).__name__.lower()}_id': one.pk for one in records}
    ids |= {'entry_id': entry.id, 'file_id': file.id, 'correction_id': mark.id, 'volunteer_ids': [person.id]}
    return Team2(
        asking=await Account.get(id=(await an_account(host_unit=office.unit, team=mine)).id),
        whole=office.clerk,
        of={type(one): one for one in records},
        ids=ids | {'recordbook_id': book.id, 'book_id': book.id, 'draft_id': draft.id},
    )


def services(but: Collection[str] = ASIDE) -> Iterator[tuple[str, Callable[..., Awaitable[Any]]]]:
    """Every public function of domain that names its actor, once, outside of the modules `but`."""
    for found in pkgutil.walk_packages(domain.__path__, 'domain.'):
        if any(found.name.startswith(aside) for aside in but) or found.name.endswith('__main__'):
            continue
        module = importlib.import_module(found.name)
        for name, each in vars(module).items():
            is_own = inspect.iscoroutinefunction(each) and each.__module__ == found.name
            if is_own and not name.startswith('_') and 'by' in inspect.signature(each).parameters:
                yield f'{found.name}.{name}', each


def value_of(name: str, hint: Any, known: Team2) -> Any:
    """Something of the other team where the parameter can name it, else what a form begins with. Raises Unfit."""
    if name in known.ids:
        return known.ids[name]
    if get_origin(hint) in (Union, UnionType):
        for one in get_args(hint):
            if one is not type(None):
                return value_of(name, one, known)
    if get_origin(hint) in (list, Sequence, Collection, tuple, set):
        [one, *_] = get_args(hint)
        return [known.of[Volunteer].pk if one is int else value_of(name, one, known)]
    if hint in known.of:
        return known.of[hint]
    if hint is Account:
        return known.whole
    if hint is Ledger:
        return AWARDS
    if get_origin(hint) in (dict, Mapping):
        return {}
    if inspect.isclass(hint) and issubclass(hint, Choice):
        return next(iter(hint))
    if dataclasses.is_dataclass(hint):
        try:
            make: Any = hint
            made = make()
        except TypeError:
            raise Unfit from None
        named = {key: one for key, one in known.ids.items() if key in {each.name for each in dataclasses.fields(made)}}
        return replace(made, **named)
    plain = {str: SECRET, int: known.of[Volunteer].pk, bool: True, date: dates.today(), object: SECRET}
    if hint in plain:
        return plain[hint]
    raise Unfit


def arguments_of(service: Callable[..., Any], known: Team2) -> dict[str, Any]:
    hints = get_type_hints(service)
    given = {}
    for name, parameter in inspect.signature(service).parameters.items():
        if name != 'by' and (parameter.default is parameter.empty or name in known.ids):
            given[name] = value_of(name, hints[name], known)
    return given


def texts(answer: object, depth: int = 0) -> Iterator[str]:
    """All words in what a service answers."""
    if depth > 5 or answer is None:
        return
    if isinstance(answer, str):
        yield answer
    elif isinstance(answer, bytes):
        return
    elif isinstance(answer, Model):
        for value in vars(answer).values():
            yield from texts(value, depth + 1)
    elif isinstance(answer, Page):
        yield from texts(answer.rows, depth + 1)
    elif dataclasses.is_dataclass(answer):
        for field in dataclasses.fields(answer):
            yield from texts(getattr(answer, field.name), depth + 1)
    elif isinstance(answer, dict):
        for key, value in answer.items():
            yield from texts(key, depth + 1)
            yield from texts(value, depth + 1)
    elif isinstance(answer, list | tuple | set | frozenset):
        for one in answer:
            yield from texts(one, depth + 1)


class TakenBack(Exception):
    """Ends a try, so that the next one finds the office as it was."""


async def outcome(service: Callable[..., Awaitable[Any]], by: Account, known: Team2, before: list[Any]) -> str:
    """What came of the other team's records: 'refused', 'changed', 'told', 'silent', 'broke' on nonsense.

    Raises Unfit.
    """
    given, said = arguments_of(service, known), 'silent'
    try:
        async with in_transaction():
            try:
                answer = await service(**given, by=by)
            except DomainError as refusal:
                said = 'told' if SECRET in str(refusal) else 'refused'
            else:
                file = getattr(answer, 'file', answer)
                if hasattr(file, 'read') and hasattr(file, 'close'):
                    file.close()
                if any(SECRET in text for text in texts(answer)):
                    said = 'told'
                if await state_of(known) != before:
                    said = 'changed'
            raise TakenBack
    except TakenBack:
        return said
    except Exception:  # an answer to what no page sends
        return 'broke'


async def state_of(known: Team2) -> list[Any]:
    person = known.of[Volunteer].pk
    rows: list[Any] = []
    for model, column in (
        (Volunteer, 'id'),
        (Membership, 'volunteer_id'),
        (Application, 'volunteer_id'),
        (Training, 'volunteer_id'),
        (Draft, 'volunteer_id'),
        (RecordBook, 'volunteer_id'),
        (StoredFile, 'volunteer_id'),
        (HistoryEntry, 'volunteer_id'),
    ):
        rows.append(sorted(map(str, await model.filter(**{column: person}).values())))
    rows.append(sorted(map(str, await Roster.filter(id=known.of[Roster].pk).values())))
    return rows


async def test_no_service_tells_or_changes_what_is_another_teams(other: Team2) -> None:
    whole, asking, before = {}, {}, await state_of(other)
    for name, service in services():
        try:
            whole[name] = await outcome(service, other.whole, other, before)
            asking[name] = await outcome(service, other.asking, other, before)
        except Unfit:
            continue

    leaks = {name: said for name, said in asking.items() if said in ('told', 'changed')}
    assert {name: said for name, said in leaks.items() if name not in IN_THEIR_CALLERS_HANDS | AS_TYPED} == {}
    # The walk reaches what there is: a clerk of the whole unit is told, and changes it.
    assert len(asking) > 150
    assert len([said for said in whole.values() if said == 'told']) > 25
    assert len([said for said in whole.values() if said == 'changed']) > 8
