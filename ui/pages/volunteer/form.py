"""STEP 4 新增志工基本資料 + 上傳照片; the same form is the 基本資料 tab of a profile."""

from uuid import UUID

from fastapi.responses import RedirectResponse, Response
from nicegui import ui

from domain import drafts, links, volunteers
from domain.errors import Incomplete
from domain.guide import missing
from domain.model import Account, DraftKind
from domain.volunteers import AlreadyRegistered, VolunteerDetails

from ...components.action_button import action_button
from ...components.basics_fields import basics_fields
from ...components.form import form
from ...flash import leave_with
from ...frame import BASICS, MENU, VOLUNTEER_DATA, frame, guide_for, save_bar, waiting_for

TITLE = '新增志工基本資料'


async def new_volunteer_page(account: Account) -> Response:
    """A draft with an address of its own: reload, Back and a colleague's link find it again once it is begun."""
    draft = await drafts.plan(DraftKind.VOLUNTEER, by=account)
    return RedirectResponse(links.volunteer_draft(draft.id, is_new=True), 303)


async def volunteer_draft_page(account: Account, draft_id: UUID, new: str = '') -> None:
    """STEP 4: the whole form of a new volunteer; `new`, one of which nothing need be written yet."""
    if new:
        draft = await drafts.plan(DraftKind.VOLUNTEER, by=account, draft_id=draft_id)
    else:
        draft = await drafts.get(draft_id, by=account)
    details = await drafts.restored(draft, VolunteerDetails())
    guide = await guide_for(account)
    with frame(
        account,
        TITLE,
        crumbs=[MENU, VOLUNTEER_DATA, BASICS],
        step=4,
        guide=guide,
        waiting=await waiting_for(account),
    ) as page:
        in_form = form(details, draft, by=account)
        await basics_fields(in_form, details, account)

        async def save() -> None:
            try:
                volunteer = await volunteers.register(details, by=account, draft=draft)
            except AlreadyRegistered as known:
                if known.volunteer_id is None:
                    raise Incomplete({'identity_number': str(known)}) from known
                await drafts.discard(draft, by=account)
                leave_with(links.basics(known.volunteer_id), 'volunteer-known')
                return
            there = links.basics(volunteer.id)
            if details.prints_code:
                leave_with(there, 'volunteer-registered-code', back_to=there)
            else:
                leave_with(links.trainings(volunteer.id), 'volunteer-registered', back_to=there)

        with save_bar():
            action_button('儲存', save, in_form=in_form)
            ui.link('返回', BASICS[1]).classes('lb-btn q-btn lb-flat')
            in_form.saved_mark()

    page.follow(in_form, guide, lambda: missing.of_form(details))
