"""A book made of forms is the book that WeasyPrint lays out: pixels, text and structure tree.

Whatever is printed, one of the two ways makes it; where forms do not fit, nothing may come out of them.
"""

import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

import pypdfium2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import ImageChops

from domain.logbook import service
from domain.logbook.archived import VARIANT
from domain.logbook.book_pages import Amount, Contents, LedgerRow, TrainingLine, Trainings
from domain.logbook.casts import Cast
from domain.logbook.inks import Ink, Unfit
from domain.logbook.worker import Renderer
from tests.hard_names import NAMES
from tests.samples.logbooks import a_book, served

TOLERANCE = 32
"""Of 255: where the page ends within a pixel, PDFium draws the edge of what is drawn as a form in its own way."""
SPECKS = 20
"""Values of a page that may differ more: a full stop that stands a fortieth of a pixel beside its place."""
NOTHING = Trainings((), (), Amount('合　計', '0', '00'))
LONG = '斯卡羅‧' * 6 + 'Kuljelje Tjaljimaraw'
# What people type into a field, as wide as it comes: empty, wrapped, rare, foreign, with lines of its own.
TEXTS = st.one_of(
    st.sampled_from(
        ['', '—', *NAMES, LONG, 'a\nb', '115.03.14\n～03.15', 'W' * 30, '犇𤧟𠮷', 'مرحبا سلام', '<b>&amp;']
    ),
    st.text(st.characters(codec='utf-8', exclude_categories=['C', 'Z']), max_size=12),
    st.text('服務時數一二 、，（）A1-', max_size=40),
)


@pytest.fixture(scope='module')
def renderer() -> Renderer:
    return Renderer()


def _hard_names() -> Contents:
    lines = [
        replace(one, line=replace(one.line, unit=name, recorder=name, detail='' if place % 3 else name))
        for place, (one, name) in enumerate(zip(served(len(NAMES)), NAMES, strict=True))
    ]
    book = a_book(service=service.on_leaves(lines), remarks=NAMES[:3], version='第 3 版')
    return replace(book, identity=replace(book.identity, name='Ông Bē-lō͘ Pe̍h', english_name='PAʼAY UONGɄ ṞAWAḺ'))


def _unusual() -> Contents:
    book = a_book(remarks=('換發：' + '原冊污損，' * 20,), verification=None)
    identity = replace(
        book.identity, name=LONG[:30], team='', notice='本冊已換發', first_issued='民國 100 年 1 月 1 日', photo=None
    )
    ledgers = (replace(book.ledgers[0], rows=(LedgerRow((LONG[:24], 'x' * 20, '', '—')),)),)
    return replace(book, identity=identity, ledgers=(*ledgers, *book.ledgers[1:]))


def _long() -> Contents:
    """Tables of several leaves, and an agency of 32 characters."""
    book = a_book(services=30)
    return replace(
        book,
        cover=replace(book.cover, agency='示例縣政府文化局暨所屬各鄉鎮市圖書館聯合志願服務辦公室籌備處一'),
        trainings=replace(book.trainings, lines=book.trainings.lines * 4),
        ledgers=tuple(replace(ledger, rows=ledger.rows * 14) for ledger in book.ledgers),
    )


def _long_name() -> Contents:
    book = a_book()
    return replace(book, identity=replace(book.identity, name='Maria Theresia Alexandra ' * 3 + 'Konstantinopoulos'))


def _long_english_name() -> Contents:
    book = a_book()
    name = 'Supercalifragilisticexpialidocious Konstantinopoulos'
    return replace(book, identity=replace(book.identity, english_name=name))


def _pasted() -> Contents:
    """Texts from elsewhere: tabs, soft hyphens where a line may end and where none does, spaces in a row."""
    text = '展場\t導覽 \t 與Super\u00adcali\u00adfragilistic\u00adexpiali\u00addocious  口語\u00ad表達'
    lines = served(4, item='文\t化', content=text, detail=text, unit=text, recorder='林\u00ad小\t滿')
    book = a_book(service=service.on_leaves(lines), remarks=(text * 4, text))
    identity = replace(book.identity, english_name=text, unit=text, team=text, legacy_number=text)
    ledgers = (replace(book.ledgers[0], rows=(LedgerRow((text, text, '', 'x\t\ny'), text),)), *book.ledgers[1:])
    return replace(book, identity=identity, ledgers=ledgers)


def _empty() -> Contents:
    book = a_book(trainings=NOTHING, service=())
    return replace(book, ledgers=tuple(replace(ledger, rows=()) for ledger in book.ledgers))


@pytest.mark.parametrize('book', [a_book, _hard_names, _unusual, _long, _long_name, _long_english_name, _empty])
def test_a_book_of_forms_is_the_book_that_was_laid_out(renderer: Renderer, book: Callable[[], Contents]) -> None:
    _same(renderer, 'logbook', book(), is_certain=True)


def test_a_book_with_tabs_or_soft_hyphens_is_laid_out_as_a_whole(renderer: Renderer) -> None:
    with pytest.raises(Unfit):
        renderer.pressed('logbook', *_order(_pasted()), pdf_variant=VARIANT)


def test_a_preview_of_a_form_is_the_page_that_was_laid_out(renderer: Renderer) -> None:
    _same(renderer, 'preview', a_book(), is_certain=True)


def test_texts_that_are_alike_are_cast_as_they_are_laid_out(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, filled, cast = a_book(), Cast.filled, []

    def counted(self: Cast, texts: Sequence[str]) -> Ink | None:
        made = filled(self, texts)
        cast.append(made)
        return made

    monkeypatch.setattr(Cast, 'filled', counted)
    for name, number in (('王小明', '100000001'), ('林美惠', '215417320'), ('犇堃喆', '298765432')):
        cast.clear()
        identity = replace(book.identity, name=name, identity_number=f'A{number}')
        other = replace(book, number=f'示文志字第{number}號', identity=identity)
        _same(renderer, 'preview', other, is_certain=True)
    assert any(cast)
    assert '王' not in str([[*ink.fonts] for ink in cast if ink])


def test_what_runs_over_a_page_is_laid_out_plainly(renderer: Renderer) -> None:
    book = a_book(remarks=('換發：原冊污損。',) * 40)

    with pytest.raises(Unfit):
        renderer.pressed('logbook', *_order(book))


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, min_size=8, max_size=8), st.booleans())
def test_whatever_stands_in_the_identity_looks_the_same(renderer: Renderer, texts: list[str], has_notice: bool) -> None:
    book = a_book()
    names = ('name', 'english_name', 'identity_number', 'unit', 'team', 'legacy_number', 'first_issued', 'issued')
    facts: dict[str, Any] = dict(zip(names, texts, strict=True))
    identity = replace(book.identity, notice='已註銷' if has_notice else '', **facts)
    _same(renderer, 'preview', replace(book, identity=identity))


@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXTS, min_size=7, max_size=7), st.integers(0, 4))
@example(['', '', '', '', '', 'Paay Lowking', ''], 0)
def test_whatever_stands_in_the_tables_looks_the_same(renderer: Renderer, texts: list[str], rows: int) -> None:
    dates, item, content, detail, unit, recorder, persons = texts
    facts = {'item': item, 'content': content, 'detail': detail, 'unit': unit, 'recorder': recorder, 'persons': persons}
    line = TrainingLine(dates, item, content, detail, '00', unit, persons, recorder)
    book = a_book(
        trainings=Trainings((line,) * rows, (), Amount(item, '0', '00', note=unit)),
        service=service.on_leaves(served(rows, **facts)),
        remarks=tuple(texts[:rows]),
    )
    ledgers = tuple(replace(one, rows=(LedgerRow((item,) * len(one.columns), recorder),)) for one in book.ledgers[:2])
    _same(renderer, 'logbook', replace(book, ledgers=ledgers))


def _same(renderer: Renderer, template: str, book: Contents, is_certain: bool = False) -> None:
    """Made of forms it is as laid out; or it is not made of forms, unless that `is_certain`."""
    try:
        made = renderer.pressed(template, *_order(book), pdf_variant=VARIANT)
    except Unfit:
        assert not is_certain
        return
    plain = renderer.plain(template, *_order(book), pdf_variant=VARIANT)
    assert _read(made, 'pdftotext', '-layout') == _read(plain, 'pdftotext', '-layout')
    assert _structure(made) == _structure(plain)
    ours, theirs = pypdfium2.PdfDocument(made), pypdfium2.PdfDocument(plain)
    assert len(ours) == len(theirs)
    assert _outline(ours) == _outline(theirs)
    for own, other in zip(ours, theirs, strict=True):
        difference = ImageChops.difference(own.render().to_pil(), other.render().to_pil()).tobytes()
        assert max(difference) <= 2 * TOLERANCE
        assert sum(one > TOLERANCE for one in difference) <= SPECKS


def _order(book: Contents) -> tuple[dict[str, Any], dict[str, bytes]]:
    photo = book.identity.photo
    contents = asdict(book)
    contents['identity']['photo'] = photo is not None
    return contents, {'portrait': photo} if photo else {}


def _structure(document: bytes) -> str:
    """The tree with its texts; the numbers of objects, by which headers are named, left out."""
    return re.sub(r'([<(])\d+-', r'\1', _read(document, 'pdfinfo', '-struct-text'))


def _outline(document: Any) -> list[Any]:
    """Titles, and where they lead to, in points."""
    marks = [(one.get_title(), one.get_dest()) for one in document.get_toc()]
    return [(title, to.get_index(), [round(place, 2) for place in to.get_view()[1]]) for title, to in marks]


def _read(document: bytes, *command: str) -> str:
    target = ['-'] if command[0] == 'pdftotext' else []
    done = subprocess.run([*command, '-', *target], input=document, capture_output=True, check=True)
    return done.stdout.decode()
