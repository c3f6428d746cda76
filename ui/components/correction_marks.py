"""The reviewer's marks on the clerk's forms: beside the field, and in a strip above the form."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import html, ui

from domain import dates, links
from domain.corrections import Marked
from domain.model import CorrectionStatus, Volunteer

from .icon import icon

_ANSWERS = {status: status.label for status in (CorrectionStatus.MENDED, CorrectionStatus.DISPUTED)}


def beside(marked: Marked) -> dict[str, Any]:
    """A mark as the component of its field shows it; `file` is the picture that has the spot."""
    one = marked.correction
    return {
        'id': one.id,
        'reason': one.reason.label,
        'text': one.text,
        'answered': '' if one.status is CorrectionStatus.OPEN else one.status.label,
        'file': str(one.old_file) if one.old_file else '',
        'spot': spot_of(marked),
    }


def spot_of(marked: Marked) -> dict[str, float] | None:
    """The spot in per cent of the picture's width and height, if there is one."""
    one = marked.correction
    if one.spot_x is None or one.spot_y is None:
        return None
    return {'x': round(one.spot_x * 100, 2), 'y': round(one.spot_y * 100, 2)}


def earlier(marked: Marked) -> list[dict[str, str]]:
    """The exchanges before the mark was opened again, as exchanges.js shows them."""
    return [
        {
            'remark': f'審核：{one.text}',
            'answer': f'{one.answered_by.name}　{dates.roc_instant(one.answered_at)}　'
            f'{_ANSWERS.get(one.status, "已回覆")}：{one.answer or "（沒有說明）"}',
            'values': f'{one.old_value or "（空白）"} → {one.new_value or "（空白）"}'
            if one.old_file is None and one.old_value != one.new_value
            else '',
            'old': links.file(one.old_file) if one.old_file else '',
            'new': links.file(one.new_file) if one.new_file and one.new_file != one.old_file else '',
        }
        for one in marked.earlier
    ]


def case_page(volunteer: Volunteer) -> str:
    """The address at which the clerk answers the corrections."""
    return links.application(volunteer.id)


def correction_strip(volunteer: Volunteer, marks: Mapping[str, Sequence[Marked]]) -> None:
    """「這一頁有 2 項需補正」, each leading to its field, and the way back to the list; or nothing."""
    all_of_them = [one for found in marks.values() for one in found]
    waiting = [one for one in all_of_them if one.correction.status is CorrectionStatus.OPEN]
    if not all_of_them:
        return
    with html.section().classes('lb-card lb-correction-strip').props('aria-label=補正'):
        icon('flag')
        with html.p():
            html.b(f'這一頁有 {len(waiting)} 項需補正：' if waiting else '這一頁的補正都已回覆：')
            for number, one in enumerate(waiting or all_of_them):
                if number:
                    html.span('、')
                ui.link(one.field_label, f'#{one.correction.field}')
            html.span('。修改後按「儲存」，會回到補正清單。' if waiting else '。')
        ui.link('回補正清單', case_page(volunteer)).classes('nowrap')
