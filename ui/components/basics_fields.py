"""基本資料 of a volunteer: the fields of STEP 4, for somebody new and for somebody known."""

from collections.abc import Awaitable, Callable

from nicegui import html, ui

from domain import dates, files, identity_numbers, links, validation, volunteers
from domain.accounts import Hold, passwords
from domain.errors import DomainError
from domain.model import Account, Draft, FileKind, IdentityKind, Sex, StoredFile, Volunteer
from domain.names import letters
from domain.volunteers import FIELDS, VolunteerDetails

from .card import card
from .form import form
from .form.fields import check_field, date_field, email_field, password_field, radio_field, segment_field, text_field
from .form.upload_box import upload_box

NAME_HINT = '與證件相同；罕用字、族名與間隔號都照原樣保留。'
YES_NO = {True: '是', False: '否'}
BY_SYSTEM = '志工會收到設定密碼的連結，密碼由本人設定。'
BY_HAND = '自行設定密碼'
NOT_BY_HAND = '不自行設定密碼'
ONCE = '這個密碼只能用一次：志工第一次登入時必須換成自己的密碼。密碼不會存入草稿。'
HELD = {
    True: '不能直接更改；請在下方「志工登入」請本人確認。',
    False: '不能直接填寫；本人用紙本驗證碼設定密碼時，可以一起填寫，作法見下方「志工登入」。',
}
KNOWN_ELSEWHERE = '這個號碼在系統中已有資料，不能再新增一次。經本人同意後，請以「收編」加入您的單位。'
MASKED = '號碼以遮蔽顯示；需要更正時，直接輸入完整的新號碼。'


async def basics_fields(
    in_form: form,
    details: VolunteerDetails,
    account: Account,
    held: Hold | None = None,
    recorded: StoredFile | None = None,
) -> None:
    """The form of STEP 4, in the order of the tutorial; the photo stands beside it.

    `held`: what keeps the unit from setting password and e-mail of somebody known, whose photo is the one `recorded`.
    """
    with html.div().classes('lb-cols narrow'):
        with card('基本資料', '(本區資料為所有單位共同維護，並保留維護修改紀錄)'), html.div().classes('lb-grid'):
            identity_fields(in_form, details, account)
            check_field(
                FIELDS['consents_to_data_use'].caption,
                in_form,
                'consents_to_data_use',
                hint='請先向本人說明蒐集目的與權利，取得同意後勾選。',
            )
            check_field(FIELDS['is_civil_servant'].caption, in_form, 'is_civil_servant')
            name_fields(in_form, details)
            html.hr().classes('lb-hr full')
            password_fields(in_form, details, held)
            html.hr().classes('lb-hr full')
            birth_fields(in_form, details)
            radio_field(FIELDS['sex'].caption, in_form, 'sex', Sex.labels(), required=True)
            hint = HELD[bool(details.email)] if held else ''
            email_field(FIELDS['email'].caption, in_form, 'email', readonly=held is not None, hint=hint)
            radio_field(
                FIELDS['joins_disaster_relief'].caption, in_form, 'joins_disaster_relief', YES_NO, required=True
            )
            html.hr().classes('lb-hr full')
            legacy_fields(in_form, details)
        with html.div().classes('lb-side'), card('上傳照片'):
            await photo_fields(in_form, details, account, recorded)


def name_fields(in_form: form, details: VolunteerDetails) -> None:
    """姓名 and 英文姓名; beside each stands which of its characters cannot be printed."""
    with html.div().classes('lb-with-check'):
        name = text_field(FIELDS['name'].caption, in_form, 'name', required=True)
        check_field(FIELDS['is_open_to_units'].caption, in_form, 'is_open_to_units')
    english = text_field(FIELDS['english_name'].caption, in_form, 'english_name')

    def renew() -> None:
        for each, text, hint in ((name, details.name, NAME_HINT), (english, details.english_name, '')):
            problem = letters.problem(FIELDS[each.name].label, text[:100])
            each.advise(problem or hint, 'bad' if problem else '')

    in_form.on_change(renew)
    renew()


def identity_fields(in_form: form, details: VolunteerDetails, account: Account) -> None:
    """The identity number by its kind; leaving it verifies the check digit and reports a known person."""
    with html.div().classes('lb-with-check'):
        kind_now = validation.member(IdentityKind, details.identity_kind) or IdentityKind.NATIONAL_ID
        hint = MASKED if details.keeps_number() else ''
        number = text_field(kind_now.label, in_form, 'identity_number', required=True, autocomplete='off', hint=hint)
        check_field(FIELDS['is_indigenous'].caption, in_form, 'is_indigenous')
    hint = '※非本國籍者請填入居留證號碼或護照號碼'
    kind = segment_field(FIELDS['identity_kind'].caption, in_form, 'identity_kind', IdentityKind.labels(), hint=hint)
    follow_sex = _sex_of_number(in_form, details)
    with number:
        enrol = _enrolment_link(in_form)

    async def check() -> None:
        chosen = validation.member(IdentityKind, details.identity_kind)
        if chosen is None:  # none of those offered: 儲存 says so
            return
        number.rename(chosen.label)
        enrol.set_visibility(False)
        number.refuse('')
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
        await follow_sex(identity_numbers.sex_of(chosen, clean))
        if await _is_known_elsewhere(number, chosen, clean, account):
            enrol.set_visibility(details.is_new)
            await in_form.renew()

    number.on('left', check)
    kind.on('left', check)


async def _is_known_elsewhere(number: text_field, kind: IdentityKind, clean: str, account: Account) -> bool:
    """Says beside the number who has it already; whether it is somebody of another unit."""
    try:
        known = await volunteers.lookup_identity(kind, clean, by=account)
    except DomainError as refusal:
        number.advise(str(refusal), 'bad')
        return False
    if known is None:
        checked = '號碼' if kind is IdentityKind.PASSPORT else '檢查碼'
        number.advise(f'{checked}正確，系統中沒有重複的志工', 'ok')
        return False
    if isinstance(known, Volunteer):
        number.advise('這位志工已在您的單位；儲存時會帶您到他的個人頁面，不會重複建立。', 'ok')
        return False
    number.refuse(KNOWN_ELSEWHERE)
    return True


def _sex_of_number(in_form: form, details: VolunteerDetails) -> Callable[[Sex | None], Awaitable[None]]:
    """Chooses the sex that a number tells; what the clerk has chosen stays, and is compared."""
    told = ''

    async def follow(sex: Sex | None) -> None:
        nonlocal told
        if sex is None or details.sex not in ('', told) or details.sex == sex:
            return
        told = sex.value
        await in_form.take('sex', told)
        shown = in_form.fields['sex']
        if isinstance(shown, radio_field):
            shown.show(told)

    return follow


def _enrolment_link(in_form: form) -> ui.link:
    """To 收編, which finds in the draft what was typed here: no number comes into an address."""
    draft = in_form.draft.id if isinstance(in_form.draft, Draft) else None
    link = ui.link('以「收編」加入這位志工，已填的資料會帶過去', links.consolidated(join=True, draft=draft))
    link.set_visibility(False)
    return link


def password_fields(in_form: form, details: VolunteerDetails, held: Hold | None) -> None:
    """系統設定密碼: a link, a code on paper, or a password used once, whose fields are there only on a press.

    So no browser fills a password of the clerk's own into them.
    """
    check_field(
        FIELDS['sets_password_by_system'].caption,
        in_form,
        'sets_password_by_system',
        wide=True,
        group=FIELDS['sets_password_by_system'].label,
        hint=BY_SYSTEM,
    )
    if details.is_new:
        check_field(FIELDS['prints_code'].caption, in_form, 'prints_code', wide=True)
    if held is not None:
        html.p(f'{held.sentence}密碼由本人設定，作法見下方「志工登入」。').classes('lb-hint full')
        return
    with html.div().classes('full'):
        press = ui.button(BY_HAND, color=None).props('outline no-caps aria-expanded=false')
    place = html.div().classes('full lb-grid')
    place.set_visibility(False)

    async def turn() -> None:
        is_open = not place.visible
        place.set_visibility(is_open)
        press.set_text(NOT_BY_HAND if is_open else BY_HAND)
        press.props['aria-expanded'] = str(is_open).lower()
        if is_open:
            with place:
                _typed_password(in_form, details)
        else:
            await _no_password(in_form)
            place.clear()

    press.on_click(turn)


def _typed_password(in_form: form, details: VolunteerDetails) -> None:
    """A password typed twice, with its rules shown live."""
    first = password_field(FIELDS['password'].caption, in_form, 'password', required=True, autocomplete='new-password')
    password_field(
        FIELDS['password_again'].caption,
        in_form,
        'password_again',
        required=True,
        hint=ONCE,
        autocomplete='new-password',
    )

    def renew() -> None:
        if first.is_deleted:
            return  # the form still calls it after the fields were put away
        own = (details.name, details.english_name, details.email.partition('@')[0], details.identity_number)
        first.show_rules(passwords.shown(details.password[: passwords.LONGEST], own))

    in_form.on_change(renew)
    renew()


async def _no_password(in_form: form) -> None:
    """Forget what was typed, and the fields."""
    for name in ('password', 'password_again'):
        in_form.fields.pop(name, None)
        await in_form.take(name, '')


def birth_fields(in_form: form, details: VolunteerDetails) -> None:
    """出生日期 of the ROC calendar, with the western date and the age beside it; 民國前 counts backwards."""
    with html.div().classes('lb-with-check'):
        born = date_field(FIELDS['born_on'].caption, in_form, 'born_on', required=True, has_box=True)
        before = born.before_roc = check_field(FIELDS['is_born_before_roc'].caption, in_form, 'is_born_before_roc')

    def renew() -> None:
        born.count_back(details.is_born_before_roc)
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
        text_field(FIELDS['legacy_series'].caption, in_form, 'legacy_series')
        html.span('字第')
        text_field(FIELDS['legacy_serial'].caption, in_form, 'legacy_serial', hidden_label=True)
        html.span('號')
        html.span('(例：中市文志字第 000123 號)').classes('lb-hint')
    issued = date_field(FIELDS['legacy_issued_on'].caption, in_form, 'legacy_issued_on')
    check_field(
        FIELDS['waives_issue_date'].caption,
        in_form,
        'waives_issue_date',
        wide=True,
    )
    in_form.on_change(lambda: issued.set_readonly(details.waives_issue_date))
    issued.set_readonly(details.waives_issue_date)


async def photo_fields(
    in_form: form, details: VolunteerDetails, account: Account, recorded: StoredFile | None = None
) -> None:
    """The photo, placed in a 3:4 frame and checked on upload; the clerk confirms that it is clear and half-length."""
    kept = recorded
    if recorded is None or recorded.id != details.photo:
        kept = await files.get(details.photo, by=account) if details.photo else None
    upload_box(
        FIELDS['photo'].caption,
        in_form,
        'photo',
        FileKind.PHOTO,
        account=account,
        kept=kept,
        prompt='上傳照片',
    )
    check_field(FIELDS['is_photo_confirmed'].caption, in_form, 'is_photo_confirmed', required=True)
