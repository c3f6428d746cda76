"""The rules of 送審前體檢: which row counts, what it weighs, what a reviewer ticks, and whose hand may change it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from db.choices import Demand, IssueKind, Part, Role
from db.models import Account, Agency, Application, EyeCheck, Field, Rule, Training, Volunteer
from domain import applications, dates, readiness, reviews
from domain.audit import office_history
from domain.errors import Incomplete, MovedOn, NotFound, NotPermitted
from domain.readiness import Check, NotReady, rules
from domain.readiness.rules import RuleDetails

from ...builders import an_account, an_agency
from ..sample_office import NOW, Office, a_case, a_complete_volunteer, a_draft

pytestmark = pytest.mark.usefixtures('database', 'today')

EYED = ['照片為本人，清晰、半身', '證書姓名與申請人相符', '證書課程、日期、時數與登錄相符', '證書用印清楚']


@pytest.fixture
async def administrator(database: str) -> Account:
    return await an_account(Role.ADMINISTRATOR, name='管理員')


async def line(application: Application, key: str, by: Account) -> Check | None:
    return next((check for check in await readiness.checks(application, by=by) if check.key == key), None)


async def a_rule(key: str = 'insurance', demand: Demand = Demand.REQUIRED, **facts: Any) -> Rule:
    usual: dict[str, Any] = {'key': key, 'label': key, 'demand': demand, 'position': 50}
    return await Rule.create(**usual | facts)


async def an_eye_rule(**facts: Any) -> Rule:
    """證書姓名與申請人相符 as the office begins with it, changed."""
    await Rule.filter(key='eye-name', kind=None).update(**facts)
    return await Rule.get(key='eye-name', kind=None)


async def test_every_line_of_the_list_names_its_law(office: Office) -> None:
    application = await a_draft(office)

    assert [(check.key, check.source) for check in await readiness.checks(application, by=office.clerk)] == [
        ('basics', '管理辦法 §5'),
        ('identity', '管理辦法 §5'),
        ('photo', '管理辦法 §5'),
        ('consent', '個人資料保護法 §7'),
        ('basic', '衛生福利部公告：民國107年起基礎訓練課程為6小時'),
        ('special', '志願服務法 §9：由各目的事業主管機關或運用單位自訂，時數不檢查'),
        ('certificates', '管理辦法 §2'),
        ('book', '每人一冊'),
        ('insurance', '志願服務法 §16'),
        ('agency', '管理辦法 §5'),
        ('references', '志願服務法 §9'),
        ('eye-photo', '管理辦法 §5'),
        ('eye-name', '管理辦法 §2'),
        ('eye-course', '管理辦法 §4'),
        ('eye-seal', '管理辦法 §2'),
    ]


async def test_a_rule_makes_advice_a_demand_for_one_agency_only(office: Office) -> None:
    application = await a_draft(office)
    await a_rule(agency=await an_agency(), label='保險')
    assert await line(application, 'insurance', office.clerk) == Check(
        'insurance',
        '保險狀態',
        '未投保，可以先送審',
        'advice',
        '',
        f'/volunteers/{application.volunteer_id}/insurance',
        '志願服務法 §16',
    )

    await a_rule(agency=office.agency, label='意外保險', source='本局規定', note='請先投保')

    assert await line(application, 'insurance', office.clerk) == Check(
        'insurance',
        '意外保險',
        '未投保（請先投保）',
        'lacking',
        '',
        f'/volunteers/{application.volunteer_id}/insurance',
        '本局規定',
    )
    with pytest.raises(NotReady):
        await applications.submit(application, by=office.clerk)


async def test_the_kind_counts_before_the_agency_the_agency_before_the_field_and_the_later_row_before_the_earlier(
    office: Office,
) -> None:
    culture = await Field.get(name='文化')
    rows = [
        await a_rule('x', label='全部'),
        await a_rule('x', label='文化', field=culture),
        await a_rule('x', label='本局', agency=office.agency),
        await a_rule('x', label='本局自三月', agency=office.agency, valid_from=date(2026, 3, 1)),
        await a_rule('x', label='換發', kind=IssueKind.REPLACEMENT),
        await a_rule('x', label='別的領域', field=await Field.get(name='教育')),
        await a_rule('x', label='四月起', agency=office.agency, valid_from=date(2026, 4, 1)),
        await a_rule('x', label='去年止', kind=IssueKind.FIRST, valid_to=date(2025, 12, 31)),
    ]

    def said(kind: IssueKind, day: date, count: int) -> str:
        return rules.applying(rows[:count], office.agency, kind, day)['x'].label

    day = date(2026, 3, 5)
    assert [said(IssueKind.FIRST, day, count) for count in range(1, 9)] == [
        '全部',
        '文化',
        '本局',
        *['本局自三月'] * 5,
    ]
    assert said(IssueKind.REPLACEMENT, day, 8) == '換發'
    assert said(IssueKind.FIRST, date(2026, 2, 28), 8) == '本局'
    assert said(IssueKind.FIRST, date(2026, 4, 1), 8) == '四月起'


async def test_whether_a_certificate_of_one_side_is_taken_is_the_rule_of_the_agency(office: Office) -> None:
    application = await a_draft(office)
    assert await line(application, 'certificates-back', office.clerk) is None
    await Training.filter(kind='basic').update(has_no_back=True, certificate_back_id=None)

    found = await line(application, 'certificates-back', office.clerk)
    certificates = await line(application, 'certificates', office.clerk)

    assert found is not None
    assert (found.label, found.state, found.field) == ('證書反面', 'advice', 'has_no_back')
    assert found.note == '「志工基礎訓練」已勾選證書沒有反面（電子證書），可以先送審'
    assert certificates is not None
    assert (certificates.state, certificates.note) == ('ok', '2 份，其中 1 份沒有反面')

    rule = await a_rule('certificates-back', agency=office.agency, label='證書反面', note='本局須有反面')
    with pytest.raises(NotReady) as refusal:
        await applications.submit(application, by=office.clerk)
    assert [one.note for one in refusal.value.lacking] == [
        '「志工基礎訓練」已勾選證書沒有反面（電子證書）（本局須有反面）'
    ]

    await Rule.filter(id=rule.id).update(demand=Demand.OFF)
    assert await line(application, 'certificates-back', office.clerk) is None
    await applications.submit(application, by=office.clerk)


async def test_a_name_that_no_font_draws_is_told_to_the_clerk_and_to_the_reviewer(office: Office) -> None:
    volunteer = await a_complete_volunteer(office, name='王\u0378明')  # no character has this number
    application = await a_draft(office, volunteer)
    await applications.submit(application, by=office.clerk)

    for who in (office.clerk, office.reviewer):
        found = await line(application, 'letters', who)
        assert found is not None
        assert (found.label, found.state, found.field) == ('姓名用字', 'advice', 'name')
        assert found.note.startswith('姓名的「\u0378」（U+0378）在這個系統沒有字型')


async def test_what_is_switched_off_is_not_asked(office: Office) -> None:
    application = await a_draft(office)
    await Volunteer.filter(id=application.volunteer_id).update(photo_id=None)
    assert (await line(application, 'photo', office.clerk)) is not None

    await a_rule('photo', Demand.OFF, agency=office.agency)

    assert await line(application, 'photo', office.clerk) is None


async def test_what_no_book_can_do_without_is_asked_even_without_a_row(office: Office) -> None:
    await Rule.all().delete()
    application = await a_draft(office)

    checks = await readiness.checks(application, by=office.clerk)

    assert sorted(check.label for check in checks) == sorted(['基本資料', '身分證字號', '紀錄冊', '發冊機關'])


async def test_a_case_that_was_sent_is_judged_by_the_rules_of_the_day_it_was_sent(office: Office) -> None:
    application = await a_case(office)
    draft = await a_draft(office)
    await a_rule('insurance', agency=office.agency, valid_from=date(2026, 3, 6))

    with dates.frozen(NOW.replace(day=6)):
        assert (await line(application, 'insurance', office.reviewer)).state == 'advice'  # type: ignore[union-attr]
        assert (await line(draft, 'insurance', office.clerk)).state == 'lacking'  # type: ignore[union-attr]
        await reviews.approve(application, application.version, by=office.reviewer)


async def test_what_only_a_person_can_tell_is_said_to_the_clerk_and_stands_in_nobodys_way(office: Office) -> None:
    application = await a_draft(office)

    checks = [check for check in await readiness.checks(application, by=office.clerk) if check.by_eye]

    assert [(check.label, check.state) for check in checks] == [(label, 'eye') for label in EYED]
    assert (await applications.submit(application, by=office.clerk)).round == 1


async def test_a_tick_says_who_looked_and_goes_when_it_is_taken_back(office: Office) -> None:
    application = await a_case(office)
    rule = await an_eye_rule(note='對照身分證')
    box = Check('eye-name', rule.label, '對照身分證', 'eye', source='管理辦法 §2', rule_id=rule.id)

    await rules.tick(application, rule.id, by=office.reviewer)
    await rules.tick(application, rule.id, by=office.colleague)
    seen = await line(application, 'eye-name', office.colleague)
    by_clerk = await line(application, 'eye-name', office.clerk)
    await rules.untick(application, rule.id, by=office.colleague)

    ticked = Check('eye-name', rule.label, '', 'ok', source='管理辦法 §2', rule_id=rule.id, ticked_by='何專員')
    assert seen is not None
    assert (replace(seen, digest=''), by_clerk) == (ticked, box)
    assert await line(application, 'eye-name', office.reviewer) == replace(box, digest=seen.digest)


async def test_a_box_that_must_be_ticked_holds_the_approval_but_not_the_sending(office: Office) -> None:
    rule = await an_eye_rule(demand=Demand.REQUIRED)
    application = await a_case(office)

    with pytest.raises(NotReady) as refusal:
        await reviews.approve(application, application.version, by=office.reviewer)
    await rules.tick(application, rule.id, by=office.reviewer)
    book = await reviews.approve(application, application.version, by=office.reviewer)

    assert [(check.label, check.note) for check in refusal.value.lacking] == [(rule.label, '請目視後勾選')]
    assert book.number == '中市文志字第115000001號'


async def test_each_round_is_looked_at_anew_and_says_who_looked_before(office: Office) -> None:
    rule = await an_eye_rule()
    application = await a_case(office)
    await rules.tick(application, rule.id, by=office.reviewer)
    returned = await reviews.return_for_correction(application, '照片模糊', application.version, by=office.reviewer)
    again = await applications.submit(returned, by=office.clerk)

    box = await line(again, 'eye-name', office.colleague)
    with pytest.raises(MovedOn):
        await rules.tick(application, rule.id, by=office.reviewer)

    assert box is not None
    assert (box.state, box.note, box.ticked_by) == ('eye', '第 1 次送審時 何專員 已目視', '')


async def test_only_reviewers_of_the_agency_tick_and_only_what_is_asked_there(office: Office) -> None:
    application = await a_case(office)
    rule = await an_eye_rule()
    machine = await Rule.get(key='photo', kind=None)
    elsewhere = await a_rule('eye-x', agency=await an_agency(), by_eye=True)
    stranger = await an_account(Role.REVIEWER, name='別局的人', agency=await an_agency())

    refusals: list[tuple[Account, Any, type[Exception]]] = [
        (office.clerk, rule.id, NotPermitted),
        (stranger, rule.id, NotFound),
        (office.reviewer, machine.id, NotFound),
        (office.reviewer, elsewhere.id, NotFound),
        (office.reviewer, 'x', NotFound),
        (office.reviewer, 10**12, NotFound),
    ]
    for account, rule_id, refusal in refusals:
        with pytest.raises(refusal):
            await rules.tick(application, rule_id, by=account)
    assert await EyeCheck.all().count() == 0


async def test_nothing_is_ticked_once_the_case_is_decided(office: Office) -> None:
    application = await a_case(office)
    rule = await an_eye_rule()
    await reviews.approve(application, application.version, by=office.reviewer)

    with pytest.raises(MovedOn):
        await rules.tick(application, rule.id, by=office.reviewer)


async def test_many_lists_cost_as_many_queries_as_one(office: Office, queries: list[str]) -> None:
    cases = [await a_case(office) for _ in range(4)]
    await rules.tick(cases[0], (await an_eye_rule()).id, by=office.reviewer)
    queries.clear()

    lists = await readiness.checks_of(cases, by=office.reviewer)

    assert len(queries) == 5
    assert list(lists) == [case.id for case in cases]
    assert lists == {case.id: await readiness.checks(case, by=office.reviewer) for case in cases}


async def test_the_lists_of_others_are_left_out(office: Office) -> None:
    draft, case = await a_draft(office), await a_case(office)

    assert list(await readiness.checks_of([draft, case], by=office.reviewer)) == [case.id]
    assert await readiness.checks_of([], by=office.reviewer) == {}


async def test_the_administrator_adds_a_row_that_takes_its_place_in_the_list(
    office: Office, administrator: Account
) -> None:
    insured = RuleDetails('insurance', '意外保險', 'required', 'first', office.agency.id, source=' 本局規定 ')
    looked = RuleDetails(label='制服照', note='穿背心')

    await rules.save(insured, by=administrator)
    new = await rules.save(looked, by=administrator)

    application = await a_draft(office)
    checks = await readiness.checks(application, by=office.clerk)
    assert [(check.label, check.source) for check in checks[8:9]] == [('意外保險', '本局規定')]
    assert checks[-1] == Check(new.key, '制服照', '穿背心', 'eye', rule_id=new.id)
    assert new.key.startswith('eye-')
    assert (await rules.every(by=administrator))[-1].id == new.id


async def test_a_row_that_cannot_be_is_refused_beside_its_field(administrator: Account) -> None:
    wrong: list[tuple[RuleDetails, set[str]]] = [
        (RuleDetails(), {'label'}),
        (RuleDetails('book', '紀錄冊', 'off', 'first'), {'demand'}),
        (RuleDetails('photo', '照片', 'off', 'cancellation'), {'valid_from'}),
        (RuleDetails('photo', '照片', 'maybe', 'never', -1, 'x'), {'demand', 'kind', 'agency_id', 'field_id'}),  # type: ignore[arg-type]
        (RuleDetails('photo', '照片', agency_id=999_999), {'agency_id'}),
        (RuleDetails('photo', '照片', field_id=999_999), {'field_id'}),
        (RuleDetails('photo', '照片', valid_from=date(2026, 2, 1), valid_to=date(2026, 1, 1)), {'valid_to'}),
    ]
    for details, fields in wrong:
        with pytest.raises(Incomplete) as refusal:
            await rules.save(details, by=administrator)
        assert set(refusal.value.problems) == fields
    with pytest.raises(NotFound):
        await rules.save(RuleDetails('eye-forged', '假的'), by=administrator)


async def test_a_row_keeps_its_item_and_can_be_amended(administrator: Account) -> None:
    rule = await Rule.get(key='insurance', kind=None)
    details = RuleDetails.from_record(rule)
    details.demand = Demand.REQUIRED
    assert (await rules.save(details, by=administrator, of=rule)).demand == Demand.REQUIRED

    details.key = 'photo'
    with pytest.raises(NotPermitted):
        await rules.save(details, by=administrator, of=rule)


async def test_a_struck_row_leaves_the_word_to_the_wider_one_but_a_ticked_one_stays(
    office: Office, administrator: Account
) -> None:
    application = await a_case(office)
    own = await a_rule('eye-name', label='姓名（本局）', agency=office.agency, by_eye=True)
    spare = await a_rule('photo', agency=office.agency)
    await rules.tick(application, own.id, by=office.reviewer)

    await rules.remove(spare, by=administrator)
    with pytest.raises(NotPermitted):
        await rules.remove(own, by=administrator)

    assert (await line(application, 'photo', office.clerk)).label == '志工照片'  # type: ignore[union-attr]
    assert await Rule.exists(id=own.id)


async def test_only_the_administrator_sees_and_changes_rules(office: Office) -> None:
    rule = await an_eye_rule()
    for account in (office.clerk, office.reviewer):
        with pytest.raises(NotPermitted):
            await rules.every(by=account)
        with pytest.raises(NotPermitted):
            await rules.save(RuleDetails(label='x'), by=account)
        with pytest.raises(NotPermitted):
            await rules.remove(rule, by=account)


async def test_the_agency_of_a_rule_must_be_known_before_its_field(office: Office) -> None:
    """An agency without a field has no rows of a field."""
    await Agency.filter(id=office.agency.id).update(field_id=None)
    await a_rule('photo', Demand.OFF, field=await Field.get(name='文化'))
    volunteer = await a_complete_volunteer(office)

    assert '志工照片' in [check.label for check in await readiness.checks(volunteer, by=office.clerk)]


async def test_a_check_by_eye_names_what_it_looks_at_and_the_history_says_so_in_words(
    office: Office, administrator: Account
) -> None:
    rule = await rules.save(RuleDetails(label='制服照', looks_at=['photo', 'identity']), by=administrator)
    own = await rules.save(RuleDetails('insurance', '保險', 'required', 'first', looks_at=['photo']), by=administrator)

    assert (rule.looks_at, RuleDetails.from_record(rule).looks_at) == ([Part.PHOTO, Part.IDENTITY],) * 2
    assert own.looks_at == []  # the office checks it by itself
    told = [entry.new for entry in (await office_history.of(by=administrator)).rows if entry.label == '目視範圍']
    assert told == ['照片、身分（姓名、證號、出生日期、性別）']
    for forged in (['signature'], 'photo', [1]):
        with pytest.raises(Incomplete) as refusal:
            await rules.save(RuleDetails(label='簽名', looks_at=forged), by=administrator)  # type: ignore[arg-type]
        assert list(refusal.value.problems) == ['looks_at']
