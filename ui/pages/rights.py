"""個資事務 of the unit: what volunteers ask for by law, the most urgent first, and the answer to each."""

from collections.abc import Sequence
from dataclasses import dataclass

from nicegui import html, ui

from domain import dates, links, volunteers
from domain.announcements import RightsChanged
from domain.model import Account, RightsKind, RightsRequest, RightsStatus
from domain.privacy import rights

from ..components.action_button import action_button
from ..components.card import card
from ..components.form import form
from ..components.form.fields import check_field, text_area, text_field
from ..components.record_table import Cell, Row, record_table
from ..components.rights_cards import CHIPS, what_of
from ..flash import leave_with
from ..frame import MENU, frame, waiting_for
from ..live import follow

TITLE = '個資事務'
PARTS = {'': '待答覆', 'closed': '已結案'}
COLUMNS = [('who', '志工'), ('what', '請求'), ('due', '答覆期限'), ('state', '狀態')]
# What the unit does when it grants it.
TO_DO = {
    RightsKind.VIEW: '同意後，請告訴本人何時可以到單位看，或直接在答覆中說明。本人也可以在「我的資料」看到。',
    RightsKind.COPY: '同意後，請把複製本交給本人；本人也可以在「我的資料」自行下載。',
    RightsKind.CORRECT: '請先在志工的頁面更正，再在這裡答覆改了什麼。',
    RightsKind.STOP: '同意後，系統會同時記錄撤回「同意個資使用」，不能再以他的資料申請紀錄冊。',
    RightsKind.DELETE: '依志願服務法須保存的訓練、時數與紀錄冊不能刪除；聯絡資料可以清空，離開單位的請結束收編，'
    '再到「離開的志工」封存。',
}


@dataclass
class Answer:
    """What is said to the person; `reason` is that of an extension."""

    answer: str = ''
    reason: str = ''
    despite_change: bool = False

    def problems(self) -> dict[str, str]:
        """The service checks."""
        return {}


async def rights_page(account: Account, part: str = '') -> None:
    """Those that wait, or those that were answered."""
    here = part if part in PARTS else ''

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await rights.listed(by=account, is_open=not here, page=page, per_page=per_page)
        return [_row(one) for one in found.rows], found.total

    named = f'{PARTS[here]}：{TITLE}'
    with frame(account, TITLE, crumbs=[MENU], waiting=await waiting_for(account), named=named):
        count, pills = await rights.waiting_count(by=account), {}
        with html.nav().classes('lb-pills lb-gap-below').props('aria-label=個資事務'):
            for key, label in PARTS.items():
                waiting = f' {count}' if not key and count else ''
                link = ui.link(f'{label}{waiting}', links.rights(key)).classes('lb-pill')
                pills[key] = link
                if key == here:
                    link.classes('on').props('aria-current=page')
            if account.team_id is None:
                ui.link('離開的志工', links.former_volunteers()).classes('lb-pill')
        html.p('志工以書面提出時，請在他的「基本資料」頁按「登記書面請求」。').classes('lb-hint lb-gap-below')
        empty = '沒有待答覆的請求' if not here else '還沒有結案的請求'
        table = record_table(PARTS[here], COLUMNS, fetch, empty=empty)
        await table.refresh()

    async def renew() -> None:
        count = await rights.waiting_count(by=account)
        pills[''].set_text(f'{PARTS[""]} {count}' if count else PARTS[''])
        await table.refresh()

    follow(RightsChanged, renew, lambda changed: changed.host_unit_id == account.host_unit_id)


async def rights_request_page(account: Account, request_id: int) -> None:
    """One request: what, until when, and to grant, refuse or extend it."""
    asked = await rights.get(request_id, by=account)
    crumbs = [MENU, (TITLE, links.rights())]
    with (
        frame(
            account, f'{asked.volunteer.name}：{asked.kind.label}', crumbs=crumbs, waiting=await waiting_for(account)
        ),
        html.div().classes('lb-narrow lb-stack'),
    ):
        with card('請求'):
            told = html.dl().classes('lb-my-data')
        _tell(told, asked)
        is_open = asked.status is RightsStatus.OPEN
        answering = answer_card(account, asked) if is_open else None
        extending = extension_card(account, asked) if is_open and asked.extended_at is None else None

    async def renew() -> None:
        now = await rights.get(request_id, by=account)
        _tell(told, now)
        is_closed = now.status is not RightsStatus.OPEN
        if answering is not None and is_closed:
            _end(answering)
        if extending is not None and (is_closed or now.extended_at):
            _end(extending)

    follow(RightsChanged, renew, lambda changed: changed.request_id == request_id)


def answer_card(account: Account, asked: RightsRequest) -> ui.element:
    """同意 and 不同意; the answer goes to the person by mail, and stands in 我的資料. Returns where the buttons are."""
    said = Answer()
    in_form = form(said, summary=False)

    async def grant() -> None:
        await rights.grant(asked.id, said.answer, despite_change=said.despite_change, by=account)
        leave_with(links.rights(), 'rights-answered')

    async def refuse() -> None:
        await rights.refuse(asked.id, said.answer, by=account)
        leave_with(links.rights(), 'rights-answered')

    with card('答覆'), html.div().classes('lb-stack'):
        if asked.field:
            html.p('同意後，系統會把資料改成本人提出的內容，並留下異動紀錄。').classes('lb-hint')
        else:
            html.p(TO_DO[asked.kind]).classes('lb-hint')
        text_area(rights.FIELDS['answer'].label, in_form, 'answer', hint='會寄給本人。不同意時，請寫明理由。')
        if now := rights.changed_since(asked):
            html.p(f'提出以後，這個欄位已經改成「{now}」。請與本人確認哪一個正確。').classes('lb-verdict warn')
            check_field('仍採用本人提出的內容', in_form, 'despite_change')
        acts: ui.element = html.div().classes('lb-row-acts')
        with acts:
            action_button('同意並更正' if asked.field else '同意', grant, in_form=in_form)
            action_button('不同意', refuse, 'outline', in_form=in_form)
    return acts


def extension_card(account: Account, asked: RightsRequest) -> ui.element:
    """Once, with a reason that the person is told. Returns where the button is."""
    said = Answer()
    in_form = form(said, summary=False)

    async def extend() -> None:
        await rights.extend(asked.id, said.reason, by=account)
        leave_with(links.rights_request(asked.id), 'rights-extended')

    with card('來不及答覆', f'(依法可延長一次，再 {rights.days_of(asked.kind)} 日)'), html.div().classes('lb-stack'):
        text_field(
            rights.FIELDS['reason'].label, in_form, 'reason', maxlength=rights.REASON_LENGTH, hint='會寄給本人。'
        )
        acts: ui.element = html.div().classes('lb-row-acts')
        with acts:
            action_button('延長期限', extend, 'outline', in_form=in_form).by_enter(in_form)
    return acts


def _tell(told: ui.element, asked: RightsRequest) -> None:
    told.clear()
    with told:
        for label, text in _facts(asked):
            html.dt(label)
            html.dd(text)


def _end(acts: ui.element) -> None:
    """A colleague was first: what was typed stays in sight, and can be sent no more."""
    acts.clear()
    with acts:
        html.p('同仁剛處理了這項請求，結果在上面；您在這裡寫的沒有送出。').classes('lb-verdict warn').props(
            'role=status'
        )


def _facts(asked: RightsRequest) -> list[tuple[str, str]]:
    facts = [('志工', f'{asked.volunteer.name}（{asked.volunteer.identity_masked}）')]
    if asked.field:
        facts.append(('要更正的欄位', volunteers.FIELDS[asked.field].label))
        for label, value in (('提出時登錄的', asked.old_value), ('本人提出的', asked.new_value)):
            facts.append((label, rights.shown(asked.field, value.open() if value else '') or '（空白）'))
    if wording := asked.wording.open():
        facts.append(('說明' if asked.field else '請求內容', wording))
    facts += [
        ('提出方式', f'{asked.way.label}，{dates.roc_long(asked.asked_on)}'),
        ('答覆期限', f'{dates.roc_long(asked.due_on)}{_late(asked)}'),
    ]
    if asked.extended_at:
        facts.append(('已延長', f'{dates.roc_instant(asked.extended_at)}　{asked.extension_reason}'))
    if asked.decided_at:
        who = asked.decided_by.name if asked.decided_by else ''
        facts.append(('結果', f'{asked.status.label}　{dates.roc_instant(asked.decided_at)}　{who}'))
        facts.append(('答覆', asked.answer.open() if asked.answer else '（沒有說明）'))
    return facts


def _row(one: RightsRequest) -> Row:
    return {
        'key': str(one.id),
        'who': {'text': one.volunteer.name, 'sub': one.volunteer.identity_masked},
        'what': {'text': what_of(one), 'href': links.rights_request(one.id), 'strong': True},
        'due': {'text': dates.roc(one.due_on), 'sub': '已延長' if one.extended_at else ''},
        'state': _state(one),
    }


def _state(one: RightsRequest) -> Cell:
    tone, symbol = CHIPS[one.status]
    if one.status is not RightsStatus.OPEN:
        return {'text': one.status.label, 'chip': tone, 'icon': symbol}
    days = (one.due_on - dates.today()).days
    if days < 0:
        return {'text': f'逾期 {-days} 日', 'chip': 'bad', 'icon': 'warning'}
    return {'text': '今天到期' if days == 0 else f'剩 {days} 日', 'chip': tone, 'icon': symbol}


def _late(asked: RightsRequest) -> str:
    is_late = asked.status is RightsStatus.OPEN and asked.due_on < dates.today()
    return '（已逾期）' if is_late else ''
