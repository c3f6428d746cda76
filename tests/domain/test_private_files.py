"""Files with secrets are nobody else's at any moment."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain import private_files


@pytest.fixture(autouse=True)
def _careless() -> Iterator[None]:
    """An umask that takes nothing away."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> set[str]:
    return {oct(stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()}


def test_a_file_is_ours_alone_before_anything_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[str] = set()
    opened = os.fdopen

    def look(*args: object, **how: object) -> object:
        seen.update(modes(tmp_path))
        return opened(*args, **how)  # type: ignore[call-overload]

    monkeypatch.setattr(os, 'fdopen', look)
    monkeypatch.setattr(Path, 'chmod', lambda *_: pytest.fail('the mode comes too late'))
    monkeypatch.setattr(os, 'chmod', lambda *_, **__: pytest.fail('the mode comes too late'))
    private_files.write(tmp_path / 'keys', 'secret')
    monkeypatch.undo()

    assert seen == modes(tmp_path) == {'0o600'}
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [('keys', 'secret')]


def test_a_file_that_others_could_read_is_replaced_by_one_that_they_cannot(tmp_path: Path) -> None:
    (tmp_path / 'keys').write_text('old')

    private_files.write(tmp_path / 'keys', 'new')

    assert ((tmp_path / 'keys').read_text(), modes(tmp_path)) == ('new', {'0o600'})


@pytest.mark.parametrize('module', ['domain/settings', 'domain/demo/__init__.py', 'domain/accounts', 'db'])
def test_nothing_is_written_first_and_closed_afterwards(module: str) -> None:
    root = Path(__file__).parents[2] / module
    files = [root] if root.is_file() else root.rglob('*.py')
    allowed = {'embedded.py', 'migrate.py', 'server_account.py'}  # inside a closed folder; of the source; a folder

    assert [
        path.name
        for path in files
        if path.name not in allowed
        and any(word in path.read_text() for word in ('.write_text(', '.write_bytes(', '.chmod(', '.touch('))
    ] == []
