"""The templates of our components: Vue compiles them in the browser only, so they are compiled here beforehand."""

import json
import subprocess
from typing import Any

import pytest

from ..site import ROOT

READER = 'tests/ui/templates.mjs'


@pytest.fixture(scope='module')
def templates() -> list[dict[str, Any]]:
    """What tests/ui/templates.mjs tells of each template; it is in need of node and of what .setup/prepare installs."""
    return read_templates()


def read_templates() -> list[dict[str, Any]]:
    scripts = sorted(str(each.relative_to(ROOT)) for each in (ROOT / 'ui').rglob('*.js'))
    answer = subprocess.run(['node', READER, *scripts], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    return found


def test_every_template_compiles(templates: list[dict[str, Any]]) -> None:
    assert len(templates) > 30
    assert {each['at']: each['errors'] for each in templates if each['errors']} == {}


def test_whatever_is_repeated_has_a_key(templates: list[dict[str, Any]]) -> None:
    assert {each['at']: each['unkeyed'] for each in templates if each['unkeyed']} == {}


def test_a_template_names_only_what_its_component_has(templates: list[dict[str, Any]]) -> None:
    assert {each['at']: each['unknown'] for each in templates if each['unknown']} == {}
