"""An identity number in full, shown for a purpose that the volunteer can read later, and hidden again by itself."""

from dataclasses import dataclass

from nicegui import html, ui

from domain.errors import Incomplete
from domain.model import Account, Role, Volunteer
from domain.volunteers import reveal

from .action_button import action_button
from .form import form
from .form.fields import radio_field, text_field
from .question import question

REASONS = {
    '核對證件': '核對證件',
    '辦理紀錄冊申請': '辦理紀錄冊申請',
    '辦理保險': '辦理保險',
    '回覆本人詢問': '回覆本人詢問',
}
# The number stands for so many seconds; whoever needs it longer asks again, which is noted again.
SHOWN_FOR = 60
OTHER = '其他'
_HIDDEN = '已自動隱藏。還需要時，請再按一次「顯示」。'


@dataclass
class Purpose:
    """Why a number is shown: one of a few reasons, and what there is to add. None is chosen beforehand."""

    is_own: bool = False
    reason: str = ''
    more: str = ''

    def problems(self) -> dict[str, str]:
        """One's own needs none; 「其他」 says nothing by itself."""
        if not self.reason and not self.is_own:
            return {'reason': '請選擇查看目的。'}
        return {'more': '選「其他」時，請寫下目的。'} if self.reason == OTHER and not self.more.strip() else {}

    @property
    def sentence(self) -> str:
        """Both in one."""
        chosen = '' if self.reason == OTHER else self.reason
        return '：'.join(filter(None, (chosen, self.more.strip())))


def reveal_dialog(volunteer: Volunteer, account: Account) -> None:
    """Ask for the purpose, then show the number for a minute; who looked and why is logged. One's own needs none."""
    is_own = account.role is Role.VOLUNTEER
    purpose = Purpose(is_own)
    with question('顯示完整證號', is_open=True) as dialog:
        in_form = form(purpose, summary=False)
        if is_own:
            html.p('請留意旁邊有沒有人看著您的畫面。')
        else:
            html.p('查看會留下紀錄（時間、查看者、目的），本人可以看到。')
            with html.div().classes('lb-stack'):
                radio_field('查看目的', in_form, 'reason', REASONS | {OTHER: OTHER}, wide=True)
                text_field('補充說明', in_form, 'more', maxlength=80)
        number = html.p().classes('lb-secret').props('role=status')
        note = html.p().classes('lb-hint')

        shown: list[ui.timer] = []

        async def show() -> None:
            if problems := purpose.problems():
                raise Incomplete(problems)
            say(await reveal.number(volunteer, reason=purpose.sentence, by=account), f'{SHOWN_FOR} 秒後自動隱藏。')
            for earlier in shown:  # shown again, it stands as long as the first time
                earlier.cancel()
            shown[:] = [ui.timer(SHOWN_FOR, lambda: say('', _HIDDEN), once=True)]

        def say(shown: str, sentence: str) -> None:
            number._text, note._text = shown, sentence
            number.update()
            note.update()

        with html.div().classes('lb-acts'):
            action_button('顯示', show, in_form=in_form).by_enter(in_form)
            ui.button('關閉', on_click=dialog.close, color=None).props('flat no-caps')
    dialog.on('hide', dialog.delete)  # and with it the number
