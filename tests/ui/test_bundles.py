"""What a page loads in few files: it is the same as in many, and only what nobody asks for is missing."""

import importlib
import inspect
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import nicegui
import pytest
from nicegui import ui as nicegui_ui
from nicegui.dependencies import js_components
from nicegui.elements.mixins.text_element import TextElement

from ui import assets, bundles, javascript, slimmer
from ui.components.desk.review_queue import review_queue
from ui.components.form.field import field

from ..site import ROOT

THEIRS = Path(nicegui.__file__).parent
QUASAR = (THEIRS / 'static' / 'quasar.umd.prod.js').read_text(encoding='utf-8')
OURS = sorted([*bundles.STATIC.glob('*.js'), *(bundles.UI / 'components').rglob('*.js')])


# What socket.io asks after before it takes the browser's.
ELSEWHERE = {f"'{name}' is not defined." for name in ('module', 'define', 'attachEvent')}


def undeclared(*scripts: tuple[str, str, str]) -> dict[str, list[str]]:
    """Of scripts as name, kind and text: what a real parser finds wrong, and names that nobody declares."""
    asked = json.dumps([dict(zip(('name', 'kind', 'text'), each, strict=True)) for each in scripts])
    answer = subprocess.run(
        ['node', 'tests/ui/undeclared.mjs'], cwd=ROOT, input=asked, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    told: dict[str, list[str]] = json.loads(answer.stdout)
    heard = {name: [each for each in wrong if each.partition(': ')[2] not in ELSEWHERE] for name, wrong in told.items()}
    return {name: wrong for name, wrong in heard.items() if wrong}


@pytest.mark.parametrize('file', OURS, ids=lambda file: file.stem)
def test_the_signs_of_a_script_are_the_script(file: Path) -> None:
    text = file.read_text(encoding='utf-8')

    assert ''.join(sign for _, sign in javascript.signs(text)) == text


@pytest.mark.parametrize('text', ['`a${1', '"open', 'a = `${`b`}'])
def test_what_ends_too_early_is_no_script(text: str) -> None:
    with pytest.raises(ValueError, match='no JavaScript'):
        list(javascript.signs(text + '\n#"'))


def test_a_slash_divides_behind_a_value_and_begins_a_pattern_elsewhere() -> None:
    kinds = [sign for sign in javascript.signs('a / b / 2; return /[/"]/.test(`${c / 2}/`) / 3') if '/' in sign[1]]

    assert [kind for kind, _ in kinds] == ['sign', 'sign', 'pattern', 'sign', 'template', 'sign']


def test_a_library_loses_what_nobody_asks_for_and_nothing_else() -> None:
    library = (
        '/*! licence */\n(()=>{var put=(a,b)=>{for(let c in b)a[c]=b[c]};var kept=one(),lost={a:1,b:2};'
        'function one(){return 1}function two(){return lost}var all={};put(all,{One:()=>kept,Two:()=>two});'
        'Object.assign(lost,{c:3});Object.assign(kept,{d:`${4}`});window.Library={...all};})();\n'
    )

    slim = javascript.pruned(library, ['One'])

    assert slim == (
        '/*! licence */\n(()=>{var put=(a,b)=>{for(let c in b)a[c]=b[c]};var kept=one();function one(){return 1}'
        'var all={};put(all,{One:()=>kept});Object.assign(kept,{d:`${4}`});window.Library={...all};})();\n'
    )


def test_a_library_without_what_is_asked_for_is_refused() -> None:
    with pytest.raises(ValueError, match='QNothing'):
        javascript.pruned(QUASAR, [*slimmer.QUASAR, 'QNothing'])
    with pytest.raises(ValueError, match='one function'):
        javascript.pruned('var a = 1;', [])


def test_what_stays_of_quasar_names_nothing_that_went() -> None:
    slim = javascript.pruned(QUASAR, slimmer.QUASAR)

    assert undeclared(('quasar', 'script', slim)) == {}
    assert len(slim) < len(QUASAR) / 3
    assert {name for name in slimmer.QUASAR if f'{name}:()=>' in slim} == slimmer.QUASAR


def test_pages_ask_quasar_only_for_what_is_there() -> None:
    asked = {name for name, _ in _asked_of_quasar()}

    assert asked <= slimmer.QUASAR
    assert slimmer.QUASAR - asked == set(), 'nobody asks for it any more'


def _asked_of_quasar() -> list[tuple[str, str]]:
    """Components in our templates and in elements of NiceGUI that our pages make, and what scripts take from Quasar."""
    sources = {file: file.read_text(encoding='utf-8') for file in [*OURS, *bundles.UI.rglob('*.py')]}
    made = {name for text in sources.values() for name in re.findall(r'\bui\.([a-z_]+)\b', text)}
    classes = [each for name in made if inspect.isclass(each := getattr(nicegui_ui, name, None))]
    theirs = {Path(inspect.getfile(each)) for each in [*classes, TextElement]}
    theirs |= {file.with_suffix('.js') for file in theirs if file.with_suffix('.js').exists()}
    theirs |= {THEIRS / 'client.py', THEIRS / 'static' / 'nicegui.js'}
    sources |= {file: file.read_text(encoding='utf-8') for file in theirs}
    config: Any = importlib.import_module('nicegui.core').app.config
    sources[THEIRS / 'app'] = config.vue_config_script
    found = []
    for file, text in sources.items():
        tags = re.findall(r"""(?:<|Element\(['"]|tag=['"])(q-[a-z-]+)""", text)
        found += [(''.join(part.capitalize() for part in tag.split('-')), file.name) for tag in tags]
        found += [(name, file.name) for name in re.findall(r'\bQuasar\.([A-Z]\w+)', text)]
    found.append(('Lang', f'lang/{bundles.LANGUAGE}'))
    return found


def test_the_bundles_are_read_by_a_real_parser_and_name_nothing_unknown() -> None:
    modules = [(file.name, 'module', bundles.module(file)) for file in OURS]

    assert undeclared(('script', 'script', bundles.script()), ('parts', 'module', bundles.parts()), *modules) == {}


def test_a_bundled_module_passes_on_what_the_bundle_has_so_that_there_is_one_of_it() -> None:
    mirror = bundles.module(bundles.STATIC / 'mirror.js')
    a_field = bundles.module(bundles.UI / 'components' / 'form' / 'field.js')

    assert mirror.startswith("import { $mirror } from '/static/parts.js';\nexport const { ")
    assert {'keep', 'kept', 'hear'} <= set(re.findall(r'\w+', mirror))
    assert a_field == "import { $field } from '/static/parts.js';\nexport default $field.default;\n"


def test_every_other_module_takes_from_the_bundle_what_it_has() -> None:
    bundled = {file.name for file in bundles.STATIC.glob('*.js') if bundles.is_bundled(file)}
    others = [bundles.module(file) for file in OURS if not bundles.is_bundled(file)]
    imported = {name for text in others for name in re.findall(r"from '/static/(\w+\.js)'", text)}

    assert 'parts.js' in imported
    assert imported & bundled == set()


def test_a_page_imports_its_components_from_the_bundle_or_under_the_address_that_changes_with_them() -> None:
    keys = {component.path: key for key, component in js_components.items()}
    files = [Path(inspect.getfile(each)).with_suffix('.js') for each in (field, review_queue)]
    addresses = [f'{bundles.NICEGUI}/components/{keys[file]}' for file in files]
    lines = [f'import {{ default as x }} from "{address}";' for address in addresses]

    imports, urls = assets.imported(lines, ['/vue.js', *addresses])

    assert imports == [
        'import { $field } from "/static/parts.js"; const x = $field.default;',
        f'import {{ default as x }} from "{addresses[1]}?{assets.stamp()}";',
    ]
    assert urls == ['/vue.js', f'{addresses[1]}?{assets.stamp()}']


def test_layers_of_styles_stand_in_the_order_of_the_template() -> None:
    template = (THEIRS / 'templates' / 'index.html').read_text(encoding='utf-8')
    order, *layers = re.findall(r'@layer ([\w, ]+)[;{]', bundles.style())

    assert f'@layer {order};' in template
    assert layers == ['base', 'quasar', 'quasar_importants', 'nicegui']
