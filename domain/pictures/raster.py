"""Pictures: decode hostile bytes, straighten, cut, shrink, bring to sRGB on white, and write a new JPEG."""

import io

from PIL import ExifTags, Image, ImageCms

from . import verdicts
from .results import Crop, Picture, UnreadablePicture, VerdictNote

MAX_PIXELS = 50_000_000
PHOTO_WIDTH, PHOTO_HEIGHT = 1200, 1600
SCAN_SIDE = 2000
QUALITY = 85

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def photo(data: bytes, kind: str, crop: Crop | None) -> Picture:
    """A portrait of 3:4, never enlarged; see `pictures.accept_photo`."""
    image = _decoded(data, kind)
    left, top, width, height = _window(image.size, crop or (0, 0, 1, 1))
    shown = min(PHOTO_WIDTH, max(1, round(width)))
    size = (shown, max(1, round(shown * PHOTO_HEIGHT / PHOTO_WIDTH)))
    box = (left, top, left + width, top + height)
    small = _srgb(image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3))
    return _picture(small, verdicts.of_photo(small, round(width), round(height)))


def scan(data: bytes, kind: str) -> Picture:
    """A certificate, whole."""
    return whole(_decoded(data, kind))


def whole(image: Image.Image) -> Picture:
    """The image itself, shrunk to a scan's size."""
    source = image.size
    image.thumbnail((SCAN_SIDE, SCAN_SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    small = _srgb(image)
    return _picture(small, verdicts.of_scan(small, *source))


def _picture(image: Image.Image, verdict: list[VerdictNote]) -> Picture:
    image.info.clear()  # comments and the like would be written again
    jpeg = io.BytesIO()
    image.save(jpeg, 'JPEG', quality=QUALITY, optimize=True)
    return Picture(jpeg.getvalue(), *image.size, verdict)


def _decoded(data: bytes, kind: str) -> Image.Image:
    """The first frame, upright, in a mode that can be resized."""
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as image:
            _check_pixels(*image.size)
            image.load()
            return _upright(_resizable(image))
    except UnreadablePicture:
        raise
    except Exception as broken:  # decoders fed with damaged or hostile bytes raise anything
        raise UnreadablePicture(
            '這張照片的檔案不完整或已損壞，無法開啟。請重新拍照，或改選另一個檔案；已填的資料都還在。'
        ) from broken


def _check_pixels(width: int, height: int) -> None:
    """From the header, before anything is decoded."""
    if width * height > MAX_PIXELS:
        raise UnreadablePicture(
            f'這張照片有 {width * height // 10_000:,} 萬像素，超過 {MAX_PIXELS // 10_000:,} 萬像素。'
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
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # a spoiled EXIF block is no reason to refuse a good picture
        turn = None
    return image.transpose(turn) if turn is not None else image


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
