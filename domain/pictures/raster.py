"""Pictures: decode hostile bytes, straighten, cut, shrink, bring to sRGB on white, and write a new JPEG."""

import io
from collections.abc import Callable

from PIL import ExifTags, Image, ImageChops, ImageCms

from . import verdicts
from .results import Crop, Picture, UnreadablePicture, VerdictNote

MAX_PIXELS = 70_000_000
MAX_PIXELS_OF_JPEG = 120_000_000  # decoded row by row, at half the size or less
_MOST_TWICE = 16_000_000  # pixels of a progressive JPEG that is decoded more than once
PHOTO_WIDTH, PHOTO_HEIGHT = 1200, 1600
SCAN_SIDE = 2000
QUALITY = 85
# Behind a JPEG that has no end: data that no encoder writes, with every restart marker, so that rows that lack show it.
_JUNK = bytes(range(7, 250, 9)) * 20 + b''.join(
    b'\0' + bytes(range(7, 250, 9)) + bytes((255, 0xD0 + number % 8)) for number in range(16)
)
_SCAN_OF_JPEG, _END_OF_JPEG = b'\xff\xda', b'\xff\xd9'

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ON_ITS_SIDE = [_TURNS[number] for number in (5, 6, 7, 8)]
_Size = tuple[int, int]


def photo(data: bytes, kind: str, crop: Crop | None) -> Picture:
    """A portrait of 3:4, never enlarged; see `pictures.accept_photo`."""
    crop = crop or (0, 0, 1, 1)
    image, source = _decoded(data, kind, lambda size: _window(size, crop)[2] // (2 * PHOTO_WIDTH))
    left, top, width, height = _window(image.size, crop)
    seen_width, seen_height = (round(side) for side in _window(source, crop)[2:])
    shown = min(PHOTO_WIDTH, max(1, seen_width))
    size = (shown, max(1, round(shown * PHOTO_HEIGHT / PHOTO_WIDTH)))
    box = (left, top, left + width, top + height)
    small = _srgb(image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3))
    return _picture(small, verdicts.of_photo(small, seen_width, seen_height))


def scan(data: bytes, kind: str) -> Picture:
    """A certificate, whole."""
    return whole(*_decoded(data, kind, lambda size: max(size) // (2 * SCAN_SIDE)))


def whole(image: Image.Image, source: _Size | None = None) -> Picture:
    """The image itself, shrunk to a scan's size; `source`: how large it was before it was decoded, if not as it is."""
    source = source or image.size
    image.thumbnail((SCAN_SIDE, SCAN_SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    small = _srgb(image)
    return _picture(small, verdicts.of_scan(small, *source))


def _picture(image: Image.Image, verdict: list[VerdictNote]) -> Picture:
    image.info.clear()  # comments and the like would be written again
    jpeg = io.BytesIO()
    image.save(jpeg, 'JPEG', quality=QUALITY, optimize=True)
    return Picture(jpeg.getvalue(), *image.size, verdict)


def _decoded(data: bytes, kind: str, spare: Callable[[_Size], float]) -> tuple[Image.Image, _Size]:
    """The first frame, upright, in a mode that can be resized, and how large it was sent.

    `spare`: by how much a picture of a size is larger than anybody needs; of a JPEG so much is not even decoded.
    """
    try:
        if kind == 'JPEG' and not _has_end(data):
            image = _without_end(data, spare)
        else:
            image = _loaded(data, kind, spare)
            if kind == 'JPEG' and not _is_slow(image):
                _check_rows(data, bool(image.info.get('progressive')))
    except UnreadablePicture:
        raise
    except Exception as broken:  # decoders fed with damaged or hostile bytes raise anything
        raise UnreadablePicture(
            '這張照片的檔案不完整或已損壞，無法開啟。請重新拍照，或改選另一個檔案；已填的資料都還在。'
        ) from broken
    source = _turned_size(image.info['sent_size'], _turn(image))
    return _upright(_resizable(image)), source


def _loaded(data: bytes, kind: str, spare: Callable[[_Size], float]) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        sent = image.size
        is_by_rows = kind == 'JPEG' and not image.info.get('progressive')
        _check_pixels(*sent, MAX_PIXELS_OF_JPEG if is_by_rows else MAX_PIXELS)
        if kind == 'JPEG':
            times = max(1, int(spare(_turned_size(sent, _turn(image)))))
            image.draft(None, (max(1, sent[0] // times), max(1, sent[1] // times)))
        image.load()
        image.info['sent_size'] = sent
        return image


def _has_end(data: bytes) -> bool:
    """Whether an end marker stands behind the last beginning of a scan; that of a small picture in EXIF does not."""
    return data.rfind(_END_OF_JPEG) > data.rfind(_SCAN_OF_JPEG)


def _without_end(data: bytes, spare: Callable[[_Size], float]) -> Image.Image:
    """A JPEG without its end marker. Raises ValueError unless every row is there.

    A decoder invents rows that lack. They lack if what it shows depends on what stands behind the file.
    """
    image = _loaded(data + _END_OF_JPEG, 'JPEG', spare)
    other = _loaded(data.rstrip(b'\0') + _JUNK + _END_OF_JPEG, 'JPEG', spare)
    if ImageChops.difference(image, other).getbbox() is not None:
        raise ValueError('rows lack')
    return image


def _is_slow(image: Image.Image) -> bool:
    """A large progressive JPEG is not decoded row by row, so it takes as long at any size."""
    width, height = image.info['sent_size']
    return bool(image.info.get('progressive')) and width * height > _MOST_TWICE


def _check_rows(data: bytes, is_progressive: bool) -> None:
    """Raises ValueError where a program has put an end marker behind a JPEG that was cut off.

    As in `_without_end`, but at an eighth of the size if it comes row by row, which takes a fraction of the time.
    """
    end = data.rfind(_END_OF_JPEG)
    times = 1 if is_progressive else 8
    image, other = (_loaded(each, 'JPEG', lambda _: times) for each in (data, data[:end] + _JUNK + data[end:]))
    if ImageChops.difference(image, other).getbbox() is not None:
        raise ValueError('rows lack')


def _check_pixels(width: int, height: int, most: int) -> None:
    """From the header, before anything is decoded."""
    if width * height > most:
        raise UnreadablePicture(
            f'這張照片有 {width * height // 10_000:,} 萬像素，超過 {most // 10_000:,} 萬像素。'
            '請縮小照片，或用手機重新拍照；已填的資料都還在。'
        )


def _resizable(image: Image.Image) -> Image.Image:
    if image.mode.startswith('I'):  # 16 bits of gray
        image.info.pop('transparency', None)
        return image.convert('I').point(lambda value: value * (1 / 257)).convert('L')
    if image.has_transparency_data:
        return image.convert('RGBA')
    if image.mode in ('RGB', 'L', 'CMYK'):
        return image
    return image.convert('L' if image.mode == '1' else 'RGB')


def _upright(image: Image.Image) -> Image.Image:
    turn = _turn(image)
    return image.transpose(turn) if turn is not None else image


def _turn(image: Image.Image) -> Image.Transpose | None:
    """As its EXIF says, and nothing else: the page on which a photo is framed (ui/static/upright.js) knows no other."""
    for other in ('xmp', 'XML:com.adobe.xmp', 'Raw profile type exif'):
        image.info.pop(other, None)
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # a spoiled EXIF block is no reason to refuse a good picture
        return None


def _turned_size(size: _Size, turn: Image.Transpose | None) -> _Size:
    return (size[1], size[0]) if turn in _ON_ITS_SIDE else size


def _window(size: tuple[int, int], crop: Crop) -> tuple[float, float, float, float]:
    """The largest 3:4 part of `crop`, in pixels: (left, top, width, height)."""
    left, top, width, height = _framed(size, crop)
    narrower, lower = height * PHOTO_WIDTH / PHOTO_HEIGHT, width * PHOTO_HEIGHT / PHOTO_WIDTH
    if narrower < width:
        return left + (width - narrower) / 2, top, narrower, height
    return left, top + (height - lower) * 0.3, width, lower  # faces are in the upper part


def _framed(size: tuple[int, int], crop: Crop) -> tuple[float, float, float, float]:
    left, right = (min(max(edge, 0), 1) * size[0] for edge in (crop[0], crop[0] + crop[2]))
    top, bottom = (min(max(edge, 0), 1) * size[1] for edge in (crop[1], crop[1] + crop[3]))
    if not (right - left >= 1 and bottom - top >= 1):  # also when the numbers are none
        raise UnreadablePicture('選取的範圍裡沒有照片。請重新框選，或不框選直接使用整張照片；已填的資料都還在。')
    return left, top, right - left, bottom - top


def _srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get('icc_profile')
    if image.mode == 'RGBA':
        white = Image.new('RGBA', image.size, 'white')
        white.alpha_composite(image)
        image = white.convert('RGB')
    if profile:
        try:
            source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile('sRGB')
            converted = ImageCms.profileToProfile(image, source, target, outputMode='RGB')
        except (ImageCms.PyCMSError, OSError, ValueError):  # a profile that does not fit: the numbers as they are
            converted = None
        if converted:
            return converted
    return image.convert('RGB')
