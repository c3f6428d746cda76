"""Every page, file and print as every role: opened, or not there, as the table of roles says."""

import re
from collections.abc import Mapping
from datetime import timedelta

from db.choices import BatchState, FileKind, ImportKind, MembershipStatus, Role
from db.models import Account, Application, ImportBatch, InspectedCase, Inspection, Membership
from domain import dates, roles, rosters, sign_offs
from domain.accounts import sessions
from domain.roles import Row
from domain.sign_offs import Asking
from ui import frame
from ui.door import public_paths
from ui.pages import about, menus
from ui.routes import PAGES

from ..builders import an_account
from ..domain import sample_office
from .browser import Browser

# For whoever is signed in, whatever the role, and what has a guard of its own (tests/ui/test_health.py, test_gate.py).
ASIDE = re.compile(r'/test/.*|/_nicegui.*|/static.*|/(healthz|readyz|metrics|favicon.ico|login.*|logout)|/card/.*')


async def the_office(name: str, sequence: int) -> tuple[dict[Role, Account], dict[str, object]]:
    """An account of each role beside the same records, and the ids by which addresses name these."""
    office = await sample_office.an_office(name)
    person = await sample_office.a_complete_volunteer(office)
    roster = await rosters.start('名冊', office.agency.county_id, office.agency.id, by=office.clerk)
    await rosters.add(roster, [(await sample_office.a_complete_volunteer(office)).id], by=office.clerk)
    asked = await sign_offs.ask(roster, Asking(of_account=True), by=office.clerk)
    await Application.filter(roster_id=roster.id).update(round=1)
    sent = await sample_office.a_case(office, person)
    book = await sample_office.a_book(person, office, number=f'中市文志字第1150{sequence}號', sequence=sequence)
    leaver = await sample_office.a_complete_volunteer(office)
    await Membership.filter(volunteer=leaver).update(status=MembershipStatus.LEFT, left_on=dates.today())
    people = {
        Role.UNIT_STAFF: office.clerk,
        Role.REVIEWER: office.reviewer,
        Role.VOLUNTEER: await an_account(Role.VOLUNTEER, volunteer=person),
        Role.ADMINISTRATOR: await an_account(Role.ADMINISTRATOR),
        Role.SUPERVISOR: await an_account(Role.SUPERVISOR, host_unit=office.unit),
        Role.COUNTY: await an_account(Role.COUNTY, county_id=office.agency.county_id),
        Role.MINISTRY: await an_account(Role.MINISTRY),
        Role.INSPECTOR: await an_account(Role.INSPECTOR),
    }
    office.clerk.is_unit_administrator = True
    await office.clerk.save(update_fields=['is_unit_administrator'])
    sample = await Inspection.create(
        inspector=people[Role.INSPECTOR],
        agency=office.agency,
        begins_on=dates.today(),
        ends_on=dates.today(),
        reason='稽核',
        drawn_at=dates.now(),
        closes_at=dates.now() + timedelta(days=1),
    )
    await InspectedCase.create(inspection=sample, application=sent)
    batch = await ImportBatch.create(
        kind=ImportKind.SERVICE_HOURS,
        state=BatchState.DONE,
        host_unit=office.unit,
        account=office.clerk,
        digest='0' * 64,
        size=1,
        begun_at=dates.now(),
    )
    ids = {
        'batch_id': batch.id,
        'volunteer_id': person.id,
        'leaver_id': leaver.id,
        'roster_id': roster.id,
        'application_id': sent.id,
        'sign_off_id': asked.id,
        'inspection_id': sample.id,
        'book_id': book.id,
        'file_id': person.photo_id,
        'tab': 'trainings',
        'section': 'accounts',
        'turn': 1,
    }
    return people, ids


def row_of(address: str) -> Row | None:
    try:
        return roles.of_address(address)
    except LookupError:
        return None


def asked(address: str, ids: Mapping[str, object]) -> str:
    """The address with records that there are; of a kind of document one that it has."""
    kinds = {'kind': 'odt' if 'record-books' in address else 'ods', 'form': 'ods'}
    if address.startswith(('/imports/', '/downloads/imports/', '/uploads/imports/')):
        kinds['kind'] = ImportKind.SERVICE_HOURS.value
    elif address.startswith('/uploads/'):
        kinds['kind'] = FileKind.PHOTO.value
    return re.sub(r'\{(\w+)(?::\w+)?\}', lambda found: str({**ids, **kinds}.get(found[1], 1)), address)


def test_the_ways_in_lead_each_role_only_where_the_table_lets_it() -> None:
    tiles = [*menus.ENTRIES.items(), *menus.OTHERS.items()]
    shown = {(role, entry.address) for role, entries in tiles for entry in entries} | {*frame.HOMES.items()}
    shown |= {(role, address) for role in Role for _, address in [*about.PAGES[role], *about.OWN]}
    assert [each for each in sorted(shown) if each[0] not in roles.of_address(each[1].partition('?')[0])] == []


# Of what is only sent, nobody may ask for it so.
UNSEEN = (404, 405)
# A record of this kind is not made here, or only its POST does something: for the others it is not there either way.
LACKING = re.compile(
    r'/account/(factors|proof|request|sessions)/.*|/privacy/.*|/uploads.*|/printouts/(books|counter-codes).*|.*request_id.*|.*(draft_id|registration_id|training_id).*|/printouts/(consolidated|codes).*|/account/certificates.*|/mails'
    r'|.*/pictures/.*|.*/paper$|.*/marked\..*'
)


async def test_each_address_is_there_for_the_roles_of_the_table_and_for_no_other(browser: Browser) -> None:
    people, ids = await the_office('各角色的示例單位', 99009)
    tokens = {role: await sessions.open(account) for role, account in people.items()}
    browser.token = tokens[Role.UNIT_STAFF]
    addresses = [one for one in (await browser.get('/test/addresses')).json() if one and not ASIDE.fullmatch(one)]
    pages, wrong, turn = {address for address, *_ in PAGES}, [], 0

    async def status(address: str, role: Role) -> int:
        browser.token = tokens[role]
        return (await browser.get(asked(address, ids))).status_code

    for address in sorted({*addresses} - public_paths.PAGES):
        row = row_of(address)
        if row is None:
            wrong.append(f'{address} has no row')
            continue
        others, turn = [role for role in Role if role not in row], turn + 1
        if address in pages and others:  # a page costs more than a refusal: of the others one, in turn
            others = [others[turn % len(others)]]
        wrong += [
            f'{address} as {role}: {code}' for role in others if (code := await status(address, role)) not in UNSEEN
        ]
        if not LACKING.fullmatch(address):
            role = [*row][turn % len(row)]
            code = await status(address, role)
            wrong += [f'{address} as {role}: {code}'] if code == 404 or code >= 500 else []
    wrong += [f'{row} is no address' for row in roles.PAGES if not any(one.startswith(row) for one in addresses)]
    assert wrong == []
    assert turn > 60


# What a form of it lacks is told with 404: nothing was in it.
EMPTY = re.compile(r'/account/.*|/sign-offs/.*')


async def test_what_is_only_sent_is_taken_from_the_roles_of_the_table_and_from_no_other(browser: Browser) -> None:
    people, ids = await the_office('各角色送出的單位', 99010)
    tokens = {role: await sessions.open(account) for role, account in people.items()}
    browser.token = tokens[Role.UNIT_STAFF]
    sent = [one for one in (await browser.get('/test/sent')).json() if not ASIDE.fullmatch(one)]
    wrong = []

    async def status(address: str, role: Role) -> int:
        browser.token = tokens[role]
        return (await browser.post(asked(address, ids))).status_code

    for address in sorted({*sent} - public_paths.PAGES):
        row, refused = roles.of_address(address), 403 if address.startswith('/uploads/') else 404
        taken = {role: await status(address, role) for role in Role if role not in row or not EMPTY.fullmatch(address)}
        wrong += [f'{address} as {role}: {code}' for role, code in taken.items() if (code == refused) is (role in row)]
        wrong += [f'{address} as {role}: {code}' for role, code in taken.items() if code >= 500]
    assert wrong == []
    assert len(sent) > 15
