"""What of Quasar's styles, and of NiceGUI's page, no page of ours needs: a first visit loads a tenth less.

Left out are whole components of Quasar that we have not (`tests/ui/test_slimmer.py` looks), and its palette of 300
numbered colours. What cleans HTML (DOMPurify) is loaded when it is asked for.
"""

import re

UNUSED = frozenset(
    {
        'ajax-bar',
        'banner',
        'bar',
        'breadcrumbs',
        'carousel',
        'chip',
        'circular-progress',
        'color-picker',
        'date',
        'drawer',
        'editor',
        'expansion-item',
        'fab',
        'file',
        'footer',
        'header',
        'infinite-scroll',
        'img',
        'knob',
        'linear-progress',
        'message',
        'page-sticky',
        'pagination',
        'parallax',
        'popup-edit',
        'pull-to-refresh',
        'range',
        'rating',
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
_COLOUR = re.compile(r'\.(?:bg|text)-[a-z]+(?:-[a-z]+)?-\d+\b')
_PURIFIER = re.compile(
    r'import DOMPurify from "dompurify";\s*Element\.prototype\.setHTML = function \(html\) \{\s*([^}]+?)\s*\};'
)
_WHEN_ASKED = r"""Element.prototype.setHTML = async function (html) {
        const { default: DOMPurify } = await import("dompurify");
        \1
      };"""


def template(source: str, stamp: str) -> str:
    """NiceGUI's page template; Quasar's styles, which are ours now, change their address with the `stamp`."""
    return _PURIFIER.sub(_WHEN_ASKED, source).replace('important.prod.css"', f'important.prod.css?{stamp}"')


def style(css: str) -> str:
    """A stylesheet of Quasar's, minified as it comes, without the rules of what no page has.

    >>> style('.q-tree__icon,.q-btn{a:b}.q-stepper td{c:d}@media print{.text-red-5{e:f}.row{g:h}}.bg-red{i:j}')
    '.q-btn{a:b}@media print{.row{g:h}}.bg-red{i:j}'
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


def _is_unused(selector: str) -> bool:
    return bool(_COLOUR.search(selector)) or any(
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
