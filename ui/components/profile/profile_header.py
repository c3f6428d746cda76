"""The header of a volunteer's pages: photo, name, masked number, five facts, the ten tabs."""

from nicegui.element import Element

from domain import dates, links
from domain.books import record_books
from domain.ledgers import LEDGERS
from domain.model import Account, Section, Volunteer
from domain.volunteers import Header
from domain.volunteers.basics import HOST_UNIT, TEAM

from ..reveal import reveal_dialog
from ..roster_row import roster_row

TABS = {
    'basics': Section.BASICS.label,
    'trainings': Section.TRAINING.label,
    'record-book': Section.RECORD_BOOK.label,
    **{key: ledger.title for key, ledger in LEDGERS.items()},
    'history': '異動紀錄',
}
_TABS = [{'key': key, 'label': label} for key, label in TABS.items()]


class profile_header(Element, component='profile_header.js'):
    """所屬運用單位, 所屬志工隊, 保險狀態, 榮譽卡期限, 紀錄冊號; and the tabs."""

    def __init__(self, volunteer: Volunteer, tab: str, account: Account) -> None:
        super().__init__()
        self._props.update({'name': volunteer.name, 'number': volunteer.identity_masked, 'tab': tab})
        self._props['photo'] = links.file(volunteer.photo_id) if volunteer.photo_id else ''
        self._props['base'] = links.volunteer(volunteer.id)
        self._props['tabs'] = _TABS
        self.on('revealed', lambda: reveal_dialog(volunteer, account))

    def show(self, header: Header) -> None:
        """Shows these facts."""
        self._props['facts'] = [
            _fact(HOST_UNIT.label, '、'.join(header.units), '尚未收編'),
            _fact(TEAM.label, '、'.join(header.teams), '未編隊'),
            _fact('保險狀態', header.insurance, '', 'ok' if header.is_insured else 'warn'),
            _fact('榮譽卡期限', dates.roc(header.honor_card_until) if header.honor_card_until else '', '尚未申請'),
            _fact(record_books.FIELDS['number'].label, header.book_number or '', '尚未取號', note=header.book_note),
        ]
        self._props['listed'] = roster_row(header.listed) if header.listed else None
        self.update()


def _fact(label: str, text: str, nothing: str, tone: str = '', note: str = '') -> dict[str, object]:
    return {'label': label, 'text': text or nothing, 'none': not text, 'tone': tone, 'note': note}
