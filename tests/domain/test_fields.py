"""The fields of the forms: what the tutorial calls them, said once; and that nothing stored hangs on the words."""

import ast
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import fields as attributes
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from db.choices import AccessKind, CorrectionReason, HistoryAction, Place, Section
from db.models import AccessEntry, Account, Application, Rule, Volunteer
from domain import applications, corrections, dates, readiness, reviews, trainings, volunteers
from domain.applications import ApplicationDetails
from domain.books import record_books
from domain.cases import transitions
from domain.corrections import Anchor
from domain.fields import Field
from domain.readiness import rules
from domain.reviews import openings, timeline
from domain.trainings import TrainingDetails
from domain.volunteers import ChangedMeanwhile, VolunteerDetails

from ..builders import an_identity_number
from .sample_office import NOW, Office, a_case

ROOT = Path(__file__).parent.parent.parent
FORMS: list[Mapping[str, Field]] = [
    volunteers.FIELDS,
    trainings.FIELDS,
    applications.FIELDS,
    record_books.FIELDS,
]
# Forms with a catalogue of their own, papers and mails call a fact of theirs by the same word.
OTHERS = (
    *('ui/pages/admin', 'ui/pages/statistics.py', 'domain/directory', 'domain/accounts', 'domain/mail', 'domain/demo'),
    *('domain/inspections', 'ui/pages/inspections.py', 'ui/pages/office_figures.py'),
    'domain/logbook/',  # the headings of the printed book
    # The headings of files, which stay what they are when a form is reworded.
    *('domain/imports/', 'domain/rosters/pasted.py', 'ui/components/imports/layouts.py'),
    *('domain/readiness/rules.py', 'domain/books/number_ledger.py', 'domain/ledgers/forms.py'),
    'domain/privacy/parts.py',  # the headings of the copy of one's own data
    *('domain/printouts/roster_sheets.py', 'domain/reports/statistics.py', 'domain/pictures', 'domain/dates.py'),
)


def test_the_pages_say_what_the_tutorial_says() -> None:
    assert captions(volunteers.FIELDS) == {
        'identity_kind': '證件種類',
        'identity_number': '證件號碼',
        'is_indigenous': '原住民',
        'consents_to_data_use': '同意個資使用',
        'name': '姓名',
        'is_open_to_units': '開放志工單位查詢',
        'is_civil_servant': '公教人員',
        'sets_password_by_system': '系統自動設定(e-Mail通知)',
        'prints_code': '沒有 E-MAIL：儲存後列印紙本驗證碼，由志工本人設定密碼',
        'password': '密碼',
        'password_again': '確認密碼',
        'english_name': '英文姓名',
        'born_on': '出生日期',
        'is_born_before_roc': '民國前',
        'sex': '性別',
        'email': 'E-MAIL',
        'joins_disaster_relief': '是否加入救災志工',
        'legacy_series': '舊制紀錄冊號',
        'legacy_serial': '舊制紀錄冊號：號',
        'legacy_issued_on': '發冊日期',
        'waives_issue_date': ('暫不填寫發冊日(若無發冊日期，也無基礎訓練及特殊訓練完成日期，將無申請榮譽卡有效時數)'),
        'photo': '志工照片',
        'is_photo_confirmed': '確認志工照片為清晰、半身照',
    }
    assert captions(trainings.FIELDS) == {
        'trained_for_id': '受訓單位',
        'title': '課程名稱',
        'starts_on': '訓練日期',
        'ends_on': '訓練日期（迄）',
        'provider': '訓練單位',
        'kind': '訓練課程',
        'field_id': '課程領域',
        'sessions': '訓練次數',
        'hours': '訓練時數',
        'extra_minutes': '訓練時數：分鐘',
        'remarks': '備註',
        'has_no_approval': '本單位無核定日期與字號',
        'approved_on': '核定日期',
        'approval_reference': '核定字號',
        'certificate_front': '正面',
        'certificate_back': '反面',
        'has_no_back': '證書沒有反面（電子證書）',
    }
    assert captions(applications.FIELDS) == {
        'kind': '發冊類別',
        'county_code': '發冊縣市',
        'agency_id': '發冊機關',
        'remarks': '備註',
        'attachment': '附件上傳',
    }
    assert captions(record_books.FIELDS) == {
        'number': '紀錄冊號',
        'kind': '目前發冊類別',
        'issued_on': '目前發冊日期',
        'status': '使用狀態',
        'entered_by_unit': '登打單位名稱',
    }


@pytest.mark.parametrize(
    ('details', 'form'),
    [
        (VolunteerDetails, volunteers.FIELDS),
        (TrainingDetails, trainings.FIELDS),
        (ApplicationDetails, applications.FIELDS),
    ],
)
def test_a_form_has_the_fields_of_its_catalogue_and_no_others(details: type, form: Mapping[str, Field]) -> None:
    assert {one.name for one in attributes(details)} - {'is_new'} == set(form)
    assert all(key == field.key for key, field in form.items())


def test_a_label_is_said_once_in_its_form() -> None:
    labels = Counter(word for form in FORMS for field in form.values() for word in {field.label, field.caption})
    places: dict[str, list[str]] = {}
    for word, place in said_words():
        if word in labels:
            places.setdefault(word, []).append(place)

    assert {word: found for word, found in places.items() if len(found) > labels[word]} == {}


def said_words() -> list[tuple[str, str]]:
    """Every text of the sources that is no part of a longer one, with its place."""
    found = []
    for path in (path for top in ('ui', 'domain') for path in (ROOT / top).rglob('*.py')):
        place = path.relative_to(ROOT).as_posix()
        if not place.startswith(OTHERS):
            nodes = ast.walk(ast.parse(path.read_text()))
            found += [
                (node.value, place) for node in nodes if isinstance(node, ast.Constant) if isinstance(node.value, str)
            ]
    return found


def captions(form: Mapping[str, Field]) -> dict[str, str]:
    return {key: field.caption for key, field in form.items()}


@pytest.fixture
def rename(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Every label of every form, of the history and of the reasons becomes another one, until the test ends."""

    def renamed() -> None:
        for form in FORMS:
            for key, field in list(form.items()):
                monkeypatch.setitem(form, key, Field(key, f'新{field.label}'))
        for choices in (Section, HistoryAction, AccessKind, CorrectionReason, Place):
            for choice in choices:
                monkeypatch.setattr(choice, 'label', f'新{choice.label}')

    return renamed


async def mark(case: Application, office: Office, field: str, place: Place = Place.BASICS) -> corrections.Marked:
    training = (await trainings.of(await case.volunteer, by=office.clerk))[0].id if place == Place.TRAINING else None
    anchor = Anchor(place, field, training)
    made = await corrections.mark(case, anchor, CorrectionReason.OTHER, '請再確認。', by=office.reviewer)
    [found] = [one for one in await corrections.of(case, by=office.reviewer) if one.correction.id == made.id]
    return found


async def returned(case: Application, office: Office) -> Application:
    now = await Application.get(id=case.id)
    return await reviews.return_for_correction(now, '三日內請補。', now.version, by=office.reviewer)


async def amend(case: Application, by: Account, **values: object) -> Volunteer:
    """A minute later, by the clerk's form."""
    person = await volunteers.get(case.volunteer_id, by=by)
    details = replace(VolunteerDetails.from_record(person), **values)  # type: ignore[arg-type]
    with dates.frozen(NOW + timedelta(minutes=1)):
        return await volunteers.amend(person, details, version=person.version, by=by)


@pytest.mark.usefixtures('today')
async def test_marks_made_before_a_label_was_renamed_still_stand_at_their_fields(
    office: Office, rename: Callable[[], None]
) -> None:
    case = await a_case(office)
    before = [
        await mark(case, office, 'identity_number'),
        await mark(case, office, 'hours', Place.TRAINING),
        await mark(case, office, 'remarks', Place.APPLICATION),
    ]

    rename()
    again = await mark(case, office, 'identity_number')
    await mark(case, office, 'email')
    await returned(case, office)
    after = await corrections.of(case, by=office.clerk)

    assert again.correction.id == before[0].correction.id
    assert [(one.address, one.now_value, one.is_changed) for one in after[:3]] == [
        (one.address, one.now_value, False) for one in before
    ]
    assert [one.correction.label for one in after][::3] == ['證件號碼', '新E-MAIL']
    assert [one.field_label for one in after] == ['新證件號碼', '新訓練時數', '新備註', '新E-MAIL']
    beside = await corrections.beside(await Application.get(id=case.id), Place.BASICS, by=office.clerk)
    assert list(beside) == ['identity_number', 'email']
    assert (await Application.get(id=case.id)).reviewer_note == '三日內請補。'


@pytest.mark.usefixtures('today')
async def test_a_number_exchanged_before_its_label_was_renamed_counts_as_changed(
    office: Office, rename: Callable[[], None]
) -> None:
    case = await a_case(office)
    made = await mark(case, office, 'identity_number')
    await returned(case, office)
    await amend(case, office.clerk, identity_number=an_identity_number())
    await Volunteer.filter(id=case.volunteer_id).update(identity_masked=made.correction.old_value)

    rename()

    assert [one.is_changed for one in await corrections.of(case, by=office.clerk)] == [True]


@pytest.mark.usefixtures('today')
async def test_the_rules_find_what_the_history_said_under_an_earlier_label(
    office: Office, rename: Callable[[], None]
) -> None:
    case = await a_case(office)
    seen = await volunteers.get(case.volunteer_id, by=office.clerk)
    await openings.note(case, by=office.reviewer)
    await amend(case, office.clerk, name='周曉晴')
    looks = await AccessEntry.all().count()

    rename()

    form = replace(VolunteerDetails.from_record(seen), name='周小青')
    with pytest.raises(ChangedMeanwhile, match='已將「姓名」改為「周曉晴」') as clash:
        await volunteers.amend(seen, form, version=seen.version, by=office.clerk)
    assert clash.value.labels == ['新姓名']
    assert '這位志工的新基本資料已由 林小滿' in str(await transitions.moved_on(case))
    await openings.note(case, by=office.reviewer)
    assert await AccessEntry.all().count() == looks
    began = [entry.actor for entry in await timeline.of(case, by=office.clerk) if entry.what == '開始申請']
    assert began == ['林小滿']


@pytest.mark.usefixtures('today')
async def test_a_tick_stays_when_its_line_is_called_otherwise(office: Office, rename: Callable[[], None]) -> None:
    case = await a_case(office)
    rule = await Rule.get(key='eye-name', kind=None)
    await rules.tick(case, rule.id, by=office.reviewer)

    rename()
    await Rule.filter(id=rule.id).update(label='換了名稱')

    [line] = [one for one in await readiness.checks(case, by=office.reviewer) if one.rule_id == rule.id]
    assert (line.label, line.state, line.ticked_by) == ('換了名稱', 'ok', '何專員')
    assert readiness.lacking(await readiness.checks(case, by=office.reviewer)) == []
