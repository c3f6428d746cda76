"""Uploads are decoded by worker processes: what they are asked, what they answer, what is said when they do not."""

import logging
from typing import Any

from .. import workers
from .results import Crop, Picture, TooHard, UnreadablePicture, VerdictNote

log = logging.getLogger(__name__)

# A decoder taken over by a hostile file finds no secret: of the server's environment the workers see nothing.
# The worker ends itself after five seconds of a processor (MOST_SECONDS there); twenty of the clock are for a machine
# that is very busy, and for a decoder that has stopped counting.
pool = workers.Pool('domain.pictures.worker', seconds=20, waiting_seconds=40, jobs_each=100)


async def decode(job: str, kind: str | None, data: bytes, crop: Crop | None = None) -> list[Picture]:
    """Have `data` decoded: job 'photo', 'scan' or 'attachment', `kind` as its first bytes say.

    Raises `UnreadablePicture`, also when the work takes too long or its process is killed.
    """
    try:
        answer, jpegs = await pool.run({'job': job, 'kind': kind, 'crop': crop}, [data])
        refusal = answer.get('refusal')
        if not refusal:
            return [_picture(found, jpeg) for found, jpeg in zip(answer['pictures'], jpegs, strict=True)]
    except workers.Busy:
        refusal = '現在上傳的檔案很多，還沒輪到這個檔案。請稍等一下再上傳；已填的資料都還在。'
    except workers.TooSlow:
        raise TooHard(
            '這個檔案太複雜，處理太久，已經停止。請用手機重新拍照，或改選另一個檔案；已填的資料都還在。'
        ) from None
    except workers.Died:
        refusal = (
            '檢查檔案的程式中斷了，這個檔案還沒有檢查，不一定有問題。請再上傳一次；'
            '若仍然不行，請用手機重新拍照，或改選另一個檔案。已填的資料都還在。'
        )
    except (workers.Failed, KeyError, TypeError, ValueError):
        log.exception('a decoder failed')
        refusal = '這個檔案打不開，可能已損壞。請重新拍照，或改選另一個檔案；已填的資料都還在。'
    raise UnreadablePicture(refusal)


def _picture(found: dict[str, Any], jpeg: bytes) -> Picture:
    notes = [VerdictNote(**note) for note in found['verdict']]
    return Picture(jpeg, found['width'], found['height'], notes)
