"""The bar over every page: link home, search, number of waiting cases, menu of the account."""

from nicegui.element import Element

from domain import accounts, settings
from domain.model import Account, Role


class app_bar(Element, component='app_bar.js'):
    """Emits `searched` with the words and `sized` with the text size; the frame acts on both."""

    def __init__(self, account: Account, waiting: int) -> None:
        super().__init__()
        is_volunteer = account.role is Role.VOLUNTEER
        self._props.update({'home': '/', 'name': account.name, 'unit': accounts.office_of(account)})
        self._props.update({'searches': account.role is Role.UNIT_STAFF, 'sizes': is_volunteer})
        self._props['size'] = account.text_size
        self._props['links'] = [('變更密碼', '/account/password'), ('通知信設定', '/account/mail')]
        if is_volunteer:
            self._props['phone'] = settings.current().service_phone
        elif account.role is Role.UNIT_STAFF:
            self._props['links'].append(('顯示步驟引導', '/account/guide'))
            self.show_waiting(waiting, '/applications?which=turn', f'{waiting} 件待補件，輪到您')
        elif account.role is Role.REVIEWER:
            self.show_waiting(waiting, '/reviews', f'{waiting} 件待審核，輪到您')

    def show_waiting(self, count: int, address: str, text: str) -> None:
        """Shows `count` on the bell; `text` says it to a screen reader, `address` is where the cases are listed."""
        self._props.update({'waiting': count, 'waiting-href': address, 'waiting-text': text})
        self.update()
