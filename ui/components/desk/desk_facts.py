"""What the desk shows of a case: its pictures and facts, each with the flag by which it may be marked."""

from typing import Any

from domain import applications, dates, links, trainings, volunteers
from domain.books import record_books
from domain.model import ApplicationStatus, Place, Training, Volunteer
from domain.reviews import Case
from domain.volunteers import basics

from .desk_marks import flag

Fact = dict[str, Any]


def photo_of(volunteer: Volunteer) -> Fact:
    """The photo, with its flag."""
    return flag('照片', Place.BASICS, 'photo', url=_file(volunteer.photo_id), picture=bool(volunteer.photo_id))


def training_of(training: Training) -> dict[str, Any]:
    """Both sides of a certificate and what was registered of it, each with its flag."""
    front, back = training.certificate_front_id, training.certificate_back_id
    return {
        'label': f'{training.kind.label} {training.minutes // 60} 小時',
        'title': f'教育訓練：{training.kind.label}',
        'front': _side('certificate_front', training, front),
        'back': _side('certificate_back', training, back)
        | ({'none': trainings.FIELDS['has_no_back'].label} if training.has_no_back else {}),
        'facts': _training(training),
    }


def beside(volunteer: Volunteer) -> list[Fact]:
    """Who it should be, for the full screen."""
    return _person(volunteer, may_reveal=False)[:4]


def groups_of(case: Case) -> list[dict[str, Any]]:
    """基本資料 and 紀錄冊; a training stands beside its certificate."""
    return [
        {'title': '基本資料', 'facts': _person(case.volunteer, may_reveal=not case.as_sent)},
        {'title': '紀錄冊', 'facts': _book(case)},
    ]


def _person(volunteer: Volunteer, *, may_reveal: bool) -> list[Fact]:
    age = dates.age_on(volunteer.born_on, dates.today())
    number: Fact = {'text': volunteer.identity_masked, 'secret': may_reveal}
    born = f'民國 {dates.roc(volunteer.born_on)}（滿 {age} 歲）'

    def fact(field: str, text: str) -> Fact:
        return flag(volunteers.FIELDS[field].label, Place.BASICS, field, text=text)

    return [
        flag(volunteer.identity_kind.label, Place.BASICS, 'identity_number', **number),
        fact('name', volunteer.name),
        fact('born_on', born),
        fact('sex', volunteer.sex.label),
        fact('english_name', volunteer.english_name or '未填寫'),
        fact('email', volunteer.email or '未填寫'),
        flag(
            basics.FIELDS['legacy_series'].caption,
            Place.BASICS,
            'legacy_serial',
            text=basics.legacy_number(volunteer) or '無',
            note=_legacy_day(volunteer),
        ),
    ]


def _legacy_day(volunteer: Volunteer) -> str:
    if volunteer.legacy_issued_on:
        return f'{basics.FIELDS["legacy_issued_on"].label} {dates.roc(volunteer.legacy_issued_on)}'
    return basics.FIELDS['waives_issue_date'].label if volunteer.waives_issue_date else ''


def _training(training: Training) -> list[Fact]:
    def fact(field: str, text: str) -> Fact:
        return flag(trainings.FIELDS[field].caption, Place.TRAINING, field, training.id, text=text)

    return [
        fact('title', training.title),
        fact('field_id', training.field.name),
        fact('starts_on', f'{dates.roc(training.starts_on)} ～ {dates.roc(training.ends_on)}'),
        fact('provider', training.provider),
        fact('hours', trainings.format_duration(training.minutes)),
        fact('approval_reference', training.approval_reference or '無'),
        *([fact('has_no_back', '單位承辦人已勾選')] if training.has_no_back else []),
    ]


def _book(case: Case) -> list[Fact]:
    def fact(field: str, text: str, **more: Any) -> Fact:
        return flag(applications.FIELDS[field].label, Place.APPLICATION, field, text=text, **more)

    application = case.application
    attached = application.attachment_id
    number: Fact = {
        'label': record_books.FIELDS['number'].label,
        'text': case.number or '沿用原號',
        'strong': True,
    }
    if application.status is ApplicationStatus.SUBMITTED:
        number |= {
            'note': '核可時自動取號；同仁先核可則順延，先前的核可復原則提前' if case.number else '',
            'preview': True,
        }
    return [
        fact('kind', application.kind.label),
        fact('county_code', application.county.name),
        fact('agency_id', application.agency.name),
        fact('remarks', application.remarks or '未填寫'),
        fact('attachment', '開啟附件' if attached else '沒有附件', href=_file(attached)),
        number,
    ]


def _side(field: str, training: Training, file_id: object) -> Fact:
    label = f'{training.kind.label}{trainings.FIELDS[field].caption}'
    return flag(label, Place.TRAINING, field, training.id, url=_file(file_id), picture=bool(file_id))


def _file(file_id: object) -> str:
    return links.file(file_id) if file_id else ''
