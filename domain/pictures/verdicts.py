"""What a machine can say about a picture: is it large enough, sharp and well lit. The decision is a person's."""

import itertools

from PIL import Image, ImageFilter, ImageOps, ImageStat

from .results import VerdictNote

PHOTO_SIZE = (413, 531)  # a passport photo of 35 × 45 mm at 300 dots per inch
SCAN_SIZE = 1000  # longer side

# Variances of the Laplacian, found by blurring drawn and photographed samples: under SHARP the print looks soft
# (a blur of 1.5 pixels in 413), under BLURRED neither eyes nor letters can be told (a blur of 2.5).
SHARP = 100
BLURRED = 30

_LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
_TILES = 6


def of_photo(image: Image.Image, width: int, height: int) -> list[VerdictNote]:
    """`image` as it is kept, cut from `width` × `height` pixels of the source."""
    gray = image.convert('L')
    return [_photo_size(width, height), _sharpness(gray, 480), _photo_light(gray)]


def of_scan(image: Image.Image, width: int, height: int) -> list[VerdictNote]:
    """`image` as it is kept, shrunk from `width` × `height` pixels."""
    gray = image.convert('L')
    longer = max(width, height)
    if ImageStat.Stat(gray).stddev[0] < 4:
        # The back of some certificates is empty; a blank picture has no sharpness to judge.
        advice = '畫面幾乎是空白的。若證書這一面確實沒有內容，可以直接使用；否則請重新拍照。'
        return [_scan_size(longer), VerdictNote('畫面空白', False, advice)]
    return [_scan_size(longer), _sharpness(gray, 1000), _scan_light(gray)]


def _photo_size(width: int, height: int) -> VerdictNote:
    if width >= PHOTO_SIZE[0] and height >= PHOTO_SIZE[1]:
        return VerdictNote('解析度足夠', True)
    return VerdictNote(
        '照片太小',
        False,
        f'可用的範圍只有 {width}×{height} 像素，印出來會模糊。請改用至少 {PHOTO_SIZE[0]}×{PHOTO_SIZE[1]} 像素的照片。',
    )


def _scan_size(longer: int) -> VerdictNote:
    if longer >= SCAN_SIZE:
        return VerdictNote('解析度足夠', True)
    return VerdictNote('影像太小', False, f'長邊只有 {longer} 像素，小字可能看不清楚。請用較高的解析度重新拍照或掃描。')


def _sharpness(gray: Image.Image, side: int) -> VerdictNote:
    variance = _variance(gray, side)
    if variance >= SHARP:
        return VerdictNote('影像清晰', True)
    how = '不夠清晰' if variance >= BLURRED else '太模糊'
    return VerdictNote('影像模糊', False, f'影像{how}。請擦拭鏡頭、拿穩手機，在光線充足的地方重新拍照。')


def _photo_light(gray: Image.Image) -> VerdictNote:
    light = ImageStat.Stat(gray)
    if light.mean[0] < 60:
        return VerdictNote('照片太暗', False, '照片太暗。請面向窗戶或燈光重新拍照，避免背光。')
    if light.mean[0] > 232:
        return VerdictNote('照片太亮', False, '照片太亮，臉部可能看不清楚。請避開直射的光線重新拍照。')
    if light.stddev[0] < 20:
        return VerdictNote(
            '明暗不明顯', False, '照片明暗差異太小，像蒙上一層霧。請擦拭鏡頭，在光線充足的地方重新拍照。'
        )
    return VerdictNote('亮度適中', True)


def _scan_light(gray: Image.Image) -> VerdictNote:
    if ImageStat.Stat(gray).mean[0] < 90:
        return VerdictNote('影像太暗', False, '影像太暗，文字可能看不清楚。請在光線充足的地方重新拍照或掃描。')
    return VerdictNote('亮度適中', True)


def _variance(gray: Image.Image, side: int) -> float:
    """How strong the edges are where there are some, at the same size and contrast for every picture.

    The fourth best of 36 tiles counts: a plain wall behind a sharp face, or an empty margin, takes nothing away.
    """
    even = gray.copy()
    even.thumbnail((side, side), Image.Resampling.LANCZOS)
    edges = ImageOps.autocontrast(even, cutoff=1).filter(_LAPLACIAN)
    width, height = edges.width - 2, edges.height - 2  # the filter leaves the outermost pixels as they were
    if width < _TILES or height < _TILES:
        return 0
    columns = [1 + width * n // _TILES for n in range(_TILES + 1)]
    rows = [1 + height * n // _TILES for n in range(_TILES + 1)]
    tiles = [
        edges.crop((left, top, right, bottom))
        for left, right in itertools.pairwise(columns)
        for top, bottom in itertools.pairwise(rows)
    ]
    return sorted(ImageStat.Stat(tile).var[0] for tile in tiles)[-4]
