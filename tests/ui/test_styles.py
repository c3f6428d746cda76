"""Our classes begin with lb-: each that is used is defined in a stylesheet, and the other way round."""

import re
from pathlib import Path

import pytest

from ui import assets
from ui.components.form import fields
from ui.components.form.field import field

from ..site import ROOT
from .test_templates import read_templates

NAME = re.compile(r'(?<![\w-])lb-[a-z0-9]+(?:-[a-z0-9]+)*(?![\w-])')
STYLED = re.compile(r'\.(lb-[\w-]+)')


def test_each_stylesheet_has_its_place_in_the_order() -> None:
    files = {each.stem for each in (assets.STATIC / 'styles').glob('*.css')}

    assert sorted(assets.STYLES) == sorted(files)


def test_each_class_that_is_used_is_defined_and_the_other_way_round() -> None:
    used = _named_in_pages() | _named_in_templates()
    defined = _defined()

    assert sorted(used - defined) == []
    assert sorted(defined - used - _of_fields()) == []


@pytest.mark.parametrize('mode', ['light', 'dark'])
def test_the_tokens_stand_out_from_what_they_are_drawn_on(mode: str) -> None:
    colours = _tokens(mode)
    grounds = ('canvas', 'surface', 'sunken')
    words = [(ink, ground) for ink in ('ink', 'ink-2', 'ink-3', 'primary', 'ok', 'warn', 'bad') for ground in grounds]
    words += [(ink, f'{ink}-tint') for ink in ('primary', 'ok', 'warn', 'bad', 'accent')]
    words += [('on-primary', 'primary'), ('on-primary', 'primary-hover'), ('surface', 'bad'), ('surface', 'ok')]
    words += [('ink', 'wall'), ('ink-2', 'wall'), ('frame-ink', 'frame'), ('frame-ink-2', 'frame')]
    parts = [(part, ground) for part in ('line-strong', 'primary', 'bad') for ground in ('canvas', 'surface')]

    faint = [
        (a, b) for least, pairs in ((4.5, words), (3.0, parts)) for a, b in pairs if _contrast(colours, a, b) < least
    ]

    assert faint == []
    # The ring of the focus has two colours: one of them is seen on any ground.
    for ground in (*grounds, 'frame', 'primary', 'wall'):
        assert max(_contrast(colours, ring, ground) for ring in ('focus', 'focus-edge')) >= 3, ground


def _tokens(mode: str) -> dict[str, str]:
    light, _, dark = (assets.STATIC / 'styles' / 'tokens.css').read_text().partition(':root.dark')
    told = [light] if mode == 'light' else [light, dark]
    return {name: value for text in told for name, value in re.findall(r'--([\w-]+): (#[0-9a-f]{6});', text)}


def _contrast(colours: dict[str, str], one: str, other: str) -> float:
    """By the formula of WCAG 2.2."""
    lighter, darker = sorted((_luminance(colours[one]), _luminance(colours[other])), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _named_in_pages() -> set[str]:
    files = [*(ROOT / 'ui').rglob('*.py'), *(ROOT / 'ui').rglob('*.html')]
    scripts = '\n'.join(file.read_text() for file in assets.STATIC.glob('*.js'))
    in_scripts = set(NAME.findall(scripts)) - set(re.findall(r'<(lb-[\w-]+)', scripts))  # tags of components
    return {name for file in files for name in NAME.findall(file.read_text())} | in_scripts


def _named_in_templates() -> set[str]:
    return {name for template in read_templates() for name in template['classes'] if NAME.fullmatch(name)}


def _of_fields() -> set[str]:
    """What form/field.js makes of the kind of each field; most need no look of their own."""
    kinds = [each for each in vars(fields).values() if isinstance(each, type) and issubclass(each, field)]
    return {f'lb-{each.kind}' for each in kinds}


def _defined() -> set[str]:
    return set(STYLED.findall(assets.stylesheet()))


def test_no_stylesheet_is_forgotten() -> None:
    known = {assets.STATIC / 'styles', assets.STATIC / 'pages'}
    assert {file.parent for file in Path(assets.STATIC).rglob('*.css')} == known


def test_whatever_scrolls_holds_what_is_positioned_in_it() -> None:
    """Else a label that only screen readers are told lies below the page, and makes it as long as what is scrolled."""
    free = [
        (file.name, selector.strip())
        for file in sorted(assets.STATIC.rglob('*.css'))
        for selector, rule in re.findall(r'([^{}]*)\{([^{}]*)\}', file.read_text())
        if re.search(r'overflow(-[xy])?: (auto|scroll)', rule) and 'position: ' not in rule
    ]

    assert free == []
