"""`python -m domain.pictures.worker`: the process that decodes one upload after another."""

import warnings
from dataclasses import asdict
from typing import Any

import pillow_heif
from PIL import Image

from ..workers.messages import Content
from ..workers.serving import Handler, serve
from . import raster, scans
from .results import Picture, UnreadablePicture

# Of a processor, for one file: 70 megapixels need three.
MOST_SECONDS = 5.0
MOST_MEMORY = 3 * 2**30  # address space; 70 megapixels need a third of it


def prepare() -> tuple[Handler, Content]:
    """What every upload needs: the decoder of HEIC, and no limit of pixels but ours."""
    warnings.simplefilter('ignore')
    Image.MAX_IMAGE_PIXELS = None  # raster has its own limit, and a sentence for it
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    return _answer, {}


def _answer(request: Content, pieces: list[bytes]) -> tuple[Content, list[bytes]]:
    [data] = pieces
    try:
        pictures = _decoded(request, data)
    except UnreadablePicture as refusal:
        return {'refusal': str(refusal)}, []
    return {'pictures': [_as_json(picture) for picture in pictures]}, [picture.content for picture in pictures]


def _decoded(request: Content, data: bytes) -> list[Picture]:
    match request:
        case {'job': 'photo', 'kind': str(kind), 'crop': crop}:
            return [raster.photo(data, kind, crop)]
        case {'job': 'scan', 'kind': 'PDF'}:
            return scans.first_pages(data)
        case {'job': 'attachment', 'kind': 'PDF'}:
            scans.check(data)
            return []
        case {'job': 'scan' | 'attachment', 'kind': str(kind)}:
            return [raster.scan(data, kind)]
    raise ValueError(request)


def _as_json(picture: Picture) -> dict[str, Any]:
    return {'width': picture.width, 'height': picture.height, 'verdict': [asdict(note) for note in picture.verdict]}


if __name__ == '__main__':
    serve(prepare, memory=MOST_MEMORY, niceness=10, seconds=MOST_SECONDS)
