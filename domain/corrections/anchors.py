"""Where a correction may stand: a field of one of the clerk's three forms, the photo, a spot of a certificate.

A correction keeps the key of its field, so that it leads there whatever the field is called today. Values stand as
people read them, identity numbers masked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from db.choices import CorrectionReason, Place
from db.models import Application, Correction, StoredFile

from .. import links, papers
from ..errors import NotFound
from ..papers import FIELDS, PICTURES, Papers

BLURRED, NOT_HALF_LENGTH, NO_BACK, WRONG_DATE, TOO_FEW_HOURS, WRONG_NUMBER, WRONG_NAME, NOT_OWN, OTHER = (
    CorrectionReason
)

TEXTS = {
    BLURRED: '圖片模糊，看不清楚內容。請重新掃描或拍攝，讓字跡、人像清楚可辨，再上傳。',
    NOT_HALF_LENGTH: '照片不是半身照。請上傳最近拍攝的正面、脫帽半身照片。',
    NO_BACK: '缺少證書的反面。請上傳反面；反面若是空白，也請拍攝空白的那一面。',
    WRONG_DATE: '日期與證書上的不符。請對照證書修改；若證書有誤，請說明。',
    TOO_FEW_HOURS: '時數不足，或與證書上的不符。請對照證書修改，或補上其他場次的證書。',
    WRONG_NUMBER: '號碼與證明文件不符。請對照證件或核定文件修改。',
    WRONG_NAME: '姓名與證書或證件上的不符。請對照修改；改過姓名的，請附上證明文件。',
    NOT_OWN: '這不是這位志工本人的證書。請上傳本人的結業證書。',
    OTHER: '',
}

# 管理辦法 §5 asks for a 一吋半身照片; that it must be clear stands in STEP 4 of the system's own tutorial.
PHOTO_CRITERIA = (
    '清晰：臉部對焦，沒有模糊、反光或塗改',
    '半身：看得到頭部與肩膀，不是全身或只有臉',
    '正面：雙眼張開、看著鏡頭，沒有被頭髮、墨鏡或口罩遮住',
    '單人：沒有別人入鏡，背景單純',
    '本人：看得出是這位志工',
)

_REASONS = {
    'photo': (NOT_HALF_LENGTH, BLURRED, OTHER),
    'is_photo_confirmed': (NOT_HALF_LENGTH, BLURRED, OTHER),
    'certificate_front': (BLURRED, WRONG_NAME, NOT_OWN, WRONG_DATE, TOO_FEW_HOURS, WRONG_NUMBER, OTHER),
    'certificate_back': (NO_BACK, BLURRED, WRONG_NAME, NOT_OWN, WRONG_DATE, TOO_FEW_HOURS, OTHER),
    'name': (WRONG_NAME, OTHER),
    'english_name': (WRONG_NAME, OTHER),
    'attachment': (BLURRED, WRONG_DATE, WRONG_NUMBER, OTHER),
    'identity_number': (WRONG_NUMBER, OTHER),
    'legacy_series': (WRONG_NUMBER, OTHER),
    'legacy_serial': (WRONG_NUMBER, OTHER),
    'approval_reference': (WRONG_NUMBER, OTHER),
    'hours': (TOO_FEW_HOURS, OTHER),
    'sessions': (TOO_FEW_HOURS, OTHER),
} | dict.fromkeys(('born_on', 'legacy_issued_on', 'starts_on', 'ends_on', 'approved_on'), (WRONG_DATE, OTHER))


@dataclass(frozen=True)
class Anchor:
    """A field of a form; of a picture perhaps a spot, as shares (0 to 1) of its width and height from the top left."""

    place: Place
    field: str
    training_id: int | None = None
    spot_x: float | None = None
    spot_y: float | None = None

    @classmethod
    def of(cls, correction: Correction) -> 'Anchor':
        """Where a correction stands."""
        return cls(correction.place, correction.field, correction.training_id, correction.spot_x, correction.spot_y)


@dataclass(frozen=True)
class Content:
    """What stands at an anchor: the value as people read it, or the file. `is_gone`: its training was removed.

    `digest` tells it from whatever stood or will stand there.
    """

    label: str
    value: str = ''
    file: UUID | None = None
    is_gone: bool = False
    digest: str = ''


def reasons_for(anchor: Anchor) -> tuple[CorrectionReason, ...]:
    """The reasons that make sense at `anchor`, the likeliest first; 其他 always, last."""
    return _REASONS.get(anchor.field, (OTHER,))


def is_known(anchor: object) -> bool:
    """Whether this is a field of one of the forms; a spot stands on a picture, and inside it."""
    if not isinstance(anchor, Anchor) or not isinstance(anchor.place, str) or not isinstance(anchor.field, str):
        return False
    if anchor.field in papers.UNKEPT or anchor.field not in FIELDS.get(anchor.place, {}):
        return False
    if (anchor.place == Place.TRAINING) != (anchor.training_id is not None):
        return False
    spot = (anchor.spot_x, anchor.spot_y)
    if spot == (None, None):
        return True
    return anchor.field in PICTURES and all(map(_is_share, spot))


def address(anchor: Anchor, volunteer_id: int, *, is_gone: bool = False) -> str:
    """The clerk's page with this field, ending in '#field'; the list of trainings when that one `is_gone`."""
    if anchor.place == Place.BASICS:
        return links.at(links.basics(volunteer_id), anchor.field)
    if anchor.place == Place.APPLICATION:
        return links.at(links.application(volunteer_id), anchor.field)
    if is_gone or anchor.training_id is None:
        return links.trainings(volunteer_id)
    return links.at(links.training(volunteer_id, anchor.training_id), anchor.field)


async def contents(
    application: Application, anchors: Iterable[Anchor], held: Papers | None = None
) -> dict[Anchor, Content]:
    """What stands at each of `anchors` now; a training of somebody else counts as gone. Two queries.

    None of them where the caller has read already what the application holds.
    """
    wanted = set(anchors)
    if not wanted:
        return {}
    held = await papers.of(application) if held is None else held
    return {anchor: _content(anchor, held) for anchor in wanted}


async def require_picture(file_id: UUID | None) -> None:
    """Raises NotFound unless this is a picture on which a spot can stand."""
    if file_id is None or not await StoredFile.filter(id=file_id, width__isnull=False).exists():
        raise NotFound('這裡沒有可以標示位置的圖片，可能剛被更換。畫面已更新，請再看一次。')


def _content(anchor: Anchor, held: Papers) -> Content:
    label = FIELDS[anchor.place][anchor.field].label
    digest = held.digest_at(anchor.place, anchor.field, anchor.training_id)
    entry = held.at(anchor.place, anchor.field, anchor.training_id)
    if entry is None:
        return Content(label, '（這筆教育訓練已刪除）', is_gone=True, digest=digest)
    subject = f'{entry.subject}：' if entry.subject else ''
    return Content(f'{subject}{label}', entry.value, entry.file, digest=digest)


def _is_share(value: object) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return 0 <= value <= 1  # NaN is nowhere
