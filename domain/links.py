"""Every address of the site, one function each. The table of routes, `ui.routes`, says what is found there.

A link is a path on this site, with its query where there is one; an id in it says nothing about a person. What is ''
or None stays out of the query.
"""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID


def at(page: str, part: str) -> str:
    """The field or part `part` of a page: the browser shows it and puts the cursor into it."""
    return f'{page}#{part}'


# Before the id of a 帳號申請, where the key of a record stands.

# For everybody


def home() -> str:
    """Leads each role to where its work begins."""
    return '/'


def login(wanted: str = '') -> str:
    """一般模式登入作業; afterwards to the address `wanted`."""
    return _with('/login', next=wanted)


def certificate_login() -> str:
    """自然人憑證登入."""
    return '/login/certificate'


def certificate_challenge() -> str:
    """Asks for the text that a card signs in order to sign in; a POST."""
    return '/login/certificate/challenge'


def passkey_login() -> str:
    """Signs in by passkey alone; a POST."""
    return '/login/passkey'


def passkey_challenge() -> str:
    """Asks for what a passkey signs in order to sign in; a POST."""
    return '/login/passkey/challenge'


def second_step(wanted: str = '') -> str:
    """The second step of a login, then on to the address `wanted`; its parts are POSTs."""
    return _with('/login/second', next=wanted)


def second_step_part(step: str) -> str:
    """`step`: passkey, passkey-options, set-up, leave; POSTs."""
    return f'/login/second/{step}'


def login_again() -> str:
    """Signs the same person in again from a page whose session is over; a POST."""
    return '/login/again'


def counter_code() -> str:
    """登入碼: where a volunteer signs in by the code that the unit has just printed."""
    return '/login/code'


def logout() -> str:
    """Ends the session; a POST."""
    return '/logout'


def request_account() -> str:
    """帳號申請."""
    return '/account/request'


def confirm_request(token: str = '') -> str:
    """Where the applicant confirms a 帳號申請, from the mail."""
    return _with('/account/request/confirm', token=token)


def correct_request(token: str = '') -> str:
    """Where the applicant corrects a 帳號申請 that came back, from the mail."""
    return _with('/account/request/correction', token=token)


def forgotten_password() -> str:
    """忘記密碼."""
    return '/account/forgotten'


def reset_password(token: str = '') -> str:
    """Where the owner of a `token` sets a new password."""
    return _with('/account/reset', token=token)


def paper_code() -> str:
    """Where a volunteer uses the code that the unit has printed."""
    return '/code'


def confirm_email(token: str = '') -> str:
    """Where the owner of a `token` agrees to another address, or does not."""
    return _with('/account/email', token=token)


def sign_off(token: str = '') -> str:
    """簽核: what a unit's 志工督導 is asked to agree to, from the mail."""
    return _with('/sign-off', token=token)


def sign_off_picture(token: str = '', file_id: object = None) -> str:
    """A picture of what the link shows."""
    return _with('/sign-off/picture', token=token, file=file_id)


def downloads() -> str:
    """下載專區."""
    return '/downloads'


def teaching() -> str:
    """※教學影片: the eight steps in pictures."""
    return '/teaching'


def blank_roster() -> str:
    """名冊範本, as a spreadsheet."""
    return '/downloads/roster.ods'


def site_map() -> str:
    """網站導覽."""
    return '/site-map'


def privacy() -> str:
    """隱私權政策."""
    return '/privacy'


def security() -> str:
    """資訊安全政策."""
    return '/security'


# One's own account


def change_password() -> str:
    """變更密碼."""
    return '/account/password'


def mail_settings() -> str:
    """通知信設定."""
    return '/account/mail'


def undo_settings() -> str:
    """復原時間."""
    return '/account/undo'


def citizen_certificates() -> str:
    """自然人憑證 of one's own account."""
    return '/account/certificates'


def binding_challenge() -> str:
    """Asks for the text that a card signs in order to be bound; a POST."""
    return '/account/certificates/challenge'


def unbind() -> str:
    """Removes a card from one's own account; a POST."""
    return '/account/certificates/removal'


def own_sessions() -> str:
    """我的登入: where one is signed in."""
    return '/account/sessions'


def end_session() -> str:
    """Ends one of one's own sessions, or all others; a POST."""
    return '/account/sessions/end'


def own_factors(wanted: str = '', *, kept: str = '', name: str = '') -> str:
    """登入驗證: what one shows at the login besides the password; then on to the address `wanted`.

    `kept` goes on with the app that was being set up, `name` with the passkey, after one has shown who one is.
    """
    return _with('/account/factors', next=wanted, kept=kept, name=name)


def factor(act: str) -> str:
    """Adds or removes one's own factor (`act`: app, app-removal, passkey, passkey-options, passkey-removal, codes)."""
    return f'/account/factors/{act}'


def proof(wanted: str = '', back: str = '') -> str:
    """再次確認本人, then on to the address `wanted`."""
    return _with('/account/proof', next=wanted, back=back)


def proof_by_passkey() -> str:
    """Asks for what a passkey signs in order to prove who it is; a POST."""
    return '/account/proof/passkey'


def card_proof(wanted: str = '', back: str = '') -> str:
    """The same by 自然人憑證; without `wanted` in a tab of its own, beside the page that waits."""
    return _with('/account/proof/card', next=wanted, back=back)


def card_proof_challenge() -> str:
    """Asks for the text that a card signs in order to show whose it is; a POST."""
    return '/account/proof/card/challenge'


def shown_beside() -> str:
    """Says that the page in the other tab goes on."""
    return '/account/proof/done'


def passkey_proof() -> str:
    """Where the answer of the passkey goes; a POST."""
    return '/account/proof/passkey/answer'


def deputy() -> str:
    """職務代理, of a reviewer."""
    return '/account/deputy'


def show_guide() -> str:
    """顯示步驟引導: fetches the guide back."""
    return '/account/guide'


# The way in


def menu() -> str:
    """子系統入口."""
    return '/menu'


def sign_offs() -> str:
    """What waits for the 志工督導 of the unit."""
    return '/sign-offs'


def to_sign(sign_off_id: int) -> str:
    """One of them, with all that is to be sent."""
    return f'/sign-offs/{sign_off_id}'


def picture_to_sign(sign_off_id: int, file_id: object) -> str:
    """A picture of what is to be signed."""
    return f'/sign-offs/{sign_off_id}/pictures/{file_id}'


def inspections() -> str:
    """稽核抽查: the inspector's samples."""
    return '/inspections'


def inspection(inspection_id: int) -> str:
    """One of them, with its cases."""
    return f'/inspections/{inspection_id}'


def inspected_case(inspection_id: int, application_id: int) -> str:
    """A case of the sample."""
    return f'/inspections/{inspection_id}/{application_id}'


def inspected_picture(inspection_id: int, application_id: int, file_id: object) -> str:
    """A picture of it."""
    return f'/inspections/{inspection_id}/{application_id}/pictures/{file_id}'


def office_figures() -> str:
    """志願服務統計: figures without persons, of a county or of all."""
    return '/office-figures'


def office_figures_sheet() -> str:
    """The same as .ods."""
    return '/printouts/office-figures.ods'


def county_offices() -> str:
    """運用單位與發冊機關 of the county."""
    return '/county'


def volunteer_data() -> str:
    """志工資料管理."""
    return '/volunteer-data'


def mails() -> str:
    """系統信件 of an office that sends none."""
    return '/mails'


def usage_log() -> str:
    """使用紀錄, for inspectors and administrators."""
    return '/log'


def statistics(months: int | None = None) -> str:
    """審核統計 of the last `months`."""
    return _with('/figures', months=months)


# Volunteers, for their unit


def volunteers(
    q: str = '',
    *,
    team: int | None = None,
    membership: str = '',
    state: str = '',
    sort: str = '',
    page: int | None = None,
    per: int | None = None,
) -> str:
    """志工基本資料維護 as it was filtered, sorted and turned; `q` is the key of what was searched for (`searches`)."""
    return _with('/volunteers', q=q, team=team, membership=membership, state=state, sort=sort, page=page, per=per)


def consolidated(*, join: bool = False, draft: UUID | None = None) -> str:
    """志工總歸戶; with `join` 收編, filled in with what the `draft` of a new volunteer holds."""
    return _with('/consolidated', join='1' if join else '', draft=draft)


def new_volunteer() -> str:
    """新增志工基本資料: opens a draft."""
    return '/volunteers/new'


def volunteer_draft(draft_id: UUID, *, is_new: bool = False) -> str:
    """The form of a new volunteer that was begun; `is_new`, one that is begun with the first change."""
    return _with(f'/volunteers/new/{draft_id}', new=1 if is_new else None)


def batch() -> str:
    """批次維護作業: what can be brought in, and the latest batches."""
    return '/batch'


def imports(page: int | None = None, per: int | None = None) -> str:
    """匯入紀錄: the unit's batches, turned to a page."""
    return _with('/imports', page=page, per=per)


def new_import(kind: str, *, page: int | None = None, per: int | None = None) -> str:
    """Where a file of this kind (`ImportKind`) is chosen; below it the unit's batches, turned to a page."""
    return _with(f'/imports/new/{kind}', page=page, per=per)


def import_batch(batch_id: object, grade: str = '', *, page: int | None = None, per: int | None = None) -> str:
    """One batch: its preview, of a grade, turned to a page; later what became of it."""
    return _with(f'/imports/{batch_id}', grade=grade, page=page, per=per)


def marked_sheet(batch_id: object, form: str) -> str:
    """下載標色檔案: the file of a batch with its cells coloured, `form` ods or xlsx."""
    return f'/imports/{batch_id}/marked.{form}'


def import_template(kind: str, form: str) -> str:
    """The template of a kind, `form` ods or xlsx."""
    return f'/downloads/imports/{kind}.{form}'


def on_record(kind: str, form: str, reason: str = '') -> str:
    """What the unit has on record of a kind, in the layout of its template; `reason` says what for."""
    return _with(f'/imports/on-record/{kind}.{form}', reason=reason)


def batch_trainings(draft_id: UUID | None = None, *, is_new: bool = False) -> str:
    """批次維護作業; with the form that was begun, or `is_new`, as above."""
    return _with('/batch/trainings', draft=draft_id, new=1 if is_new else None)


def volunteer(volunteer_id: int) -> str:
    """One volunteer: leads to the first tab."""
    return f'/volunteers/{volunteer_id}'


def basics(volunteer_id: int) -> str:
    """基本資料 of a volunteer."""
    return f'/volunteers/{volunteer_id}/basics'


def trainings(volunteer_id: int) -> str:
    """教育訓練 of a volunteer."""
    return f'/volunteers/{volunteer_id}/trainings'


def new_training(volunteer_id: int, kind: str = '', *, batch: bool = False) -> str:
    """The form of a training that is not recorded yet; with `kind` its usual course is filled in.

    With `batch` it returns to 批次維護作業.
    """
    return _with(f'/volunteers/{volunteer_id}/trainings/new', kind=kind, batch=1 if batch else None)


def further_training(volunteer_id: int, turn: int) -> str:
    """The form of another new training, begun by a file beside that of `new_training`: the second, the third …"""
    return training(volunteer_id, f'new-{turn}')


def training(volunteer_id: int, training_id: int | str) -> str:
    """The form of one training; 'new' is that of `new_training`, 'new-2' of `further_training`."""
    return f'/volunteers/{volunteer_id}/trainings/{training_id}'


def history(volunteer_id: int) -> str:
    """異動紀錄 of a volunteer."""
    return f'/volunteers/{volunteer_id}/history'


def insurance(volunteer_id: int) -> str:
    """保險 of a volunteer."""
    return f'/volunteers/{volunteer_id}/insurance'


def record_books(volunteer_id: int) -> str:
    """紀錄冊 of a volunteer: the books and what became of the applications."""
    return f'/volunteers/{volunteer_id}/record-book'


def application(volunteer_id: int) -> str:
    """The form of the volunteer's application, open or not yet begun."""
    return f'/volunteers/{volunteer_id}/record-book/application'


def paper_book(volunteer_id: int) -> str:
    """The form by which a paper book of the volunteer is registered, or what is under way mended."""
    return f'/volunteers/{volunteer_id}/record-book/paper'


def paper_books(which: str = '', *, page: int | None = None, per: int | None = None) -> str:
    """紙本紀錄冊登記 of the unit: `which` of its lists."""
    return _with('/paper-books', which=which, page=page, per=per)


def applications(which: str = '', *, page: int | None = None, per: int | None = None) -> str:
    """送審進度; `which` of the unit's lists (`worklists.UnitList`), turned to a page."""
    return _with('/applications', which=which, page=page, per=per)


def rosters(q: str = '', turn: str = '', page: int | None = None) -> str:
    """名冊 of the unit: what was searched for under the key `q`, `turn` '1' whose turn it is."""
    return _with('/rosters', q=q, turn=turn, page=page)


def roster(roster_id: int) -> str:
    """One roster, as its unit fills it."""
    return f'/rosters/{roster_id}'


def roster_row(roster_id: int, application_id: int) -> str:
    """The row of an application in a roster of the unit."""
    return at(roster(roster_id), f'case-{application_id}')


# Cases, for their agency


def review_queue(status: str = '', due: str = '', unit: int | None = None) -> str:
    """志工紀錄冊審核; the list `status`, of it what is `due`, or what a unit has sent."""
    return _with('/reviews', status=status, due=due, unit=unit)


def case(application_id: int, roster_id: int | None = None) -> str:
    """One application on the reviewer's desk; with `roster_id` beside the others of its roster."""
    return _with(f'/reviews/{application_id}', roster=roster_id)


def review_rosters(q: str = '', turn: str = '', page: int | None = None) -> str:
    """名冊審核, as `rosters`."""
    return _with('/reviews/rosters', q=q, turn=turn, page=page)


def review_roster(roster_id: int) -> str:
    """One roster, as its agency has received it."""
    return f'/reviews/rosters/{roster_id}'


def review_paper_books(
    q: str = '', status: str = '', unit: int | None = None, page: int | None = None, per: int | None = None
) -> str:
    """紙本紀錄冊確認: what waits, or the list `status`; `q` is the key of what was searched for (`searches`)."""
    return _with('/reviews/paper-books', q=q, status=status, unit=unit, page=page, per=per)


def review_paper_book(registration_id: int) -> str:
    """One paper book that waits for its agency, with its pictures."""
    return f'/reviews/paper-books/{registration_id}'


def overdue(due: str = '') -> str:
    """逾期案件, or what else is `due` (`deadlines.Due`)."""
    return _with('/reviews/overdue', due=due)


def number_ledger(
    q: str = '', *, kind: str = '', year: int | None = None, page: int | None = None, per: int | None = None
) -> str:
    """發冊紀錄 as it was searched and turned; `q` is the key of what was searched for (`searches`)."""
    return _with('/numbers', q=q, kind=kind, year=year, page=page, per=per)


# For the volunteer, and for administrators


def my_record_book() -> str:
    """我的紀錄冊."""
    return '/my'


def my_pages() -> str:
    """線上閱讀: the pages of one's own record book."""
    return '/my/book'


def my_data() -> str:
    """我的資料: one's own data, consent, rights, and a copy of everything."""
    return '/my/data'


def own_data(form: str) -> str:
    """A copy of everything on record of oneself: json, ods, pdf, or all in a zip."""
    return f'/my/data/copy.{form}'


def rights(part: str = '') -> str:
    """個資事務 of the unit: what its volunteers ask, with `part` 'closed' what was answered."""
    return _with('/rights', part=part)


def rights_request(request_id: int) -> str:
    """One request, and its answer."""
    return f'/rights/{request_id}'


def former_volunteers() -> str:
    """離開的志工 of the unit."""
    return '/former-volunteers'


def former_volunteer(volunteer_id: int) -> str:
    """One of them: 封存, and what is sealed."""
    return f'/former-volunteers/{volunteer_id}'


def new_rights_request(volunteer_id: int) -> str:
    """登記當事人請求: what a volunteer of the unit has handed in on paper, and the consent signed or withdrawn."""
    return f'/volunteers/{volunteer_id}/rights'


def privacy_notice() -> str:
    """個人資料告知事項, with all its versions."""
    return '/privacy/notice'


def administration() -> str:
    """系統管理: begins with what waits."""
    return '/admin'


def admin(section: str, edit: object = '', q: str = '', *, page: int | None = None, per: int | None = None) -> str:
    """One section of 系統管理; with `edit` the form of the record of that key, or of a 'new' one.

    `q`: the key of what the list was searched for; it is turned to a page.
    """
    return _with(f'/admin/{section}', edit=edit, q=q, page=page, per=per)


def county_accounts(part: str = '', edit: object = '') -> str:
    """帳號管理 of a county authority: 帳號申請, 年度盤點 or 已鎖定 (`part`); with `edit` one of them."""
    return _with('/county/accounts', part=part, edit=edit)


def unit_accounts(edit: object = '', q: str = '', *, page: int | None = None, per: int | None = None) -> str:
    """帳號管理 of a 單位管理者; with `edit` the form of an account, or of a 'new' one. `q`: the key of the words."""
    return _with('/account/unit', edit=edit, q=q, page=page, per=per)


# Files and documents


def file(file_id: object) -> str:
    """A picture or an attachment."""
    return f'/files/{file_id}'


def upload(kind: str) -> str:
    """Takes a file; a POST."""
    return f'/uploads/{kind}'


def upload_import(kind: str, *, replaces: object = None) -> str:
    """Takes a file to be imported, perhaps in place of a batch; a POST."""
    return _with(f'/uploads/imports/{kind}', replaces=replaces)


def book_pdf(book_id: int, *, download: bool = False) -> str:
    """A record book as PDF: to look at, or with `download` to keep."""
    return f'/books/{book_id}.pdf{"?download" if download else ""}'


def case_preview(application_id: int) -> str:
    """A picture of the page that approval would print."""
    return f'/reviews/{application_id}/preview.png'


def printed_record_books(
    volunteer_id: int,
    kind: str,
    *,
    issue: str = '',
    status: str = '',
    since: date | None = None,
    until: date | None = None,
) -> str:
    """The record books of the 紀錄冊 tab, as it is filtered, as docx or odt."""
    path = f'/printouts/record-books/{volunteer_id}.{kind}'
    return _with(path, issue=issue, status=status, since=since, until=until)


def printed_roster(roster_id: int, kind: str, *, masked: bool = True) -> str:
    """列印名冊 as pdf or ods, identity numbers masked or in full."""
    return _with(f'/printouts/rosters/{roster_id}.{kind}', masked=int(masked))


def volunteer_sheet(
    q: str = '', *, team: int | None = None, membership: str = '', state: str = '', sort: str = ''
) -> str:
    """志工基本資料維護 as it is filtered and sorted, as a spreadsheet."""
    return _with('/printouts/volunteers.ods', q=q, team=team, membership=membership, state=state, sort=sort)


def printed_counter_code(volunteer_id: int) -> str:
    """登入碼 on paper, a new one each time; a POST."""
    return f'/printouts/counter-codes/{volunteer_id}.pdf'


def printed_code(volunteer_id: int | str) -> str:
    """A new 紙本驗證碼 for a volunteer, as pdf; a POST."""
    return f'/printouts/codes/{volunteer_id}.pdf'


def printed_trainings(
    volunteer_id: int,
    kind: str,
    *,
    masked: bool = True,
    q: str = '',
    since: date | None = None,
    until: date | None = None,
    membership: str = '',
    course: str = '',
    field: int | None = None,
    civil: bool | None = None,
    least: int | None = None,
    most: int | None = None,
    order: str = '',
) -> str:
    """列印 of the 教育訓練 tab as pdf, odt, ods or strips, as it is filtered and sorted."""
    asked = {'since': since, 'until': until, 'membership': membership, 'course': course, 'field': field}
    asked |= {'civil': civil, 'least': least, 'most': most, 'order': order}
    return _with(f'/printouts/trainings/{volunteer_id}.{kind}', masked=int(masked), q=q, **asked)


def transfers(part: str = '', *, page: int | None = None, per: int | None = None) -> str:
    """志工移轉: between teams, with `part` 'give' or 'take' between units."""
    return _with('/transfers', part=part, page=page, per=per)


def unit_trainings(
    q: str = '',
    *,
    since: date | None = None,
    until: date | None = None,
    membership: str = '',
    course: str = '',
    field: int | None = None,
    civil: bool | None = None,
    least: int | None = None,
    most: int | None = None,
    order: str = '',
    page: int | None = None,
    per: int | None = None,
) -> str:
    """教育訓練查詢 over the unit, as it is filtered, sorted and turned; `q` is the key of the course's name."""
    asked = {'since': since, 'until': until, 'membership': membership, 'course': course, 'field': field}
    asked |= {'civil': civil, 'least': least, 'most': most, 'order': order}
    return _with('/trainings', q=q, **asked, page=page, per=per)


def printed_consolidated(kind: str, q: str) -> str:
    """列印 of 志工總歸戶 as pdf or ods; `q` is the key of number and purpose."""
    return _with(f'/printouts/consolidated.{kind}', q=q)


def printed_unit_trainings(
    kind: str,
    *,
    masked: bool = True,
    q: str = '',
    since: date | None = None,
    until: date | None = None,
    membership: str = '',
    course: str = '',
    field: int | None = None,
    civil: bool | None = None,
    least: int | None = None,
    most: int | None = None,
    order: str = '',
) -> str:
    """列印 of 教育訓練查詢 as pdf, odt, ods or strips, as it is filtered and sorted."""
    asked = {'since': since, 'until': until, 'membership': membership, 'course': course, 'field': field}
    asked |= {'civil': civil, 'least': least, 'most': most, 'order': order}
    return _with(f'/printouts/trainings.{kind}', masked=int(masked), q=q, **asked)


def period_evidence(since: date | None = None, until: date | None = None) -> str:
    """審核期限紀錄 between two days, as a spreadsheet."""
    return _with('/printouts/evidence.ods', since=since, until=until)


def printed_books(key: str) -> str:
    """The file of many books, `key` of which the page that had them printed knows."""
    return f'/printouts/books/{key}.pdf'


def number_ledger_sheet(q: str = '', *, kind: str = '', year: int | None = None) -> str:
    """發冊紀錄 as it was searched for, as a spreadsheet."""
    return _with('/printouts/numbers.ods', q=q, kind=kind, year=year)


def printed_log(
    q: str = '',
    *,
    from_day: date | None = None,
    to_day: date | None = None,
    act: str | None = None,
    who: str = '',
    unit: str = '',
    address: str = '',
) -> str:
    """使用紀錄 as it was searched for (`usage_log.LogQuery`) as a spreadsheet; `q`: the key of number and purpose."""
    filters = {'from_day': from_day, 'to_day': to_day, 'act': act, 'who': who, 'unit': unit, 'address': address}
    return _with('/printouts/log.ods', q=q, **filters)


def statistics_sheet(months: int) -> str:
    """審核統計 of the last `months`, as a spreadsheet."""
    return _with('/printouts/figures.ods', months=months)


# What stands behind the pages


def static(name: str = '') -> str:
    """One of our scripts, styles or pictures; without `name` their folder."""
    return f'/static/{name}'


def favicon() -> str:
    """The icon of the site, where browsers look for it by themselves."""
    return '/favicon.ico'


def health() -> str:
    """Whether the process works."""
    return '/healthz'


def readiness() -> str:
    """Whether the process can serve people."""
    return '/readyz'


def metrics() -> str:
    """Figures for Prometheus."""
    return '/metrics'


def _with(path: str, **query: object) -> str:
    asked = {name: value for name, value in query.items() if value is not None and value != ''}
    return f'{path}?{urlencode(asked, safe="/")}' if asked else path
