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

from ui import assets
from ui.assets import bundles, javascript, slimmer
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


def test_a_lean_script_lacks_comments_and_space_alone() -> None:
    scripts = [file.read_text(encoding='utf-8') for file in OURS]
    lean = [javascript.lean(script) for script in scripts]

    assert tokens(lean) == tokens(scripts)
    assert [script for script in lean if re.search(r'^\s|// |\n\n', script)] == []
    assert [javascript.lean(script) for script in lean] == lean


def tokens(modules: list[str]) -> list[list[str]]:
    """What a real parser reads in them."""
    read = """const { parse } = require(require.resolve('espree', { paths: [require.resolve('eslint')] }));
        const how = { ecmaVersion: 'latest', sourceType: 'module', tokens: true };
        const modules = JSON.parse(require('fs').readFileSync(0, 'utf8'));
        console.log(JSON.stringify(modules.map((text) => parse(text, how).tokens.map(({ value }) => value))));"""
    asked = json.dumps(modules)
    answer = subprocess.run(
        ['node', '-e', read], cwd=ROOT / '.cache', input=asked, capture_output=True, text=True, check=True
    )
    told: list[list[str]] = json.loads(answer.stdout)
    return told


@pytest.mark.parametrize('text', ['`a${1', '"open', 'a = `${`b`}', 'a = (1', 'a b', 'a /* b'])
def test_what_ends_too_early_is_no_script(text: str) -> None:
    with pytest.raises(ValueError, match='no JavaScript: line 2'):
        javascript.lean(f'fine();\n{text}')
    with pytest.raises(ValueError, match='no JavaScript'):
        javascript.pruned(f'(()=>{{{text}}})();', [])


@pytest.mark.parametrize(
    ('script', 'lean'),
    [
        ('a /  b /c; // d', 'a / b /c; '),
        ('return /[/"]  \\/ /.test(b)  / 3;', 'return /[/"]  \\/ /.test(b) / 3;'),
        ('a = `  ${b  /  `  // ${c}`}  /* d */`;', 'a = `  ${b  /  `  // ${c}`}  /* d */`;'),
        ("a = '  // b';  /* c */  d()", "a = '  // b'; d()"),
        ('a\n  /* b */  ++c', 'a\n++c'),
        ('return /* a\n */ b', 'return\nb'),
        ('/*! a */\n\n  /* b */\n/*! c */ d', '/*! a */\n/*! c */ d'),
        ('  字 = "\\\n  字"', '字 = "\\\n  字"'),
        ('', ''),
    ],
)
def test_a_lean_script_says_the_same(script: str, lean: str) -> None:
    assert javascript.lean(script) == lean


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


@pytest.mark.parametrize(
    ('inside', 'stays'),
    [
        ('var a={b:1},b=2;window.a=a.b;', 'var a={b:1};window.a=a.b;'),  # a property is no variable
        ('var a=1,b=2;window.c=b=>b+a;', 'var a=1;var b=2;window.c=b=>b+a;'),  # one that hides another keeps it
        ('var a=1,{b:c,d=a,...e}=f;window.g={e};', None),
        ('const a=1;let[b,c]=[a];window.d=`${c}`;', None),
        ('var{a}=Vue,{b}=Vue;window.c={a};', 'var {a}=Vue;window.c={a};'),
        ('{var a=1}try{var b=2}catch(c){}for(var d in{e:1}){function f(){}}window.g=[a,b,d,f];', None),
        ('function a(){}async function b(){}function*c(){}class d{e(){a()}}window.f=[b,c,d];', None),
        ('var a=1;function b(){}b.c=a;window.d=b;', None),  # what is set at something that stays
        ('var a=1;function b(){}b.c=a;window.d=1;', 'window.d=1;'),
        ('addEventListener("a",()=>{});', None),  # names nothing of the library's
        ('var a={}/* b */;// c\nwindow.d=a', 'var a={};window.d=a\n'),
        ('window.a={}\nwindow.b=1;', 'window.a={}\nwindow.b=1;'),
    ],
)
def test_of_a_library_stays_what_may_be_needed(inside: str, stays: str | None) -> None:
    slim = javascript.pruned(f'(()=>{{{inside}}})();', [])

    assert plain(slim) == plain(f'(()=>{{{stays or inside}}})();')


def plain(script: str) -> str:
    """However its variables are declared, together or one by one."""
    return re.sub(r'\s|\b(?:var|let|const)\b', '', script).replace(';', ',')


def test_a_library_without_what_is_asked_for_is_refused() -> None:
    with pytest.raises(ValueError, match='QNothing'):
        javascript.pruned(QUASAR, [*slimmer.QUASAR, 'QNothing'])
    with pytest.raises(ValueError, match='one function'):
        javascript.pruned('var a = 1;', [])
    with pytest.raises(ValueError, match='one function'):
        javascript.pruned('(()=>{})();more();', [])


def test_what_stays_of_quasar_names_nothing_that_went() -> None:
    slim = javascript.pruned(QUASAR, slimmer.QUASAR)

    assert undeclared(('quasar', 'script', slim)) == {}
    assert len(slim) < len(QUASAR) / 3
    assert {name for name in slimmer.QUASAR if f'{name}:()=>' in slim} == slimmer.QUASAR


def test_what_stays_of_quasar_draws_with_styles_that_are_there() -> None:
    slim = javascript.pruned(QUASAR, slimmer.QUASAR)
    components = set(re.findall(r'\bq-([a-z]+(?:-[a-z]+)*)', slim))

    # A select could have chips, and a group of options toggles; no page asks for them.
    assert components & slimmer.UNUSED == {'chip', 'toggle'}
    assert slimmer.UNNAMED.findall(slim) == []


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
    assert layers == ['base', 'quasar', 'quasar_importants', 'nicegui', 'quasar', 'overrides']
