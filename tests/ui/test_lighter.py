"""What was taken out of NiceGUI and Quasar is nowhere asked for."""

import re
from pathlib import Path

import nicegui
import pytest
from nicegui.dependencies import esm_modules

from ui import assets
from ui.assets import slimmer

UI = assets.STATIC.parent
QUASAR = Path(nicegui.__file__).parent / 'static'


def test_nothing_of_ours_is_bound_since_elements_are_not_registered_for_it() -> None:
    binding = re.compile(r'\.bind_\w+\(|\bbinding\.')
    bound = [path.name for path in UI.rglob('*.py') if binding.search(path.read_text(encoding='utf-8'))]

    assert bound == ['lighter.py']  # which takes it away


def test_no_page_has_a_component_of_quasar_whose_styles_were_left_out() -> None:
    sources = [
        path.read_text(encoding='utf-8')
        for kind in ('*.py', '*.js', '*.css', '*.html')
        for path in UI.rglob(kind)
        if path.name != 'slimmer.py'
    ]
    used = {name for text in sources for name in re.findall(r'\bq-([a-z]+(?:-[a-z]+)*)', text)}

    assert used & slimmer.UNUSED == set()
    assert [found for text in sources for found in slimmer.UNNAMED.findall(text)] == []


@pytest.mark.parametrize('name', ['quasar.unimportant.prod.css', 'quasar.important.prod.css'])
def test_styles_of_quasar_keep_all_other_rules(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = (QUASAR / name).read_text(encoding='utf-8')
    slim = slimmer.style(whole)

    assert '.q-dialog' in slim
    assert not re.search(r'\.q-stepper|\.text-red-5', slim)
    assert slim.count('{') == slim.count('}')
    monkeypatch.setattr(slimmer, 'UNUSED', frozenset())
    monkeypatch.setattr(slimmer, 'UNNAMED', re.compile('(?!)'))
    assert slimmer.style(whole).strip() == whole.strip()


def test_the_template_of_nicegui_loads_what_cleans_html_only_when_it_is_asked_for() -> None:
    source = (QUASAR.parent / 'templates' / 'index.html').read_text(encoding='utf-8')
    ours = slimmer.template(source, '/styles', '/scripts')

    assert 'import DOMPurify' not in ours
    assert 'await import("dompurify")' in ours


def test_the_template_of_nicegui_asks_for_one_file_of_styles_and_one_of_scripts() -> None:
    source = (QUASAR.parent / 'templates' / 'index.html').read_text(encoding='utf-8')
    ours = slimmer.template(
        source.replace('<script', '<script nonce="{{ request.scope.csp_nonce }}"'), '/styles', '/scripts'
    )

    assert '@import url' not in ours
    assert '@layer' not in ours
    assert 'margin:revert-layer' in slimmer.rules_of(source).replace(' ', '')
    assert re.findall(r'<(?:script|link)[^>]*(?:src|href)="(?!{{)([^"]*)"', ours) == ['/styles', '/scripts']


def test_a_page_lists_the_packages_that_elements_of_our_pages_import_and_no_others() -> None:
    elements = {module.name: module.name.removeprefix('nicegui-').replace('-', '_') for module in esm_modules.values()}
    sources = [path.read_text(encoding='utf-8') for path in UI.rglob('*.py')]
    ours = {name for name, element in elements.items() if any(f'ui.{element}(' in text for text in sources)}

    assert ours == slimmer.PACKAGES
    assert not any(re.search(r'ui\.add_s[ac]ss\(', text) for text in sources)
