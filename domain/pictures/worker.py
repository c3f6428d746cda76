"""`python -m domain.pictures.worker`: decodes one upload after another, asked and answered through its pipes.

Each message is a line of JSON and the bytes it announces.
"""

import json
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import BinaryIO

import pillow_heif
from PIL import Image

from . import raster, scans
from .results import Picture, UnreadablePicture

MOST_MEMORY = 3 * 1024**3  # address space; 50 megapixels need a quarter of it


def serve() -> None:
    """Work until the input ends, which it does at the latest when the server does."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), 'wb')
    os.dup2(2, 1)  # whatever a library prints must not get between the answers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to obey
    os.nice(10)  # the event loop comes first
    with suppress(OSError, ValueError):  # not every system knows this limit
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    Image.MAX_IMAGE_PIXELS = None  # raster has its own limit, and a sentence for it
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    while line := requests.readline():
        request = json.loads(line)
        _answer(answers, request, requests.read(request['bytes']))


def _answer(answers: BinaryIO, request: dict[str, object], data: bytes) -> None:
    try:
        pictures = _developed(request, data)
    except UnreadablePicture as refusal:
        head: dict[str, object] = {'refusal': str(refusal), 'bytes': 0}
        pictures = []
    else:
        head = {'pictures': [_described(picture) for picture in pictures]}
        head['bytes'] = sum(len(picture.content) for picture in pictures)
    answers.write(json.dumps(head).encode() + b'\n' + b''.join(picture.content for picture in pictures))
    answers.flush()


def _developed(request: dict[str, object], data: bytes) -> list[Picture]:
    match request:
        case {'job': 'photo', 'kind': str(kind), 'crop': crop}:
            return [raster.photo(data, kind, crop)]  # type: ignore[arg-type]
        case {'job': 'scan', 'kind': 'PDF'}:
            return scans.first_pages(data)
        case {'job': 'attachment', 'kind': 'PDF'}:
            scans.check(data)
            return []
        case {'job': 'scan' | 'attachment', 'kind': str(kind)}:
            return [raster.scan(data, kind)]
    raise ValueError(request)


def _described(picture: Picture) -> dict[str, object]:
    return {
        'bytes': len(picture.content),
        'width': picture.width,
        'height': picture.height,
        'verdict': [asdict(note) for note in picture.verdict],
    }


if __name__ == '__main__':
    serve()
