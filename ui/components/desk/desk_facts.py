"""What the desk shows of a case: its pictures and facts, each with the flag by which it may be marked."""

from typing import Any

from domain import dates, links, trainings
from domain.model import ApplicationStatus, Place, Training, Volunteer
from domain.reviews import Case
from domain.volunteers import basics

from .desk_marks import flag

Fact = dict[str, Any]


def photo_of(volunteer: Volunteer) -> Fact:
    """The photo, with its flag."""
    return flag('照片', Place.BASICS, 'photo', url=_file(volunteer.photo_id), picture=bool(volunteer.photo_id))


def sides_of(training: Training) -> dict[str, Any]:
    """Both sides of a certificate, each with its flag."""
    front, back = training.certificate_front_id, training.certificate_back_id
    return {
        'label': f'{training.kind.label} {training.minutes // 60} 小時',
        'front': _side('正面', 'certificate_front', training, front),
        'back': _side('反面', 'certificate_back', training, back),
    }


def groups_of(case: Case) -> list[dict[str, Any]]:
    """基本資料, each training, 紀錄冊."""
    return [
        {'title': '基本資料', 'facts': _person(case.volunteer)},
        *({'title': f'教育訓練：{each.kind.label}', 'facts': _training(each)} for each in case.trainings),
        {'title': '紀錄冊', 'facts': _book(case)},
    ]


def _person(volunteer: Volunteer) -> list[Fact]:
    age = dates.age_on(volunteer.born_on, dates.today())
    number: Fact = {'text': volunteer.identity_masked, 'secret': True}
    born = f'民國 {dates.roc(volunteer.born_on)}（滿 {age} 歲）'
    return [
        flag(volunteer.identity_kind.label, Place.BASICS, 'identity_number', **number),
        flag('出生日期', Place.BASICS, 'born_on', text=born),
        flag('性別', Place.BASICS, 'sex', text=volunteer.sex.label),
        flag('英文姓名', Place.BASICS, 'english_name', text=volunteer.english_name or '未填寫'),
        flag('E-MAIL', Place.BASICS, 'email', text=volunteer.email or '未填寫'),
        flag('舊制冊號', Place.BASICS, 'legacy_serial', text=basics.legacy_number(volunteer) or '無'),
    ]


def _training(training: Training) -> list[Fact]:
    def fact(label: str, field: str, text: str) -> Fact:
        return flag(label, Place.TRAINING, field, training.id, text=text)

    return [
        fact('課程名稱', 'title', training.title),
        fact('課程領域', 'field_id', training.field.name),
        fact('訓練日期', 'starts_on', f'{dates.roc(training.starts_on)} ～ {dates.roc(training.ends_on)}'),
        fact('訓練單位', 'provider', training.provider),
        fact('訓練時數', 'hours', trainings.format_duration(training.minutes)),
        fact('核定字號', 'approval_reference', training.approval_reference or '無'),
    ]


def _book(case: Case) -> list[Fact]:
    def fact(label: str, field: str, text: str, **more: Any) -> Fact:
        return flag(label, Place.APPLICATION, field, text=text, **more)

    application = case.application
    attached = application.attachment_id
    number: Fact = {'label': '紀錄冊號', 'text': case.number or '沿用原號', 'strong': True}
    if application.status is ApplicationStatus.SUBMITTED:
        number |= {'note': '核可時自動取號；同仁先核可則順延' if case.number else '', 'preview': True}
    return [
        fact('發冊類別', 'kind', application.kind.label),
        fact('發冊縣市', 'county_code', application.county.name),
        fact('發冊機關', 'agency_id', application.agency.name),
        fact('備註', 'remarks', application.remarks or '未填寫'),
        fact('附件', 'attachment', '開啟附件' if attached else '沒有附件', href=_file(attached)),
        number,
    ]


def _side(label: str, field: str, training: Training, file_id: object) -> Fact:
    return flag(label, Place.TRAINING, field, training.id, url=_file(file_id), picture=bool(file_id))


def _file(file_id: object) -> str:
    return links.file(file_id) if file_id else ''
