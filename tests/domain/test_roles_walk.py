"""Every service as every role: it does what the table of roles says, and no service is without a row."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from tortoise.transactions import in_transaction

from db.choices import ImportKind, Role
from db.models import Account, Application, ImportBatch, Volunteer
from domain import dates, roles
from domain.errors import DomainError, NotFound, NotPermitted
from domain.roles import EVERY, INNER, Row

from ..builders import an_account
from .test_teams_walk import AS_TYPED, SECRET, TakenBack, Team2, Unfit, arguments_of, other, services, state_of, texts

__all__ = ['other']

ROOT = Path(__file__).parents[2]
# Whoever has no right finds nothing there: an empty list, no, or None, or is first asked for what is wanting.
SILENT = {
    'applications.current_of',
    'applications.history_of',
    'books.paper_lists.latest_of',
    'books.paper_lists.open_one_of',
    'books.book_prints.of_cases',
    'books.record_books.current_book_of',
    'books.record_books.count',
    'books.record_books.find',
    'corrections.marks.beside',
    'corrections.marks.of',
    'corrections.marks.seen',
    'departures.transfers.waiting_count',
    'drafts.save',
    'trainings.search.find',
    'trainings.search.size',
    'volunteers.profile.listed',
}
# What is typed is read again in the answer.
BY_TYPING = AS_TYPED | {'domain.directory.team_named'}
# What the walk asks for is refused for another reason than the role: no decision, a closed account, no address.
NOT_NOW = {
    'accounts.staff.send_link',
    'accounts.staff.send_link_to',
    'accounts.unit_accounts.send_link',
    'accounts.terms.unlock',
    'reviews.decisions.decide',
    'reviews.require_decidable',
}
REFUSED = ('not permitted', 'not found')


async def accounts_of(known: Team2) -> dict[str, Account]:
    """One of each role beside the records that are asked for, and strangers who have nothing to do with them."""
    case, unit = known.of[Application], known.whole.host_unit_id
    assert isinstance(case, Application)
    head = known.whole
    head.is_unit_administrator = True
    await head.save(update_fields=['is_unit_administrator'])
    facts: dict[str, Any] = {'kind': ImportKind.SERVICE_HOURS, 'digest': '0' * 64, 'size': 1, 'begun_at': dates.now()}
    batch = await ImportBatch.create(host_unit_id=unit, account=head, **facts)
    known.of[ImportBatch], known.ids['batch_id'] = batch, batch.id
    return {
        Role.UNIT_STAFF: head,
        Role.REVIEWER: await an_account(Role.REVIEWER, agency_id=case.agency_id, is_agency_supervisor=True),
        Role.VOLUNTEER: await an_account(Role.VOLUNTEER, volunteer=known.of[Volunteer]),
        Role.ADMINISTRATOR: await an_account(Role.ADMINISTRATOR),
        Role.SUPERVISOR: await an_account(Role.SUPERVISOR, host_unit_id=unit),
        Role.COUNTY: await an_account(Role.COUNTY, county_id=case.county_id),
        Role.MINISTRY: await an_account(Role.MINISTRY),
        Role.INSPECTOR: await an_account(Role.INSPECTOR),
        'a clerk of another unit': await an_account(),
        'a reviewer of another agency': await an_account(Role.REVIEWER),
        'another volunteer': await an_account(Role.VOLUNTEER),
    }


async def outcome(name: str, by: Account, known: Team2, before: list[object]) -> str:
    """What the service answers: 'not permitted', 'not found', 'told', 'changed' or 'let in'. Raises Unfit."""
    service = SERVICES[name]
    given, said = arguments_of(service, known), 'let in'
    try:
        async with in_transaction():
            try:
                answer = await service(**given, by=by)
            except NotPermitted:
                said = 'not permitted'
            except NotFound:
                said = 'not found'
            except DomainError as refusal:
                said = 'told' if SECRET in str(refusal) else said
            else:
                file = getattr(answer, 'file', answer)
                if hasattr(file, 'read') and hasattr(file, 'close'):
                    file.close()
                said = 'told' if any(SECRET in text for text in texts(answer)) else said
                said = 'changed' if await state_of(known) != before else said
            raise TakenBack
    except TakenBack:
        return said
    except Exception:  # an answer to what no page sends
        return 'let in'


# The demo office acts as everybody.
SERVICES = dict(services(but={'domain.demo'}))
# They go on in the background, or look for keys: called as those who have no right, for whom nothing begins.
NOT_BEGUN = ('imports.', 'operations.')


def named(service: str) -> str:
    return service.removeprefix('domain.')


def fault_of(service: str, who: str, said: str, row: Row) -> str:
    """In what the outcome is not what the table says; '' where it is."""
    if isinstance(who, Role) and who in row:
        return said if said == 'not permitted' and row != EVERY and service not in NOT_NOW else ''
    if not isinstance(who, Role) and f'domain.{service}' in BY_TYPING:
        return ''
    if said in REFUSED or row == EVERY:
        return ''
    return '' if said == 'let in' and (service in SILENT or not isinstance(who, Role)) else said


def test_every_service_has_a_row() -> None:
    for name in SERVICES:
        roles.of_service(named(name))


async def test_each_service_does_as_each_role_what_the_table_says(other: Team2) -> None:
    people, before = await accounts_of(other), await state_of(other)
    wrong: dict[str, list[str]] = defaultdict(list)
    tried = 0
    for name in SERVICES:
        row = roles.of_service(named(name))
        if row == INNER:
            continue
        for who, by in people.items():
            if by.role in row and named(name).startswith(NOT_BEGUN):
                continue
            try:
                said = await outcome(name, by, other, before)
            except Unfit:
                break
            tried += 1
            if fault := fault_of(named(name), who, said, row):
                wrong[name].append(f'{who}: {fault}')
    assert not wrong, '\n'.join(f'{name}: {said}' for name, said in wrong.items())
    assert tried > 2000


def test_no_page_calls_what_is_a_step_of_other_services() -> None:
    steps = [named(name) for name in SERVICES if roles.of_service(named(name)) == INNER]
    source = '\n'.join(path.read_text() for path in sorted((ROOT / 'ui').rglob('*.py')))
    called = [step for step in steps if re.search(rf'\b{re.escape(".".join(step.split(".")[-2:]))}\(', source)]
    assert called == []


def test_the_documentation_prints_the_table_as_it_is() -> None:
    assert roles.printed() in (ROOT / 'domain' / 'roles.md').read_text()
