"""批次維護作業-教育訓練課程維護: one course for several volunteers; each certificate is uploaded afterwards."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi.responses import RedirectResponse, Response
from nicegui import html, ui

from domain import dates, drafts, links, rosters, volunteers
from domain.guide import courses, home
from domain.guide.home import OpenForm
from domain.model import Account, DraftKind, ImportKind, TrainingKind
from domain.paging import MOST_ROWS
from domain.trainings import FIELDS, batches, has_its_sides
from domain.trainings.batches import CourseDetails
from domain.volunteers import VolunteerQuery

from ..components.action_button import action_button
from ..components.card import card
from ..components.form import form
from ..components.form.fields import check_field, choice_field
from ..components.form.pick_list import PER_PAGE, Found, pick_list
from ..components.notices import tell
from ..components.record_table import Row, record_table
from ..components.training_fields import approval_fields, course_fields
from ..flash import CONFIRMATIONS, NOTICES, leave_with, with_flash
from ..frame import BATCH, MENU, VOLUNTEER_DATA, frame, save_bar, waiting_for

TITLE = '批次維護作業：教育訓練課程維護'
PREPARED = 'batch-prepared'
COLUMNS = [('who', '志工姓名'), ('title', FIELDS['title'].caption), ('saved', '自動儲存'), ('go', '還缺證書')]


async def batch_trainings_page(account: Account, draft: str = '', flash: str = '', new: str = '') -> Response | None:
    """The course once, the volunteers by check boxes; below, who still lacks a certificate."""
    if not draft:
        planned = await drafts.plan(DraftKind.TRAINING, by=account, about='batch')
        address = links.batch_trainings(planned.id, is_new=True)
        return RedirectResponse(with_flash(address, flash) if flash in CONFIRMATIONS | NOTICES else address, 303)
    if new:
        kept = await drafts.plan(DraftKind.TRAINING, by=account, about='batch', draft_id=draft)
    else:
        kept = await drafts.get(draft, by=account)
    details = await drafts.restored(kept, await _blank(account))
    with frame(account, TITLE, crumbs=[MENU, BATCH], waiting=await waiting_for(account)):
        _lead()
        await _next_person(account)
        in_form = form(details, kept, by=account)
        with html.div().classes('lb-cols'):
            with html.div().classes('lb-stack'):
                await course_fields(in_form, account)
                approval_fields(in_form, details)
            with html.div().classes('lb-side'), card():
                picks = await _picks(account, in_form, details)
        table = record_table(
            '還缺證書的教育訓練', COLUMNS, _lacking(account), bare=True, empty='沒有等待證書的教育訓練'
        )
        await table.refresh()

        async def save() -> None:
            prepared = await batches.prepare(details, by=account, draft=kept)
            if not prepared.left_alone:
                leave_with(links.batch_trainings(), PREPARED, back_to=links.batch_trainings())
                return
            await picks.empty()
            await table.refresh()
            names = '、'.join(person.name for person in prepared.left_alone)
            tell(f'{names}已有一份做到一半的教育訓練，沒有覆蓋；請先完成或刪除那一份。其他志工已帶入課程。')

        with save_bar():
            action_button('儲存', save, in_form=in_form)
            ui.link('返回', VOLUNTEER_DATA[1]).classes('lb-btn q-btn lb-flat')
            in_form.saved_mark()
    return None


def _lead() -> None:
    html.p(
        '課程資料填一次、勾選志工後儲存；再逐一上傳每位志工的證書正反面，資料才會正式登錄。'
        '申請案審核中的志工，登錄後審核人員會看到，並須重新看過。'
    ).classes('lb-lead')
    with html.p().classes('lb-lead'):
        html.span('已經有名單的試算表，或全班同一份證書？')
        ui.link('改用檔案匯入教育訓練', links.new_import(ImportKind.TRAININGS))


async def _blank(account: Account) -> CourseDetails:
    return CourseDetails(**vars(await courses.blank(by=account)))


@dataclass
class Narrowing:
    """Whom the list of volunteers shows."""

    lacks_it: bool = False
    roster_id: int | None = None

    def problems(self) -> dict[str, str]:
        """A filter is never wrong."""
        return {}


async def _picks(account: Account, in_form: form, details: CourseDetails) -> pick_list:
    """The volunteers to tick, narrowed to who has no training of this kind, or to a roster."""
    narrowing = Narrowing()
    filters = form(narrowing, summary=False)
    listed = {one.roster.id: one.roster.title for one in (await rosters.of_unit(by=account, per_page=MOST_ROWS)).rows}
    check_field('只列還沒有這種訓練的志工', filters, 'lacks_it')
    if listed:
        choice_field('名冊', filters, 'roster_id', {None: '全部志工', **listed})

    async def fetch(text: str, page: int) -> Found:
        lacks = next((each for each in TrainingKind if narrowing.lacks_it and each == details.kind), None)
        asked = VolunteerQuery(text=text, lacks=lacks, roster_id=narrowing.roster_id, page=page, per_page=PER_PAGE)
        found = await volunteers.find(asked, by=account)
        return [(one.id, one.name, one.identity_masked) for one in found.rows], found.total

    picks = pick_list('參加的志工', in_form, 'chosen', fetch)
    filters.on_change(picks.refresh_from_start)
    in_form.on_change_of('kind', picks.refresh_from_start)
    await picks.refresh()
    return picks


async def _next_person(account: Account) -> None:
    """Whose certificate comes next, while some are missing."""
    rows, total = await _lacking(account)(1, MOST_ROWS)
    if rows:
        with html.section().classes('lb-card lb-state lb-gap-below').props('aria-label=下一位'):
            html.span(f'還有 {total} 位的證書沒有上傳。')
            ui.link(f'下一位：{rows[0]["who"]["text"]}（{rows[0]["who"]["sub"]}）', rows[0]['go']['href'])


def _lacking(account: Account) -> Callable[[int, int], Awaitable[tuple[Sequence[Row], int]]]:
    async def fetch(_: int, __: int) -> tuple[Sequence[Row], int]:
        forms = await home.open_forms(by=account)
        rows: list[Row] = [
            {
                'key': str(each.id),
                'who': {'text': each.who, 'strong': True, 'sub': each.volunteer.identity_masked},
                'title': each.title or f'（尚未填{FIELDS["title"].label}）',
                'saved': {'text': dates.format_moment(each.saved_at), 'sub': each.owner_name},
                'go': {'text': '上傳證書', 'href': _address(each)},
            }
            for each in forms
            if each.kind is DraftKind.TRAINING and each.volunteer is not None and _lacks_side(each)
        ]
        return rows, len(rows)

    return fetch


def _lacks_side(each: OpenForm) -> bool:
    """Whether a certificate is still to come: not where a training that has it is only amended."""
    return each.amends is None or not has_its_sides(each.amends)


def _address(each: OpenForm) -> str:
    """Of a new training the form that returns here."""
    person = each.volunteer.id if each.volunteer else 0
    return links.new_training(person, batch=True) if each.address == links.new_training(person) else each.address
