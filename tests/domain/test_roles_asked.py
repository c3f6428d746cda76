"""Services ask the table of roles, and nothing else, who may do what; read from their source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from domain import roles
from domain.roles import INNER

DOMAIN = Path(__file__).parents[2] / 'domain'
# The table, what asks it, and the demo office, which acts as everybody.
ASIDE = {'roles', 'permissions'}
# It has been asked; here whose the case is depends on the role.
FINER = {
    'accounts.requests._require_of_desk',  # a county has those of its own
    'cases.deputies._reviewer',  # a reviewer names the own deputy, the agency's supervisor anybody's
    'accounts.terms.looked_after',  # a county those of its units
    'directory.save_team',  # a clerk those of the own unit
    'volunteers.reveal.number',  # a reviewer while there is a case
}


@dataclass(frozen=True)
class Function:
    """A function of a module of domain, 'applications' and its tree."""

    module: str
    tree: ast.FunctionDef | ast.AsyncFunctionDef

    @property
    def name(self) -> str:
        return f'{self.module}.{self.tree.name}'

    @property
    def is_service(self) -> bool:
        """Whether the walk of the services calls it."""
        is_public = isinstance(self.tree, ast.AsyncFunctionDef) and not self.tree.name.startswith('_')
        return is_public and any(each.arg == 'by' for each in (*self.tree.args.args, *self.tree.args.kwonlyargs))


def functions() -> Iterator[Function]:
    for path in sorted(DOMAIN.rglob('*.py')):
        module = '.'.join(path.relative_to(DOMAIN).with_suffix('').parts).removesuffix('.__init__')
        if module not in ASIDE and not module.startswith('demo'):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield Function(module, node)


FUNCTIONS = list(functions())
PUBLIC = {one.name for one in FUNCTIONS if not one.tree.name.startswith('_')}


def asked_in(one: Function) -> Iterator[tuple[str, ast.Call]]:
    """The calls that ask the table, and how: 'require' or 'may'."""
    calls = (node for node in ast.walk(one.tree) if isinstance(node, ast.Call))
    for call in calls:
        found = ast.unparse(call.func)
        if found in ('permissions.require', 'permissions.may'):
            yield found.partition('.')[2], call


def name_in(call: ast.Call) -> str:
    """What is asked for; '' where it is not written there."""
    name = call.args[1].value if len(call.args) == 2 and isinstance(call.args[1], ast.Constant) else ''
    return name if isinstance(name, str) else ''


def refuses(node: ast.AST) -> bool:
    """Whether it is a refusal that hangs on the role of the actor."""
    if not isinstance(node, ast.If) or 'by.role' not in ast.unparse(node.test):
        return False
    said = [ast.unparse(each) for step in node.body for each in ast.walk(step) if isinstance(each, ast.Raise)]
    return any('NotPermitted' in each or 'NotFound' in each for each in said)


def test_what_a_service_asks_for_is_a_row_of_its_own() -> None:
    wrong, parts = [], {*roles.SERVICES} - PUBLIC
    for one in FUNCTIONS:
        is_step = not one.is_service or roles.of_service(one.name) == INNER
        for how, call in asked_in(one):
            name = name_in(call)
            is_own = name == one.module or (name.startswith(f'{one.module}.') and name in PUBLIC | parts)
            is_exact = is_step or how == 'may' or name == one.name or name in parts - {one.module}
            if not is_own or not is_exact or roles.of_service(name) == INNER:
                wrong.append(f'{one.name}: {ast.unparse(call)}')
    assert wrong == []
    assert sum(1 for one in FUNCTIONS for _ in asked_in(one)) > 200


def test_no_service_refuses_by_a_role_of_its_own_choice() -> None:
    assert {one.name for one in FUNCTIONS if any(map(refuses, ast.walk(one.tree)))} == FINER


def test_every_row_is_of_a_service_or_asked_for_by_its_name() -> None:
    asked = {name_in(call) for one in FUNCTIONS for _, call in asked_in(one)}
    modules = {'.'.join(one.module.split('.')[:n]) for one in FUNCTIONS for n in range(1, 4)}
    assert {*roles.SERVICES} - PUBLIC - modules - asked == set()
