"""One batch: its preview until 確認匯入, its progress, and what became of it."""

from nicegui import html, ui

from domain import imports, links, validation
from domain.announcements import ImportChanged
from domain.model import Account, Grade

from ...components.imports.batch_desk import BEFORE, batch_desk
from ...components.imports.batch_file import name_of, title_of
from ...components.record_table import View
from ...flash import leave_with
from ...frame import BATCH, MENU, frame, waiting_for
from ...live import follow


async def import_batch_page(account: Account, batch_id: int, grade: str = '', page: int = 1, per: int = 10) -> None:
    """The batch as the address asks for it; what colleagues or the server change is shown as it happens."""
    batch = await imports.get(batch_id, by=account)
    kind = (batch.kind.label, links.new_import(batch.kind))
    title, waiting = title_of(batch), await waiting_for(account)
    with frame(account, title, crumbs=[MENU, BATCH, kind], waiting=waiting, named=f'{name_of(batch)}：{title}'):
        with html.p().classes('lb-lead'):
            lead = html.span('先看結果，按下確認匯入才會寫入。')
            ui.link('※教學影片', links.teaching())
        desk = batch_desk(
            batch,
            account,
            View.read(page, per),
            validation.member(Grade, grade),
            lambda: leave_with(links.new_import(batch.kind), 'import-dropped'),
        )
        await desk.build()

    async def renew() -> None:
        await desk.renew()
        lead.set_visibility(desk.batch.state in BEFORE)

    lead.set_visibility(batch.state in BEFORE)
    follow(ImportChanged, renew, lambda changed: changed.batch_id == batch_id)
