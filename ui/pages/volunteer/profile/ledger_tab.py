"""STEP 5, the six simple tabs: one page made from the description of a ledger in domain/ledgers/forms.py."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from nicegui import html

from domain import dates, ledgers, validation
from domain.announcements import VolunteerChanged
from domain.guide.progress import Progress
from domain.ledgers import LEDGERS, Entry, Ledger, LedgerField
from domain.model import Account, Volunteer
from domain.trainings import format_duration

from ....components.action_button import action_button
from ....components.icon import icon
from ....components.notices import confirm
from ....components.question import is_sure
from ....components.record_table import Cell, Row, record_table
from ....live import follow, of_volunteer
from .ledger_entry import Offers, describe, entry_form, entry_view, offers_for

# What is worth knowing over the entries: 管理辦法 §9, 績效證明書發給作業規定, 志願服務法 §16, 志願服務法 §20.
NOTES = {
    'service-hours': '服務時數指實際提供服務的時數，不含往返時間。',
    'performance-certificates': '服務年資滿 1 年且服務時數達 150 小時，可發給志願服務績效證明書。',
    'insurance': '運用單位應為志工辦理意外事故保險；頁首的「保險狀態」依這裡的保險期間顯示。',
    'honor-cards': '服務年資滿 3 年且服務時數達 300 小時，可申請志願服務榮譽卡，有效 3 年。',
    'awards': '志工獲得的獎勵與表揚，會列在紀錄冊的「獎勵獎項」。',
    'other-entries': '不屬於其他頁籤，但要寫進紀錄冊的事項。',
}


def ledger_tab(key: str) -> Callable[[Account, Volunteer, Progress], Awaitable[None]]:
    """The builder of the tab that shows the ledger `key`."""
    ledger = LEDGERS[key]

    async def tab(account: Account, volunteer: Volunteer, _: Progress) -> None:
        await _tab(ledger, account, volunteer)

    return tab


async def _tab(ledger: Ledger, account: Account, volunteer: Volunteer) -> None:
    screen = Screen(ledger, account, volunteer, await offers_for(ledger))
    await screen.renew()
    follow(VolunteerChanged, screen.renew, of_volunteer(volunteer))


class Screen:
    """A line about the ledger with 新增, and the table of its entries, newest first."""

    def __init__(self, ledger: Ledger, account: Account, volunteer: Volunteer, offers: Offers) -> None:
        self.ledger, self.account, self.volunteer, self.offers = ledger, account, volunteer, offers
        self.shown: dict[int, datetime] = {}  # what the table has shown of each entry, by its last change
        self.total = _bar(ledger, self._add)
        self.table = record_table(
            ledger.title,
            _columns(ledger),
            self._fetch,
            acted=self._acted,
            empty=f'還沒有{ledger.title}的資料',
            empty_hint='按「新增」登錄第一筆；儲存後會寫進紀錄冊。',
        )
        self.dialogs = html.div().classes('lb-dialogs')

    async def renew(self) -> None:
        """The total and the rows as they are now."""
        if self.ledger.key == 'service-hours':
            await _show_total(self.total, self.volunteer, self.account)
        await self.table.refresh()

    async def _show_newest(self) -> None:
        self.table.view.page = 1
        await self.renew()

    async def _fetch(self, page: int, per_page: int) -> tuple[Sequence[Row], int]:
        found = await ledgers.entries(self.ledger, self.volunteer, by=self.account, page=page, per_page=per_page)
        self.shown.update({entry.id: entry.updated_at for entry in found.rows})
        return [_row(self.ledger, entry, self.offers, self.account) for entry in found.rows], found.total

    async def _add(self) -> None:
        with self.dialogs.clear():
            await entry_form(self.ledger, self.offers, self.volunteer, self._show_newest, by=self.account)

    async def _acted(self, key: str, act: str) -> None:
        entry = await ledgers.get(self.ledger, validation.number_in(key), by=self.account)
        with self.dialogs.clear():
            if act == '檢視':
                entry_view(self.ledger, self.offers, entry)
            elif act == '修改':
                await entry_form(self.ledger, self.offers, self.volunteer, self.renew, by=self.account, entry=entry)
            elif act == '刪除':
                try:
                    await _remove(self.ledger, entry, self.offers, self.account, self.shown[entry.id])
                finally:  # also when somebody else was first
                    await self.renew()


def _bar(ledger: Ledger, add: Callable[[], Awaitable[None]]) -> html.p:
    """A line about the ledger and 新增; returns the place for its total."""
    with html.div().classes('lb-ledger-bar'):
        html.p(NOTES[ledger.key]).classes('lb-note')
        total = html.p().classes('lb-ledger-total').props('role=status')
        with action_button('', add):
            icon('plus')
            html.span('新增')
    return total


async def _remove(ledger: Ledger, entry: Entry, offers: Offers, account: Account, seen: datetime) -> None:
    """刪除 of what the table has shown, after a question."""
    if not await is_sure(f'刪除這筆{ledger.title}', _farewell(ledger, entry, offers)):
        return
    await ledgers.remove(ledger, entry.id, by=account, seen=seen)
    confirm('已刪除；異動紀錄保留了原來的內容。')


async def _show_total(total: html.p, volunteer: Volunteer, account: Account) -> None:
    served = await ledgers.served(volunteer, by=account)
    with total.clear():
        for label, text in (('總服務時數', format_duration(served.minutes)), ('受服務', f'{served.persons:,} 人次')):
            with html.span(label):
                html.b(text)


def _columns(ledger: Ledger) -> list[tuple[str, ...]]:
    """The fields the table shows, the two days of a period as one; then 登打單位 and what can be done."""
    columns: list[tuple[str, ...]] = []
    for field in map(ledger.fields.__getitem__, ledger.columns):
        if field.part != 'last':
            align = ('num',) if field.kind in ('duration', 'whole') else ()
            columns.append((field.key, field.caption, *align))
    return [*columns, ('unit', '登打單位'), ('acts', '維護')]


def _row(ledger: Ledger, entry: Entry, offers: Offers, account: Account) -> Row:
    cells: dict[str, Cell] = {key: _cell(ledger, ledger.fields[key], entry, offers) for key in ledger.columns}
    acts = ('修改', '刪除') if ledgers.may_amend(entry, by=account) else ('檢視',)
    about = _named(ledger, entry, offers)
    return cells | {
        'key': str(entry.id),
        'unit': {'text': entry.entered_by_unit.name if entry.entered_by_unit else '', 'sub': entry.recorder.name},
        'acts': {'acts': [{'text': act, 'act': act, 'label': f'{act}：{about}'} for act in acts]},
    }


def _cell(ledger: Ledger, field: LedgerField, entry: Entry, offers: Offers) -> str:
    if field.kind != 'day':
        return describe(field, entry, offers) or '—'
    day = getattr(entry, field.key)
    if field.part != 'first' or ledger.period is None:
        return dates.roc(day) if day else ''
    last = getattr(entry, ledger.period[1])
    return dates.roc(day) if day == last else f'{dates.roc(day)} ～ {dates.roc(last)}'


def _farewell(ledger: Ledger, entry: Entry, offers: Offers) -> str:
    """Which entry it is that goes, and what stays."""
    return f'{_named(ledger, entry, offers)}。刪除後不再列入紀錄冊；異動紀錄會保留這筆資料的內容。'


def _named(ledger: Ledger, entry: Entry, offers: Offers) -> str:
    """An entry in a few words, to tell it from the others."""
    fields = [ledger.fields[key] for key in ledger.columns]
    texts = [_cell(ledger, field, entry, offers) for field in fields if field.kind != 'whole' and field.part != 'last']
    return '、'.join(text for text in texts if text != '—')
