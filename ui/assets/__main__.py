"""Compress what a browser loads as well as it can be done, once for each version: `python -m ui.assets`."""

import hashlib
import sys
from pathlib import Path

import brotli  # type: ignore[import-untyped]

from . import bundles, stylesheet
from .bundles import PREPARED, STATIC, UI


def prepare() -> None:
    """What was prepared already is left."""
    PREPARED.mkdir(parents=True, exist_ok=True)
    theirs = Path(sys.modules['nicegui'].__file__ or '').parent
    plain = ('vue.esm-browser.prod.js', 'dompurify.mjs')
    modules = [*STATIC.glob('*.js'), *(UI / 'components').rglob('*.js'), *(theirs / 'elements').glob('*.js')]
    contents = [
        *(make().encode() for make in (stylesheet, bundles.style, bundles.script, bundles.parts)),
        *((theirs / 'static' / name).read_bytes() for name in plain),
        *(bundles.module(file).encode() for file in modules),
    ]
    for content in contents:
        target = PREPARED / f'{hashlib.sha256(content).hexdigest()}.br'
        if not target.exists():
            new = target.with_suffix('.new')
            new.write_bytes(brotli.compress(content, mode=brotli.MODE_TEXT, quality=11))
            new.rename(target)


if __name__ == '__main__':
    prepare()
