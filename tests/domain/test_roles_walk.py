"""A first look."""

import json, os, pytest, time
from dataclasses import replace
from db.choices import Role
from db.models import Account, Application, Roster, Volunteer
from domain import errors
from tests.builders import an_account
from tests.domain.test_teams_walk import *  # noqa
from tests.domain import test_teams_walk as w
from tortoise.transactions import in_transaction


async def test_matrix(other):
    unit = other.whole.host_unit_id
    case = other.of[Application]
    people = {
        'clerk': other.whole,
        'team': other.asking,
        'reviewer': await Account.get(name='何專員'),
        'volunteer': await an_account(Role.VOLUNTEER, volunteer=other.of[Volunteer]),
        'admin': await an_account(Role.ADMINISTRATOR),
        'supervisor': await an_account(Role.SUPERVISOR, host_unit_id=unit),
        'county': await an_account(Role.COUNTY),
        'ministry': await an_account(Role.MINISTRY),
        'inspector': await an_account(Role.INSPECTOR),
        'clerkx': await an_account(),
        'reviewerx': await an_account(Role.REVIEWER),
        'volunteerx': await an_account(Role.VOLUNTEER),
    }
    before = await w.state_of(other)
    out = {}
    t = time.process_time()
    for name, service in w.services():
        out[name] = {}
        for who, by in people.items():
            try:
                given = w.arguments_of(service, other)
            except w.Unfit:
                out[name]['unfit'] = 1
                break
            said = 'silent'
            try:
                async with in_transaction():
                    try:
                        answer = await service(**given, by=by)
                    except errors.NotPermitted:
                        said = 'NP'
                    except errors.NotFound:
                        said = 'NF'
                    except errors.DomainError as e:
                        said = 'DE:' + type(e).__name__
                    else:
                        if any(w.SECRET in t for t in w.texts(answer)):
                            said = 'told'
                    if said not in ('NP', 'NF') and await w.state_of(other) != before:
                        said = 'changed'
                    raise w.TakenBack
            except w.TakenBack:
                pass
            except Exception as e:
                said = 'broke:' + type(e).__name__
            out[name][who] = said
    print(time.process_time() - t, len(out))
    json.dump(out, open('/tmp/roles_matrix.json', 'w'), indent=0)
