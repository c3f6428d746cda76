"""STEP 4 新增志工基本資料 + 上傳照片; the same form is the 基本資料 tab of a profile."""

from dataclasses import dataclass
from uuid import UUID

from fastapi.responses import RedirectResponse, Response
from nicegui import html, ui

from domain import corrections, dates, directory, drafts, files, identity_numbers, volunteers
from domain.accounts import passwords
from domain.errors import DomainError
from domain.model import Account, DraftKind, FileKind, IdentityKind, Place, Sex, Volunteer
from domain.volunteers import AlreadyRegistered, VolunteerDetails

from ...components.action_button import action_button
from ...components.correction_marks import case_page, correction_strip
from ...components.form import form
from ...components.form.fields import (
    check_field,
    choice_field,
    date_field,
    email_field,
    password_field,
    radio_field,
    segment_field,
    text_field,
)
from ...components.form.upload_box import upload_box
from ...components.question import is_sure
from ...flash import leave
from ...frame import BASICS, MENU, VOLUNTEER_DATA, card, frame, guide_for, save_bar, waiting_for

TITLE = '新增志工基本資料'
YES_NO = {True: '是', False: '否'}
PASSWORD_HINT = {
    True: '再輸入一次相同的密碼（密碼不會存入草稿）',
    False: '不變更密碼時，這兩欄留空（密碼不會存入草稿）',
}
MASKED = '號碼以遮蔽顯示；需要更正時，直接輸入完整的新號碼。'


async def new_volunteer_page(account: Account) -> Response:
    """A fresh draft with an address of its own: reload, Back and a colleague's link find it again."""
    draft = await drafts.open(DraftKind.VOLUNTEER, by=account)
    return RedirectResponse(f'/volunteers/new/{draft.id}', 303)


async def volunteer_draft_page(account: Account, draft_id: UUID) -> None:
    """STEP 4: the whole form of a new volunteer."""
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
        required=True,
    ) as page:
        in_form = form(details, draft, by=account)
        await basics_fields(in_form, details, account)

        async def save() -> None:
            try:
                volunteer = await volunteers.register(details, by=account, draft=draft)
            except AlreadyRegistered as known:
                if known.volunteer_id is None:
                    raise
                await drafts.discard(draft, by=account)
                leave(f'/volunteers/{known.volunteer_id}/basics', 'volunteer-known')
                return
            leave(f'/volunteers/{volunteer.id}/trainings', 'volunteer-registered')

        with save_bar():
            action_button('儲存', save, in_form=in_form)
            ui.link('返回', BASICS[1]).classes('lb-btn q-btn lb-flat')
            in_form.saved_mark()

    page.follow(in_form, guide)


async def basics_tab(account: Account, volunteer: Volunteer) -> None:
    """基本資料: the shared data of a volunteer, amended by any unit the volunteer serves."""
    draft = await drafts.open(DraftKind.VOLUNTEER, by=account, volunteer=volunteer, about='basics')
    details = await drafts.restored(draft, VolunteerDetails.from_record(volunteer))
    marks = await corrections.beside(volunteer, Place.BASICS, by=account)
    correction_strip(volunteer, marks)
    in_form = form(details, draft, by=account, recorded=VolunteerDetails.from_record(volunteer), marks=marks)
    await basics_fields(in_form, details, account)
    await membership_card(account, volunteer)

    async def save() -> None:
        await volunteers.amend(volunteer, details, version=volunteer.version, by=account)
        await drafts.settle(draft, details, by=account)
        leave(case_page(volunteer) if marks else f'/volunteers/{volunteer.id}/basics', 'volunteer-saved')

    with save_bar():
        action_button('儲存', save, in_form=in_form)
        ui.link('返回', BASICS[1]).classes('lb-btn q-btn lb-flat')
        in_form.saved_mark()


async def basics_fields(in_form: form, details: VolunteerDetails, account: Account) -> None:
    """The form of STEP 4, in the order of the tutorial; the photo stands beside it."""
    with html.div().classes('lb-cols narrow'):
        with card('基本資料', '(本區資料為所有單位共同維護，並保留維護修改紀錄)'), html.div().classes('lb-grid'):
            identity_fields(in_form, details, account)
            check_field(
                '同意個資使用', in_form, 'consents_to_data_use', hint='請先向本人說明蒐集目的與權利，取得同意後勾選。'
            )
            check_field('公教人員', in_form, 'is_civil_servant')
            with html.div().classes('lb-with-check'):
                text_field(
                    '姓名', in_form, 'name', required=True, hint='與證件相同；罕用字、族名與間隔號都照原樣保留。'
                )
                check_field('開放志工單位查詢', in_form, 'is_open_to_units')
            text_field('英文姓名', in_form, 'english_name')
            html.hr().classes('lb-hr full')
            password_fields(in_form, details)
            html.hr().classes('lb-hr full')
            birth_fields(in_form, details)
            radio_field('性別', in_form, 'sex', Sex.labels(), required=True)
            email_field('E-MAIL', in_form, 'email', autocomplete='off')
            radio_field('是否加入救災志工', in_form, 'joins_disaster_relief', YES_NO, required=True)
            html.hr().classes('lb-hr full')
            legacy_fields(in_form, details)
        with html.div().classes('lb-side'), card('上傳照片'):
            await photo_fields(in_form, details, account)


async def membership_card(account: Account, volunteer: Volunteer) -> None:
    """所屬志工隊 at this unit, and 結束收編."""
    teams: dict[int | None, str] = {None: '未編隊'}
    teams |= {team.id: team.name for team in await directory.teams(account.host_unit_id or 0)}
    mine = next(each for each in volunteer.memberships if each.host_unit_id == account.host_unit_id)
    place = Placement(mine.team_id)
    page = f'/volunteers/{volunteer.id}/basics'

    async def assign() -> None:
        await volunteers.assign_team(volunteer, place.team_id, by=account)
        leave(page, 'volunteer-saved')

    async def end() -> None:
        sentence = '他會離開您單位的名單；紀錄都保留，日後可以再收編。'
        if await is_sure('結束收編', sentence):
            await volunteers.end_membership(volunteer, by=account)
            leave(BASICS[1], 'membership-ended')

    with card('所屬運用單位'), html.div().classes('lb-inline'):
        choice_field('所屬志工隊', form(place, summary=False), 'team_id', teams, placeholder='未編隊')
        action_button('變更志工隊', assign, 'outline')
        action_button('結束收編', end, 'flat')


@dataclass
class Placement:
    """Which team the volunteer serves in."""

    team_id: int | None

    def problems(self) -> dict[str, str]:
        """The service checks it."""
        return {}


def identity_fields(in_form: form, details: VolunteerDetails, account: Account) -> None:
    """The identity number by its kind; the check digit and a person known already are told at once."""
    with html.div().classes('lb-with-check'):
        label = next(each.label for each in IdentityKind if each == details.identity_kind)
        hint = MASKED if details.keeps_number() else ''
        number = text_field(label, in_form, 'identity_number', required=True, autocomplete='off', hint=hint)
        check_field('原住民', in_form, 'is_indigenous')
    hint = '※非本國籍者請填入居留證號碼或護照號碼'
    kind = segment_field('證件種類', in_form, 'identity_kind', IdentityKind.labels(), hint=hint)

    async def check() -> None:
        chosen = next(each for each in IdentityKind if each == details.identity_kind)
        number.rename(chosen.label)
        if not details.identity_number or details.keeps_number():
            number.advise(MASKED if details.keeps_number() else '')
            return
        try:
            clean = identity_numbers.validate(chosen, details.identity_number)
        except DomainError:
            number.advise('')
            return
        if clean != details.identity_number:
            number.show(clean)
            await in_form.take('identity_number', clean)
        known = await volunteers.lookup_identity(chosen, clean, by=account)
        if known is None:
            checked = '號碼' if chosen is IdentityKind.PASSPORT else '檢查碼'
            number.advise(f'{checked}正確，系統中沒有重複的志工', 'ok')
        elif isinstance(known, Volunteer):
            number.advise('這位志工已在您的單位；儲存時會帶您到他的個人頁面，不會重複建立。', 'ok')
        else:
            number.advise('這個號碼在系統中已有資料。請回「志工基本資料維護」，以「收編」加入這位志工。', 'bad')

    number.on('left', check)
    kind.on('left', check)


def password_fields(in_form: form, details: VolunteerDetails) -> None:
    """系統設定密碼, or a password typed twice with its rules shown live. Passwords are never kept in a draft."""
    by_system = check_field(
        '系統自動設定(e-Mail通知)', in_form, 'sets_password_by_system', wide=True, group='系統設定密碼'
    )
    first = password_field('密碼', in_form, 'password', required=details.is_new, autocomplete='new-password')
    again = password_field(
        '確認密碼', in_form, 'password_again', required=details.is_new, hint=PASSWORD_HINT[details.is_new]
    )

    def renew() -> None:
        first.show_rules(
            [(f'{n}.{rule.label}', rule.is_met(details.password)) for n, rule in enumerate(passwords.RULES, 1)]
        )
        for each in (first, again):
            each.set_readonly(details.sets_password_by_system)

    in_form.on_change(renew)
    renew()
    by_system.form.touch('sets_password_by_system')


def birth_fields(in_form: form, details: VolunteerDetails) -> None:
    """出生日期 of the ROC calendar, with the western date and the age beside it; 民國前 counts backwards."""
    with html.div().classes('lb-with-check'):
        born = date_field('出生日期', in_form, 'born_on', required=True)
        before = check_field('民國前', in_form, 'is_born_before_roc')

    def renew() -> None:
        born.is_before_roc = details.is_born_before_roc
        day = details.born_on
        born.advise(
            f'西元 {day.year} 年 {day.month} 月 {day.day} 日，滿 {dates.age_on(day, dates.today())} 歲' if day else ''
        )

    async def reread() -> None:
        renew()
        await born.reread()

    in_form.on_change(renew)
    before.on('left', reread)
    renew()


def legacy_fields(in_form: form, details: VolunteerDetails) -> None:
    """A paper book from before: ［ ］字第［ ］號 and its day of issue, or none."""
    with html.div().classes('lb-legacy'):
        text_field('舊制紀錄冊號', in_form, 'legacy_series')
        html.span('字第')
        text_field('舊制紀錄冊號：號', in_form, 'legacy_serial', hidden_label=True)
        html.span('號')
        html.span('(例：中市文志字第 000123 號)').classes('lb-hint')
    issued = date_field('發冊日期', in_form, 'legacy_issued_on')
    check_field(
        '暫不填寫發冊日(若無發冊日期，也無基礎訓練及特殊訓練完成日期，將無申請榮譽卡有效時數)',
        in_form,
        'waives_issue_date',
        wide=True,
    )
    in_form.on_change(lambda: issued.set_readonly(details.waives_issue_date))
    issued.set_readonly(details.waives_issue_date)


async def photo_fields(in_form: form, details: VolunteerDetails, account: Account) -> None:
    """The photo with its guide frame and verdict, and the clerk's word that it is clear and half-length."""
    kept = await files.get(details.photo, by=account) if details.photo else None
    upload_box(
        '志工照片',
        in_form,
        'photo',
        FileKind.PHOTO,
        account=account,
        kept=kept,
        prompt='上傳照片',
    )
    check_field('確認志工照片為清晰、半身照', in_form, 'is_photo_confirmed', required=True)
