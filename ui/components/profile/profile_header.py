"""The header of a volunteer's pages: photo, name, masked number, five facts, the ten tabs."""

from nicegui.element import Element

from domain import dates
from domain.model import Account, Volunteer
from domain.volunteers import Header

from ..reveal import reveal_dialog
from ..roster_row import roster_row

TABS = {
    'basics': '基本資料',
    'trainings': '教育訓練',
    'record-book': '紀錄冊',
    'service-hours': '服務時數',
    'performance-certificates': '服務績效證明',
    'insurance': '保險',
    'honor-cards': '榮譽卡',
    'awards': '獎勵獎項',
    'other-entries': '其他登錄事項',
    'history': '異動紀錄',
}


class profile_header(Element, component='profile_header.js'):
    """所屬運用單位, 所屬志工隊, 保險狀態, 榮譽卡期限, 紀錄冊號; and the tabs."""

    def __init__(self, volunteer: Volunteer, tab: str, account: Account) -> None:
        super().__init__()
        self._props.update({'name': volunteer.name, 'number': volunteer.identity_masked, 'tab': tab})
        self._props['photo'] = f'/files/{volunteer.photo_id}' if volunteer.photo_id else ''
        self._props['base'] = f'/volunteers/{volunteer.id}'
        self._props['tabs'] = [{'key': key, 'label': label} for key, label in TABS.items()]
        self.on('revealed', lambda: reveal_dialog(volunteer, account))

    def show(self, header: Header) -> None:
        """Shows these facts."""
        self._props['facts'] = [
            _fact('所屬運用單位', '、'.join(header.units), '尚未收編'),
            _fact('所屬志工隊', '、'.join(header.teams), '未編隊'),
            _fact('保險狀態', header.insurance, '', 'ok' if header.is_insured else 'warn'),
            _fact('榮譽卡期限', dates.roc(header.honor_card_until) if header.honor_card_until else '', '尚未申請'),
            _fact('紀錄冊號', header.book_number or '', '尚未取號'),
        ]
        self._props['listed'] = roster_row(header.listed) if header.listed else None
        self.update()


def _fact(label: str, text: str, nothing: str, tone: str = '') -> dict[str, object]:
    return {'label': label, 'text': text or nothing, 'none': not text, 'tone': tone}
