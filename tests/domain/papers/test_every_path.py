"""Every function of domain that writes what papers hold says so to a review under way."""

import ast
from collections.abc import Iterator
from pathlib import Path

DOMAIN = Path(__file__).parents[3] / 'domain'
RECORDS = {'Volunteer', 'Training'}
ROOMS = {'volunteers', 'trainings'}  # where a record of these is written by its own name
WRITES = {'create', 'bulk_create', 'get_or_create', 'update_or_create', 'bulk_update', 'save', 'update', 'delete'}

# Somebody new has no case yet; who serves where is no paper.
NO_PAPERS = {'volunteers.register', 'volunteers.memberships.assign_team', 'volunteers.memberships.end_membership'}
NO_PAPERS |= {'volunteers.enrolment._put_on_roster', 'volunteers.memberships.take_back'}
NO_PAPERS |= {'volunteers.newcomers.register_all', 'volunteers.newcomers.unregister'}
# Nor are the keys by which a person is found, the account, who looked up a number, codes and questions to the owner.
NO_PAPERS |= {'volunteers.spelling.renew_keys', 'volunteers.addresses.ask', 'volunteers.addresses.changed'}
NO_PAPERS |= {'volunteers.lookups._count', 'volunteers.lookups._refuse', 'volunteers.printed_codes.give_out'}
# Whoever is closed has no case, and what comes back is what was printed.
NO_PAPERS |= {'volunteers.closing.reopen', 'volunteers.closing._write', 'volunteers.closing.closed'}
NO_PAPERS |= {'volunteers.closing._complete'}
# Tells of many people, by `_look_again`.
NO_PAPERS |= {'trainings.recording.record_all'}


def test_whoever_writes_a_volunteer_or_a_training_tells_the_review() -> None:
    writers = dict(functions_that_write())

    assert {name for name, tells in writers.items() if tells} == {
        'trainings.amend',
        'trainings.record',
        'trainings.recording.take_back',
        'trainings.remove',
        'volunteers._update',
        'volunteers.addresses.write',
    }
    assert {name for name, tells in writers.items() if not tells} - NO_PAPERS == set()


def functions_that_write() -> Iterator[tuple[str, bool]]:
    """The name of each, and whether it calls `invalidate_review`."""
    for path in sorted(DOMAIN.rglob('*.py')):
        module = '.'.join(path.relative_to(DOMAIN).with_suffix('').parts).removesuffix('.__init__')
        for function in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
                if any(writes(call, module) for call in calls):
                    called = {call.func.attr for call in calls if isinstance(call.func, ast.Attribute)}
                    yield f'{module}.{function.name}', 'invalidate_review' in called


def writes(call: ast.Call, module: str) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in WRITES:
        return False
    names = {node.id for node in ast.walk(call.func) if isinstance(node, ast.Name)}
    is_own = module.partition('.')[0] in ROOMS and call.func.attr in {'save', 'delete', 'create', 'update_or_create'}
    return bool(is_own or RECORDS & names)
