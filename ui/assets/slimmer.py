"""What of Quasar, and of NiceGUI's page, no page of ours needs: a first visit loads a third less.

Of Quasar's script stays what is named here, with what that needs (`bundles`). Of its styles whole components that we
have not are left out (`tests/ui/test_lighter.py` looks), its palette of 300 colours, its shadows, margins and gutters,
and its grid of twelve columns. What cleans HTML (DOMPurify) is loaded when it is asked for. Rules that the template
repeats on each page are in the file of styles, and it lists no packages that no page imports.
"""

import re
from collections.abc import Mapping

# Packages that elements of NiceGUI import; each page lists those that some page of ours has.
PACKAGES = frozenset({'nicegui-echart'})
# What pages, NiceGUI's own parts of them and our scripts ask Quasar for.
QUASAR = frozenset(
    {
        'QBtn',
        'QCheckbox',
        'QDialog',
        'QInput',
        'QItem',
        'QItemSection',
        'QLayout',
        'QMenu',
        'QOptionGroup',
        'QPage',
        'QPageContainer',
        'QSelect',
        'Dark',
        'Lang',
        'Notify',
    }
)
UNUSED = frozenset(
    {
        'ajax-bar',
        'badge',
        'banner',
        'bar',
        'bottom-sheet',
        'breadcrumbs',
        'btn-group',
        'carousel',
        'chip',
        'circular-progress',
        'color-picker',
        'date',
        'dialog-plugin',
        'drawer',
        'editor',
        'electron-drag',
        'expansion-item',
        'fab',
        'file',
        'footer',
        'header',
        'img',
        'infinite-scroll',
        'inner-loading',
        'intersection',
        'knob',
        'linear-progress',
        'loading',
        'loading-bar',
        'markup-table',
        'message',
        'morph',
        'page-sticky',
        'pagination',
        'panel',
        'panel-parent',
        'parallax',
        'popup-edit',
        'pull-to-refresh',
        'range',
        'rating',
        'responsive',
        'scrollarea',
        'skeleton',
        'slide-item',
        'slider',
        'splitter',
        'stepper',
        'tab-panel',
        'tab-panels',
        'time',
        'timeline',
        'toggle',
        'toolbar',
        'tree',
        'uploader',
        'video',
    }
)
_COMPONENT = re.compile(r'\.q-([a-z]+(?:-[a-z]+)*)')
# Classes of a colour, a shadow, a column or a distance.
UNNAMED = re.compile(
    r"""\b(?:
        (?:(?:bg|text)-[a-z]+(?:-[a-z]+)?|(?:col|offset)(?:-[a-z]{2})?|(?:inset-)?shadow(?:-up)?)-\d+\b
        |q-(?:[mp][atrblxy]-(?:xs|sm|md|lg|xl|auto)|(?:col-)?gutter-(?!x-sm\b)[a-z-]+)\b
        |(?:bg|text)-(?:deep-|light-|blue-)?(?:red|pink|purple|indigo|blue|cyan|teal|green|lime|yellow|amber|orange|brown
        |grey)(?![\w-])
    )""",
    re.VERBOSE,
)
_PURIFIER = re.compile(
    r'import DOMPurify from "dompurify";\s*Element\.prototype\.setHTML = function \(html\) \{\s*([^}]+?)\s*\};'
)
_WHEN_ASKED = r"""Element.prototype.setHTML = async function (html) {
        const { default: DOMPurify } = await import("dompurify");
        \1
      };"""

_STYLE = re.compile(r'<style>\s*(@layer [^<]*)</style>')
_NO_RULE = re.compile(r'@layer [\w, ]+;|@import [^;]*;|\{[{%].*?[%}]\}')
_SCRIPTS = re.compile(
    r'<script[^>]* src="[^"]*static/(?:socket\.io\.min|quasar\.umd(?:\.prod)?|nicegui)\.js"></script>'
)
_LAST_SCRIPT = re.compile(r'src="[^"]*static/lang/[^"]*"')
_SPARED = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|url\([^)]*\))|/\*.*?\*/|\s*([{};,>])\s*|\s+""", re.DOTALL)


def template(source: str, style: str, script: str) -> str:
    """NiceGUI's page template; its styles and scripts, but for Vue, come in two files under these addresses."""
    source = _SCRIPTS.sub('', _PURIFIER.sub(_WHEN_ASKED, source))
    source = _STYLE.sub(f'<link rel="stylesheet" href="{style}" />', source)
    return _LAST_SCRIPT.sub(f'src="{script}"', source)


def rules_of(source: str) -> str:
    """The rules of styles that stand in NiceGUI's page template."""
    [rules] = _STYLE.findall(source)
    return style(minified(_NO_RULE.sub('', rules)).strip())


def imports(found: Mapping[str, str]) -> dict[str, str]:
    """Under which names the scripts of a page import what.

    >>> imports({'vue': 'v', 'sass': 's', 'nicegui-echart/': 'e', 'nicegui-aggrid': 'a', 'keys.js': 'keys.js?1'})
    {'vue': 'v', 'nicegui-echart/': 'e', 'keys.js': 'keys.js?1'}
    """
    return {name: address for name, address in found.items() if not _is_needless(name.rstrip('/'))}


def _is_needless(package: str) -> bool:
    return package in ('sass', 'immutable') or (package.startswith('nicegui-') and package not in PACKAGES)


def minified(css: str) -> str:
    """A stylesheet without comments and without spaces that mean nothing.

    >>> minified('a, b > c { d: "e; f" ; /* why */ }\\n@media (x) and (y) { .g { h: i } }')
    'a,b>c{d: "e; f"}@media (x) and (y){.g{h: i}}'
    """
    return _SPARED.sub(lambda found: found[1] or found[2] or ('' if found[0][:2] == '/*' else ' '), css).replace(
        ';}', '}'
    )


def style(css: str) -> str:
    """A stylesheet of Quasar's, minified as it comes, without the rules of what no page has.

    >>> style('.q-tree__icon,.q-btn{a:b}.q-stepper td{c:d}@media print{.text-red-5{e:f}.row{g:h}}.bg-white{i:j}')
    '.q-btn{a:b}@media print{.row{g:h}}.bg-white{i:j}'
    """
    kept = []
    for head, body in _rules(css):
        if head.startswith(('@media', '@layer', '@supports')):
            inside = style(body)
            if inside:
                kept.append(f'{head}{{{inside}}}')
        elif head.startswith('@') or not body:
            kept.append(f'{head}{{{body}}}' if body else head)
        else:
            used = ','.join(each for each in _apart(head) if not _is_unused(each))
            if used:
                kept.append(f'{used}{{{body}}}')
    return ''.join(kept)


def icon_font(css: str) -> str:
    """Of NiceGUI's fonts, minified, the one that Quasar draws its icons with; our pages have fonts of their own."""
    return ''.join(f'{head}{{{body}}}' for head, body in _rules(css) if '"Material Icons"' in body)


def _is_unused(selector: str) -> bool:
    return bool(UNNAMED.search(selector)) or any(
        name in UNUSED or any(name.startswith(f'{each}-') for each in UNUSED) for name in _COMPONENT.findall(selector)
    )


def _apart(head: str) -> list[str]:
    """The selectors of a list; a comma inside of brackets parts nothing."""
    return re.split(r',(?![^(]*\))', head)


def _rules(css: str) -> list[tuple[str, str]]:
    """Heads and bodies; a statement without a body, such as `@charset`, is a head alone."""
    found, at = [], 0
    while at < len(css):
        opening, end = css.find('{', at), css.find(';', at)
        if opening < 0:
            found.append((css[at:], ''))
            break
        if 0 <= end < opening:
            found.append((css[at : end + 1], ''))
            at = end + 1
            continue
        depth, close = 1, opening + 1
        while depth:
            depth += {'{': 1, '}': -1}.get(css[close], 0)
            close += 1
        found.append((css[at:opening], css[opening + 1 : close - 1]))
        at = close
    return found
