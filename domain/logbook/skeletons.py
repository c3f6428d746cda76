"""A page's skeleton: what the templates write when every text of the contents is left out, and those texts beside it.

Pages with the same skeleton are laid out the same but for their texts, so one of them is the form of all (`forms`).
Rows of tables stand apart: a form has each kind of row once, a page as many as it needs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

HOLE = '\ufdd0'
"""Where a text was: a noncharacter, which no text has."""
_HOLE = Markup(HOLE)  # noqa: S704, our own character
SLOT = '\ufdd1'
"""Where the rows of a table body were."""
MOST_PAGES = 100
"""That are known to be cut; a book has ten."""
# Attributes whose texts lay nothing out; what stands in the others, such as a class, belongs to the skeleton.
_LOOSE = re.compile('(?:alt|content|data-[a-z]+)="[^"]*$')
_IN_TAG = re.compile(f'<[a-z][^<>]*{HOLE}[^<>]*>')
_BODY = re.compile(r'<body[^>]*>')
_SECTION = re.compile(r'<(/?)section\b')
_ROWS = re.compile(r'(?:<tr\b.*?</tr>\s*)+', re.DOTALL)
_ROW = re.compile(r'<tr\b.*?</tr>', re.DOTALL)
_HEAD_OF_TABLE = re.compile(r'<thead>.*?</thead>', re.DOTALL)
_HEADING = re.compile(r'<h2>([^<]*)</h2>')


class Row(NamedTuple):
    """One row: its skeleton, which has the same `html` as all rows of its kind, and its texts."""

    html: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """`html` is what the page has beside its rows: a SLOT stands for each run of `rows`.

    `texts` are those of the body's attributes, then those outside the rows, in order. `heading` is the one in force
    where the page has none of its own; it stands at the page's head.
    """

    html: str
    body: str
    heading: str
    texts: tuple[str, ...]
    rows: tuple[tuple[Row, ...], ...]

    @property
    def key(self) -> tuple[Any, ...]:
        """Of the form. The last row of a run is told from the others, since its border is another."""
        return self.html, self.body, self.heading, tuple(run[-1].html for run in self.rows)


@dataclass(frozen=True)
class Skeleton:
    """A document: its head with the texts in there, and its pages."""

    head: str
    texts: tuple[str, ...]
    pages: tuple[Page, ...]


class Templates:
    """The templates, written with holes."""

    def __init__(self, environment: Environment) -> None:
        self._texts: list[str] = []
        self._printable = environment.finalize
        # What has no texts needs no escaping; what a macro has written is to be marked as `safe`.
        self._environment = environment.overlay(finalize=self._hole, autoescape=False)
        self._environment.globals = environment.globals | {'qr': self._qr}

    def skeleton(self, template: str, contents: dict[str, Any]) -> Skeleton:
        """What `contents` are in the template of that name."""
        self._texts = []
        written = self._with_attributes(self._environment.get_template(f'{template}.html').render(contents))
        texts = iter(self._texts)
        body = _BODY.search(written)
        assert body
        head = written[: body.start()]
        of_head = _taken(head, texts)
        of_body = _taken(body[0], texts)
        heading, pages = '', []
        for html in _sections(written[body.end() : written.rindex('</body>')]):
            cut = _cut(html)
            pages.append(_page(cut, body[0], heading, of_body, texts))
            heading = cut.heading or heading
        return Skeleton(head, of_head, tuple(pages))

    def _with_attributes(self, written: str) -> str:
        """`written` with the texts that are part of it; the others are left in `_texts`."""
        done: list[str] = []
        loose: list[str] = []
        at = 0
        texts = iter(self._texts)
        for tag in _IN_TAG.finditer(written):
            before = written[at : tag.start()]
            loose += _taken(before, texts)
            done.append(before)
            *starts, end = tag[0].split(HOLE)
            for start in starts:
                done.append(start)
                text = next(texts)
                if _LOOSE.search(start):
                    loose.append(text)
                    done.append(HOLE)
                else:
                    done.append(escape(text))
            done.append(end)
            at = tag.end()
        self._texts = [*loose, *texts]
        return ''.join([*done, written[at:]])

    @pass_context
    def _hole(self, _: Context, value: Any) -> Any:
        if isinstance(value, Markup) or not isinstance(value, str):
            return escape(value)
        assert self._printable
        self._texts.append(self._printable(value))
        return HOLE

    def _qr(self, address: str, title: str = '查驗 QR 碼') -> Markup:
        self._texts.append(address)
        return Markup('<svg width="37" height="37" data-address="{}"><title>{}</title></svg>').format(_HOLE, title)


def filled(html: str, texts: Sequence[str]) -> str:
    """`html` with `texts`, which are HTML, in its holes."""
    pieces = html.split(HOLE)
    return ''.join(piece for pair in zip(pieces, [*texts, ''], strict=True) for piece in pair)


def _sections(body: str) -> list[str]:
    """The pages: the outermost sections; what stands behind the last is on its page."""
    starts, depth = [], 0
    for found in _SECTION.finditer(body):
        if not found[1] and depth == 0:
            starts.append(found.start())
        depth += -1 if found[1] else 1
    return [body[start:end] for start, end in zip(starts, [*starts[1:], len(body)], strict=True)]


class _Cut(NamedTuple):
    """A page without its texts: of each run of rows how many texts stand before it, and its rows with their number."""

    html: str
    heading: str
    runs: tuple[tuple[int, tuple[tuple[str, int], ...]], ...]
    after: int


def _page(cut: _Cut, body: str, heading: str, of_body: tuple[str, ...], texts: Iterator[str]) -> Page:
    own, runs = [*of_body], []
    for before, rows in cut.runs:
        own += islice(texts, before)
        runs.append(tuple([Row(row, tuple(islice(texts, holes))) for row, holes in rows]))
    own += islice(texts, cut.after)
    return Page(cut.html, body, '' if cut.heading else heading, tuple(own), tuple(runs))


@lru_cache(MOST_PAGES)
def _cut(html: str) -> _Cut:
    heads = [found.span() for found in _HEAD_OF_TABLE.finditer(html)]
    outside, runs, at = [], [], 0
    for found in _ROWS.finditer(html):
        if any(start <= found.start() < end for start, end in heads):
            continue
        before = html[at : found.start()]
        outside.append(before)
        runs.append((before.count(HOLE), tuple((row, row.count(HOLE)) for row in _ROW.findall(found[0]))))
        at = found.end()
    heading = _HEADING.search(html)
    after = html[at:]
    return _Cut(SLOT.join([*outside, after]), heading[1] if heading else '', tuple(runs), after.count(HOLE))


def _taken(html: str, texts: Iterator[str]) -> tuple[str, ...]:
    return tuple(islice(texts, html.count(HOLE)))
