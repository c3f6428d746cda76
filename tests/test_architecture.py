"""The layers and doors of pyproject.toml, checked by import-linter; and that an import changes nothing."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_layers_and_doors_are_as_pyproject_says() -> None:
    # In a process of its own: import-linter silences every logger there is, and later tests listen to some.
    command = [
        sys.executable,
        '-c',
        'import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))',
    ]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_an_import_changes_nothing_of_other_modules() -> None:
    changing = []
    for path in (each for folder in ('ui', 'domain', 'db') for each in (ROOT / folder).rglob('*.py')):
        for act in ast.parse(path.read_text(encoding='utf-8')).body:
            targets = act.targets if isinstance(act, ast.Assign) else [getattr(act, 'target', None)]
            is_set = isinstance(act, ast.Expr) and ast.unparse(act).startswith('setattr(')
            if is_set or any(isinstance(each, ast.Attribute | ast.Subscript) for each in targets):
                changing.append(f'{path.relative_to(ROOT)}:{act.lineno}')
    assert changing == [], 'put it into `install`, and call that where the process starts'
