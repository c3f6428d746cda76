"""The same book by other presses, for `logbook`: plain WeasyPrint, PlutoPrint and typst.

`python -m tests.bench.print_peers FOLDER` writes the book of each there, to be looked at: the same words in the same
fonts. WeasyPrint and PlutoPrint get our page. PlutoPrint knows no nested rules, so its stylesheet is written out; it
leaves tags, headers, footers and much of the covers away, and ends with an empty page. typst has a template of its own,
`book.typ`.
"""

import base64
import io
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path

import segno
from jinja2 import Environment
from weasyprint import HTML

from domain.logbook.book_pages import Contents
from domain.logbook.worker import FOLDER, Renderer, _resolved
from tests.samples.logbooks import a_book

HERE = Path(__file__).parent
BASE = FOLDER.as_uri() + '/'
# Their stylesheets for all of HTML have margins and bold letters that ours (elements.css) has not.
RESET = """
html, body, h1, h2, h3, p, ol, ul, dl, dd, figure { margin: 0; padding: 0 }
h1, h2, h3, th, b, strong { font-weight: normal }
em { font-style: normal }
small { font-size: inherit }
"""
# What PlutoPrint needs beside: it knows no page of its own for a cover, and sets a float beside no table.
FOR_PLUTOPRINT = """
#cover, #back { height: 160mm; background: #0f4a5f }
#cover h1 { top: 8mm; left: 46mm }
#cover footer { bottom: 4mm }
#back article { top: 4mm }
#back footer { bottom: 4mm }
#identity { position: relative }
#identity figure { position: absolute; top: 34mm; right: 0 }
#identity img { height: 40mm }
"""


def page(book: Contents, *, is_flat: bool = False) -> str:
    """The page that a worker lays out, with its stylesheet and the photo inside, as one would write it at first."""
    fields = asdict(book)
    photo = base64.b64encode(fields['identity']['photo']).decode()
    templates = _templates()
    templates.globals['spare_pages'] = -pages(book) % 4
    text: str = templates.get_template('logbook.html').render(fields)
    stylesheet = (FOLDER / 'logbook.css').read_text(encoding='utf-8')
    if is_flat:
        stylesheet = flat(_resolved(stylesheet)) + FOR_PLUTOPRINT
    return text.replace('</head>', f'<style>{RESET}{stylesheet}</style></head>').replace(
        'photo:portrait', f'data:image/jpeg;base64,{photo}'
    )


def pages(book: Contents) -> int:
    """How many pages the sample book has without those that stand in for a whole sheet."""
    return len(book.service) + 6


def by_weasyprint(page: str, variant: str | None = 'pdf/ua-1') -> bytes:
    """`HTML(string).write_pdf()`."""
    made: bytes = HTML(string=page, base_url=BASE).write_pdf(pdf_variant=variant)
    return made


def by_plutoprint(page: str) -> bytes:
    """A tagged document it does not make."""
    import plutoprint

    book = plutoprint.Book(plutoprint.PAGE_SIZE_A5)
    book.load_html(page, base_url=BASE)
    out = io.BytesIO()
    book.write_to_pdf_stream(out)
    return out.getvalue()


class Typst:
    """A warm compiler, which keeps fonts and template from book to book."""

    def __init__(self) -> None:
        import typst

        # Its own fonts are none we print with; the folder of the system has ours.
        self._compiler = typst.Compiler(str(HERE / 'book.typ'), root='/', font_paths=[str(FOLDER)])

    def book(self, facts: str, *, is_tagged: bool) -> bytes:
        """Of what `facts` has made of a book."""
        how = {'pdf_standards': 'ua-1'} if is_tagged else {'pdf_tags': False}
        made = self._compiler.compile(format='pdf', sys_inputs={'book': facts}, **how)
        assert isinstance(made, bytes)
        return made


def facts(book: Contents) -> str:
    """What `book.typ` reads: the same contents, with the pictures."""
    fields = asdict(book)
    fields['identity']['photo'] = base64.b64encode(fields['identity']['photo']).decode()
    fields['photo_bytes'] = list(book.identity.photo or b'')
    fields['spare'] = -pages(book) % 4
    assert book.verification
    fields['code'] = segno.make(book.verification.url, error='m').svg_inline(border=2, dark='#16262c')
    return json.dumps(fields, ensure_ascii=False)


def flat(stylesheet: str) -> str:
    """`stylesheet` without nested rules."""
    return '\n'.join(_rules(re.sub(r'/\*.*?\*/', '', stylesheet, flags=re.DOTALL), ''))


def _rules(body: str, within: str) -> Iterator[str]:
    """The rules of a block, each with the selector in which it is nested."""
    at, own = 0, []
    while opening := body.find('{', at) + 1:
        head = body[at : opening - 1]
        kept, _, selector = head.rpartition(';')
        own.append(kept + ';' if kept else '')
        end = _closing(body, opening)
        inside = body[opening:end]
        at = end + 1
        selector = selector.strip()
        if selector.startswith('@'):
            yield f'{selector} {{{inside}}}'
        else:
            yield from _rules(inside, ', '.join(_nested(selector, within)))
    own.append(body[at:])
    declared = ''.join(own).strip()
    if within and declared:
        yield f'{within} {{ {declared} }}'


def _nested(selector: str, within: str) -> Iterator[str]:
    for outer in within.split(', '):
        for one in re.split(r',\s*', selector):
            yield one.replace('&', outer) if within else one


def _closing(body: str, at: int) -> int:
    depth = 1
    while depth:
        depth += {'{': 1, '}': -1}.get(body[at], 0)
        at += 1
    return at - 1


@cache
def _templates() -> Environment:
    return Renderer().templates


def _ours(book: Contents) -> bytes:
    fields = asdict(book)
    return Renderer().render('logbook', fields, {'portrait': fields['identity']['photo']})


if __name__ == '__main__':
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for services in (9, 50):
        sample = a_book(services=services)
        (folder / f'weasyprint-{pages(sample)}.pdf').write_bytes(by_weasyprint(page(sample)))
        (folder / f'plutoprint-{pages(sample)}.pdf').write_bytes(by_plutoprint(page(sample, is_flat=True)))
        (folder / f'typst-{pages(sample)}.pdf').write_bytes(Typst().book(facts(sample), is_tagged=True))
        (folder / f'ours-{pages(sample)}.pdf').write_bytes(_ours(sample))
