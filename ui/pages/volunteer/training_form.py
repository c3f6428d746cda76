"""STEP 6 教育訓練課程: one training and both sides of its certificate."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from nicegui import html, ui

from domain import applications, corrections, dates, drafts, files, links, trainings, volunteers
from domain.announcements import VolunteerChanged
from domain.corrections import Marked
from domain.guide import courses
from domain.model import Account, Application, Draft, DraftKind, FileKind, Place, Training, Volunteer
from domain.trainings import FIELDS, TrainingDetails

from ...components.action_button import action_button
from ...components.card import card
from ...components.correction_marks import case_page, correction_strip
from ...components.facts import facts
from ...components.form import form
from ...components.form.fields import check_field
from ...components.form.upload_box import upload_box
from ...components.question import question, when_asked
from ...components.roster_row import roster_line
from ...components.training_fields import approval_fields, course_fields
from ...components.under_review import under_review
from ...flash import leave_with
from ...frame import BASICS, VOLUNTEER_DATA, frame, guide_for, save_bar, waiting_for
from ...live import follow, of_volunteer

TITLE = '教育訓練課程'
NO_BACK = '只有一面的電子證書才勾選；審核人員會看到，並非每個發冊機關都接受。紙本證書的反面即使空白，也請上傳。'


async def new_training_page(
    account: Account, volunteer_id: int, kind: str = '', batch: str = '', turn: int = 0
) -> None:
    """STEP 6 for a new training, of `kind`; its draft is found again by whoever of the unit comes next.

    `turn`: of several forms that a file has begun for the person, the second, third …
    """
    volunteer = await volunteers.known(volunteer_id, by=account)
    about = f'new-{turn}' if turn else 'new'
    draft = await drafts.plan(DraftKind.TRAINING, by=account, volunteer=volunteer, about=about)
    proposed = await courses.usual(kind, by=account) if draft.is_planned else {}
    details = await drafts.restored(draft, replace(await courses.blank(by=account), **proposed))
    back = links.batch_trainings() if batch else links.trainings(volunteer.id)
    await _training_page(account, volunteer, draft, details, back, proposed=proposed)


async def training_page(account: Account, volunteer_id: int, training_id: int) -> None:
    """The same form for a training already recorded."""
    volunteer = await volunteers.known(volunteer_id, by=account)
    training = await trainings.get(training_id, by=account, of=volunteer)
    draft = await drafts.plan(DraftKind.TRAINING, by=account, volunteer=volunteer, about=str(training.id))
    details = await drafts.restored(draft, TrainingDetails.from_record(training))
    await _training_page(account, volunteer, draft, details, links.trainings(volunteer.id), training)


async def _training_page(
    account: Account,
    volunteer: Volunteer,
    draft: Draft,
    details: TrainingDetails,
    back: str,
    training: Training | None = None,
    proposed: Mapping[str, Any] | None = None,
) -> None:
    guide = await guide_for(account, volunteer)
    person, listed = (volunteer.name, links.volunteer(volunteer.id)), ('教育訓練', links.trainings(volunteer.id))
    crumbs = [VOLUNTEER_DATA, BASICS, person, listed]
    waiting = await waiting_for(account)
    named = f'{volunteer.name}：{training.title if training else "新增教育訓練"}'
    with frame(account, TITLE, crumbs=crumbs, step=6, guide=guide, waiting=waiting, named=named) as page:
        roster_line(await volunteers.listed(volunteer, by=account))
        recorded = TrainingDetails.from_record(training) if training else None
        marks = await marked(account, guide.returned, training)
        under_review(guide)
        correction_strip(volunteer, marks)
        in_form = form(details, draft, by=account, recorded=recorded, marks=marks, proposed=proposed)
        if training is not None:
            follow_record(in_form, account, volunteer, training)
        with html.div().classes('lb-cols'):
            with html.div().classes('lb-stack'):
                await course_fields(in_form, account)
                approval_fields(in_form, details)
                if training is not None:
                    record_facts(training)
            with html.div().classes('lb-side'):
                await certificate_fields(in_form, details, account, training)

        with save_bar():
            then = case_page(volunteer) if marks else back
            action_button('儲存', partial(_save, volunteer, training, details, draft, then, account), in_form=in_form)
            ui.link('返回', back).classes('lb-btn q-btn lb-flat')
            if training is not None:
                remove_button(account, volunteer, training, back)
            in_form.saved_mark()
    page.follow(in_form, guide)


async def marked(
    account: Account, returned: Application | None, training: Training | None
) -> Mapping[str, Sequence[Marked]]:
    """By field what the reviewer has marked of this training; of one that is not there yet nothing is."""
    if training is None:
        return {}
    return await corrections.beside(returned, Place.TRAINING, by=account, training_id=training.id, record=training)


def follow_record(in_form: form, account: Account, volunteer: Volunteer, training: Training) -> None:
    """What a colleague saves meanwhile comes into the form, which then amends that."""

    async def renew() -> None:
        now = await trainings.get(training.id, by=account, of=volunteer)
        if now.version != training.version and await in_form.rebase(TrainingDetails.from_record(now)):
            training.version = now.version

    follow(VolunteerChanged, renew, of_volunteer(volunteer))


async def _save(
    volunteer: Volunteer, training: Training | None, details: TrainingDetails, draft: Draft, then: str, account: Account
) -> None:
    """Record or amend it, and go on to the address `then`; what an agency is just reading is said."""
    if training is None:
        saved = await trainings.record(volunteer, details, by=account, draft=draft)
    else:
        saved = await trainings.amend(training, details, version=training.version, by=account, draft=draft)
    is_other = training is None or saved.version != training.version
    is_seen = is_other and await applications.is_under_review(volunteer, by=account)
    leave_with(then, 'training-saved-under-review' if is_seen else 'training-saved')


async def certificate_fields(
    in_form: form, details: TrainingDetails, account: Account, training: Training | None = None
) -> None:
    """教育訓練結業證書: both sides, each a picture or a page of a PDF."""
    recorded = (training.certificate_front, training.certificate_back) if training else ()
    known = {file.id: file for file in recorded if file}

    async def box(side: str) -> upload_box:
        chosen = getattr(details, side)
        kept = known.get(chosen) or await files.get(chosen, by=account) if chosen else None
        caption, prompt = FIELDS[side].caption, '需選擇教育訓練證書檔案'
        return upload_box(caption, in_form, side, FileKind.CERTIFICATE, account=account, kept=kept, prompt=prompt)

    with card('教育訓練結業證書'):
        with html.p().classes('lb-must'):
            html.span('*教育訓練證書檔案須包含')
            html.b('正反面')
        with html.div().classes('lb-sides'):
            front, back = await box('certificate_front'), await box('certificate_back')
        front.pair(back)
        check_field(FIELDS['has_no_back'].caption, in_form, 'has_no_back', hint=NO_BACK)
        html.p(
            '上傳並點選儲存。※ (若已上傳，再次選擇會覆蓋並更新)。'
            '正反面可以一次選兩個檔案；PDF 有兩頁時，第二頁會自動放到另一面。'
        ).classes('lb-hint')

    def renew() -> None:
        back.set_visibility(not details.has_no_back)

    in_form.on_change(renew)
    renew()


def record_facts(training: Training) -> None:
    """Who entered this training, who changed it last, and when."""
    facts(
        [
            ('資料建立時間', dates.roc_instant(training.created_at)),
            ('資料異動時間', dates.roc_instant(training.updated_at)),
            ('資料建立人', training.created_by.name),
            ('異動人', training.updated_by.name),
        ]
    )


def remove_button(account: Account, volunteer: Volunteer, training: Training, back: str) -> None:
    """刪除, after a question: the entry goes, its history stays."""

    async def remove() -> None:
        await trainings.remove(training, by=account)
        is_seen = await applications.is_under_review(volunteer, by=account)
        leave_with(back, 'training-removed-under-review' if is_seen else 'training-removed')

    async def ask() -> ui.dialog:
        with question('刪除這筆教育訓練？') as dialog:
            html.p('刪除後不再計入時數；異動紀錄會保留這筆資料的內容。')
            with html.div().classes('lb-acts'):
                action_button('刪除', remove, 'bad')
                ui.button('不刪除', on_click=dialog.close, color=None).props('flat no-caps')
        return dialog

    action_button('刪除', when_asked(ask), 'flat')
