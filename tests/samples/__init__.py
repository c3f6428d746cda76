"""Files as people send them, good and bad, made by code when first asked for and then kept for the session."""

import io
import struct
import zipfile
import zlib
from datetime import date
from functools import cache

import pillow_heif
import pypdf
from PIL import ExifTags, Image, ImageCms, ImageFilter

from domain.demo import sample_pictures

DAY = date(2026, 3, 8)


@cache
def portrait(seed: int = 0) -> bytes:
    """JPEG 900 × 1200, a good photo."""
    return sample_pictures.portrait(seed)


@cache
def certificate_front(name: str = '王小明') -> bytes:
    return sample_pictures.certificate(True, name, '志工基礎訓練', 6, '示例文化中心', DAY)


@cache
def certificate_back() -> bytes:
    return sample_pictures.certificate(False, '王小明', '志工基礎訓練', 6, '示例文化中心', DAY)


@cache
def turned_portrait() -> bytes:
    """As a telephone held upright writes it: lying on its side, with orientation, place, maker and comment."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = 'Example Phone'
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (24.0, 8.0, 15.0)
    lying = _image().transpose(Image.Transpose.ROTATE_90)
    return _saved(lying, 'JPEG', exif=exif, comment=b'taken at home', quality=90)


@cache
def wide_portrait() -> bytes:
    """1600 × 1200 with the person in the middle."""
    wide = Image.new('RGB', (1600, 1200), '#DDE5E2')
    wide.paste(_image(), (350, 0))
    return _saved(wide, 'JPEG', quality=90)


@cache
def small_portrait(width: int = 150) -> bytes:
    return _saved(_image().resize((width, width * 4 // 3), Image.Resampling.LANCZOS), 'PNG')


@cache
def blurred_portrait(radius: float) -> bytes:
    """The blur in pixels of 900."""
    return _saved(_image().filter(ImageFilter.GaussianBlur(radius)), 'JPEG', quality=90)


@cache
def lit_portrait(darkest: int, lightest: int) -> bytes:
    """All values pressed between two of 0 to 255."""
    return _saved(_image().point(lambda value: darkest + value * (lightest - darkest) / 255), 'JPEG', quality=90)


@cache
def twelve_megapixels() -> bytes:
    """JPEG 3024 × 4032 with the noise of a telephone's sensor, about 6 MB."""
    large = _image().resize((3024, 4032), Image.Resampling.BICUBIC)
    noise = Image.effect_noise((3024, 4032), 90).convert('RGB')
    return _saved(Image.blend(large, noise, 0.3), 'JPEG', quality=95)


@cache
def portrait_as(kind: str) -> bytes:
    """The photo as HEIF, or in a format of Pillow: PNG, WEBP, TIFF …"""
    if kind == 'HEIF':
        heif = pillow_heif.from_pillow(_image().resize((600, 800)))
        out = io.BytesIO()
        heif.save(out, quality=80)
        return out.getvalue()
    return _saved(_image(), kind)


@cache
def animation(kind: str) -> bytes:
    """WEBP or PNG of three frames: red, green, blue."""
    red, *others = (Image.new('RGB', (600, 800), color) for color in ('#FF0000', '#00FF00', '#0000FF'))
    return _saved(red, kind, save_all=True, append_images=others, duration=100, lossless=True)


@cache
def plain(mode: str) -> bytes:
    """A field of 600 × 800, #C86432 or gray 128 of 255, in a mode that a JPEG for the web does not have.

    'I;16' 16-bit gray, 'P' palette with a transparent lower half, 'RGBA' with a transparent lower half, '1' white,
    'CMYK' as a printer's JPEG, 'LA' gray with a transparent lower half.
    """
    color = Image.new('RGB', (600, 800), '#C86432')
    mask = Image.new('L', (600, 800), 255)
    mask.paste(0, (0, 400, 600, 800))
    if mode == 'I;16':
        return _saved(Image.new('I;16', (600, 800), 128 * 257), 'PNG')
    if mode == 'CMYK':
        return _saved(color.convert('CMYK'), 'JPEG', quality=95)
    if mode == '1':
        return _saved(Image.new('1', (600, 800), 1), 'PNG')
    if mode == 'LA':
        return _saved(Image.merge('LA', (Image.new('L', (600, 800), 128), mask)), 'PNG')
    color.putalpha(mask)
    return _saved(color.quantize() if mode == 'P' else color, 'PNG')


@cache
def red_in_another_color_space() -> bytes:
    """Stored as pure green under a profile whose red and green lights are exchanged: it should be seen as red."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    profile = profile.replace(b'rXYZ', b'----').replace(b'gXYZ', b'rXYZ').replace(b'----', b'gXYZ')
    return _saved(Image.new('RGB', (600, 800), '#00FF00'), 'PNG', icc_profile=profile)


def truncated(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


@cache
def polyglot() -> bytes:
    """A good photo that is a web page and a ZIP archive too."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, 'w') as files:
        files.writestr('evil.html', '<script>alert(1)</script>')
    return _saved(_image(), 'JPEG', comment=b'<script>alert(1)</script>') + b'<html>' + archive.getvalue()


@cache
def eighty_megapixels() -> bytes:
    """PNG 10000 × 8000, valid, and some kB small."""
    return _white_png(10_000, 8_000)


@cache
def fifty_megapixels() -> bytes:
    """PNG 7000 × 7000, valid, white, just within the limit."""
    return _white_png(7_000, 7_000)


@cache
def bomb() -> bytes:
    """A small PNG with a colour profile that unpacks to 300 MB."""
    head, rest = portrait_as('PNG')[:33], portrait_as('PNG')[33:]
    packer = zlib.compressobj(9)
    packed = b''.join(packer.compress(bytes(1024 * 1024)) for _ in range(300)) + packer.flush()
    return head + _chunk(b'iCCP', b'bomb\0\0' + packed) + rest


@cache
def pdf(pages: int = 1) -> bytes:
    """Pages of A4 across: certificate front, back, front, back …"""
    sides = [Image.open(io.BytesIO((certificate_front(), certificate_back())[number % 2])) for number in range(pages)]
    return _saved(sides[0], 'PDF', save_all=True, append_images=sides[1:], resolution=144)


def signed_pdf() -> bytes:
    """A later revision behind the first, as a signature is added; its last line ends as on another system."""
    later = b'9 0 obj\n<</Type/Sig/ByteRange[0 10 20 30]>>\nendobj\nstartxref\n0\n%%EOF\r\n'
    return pdf().rstrip() + b'\n' + later


def plain_pdf(catalog: bytes = b'', *objects: bytes, page: bytes = b'') -> bytes:
    """One empty page; `catalog` and `page` are added to theirs, `objects` are numbered from 4."""
    bodies = [
        b'<</Type/Catalog/Pages 2 0 R' + catalog + b'>>',
        b'<</Type/Pages/Kids[3 0 R]/Count 1>>',
        b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]' + page + b'>>',
        *objects,
    ]
    written, places = b'%PDF-1.7\n', b''
    for number, body in enumerate(bodies, 1):
        places += b'%010d 00000 n \n' % len(written)
        written += b'%d 0 obj\n%s\nendobj\n' % (number, body)
    head = b'xref\n0 %d\n0000000000 65535 f \n' % (len(bodies) + 1)
    trailer = b'trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n' % (len(bodies) + 1, len(written))
    return written + head + places + trailer


def packed_pdf(*packed: bytes) -> bytes:
    """As `plain_pdf`, with a catalog whose action when opened is the first of `packed`, in a compressed stream."""
    bodies = [
        b'<</Type/Catalog/Pages 2 0 R/OpenAction 6 0 R>>',
        b'<</Type/Pages/Kids[3 0 R]/Count 1>>',
        b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>',
    ]
    first = b''.join(b'%d %d ' % (6 + number, sum(map(len, packed[:number]))) for number in range(len(packed)))
    content = zlib.compress(first + b''.join(packed))
    bodies.append(_stream(b'/Type/ObjStm/N %d/First %d/Filter/FlateDecode' % (len(packed), len(first)), content))
    written, rows = b'%PDF-1.7\n', [(0, 0, 255)]
    for number, body in enumerate(bodies, 1):
        rows.append((1, len(written), 0))
        written += b'%d 0 obj\n%s\nendobj\n' % (number, body)
    rows.append((1, len(written), 0))
    rows += [(2, 4, number) for number in range(len(packed))]
    table = b''.join(struct.pack('>BIB', *row) for row in rows)
    references = _stream(b'/Type/XRef/Size %d/W[1 4 1]/Root 1 0 R' % len(rows), table)
    return written + b'5 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n' % (references, len(written))


def _stream(entries: bytes, content: bytes) -> bytes:
    return b'<<%s/Length %d>>\nstream\n%s\nendstream' % (entries, len(content), content)


@cache
def turned_webp() -> bytes:
    """As `turned_portrait`, in WebP: browsers do not turn it by themselves."""
    turned = Image.open(io.BytesIO(turned_portrait()))
    return _saved(turned, 'WEBP', exif=turned.getexif(), quality=90)


@cache
def rewritten(**options: int) -> bytes:
    """The photo as JPEG, written with other options of its encoder."""
    return _saved(_image(), 'JPEG', quality=90, **options)


@cache
def telephone_photo(width: int, height: int) -> bytes:
    return _saved(_image().resize((width, height), Image.Resampling.BILINEAR), 'JPEG', quality=60)


@cache
def encrypted_pdf() -> bytes:
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.encrypt('secret', algorithm='AES-256')
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _image() -> Image.Image:
    return Image.open(io.BytesIO(portrait()))


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def _white_png(width: int, height: int) -> bytes:
    """One bit a pixel, written by hand: an image library would need all the memory first."""
    header = struct.pack('>IIBBBBB', width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(1)
    line = b'\0' + b'\xff' * ((width + 7) // 8)
    packed = b''.join(packer.compress(line) for _ in range(height)) + packer.flush()
    return b'\x89PNG\r\n\x1a\n' + _chunk(b'IHDR', header) + _chunk(b'IDAT', packed) + _chunk(b'IEND', b'')


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack('>I', len(content)) + kind + content + struct.pack('>I', zlib.crc32(kind + content))
