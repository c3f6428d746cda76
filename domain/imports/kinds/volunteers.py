"""志工資料: registering many, amending those on the roster, and 收編 of those whom other units know."""

import asyncio
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from db import apart
from db.choices import Doubt, IdentityKind, ImportKind, Sex
from db.models import Account, Membership, Team, Volunteer

from ... import accounts, directory, drafts, identity_numbers, names, validation, volunteers
from ...errors import DomainError, Incomplete
from ...volunteers import FIELDS, Newcomer, VolunteerDetails, enrolment, lookups, memberships, newcomers
from ...volunteers.basics import legacy_number, read_legacy_number
from ..judging import day, doubtful, good, last_of_each, marks_of, plain, shown, text, wrong
from ..kind import Column, Graded, Kind, Mark, Row, Value, Written
from ..people import NAME, NUMBER, clean_number, kind_of

_TICKS = ('is_indigenous', 'is_civil_servant', 'joins_disaster_relief', 'consents_to_data_use', 'is_open_to_units')
_TEXTS = ('name', 'english_name', 'email')
_AT = {'legacy_series': 'legacy_number', 'legacy_serial': 'legacy_number', 'sets_password_by_system': 'email'}
_ELSEWHERE = (
    '其他單位已有這個號碼的資料。經本人同意要收編時，請選「仍要匯入」：系統核對證號、姓名、出生日期，'
    '都相符才會加入您的單位；其他欄位不會變更。'
)
_OF_PASSPORT = f'若是護照，請在「{FIELDS["identity_kind"].label}」填「{IdentityKind.PASSPORT.label}」。'
_SAME = '已在您的單位，內容相同，不會有任何變更。'
_MOVED_ON = '這位志工的資料在檢查之後又有異動，所以沒有匯入。請重新檢查這份檔案。'


def _tick(key: str, *synonyms: str) -> Column:
    return Column(key, FIELDS[key].label, 'yes_no', synonyms=synonyms, sample='否')


class Volunteers(Kind):
    """A row is a person. An empty cell says nothing: of somebody on record the field stays as it is."""

    key = ImportKind.VOLUNTEERS
    same_at = 'identity_number'
    sheet = '志工資料'
    blocks_each = 1
    columns: ClassVar[Sequence[Column]] = (
        NAME,
        NUMBER,
        Column(
            'identity_kind',
            FIELDS['identity_kind'].label,
            'choice',
            synonyms=('證別', '證件類別'),
            choices={kind.value: kind.label for kind in IdentityKind},
            note='空白：依號碼的格式判斷。',
        ),
        Column('born_on', '出生日期', 'day', synonyms=('生日', '出生年月日', '出生'), needed=True, sample='0740512'),
        Column(
            'sex',
            '性別',
            'choice',
            choices={sex.value: sex.label for sex in Sex},
            also={'男性': Sex.MALE, 'M': Sex.MALE, '女性': Sex.FEMALE, 'F': Sex.FEMALE},
            sample='男',
            note='空白：依身分證字號第 2 碼判斷。',
        ),
        Column('english_name', FIELDS['english_name'].label, synonyms=('英文名', '羅馬拼音')),
        Column('email', FIELDS['email'].label, synonyms=('電子郵件', '電子信箱', 'EMAIL', '信箱', '電郵')),
        _tick('is_indigenous', '是否原住民'),
        _tick('is_civil_servant', '是否公教人員', '公務人員'),
        _tick('joins_disaster_relief', '救災志工', '加入救災志工'),
        _tick('consents_to_data_use', '個資同意', '同意個資', '同意個人資料使用'),
        _tick('is_open_to_units', '開放查詢', '開放單位查詢'),
        Column(
            'legacy_number',
            '舊制紀錄冊號',
            synonyms=('紀錄冊號', '冊號', '舊紀錄冊號'),
            note='例如 中市文志字第000123號。',
        ),
        Column('legacy_issued_on', FIELDS['legacy_issued_on'].label, 'day', synonyms=('領冊日期', '舊制發冊日期')),
        Column('team', '志工隊', synonyms=('隊別', '組別', '所屬志工隊', '小隊')),
        Column('joined_on', newcomers.JOINED_ON.label, 'day', synonyms=('到隊日期', '加入志工日期', '入隊日期')),
    )
    common: ClassVar[Sequence[Column]] = (
        Column(
            'way',
            '新志工怎麼設定密碼',
            'choice',
            choices={
                'paper': '不寄信，之後列印紙本驗證碼，或在個人頁面寄連結',
                'mail': '有 E-MAIL 的寄設定密碼的連結，其餘列印紙本驗證碼',
            },
            note='不選時不寄信，之後可以列印紙本驗證碼，或在個人頁面寄連結。',
        ),
    )
    not_kept: ClassVar[Sequence[str]] = (
        '電話',
        '聯絡電話',
        '手機',
        '行動電話',
        '市話',
        '地址',
        '通訊地址',
        '戶籍地址',
        '緊急聯絡人',
        '學歷',
        '職業',
    )

    async def known(
        self,
        identity_numbers: Iterable[str],
        common: Mapping[str, Any],
        *,
        by: Account,
        span: tuple[date, date] | None = None,
    ) -> dict[str, Any]:
        """The records of one's own people, the numbers of people elsewhere or of another team, and the unit's teams."""
        in_file = await lookups.of_file(identity_numbers, by=by)
        return {
            'own': await self._records(in_file.own, by),
            'elsewhere': sorted(in_file.elsewhere),
            'of_other_team': sorted(in_file.of_other_team),
            'held_back': sorted(in_file.held_back),
            'sentence': in_file.sentence,
            'teams': [
                team.name for team in await directory.teams(by.host_unit_id or 0) if by.team_id in (None, team.id)
            ],
            'by_mail': common.get('way') == 'mail',
        }

    async def _records(self, own: Mapping[str, Volunteer], by: Account) -> dict[str, Any]:
        ids = [person.id for person in own.values()]
        of_them = Membership.filter(volunteer_id__in=ids, host_unit_id=by.host_unit_id).select_related('team')
        ours = {one.volunteer_id: one for one in await of_them}
        held = await accounts.held_each(ids, by=by)
        found: dict[str, Any] = {}
        for number, person in own.items():
            await asyncio.sleep(0)  # pages of others do not wait for a long file
            found[number] = {
                'id': person.id,
                'version': person.version,
                'details': drafts.to_draft(VolunteerDetails.from_record(person)),
                'legacy_number': legacy_number(person),
                'team': _team_of(ours[person.id]),
                'joined_on': ours[person.id].joined_on.isoformat(),
                'is_held': person.id in held,
            }
        return found

    def grade(self, values: Mapping[str, Value], known: Mapping[str, Any]) -> Graded:
        """Somebody on the roster, somebody known elsewhere, or somebody new."""
        number = clean_number(values.get('identity_number'))
        if number in known['held_back']:
            return wrong({}, [Mark('identity_number', known['sentence'])], same_as=number)
        if number in known['of_other_team']:
            return wrong({}, [Mark('identity_number', str(enrolment.OfOtherTeam()))], same_as=number)
        details, marks = _details(values, number, known['by_mail'])
        marks += _team_marks(text(values, 'team'), known['teams'])
        if number in known['own']:
            return self._of_own(values, known['own'][number], marks)
        problems = Newcomer(details, None, day(values, 'joined_on')).problems()
        if number in known['elsewhere']:
            problems = {key: problems[key] for key in ('identity_number', 'name', 'born_on') if key in problems}
        if 'identity_number' in problems and _may_be_passport(values, number):
            problems['identity_number'] += _OF_PASSPORT
        marks += marks_of(problems, self.columns, _AT)
        ready = plain(
            {
                'act': 'enrol' if number in known['elsewhere'] else 'register',
                'details': drafts.to_draft(details),
                'team': text(values, 'team').strip(),
                'joined_on': values.get('joined_on'),
            }
        )
        if marks:
            return wrong(ready, marks, same_as=number)
        if number in known['elsewhere']:
            return doubtful(Doubt.UNUSUAL, ready, [Mark('identity_number', _ELSEWHERE)], same_as=number)
        return good(ready, same_as=number)

    def _of_own(self, values: Mapping[str, Value], record: Mapping[str, Any], marks: list[Mark]) -> Graded:
        number = clean_number(values.get('identity_number'))
        of_row = {'about': record['id'], 'same_as': number}
        on_record = drafts.from_draft(record['details'], VolunteerDetails(is_new=False))
        wanted, notes = _overlaid(on_record, values, is_held=record['is_held'])
        if on_record.born_on != wanted.born_on and not names.is_near(on_record.name, wanted.name):
            sentence = f'這個證號在您單位是「{on_record.name}」，姓名與出生日期都不同。請先確認證號有沒有打錯。'
            return wrong({}, [Mark('identity_number', sentence, '', ''), *marks], **of_row)
        marks = marks + marks_of(wanted.problems(), self.columns, _AT)
        team = text(values, 'team').strip()
        joined = day(values, 'joined_on')
        if joined and joined.isoformat() != record['joined_on']:
            notes.append(
                Mark(
                    'joined_on',
                    f'已在您的單位（{shown(date.fromisoformat(record["joined_on"]))} 加入），這一格不會變更。',
                )
            )
        ready = {'act': 'amend', 'version': record['version'], 'details': drafts.to_draft(wanted), 'team': team}
        if marks:
            return wrong(ready, marks, **of_row)
        differs = _differing(on_record, wanted) | ({'team'} if team and team != record['team'] else set())
        if not differs:
            return good({'act': ''}, [Mark('name', _SAME), *notes], **of_row)
        beside = {key: _as_cell(on_record, record, key) for key in sorted(differs)}
        return doubtful(Doubt.DIFFERS, ready, notes, beside=beside, **of_row)

    async def write(self, rows: Sequence[Row], common: Mapping[str, Any], *, by: Account) -> list[Written]:
        """Those of other units are proved first: a try at a birth date stays counted, whatever becomes of the rest."""
        acts: dict[str, list[Row]] = {'register': [], 'amend': [], 'enrol': [], '': []}
        for row in last_of_each(rows, _number_of):
            acts[row.values['act']].append(row)
        teams = {team.name: team.id for team in await Team.filter(host_unit_id=by.host_unit_id, closed_at__isnull=True)}
        await _require_unmoved(rows, teams)
        proved = await _proved(acts['enrol'], by)
        written = await _register(acts['register'], teams, by)
        for row in acts['amend']:
            written.append(await _amend(row, teams, by))
        for row in acts['enrol']:
            written.append(await _enrol(row, proved[row.number], teams, by))
        return written

    async def take_back(self, written: Sequence[Written], *, by: Account) -> dict[int, str]:
        """Registered people go, unless something hangs on them; others get back what they had."""
        stays = {one.number: await _taken_back(one, by) for one in written}
        return {number: sentence for number, sentence in stays.items() if sentence}


def _may_be_passport(values: Mapping[str, Value], number: str) -> bool:
    """One or two letters before digits, as most countries number their passports, and no kind is given."""
    return not values.get('identity_kind') and bool(re.fullmatch(r'[A-Z]{1,2}[0-9]{6,8}', number))


def _details(values: Mapping[str, Value], number: str, by_mail: bool) -> tuple[VolunteerDetails, list[Mark]]:
    """The form of somebody new, filled in from a row."""
    kind = validation.member(IdentityKind, text(values, 'identity_kind')) or kind_of(number)
    sex = validation.member(Sex, text(values, 'sex')) or identity_numbers.sex_of(kind, number)
    is_mailed = by_mail and bool(text(values, 'email').strip())
    legacy, marks = _legacy(text(values, 'legacy_number'))
    plain_cells: dict[str, Any] = {key: text(values, key) for key in _TEXTS}
    plain_cells |= {key: values.get(key) is True for key in _TICKS} | legacy
    return VolunteerDetails(
        identity_kind=kind,
        identity_number=number,
        born_on=day(values, 'born_on'),
        sex=sex or '',
        legacy_issued_on=day(values, 'legacy_issued_on'),
        sets_password_by_system=is_mailed,
        prints_code=not is_mailed,
        **plain_cells,
    ), marks


def _overlaid(
    on_record: VolunteerDetails, values: Mapping[str, Value], *, is_held: bool
) -> tuple[VolunteerDetails, list[Mark]]:
    """The record with the cells of the row that are not empty, and what is said of those that change nothing."""
    given: dict[str, Any] = {key: text(values, key) for key in _TEXTS if text(values, key).strip()}
    given |= {key: values[key] for key in _TICKS if isinstance(values.get(key), bool)}
    given |= {key: found for key in ('born_on', 'legacy_issued_on') if (found := day(values, key))}
    if sex := validation.member(Sex, text(values, 'sex')):
        given['sex'] = sex
    given |= _legacy(text(values, 'legacy_number'))[0]
    if given.get('legacy_issued_on'):
        given['waives_issue_date'] = False
    notes = []
    if is_held and given.get('email', on_record.email) != on_record.email:
        del given['email']
        notes.append(
            Mark('email', '其他單位也有這位志工，或您的單位剛收編他，所以 E-MAIL 不會變更；請本人在「志工登入」更改。')
        )
    return replace(on_record, **given), notes


def _legacy(cell: str) -> tuple[dict[str, str], list[Mark]]:
    if not cell.strip():
        return {}, []
    if found := read_legacy_number(cell):
        return {'legacy_series': found[0], 'legacy_serial': found[1]}, []
    return {}, [Mark('legacy_number', '看不懂舊制紀錄冊號。請寫成「…字第…號」，例如 中市文志字第000123號。')]


def _team_of(membership: Membership) -> str:
    return membership.team.name if membership.team else ''


def _team_marks(name: str, teams: Sequence[str]) -> list[Mark]:
    if not name.strip() or name.strip() in teams:
        return []
    near = next((team for team in teams if names.is_near(team, name)), '')
    sentence = f'您的單位沒有「{name.strip()[:40]}」這個志工隊。請改成已有的隊名，或先匯入志工隊。'
    return [Mark('team', sentence, near, f'改用「{near}」' if near else '')]


def _differing(one: VolunteerDetails, other: VolunteerDetails) -> set[str]:
    """The columns of the file in which two forms differ as they are kept."""
    mine, theirs = one.columns(), other.columns()
    keys = {key for key in mine if mine[key] != theirs[key]}
    return {_AT.get(key, key) for key in keys}


def _as_cell(on_record: VolunteerDetails, record: Mapping[str, Any], key: str) -> str:
    if key in ('legacy_number', 'team'):
        return str(record[key])
    if key == 'sex':
        sex = validation.member(Sex, on_record.sex)
        return sex.label if sex else ''
    return shown(getattr(on_record, key))


def _number_of(row: Row) -> Hashable:
    return row.about or row.values['details']['identity_number']


async def _require_unmoved(rows: Sequence[Row], teams: Mapping[str, int]) -> None:
    """All that no longer stands is said at once. Raises Incomplete."""
    ids = [row.about for row in rows if row.values['act'] == 'amend']
    versions = dict(await Volunteer.filter(id__in=ids).values_list('id', 'version'))
    left: dict[str, str] = {}
    for row in rows:
        if (team := row.values.get('team')) and team not in teams:
            left[str(row.number)] = f'志工隊「{team}」已不在您的單位。請重新檢查這份檔案。'
        if row.values['act'] == 'amend' and versions.get(row.about) != row.values['version']:
            left[str(row.number)] = _MOVED_ON
    if left:
        raise Incomplete(left)


async def _proved(rows: Sequence[Row], by: Account) -> dict[int, Volunteer]:
    found: dict[int, Volunteer] = {}
    refused: dict[str, str] = {}
    for row in rows:
        details = drafts.from_draft(row.values['details'], VolunteerDetails())
        facts = (details.identity_kind, details.identity_number, details.name, details.born_on)
        try:
            found[row.number] = await apart(enrolment.prove(*facts, by=by))
            # The batch may come again without the rows that are refused; who knows all three guesses no more.
            await apart(lookups.take_back_try(details.identity_number, by=by))
        except DomainError as refusal:
            refused[str(row.number)] = str(refusal)
    if refused:
        raise Incomplete(refused)
    return found


async def _register(rows: Sequence[Row], teams: Mapping[str, int], by: Account) -> list[Written]:
    if not rows:
        return []
    several = [
        Newcomer(_of_file(row.values['details']), teams.get(row.values['team']), day(row.values, 'joined_on'))
        for row in rows
    ]
    try:
        people = await volunteers.register_all(several, by=by)
    except Incomplete as refusal:
        raise Incomplete({str(rows[int(at)].number): text for at, text in refusal.problems.items()}) from None
    return [
        Written(row.number, 'Volunteer', str(person.id), str(person.version))
        for row, person in zip(rows, people, strict=True)
    ]


def _of_file(details: dict[str, Any]) -> VolunteerDetails:
    return drafts.from_draft(details, VolunteerDetails())


async def _amend(row: Row, teams: Mapping[str, int], by: Account) -> Written:
    try:
        person = await volunteers.get(row.about, by=by)
    except DomainError:
        raise Incomplete({str(row.number): '這位志工已不在您的單位，所以沒有匯入。'}) from None
    ours = next(one for one in person.memberships if one.host_unit_id == by.host_unit_id)
    before = {'details': drafts.to_draft(VolunteerDetails.from_record(person)), 'team_id': ours.team_id}
    wanted = drafts.from_draft(row.values['details'], VolunteerDetails(is_new=False))
    try:
        person = await volunteers.amend(person, wanted, version=person.version, by=by)
        if (team := row.values['team']) and teams[team] != ours.team_id:
            await volunteers.assign_team(person, teams[team], by=by)
    except Incomplete as refusal:
        raise Incomplete({str(row.number): next(iter(refusal.problems.values()))}) from None
    except DomainError as refusal:
        raise Incomplete({str(row.number): str(refusal)}) from None
    return Written(row.number, 'Volunteer', str(person.id), str(person.version), before)


async def _enrol(row: Row, known: Volunteer, teams: Mapping[str, int], by: Account) -> Written:
    ours = await Membership.get_or_none(volunteer_id=known.id, host_unit_id=by.host_unit_id)
    before = memberships.facts(ours) if ours else None
    try:
        person = await enrolment.enrol(known, by=by)
        if (team := row.values['team']) and teams[team] != by.team_id:
            await volunteers.assign_team(person, teams[team], by=by)
    except DomainError as refusal:
        raise Incomplete({str(row.number): str(refusal)}) from None
    made = await Membership.get(volunteer_id=person.id, host_unit_id=by.host_unit_id)
    return Written(row.number, 'Membership', str(made.id), memberships.stamp(made), {'membership': before})


async def _taken_back(one: Written, by: Account) -> str:
    if one.model == 'Membership':
        return await memberships.take_back(int(one.record_id), one.stamp, (one.before or {})['membership'], by=by)
    if one.before is None:
        return await newcomers.unregister(int(one.record_id), int(one.stamp), by=by)
    try:
        person = await volunteers.get(int(one.record_id), by=by)
        if str(person.version) != one.stamp:
            return '這位志工的資料在匯入之後又有異動，所以保留現在的內容。'
        details = drafts.from_draft(one.before['details'], VolunteerDetails(is_new=False))
        await volunteers.amend(person, details, version=person.version, by=by)
        serves = await Membership.get(volunteer_id=person.id, host_unit_id=by.host_unit_id)
        if serves.team_id != one.before['team_id']:
            await volunteers.assign_team(person, one.before['team_id'], by=by)
    except DomainError as refusal:
        return str(refusal)
    return ''
