"""補正: marked by the reviewer, answered by the unit, looked at once more; nothing is sent or approved before."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from db.choices import ApplicationStatus, CorrectionReason, CorrectionStatus, FileKind, Place, Role, TrainingKind
from db.models import Account, Application, Correction, CorrectionExchange, Decision, Training, Volunteer
from domain import announcements, applications, corrections, dates, reviews, trainings, volunteers
from domain.announcements import CaseChanged
from domain.corrections import Anchor, StillOpen, Unanswered
from domain.errors import DomainError, Incomplete, MovedOn, NotFound, NotPermitted
from domain.volunteers import VolunteerDetails
from tests.patience import until

from ...builders import a_file, a_training, an_account, an_agency, an_identity_number
from ..sample_office import NOW, Office, a_case, a_complete_volunteer, a_draft, looked_at

pytestmark = pytest.mark.usefixtures('database', 'today')

OPEN, MENDED, DISPUTED = CorrectionStatus.OPEN, CorrectionStatus.MENDED, CorrectionStatus.DISPUTED
ACCEPTED, WITHDRAWN = CorrectionStatus.ACCEPTED, CorrectionStatus.WITHDRAWN
BLURRED, WRONG_DATE, OTHER = CorrectionReason.BLURRED, CorrectionReason.WRONG_DATE, CorrectionReason.OTHER

EMAIL = Anchor(Place.BASICS, 'email')
PHOTO = Anchor(Place.BASICS, 'photo')
REMARKS = Anchor(Place.APPLICATION, 'remarks')


@pytest.fixture
async def case(office: Office) -> Application:
    return await a_case(office)


async def mark(case: Application, office: Office, anchor: Anchor = EMAIL, text: str = '請再確認。') -> Correction:
    return await corrections.mark(case, anchor, OTHER, text, by=office.reviewer)


async def returned(case: Application, office: Office) -> Application:
    now = await Application.get(id=case.id)
    return await reviews.return_for_correction(now, '請補件', now.version, by=office.reviewer)


async def sent_again(case: Application, office: Office) -> Application:
    return await applications.submit(await Application.get(id=case.id), by=office.clerk)


async def amended(case: Application, office: Office, **values: Any) -> Volunteer:
    volunteer = await volunteers.get(case.volunteer_id, by=office.clerk)
    details = VolunteerDetails.from_record(volunteer)
    for name, value in values.items():
        setattr(details, name, value)
    return await volunteers.amend(volunteer, details, version=volunteer.version, by=office.clerk)


async def a_training_of(case: Application) -> Training:
    return await Training.filter(volunteer_id=case.volunteer_id, kind=TrainingKind.BASIC).get()


async def statuses(case: Application, by: Account) -> list[CorrectionStatus]:
    return [one.correction.status for one in await corrections.of(case, by=by)]


async def refusal(act: Any, kind: type[DomainError] = DomainError) -> str:
    with pytest.raises(kind) as error:
        await act
    return str(error.value)


async def test_a_mark_says_where_it_stands_and_what_the_reviewer_saw(case: Application, office: Office) -> None:
    training = await a_training_of(case)
    spot = Anchor(Place.TRAINING, 'certificate_front', training.id, 0.25, 0.75)

    await corrections.mark(case, Anchor(Place.BASICS, 'identity_number'), OTHER, '請再確認。', by=office.reviewer)
    await corrections.mark(case, spot, WRONG_DATE, ' 日期不符\r\n請修改。 ', by=office.colleague)

    rows = await Correction.all().values_list(
        'round', 'label', 'reason', 'text', 'old_value', 'old_file', 'spot_x', 'spot_y', 'status', 'raised_by__name'
    )
    masked = (await Volunteer.get(id=case.volunteer_id)).identity_masked
    assert rows == [
        (1, '證件號碼', OTHER, '請再確認。', masked, None, None, None, OPEN, '何專員'),
        (
            1,
            f'{training.title}：結業證書正面',
            WRONG_DATE,
            '日期不符\n請修改。',
            '',
            training.certificate_front_id,
            0.25,
            0.75,
            OPEN,
            '王專員',
        ),
    ]


async def test_values_stand_as_people_read_them(case: Application, office: Office) -> None:
    training = await a_training_of(case)
    fields = ('starts_on', 'hours', 'field_id', 'kind', 'trained_for_id')
    for anchor in [
        *(Anchor(Place.TRAINING, field, training.id) for field in fields),
        *(Anchor(Place.BASICS, field) for field in ('born_on', 'sex', 'joins_disaster_relief')),
        *(Anchor(Place.APPLICATION, field) for field in ('kind', 'county_code', 'agency_id', 'remarks')),
    ]:
        await mark(case, office, anchor)

    assert [one.old_value for one in await Correction.all()] == [
        '民國 115/01/10',
        '6 小時',
        '文化',
        '基礎訓練',
        '示例文化中心',
        '民國 074/05/12',
        '女',
        '否',
        '初次',
        '臺中市',
        '臺中市政府文化局',
        '',
    ]


async def test_the_same_mark_twice_is_one(case: Application, office: Office) -> None:
    first = await mark(case, office)

    assert (await mark(case, office)).id == first.id
    assert await Correction.all().count() == 1


async def test_a_case_takes_sixty_marks_and_says_what_to_do_with_the_next(case: Application, office: Office) -> None:
    await Correction.bulk_create(
        Correction(
            application_id=case.id,
            round=1,
            **vars(EMAIL),
            label='E-MAIL',
            reason=OTHER,
            text=f'第 {number} 項',
            raised_by_id=office.reviewer.id,
            raised_at=NOW,
        )
        for number in range(59)
    )
    sixtieth = await mark(case, office, text='第 60 項')

    with pytest.raises(Incomplete) as too_many:
        await mark(case, office, text='第 61 項')

    assert too_many.value.problems == {'text': '一個案件最多標註 60 項。請把其他意見合併在已有的標註裡。'}
    assert (await mark(case, office, text='第 60 項')).id == sixtieth.id
    assert await Correction.filter(application_id=case.id).count() == 60
    assert (await mark(await a_case(office), office)).status == OPEN


async def test_what_is_no_field_of_the_case_cannot_be_marked(case: Application, office: Office) -> None:
    other = await a_complete_volunteer(office)
    foreign = await Training.filter(volunteer_id=other.id).first()
    assert foreign is not None
    own = (await a_training_of(case)).id
    forged: list[Any] = [
        Anchor(Place.BASICS, 'password'),
        Anchor(Place.BASICS, 'title'),
        Anchor(Place.TRAINING, 'title'),
        Anchor(Place.TRAINING, 'title', foreign.id),
        Anchor(Place.TRAINING, 'title', -1),
        Anchor(Place.BASICS, 'email', own),
        Anchor(Place.TRAINING, 'hours', own, 0.5, 0.5),
        Anchor(Place.BASICS, 'photo', None, 0.5),
        Anchor(Place.BASICS, 'photo', None, 0.5, 1.5),
        Anchor(Place.BASICS, 'photo', None, float('nan'), 0.5),
        Anchor(Place.APPLICATION, 'attachment', None, 0.5, 0.5),
        Anchor('basics;', 'email'),  # type: ignore[arg-type]
        Anchor(Place.BASICS, ['email']),  # type: ignore[arg-type]
        'email',
    ]

    for anchor in forged:
        await refusal(mark(case, office, anchor), NotFound)

    assert await Correction.all().count() == 0


async def test_a_mark_says_something_for_one_of_the_reasons(case: Application, office: Office) -> None:
    with pytest.raises(Incomplete) as silent:
        await mark(case, office, text='  ')
    with pytest.raises(Incomplete) as long:
        await mark(case, office, text='長' * 301)
    with pytest.raises(Incomplete) as unknown:
        await corrections.mark(case, EMAIL, 'ugly', '請修改。', by=office.reviewer)  # type: ignore[arg-type]

    assert [each.value.problems for each in (silent, long, unknown)] == [
        {'text': '請輸入說明。'},
        {'text': '說明最多 300 個字，這裡有 301 個字。請縮短後再儲存。'},
        {'reason': '請選擇補正的原因。'},
    ]


async def test_nobody_else_marks_and_no_case_that_is_not_waiting(case: Application, office: Office) -> None:
    stranger = await an_account(Role.REVIEWER, agency=await an_agency())
    draft = await a_draft(office)

    await refusal(corrections.mark(case, EMAIL, OTHER, '請修改。', by=office.clerk), NotPermitted)
    await refusal(corrections.mark(case, EMAIL, OTHER, '請修改。', by=stranger), NotFound)
    await refusal(mark(draft, office), NotFound)
    await returned(case, office)
    assert await refusal(mark(case, office), MovedOn) == (
        '這個案件現在是「待補件」，不能再標註或確認補正。畫面已更新，請看過目前的內容。'
    )


async def test_a_decided_case_takes_no_mark_until_the_decision_is_taken_back(case: Application, office: Office) -> None:
    at = dates.now()
    facts: dict[str, Any] = {'application': case, 'to': ApplicationStatus.APPROVED, 'by': office.colleague, 'at': at}
    decision = await Decision.create(**facts, release_at=at + timedelta(seconds=10))

    assert await refusal(mark(case, office), MovedOn) == (
        '這個案件已由 王專員 於 14:58 核可。復原之後，才能再標註或確認補正。'
    )
    await Decision.filter(id=decision.id).update(problem='尚缺照片')

    assert (await mark(case, office)).status == OPEN


async def test_a_mark_takes_other_words_until_the_unit_answers(case: Application, office: Office) -> None:
    made = await mark(case, office)

    now = await corrections.amend(made, BLURRED, '請重拍。', by=office.colleague)

    assert (now.reason, now.text, now.raised_by.name) == (BLURRED, '請重拍。', '何專員')
    await returned(case, office)
    await refusal(corrections.amend(made, OTHER, '其他', by=office.reviewer), MovedOn)


async def test_the_unit_sees_marks_once_the_case_is_sent_back(case: Application, office: Office) -> None:
    await mark(case, office)
    void = await mark(case, office, REMARKS)
    await corrections.withdraw(void, by=office.reviewer)
    assert await statuses(case, office.clerk) == []
    assert await statuses(case, office.reviewer) == [OPEN, WITHDRAWN]

    with dates.frozen(NOW + timedelta(minutes=5)):
        await returned(case, office)

    volunteer = await an_account(Role.VOLUNTEER, volunteer_id=case.volunteer_id)
    other_clerk = await an_account(Role.UNIT_STAFF)
    assert await statuses(case, office.clerk) == [OPEN]
    assert await statuses(case, volunteer) == []
    await refusal(corrections.of(case, by=other_clerk), NotFound)


async def test_a_mark_withdrawn_after_the_return_stays_in_sight_and_asks_for_nothing(
    case: Application, office: Office
) -> None:
    made = await mark(case, office)
    await returned(case, office)

    with dates.frozen(NOW + timedelta(minutes=5)):
        await corrections.withdraw(made, by=office.colleague)

    assert await statuses(case, office.clerk) == [WITHDRAWN]
    assert (await sent_again(case, office)).status == ApplicationStatus.SUBMITTED
    assert await statuses(case, office.clerk) == [WITHDRAWN]


async def test_a_case_is_not_sent_again_before_each_mark_is_answered(case: Application, office: Office) -> None:
    mended, disputed = await mark(case, office), await mark(case, office, REMARKS)
    await returned(case, office)
    assert await refusal(sent_again(case, office), Unanswered) == (
        '還有 2 項需補正沒有回覆。請逐項修改，或說明您的看法，再按「送審」。已填的資料都還在。'
    )

    await amended(case, office, email='new@example.com')
    await corrections.answer(mended, '', by=office.clerk)
    await refusal(sent_again(case, office), Unanswered)
    await corrections.dispute(disputed, '備註本來就可以空白。', by=office.clerk)
    await sent_again(case, office)

    rows = Correction.all().values_list('status', 'answer', 'old_value', 'new_value', 'answered_by__name')
    assert await rows == [
        (MENDED, '', 'volunteer@example.com', 'new@example.com', '林小滿'),
        (DISPUTED, '備註本來就可以空白。', '', '', '林小滿'),
    ]


async def test_mended_needs_a_change_or_a_word(case: Application, office: Office) -> None:
    made = await mark(case, office)
    await returned(case, office)
    with pytest.raises(Incomplete) as unchanged:
        await corrections.answer(made, ' ', by=office.clerk)
    with pytest.raises(Incomplete) as silent:
        await corrections.dispute(made, '', by=office.clerk)

    now = await corrections.answer(made, '已在電話中說明。', by=office.clerk)

    assert [each.value.problems for each in (unchanged, silent)] == [
        {'text': '「E-MAIL」和送審時一樣，還沒有修改或儲存。請先修改，或用幾個字說明您怎麼處理。'},
        {'text': '請輸入說明。'},
    ]
    assert (now.status, now.answer) == (MENDED, '已在電話中說明。')


async def test_a_number_that_looks_the_same_when_masked_has_changed_all_the_same(
    case: Application, office: Office
) -> None:
    made = await mark(case, office, Anchor(Place.BASICS, 'identity_number'))
    await returned(case, office)
    masked = (await Volunteer.get(id=case.volunteer_id)).identity_masked

    with dates.frozen(NOW + timedelta(minutes=5)):
        await amended(case, office, identity_number=an_identity_number())
        await Volunteer.filter(id=case.volunteer_id).update(identity_masked=masked)
        now = await corrections.answer(made, '', by=office.clerk)

    assert now.status == MENDED


async def test_an_exchanged_photo_stands_beside_the_old_one(case: Application, office: Office) -> None:
    made = await mark(case, office, Anchor(Place.BASICS, 'photo', None, 0.5, 0.5))
    await returned(case, office)
    photo = await a_file(FileKind.PHOTO, by=office.clerk)
    await amended(case, office, photo=photo.id)
    await corrections.answer(made, '', by=office.clerk)
    await sent_again(case, office)

    [one] = await corrections.of(case, by=office.reviewer)

    assert one.correction.old_file not in (None, photo.id)
    assert (one.now_file, one.correction.new_file, one.is_changed) == (photo.id, photo.id, True)


async def test_only_the_unit_answers_and_only_while_it_has_the_case(case: Application, office: Office) -> None:
    made = await mark(case, office)
    await refusal(corrections.dispute(made, '沒有錯。', by=office.clerk), MovedOn)
    await returned(case, office)
    stranger = await an_account(Role.UNIT_STAFF)

    await refusal(corrections.dispute(made, '沒有錯。', by=office.reviewer), NotPermitted)
    await refusal(corrections.dispute(made, '沒有錯。', by=stranger), NotFound)
    await corrections.dispute(made, '沒有錯。', by=office.clerk)
    await sent_again(case, office)

    await refusal(corrections.answer(made, '改好了。', by=office.clerk), MovedOn)


async def test_nothing_is_approved_while_a_mark_is_open(case: Application, office: Office) -> None:
    await mark(case, office)
    void = await mark(case, office, REMARKS)
    assert await refusal(corrections.require_closed(case), StillOpen) == (
        '還有 2 項補正沒有確認，不能核可。請逐項確認或撤銷，或再次通知補件。'
    )
    await corrections.withdraw(void, by=office.reviewer)
    await returned(case, office)
    [made] = await corrections.open_ones(case)
    await corrections.answer(made, '已在電話中說明。', by=office.clerk)
    await sent_again(case, office)
    await refusal(corrections.require_closed(case), StillOpen)

    await corrections.accept(made, by=office.colleague)

    await corrections.require_closed(case)
    assert await statuses(case, office.reviewer) == [ACCEPTED, WITHDRAWN]


async def test_all_answers_are_accepted_together_but_no_mark_that_is_new(case: Application, office: Office) -> None:
    for anchor in (EMAIL, REMARKS, PHOTO):
        await mark(case, office, anchor)
    await returned(case, office)
    for made in await corrections.open_ones(case):
        await corrections.dispute(made, '沒有錯。', by=office.clerk)
    again = await sent_again(case, office)
    await mark(again, office, Anchor(Place.BASICS, 'name'))

    assert await corrections.accept_all(again, by=office.reviewer) == 3
    assert await statuses(case, office.reviewer) == [ACCEPTED, ACCEPTED, ACCEPTED, OPEN]


async def test_a_mark_opened_again_keeps_what_was_said(case: Application, office: Office) -> None:
    made = await mark(case, office, text='請再確認。')
    await returned(case, office)
    await amended(case, office, email='second@example.com')
    await corrections.answer(made, '已改。', by=office.clerk)
    await sent_again(case, office)

    await corrections.reopen(made, '還是不對。', by=office.reviewer)

    assert await statuses(case, office.clerk) == []
    await returned(case, office)
    [one] = await corrections.of(case, by=office.clerk)
    first = ('請再確認。', MENDED, '已改。', office.clerk.name, office.reviewer.name, 'second@example.com')
    assert [exchanged(each) for each in one.earlier] == [first]
    assert (one.correction.status, one.correction.text, one.correction.old_value, one.is_changed) == (
        OPEN,
        '還是不對。',
        'second@example.com',
        False,
    )
    await corrections.dispute(made, '確定沒有錯。', by=office.clerk)
    await sent_again(case, office)
    await corrections.reopen(made, '第三次。', by=office.colleague)
    await corrections.amend(made, OTHER, '請來電。', by=office.reviewer)
    [one] = await corrections.of(case, by=office.reviewer)
    second = ('還是不對。', DISPUTED, '確定沒有錯。', office.clerk.name, office.colleague.name, 'second@example.com')
    assert one.correction.text == '請來電。'
    assert [exchanged(each) for each in one.earlier] == [first, second]


def exchanged(one: CorrectionExchange) -> tuple[str, CorrectionStatus, str, str, str, str]:
    """Asked, answered how and with which words, by whom, opened again by whom, and what was sent back."""
    return one.text, one.status, one.answer, one.answered_by.name, one.reopened_by.name, one.new_value


async def test_a_mark_on_a_training_that_was_removed_leads_to_the_list(case: Application, office: Office) -> None:
    extra = await a_training(await case.volunteer, by=office.clerk, title='補充課程', kind=TrainingKind.OTHER)
    await looked_at(case, by=office.reviewer)
    made = await mark(case, office, Anchor(Place.TRAINING, 'title', extra.id))
    await returned(case, office)
    await trainings.remove(extra, by=office.clerk)

    [one] = await corrections.of(case, by=office.clerk)
    await corrections.answer(made, '', by=office.clerk)
    await sent_again(case, office)

    assert (one.address, one.now_value, one.is_gone) == (
        f'/volunteers/{case.volunteer_id}/trainings',
        '（這筆教育訓練已刪除）',
        True,
    )
    assert (await Correction.get(id=made.id)).new_value == '（這筆教育訓練已刪除）'


async def test_each_mark_leads_to_its_field_and_stands_beside_it(case: Application, office: Office) -> None:
    training = await a_training_of(case)
    for anchor in (EMAIL, Anchor(Place.TRAINING, 'hours', training.id), REMARKS):
        await mark(case, office, anchor)
    assert await corrections.beside(await Application.get(id=case.id), Place.BASICS, by=office.clerk) == {}
    await returned(case, office)
    back = await Application.get(id=case.id)

    page = f'/volunteers/{case.volunteer_id}'
    assert [one.address for one in await corrections.of(case, by=office.clerk)] == [
        f'{page}/basics#email',
        f'{page}/trainings/{training.id}#hours',
        f'{page}/record-book/application#remarks',
    ]
    beside = [
        await corrections.beside(back, Place.BASICS, by=office.clerk),
        await corrections.beside(back, Place.TRAINING, by=office.clerk, training_id=training.id),
        await corrections.beside(back, Place.TRAINING, by=office.clerk, training_id=training.id + 1),
        await corrections.beside(back, Place.APPLICATION, by=office.clerk),
        await corrections.beside(back, Place.BASICS, by=office.reviewer),
        await corrections.beside(None, Place.BASICS, by=office.clerk),
        await corrections.beside(back, Place.BASICS, by=await an_account(role=Role.UNIT_STAFF)),
    ]
    assert [list(each) for each in beside] == [['email'], ['hours'], [], ['remarks'], [], [], []]


async def test_the_mail_says_what_is_open_line_by_line(case: Application, office: Office) -> None:
    await corrections.mark(case, PHOTO, BLURRED, '請重拍，\n要清楚。', by=office.reviewer)
    void = await mark(case, office)
    await corrections.withdraw(void, by=office.reviewer)
    await mark(case, office, REMARKS)

    assert corrections.as_lines(await corrections.open_ones(case)) == (
        '1. 志工照片（模糊）：請重拍， 要清楚。\n2. 備註（其他）：請再確認。'
    )


def test_each_field_offers_the_likeliest_reason_first_and_a_text_for_it() -> None:
    assert [reason.label for reason in corrections.reasons_for(PHOTO)] == ['非半身', '模糊', '其他']
    assert [reason.label for reason in corrections.reasons_for(Anchor(Place.TRAINING, 'certificate_back', 1))] == [
        '缺背面',
        '模糊',
        '姓名不符',
        '非本人證書',
        '日期不符',
        '時數不足',
        '其他',
    ]
    assert [reason.label for reason in corrections.reasons_for(REMARKS)] == ['其他']
    assert set(corrections.TEXTS) == set(CorrectionReason)


@pytest.fixture
async def heard(database: str) -> AsyncIterator[list[CaseChanged | None]]:
    news: list[CaseChanged | None] = []
    await announcements.opened(database)
    announcements.subscribe(CaseChanged, news.append)
    yield news
    announcements.unsubscribe(CaseChanged, news.append)
    await announcements.closed()


async def test_every_act_is_announced_and_what_changes_nothing_is_not(
    office: Office, heard: list[CaseChanged | None]
) -> None:
    case = await a_case(office)
    changed, last = CaseChanged(case.id, case.agency_id, case.host_unit_id, case.volunteer_id), CaseChanged(0, 0, 0, 0)

    made = await mark(case, office)
    await mark(case, office)
    await corrections.withdraw(made, by=office.reviewer)
    await corrections.withdraw(made, by=office.reviewer)
    await announcements.announce(last)

    await until(lambda: last in heard)
    # Saved, sent, marked, withdrawn.
    assert heard == [*[changed] * 4, last]
