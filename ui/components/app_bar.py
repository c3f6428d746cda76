"""The bar over every page: link home, search, number of waiting cases, menu of the account."""

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from domain import accounts, links, searches, settings, volunteers
from domain.errors import DomainError
from domain.model import Account, Role
from domain.volunteers import VolunteerQuery

from .notices import refuse, tell


class app_bar(Element, component='app_bar.js'):
    """Emits `searched` with the words and `sized` with the text size; the frame acts on both."""

    def __init__(self, account: Account, waiting: int) -> None:
        super().__init__()
        self.account = account
        self.on('searched', self._search)
        self.on('sized', self._size)
        is_volunteer = account.role is Role.VOLUNTEER
        self._props.update({'home': links.home(), 'name': account.name, 'unit': accounts.office_of(account)})
        self._props.update({'searches': account.role is Role.UNIT_STAFF, 'sizes': is_volunteer})
        self._props['size'] = account.text_size
        self._props['links'] = [('變更密碼', links.change_password()), ('通知信設定', links.mail_settings())]
        if is_volunteer:
            self._props['phone'] = settings.current().service_phone
        elif account.role is Role.UNIT_STAFF:
            self._props['links'].append(('顯示步驟引導', links.show_guide()))
            self.show_waiting(waiting, links.applications('turn'), f'{waiting} 件待補件，輪到您')
        elif account.role is Role.REVIEWER:
            self.show_waiting(waiting, links.review_queue(), f'{waiting} 件待審核，輪到您')

    def show_waiting(self, count: int, address: str, text: str) -> None:
        """Shows `count` on the bell; `text` says it to a screen reader, `address` is where the cases are listed."""
        self._props.update({'waiting': count, 'waiting-href': address, 'waiting-text': text})
        self.update()

    async def _search(self, event: GenericEventArguments) -> None:
        words = str(event.args)[:60].strip()
        try:
            found = await volunteers.find(VolunteerQuery(text=words), by=self.account)
        except DomainError as refusal:
            refuse(refusal)
            return
        if found.total == 1:
            ui.navigate.to(links.basics(found.rows[0].id))
        elif found.total == 0:
            tell(f'您的單位裡找不到「{words}」。請輸入完整的證號、紀錄冊號，或姓名的一部分。')
        else:
            ui.navigate.to(links.volunteers(await searches.keep(words, by=self.account)))

    async def _size(self, event: GenericEventArguments) -> None:
        await accounts.set_text_size(str(event.args), by=self.account)
        ui.navigate.reload()
