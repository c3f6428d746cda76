"""A component is a pair of files: what runs in Python, and beside it what runs in the browser."""

import ast
import re
from pathlib import Path

from ..site import ROOT

UI = ROOT / 'ui'
COMPONENTS = UI / 'components'


def test_a_script_and_the_class_it_belongs_to_stand_beside_each_other_under_one_name() -> None:
    expected = {script.relative_to(UI): script.stem for script in COMPONENTS.rglob('*.js')}

    assert {script.relative_to(UI): name for script, name in _defined()} == expected
    assert all(script.with_suffix('.py').exists() for script, _ in _defined())


def test_no_two_scripts_have_one_name() -> None:
    names = sorted(script.stem for script in COMPONENTS.rglob('*.js'))

    assert names == sorted({*names})  # NiceGUI makes the tag of the name alone


def test_no_button_of_a_page_waits_for_a_form_that_html_would_send() -> None:
    # There is none around it; Enter comes as `entered` of the field.
    assert [file.name for file in UI.rglob('*.py') if re.search(r'ui\.button\(.*type=submit', file.read_text())] == []


def _defined() -> list[tuple[Path, str]]:
    """Every class in ui/ that has a component: the script it names, and its own name, which is that of its module."""
    return [
        (file.parent / str(keyword.value.value), node.name if node.name == file.stem else f'{node.name} of {file.name}')
        for file in UI.rglob('*.py')
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ClassDef)
        for keyword in node.keywords
        if keyword.arg == 'component' and isinstance(keyword.value, ast.Constant)
    ]
