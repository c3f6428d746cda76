"""The press: books made of forms (`forms`), which costs a tenth of laying every page out.

`document` gives what `HTML.render()` would, a document of WeasyPrint, which writes it as ever. What does not fit the
forms exactly raises Unfit, and the caller has the whole document laid out plainly.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any

from jinja2 import Environment
from weasyprint import CSS, DEFAULT_OPTIONS, HTML
from weasyprint.css.counters import CounterStyle
from weasyprint.document import Document
from weasyprint.formatting_structure import boxes
from weasyprint.formatting_structure.build import build_formatting_structure
from weasyprint.html import get_html_metadata
from weasyprint.images import get_image_from_uri
from weasyprint.layout import layout_document
from weasyprint.pdf.metadata import DocumentMetadata
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from . import codes
from .fields import Cache, Field, is_unusual, mark, pattern, told
from .forms import Form, Stiff
from .inks import Ink, Sheet, Unfit
from .parts import Filled
from .skeletons import HOLE, SLOT, Page, Skeleton, Templates, filled

MOST_FORMS = 40
MOST_ALIKE = 8
"""Forms of one skeleton, with other rows or other heights of what cannot grow."""
MOST_FIELDS = 3000
NUMBER = '@bottom-center'
"""The box in the margin that has the number of the page."""


class TooHigh(Exception):
    """Raised where a form does not fit a page."""


class Press:
    """Forms and fields of the documents of one stylesheet, kept from book to book."""

    def __init__(
        self,
        environment: Environment,
        paper: Callable[[str], HTML],
        stylesheet: CSS,
        fonts: FontConfiguration,
        counters: CounterStyle,
        fetcher: URLFetcher,
    ) -> None:
        self._templates = Templates(environment)
        self._paper, self._stylesheet = paper, stylesheet
        self._fonts, self._counters, self._fetcher = fonts, counters, fetcher
        self._forms: dict[Any, list[Form]] = {}
        self._kinds: dict[Any, list[list[str]]] = {}
        self._fields = Cache(MOST_FIELDS)
        self._margins: dict[Any, Field] = {}
        self._heads: dict[str, dict[str, Any]] = {}

    def document(self, template: str, contents: dict[str, Any], bind: Callable[[list[Any]], None]) -> Document:
        """`bind` takes pages out that are not wanted. Raises Unfit."""
        skeleton = self._templates.skeleton(template, contents)
        pictures = _Pictures(self._fetcher)
        put: tuple[dict[Ink, str], set[Ink]] = ({}, set())
        pages, number = [], 1
        wanted = [*skeleton.pages]
        bind(wanted)
        for page in wanted:
            texts = [self._counters.render_value(number, 'leaf-number'), *page.texts]
            form, of_page = self._filled(page, texts, skeleton.head)
            number += any(getattr(box, 'at_keyword', '') == NUMBER for box in form.page.children)
            pages.append(BookPage(form, of_page, pictures, put))
        return Document(pages, self._metadata(skeleton), self._fetcher, self._fonts, {}, None)

    def _filled(self, page: Page, texts: Sequence[str], head: str) -> tuple[Form, Filled]:
        """The page in a form that it fits, which is laid out now if there is none."""
        known = self._forms.pop(page.key, [])
        self._forms[page.key] = known  # the latest stands last
        for form in reversed(known):
            if form.knows(page.rows):
                with suppress(Stiff):
                    return form, form.filled(texts, page.rows)
        form = self._laid_out(page, texts, head)
        known[:] = [*known[1 - MOST_ALIKE :], form]
        while sum(len(some) or 1 for some in self._forms.values()) > MOST_FORMS:
            oldest = next(iter(self._forms))
            del self._forms[oldest]
            self._kinds.pop(oldest, None)
        try:
            return form, form.filled(texts, page.rows)
        except Stiff:
            raise Unfit from None

    def _laid_out(self, page: Page, texts: Sequence[str], head: str) -> Form:
        """With every kind of row that was ever wanted here; or, if that is too much for a page, with this page's."""
        known = self._kinds.get(page.key, [[] for _ in page.rows])
        own = [[*dict.fromkeys(row.html for row in run[:-1])] for run in page.rows]
        both = [[*dict.fromkeys([*before, *now])] for before, now in zip(known, own, strict=True)]
        for kinds in (both, own):
            self._kinds[page.key] = kinds
            runs = [[*some, run[-1].html] for some, run in zip(kinds, page.rows, strict=True)]
            with suppress(TooHigh):
                return self._form(page, runs, texts, head)
        raise Unfit('not even the kinds of its rows fit a page')

    def _form(self, page: Page, runs: Sequence[Sequence[str]], texts: Sequence[str], head: str) -> Form:
        places = count(len(texts))
        starts, tables = [], []
        for run in runs:
            marks = [[next(places) for _ in range(html.count(HOLE))] for html in run]
            starts.append([own[0] if own else 0 for own in marks])
            tables.append(
                ''.join(filled(html, [mark(one) for one in own]) for html, own in zip(run, marks, strict=True))
            )
        body = page.body.count(HOLE)
        own = [mark(place) for place in range(1, len(texts))]
        html = filled(page.html, own[body:])
        for table in tables:
            html = html.replace(SLOT, table, 1)
        before = f'<section><h2>{page.heading}</h2></section>' if page.heading else ''
        head = filled(head, ['-'] * head.count(HOLE))
        paper = self._paper(f'{head}{filled(page.body, own[:body])}{before}{html}</body></html>')
        options = DEFAULT_OPTIONS | {'stylesheets': [self._stylesheet]}
        context = Document._build_layout_context(paper, self._fonts, self._counters, {}, options)
        root = build_formatting_structure(
            paper.etree_element,
            context.style_for,
            context.get_image_from_uri,
            paper.base_url,
            context.target_collector,
            self._counters,
            context.footnotes,
        )
        _tell_rigid(root, texts)
        pages = list(layout_document(paper, root, context))
        if len(pages) != 1 + bool(before):
            raise TooHigh
        for box in _numbers(pages[-1]):
            box.pieces = (0,)
        return Form(pages[-1], context, runs, starts, texts, self._fields, self._margins)

    def _metadata(self, skeleton: Skeleton) -> DocumentMetadata:
        head = skeleton.head
        if head not in self._heads:
            marks = [mark(place) for place in range(len(skeleton.texts))]
            self._heads[head] = get_html_metadata(self._paper(filled(head, marks) + '<body></body></html>'))
        facts: dict[str, Any] = {}
        for name, value in self._heads[head].items():
            facts[name] = value
            if isinstance(value, str):
                facts[name] = told(pattern(value), skeleton.texts)
            elif name == 'authors':
                facts[name] = [told(pattern(one), skeleton.texts) for one in value]
        return DocumentMetadata(**facts)


class _Pictures:
    """The photo and the symbols of one document."""

    def __init__(self, fetcher: URLFetcher) -> None:
        self._image = partial(get_image_from_uri, {}, fetcher, DEFAULT_OPTIONS)

    def of(self, box: Any, texts: Sequence[str]) -> Any:
        """The box with this document's picture for that of the form."""
        picture = box.copy()
        if 'data-address' in box.element.attrib:
            picture.replacement = codes.Symbol(told(pattern(box.element.attrib['data-address']), texts))
        else:
            picture.element = copy.copy(box.element)
            picture.element.set('alt', told(pattern(box.element.get('alt')), texts))
            picture.replacement = self._image(url=box.element.get('src'), orientation=box.style['image_orientation'])
            if picture.replacement is None:
                raise Unfit('no photo')
        return picture


class BookPage:
    """What WeasyPrint asks of a page (`weasyprint.document.Page`)."""

    links: tuple[()] = ()

    def __init__(self, form: Form, of_page: Filled, pictures: _Pictures, put: Any) -> None:
        self._form, self._filled, self._pictures, self._put = form, of_page, pictures, put
        self.width, self.height, self.bleed = form.width, form.height, form.bleed
        self.bookmarks = form.bookmarks(of_page)
        self.anchors = form.anchors
        self.forms: dict[Any, list[Any]] = {None: []}

    def paint(self, stream: Any, scale: float = 1) -> None:
        """Draw it, as a page of WeasyPrint draws itself."""
        with stream.stacked():
            stream.transform(a=scale, d=scale)
            self._form.draw(Sheet(stream, *self._put), self._filled, self._pictures.of)

    @property
    def _page_box(self) -> Any:
        """For the structure tree, which is made after painting."""
        return self._form.tree(self._filled)


def _numbers(page: Any) -> Iterator[Any]:
    """The boxes of text with the page's number."""
    for margin in page.children:
        if getattr(margin, 'at_keyword', '') == NUMBER:
            yield from (box for box in margin.descendants() if isinstance(box, boxes.TextBox))


def _tell_rigid(box: Any, texts: Sequence[str], is_rigid: bool = False) -> None:
    """Put this page's texts where nothing can grow afterwards."""
    is_rigid = (
        is_rigid or not box.is_in_normal_flow() or isinstance(box, boxes.GridContainerBox | boxes.FlexContainerBox)
    )
    if isinstance(box, boxes.TextBox):
        pieces = pattern(box.text)
        places = [piece for piece in pieces if isinstance(piece, int)]
        if is_rigid and places:
            if any(not texts[place] or is_unusual(texts[place]) for place in places):
                raise Unfit('an unusual text where nothing can grow')
            box.pieces, box.text = pieces, told(pieces, texts)
    for child in box.all_children():
        _tell_rigid(child, texts, is_rigid)
