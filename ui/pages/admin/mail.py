"""系統管理: the wording of the mails, and those that did not arrive."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from nicegui import html, ui

from domain import dates, links, validation
from domain.cases import case_numbers
from domain.errors import Incomplete, MovedOn
from domain.mail import outbox, queries, templates
from domain.mail.queries import Backlog, Undelivered
from domain.model import Account, MailStatus

from ...components.action_button import action_button
from ...components.card import card
from ...components.fact_list import fact_list
from ...components.facts import facts
from ...components.form import form
from ...components.form.fields import text_area, text_field
from ...components.icon import icon
from ...components.mail_preview import mail_preview
from ...components.question import is_sure
from ...components.record_table import Cell, Row
from ...flash import leave_with
from ...frame import save_bar

COLUMNS = [('name', '信件'), ('receiver', '收件人'), ('subject', '主旨（舉例）'), ('state', '範本')]
UNDELIVERED_COLUMNS = [
    ('at', '時間'),
    ('name', '信件'),
    ('about', '案件'),
    ('recipient', '收件人'),
    ('state', '狀態'),
    ('words', '原因'),
]
AGAIN = {
    MailStatus.WAITING: ('已重寄，待寄', 'info'),
    MailStatus.SENT: ('已重寄寄出', 'ok'),
    MailStatus.FAILED: ('重寄仍未寄達', 'bad'),
    MailStatus.BOUNCED: ('重寄後退信', 'bad'),
}

_WAITS = '等郵件伺服器恢復。'


@dataclass
class Words:
    """The wording of the mail `name`, as it is being written."""

    name: str
    subject: str
    body: str

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        return templates.problems(self.name, self.subject, self.body)


async def rows(account: Account) -> list[templates.Wording]:
    """Every mail."""
    return await templates.all(by=account)


def row(one: templates.Wording) -> Row:
    """A mail, who gets it, and whether it was reworded."""
    return {
        'key': one.name,
        'name': {'text': one.label, 'href': links.admin('mail', one.name), 'strong': True},
        'receiver': one.receiver,
        'subject': templates.example(one.name, one.subject, one.body),
        'state': {'text': f'{one.changed_by}修改', 'chip': 'info', 'icon': 'pencil'} if one.is_own else '系統原本',
    }


async def edit(account: Account, which: str) -> str:
    """One wording: what is written on the left, what comes of it on the right, and what may be used below."""
    now = await templates.get(which, by=account)
    words = Words(which, now.subject, now.body)
    in_form = form(words, mirrored=True)
    html.p(f'寄給{now.receiver}的「{now.label}」。' + _last_change(now)).classes('lb-lead lb-told')
    with html.div().classes('lb-cols lb-wording'):
        with card('範本'), html.div().classes('lb-stack'):
            text_field('主旨', in_form, 'subject', required=True, maxlength=templates.LONGEST_SUBJECT)
            text_area('內容', in_form, 'body', required=True, maxlength=templates.LONGEST_BODY)
        preview = mail_preview()
    fact_list(templates.hints(which), ['subject', 'body'])

    async def renew() -> None:
        try:
            preview.show(await templates.preview(which, words.subject, words.body, by=account))
        except Incomplete as refusal:
            preview.refuse(' '.join(refusal.problems.values()))

    in_form.on_change(renew)
    await renew()
    _wording_buttons(account, words, in_form, now)
    return now.label


def _wording_buttons(account: Account, words: Words, in_form: form, seen: templates.Wording) -> None:
    @asynccontextmanager
    async def told() -> AsyncIterator[None]:
        """Whoever is told what another has written may then write over it."""
        nonlocal seen
        try:
            yield
        except MovedOn:
            seen = await templates.get(words.name, by=account)
            raise

    async def save() -> None:
        async with told():
            await templates.save(words.name, words.subject, words.body, by=account, seen=seen)
        leave_with(links.admin('mail'), 'wording-saved')

    async def restore() -> None:
        if await is_sure('恢復原本的範本', '您改寫的內容會刪除，之後寄出的信都用系統原本的範本。'):
            async with told():
                await templates.restore(words.name, by=account, seen=seen)
            leave_with(links.admin('mail'), 'wording-restored')

    with save_bar():
        action_button('儲存', save, in_form=in_form)
        ui.link('返回', links.admin('mail')).classes('lb-btn q-btn lb-flat')
        if seen.is_own:
            action_button('恢復原本的範本', restore, 'outline')


async def warn_of_backlog(account: Account) -> None:
    """Says here that mails wait for a server in trouble: no mail would tell the administrator."""
    waiting = await queries.backlog(by=account)
    if waiting is None:
        return
    with html.section().classes('lb-verdict warn lb-gap-below').props('aria-label=等候寄出的信件'):
        icon('warning')
        with html.span():
            ui.link(f'{waiting.count} 封信等候寄出', links.admin('undelivered'))
            html.span(f'，最早的一封從 {dates.format_moment(waiting.since)} 開始等。{_why_waiting(waiting)}')


def _why_waiting(waiting: Backlog) -> str:
    if not waiting.host:
        return '沒有設定郵件伺服器（SMTP_URL），所以信件都留在系統中，沒有寄出。'
    said = f'最後的回應：{waiting.words}。' if waiting.words else ''
    after = '恢復之後系統會自動全部寄出，含密碼連結的先寄，不必重寄；急件請先打電話。'
    return f'郵件伺服器 {waiting.host} 沒有收下，請檢查連線與帳號。{said}{after}'


async def undelivered_rows(account: Account) -> list[Row]:
    """What waits too long, failed or came back, the latest first."""
    return [
        {
            'key': str(one.id),
            'at': dates.format_moment(one.noted_at),
            'name': {'text': one.label, 'href': links.admin('undelivered', one.id), 'strong': True},
            'about': _about(one),
            'recipient': {'text': one.recipient or '沒有登錄電子郵件', 'sub': one.receiver},
            'state': _state(one),
            'words': one.words or (_WAITS if one.status is MailStatus.WAITING else ''),
        }
        for one in await queries.undelivered(by=account)
    ]


async def undelivered(account: Account, which: str) -> str:
    """One mail that did not arrive: why, what to mend, and 重寄."""
    one = await queries.undelivered_one(validation.number_in(which), by=account)
    with html.div().classes('lb-stack'):
        facts(
            [
                ('信件', one.label),
                ('案件', _about(one) or '與案件無關'),
                ('收件人', f'{one.receiver}　{one.recipient or "沒有登錄電子郵件"}'),
                ('狀態', AGAIN[one.again][0] if one.again in AGAIN else one.status.label),
                ('時間', dates.roc_instant(one.noted_at)),
            ]
        )
        with card('沒有寄達的原因'):
            is_waiting = one.status is MailStatus.WAITING
            html.p(one.words or (_WAITS if is_waiting else '收件人的郵件伺服器沒有說明原因。'))
            html.p(_what_to_do(one)).classes('lb-hint')

    async def again() -> None:
        await outbox.resend(one.id, by=account)
        leave_with(links.admin('undelivered'), 'mail-resent')

    with save_bar():
        if not one.holds_secret and not is_waiting:
            action_button('重寄', again)
        ui.link('返回', links.admin('undelivered')).classes('lb-btn q-btn lb-flat')
    return one.label


def _last_change(now: templates.Wording) -> str:
    if now.changed_at is None:
        return '目前是系統原本的範本。'
    return f'{now.changed_by}於民國 {dates.roc_instant(now.changed_at)} 修改過。'


def _about(one: Undelivered) -> str:
    if one.application_id:
        return case_numbers.written(one.application_id)
    return f'名冊 {one.roster_id}' if one.roster_id else ''


def _state(one: Undelivered) -> Cell:
    if one.again in AGAIN:
        text, tone = AGAIN[one.again]
        return {'text': text, 'chip': tone, 'icon': 'mail'}
    if one.status is MailStatus.WAITING:
        return {'text': '等候寄出', 'chip': 'warn', 'icon': 'clock'}
    return {'text': one.status.label, 'chip': 'bad', 'icon': 'warning'}


def _what_to_do(one: Undelivered) -> str:
    if one.status is MailStatus.WAITING:
        return '郵件伺服器恢復之後，系統會自動寄出，不必重寄；急件請先打電話。'
    if one.holds_secret:
        return '這封信含有密碼或連結，不能重寄。請更正帳號的電子郵件，再請本人在登入頁點選「忘記密碼?」。'
    mend = '請先在運用單位、發冊機關或帳號更正電子郵件，再按重寄；系統會寄到更正後的信箱。'
    return f'{mend}案件的承辦一方也會在「該打的電話」看到這項工作。' if one.application_id or one.roster_id else mend
