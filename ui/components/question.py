"""A question before something that cannot be undone."""

from nicegui import html, ui


async def is_sure(act: str, sentence: str) -> bool:
    """Ask whether to do `act`, saying in `sentence` what that means; Esc and 取消 are no."""
    with ui.dialog() as dialog, html.div().classes('lb-card lb-pad lb-question'):
        html.h2(f'確定要{act}嗎？')
        html.p(sentence)
        with html.div().classes('lb-acts'):
            ui.button(act, on_click=lambda: dialog.submit(True), color=None).props('unelevated no-caps color=negative')
            ui.button('取消', on_click=lambda: dialog.submit(False), color=None).props('flat no-caps')
    answer = await dialog
    dialog.delete()
    return answer is True
