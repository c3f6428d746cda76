"""本人資料的複製本 (個人資料保護法 §3): everything on record of a volunteer, for the volunteer alone.

What goes along stands in `parts`, what does not, and why, in `left_out`; a test walks over the models and finds each of
their columns in one of the two (`tests/domain/privacy/test_own_data.py`).
"""

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tortoise.models import Model

from db.choices import Choice
from db.models import Account, StoredFile, Volunteer
from db.sealing import Sealed

from .. import dates, files, permissions, printouts
from ..accounts import step_up
from ..audit import history, log
from ..audit.log import LogAct
from ..errors import NotFound
from ..printouts import MOST_PRINTED, odf
from ..printouts.odf import Sheet
from ..reports.profile_lists import MEDIA_TYPES, Document
from .parts import PARTS, Part

__all__ = ['FORMS', 'Held', 'copy', 'gathered']

TITLE = '我的個人資料'
FORMS = {'zip': '全部（ZIP）', 'ods': '試算表（ODS）', 'pdf': '文件（PDF）', 'json': '資料檔（JSON）'}
_MEDIA = MEDIA_TYPES | {'json': 'application/json', 'zip': 'application/zip'}
_CUT = '紀錄太多，這份文件只列出一部分；完整的內容在試算表（ODS）與資料檔（JSON）。'


@dataclass(frozen=True)
class Held:
    """One part with its rows; a row has a value for each label."""

    part: Part
    rows: Sequence[Mapping[str, Any]]


async def gathered(volunteer: Volunteer, *, by: Account) -> list[Held]:
    """All of it, part by part, the empty ones too. For the person alone. Raises NotFound."""
    permissions.require(by, 'privacy.own_data.gathered')
    if by.volunteer_id != volunteer.id:
        raise NotFound
    return [Held(part, await _rows(part, volunteer.id)) for part in PARTS]


async def copy(form: str, *, by: Account) -> Document:
    """A copy as `form`, one of FORMS; that it was taken is logged. Raises NotFound, NotPermitted, StepUpNeeded."""
    if form not in FORMS:
        raise NotFound
    permissions.require(by, 'privacy.own_data.copy')
    await step_up.require(by)
    volunteer = await Volunteer.get(id=by.volunteer_id)
    held = await gathered(volunteer, by=by)
    await log.note(LogAct.EXPORTED, by=by, about=[volunteer.id], what=f'本人資料複製本（{FORMS[form]}）', reason='本人')
    if form == 'zip':
        single = {one: await _made(one, held, volunteer, by) for one in ('json', 'ods', 'pdf')}
        pictures = await _pictures(volunteer)
        content = await asyncio.to_thread(_zipped, single, pictures)
    else:
        content = await _made(form, held, volunteer, by)
    return Document(content, _MEDIA[form], f'{TITLE}.{form}')


async def _rows(part: Part, volunteer_id: int) -> list[dict[str, Any]]:
    model: type[Model] = part.model
    found = await model.filter(**{part.whose: volunteer_id}).order_by(model._meta.pk_attr).values(*part.columns)
    return [{label: _opened(row[path]) for path, label in part.columns.items()} for row in found]


def _opened(value: Any) -> Any:
    return value.open() if isinstance(value, Sealed) else value


async def _made(form: str, held: Sequence[Held], volunteer: Volunteer, by: Account) -> bytes:
    subtitle = printouts.below(volunteer.name)
    if form == 'json':
        return await asyncio.to_thread(_json, held)
    if form == 'ods':
        sheets = [Sheet(one.part.title, list(one.part.columns.values()), _table(one)) for one in held]
        return await asyncio.to_thread(odf.spreadsheet, TITLE, subtitle, sheets)
    lines = [(one.part.title, _line(row)) for one in held for row in one.rows]
    if len(lines) > MOST_PRINTED:
        lines = [('說明', _CUT), *lines[: MOST_PRINTED - 1]]
    return await printouts.pdf(TITLE, subtitle, ('資料', '內容'), lines, whose=by.id)


def _json(held: Sequence[Held]) -> bytes:
    listed = {one.part.title: [dict(row) for row in one.rows] for one in held}
    made = {'說明': TITLE, '產製時間': dates.now().isoformat(), '資料': listed}
    return json.dumps(made, ensure_ascii=False, indent=1, default=_plain).encode()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _table(held: Held) -> list[list[str]]:
    return [[_text(value) for value in row.values()] for row in held.rows]


def _line(row: Mapping[str, Any]) -> str:
    return '；'.join(f'{label}：{text}' for label, value in row.items() if (text := _text(value)))


def _text(value: Any) -> str:
    """As people read it.

    >>> _text(True), _text(date(2026, 3, 8)), _text(None), _text(['甲', '乙'])
    ('是', '民國 115/03/08', '', '甲、乙')
    """
    if isinstance(value, datetime):
        return dates.roc_instant(value)
    if isinstance(value, Choice | date | bool | list):
        return history.describe(value)
    return '' if value is None else str(value)


async def _pictures(volunteer: Volunteer) -> dict[str, bytes]:
    """The own files by a name that tells them apart; what the disk has lost is not there."""
    found: dict[str, bytes] = {}
    for place, one in enumerate(await StoredFile.filter(volunteer_id=volunteer.id).order_by('uploaded_at'), 1):
        with suppress(LookupError):
            found[f'{place:03d}-{one.kind.label}-{one.name}'] = await files.content_of(one)
    return found


def _zipped(single: Mapping[str, bytes], pictures: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, 'w', zipfile.ZIP_DEFLATED) as archive:
        for form, content in single.items():
            archive.writestr(f'{TITLE}.{form}', content)
        for name, content in pictures.items():
            archive.writestr(f'檔案/{name}', content, zipfile.ZIP_STORED)
    return packed.getvalue()
