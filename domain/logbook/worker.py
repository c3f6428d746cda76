"""`python -m domain.logbook.worker`: the process that makes PDF of finished strings, one document after another.

What is slow is done once, before the first document: the stylesheets are parsed, the templates compiled, the fonts
opened; every document uses them again.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from weasyprint import CSS, HTML
from weasyprint.css.counters import CounterStyle
from weasyprint.document import Document
from weasyprint.text.ffi import harfbuzz_subset
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from ..names import letters
from ..workers.messages import Content, Message
from ..workers.serving import Handler, serve
from . import archived, codes, embedding, entries, identity, leaves, structure, trainings
from .embedding import Fonts
from .inks import Unfit
from .press import Press

log = logging.getLogger(__name__)

MOST_MEMORY = 3 * 2**30  # address space
FOLDER = Path(__file__).parent
OUR_FILES = {
    'latin.ttf': 'font/ttf',
    'cloth.svg': 'image/svg+xml',
    'rosette.svg': 'image/svg+xml',
    'thread.svg': 'image/svg+xml',
}
SPARE_PAGES = 3
PRESSED = ('logbook', 'preview')
"""The documents that are made of forms."""
# Control characters, halves of characters, and marks that turn the direction of writing: a name could pose as another.
UNPRINTABLE = re.compile('[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]')
# Where each font we name comes from, and a character that only this one of them has.
FONTS = {
    'fonts-cns11643-kai': ('TW-Kai', '堃'),
    'fonts-cns11643-kai (Ext-B)': ('TW-Kai-Ext-B', '𠮷'),
    'fonts-cns11643-sung': ('TW-Sung', '堃'),
}


class Renderer:
    """Templates, stylesheets and fonts, ready to print."""

    def __init__(self) -> None:
        embedding.install()
        structure.install()
        self.fetcher = OnlyOurs()
        self.fonts = FontConfiguration()
        self.embedded = Fonts()
        self.counters = CounterStyle()
        self.templates = Templates(
            loader=FileSystemLoader(FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_printable,
            auto_reload=False,
        )
        self.templates.globals.update(
            qr=codes.svg,
            spare_pages=SPARE_PAGES,
            leaves_of_trainings=trainings.on_leaves,
            leaves_of_ledgers=entries.on_leaves,
            needs_packing=identity.is_packed,
        )
        self.elements = self._stylesheet('elements.css')
        book, sheet = self._stylesheet('logbook.css'), self._stylesheet('list.css')
        self.stylesheets = {'logbook': book, 'preview': book, 'list': sheet, 'strips': sheet, 'code': sheet}
        self.press = Press(self.templates, self._paper, book, self.fonts, self.counters, self.fetcher)

    def render(self, template: str, contents: dict[str, Any], pictures: dict[str, bytes]) -> bytes:
        """The PDF of `contents` in the template of that name, for screen readers and archives (`archived`)."""
        pdf: bytes = self._written(template, contents, pictures, pdf_variant=archived.VARIANT)
        return pdf

    def taken_apart(self, template: str, contents: dict[str, Any], pictures: dict[str, bytes]) -> Message:
        """The same pages, not tagged, as `leaves.take` has them: to be imposed with others."""
        try:
            self._written(template, contents, pictures, finisher=leaves.take)
        except leaves.TakenApart as book:
            return book.content, book.pieces
        raise AssertionError

    def pressed(self, template: str, contents: dict[str, Any], pictures: dict[str, bytes], **how: Any) -> Any:
        """What `write_pdf` gives of pages made of forms. Raises Unfit."""
        with self._with(pictures):
            if template not in PRESSED:
                raise Unfit('no book')
            return self._finished(self.press.document(template, contents, _binding(template)), how)

    def plain(self, template: str, contents: dict[str, Any], pictures: dict[str, bytes], **how: Any) -> Any:
        """The same of pages that WeasyPrint lays out one by one."""
        with self._with(pictures):
            document = self._paper(self.templates.get_template(f'{template}.html').render(contents)).render(
                stylesheets=[self.stylesheets[template]],
                font_config=self.fonts,
                counter_style=self.counters,
                pdf_variant=how.get('pdf_variant'),
            )
            _binding(template)(document.pages)
            return self._finished(document, how)

    def _written(self, template: str, contents: dict[str, Any], pictures: dict[str, bytes], **how: Any) -> Any:
        try:
            return self.pressed(template, contents, pictures, **how)
        except Unfit:
            return self.plain(template, contents, pictures, **how)
        except leaves.TakenApart:
            raise
        except Exception:  # the press knows WeasyPrint from within: what it did not foresee is no reason not to print
            log.exception('the press failed')
            return self.plain(template, contents, pictures, **how)

    def _finished(self, document: Document, how: dict[str, Any]) -> Any:
        if how.get('pdf_variant') == archived.VARIANT:
            archived.prepare(document)
        return self.embedded.written(document, **how)

    @contextmanager
    def _with(self, pictures: dict[str, bytes]) -> Iterator[None]:
        self.fetcher.pictures = pictures
        try:
            yield
        finally:
            self.fetcher.pictures = {}

    def _paper(self, text: str) -> 'Paper':
        paper = Paper(string=text, base_url=FOLDER.as_uri() + '/', url_fetcher=self.fetcher)
        paper.elements = self.elements
        return paper

    def lacking(self) -> list[str]:
        """Debian packages this machine lacks. On the way a line is printed in every font, which opens them."""
        lacking = [] if harfbuzz_subset else ['libharfbuzz-subset0']
        for package, (family, character) in FONTS.items():
            paper = self._paper(f'<html lang="zh-TW"><title>-</title><p style="font-family: {family}">{character}')
            document = paper.render(font_config=self.fonts)
            self.embedded.written(document)
            if family not in {font.family for font in document.fonts.values()}:
                lacking.append(package.split()[0])
        return list(dict.fromkeys(lacking))

    def _stylesheet(self, name: str) -> CSS:
        return CSS(
            string=_resolved((FOLDER / name).read_text(encoding='utf-8')),
            base_url=FOLDER.as_uri() + '/',
            url_fetcher=self.fetcher,
            font_config=self.fonts,
            counter_style=self.counters,
        )


class Templates(Environment):
    """Templates whose contents are dictionaries: Jinja would look for an attribute of that name first."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`obj.attribute` in a template."""
        return obj[attribute] if type(obj) is dict and attribute in obj else super().getattr(obj, attribute)


class Paper(HTML):  # type: ignore[misc]  # WeasyPrint has no types
    """A document that knows our few elements in place of WeasyPrint's stylesheet for all of HTML: 5 % faster."""

    elements: CSS

    def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
        return [self.elements]


class OnlyOurs(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Gives a document the pictures of its own job (`photo:name`) and four files of this folder, nothing else."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=())
        self.pictures: dict[str, bytes] = {}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        scheme, _, name = url.partition(':')
        if scheme == 'photo' and name in self.pictures:
            return URLFetcherResponse(url, self.pictures[name], {'Content-Type': 'image/jpeg'})
        name = url.rpartition('/')[2]
        if name in OUR_FILES and url == (FOLDER / name).as_uri():
            return URLFetcherResponse(url, (FOLDER / name).read_bytes(), {'Content-Type': OUR_FILES[name]})
        raise ValueError(f'nothing is fetched for a printed document: {url[:80]}')


def prepare() -> tuple[Handler, Content]:
    """Open what every document needs, and say what this machine lacks."""
    renderer = Renderer()
    lacking = renderer.lacking()

    def answer(order: Content, pieces: list[bytes]) -> tuple[Content, list[bytes]]:
        if lacking:
            return {'lacking': lacking}, []
        pictures = dict(zip(order['pictures'], pieces, strict=True))
        if order.get('is_loose'):
            return renderer.taken_apart(order['template'], order['contents'], pictures)
        return {}, [renderer.render(order['template'], order['contents'], pictures)]

    return answer, {'lacking': lacking}


def _binding(template: str) -> Callable[[list[Any]], None]:
    return _make_foldable if template == 'logbook' else lambda pages: None


def _make_foldable(pages: list[Any]) -> None:
    """Keep so many of the spare pages, which stand before the back cover, that folded sheets have four pages each."""
    kept = -(len(pages) - SPARE_PAGES) % 4
    del pages[-1 - SPARE_PAGES + kept : -1]


def _resolved(stylesheet: str) -> str:
    """`stylesheet` with its custom properties filled in: WeasyPrint would look them up again for every element."""
    values = dict(re.findall(r'^  (--[a-z]+): (.+);$', stylesheet, re.MULTILINE))
    return re.sub(r'var\((--[a-z]+)\)', lambda name: values[name[1]], stylesheet)


def _printable(value: Any) -> Any:
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _printed(value)


@lru_cache(4096)
def _printed(text: str) -> str:
    return letters.as_printed(UNPRINTABLE.sub('', text))


if __name__ == '__main__':
    serve(prepare, memory=MOST_MEMORY, niceness=5)
