"""STEP 5: one volunteer; the header's facts and the ten tabs, each with an address of its own."""

from collections.abc import Awaitable, Callable

from fastapi.responses import RedirectResponse, Response
from nicegui import html

from domain import links, volunteers
from domain.announcements import CaseChanged, VolunteerChanged
from domain.errors import NotFound
from domain.guide.progress import Progress
from domain.ledgers import LEDGERS
from domain.model import Account, Volunteer

from ....components.profile.profile_header import TABS, profile_header
from ....frame import BASICS, MENU, VOLUNTEER_DATA, frame, guide_for, waiting_for
from ....live import follow, of_volunteer
from .basics_tab import basics_tab
from .history_tab import history_tab
from .ledger_tab import ledger_tab
from .record_book_tab import record_book_tab
from .training_tab import training_tab

Tab = Callable[[Account, Volunteer, Progress], Awaitable[None]]

# How each tab is built, and its step of the guide.
BUILDERS: dict[str, tuple[Tab, int]] = {
    'basics': (basics_tab, 4),
    'trainings': (training_tab, 5),
    'record-book': (record_book_tab, 7),
    'history': (history_tab, 5),
    **{key: (ledger_tab(key), 5) for key in LEDGERS},
}


async def profile_page(account: Account, volunteer_id: int) -> Response:
    """The bare address of a volunteer leads to the first tab."""
    await volunteers.known(volunteer_id, by=account)
    return RedirectResponse(links.basics(volunteer_id), 303)


async def tab_page(account: Account, volunteer_id: int, tab: str) -> None:
    """One tab; the others are built when they are opened."""
    if tab not in BUILDERS:
        raise NotFound
    read = volunteers.get if tab == 'basics' else volunteers.known  # the others show no membership of their own
    volunteer = await read(volunteer_id, by=account)
    build, step = BUILDERS[tab]
    guide = await guide_for(account, volunteer)
    with frame(
        account,
        f'{volunteer.name}：{TABS[tab]}',
        crumbs=[MENU, VOLUNTEER_DATA, BASICS],
        step=step,
        guide=guide,
        waiting=await waiting_for(account),
        heading=False,
    ):
        header = profile_header(volunteer, tab, account)

        async def renew() -> None:
            header.show(await volunteers.header(volunteer, by=account))

        await renew()
        follow(VolunteerChanged, renew, of_volunteer(volunteer))
        follow(CaseChanged, renew, of_volunteer(volunteer))
        with html.div().classes('lb-tab-body'):
            await build(account, volunteer, guide)
