"""A page's skeleton: what the templates write when every text of the contents is left out, and those texts beside it.

Pages with the same skeleton are laid out the same but for their texts, so one of them is the form of all (`forms`).
Rows of tables stand apart: a form has each kind of row once, a page as many as it needs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

HOLE = '\ufdd0'
"""Where a text was: a noncharacter, which no text has."""
_HOLE = Markup(HOLE)  # noqa: S704, our own character
SLOT = '\ufdd1'
"""Where the rows of a table body were."""
# Attributes whose texts lay nothing out; what stands in the others, such as a class, belongs to the skeleton.
_LOOSE = re.compile('(?:alt|content|data-[a-z]+)="[^"]*$')
_IN_TAG = re.compile(f'<[a-z][^<>]*{HOLE}[^<>]*>')
_BODY = re.compile(r'<body[^>]*>')
_SECTION = re.compile(r'<(/?)section\b')
_ROWS = re.compile(r'(?:<tr\b(?:(?!</tr>).)*</tr>\s*)+', re.DOTALL)
_ROW = re.compile(r'<tr\b.*?</tr>', re.DOTALL)
_HEAD_OF_TABLE = re.compile(r'<thead>.*?</thead>', re.DOTALL)
_HEADING = re.compile(r'<h2>([^<]*)</h2>')


@dataclass(frozen=True)
class Row:
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
        self._environment = environment.overlay(finalize=self._hole)
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
            own = _HEADING.search(html)
            pages.append(_page(html, body[0], '' if own else heading, of_body, texts))
            heading = own[1] if own else heading
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
            return value
        assert self._printable
        self._texts.append(self._printable(value))
        return _HOLE

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


def _page(html: str, body: str, heading: str, of_body: tuple[str, ...], texts: Any) -> Page:
    heads = [found.span() for found in _HEAD_OF_TABLE.finditer(html)]
    outside, own, runs, at = [], [*of_body], [], 0
    for found in _ROWS.finditer(html):
        if any(start <= found.start() < end for start, end in heads):
            continue
        before = html[at : found.start()]
        own += _taken(before, texts)
        outside.append(before)
        runs.append(tuple(Row(row, _taken(row, texts)) for row in _ROW.findall(found[0])))
        at = found.end()
    own += _taken(html[at:], texts)
    return Page(SLOT.join([*outside, html[at:]]), body, heading, tuple(own), tuple(runs))


def _taken(html: str, texts: Any) -> tuple[str, ...]:
    return tuple(next(texts) for _ in range(html.count(HOLE)))
