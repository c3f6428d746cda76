"""PDF/A-2a and PDF/UA-1 in one file: for keeping (ISO 19005-2), and for a screen reader (ISO 14289-1).

WeasyPrint writes either. The requirements of both are met by what it does for PDF/A-2a, which is tagged too; what is
lacking is that the metadata say so. PDF/A wants each property described that it does not know (ISO 19005-2, 6.6.2.3).
No validator was at hand to confirm it: veraPDF is Java and in no Debian package.
"""

import io
from importlib.resources import files
from typing import Any

from weasyprint.css import ColorProfile
from weasyprint.pdf.metadata import DocumentMetadata

VARIANT = 'pdf/a-2a'
_END = b'</rdf:RDF>'
_ACCESSIBLE = b"""\
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 that the file conforms to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1"/>
"""


_COLOURS = ColorProfile(
    io.BytesIO(files('weasyprint.pdf').joinpath('sRGB2014.icc').read_bytes()),
    'sRGB2014.icc',
    'relative-colorimetric',
    (['r'], ['g'], ['b']),
)
"""What red, green and blue are: the profile that WeasyPrint would read anew for each document."""


class Metadata(DocumentMetadata):  # type: ignore[misc]  # WeasyPrint has no types
    """Metadata that say PDF/UA-1 beside what `VARIANT` has them say."""

    def generate_rdf_metadata(self, *variant: Any) -> bytes:
        """As WeasyPrint calls it."""
        written: bytes = super().generate_rdf_metadata(*variant)
        assert written.endswith(_END)
        return written.removesuffix(_END) + _ACCESSIBLE + _END


def prepare(document: Any) -> None:
    """Give a document of WeasyPrint what it lacks to be written as both."""
    document.metadata = Metadata(**vars(document.metadata))
    document.color_profiles['srgb'] = _COLOURS
