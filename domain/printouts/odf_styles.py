"""How OpenDocument files look: fonts, widths, boxes, the page and its foot, what stays in sight."""

from collections.abc import Iterable, Sequence

WESTERN, KAI = 'Times New Roman', '標楷體'

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_NAMES = ' '.join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ('office', 'office'),
        ('style', 'style'),
        ('text', 'text'),
        ('table', 'table'),
        ('number', 'datastyle'),
        ('fo', 'xsl-fo-compatible'),
        ('svg', 'svg-compatible'),
        ('config', 'config'),
        ('meta', 'meta'),
    )
)
_SHARED = f'{_NAMES} xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"'
_FONTS = (
    '<office:font-face-decls>'
    + ''.join(
        f'<style:font-face style:name="{name}" svg:font-family="\'{name}\'" style:font-family-generic="roman"/>'
        for name in (WESTERN, KAI)
    )
    + '</office:font-face-decls>'
)
_LETTERS = (
    f'style:font-name="{WESTERN}" style:font-name-asian="{KAI}" fo:language="en" fo:country="US" '
    'style:language-asian="zh" style:country-asian="TW"'
)
_SMALL = 'fo:font-size="9pt" style:font-size-asian="9pt" fo:color="#43545a"'
_BOLD = 'fo:font-weight="bold" style:font-weight-asian="bold"'
_BOX = 'fo:border="0.5pt solid #808080" fo:padding="0.1cm" style:vertical-align="middle" fo:wrap-option="wrap"'
_LEFT = '<style:paragraph-properties fo:text-align="start"/>'
_MIDDLE = '<style:paragraph-properties fo:text-align="center"/>'
_RIGHT = '<style:paragraph-properties fo:text-align="end"/>'


def _size(points: int) -> str:
    return f'fo:font-size="{points}pt" style:font-size-asian="{points}pt"'


def _cell(name: str, box: str, lines: str, letters: str = '', numbers: str = '') -> str:
    named = f' style:data-style-name="{numbers}"' if numbers else ''
    return (
        f'<style:style style:name="{name}" style:family="table-cell" style:parent-style-name="Default"{named}>'
        f'<style:table-cell-properties {box} style:text-align-source="fix"/>{lines}'
        f'<style:text-properties {letters}/></style:style>'
    )


CELLS = (
    '<number:number-style style:name="whole"><number:number number:min-integer-digits="1"/></number:number-style>'
    '<number:number-style style:name="hundredths">'
    '<number:number number:decimal-places="2" number:min-integer-digits="1"/></number:number-style>'
    '<number:percentage-style style:name="percent">'
    '<number:number number:decimal-places="1" number:min-integer-digits="1"/><number:text>%</number:text>'
    '</number:percentage-style>'
    + _cell('title', '', _LEFT, f'{_size(16)} {_BOLD}')
    + _cell('below', '', _LEFT, _size(11))
    + _cell('heading', f'{_BOX} fo:background-color="#e6eeee"', _MIDDLE, _BOLD)
    + _cell('text', _BOX, _LEFT)
    + _cell('number', _BOX, _RIGHT, numbers='whole')
    + _cell('decimal', _BOX, _RIGHT, numbers='hundredths')
    + _cell('share', _BOX, _RIGHT, numbers='percent')
)
"""Of a spreadsheet: title, below, heading, and text, number, decimal, share in boxes."""


def boxes(*, lies: bool) -> str:
    """Of a text: the table `list`, its `box`, the paragraphs title, below, middle and heading."""
    return (
        f'<style:style style:name="list" style:family="table"><style:table-properties '
        f'style:width="{26.7 if lies else 18.0}cm" table:align="center" table:border-model="collapsing"/></style:style>'
        f'<style:style style:name="box" style:family="table-cell"><style:table-cell-properties {_BOX}/></style:style>'
        + _paragraph('title', f'{_size(16)} {_BOLD}', 'fo:margin-bottom="0.2cm"')
        + _paragraph('below', _size(11), 'fo:margin-bottom="0.4cm"')
        + _paragraph('middle', _size(11))
        + _paragraph('heading', f'{_size(11)} {_BOLD}')
    )


def column(name: str, centimetres: float) -> str:
    """The style `column` + `name`."""
    width = f'<style:table-column-properties style:column-width="{centimetres:.2f}cm"/>'
    return f'<style:style style:name="column{name}" style:family="table-column">{width}</style:style>'


def sheet(number: int, *, lies: bool) -> str:
    """The style `sheet` + `number`, which says on what page it is printed."""
    page = 'lying' if lies else 'upright'
    return (
        f'<style:style style:name="sheet{number}" style:family="table" style:master-page-name="{page}">'
        '<style:table-properties table:display="true"/></style:style>'
    )


def of_spreadsheet(printed: str) -> str:
    """styles.xml: pages as wide as the sheet, `printed` and the page's number at their foot."""
    usual = (
        f'<style:default-style style:family="table-cell"><style:text-properties {_LETTERS} {_size(11)}/>'
        '</style:default-style><style:style style:name="Default" style:family="table-cell"/>'
    )
    foot = (
        f'<style:region-left><text:p text:style-name="foot">{printed}</text:p></style:region-left>'
        f'<style:region-right><text:p text:style-name="foot">{_PAGES}</text:p></style:region-right>'
    )
    fit = 'style:scale-to-X="1" style:scale-to-Y="0" style:table-centering="horizontal"'
    fit += ' style:first-page-number="continue"'
    pages = _page('upright', fit, lies=False) + _page('lying', fit, lies=True)
    masters = ''.join(_master(name, foot) for name in ('upright', 'lying'))
    return _styles(usual + _paragraph('foot', f'{_LETTERS} {_SMALL}', aligned=''), pages, masters)


def of_text(printed: str, *, lies: bool) -> str:
    """styles.xml: the page, `printed` and the page's number at its foot."""
    usual = (
        f'<style:default-style style:family="paragraph"><style:text-properties {_LETTERS} {_size(11)}/>'
        '</style:default-style><style:style style:name="Standard" style:family="paragraph"/>'
        '<style:default-style style:family="table-row"><style:table-row-properties fo:keep-together="always"/>'
        '</style:default-style>'
    )
    foot = f'<text:p text:style-name="foot">{printed}　　{_PAGES}</text:p>'
    pages = _page('lying' if lies else 'upright', '', lies=lies)
    return _styles(usual + _paragraph('foot', _SMALL), pages, _master('Standard', foot, 'lying' if lies else 'upright'))


def content(kind: str, automatic: str, body: str) -> str:
    """content.xml."""
    return (
        f'{_HEAD}<office:document-content {_SHARED}>{_FONTS}<office:automatic-styles>{automatic}'
        f'</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body>'
        '</office:document-content>'
    )


def frozen(names: Sequence[str], rows: int) -> str:
    """settings.xml: the first `rows` of each sheet stay in sight. `names` are quoted."""
    items = ''.join(
        f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'
        for name, kind, value in (
            ('HorizontalSplitMode', 'short', 0),
            ('VerticalSplitMode', 'short', 2),
            ('VerticalSplitPosition', 'int', rows),
            ('ActiveSplitRange', 'short', 2),
            ('CursorPositionY', 'int', rows),
            ('PositionTop', 'int', 0),
            ('PositionBottom', 'int', rows),
        )
    )
    entries = ''.join(
        f'<config:config-item-map-entry config:name={name}>{items}</config:config-item-map-entry>' for name in names
    )
    return (
        f'{_HEAD}<office:document-settings {_SHARED} xmlns:ooo="http://openoffice.org/2004/office"><office:settings>'
        '<config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>'
        '<config:config-item config:name="ViewId" config:type="string">view1</config:config-item>'
        f'<config:config-item-map-named config:name="Tables">{entries}</config:config-item-map-named>'
        '</config:config-item-map-entry></config:config-item-map-indexed></config:config-item-set>'
        '</office:settings></office:document-settings>'
    )


def meta(title: str, moment: str) -> str:
    """meta.xml; `title` is escaped, `moment` in ISO 8601."""
    return (
        f'{_HEAD}<office:document-meta {_SHARED}><office:meta><meta:generator>志願服務紀錄冊線上申請</meta:generator>'
        f'<dc:title>{title}</dc:title><meta:creation-date>{moment}</meta:creation-date><dc:date>{moment}</dc:date>'
        '<dc:language>zh-TW</dc:language></office:meta></office:document-meta>'
    )


def manifest(media_type: str, parts: Iterable[str]) -> str:
    """META-INF/manifest.xml."""
    listed = ''.join(
        f'<manifest:file-entry manifest:full-path="{part}" manifest:media-type="text/xml"/>' for part in parts
    )
    return (
        f'{_HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
        'manifest:version="1.3">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{media_type}"/>{listed}</manifest:manifest>'
    )


_PAGES = '第 <text:page-number>1</text:page-number> 頁，共 <text:page-count>1</text:page-count> 頁'


def _paragraph(name: str, letters: str, lines: str = '', aligned: str = 'fo:text-align="center"') -> str:
    return (
        f'<style:style style:name="{name}" style:family="paragraph">'
        f'<style:paragraph-properties {aligned} {lines}/><style:text-properties {letters}/></style:style>'
    )


def _page(name: str, fit: str, *, lies: bool) -> str:
    width, height, way = (29.7, 21, 'landscape') if lies else (21, 29.7, 'portrait')
    return (
        f'<style:page-layout style:name="{name}"><style:page-layout-properties fo:page-width="{width}cm" '
        f'fo:page-height="{height}cm" style:print-orientation="{way}" fo:margin="1.5cm" fo:margin-bottom="1cm" {fit}/>'
        '<style:footer-style><style:header-footer-properties fo:min-height="0.8cm" fo:margin-top="0.3cm"/>'
        '</style:footer-style></style:page-layout>'
    )


def _master(name: str, foot: str, layout: str = '') -> str:
    return (
        f'<style:master-page style:name="{name}" style:page-layout-name="{layout or name}">'
        f'<style:footer>{foot}</style:footer></style:master-page>'
    )


def _styles(usual: str, pages: str, masters: str) -> str:
    return (
        f'{_HEAD}<office:document-styles {_SHARED}>{_FONTS}<office:styles>{usual}</office:styles>'
        f'<office:automatic-styles>{pages}</office:automatic-styles>'
        f'<office:master-styles>{masters}</office:master-styles></office:document-styles>'
    )
