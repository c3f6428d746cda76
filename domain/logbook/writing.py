"""The file of a document: what pydyf writes of its objects, in a third of the time.

pydyf deflates at level 9, which takes four times as long as LEVEL and makes a book smaller by a sixtieth. As there, all
but streams stand together in one (ISO 32000-1, 7.5.7), and a stream says where everything is (7.5.8).
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from weasyprint.pdf import pydyf

LEVEL = 4
_HEAD = b'%PDF-1.7\n%\xf0\x9f\x96\xa4\n'
_WIDTHS = pydyf.Array((1, 4, 4))
_PLACE = struct.Struct('>BII')
_FREE, _APART, _TOGETHER = range(3)


def written(pdf: Any) -> bytes:
    """The whole file. `pdf` is of no use afterwards."""
    pdf.add_object(pdf.info)
    first, *objects = pdf.objects
    together = [(one.number, told(one)) for one in objects if not isinstance(one, pydyf.Stream)]
    heads, at = [], 0
    for number, data in together:
        heads.append(b'%d %d' % (number, at))
        at += len(data) + 1
    head = b' '.join(heads)
    facts = {'Type': '/ObjStm', 'N': len(together), 'First': len(head) + 1}
    holder = pydyf.Stream([head, *(data for _, data in together)], facts, compress=True)
    pdf.add_object(holder)
    places = {first.number: _PLACE.pack(_FREE, 0, first.generation)}
    for place, (number, _) in enumerate(together):
        places[number] = _PLACE.pack(_TOGETHER, holder.number, place)
    pieces, at = [_HEAD], len(_HEAD)
    for one in (*objects, holder):
        if isinstance(one, pydyf.Stream):
            places[one.number] = _PLACE.pack(_APART, at, 0)
            pieces.append(_numbered(one))
            at += len(pieces[-1])
    number = len(pdf.objects)
    places[number] = _PLACE.pack(_APART, at, 0)
    # The name of this very file (14.4).
    digest = b'<%b>' % hashlib.blake2b(b''.join(pieces), digest_size=16).hexdigest().encode('ascii')
    where = {
        'Type': '/XRef',
        'W': _WIDTHS,
        'Size': len(places),
        'Root': pdf.catalog.reference,
        'Info': pdf.info.reference,
        'ID': pydyf.Array((digest, digest)),
    }
    table = pydyf.Stream([b''.join(places[place] for place in range(len(places)))], where, compress=True)
    table.number = number
    return b''.join((*pieces, _numbered(table), b'startxref\n%d\n%%%%EOF\n' % at))


class Known(pydyf.Stream):  # type: ignore[misc]  # pydyf has no types
    """The first of some streams that name each other, known as bytes: of each what stands before and after its numbers.

    `said` is what else they name. WeasyPrint adds it to a document, `completed` those that it names.
    """

    def __init__(self, streams: Sequence[tuple[bytes, bytes]], said: dict[bytes, bytes]) -> None:
        super().__init__()
        self._streams, self._said = streams, said
        self._data = b''

    @property
    def data(self) -> bytes:
        """All of it."""
        return self._data

    def complete(self, pdf: Any) -> None:
        """Number what it names."""
        rest = [Known((one,), {}) for one in self._streams[1:]]
        for one in rest:
            pdf.add_object(one)
        all_of_them = (self, *rest)
        said = {b'%d' % place: one.reference for place, one in enumerate(all_of_them)} | self._said
        for one, (head, body) in zip(all_of_them, self._streams, strict=True):
            one._data = head % said + body


def completed(pdf: Any) -> None:
    """Put what known streams name into the document, which has all else that it will have."""
    for one in [one for one in pdf.objects if isinstance(one, Known)]:
        one.complete(pdf)


def told(thing: Any) -> bytes:
    """An object, or what stands in one, as bytes."""
    return _WAYS.get(type(thing), _other)(thing)


def _dictionary(thing: dict[str, Any]) -> bytes:
    return b'<<%b>>' % b''.join([b'/%b %b' % (told(name), told(value)) for name, value in thing.items()])


def _array(thing: list[Any]) -> bytes:
    return b'[%b]' % b' '.join([told(one) for one in thing])


def _other(thing: Any) -> bytes:
    if isinstance(thing, bytes):
        return thing
    return thing.data if isinstance(thing, pydyf.Object) else str(thing).encode('ascii')


def _stream(stream: Any) -> bytes:
    if isinstance(stream, Known):
        return stream.data
    body = b'\n'.join([told(one) for one in stream.stream])
    facts = {**stream.extra}
    if stream.compress:
        body = zlib.compress(body, LEVEL)
        facts['Filter'] = '/FlateDecode'
    facts['Length'] = len(body)
    return b'%b\nstream\n%b\nendstream' % (told(pydyf.Dictionary(facts)), body)


_WAYS: dict[type, Callable[[Any], bytes]] = {
    bytes: lambda thing: thing,
    str: lambda thing: thing.encode('ascii'),
    int: lambda thing: b'%d' % thing,
    float: lambda thing: f'{thing:f}'.rstrip('0').rstrip('.').encode('ascii'),
    pydyf.Dictionary: _dictionary,
    pydyf.Array: _array,
}


def _numbered(thing: Any) -> bytes:
    return b'%d 0 obj\n%b\nendobj\n' % (thing.number, _stream(thing))
