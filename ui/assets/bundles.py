"""What every page loads, in three files instead of two dozen: a browser asks for it at once and without waiting.

`drawn.css` and `drawn.js` are what NiceGUI's template asks for one by one, without what no page of ours has;
`parts.js` holds the components that most pages have, with the modules they share. Each of these modules stays under its
own address, too, for whoever imports it by that: it passes on what the bundle has, so that there is one of it.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

import nicegui

from domain import links

from . import javascript, slimmer

HERE = Path(__file__).parent
UI = HERE.parent
STATIC = UI / 'static'
NICEGUI = f'/_nicegui/{nicegui.__version__}'
LANGUAGE = 'zh-TW'
# Where `python -m ui.assets` puts what takes seconds of a processor.
PREPARED = UI.parent / '.cache' / 'assets'

STYLE, SCRIPT, PARTS = links.static('drawn.css'), links.static('drawn.js'), links.static('parts.js')
_THEIRS = Path(nicegui.__file__).parent
_BUNDLED = (
    *(
        STATIC / f'{name}.js'
        for name in ('icons', 'keys', 'marks', 'mirror', 'roc_calendar', 'upright', 'boards', 'turning')
    ),
    *(UI / 'components' / f'{name}.js' for name in ('app_bar', 'icon', 'page_head', 'site_footer', 'step_guide')),
    *(UI / 'components' / 'form' / f'{name}.js' for name in ('check_boxes', 'error_summary', 'field')),
    *(UI / 'components' / 'form' / f'{name}.js' for name in ('saved_mark', 'upload_box')),
    *(_THEIRS / 'elements' / f'{name}.js' for name in ('dialog', 'link')),
)
_IMPORT = re.compile(r"^import (?:(\w+|\{[\w, ]+\}|\* as \w+) from )?'(/static/(\w+)\.js)';$", re.MULTILINE)
_EXPORT = re.compile(
    r'^export (?:default (?=(?:async )?function (\w+))|(default) |(?=(?:async function|function|const) (\w+)))',
    re.MULTILINE,
)
_PASSED = re.compile(r'^(?:import|export)\b', re.MULTILINE)


def sources() -> list[Path]:
    """All that decides what the bundles, and the scripts beside them, say; styles of ours aside."""
    makers = (HERE / f'{name}.py' for name in ('bundles', 'javascript', 'slimmer'))
    return [*makers, *STATIC.glob('*.js'), *(UI / 'components').rglob('*.js')]


def style() -> str:
    """The styles of NiceGUI and Quasar, in the layers that the template puts them into, and those of the template."""
    names = ('fonts', 'quasar.unimportant.prod', 'quasar.important.prod', 'nicegui')
    files = [_THEIRS / 'static' / f'{name}.css' for name in names]
    fonts, *rules = (slimmer.style(slimmer.minified(file.read_text(encoding='utf-8'))) for file in files)
    rules.insert(0, slimmer.icon_font(fonts).replace('url(', f'url({NICEGUI}/static/'))
    layers = zip(('base', 'quasar', 'quasar_importants', 'nicegui'), rules, strict=True)
    drawn = ''.join(f'@layer {name}{{{each}}}' for name, each in layers)
    return _layers() + drawn + slimmer.rules_of(_template())


def _layers() -> str:
    """The order of all layers, as the template says it."""
    order, *_ = re.findall(r'@layer [\w, ]+;', _template())
    return str(order)


def _template() -> str:
    return (_THEIRS / 'templates' / 'index.html').read_text(encoding='utf-8')


def script() -> str:
    """The scripts of the template, in their order; Vue is a module of its own before them."""
    static = _THEIRS / 'static'
    plain = [static / name for name in ('socket.io.min.js', 'nicegui.js', f'lang/{LANGUAGE}.umd.prod.js')]
    socket, own, language = (_lean(file) for file in plain)
    # A component that comes later comes under the address that changes with what it imports.
    asked, stamped = 'components/${c.key}`', 'components/${c.key}${STAMP_OF_SCRIPTS}`'
    if asked not in own:
        raise ValueError('NiceGUI asks for its components in another way')
    own = f'const STAMP_OF_SCRIPTS = new URL(document.currentScript.src).search;\n{own.replace(asked, stamped)}'
    return f'{socket}\n;{_quasar()}\n;{own}\n;{language}'


def _quasar() -> str:
    """As much of it as our pages ask for. Looking for that takes a second, so it is kept where that was prepared."""
    whole = (_THEIRS / 'static' / 'quasar.umd.prod.js').read_text(encoding='utf-8')
    decides = [whole, *((HERE / name).read_text(encoding='utf-8') for name in ('javascript.py', 'slimmer.py'))]
    kept = PREPARED / f'{hashlib.sha256("".join(decides).encode()).hexdigest()}.js'
    if kept.exists():
        return kept.read_text(encoding='utf-8')
    slim = javascript.pruned(whole, slimmer.QUASAR)
    if PREPARED.exists():
        new = kept.with_suffix('.new')
        new.write_text(slim, encoding='utf-8')
        new.replace(kept)
    return slim


def is_bundled(module: Path) -> bool:
    """Whether a page gets it with the bundle."""
    return module in _BUNDLED


def name_of(module: Path) -> str:
    """What the bundle calls all that a module exports."""
    return f'${module.stem}'


@cache
def parts() -> str:
    """The bundled modules, each in a scope of its own, those first that others import."""
    written: dict[Path, str] = {}
    for module in _BUNDLED:
        _write(module, written)
    names = ', '.join(name_of(module) for module in written)
    return '\n'.join([*written.values(), f'export {{ {names} }};\n'])


def _write(module: Path, written: dict[Path, str]) -> None:
    if module in written:
        return
    body = _lean(module)
    for _, _, name in _IMPORT.findall(body):
        if not is_bundled(STATIC / f'{name}.js'):
            raise ValueError(f'{module.name} imports what is not bundled: {name}')
        _write(STATIC / f'{name}.js', written)
    body, exported = _without_exports(_IMPORT.sub(_taken, body))
    if _PASSED.search(body):
        raise ValueError(f'{module.name} imports or exports in a way that is not looked for')
    said = ', '.join(name if name == own else f'{name}: {own}' for name, own in exported.items())
    written[module] = f'const {name_of(module)} = (() => {{\n{body}return {{ {said} }};\n}})();'


def module(file: Path) -> str:
    """A script or module as it is sent under its own address."""
    body = _lean(file)
    if not is_bundled(file):
        return _IMPORT.sub(_asked, body)
    _, exported = _without_exports(body)
    named = ', '.join(name for name in exported if name != 'default')
    lines = [f"import {{ {name_of(file)} }} from '{PARTS}';"]
    if 'default' in exported:
        lines.append(f'export default {name_of(file)}.default;')
    if named:
        lines.append(f'export const {{ {named} }} = {name_of(file)};')
    return '\n'.join([*lines, ''])


def _lean(file: Path) -> str:
    return javascript.lean(file.read_text(encoding='utf-8'))


def _taken(found: re.Match[str]) -> str:
    """An import inside of the bundle."""
    what, _, name = found.groups()
    if not what:
        return ''
    if what.startswith('* as '):
        return f'const {what[5:]} = ${name};'
    return f'const {what} = ${name};' if what.startswith('{') else f'const {what} = ${name}.default;'


def _asked(found: re.Match[str]) -> str:
    """An import of a module that is not bundled itself."""
    if not is_bundled(STATIC / f'{found[3]}.js'):
        return found[0]
    return f"import {{ ${found[3]} }} from '{PARTS}';{_taken(found)}"


def _without_exports(body: str) -> tuple[str, dict[str, str]]:
    """The module as plain statements, and under which name it exports which of its own."""
    exported: dict[str, str] = {}

    def plain(found: re.Match[str]) -> str:
        function, default, name = found.groups()
        exported[name or 'default'] = function or name or '$default'
        return 'const $default = ' if default else ''

    return _EXPORT.sub(plain, body), exported
