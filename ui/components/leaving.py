"""結束收編: what is open for the volunteer is said before, and what becomes of it is chosen."""

from nicegui import html, ui

from domain.departures import Leaving
from domain.model import Application, ApplicationStatus

from .question import question

LEAVE = '結束收編'


async def chosen(leaving: Leaving) -> tuple[bool, int | None]:
    """Asks; whether the volunteer is to leave, and the id of the unit to which the application goes, if any."""
    with question(f'確定要{LEAVE}嗎？') as dialog:
        html.p('他會離開您單位的名單；紀錄都保留，日後可以再收編。')
        if matters := _matters(leaving):
            html.p('他在您的單位還有：').classes('strong')
            with html.ul().classes('lb-marked-list'):
                for matter in matters:
                    html.li(matter)
        with html.div().classes('lb-acts'):
            look = 'unelevated no-caps color=negative'
            end = f'{_end(leaving.case)}並{LEAVE}' if leaving.case else LEAVE
            ui.button(end, on_click=lambda: dialog.submit((True, None)), color=None).props(look)
            for unit in leaving.heirs if leaving.case else ():
                hand_on = f'移轉給{unit.name}並{LEAVE}'
                ui.button(hand_on, on_click=lambda to=unit.id: dialog.submit((True, to)), color=None).props(
                    'outline no-caps'
                )
            ui.button('取消', on_click=lambda: dialog.submit((False, None)), color=None).props('flat no-caps')
    dialog.on('hide', dialog.delete)  # after it has returned the focus
    return await dialog or (False, None)


def _end(case: Application) -> str:
    return '刪除草稿' if case.status is ApplicationStatus.DRAFT else '撤回申請'


def _matters(leaving: Leaving) -> list[str]:
    """A line for each thing that is open, and what becomes of it."""
    lines = []
    if (case := leaving.case) is not None:
        roster = f'，列在名冊「{case.roster.title}」' if case.roster else ''
        heirs = f'，或移轉給{"、".join(unit.name for unit in leaving.heirs)}繼續辦理' if leaving.heirs else ''
        ends = '會刪除' if case.status is ApplicationStatus.DRAFT else f'會撤回，{case.agency.name}不再審'
        lines.append(f'一件紀錄冊申請（{case.status.label}{roster}）：{ends}{heirs}。')
    if leaving.paper_book:
        lines.append(f'紙本紀錄冊 {leaving.paper_book} 的登記：會撤回，其他單位可以再登記。')
    forms = '、'.join(kind.label for kind in leaving.forms)
    return [*lines, f'填寫中、還沒有儲存的{forms}：會刪除。'] if forms else lines
