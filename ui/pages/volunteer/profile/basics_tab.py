"""STEP 5 基本資料: the form of STEP 4 for a volunteer of this unit, and where the volunteer serves."""

from dataclasses import dataclass

from nicegui import html, ui

from domain import accounts, applications, corrections, departures, directory, drafts, links, volunteers
from domain.announcements import VolunteerChanged
from domain.guide.progress import Progress
from domain.model import Account, DraftKind, Place, Volunteer
from domain.volunteers import VolunteerDetails
from domain.volunteers.basics import HOST_UNIT, TEAM

from ....components.action_button import action_button
from ....components.basics_fields import basics_fields
from ....components.card import card
from ....components.correction_marks import case_page, correction_strip
from ....components.form import form
from ....components.form.fields import choice_field
from ....components.leaving import LEAVE, chosen
from ....components.under_review import under_review
from ....flash import leave_with
from ....frame import BASICS, save_bar
from ....live import follow, of_volunteer
from .volunteer_login import volunteer_login


async def basics_tab(account: Account, volunteer: Volunteer, guide: Progress) -> None:
    """基本資料: the shared data of a volunteer, amended by any unit the volunteer serves."""
    draft = await drafts.plan(DraftKind.VOLUNTEER, by=account, volunteer=volunteer, about='basics')
    details = await drafts.restored(draft, VolunteerDetails.from_record(volunteer))
    held = await accounts.hold_among(volunteer.memberships, by=account)
    if held is not None:
        details.email = volunteer.email  # what an earlier draft says is not for this unit to save
    marks = await corrections.beside(guide.returned, Place.BASICS, by=account, record=volunteer)
    under_review(guide)
    correction_strip(volunteer, marks)
    in_form = form(
        details,
        draft,
        by=account,
        recorded=VolunteerDetails.from_record(volunteer),
        marks=marks,
        pinned=('email',) if held else (),
    )
    await basics_fields(in_form, details, account, held, volunteer.photo)
    volunteer_login(account, volunteer, held)

    async def renew() -> None:
        nonlocal volunteer
        now = await volunteers.get(volunteer.id, by=account)
        if now.version != volunteer.version and await in_form.rebase(VolunteerDetails.from_record(now)):
            volunteer = now

    follow(VolunteerChanged, renew, of_volunteer(volunteer))
    await membership_card(account, volunteer)
    with card('個人資料的請求與同意', '(本人以書面提出時)'), html.div().classes('lb-row-acts'):
        ui.link('登記書面請求', links.new_rights_request(volunteer.id)).classes('q-btn lb-btn lb-outline')

    async def save() -> None:
        amended = await volunteers.amend(volunteer, details, version=volunteer.version, by=account, draft=draft)
        said = await _said_of(amended, volunteer, details, account)
        leave_with(case_page(volunteer) if marks else links.basics(volunteer.id), said)

    with save_bar():
        action_button('儲存', save, in_form=in_form)
        ui.link('返回', BASICS[1]).classes('lb-btn q-btn lb-flat')
        in_form.saved_mark()


async def _said_of(amended: Volunteer, before: Volunteer, details: VolunteerDetails, account: Account) -> str:
    """What is told of what was saved: whether anything has changed, and whether an agency is just reading it."""
    is_other = amended.version != before.version
    if is_other and await applications.is_under_review(before, by=account):
        return 'volunteer-saved-under-review'
    has_password = bool(details.password or details.sets_password_by_system)  # of which the record says nothing
    return 'volunteer-saved' if is_other or has_password else 'volunteer-same'


async def membership_card(account: Account, volunteer: Volunteer) -> None:
    """所屬志工隊 at this unit, and 結束收編."""
    teams: dict[int | None, str] = {None: '未編隊'}
    teams |= {team.id: team.name for team in await directory.teams(account.host_unit_id or 0)}
    mine = next(each for each in volunteer.memberships if each.host_unit_id == account.host_unit_id)
    place = Placement(mine.team_id)
    page = links.basics(volunteer.id)

    async def assign() -> None:
        is_moved = await volunteers.assign_team(volunteer, place.team_id, by=account)
        leave_with(page, 'volunteer-saved' if is_moved else 'team-same')

    async def end() -> None:
        leaving = await departures.leaving(volunteer, by=account)
        leaves, heir_id = await chosen(leaving)
        if leaves:
            await departures.leave(volunteer, leaving.seen, by=account, heir_id=heir_id)
            leave_with(BASICS[1], 'membership-ended')

    with card(HOST_UNIT.caption), html.div().classes('lb-inline'):
        if account.team is not None:
            html.p(f'{TEAM.caption}{account.team.name}')
            action_button(LEAVE, end, 'flat')
            return
        choice_field(TEAM.caption, form(place, summary=False), 'team_id', teams, placeholder='未編隊')
        action_button('變更志工隊', assign, 'outline')
        action_button(LEAVE, end, 'flat')


@dataclass
class Placement:
    """Which team the volunteer serves in."""

    team_id: int | None

    def problems(self) -> dict[str, str]:
        """The service checks it."""
        return {}
