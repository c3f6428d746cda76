"""The layers and doors of pyproject.toml, checked by import-linter."""

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
