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
    """The photo as PNG, WEBP or HEIF."""
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
