"""逾期案件: what is late or nearly so; and the evidence of every round's period, with its export."""

from collections.abc import Sequence
from typing import get_args

from nicegui import html, ui

from domain import dates, links
from domain.announcements import CaseChanged
from domain.model import Account
from domain.reports import review_periods
from domain.reports.review_periods import Period, Round
from domain.reviews import deadlines
from domain.reviews.deadlines import Due, Running

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.fields import date_field
from ...components.icon import icon
from ...components.record_table import Cell, Row, record_table
from ...components.states import deadline
from ...frame import MENU, REVIEW, frame, waiting_for
from ...live import follow, of_side

DUES: dict[Due, tuple[str, str]] = {
    'overdue': ('已逾期', '沒有逾期的案件'),
    'today': ('今日到期', '今天沒有到期的案件'),
    'soon': ('下一個上班日到期', '下一個上班日沒有到期的案件'),
}
COLUMNS = [
    ('case', '案號'),
    ('volunteer', '志工'),
    ('unit', '運用單位'),
    ('sent', '送審時間'),
    ('due', '期限'),
    ('left', '剩餘'),
    ('notices', '通知'),
]
ROUND_COLUMNS = [
    ('case', '案號'),
    ('unit', '運用單位'),
    ('sent', '送審時間'),
    ('due', '期限'),
    ('closed', '審結'),
    ('used', '所用日數'),
    ('late', '是否逾期'),
    ('reviewer', '承辦人'),
    ('notices', '通知'),
]
SHARE_COLUMNS = [('reviewer', '承辦人'), ('closed', '審結件次', 'num'), ('late', '逾期件次', 'num')]


async def overdue_page(account: Account, due: str = '') -> None:
    """逾期案件, 今日到期, and what comes next; below it the record of all periods."""
    chosen: Due = next((known for known in get_args(Due) if known == due), 'overdue')
    label, empty = DUES[chosen]
    waiting, named = await waiting_for(account), '' if chosen == 'overdue' else f'{label}的案件'
    with frame(account, '逾期案件', crumbs=[MENU, REVIEW], waiting=waiting, named=named):
        pills = html.nav().classes('lb-pills lb-gap-below').props('aria-label=期限')

        async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
            found = await deadlines.running(by=account, due=chosen, page=page, per_page=per_page)
            counts = await deadlines.running_counts(by=account)
            _show_counts(pills, counts | {chosen: found.total}, chosen)
            return [_row(each) for each in found.rows], found.total

        table = record_table(label, COLUMNS, fetch, empty=empty, empty_link=('回到志工紀錄冊審核', REVIEW[1]))
        await table.refresh()
        _notice_policy(account)
        await _evidence(account)
    follow(CaseChanged, table.refresh, of_side(account))


async def _evidence(account: Account) -> None:
    """審核期限紀錄: a table and its export; for the supervisor also who closed how much."""
    period = Period(since=dates.today().replace(month=1, day=1))
    in_form = form(period, summary=False)

    async def show(page: int | None = 1) -> None:
        await table.refresh(page)
        if shares is not None:
            await shares.refresh(1)

    with (
        card('審核期限紀錄', '(補件期間不計入；迄日空白表示到今天)', 'lb-evidence lb-gap-below'),
        html.div().classes('lb-find-grid'),
    ):
        date_field('送審日期起', in_form, 'since')
        date_field('送審日期迄', in_form, 'until')
        action_button('查詢', show, 'outline', in_form=in_form).by_enter(in_form)
        export_link(in_form, period)

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await review_periods.find(period, by=account, page=page, per_page=per_page)
        return [_round(each) for each in found.rows], found.total

    table = record_table('送審與審結', ROUND_COLUMNS, fetch, empty='這段期間沒有送審的案件', named='rounds')

    async def fetch_shares(_page: int, _per_page: int) -> tuple[Sequence[Row], int]:
        found = await review_periods.shares(period, by=account)
        rows = [{'key': each.reviewer, **_texts(vars(each))} for each in found]
        return rows, len(rows)

    shares = None
    if await deadlines.leads(account):
        shares = record_table('依承辦人', SHARE_COLUMNS, fetch_shares, bare=True, empty='這段期間沒有審結的案件')

    await show(None)


def export_link(in_form: form, period: Period) -> None:
    """匯出 ODS of the period as it is chosen in the form."""
    with ui.link('', links.period_evidence()).classes('q-btn lb-btn lb-outline').props('download') as export:
        icon('download')
        html.span('匯出 ODS')

    def point() -> None:
        export.props['href'] = links.period_evidence(period.since, period.until)
        export.update()

    in_form.on_change(point)
    point()


def _show_counts(pills: html.nav, counts: dict[Due, int], chosen: Due) -> None:
    pills.clear()
    with pills:
        for due, (label, _) in DUES.items():
            link = ui.link(f'{label} {counts[due]}', links.overdue(due)).classes('lb-pill')
            if due == chosen:
                link.classes('on').props('aria-current=page')


def _notice_policy(account: Account) -> None:
    agency = account.agency
    if agency is None:
        return
    if agency.supervisor_email:
        supervisor = f'{agency.supervisor_name or "主管"}（{agency.supervisor_email}）'
        text = f'期限前一個上班日提醒機關信箱；逾期後通知{supervisor}，每件每次送審各通知一次。'
    else:
        text = '期限前一個上班日提醒機關信箱。還沒有登錄主管信箱，逾期案件不會通知主管；請洽系統管理者補登。'
    if agency.counts_working_days:
        text += '期限與日數依辦公日計，放假日不算。'
    html.p(text).classes('lb-lead lb-told')


def _row(case: Running) -> Row:
    text, tone, symbol, _, hint = deadline(case.days_left)
    left: Cell = {'text': text, 'chip': tone or 'plain', 'icon': symbol, 'hint': hint}
    return {
        'key': str(case.id),
        'case': {'text': str(case.id), 'href': links.case(case.id), 'strong': True},
        'volunteer': {'text': case.volunteer, 'sub': case.identity_masked},
        'unit': {'text': case.unit, 'sub': case.unit_phone},
        'sent': {'text': dates.roc_instant(case.submitted_at), 'sub': f'第 {case.round} 次送審'},
        'due': dates.roc(case.due_on),
        'left': left,
        'notices': _notices_of(case) or '尚未通知',
    }


def _round(each: Round) -> Row:
    closed = dates.roc_instant(each.closed_at) if each.closed_at else ''
    outcome = review_periods.OUTCOMES[each.outcome]
    return {
        'key': f'{each.application_id}-{each.number}',
        'case': {'text': str(each.application_id), 'href': links.case(each.application_id), 'strong': True},
        'unit': each.unit,
        'sent': {'text': dates.roc_instant(each.submitted_at), 'sub': f'第 {each.number} 次送審'},
        'due': dates.roc(each.due_on) if each.due_on else '未記載',
        'closed': {'text': closed or outcome, 'sub': outcome if closed else ''},
        'used': {
            'text': f'{each.days_used} 日',
            'sub': f'另暫停 {each.days_paused} 日' if each.days_paused else '',
        },
        'late': {'text': '逾期', 'chip': 'bad', 'icon': 'clock'} if each.is_late else '否',
        'reviewer': each.reviewer,
        'notices': _notices_of(each),
    }


def _notices_of(case: Running | Round) -> str:
    moments = {'已提醒': case.reminded_at, '已通知主管': case.escalated_at}
    return '；'.join(f'{word} {dates.roc_instant(at)}' for word, at in moments.items() if at)


def _texts(facts: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in facts.items()}
