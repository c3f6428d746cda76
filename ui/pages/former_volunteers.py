"""離開的志工: who has left the unit; 封存 of one record, what is sealed shown for a purpose, and 解除封存."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import html

from domain import dates, links
from domain.departures import leavers
from domain.departures.leavers import FIELDS, REASON_LENGTH, WHAT_HAPPENS, Leaver
from domain.model import Account
from domain.permissions import OfWholeUnit

from ..components.action_button import action_button
from ..components.card import card
from ..components.form import form
from ..components.form.fields import text_field
from ..components.question import is_sure
from ..components.record_table import Cell, Row, record_table
from ..flash import leave_with
from ..frame import MENU, frame, waiting_for

TITLE = '離開的志工'
RIGHTS = ('個資事務', links.rights())
COLUMNS = [('who', '志工'), ('left', '離開日期'), ('state', '狀態')]


@dataclass
class Words:
    """Why a record is closed, read, or opened again."""

    reason: str = ''
    purpose: str = ''
    undo: str = ''

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


async def former_volunteers_page(account: Account) -> None:
    """The list, who left last first."""

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await leavers.listed(by=account, page=page, per_page=per_page)
        return [_row(one) for one in found.rows], found.total

    with frame(account, TITLE, crumbs=[MENU, RIGHTS], waiting=await waiting_for(account)):
        if account.team_id is not None:
            html.p(str(OfWholeUnit())).classes('lb-lead')
            return
        html.p('已結束收編的志工。不再需要的個人資料可以封存；法定的訓練、時數與紀錄冊都會保留。').classes('lb-lead')
        await record_table(TITLE, COLUMNS, fetch, empty='還沒有離開的志工').refresh()


async def former_volunteer_page(account: Account, leaver_id: int) -> None:
    """One person: 封存, or what is sealed and 解除封存."""
    leaver = await leavers.get(leaver_id, by=account)
    crumbs = [MENU, RIGHTS, (TITLE, links.former_volunteers())]
    with (
        frame(
            account,
            leaver.volunteer.name,
            crumbs=crumbs,
            waiting=await waiting_for(account),
            named=f'{leaver.volunteer.name}：{TITLE}',
        ),
        html.div().classes('lb-narrow lb-stack'),
    ):
        with card('志工'), html.dl().classes('lb-my-data'):
            for label, text in _facts(leaver):
                html.dt(label)
                html.dd(text)
        if leaver.closed_at is None:
            closing_card(account, leaver)
        else:
            reading_card(account, leaver)
            reopening_card(account, leaver)


def closing_card(account: Account, leaver: Leaver) -> None:
    """What would happen, or what keeps it from happening."""
    words = Words()
    in_form = form(words, summary=False)

    async def close() -> None:
        if await is_sure('封存這筆紀錄', WHAT_HAPPENS[0], yes='封存'):
            await leavers.close(leaver.volunteer.id, words.reason, by=account)
            leave_with(links.former_volunteer(leaver.volunteer.id), 'record-closed')

    with card('封存', '(先看會發生什麼，再決定)'), html.div().classes('lb-stack'):
        if leaver.hindrances:
            html.p('目前還不能封存：').classes('lb-verdict warn')
            _list(leaver.hindrances)
            return
        _list(WHAT_HAPPENS)
        hint = '例如：本人書面請求刪除。會記在異動紀錄。'
        label = FIELDS['reason'].label
        text_field(label, in_form, 'reason', required=True, maxlength=REASON_LENGTH, hint=hint)
        with html.div().classes('lb-row-acts'):
            action_button('封存', close, 'outline', in_form=in_form).by_enter(in_form)


def reading_card(account: Account, leaver: Leaver) -> None:
    """What is sealed, shown until the page is left."""
    words = Words()
    in_form = form(words, summary=False)

    async def show() -> None:
        told = await leavers.shown(leaver.volunteer.id, words.purpose, by=account)
        shown.clear()
        with shown:
            for label, text in told.items():
                html.dt(label)
                html.dd(text or '（空白）')

    with card('查看封存的資料', '(會留下紀錄，本人可以看到)'), html.div().classes('lb-stack'):
        label = FIELDS['purpose'].label
        text_field(label, in_form, 'purpose', required=True, maxlength=REASON_LENGTH, hint='例如：本人申請補發證明。')
        with html.div().classes('lb-row-acts'):
            action_button('顯示', show, 'outline', in_form=in_form).by_enter(in_form)
        shown = html.dl().classes('lb-my-data').props('aria-live=polite')


def reopening_card(account: Account, leaver: Leaver) -> None:
    """A mistake is taken back; who returns is opened by 收編."""
    words = Words()
    in_form = form(words, summary=False)

    async def reopen() -> None:
        await leavers.reopen(leaver.volunteer.id, words.undo, by=account)
        leave_with(links.former_volunteer(leaver.volunteer.id), 'record-reopened')

    with card('解除封存', '(封存錯了才需要；回來服務的志工，收編時會自動恢復)'), html.div().classes('lb-stack'):
        hint = '貴機關設有保存期限時，期滿的夜間會再封存。'
        text_field(FIELDS['undo'].label, in_form, 'undo', required=True, maxlength=REASON_LENGTH, hint=hint)
        with html.div().classes('lb-row-acts'):
            action_button('解除封存', reopen, 'outline', in_form=in_form).by_enter(in_form)


def _list(sentences: Sequence[str]) -> None:
    with html.ul().classes('lb-stack'):
        for sentence in sentences:
            html.li(sentence)


def _facts(leaver: Leaver) -> list[tuple[str, str]]:
    left = dates.roc_long(leaver.left_on) if leaver.left_on else '未記載'
    state = f'{dates.roc_instant(leaver.closed_at)} 封存' if leaver.closed_at else '未封存'
    return [('證號', leaver.volunteer.identity_masked), ('離開日期', left), ('狀態', state)]


def _row(one: Leaver) -> Row:
    closed: Cell = {'text': '已封存', 'chip': 'plain', 'icon': 'lock'}
    return {
        'key': str(one.volunteer.id),
        'who': {
            'text': one.volunteer.name,
            'sub': one.volunteer.identity_masked,
            'href': links.former_volunteer(one.volunteer.id),
            'strong': True,
        },
        'left': dates.roc(one.left_on) if one.left_on else '未記載',
        'state': closed if one.closed_at else '未封存',
    }
