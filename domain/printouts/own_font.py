"""Our Latin letters inside a text document, so that a name is drawn whole on a reader's machine without them.

Readers are the office's and have what they have; the letters of the sixteen peoples and of 白話字 are in few fonts. The
licence (logbook/latin.OFL.txt) allows to embed them. OpenDocument takes the file as it is (ODF 1.3 part 3, 16.23), Word
with its first 32 bytes hidden by a key (ECMA-376 part 4, 2.8.1).
"""

from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement

from ..logbook import pdf as press

NAME = 'Logbook Latin'
ODF_PATH = 'Fonts/latin.ttf'

_TYPE = 'application/vnd.openxmlformats-officedocument.obfuscatedFont'
_KEY = uuid5(UUID(int=0), NAME)
_HIDDEN = 32


@cache
def content() -> bytes:
    """The font file."""
    return (Path(press.__file__).parent / 'latin.ttf').read_bytes()


def put_into(document: WordDocument) -> None:
    """Embed the font in a Word document."""
    package = document.part.package
    table = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    place = PackURI.from_rel_ref(table.partname.baseURI, 'fonts/font1.odttf')
    hidden = Part(place, _TYPE, _for_word(), package)
    key = table.relate_to(hidden, 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/font')
    entry = (
        f'<w:font w:name="{NAME}"><w:altName w:val="Times New Roman"/><w:family w:val="roman"/>'
        f'<w:embedRegular r:id="{key}" w:fontKey="{{{str(_KEY).upper()}}}"/></w:font></w:fonts>'
    )
    table._blob = table.blob.replace(b'</w:fonts>', entry.encode())
    document.settings.element.insert(0, OxmlElement('w:embedTrueTypeFonts'))


@cache
def _for_word() -> bytes:
    """The file as Word keeps it: the key, from its end, over each half of the first 32 bytes."""
    key = _KEY.bytes[::-1]
    hidden = bytes(byte ^ key[place % len(key)] for place, byte in enumerate(content()[:_HIDDEN]))
    return hidden + content()[_HIDDEN:]
