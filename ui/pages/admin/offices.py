"""系統管理: host units and their teams, agencies and how they number, required hours of training."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date

from nicegui import html, ui

from domain import dates, departures, directory, files, links, settings, trainings, validation
from domain.directory import (
    AGENCY_FIELDS,
    HOURS_FIELDS,
    TEAM_FIELDS,
    UNIT_FIELDS,
    AgencyDetails,
    HostUnitDetails,
    RequiredHoursDetails,
    TeamDetails,
    forms,
)
from domain.errors import NotFound
from domain.model import Account, Agency, ApplicationStatus, TrainingKind

from ...components.action_button import action_button
from ...components.card import card
from ...components.form import form
from ...components.form.fields import (
    check_field,
    choice_field,
    date_field,
    email_field,
    number_field,
    radio_field,
    text_field,
)
from ...components.icon import icon
from ...components.question import is_sure
from ...components.record_table import Cell, Row, matching
from ...flash import leave_with
from ...frame import save_bar

UNIT_COLUMNS = [
    *((key, UNIT_FIELDS[key].caption) for key in ('name', 'county_id', 'phone', 'email')),
    ('files', '檔案空間'),
    ('state', '狀態'),
]
TEAM_COLUMNS = [(key, TEAM_FIELDS[key].caption) for key in ('name', 'host_unit_id')]
AGENCY_COLUMNS = [
    *((key, AGENCY_FIELDS[key].caption) for key in ('county_id', 'name', 'document_word')),
    ('sample', '今年第 1 號'),
    ('days', '審核期限'),
    ('state', '狀態'),
]
HOURS_COLUMNS = [
    *((key, HOURS_FIELDS[key].caption) for key in ('kind', 'agency_id', 'field_id', 'minutes')),
    ('period', '結訓日期'),
    ('source', HOURS_FIELDS['source'].caption),
]
RENEWALS = {True: '沿用原紀錄冊號', False: '另取新號'}
COUNTING = {False: '日曆天（行政程序法第 48 條）', True: '工作天'}
EVERY: dict[int | None, str] = {None: '全部'}

Act = Callable[[], Awaitable[object]]


def warn_of_unsupervised(found: Sequence[tuple[int, str]]) -> None:
    """Says which agencies (id, name) review and have no supervisor's address, with the way to each."""
    if not found:
        return
    with html.section().classes('lb-verdict warn lb-gap-below').props('aria-label=主管電子郵件'):
        icon('warning')
        with html.span():
            html.span('沒有填「主管電子郵件」的發冊機關，案件逾期時沒有主管會收到通知：')
            for agency_id, name in found:
                ui.link(name, links.admin('agencies', agency_id))


async def search_units(account: Account, words: str, page: int, per_page: int) -> tuple[list[Row], int]:
    """Host units by name, with the room that their files take of what each may have (UNIT_MEGABYTES)."""
    found = await directory.find_units(by=account, words=words, page=page, per_page=per_page)
    taken = await files.megabytes_of_units([unit.id for unit in found.rows], by=account)
    room = settings.current().unit_megabytes
    rows: list[Row] = [
        {
            'key': str(unit.id),
            'name': {'text': unit.name, 'href': links.admin('units', unit.id), 'strong': True},
            'county_id': unit.county.name,
            'phone': unit.phone,
            'email': unit.email,
            'files': f'{taken.get(unit.id, 0):,} / {room:,} MB',
            'state': _state(unit.is_active, '使用中', '已停用'),
        }
        for unit in found.rows
    ]
    return rows, found.total


async def team_rows(account: Account) -> list[Row]:
    """Teams by unit."""
    return [
        {
            'key': str(team.id),
            'name': {'text': team.name, 'href': links.admin('teams', team.id), 'strong': True},
            'host_unit_id': team.host_unit.name,
        }
        for team in await directory.all_teams(by=account)
    ]


async def search_agencies(account: Account, words: str, page: int, per_page: int) -> tuple[list[Row], int]:
    """Agencies by county; some of what words are looked for in is written here, so all are read for them."""
    if words.strip():
        return matching(map(_agency_row, await directory.all_agencies(by=account)), words, page, per_page)
    found = await directory.list_agencies(by=account, page=page, per_page=per_page)
    return [_agency_row(one) for one in found.rows], found.total


def _agency_row(agency: Agency) -> Row:
    today = dates.today()
    return {
        'key': str(agency.id),
        'county_id': agency.county.name,
        'name': {'text': agency.name, 'href': links.admin('agencies', agency.id), 'strong': True},
        'document_word': agency.document_word,
        'sample': forms.sample_number(agency.number_pattern, agency.document_word) or '格式有誤',
        'days': f'{agency.review_days} 個工作天' if agency.counts_working_days else f'{agency.review_days} 日',
        'state': _state((agency.valid_to or today) >= today >= (agency.valid_from or today), '受理中', '未受理'),
    }


async def hours_rows(account: Account) -> list[Row]:
    """Every rule; the narrowest that fits counts."""
    return [
        {
            'key': str(rule.id),
            'kind': {'text': rule.kind.label, 'href': links.admin('hours', rule.id), 'strong': True},
            'agency_id': rule.agency.name if rule.agency else '全部',
            'field_id': rule.field.name if rule.field else '全部',
            'minutes': trainings.format_duration(rule.minutes) if rule.minutes else '只需完成，不檢查時數',
            'period': _period(rule.completed_from, rule.completed_to),
            'source': rule.source,
        }
        for rule in await directory.required_hours(by=account)
    ]


async def edit_unit(account: Account, key: str) -> str:
    """The form of a host unit, or of a new one."""
    unit = None if key == 'new' else await directory.host_unit(validation.number_in(key))
    details = HostUnitDetails() if unit is None else HostUnitDetails.from_record(unit)
    in_form = form(details, mirrored=True)
    [counties] = await directory.names(('counties',), by=account)
    with card('運用單位'), html.div().classes('lb-grid'):
        text_field(UNIT_FIELDS['name'].caption, in_form, 'name', required=True, maxlength=80)
        choice_field(UNIT_FIELDS['county_id'].caption, in_form, 'county_id', counties, required=True, searchable=True)
        number = UNIT_FIELDS['unified_number'].caption
        text_field(number, in_form, 'unified_number', maxlength=12, hint='8 個數字。帳號申請會照統一編號找到這個單位。')
        text_field(UNIT_FIELDS['phone'].caption, in_form, 'phone', maxlength=30)
        email_field(UNIT_FIELDS['email'].caption, in_form, 'email', hint='審核結果會寄到這裡。', maxlength=254)
        check_field(UNIT_FIELDS['is_active'].caption, in_form, 'is_active', wide=True)

    async def save() -> None:
        under_way = await departures.closing(unit, by=account) if unit and not details.is_active else {}
        if unit is None or not under_way:
            await directory.save_host_unit(details, by=account, of=unit)
        elif await is_sure('停用這個單位', _closing(under_way)):
            await departures.close_unit(details, unit, under_way, by=account)
        else:
            return
        leave_with(links.admin('units'), 'office-saved')

    _bar(in_form, save, links.admin('units'))
    return unit.name if unit is not None else ''


async def edit_team(account: Account, key: str) -> str:
    """The form of a team; it stays with its unit."""
    known = {str(team.id): team for team in await directory.all_teams(by=account)}
    team = None if key == 'new' else known.get(key)
    if team is None and key != 'new':
        raise NotFound
    [units] = await directory.names(('units',), by=account)
    details = TeamDetails.from_record(team) if team else TeamDetails(next(iter(units), 0))
    in_form = form(details, mirrored=True)
    with card('志工隊'), html.div().classes('lb-grid'):
        choice_field(
            TEAM_FIELDS['host_unit_id'].caption,
            in_form,
            'host_unit_id',
            units,
            required=True,
            searchable=True,
            readonly=team is not None,
        )
        text_field(TEAM_FIELDS['name'].caption, in_form, 'name', required=True, maxlength=80)

    async def save() -> None:
        await directory.save_team(details, by=account, of=team)
        leave_with(links.admin('teams'), 'office-saved')

    _bar(in_form, save, links.admin('teams'))
    return team.name if team is not None else ''


async def edit_agency(account: Account, key: str) -> str:
    """The form of an agency."""
    agency = None if key == 'new' else await directory.agency(validation.number_in(key))
    details = AgencyDetails() if agency is None else AgencyDetails.from_record(agency)
    in_form = form(details, mirrored=True)
    with html.div().classes('lb-stack'):
        await office_fields(in_form)
        number_fields(in_form, details)
        deadline_fields(in_form)
        settling_field(in_form)

    async def save() -> None:
        await directory.save_agency(details, by=account, of=agency)
        leave_with(links.admin('agencies'), 'office-saved')

    _bar(in_form, save, links.admin('agencies'))
    return agency.name if agency is not None else ''


async def office_fields(in_form: form) -> None:
    """Where the agency is and how it is reached."""
    fields = {each.id: each.name for each in await directory.fields()}
    with card('發冊機關'), html.div().classes('lb-grid'):
        choice_field(
            AGENCY_FIELDS['county_id'].caption,
            in_form,
            'county_id',
            await directory.county_names(),
            required=True,
            searchable=True,
        )
        text_field(AGENCY_FIELDS['name'].caption, in_form, 'name', required=True, maxlength=60)
        choice_field(
            AGENCY_FIELDS['field_id'].caption,
            in_form,
            'field_id',
            EVERY | fields,
            hint='特殊訓練要符合的領域。',
            searchable=True,
        )
        text_field(AGENCY_FIELDS['phone'].caption, in_form, 'phone', maxlength=30)
        email_field(
            AGENCY_FIELDS['email'].caption,
            in_form,
            'email',
            hint='送審通知與名冊會寄到這裡。',
            maxlength=254,
            wide=True,
        )


def number_fields(in_form: form, details: AgencyDetails) -> None:
    """How the agency writes its numbers; the first number of the year is shown as it will look."""
    with card('紀錄冊號', '(核可時自動取號，每年從第 1 號開始)'), html.div().classes('lb-grid'):
        text_field(AGENCY_FIELDS['document_word'].caption, in_form, 'document_word', required=True, maxlength=20)
        pattern = text_field(
            AGENCY_FIELDS['number_pattern'].caption,
            in_form,
            'number_pattern',
            required=True,
            maxlength=80,
            classes='mono',
        )
        radio_field(
            AGENCY_FIELDS['renewal_keeps_number'].caption, in_form, 'renewal_keeps_number', RENEWALS, required=True
        )

    def preview() -> None:
        number = forms.sample_number(details.number_pattern, details.document_word)
        pattern.advise(
            f'今年第 1 號：{number}' if number else '可用 {word}、{year:03d}、{sequence:06d}', 'ok' if number else ''
        )

    in_form.on_change(preview)
    preview()


def deadline_fields(in_form: form) -> None:
    """How long a review may take, who is told when it takes longer, and in which time the agency accepts cases."""
    with card('審核期限', '(改變後，審核中的案件會重新計算期限)'), html.div().classes('lb-grid'):
        number_field(
            AGENCY_FIELDS['review_days'].caption,
            in_form,
            'review_days',
            required=True,
            suffix='天',
            hint='送審的次日起算。',
        )
        radio_field(
            AGENCY_FIELDS['counts_working_days'].caption, in_form, 'counts_working_days', COUNTING, required=True
        )
        number_field(
            AGENCY_FIELDS['correction_days'].caption,
            in_form,
            'correction_days',
            required=True,
            suffix='天',
            hint='通知補件的次日起算，期限過後可以逾期結案；0 表示沒有期限。',
        )
        text_field(AGENCY_FIELDS['supervisor_name'].caption, in_form, 'supervisor_name', maxlength=60)
        email_field(
            AGENCY_FIELDS['supervisor_email'].caption,
            in_form,
            'supervisor_email',
            hint='案件逾期時通知主管；空白就不通知。',
            maxlength=254,
        )
        date_field(AGENCY_FIELDS['valid_from'].caption, in_form, 'valid_from', hint='空白表示一直受理。')
        date_field(AGENCY_FIELDS['valid_to'].caption, in_form, 'valid_to', hint='空白表示繼續受理。')


def settling_field(in_form: form) -> None:
    """How long a unit waits after 收編 before it may set password and e-mail of the person."""
    with card('收編', '(剛收編志工的單位，不能馬上替他設定密碼和 E-MAIL)'), html.div().classes('lb-grid'):
        hint = '適用這個縣市的運用單位；同縣市的各機關不同時，以最長的為準。'
        number_field(
            AGENCY_FIELDS['settling_days'].caption, in_form, 'settling_days', required=True, suffix='天', hint=hint
        )


async def edit_hours(account: Account, key: str) -> str:
    """The form of a rule on hours."""
    known = {str(rule.id): rule for rule in await directory.required_hours(by=account)}
    rule = None if key == 'new' else known.get(key)
    if rule is None and key != 'new':
        raise NotFound
    details = RequiredHoursDetails() if rule is None else RequiredHoursDetails.from_record(rule)
    agencies, fields = await directory.names(('agencies', 'fields'), by=account)
    in_form = form(details, mirrored=True)
    with card('規定時數', '(有多條適用時，以指定機關、領域的為準)'), html.div().classes('lb-grid'):
        choice_field(HOURS_FIELDS['kind'].caption, in_form, 'kind', TrainingKind.labels(), required=True)
        minutes = number_field(HOURS_FIELDS['minutes'].caption, in_form, 'minutes', required=True, suffix='分鐘')
        choice_field(HOURS_FIELDS['agency_id'].caption, in_form, 'agency_id', EVERY | agencies, searchable=True)
        choice_field(HOURS_FIELDS['field_id'].caption, in_form, 'field_id', EVERY | fields, searchable=True)
        date_field(HOURS_FIELDS['completed_from'].caption, in_form, 'completed_from', hint='空白表示不限。')
        date_field(HOURS_FIELDS['completed_to'].caption, in_form, 'completed_to', hint='空白表示不限。')
        text_field(HOURS_FIELDS['source'].caption, in_form, 'source', wide=True, maxlength=200)

    def say_hours() -> None:
        given = details.minutes
        is_duration = isinstance(given, int) and given > 0
        minutes.advise(trainings.format_duration(given) if is_duration else '0 表示只需完成，不檢查時數')

    async def save() -> None:
        await directory.save_required_hours(details, by=account, of=rule)
        leave_with(links.admin('hours'), 'office-saved')

    async def strike() -> None:
        if rule is not None and await is_sure(
            '刪除', '刪除後，改由範圍較大的規定決定時數；送審中的案件也會照新的規定檢查。'
        ):
            await directory.remove_required_hours(rule, by=account)
            leave_with(links.admin('hours'), 'rule-removed')

    in_form.on_change(say_hours)
    say_hours()
    _bar(in_form, save, links.admin('hours'), strike if rule is not None else None)
    return rule.kind.label if rule is not None else ''


def _bar(in_form: form, save: Act, back: str, strike: Act | None = None) -> None:
    with save_bar():
        action_button('儲存', save, in_form=in_form)
        ui.link('返回', back).classes('lb-btn q-btn lb-flat')
        if strike is not None:
            action_button('刪除這條規定', strike, 'outline')


def _closing(under_way: Mapping[ApplicationStatus, int]) -> str:
    """What becomes of what the unit has under way; nobody is named."""
    counts = '、'.join(f'{status.label} {count} 件' for status, count in under_way.items())
    return (
        f'這個單位還有進行中的申請案：{counts}。停用後，草稿會刪除，其他的會撤回，發冊機關不會再審，不能復原。'
        '志工的資料都還在，可以由其他單位收編後重新申請。'
    )


def _state(is_open: bool, yes: str, no: str) -> Cell:
    return {'text': yes, 'chip': 'ok', 'icon': 'check'} if is_open else {'text': no, 'chip': 'plain', 'icon': 'lock'}


def _period(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return '不限'
    return f'{dates.roc(first) if first else ""} ～ {dates.roc(last) if last else ""}'.strip()
