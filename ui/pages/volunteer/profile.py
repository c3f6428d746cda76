"""STEP 5: one volunteer; the header's facts and the ten tabs, each with an address of its own."""

from collections.abc import Awaitable, Callable

from fastapi.responses import RedirectResponse, Response
from nicegui import html
from nicegui.element import Element

from domain import dates, volunteers
from domain.books import record_books
from domain.errors import NotFound
from domain.ledgers import LEDGERS
from domain.model import Account, Section, Volunteer
from domain.volunteers import Header
from domain.volunteers.basics import HOST_UNIT, TEAM

from ...components.reveal import reveal_dialog
from ...components.roster_row import roster_row
from ...frame import BASICS, MENU, VOLUNTEER_DATA, frame, guide_for, waiting_for
from ...live import follow, of_volunteer
from .form import basics_tab
from .history_tab import history_tab
from .ledger_tabs import ledger_tab
from .record_book_tab import record_book_tab
from .training_tab import training_tab

Tab = Callable[[Account, Volunteer], Awaitable[None]]

TABS: dict[str, tuple[str, Tab, int]] = {
    'basics': (Section.BASICS.label, basics_tab, 4),
    'trainings': (Section.TRAINING.label, training_tab, 5),
    'record-book': (Section.RECORD_BOOK.label, record_book_tab, 7),
    **{key: (ledger.title, ledger_tab(key), 0) for key, ledger in LEDGERS.items()},
    'history': ('異動紀錄', history_tab, 0),
}


class profile_header(Element, component='../../components/profile_header.js'):
    """所屬運用單位, 所屬志工隊, 保險狀態, 榮譽卡期限, 紀錄冊號; and the tabs."""

    def __init__(self, volunteer: Volunteer, tab: str, account: Account) -> None:
        super().__init__()
        self._props.update({'name': volunteer.name, 'number': volunteer.identity_masked, 'tab': tab})
        self._props['photo'] = f'/files/{volunteer.photo_id}' if volunteer.photo_id else ''
        self._props['base'] = f'/volunteers/{volunteer.id}'
        self._props['tabs'] = [{'key': key, 'label': label} for key, (label, _, _) in TABS.items()]
        self.on('revealed', lambda: reveal_dialog(volunteer, account))

    def show(self, header: Header) -> None:
        """Show these facts."""
        self._props['facts'] = [
            _fact(HOST_UNIT.label, '、'.join(header.units), '尚未收編'),
            _fact(TEAM.label, '、'.join(header.teams), '未編隊'),
            _fact('保險狀態', header.insurance, '', 'ok' if header.is_insured else 'warn'),
            _fact('榮譽卡期限', dates.roc(header.honor_card_until) if header.honor_card_until else '', '尚未申請'),
            _fact(record_books.FIELDS['number'].label, header.book_number or '', '尚未取號'),
        ]
        self._props['listed'] = roster_row(header.listed) if header.listed else None
        self.update()


async def profile_page(account: Account, volunteer_id: int) -> Response:
    """The bare address of a volunteer leads to the first tab."""
    await volunteers.get(volunteer_id, by=account)
    return RedirectResponse(f'/volunteers/{volunteer_id}/basics', 303)


async def tab_page(account: Account, volunteer_id: int, tab: str) -> None:
    """One tab; the others are built when they are opened."""
    if tab not in TABS:
        raise NotFound
    volunteer = await volunteers.get(volunteer_id, by=account)
    label, build, step = TABS[tab]
    with frame(
        account,
        f'{volunteer.name}：{label}',
        crumbs=[MENU, VOLUNTEER_DATA, BASICS],
        step=step or 5,
        guide=await guide_for(account, volunteer.id),
        waiting=await waiting_for(account),
        heading=False,
    ):
        header = profile_header(volunteer, tab, account)

        async def renew() -> None:
            header.show(await volunteers.header(volunteer, by=account))

        await renew()
        follow('volunteer', renew, of_volunteer(volunteer))
        follow('application', renew, of_volunteer(volunteer))
        with html.div().classes('lb-tab-body'):
            await build(account, volunteer)


def _fact(label: str, text: str, nothing: str, tone: str = '') -> dict[str, object]:
    return {'label': label, 'text': text or nothing, 'none': not text, 'tone': tone}
