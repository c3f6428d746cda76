"""Our classes begin with lb-: each that is used is defined in a stylesheet, and the other way round."""

import re
from pathlib import Path

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


def _named_in_pages() -> set[str]:
    files = [*(ROOT / 'ui').rglob('*.py'), *(ROOT / 'ui').rglob('*.html')]
    return {name for file in files for name in NAME.findall(file.read_text())}


def _named_in_templates() -> set[str]:
    return {name for template in read_templates() for name in template['classes'] if NAME.fullmatch(name)}


def _of_fields() -> set[str]:
    """What form/field.js makes of the kind of each field; most need no look of their own."""
    kinds = [each for each in vars(fields).values() if isinstance(each, type) and issubclass(each, field)]
    return {f'lb-{each.kind}' for each in kinds}


def _defined() -> set[str]:
    styles = assets.stylesheet().decode()
    return set(STYLED.findall(re.sub(r'/\*.*?\*/', '', styles, flags=re.DOTALL)))


def test_no_stylesheet_is_forgotten() -> None:
    known = {assets.STATIC / 'styles', assets.STATIC / 'pages'}
    assert {file.parent for file in Path(assets.STATIC).rglob('*.css')} == known
