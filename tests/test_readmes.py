"""What the guides say is there, is there: rooms in their order, verbs, paths, hooks, the private parts of NiceGUI."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ('domain', 'db', 'ui', 'tests')
# The success criteria of WCAG 2.2 at levels A and AA, by guideline; 4.1.1 is there no longer.
A_AND_AA = {
    '1.1': [1],
    '1.2': [1, 2, 3, 4, 5],
    '1.3': [1, 2, 3, 4, 5],
    '1.4': [1, 2, 3, 4, 5, 10, 11, 12, 13],
    '2.1': [1, 2, 4],
    '2.2': [1, 2],
    '2.3': [1],
    '2.4': [1, 2, 3, 4, 5, 6, 7, 11],
    '2.5': [1, 2, 3, 4, 7, 8],
    '3.1': [1, 2],
    '3.2': [1, 2, 3, 4, 6],
    '3.3': [1, 2, 3, 4, 7, 8],
    '4.1': [2, 3],
}
ROW = re.compile(r'^\| `([^`]+)`(?:, `[^`]+`)* \| (.+) \|$', re.MULTILINE)


def rows(layer: str, heading: str) -> list[tuple[str, str]]:
    """First cell and the others of the tables below `heading` in the README of `layer`."""
    text = (ROOT / layer / 'README.md').read_text(encoding='utf-8')
    section = text.split(f'\n## {heading}\n')[1].split('\n## ')[0]
    return ROW.findall(section)


def rooms(layer: str) -> list[str]:
    return [name.rstrip('/') for name, _ in rows(layer, 'The rooms') if name.endswith('/')]


def folders(layer: str) -> Iterator[str]:
    """Folders with Python in them, as paths inside the layer."""
    for path in sorted((ROOT / layer).rglob('*')):
        if path.is_dir() and any(path.glob('*.py')):
            yield str(path.relative_to(ROOT / layer))


def names_of(module: Path) -> set[str]:
    """What a module defines or imports by name."""
    names: set[str] = set()
    for node in ast.parse(module.read_text(encoding='utf-8')).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.ImportFrom) and node.module and node.names[0].name == '*':
            names |= names_of(module.with_name(f'{node.module}.py'))
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.name for alias in node.names}
    return names


@pytest.mark.parametrize('layer', LAYERS)
def test_the_rooms_in_a_readme_are_the_folders_that_exist(layer: str) -> None:
    # The rooms of domain and what mirrors them are one level deep; ui has rooms in rooms.
    exist = [folder for folder in folders(layer) if layer == 'ui' or '/' not in folder]

    assert sorted(rooms(layer)) == exist


def test_tests_mirror_the_rooms_of_domain() -> None:
    mirrored = {folder.removeprefix('domain/') for folder in folders('tests') if folder.startswith('domain/')}

    assert mirrored - set(folders('domain')) == set()


def test_the_rooms_of_domain_stand_in_the_order_of_the_layers() -> None:
    contracts = tomllib.loads((ROOT / 'pyproject.toml').read_text(encoding='utf-8'))['tool']['importlinter'][
        'contracts'
    ]
    [layers] = [contract['layers'] for contract in contracts if contract.get('containers') == ['domain']]
    order = [name for layer in layers for name in re.split(r'\s*[|:]\s*', layer)]

    assert rooms('domain') == [name for name in order if (ROOT / 'domain' / name).is_dir()]


def test_the_verbs_in_the_readme_of_domain_exist() -> None:
    for room, cells in rows('domain', 'The rooms'):
        for verb in re.findall(r'`([\w.]+)`', cells.rpartition('|')[2]):
            module, _, name = verb.rpartition('.')
            path = ROOT / 'domain' / room / f'{module or "__init__"}.py'
            assert name in names_of(path), f'{verb} of {room}'


@pytest.mark.parametrize('layer', ['db', 'ui'])
def test_every_file_beside_a_readme_is_in_its_table(layer: str) -> None:
    section = (ROOT / layer / 'README.md').read_text(encoding='utf-8').partition('\n| file |')[2].partition('\n\n')[0]
    named = re.findall(r'`(\w+\.py)`', '\n'.join(line.split(' | ')[0] for line in section.splitlines()))
    empty = {path.name for path in (ROOT / layer).glob('*.py') if not path.read_text(encoding='utf-8').strip()}

    assert sorted(named) == sorted({path.name for path in (ROOT / layer).glob('*.py')} - empty)


def test_the_readme_of_domain_names_each_file_on_the_ground() -> None:
    text = (ROOT / 'domain' / 'README.md').read_text(encoding='utf-8')
    ground = {path.stem for path in (ROOT / 'domain').glob('*.py')} - {'__init__'}

    assert {name for name in ground if f'`{name}`' not in text and f'`{name}.py`' not in text} == set()


@pytest.mark.parametrize(
    'guide',
    [
        *('README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'ui/accessibility.md'),
        *(f'{layer}/README.md' for layer in LAYERS),
    ],
)
def test_every_path_that_a_guide_names_exists(guide: str) -> None:
    text = (ROOT / guide).read_text(encoding='utf-8')
    named = re.findall(r'`((?:ui|domain|db|tests)/[\w./-]*)`', text)
    linked = [Path(guide).parent / target for target in re.findall(r'\]\((?!http)([^)#]+)\)', text)]

    assert [path for path in [*named, *linked] if not (ROOT / path).exists()] == []


def test_every_criterion_of_wcag_2_2_has_its_evidence() -> None:
    text = (ROOT / 'ui' / 'accessibility.md').read_text(encoding='utf-8')
    rows_of_it = re.findall(r'^\| (\d\.\d\.\d+) [A-Z].+? \| (.+) \| (.+) \|$', text, re.MULTILINE)
    named = [number for number, _, _ in rows_of_it]

    assert named == [f'{group}.{number}' for group, numbers in A_AND_AA.items() for number in numbers]
    assert all('axe' in proof or 'looked at' in proof or '`tests/' in proof for _, _, proof in rows_of_it)


def test_the_hooks_call_what_make_check_calls() -> None:
    hooks = re.findall(r'entry: (.+)', (ROOT / '.pre-commit-config.yaml').read_text(encoding='utf-8'))
    makefile = (ROOT / 'Makefile').read_text(encoding='utf-8')

    assert 'make check' in hooks
    assert [
        hook
        for hook in hooks
        if hook != 'make check' and not re.search(rf'^\t@?{re.escape(hook)}( &.*)?$', makefile, re.MULTILINE)
    ] == []


def test_the_private_parts_of_nicegui_are_listed_with_every_file_that_uses_them() -> None:
    for part, cells in rows('ui', 'NiceGUI is pinned'):
        places = re.findall(r'`([\w./]+)`', cells.partition('|')[0])
        uses = [
            str(path.relative_to(ROOT / 'ui'))
            for path in (ROOT / 'ui').rglob('*.py')
            if part in path.read_text(encoding='utf-8')
        ]
        assert uses
        assert [use for use in uses if not use.startswith(tuple(places))] == [], part
        assert [place for place in places if not any(use.startswith(place) for use in uses)] == [], part


def test_no_other_private_part_of_nicegui_is_used() -> None:
    listed = {part for part, _ in rows('ui', 'NiceGUI is pinned')}
    used: set[str] = set()
    ours: set[str] = set()
    for path in (ROOT / 'ui').rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.Attribute) and re.match('_[a-z]', node.attr):
                is_own = (
                    isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name) and node.value.id == 'self'
                )
                (ours if is_own else used).add(f'.{node.attr}')
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                ours.add(f'.{node.name}')
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                ours.add(f'.{node.id}')

    assert used - ours - listed == set()
