"""What becomes of an upload; shared by the server and the workers that decode."""

from dataclasses import dataclass, field
from typing import ClassVar

from ..errors import DomainError

Crop = tuple[float, float, float, float]


class UnreadablePicture(DomainError):
    """The file is not accepted; the sentence says why and what to do."""


class TooHard(UnreadablePicture):
    """The file has held a decoder for as long as any may."""


@dataclass(frozen=True)
class VerdictNote:
    """What a machine can say about a picture, in one line: 「解析度足夠」, or 「照片太小」 with `advice` on what to do.

    Advice is '' when the note is met. All of it is advice: a person decides.
    """

    label: str
    is_met: bool
    advice: str = ''


@dataclass(frozen=True)
class Picture:
    """An accepted picture, upright, in sRGB, without metadata. Width and height in pixels."""

    media_type: ClassVar = 'image/jpeg'
    suffix: ClassVar = 'jpg'

    content: bytes
    width: int
    height: int
    verdict: list[VerdictNote] = field(default_factory=list)


@dataclass(frozen=True)
class Pdf:
    """An accepted PDF, kept as it came up to its end. Nothing is known of its size on paper or how it looks."""

    media_type: ClassVar = 'application/pdf'
    suffix: ClassVar = 'pdf'
    width: ClassVar = None
    height: ClassVar = None

    content: bytes
    verdict: list[VerdictNote] = field(default_factory=list)


Accepted = Picture | Pdf
