"""The bar over every page: link home, search, number of waiting cases, which is live, menu of the account."""

from functools import partial

from nicegui import ui
from nicegui.events import GenericEventArguments

from domain import accounts, applications, citizen_certificates, links, reviews, search, settings
from domain.accounts import page_marks, unit_accounts
from domain.announcements import CaseChanged
from domain.cases import worklists
from domain.cases.worklists import AgencyList, UnitList
from domain.model import Account, Role

from ..boards import Content, board_element
from ..live import of_side, together
from . import search_results
from .notices import showing_refusals

SOUGHT = {
    Role.UNIT_STAFF: '姓名、證號、案號或紀錄冊號',
    Role.REVIEWER: '姓名、證號、案號、紀錄冊號或單位',
    Role.ADMINISTRATOR: '帳號、姓名、單位或機關',
}


class app_bar(board_element, component='app_bar.js'):
    """Emits `searched` with the words, `sized` with the text size, `dressed` with the appearance."""

    def __init__(self, account: Account, waiting: int) -> None:
        super().__init__()
        self.account = account
        self.on('searched', self._search)
        self.on('sized', self._size)
        self.on('dressed', self._dress)
        is_volunteer = account.role is Role.VOLUNTEER
        self._props.update({'home': links.home(), 'name': account.name, 'unit': accounts.office_of(account)})
        self._props.update({'sought': SOUGHT.get(account.role, ''), 'sizes': is_volunteer})
        self._props.update({'size': account.text_size, 'appearance': account.appearance})
        self._props['links'] = [
            ('變更密碼', links.change_password()),
            ('登入驗證', links.own_factors()),
            ('我的登入', links.own_sessions()),
            ('通知信設定', links.mail_settings()),
        ]
        self._props.update({'data-again': page_marks.mark_of(account), 'data-who': account.name})
        if citizen_certificates.is_offered():
            self._props['links'].append(('自然人憑證', links.citizen_certificates()))
        if is_volunteer:
            self._props['phone'] = settings.current().service_phone
        elif account.role is Role.UNIT_STAFF:
            self._props['links'].append(('顯示步驟引導', links.show_guide()))
            if unit_accounts.is_administrator(account):
                self._props['links'].append(('帳號管理', links.unit_accounts()))
            self._props['waiting-href'] = links.applications(UnitList.TURN.value)
        elif account.role is Role.REVIEWER:
            self._props['links'].append(('職務代理', links.deputy()))
            self._props['links'].append(('復原時間', links.undo_settings()))
            self._props['waiting-href'] = links.review_queue()
        # On the bell, which leads to where the cases are listed.
        self._props['waiting'] = waiting

    def follow(self) -> None:
        """Keep the bell true while the page is open: one board for the whole office."""
        if 'waiting-href' in self._props:
            key, concerns = _waiting_of(self.account), {CaseChanged: of_side(self.account)}
            self.sit(key, concerns, partial(_bell, self.account)).known(Content({'waiting': self._props['waiting']}))

    def waits(self, waiting: int) -> None:
        """So many cases wait, as the page has just read; in the browser, its queue says how many there are later."""
        self._props['waiting'] = waiting

    async def _search(self, event: GenericEventArguments) -> None:
        words = str(event.args)[:60].strip()
        with showing_refusals():
            search_results.show(words, await search.find(words, by=self.account))

    async def _size(self, event: GenericEventArguments) -> None:
        await accounts.set_text_size(str(event.args), by=self.account)
        ui.navigate.reload()

    async def _dress(self, event: GenericEventArguments) -> None:
        await accounts.set_appearance(str(event.args), by=self.account)


async def waiting_for(account: Account) -> int:
    """How many cases wait for this account, as its list counts them; read once for all pages that ask together."""
    if account.role not in (Role.UNIT_STAFF, Role.REVIEWER):
        return 0
    return await together(_waiting_of(account), lambda: _waiting(account))


def _waiting_of(account: Account) -> tuple[object, ...]:
    office = account.host_unit_id if account.role is Role.UNIT_STAFF else account.agency_id
    return ('waiting', account.role, office, account.team_id)


async def _bell(account: Account) -> Content:
    return Content({'waiting': await _waiting(account)})


async def _waiting(account: Account) -> int:
    if account.role is Role.UNIT_STAFF:
        return worklists.totals(await applications.counts_of(by=account), worklists.OF_UNIT)[UnitList.TURN]
    counts = await reviews.counts(by=account)
    return worklists.totals(counts.by_status, worklists.OF_AGENCY)[AgencyList.TURN]
