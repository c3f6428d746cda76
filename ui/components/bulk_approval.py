"""核可 of several cases is asked about first: how many, which of them nobody has opened, which a colleague reads.

And for which the reviewer has begun a mark of 補件 that the unit would not get.
"""

from collections.abc import Collection, Iterable, Mapping

from nicegui import html, ui

from domain import half_written
from domain.cases import case_numbers
from domain.half_written import Sheet
from domain.model import Account
from domain.reviews import openings, presence

from .question import question

_NAMED = 8
BY_EYE = '「請目視後勾選」的項目沒有勾也會核可：按下就表示您已看過照片與證書。'


async def agreed(
    chosen: Mapping[int, str], rounds: Mapping[int, int], sentence: str, account: Account
) -> Collection[int]:
    """Those of the cases (id: the volunteer's name) that the reviewer wants approved; none after 取消.

    What a colleague is reading, and what has a mark that was begun in this one of its `rounds`, may be left out.
    Unticked checks by eye stand in nobody's way, which is said here.
    """
    unseen = await openings.never_opened(chosen, by=account)
    warning = f'其中 {len(unseen)} 件送審後還沒有人開啟過：{_named(unseen)}。' if unseen else '每一件都有人開啟過。'
    readers = await _readers(chosen, account)
    begun = await _begun(rounds, account)
    free = [one for one in chosen if one not in readers and one not in begun]
    act = f'核可這 {len(chosen)} 件'
    with question(f'確定要{act}嗎？') as dialog:
        said = []
        if begun:
            marked = _named(_with(begun, chosen))
            said.append(f'其中 {len(begun)} 件您的補件標記寫到一半，還沒有加入：{marked}。核可後，單位不會收到。')
        if readers:
            said.append(f'其中 {len(readers)} 件同事正在看：{_named(_with(readers, chosen))}。')
        if said and free:
            said[-1] += f'可以先留下不核可，只核可其他 {len(free)} 件。'
        for each in said:
            html.p(each).classes('strong')
        html.p(f'{warning}{sentence}{BY_EYE}')
        with html.div().classes('lb-acts'):
            ui.button(act, on_click=lambda: dialog.submit(list(chosen)), color=None).props(
                'unelevated no-caps color=primary'
            )
            if free and len(free) < len(chosen):
                ui.button(f'核可其他 {len(free)} 件', on_click=lambda: dialog.submit(free), color=None).props(
                    'outline no-caps'
                )
            ui.button('取消', on_click=lambda: dialog.submit([]), color=None).props('flat no-caps')
    dialog.on('hide', dialog.delete)  # after it has returned the focus
    return await dialog or ()


async def _readers(chosen: Iterable[int], account: Account) -> dict[int, str]:
    """By case the colleagues who have it open; nothing of one that only the reviewer reads."""
    readers = await presence.of_agency(by=account)
    others = {one: [each.name for each in readers.get(one, ()) if each.account_id != account.id] for one in chosen}
    return {one: '、'.join(names) for one, names in others.items() if names}


async def _begun(rounds: Mapping[int, int], account: Account) -> dict[int, str]:
    """By case what the marks are about that the reviewer has begun and not added."""
    sheets = [Sheet.of_case(one, number, account) for one, number in rounds.items()]
    marks = [half_written.begun_marks(each) for each in await half_written.written_each(sheets)]
    return {
        one: '、'.join(label for label, _ in each.values()) for one, each in zip(rounds, marks, strict=True) if each
    }


def _with(each: Mapping[int, str], names: Mapping[int, str]) -> list[str]:
    """王小明（照片） of every case."""
    return [f'{names[one] or case_numbers.written(one)}（{more}）' for one, more in each.items()]


def _named(each: Collection[str]) -> str:
    return '、'.join([*each][:_NAMED]) + (f'等 {len(each)} 件' if len(each) > _NAMED else '')
