"""The structure tree of what was laid out once: WeasyPrint builds it once, and it is put into each document.

A field's elements differ from page to page in nothing but the numbers of objects and of marked content (ISO 32000-1,
14.7), so they are kept as bytes with places for those.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from weasyprint.pdf import pydyf, tags

_FIRST_OBJECT = 10**8
_FIRST_CONTENT = 2 * 10**8
_PAGE = b'@page'
_NUMBER = re.compile(rb'@page|[12]\d{8}(?= 0 R|-\d+-\d+\))|\[2\d{8}\]')


class Element(pydyf.Object):  # type: ignore[misc]  # WeasyPrint has no types
    """A structure element whose bytes are known."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data

    @property
    def data(self) -> bytes:
        return self._data


class Cell(pydyf.Object):  # type: ignore[misc]
    """The element of a cell, to which its table adds what it is called or the headers it has."""

    def __init__(self, facts: tuple[bytes, bytes, tuple[int, ...]], base: int, page: bytes, parent: int) -> None:
        super().__init__()
        self._name, self._attributes, kids = facts
        self._kids = b' '.join([b'%d 0 R' % (base + kid) for kid in kids])
        self._page, self._parent = page, parent
        self._id = self._headers = b''

    def __getitem__(self, key: str) -> 'Cell':
        """WeasyPrint writes `cell['A']['Headers']`."""
        assert key == 'A'
        return self

    def __setitem__(self, key: str, value: Any) -> None:
        if key == 'ID':
            self._id = b'/ID ' + _named(value)
        else:
            self._headers = b'/%b [%b]' % (key.encode('ascii'), b' '.join(map(_named, value)))

    @property
    def data(self) -> bytes:
        return b'<</Type /StructElem/S %b/K [%b]/Pg %b/P %d 0 R/A <<%b%b>>%b>>' % (
            self._name,
            self._kids,
            self._page,
            self._parent,
            self._attributes,
            self._headers,
            self._id,
        )


def _named(name: Any) -> bytes:
    """The bytes of a header's name, which many cells have."""
    data: bytes | None = getattr(name, 'known', None)
    if data is None:
        data = name.known = name.data
    return data


@dataclass(frozen=True)
class _Template:
    """Elements of a box: of each the bytes with `%d` and what stands there, counted from the box's first object.

    `roots` are those that belong to the parent, `contents` those of each marked content, `cell` the attributes of a
    cell, to which its table adds the headers.
    """

    elements: tuple[tuple[bytes, tuple[int, ...]], ...]
    roots: tuple[int, ...]
    contents: tuple[int, ...]
    cell: tuple[bytes, bytes, tuple[int, ...]] | None


class _Nowhere:
    """Stands for the document while the elements of a box are built."""

    page_references = (_PAGE,)

    def __init__(self) -> None:
        self.objects: list[Any] = []

    def add_object(self, thing: Any) -> None:
        thing.number = _FIRST_OBJECT + len(self.objects)
        self.objects.append(thing)


class Structure:
    """The elements of a laid out box, learnt where they are first put. `texts` are its marked contents in order.

    With `is_still` they are numbered wherever they were drawn, each by itself, and found by their boxes.
    """

    def __init__(self, box: Any, texts: Sequence[Any], is_still: bool = False) -> None:
        self.still = tuple(texts) if is_still else ()
        self.element, self.element_tag = box.element, box.element_tag
        self.colspan, self.rowspan = box.colspan, box.rowspan
        self._box, self._texts = box, texts
        self._template: _Template | None = None

    def template(self, parent: Any) -> _Template:
        """Below a `parent`, which is of the same kind each time."""
        if self._template is None:
            self._template = _template(self._box, self._texts, parent)
            self._box, self._texts = None, ()
        return self._template


class Twin:
    """Stands for a laid out box in the tree of one page. `first` is the number of its first marked content there;
    what is still needs none.
    """

    children: tuple[()] = ()

    def __init__(self, structure: Structure, first: int = 0) -> None:
        self._structure, self._first = structure, first
        self.element, self.element_tag = structure.element, structure.element_tag
        self.colspan, self.rowspan = structure.colspan, structure.rowspan
        self.mark: Any = None

    def elements(self, parent: Any, pdf: Any, page: bytes, nums: dict[int, bytes], marked: Any) -> Iterator[Any]:
        """Put them into the document; those that belong to `parent` are given."""
        template = self._structure.template(parent)
        still = self._structure.still
        base, made = len(pdf.objects), []
        contents = still or range(self._first, self._first + len(template.contents))
        numbers = [marked.pop(content)['mcid'] for content in contents]
        for place, (data, wanted) in enumerate(template.elements):
            if place == 0 and template.cell:
                one = self.mark = Cell(template.cell, base, page, parent.number)
            else:
                own = [
                    numbers[number - _FIRST_CONTENT]
                    if number >= _FIRST_CONTENT
                    else parent.number
                    if number < 0
                    else base + number
                    for number in wanted
                ]
                one = Element(data.replace(_PAGE, page) % tuple(own))
            pdf.add_object(one)
            made.append(one)
        for number, element in zip(numbers, template.contents, strict=True):
            nums[number] = made[element].reference
        for root in template.roots:
            yield made[root]


def install() -> None:
    """Have WeasyPrint ask each `Twin` for its elements. Once or more often."""
    tags._build_box_tree = _tree


def _template(box: Any, texts: Sequence[Any], parent: Any) -> _Template:
    nowhere, nums = _Nowhere(), dict[int, bytes]()
    around = pydyf.Dictionary({'S': parent['S'], 'K': pydyf.Array()})
    around.number = _FIRST_OBJECT - 1
    marked = {text: {'tag': 'Span', 'mcid': _FIRST_CONTENT + place} for place, text in enumerate(texts)}
    roots = list(_built(box, around, nowhere, 0, nums, [], marked))
    cell = None
    if roots and roots[0]['S'] in ('/TD', '/TH') and 'A' in roots[0]:
        facts = roots[0]['A'].data.removeprefix(b'<<').removesuffix(b'>>')
        cell = roots[0]['S'].encode('ascii'), facts, tuple(_place(one) for one in roots[0]['K'])
    return _Template(
        tuple(map(_split, nowhere.objects)),
        tuple(nowhere.objects.index(root) for root in roots),
        tuple(_place(nums[_FIRST_CONTENT + place]) for place in range(len(texts))),
        cell,
    )


def _place(reference: bytes) -> int:
    return int(reference.split()[0]) - _FIRST_OBJECT


def _split(element: Any) -> tuple[bytes, tuple[int, ...]]:
    numbers: list[int] = []

    def place(found: re.Match[bytes]) -> bytes:
        if found[0] == _PAGE:
            return _PAGE
        number = int(found[0].strip(b'[]'))
        numbers.append(number if number >= _FIRST_CONTENT else number - _FIRST_OBJECT)
        return b'[%d]' if found[0].startswith(b'[') else b'%d'

    return _NUMBER.sub(place, element.data.replace(b'%', b'%%')), tuple(numbers)


def _tree(box: Any, parent: Any, pdf: Any, page_number: int, nums: Any, annotations: Any, marked: Any) -> Any:
    """WeasyPrint's own function, which calls itself for each child by this name; a Twin knows its elements."""
    if isinstance(box, Twin):
        return box.elements(parent, pdf, b'%d 0 R' % pdf.pages['Kids'][3 * page_number], nums, marked)
    return _built(box, parent, pdf, page_number, nums, annotations, marked)


_built = tags._build_box_tree
