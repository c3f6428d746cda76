"""送審進度: the unit's applications, by status."""

from collections.abc import Sequence

from nicegui import html, ui

from domain import applications, dates
from domain.model import Account, Application, ApplicationStatus

from ..components.record_table import Row, record_table
from ..components.states import TONES
from ..frame import MENU, VOLUNTEER_DATA, frame, waiting_for
from ..live import follow


async def applications_page(account: Account, status: str = '') -> None:
    """送審進度: the unit's applications, by status."""
    chosen = next((known for known in ApplicationStatus if known == status), None)

    async def fetch(page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await applications.of_unit(by=account, status=chosen, page=page, per_page=per_page)
        return [_row(each) for each in found.rows], found.total

    with frame(account, '送審進度', crumbs=[MENU, VOLUNTEER_DATA], waiting=await waiting_for(account)):
        counts = await applications.counts_of(by=account)
        with html.nav().classes('lb-pills').props('aria-label=案件狀態'):
            _pill('全部', '', sum(counts.values()), chosen is None)
            for each in ApplicationStatus:
                _pill(each.label, each.value, counts[each], chosen is each)
        columns = [
            ('name', '志工姓名'),
            ('status', '狀態'),
            ('agency', '發冊機關'),
            ('sent', '送審時間'),
            ('reason', '審核意見'),
        ]
        table = record_table(
            '案件', columns, fetch, empty_hint='從志工的紀錄冊頁籤按「申請送審」，案件就會出現在這裡。'
        )
        await table.refresh()

    async def renew() -> None:
        await table.refresh()

    follow('application', renew, lambda payload: payload.split(':')[2] == str(account.host_unit_id))


def _pill(text: str, status: str, count: int, is_on: bool) -> None:
    link = ui.link(f'{text} {count}', f'/applications?status={status}').classes('lb-pill')
    if is_on:
        link.classes('on').props('aria-current=page')


def _row(application: Application) -> Row:
    tone, symbol = TONES[application.status]
    is_open = application.status in applications.OPEN
    page = f'/volunteers/{application.volunteer_id}/record-book'
    return {
        'key': str(application.id),
        'name': {'text': application.volunteer.name, 'href': f'{page}/application' if is_open else page},
        'status': {'text': application.status.label, 'chip': tone or 'plain', 'icon': symbol},
        'agency': application.agency.name,
        'sent': dates.roc_instant(application.submitted_at) if application.submitted_at else '尚未送審',
        'reason': application.reason,
    }
