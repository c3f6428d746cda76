"""What `tests.fuzz` sends: files changed in places, and values of every kind, as strategies of hypothesis."""

import functools
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from hypothesis import strategies as st
from PIL import Image

from domain.demo import sample_pictures

SHEETS = sorted((Path(__file__).parent / 'samples' / 'sheets').glob('*.[xoc]*'))
TOKENS = ['0', '-1', '1', '115', '1150229', '9' * 400, 'NaN', '1e999', 'None', '\0', '\u202e', '=1+1', '%', "'", '１']
TEXTS = st.text(max_size=40) | st.sampled_from([*TOKENS, 'x' * 19_000, '\U0010ffff', '\ud800', '<b>&', '../../x'])
CHANGE = st.tuples(st.sampled_from(['put', 'take', 'insert', 'repeat']), *[st.integers(0, 2**24)] * 3)
CHANGES = st.lists(CHANGE, min_size=1, max_size=6)
NAMES = st.sampled_from(['value', 'label', 'id', 'key', 'name', 'x', 'client_id', 'args', 'next_message_id']) | TEXTS
SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.sampled_from([10**400, -1, 2**31, 2**63])
VALUES: st.SearchStrategy[object] = st.deferred(
    lambda: SIMPLE | st.lists(VALUES, max_size=4) | st.dictionaries(NAMES, VALUES, max_size=4)
)
SOCKET_EVENTS = st.sampled_from(['event', 'javascript_response', 'ack', 'log', 'handshake'])
FORGED = st.tuples(st.integers(0, 10**4) | SOCKET_EVENTS, st.lists(VALUES.map(json.dumps) | TEXTS, max_size=2))


def changed(content: bytes, changes: Sequence[tuple[str, int, int, int]]) -> bytes:
    """Bytes put, taken, inserted and repeated."""
    damaged = bytearray(content)
    for what, place, byte, length in changes:
        at, many = place % (len(damaged) + 1), length % 500
        if what == 'put':
            damaged[at : at + 1] = bytes([byte % 256])
        elif what == 'take':
            del damaged[at : at + many]
        else:
            damaged[at:at] = bytes([byte % 256]) * many if what == 'insert' else damaged[at : at + many]
    return bytes(damaged)


def changed_inside(content: bytes, changes: Sequence[tuple[str, int, int, int]]) -> bytes:
    """The same in one member of an archive, which stays one; another file is changed where it is."""
    if not content.startswith(b'PK'):
        return changed(content, changes)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, 'w', zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        for name in names:
            whole = old.read(name)
            new.writestr(name, changed(whole, changes) if name == names[changes[0][1] % len(names)] else whole)
    return made.getvalue()


@functools.cache
def pictures() -> list[tuple[str, bytes]]:
    """Two photos and a scan."""
    certificate = sample_pictures.certificate(True, '王小明', '志工基礎訓練', 6, '示例文化中心', date(2026, 3, 8))
    scan = io.BytesIO()
    Image.open(io.BytesIO(certificate)).save(scan, 'PDF')
    return [('a.jpg', sample_pictures.portrait(1)), ('b.jpg', certificate), ('c.pdf', scan.getvalue())]


def storable(text: str) -> str:
    """Without lone surrogates, which neither a file nor Playwright carries; JSON can name them."""
    return text.encode('utf-8', 'replace').decode()
