"""What becomes of an upload; shared by the server and the workers that decode."""

from dataclasses import dataclass

from ..errors import DomainError

Crop = tuple[float, float, float, float]


class UnreadablePicture(DomainError):
    """The file is not accepted; the sentence says why and what to do."""


@dataclass(frozen=True)
class VerdictNote:
    """One line of the verdict: 「解析度足夠」, or 「照片太小」 with `advice` on what to do; advice is '' when met."""

    label: str
    is_met: bool
    advice: str = ''


@dataclass(frozen=True)
class Verdict:
    """What can be said by machine about a picture. Not `is_good`: too small or too blurred to be of use.

    Notes that are not met while `is_good` are advice; a person decides.
    """

    is_good: bool
    notes: list[VerdictNote]


@dataclass(frozen=True)
class Picture:
    """An accepted picture, upright, in sRGB, without metadata. Width and height in pixels."""

    jpeg: bytes
    width: int
    height: int
    verdict: Verdict
