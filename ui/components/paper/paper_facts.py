"""What is shown of the registration of a paper book: its two pictures, and what was typed beside them."""

from typing import Any

from domain import dates, links, volunteers
from domain.books import paper_books, record_books
from domain.books.paper_books import FIELDS
from domain.model import PaperRegistration, RegistrationStatus

from ..states import Look

LOOKS = {
    RegistrationStatus.WAITING: Look('info', 'clock'),
    RegistrationStatus.RETURNED: Look('bad', 'flag'),
    RegistrationStatus.CONFIRMED: Look('ok', 'check'),
    RegistrationStatus.WITHDRAWN: Look('', 'warning'),
}


def day_of(registration: PaperRegistration) -> str:
    """發冊日期, or that there is none."""
    if registration.issued_on is None:
        return FIELDS['waives_issue_date'].label
    return f'民國 {dates.roc(registration.issued_on)}'


def body_of(registration: PaperRegistration) -> str:
    """Whoever issued the book; the agency is fetched."""
    return registration.issued_by or registration.agency.name


def pictures_of(registration: PaperRegistration) -> list[dict[str, Any]]:
    """Cover and last page; one that is missing says so."""
    return [
        {
            'key': f'{registration.id} {side}',
            'label': FIELDS[side].caption,
            'url': links.file(file_id) if (file_id := getattr(registration, f'{side}_id')) else '',
        }
        for side in paper_books.SIDES
    ]


def groups_of(registration: PaperRegistration) -> list[dict[str, Any]]:
    """The person, and what was typed, to be compared with the pictures."""
    person = registration.volunteer
    typed = [
        (record_books.FIELDS['number'].label, paper_books.number_of(registration), True),
        (FIELDS['issued_on'].label, day_of(registration), False),
        (FIELDS['issued_by'].label, body_of(registration), False),
        (FIELDS['agency_id'].label, registration.agency.name, False),
        ('登記單位', registration.host_unit.name, False),
        ('送請確認', f'{dates.roc_instant(registration.sent_at)}　{registration.sent_by.name}', False),
    ]
    who = [
        (volunteers.FIELDS['name'].label, person.name, True),
        (person.identity_kind.label, person.identity_masked, False),
        (volunteers.FIELDS['born_on'].label, f'民國 {dates.roc(person.born_on)}', False),
    ]
    return [{'title': '志工', 'facts': _facts(who)}, {'title': '登記的資料', 'facts': _facts(typed)}]


def warnings_of(registration: PaperRegistration, others: int) -> list[str]:
    """What whoever confirms has to know: pictures that are missing, `others` with the same number."""
    missing = [FIELDS[side].caption for side in paper_books.SIDES if not getattr(registration, f'{side}_id')]
    said = [f'沒有{"、".join(missing)}的圖片'] if missing else []
    return [*said, *([f'另有 {others} 位志工是同一號，只能確認一位'] if others else [])]


def _facts(lines: list[tuple[str, str, bool]]) -> list[dict[str, Any]]:
    return [{'label': label, 'text': text, 'strong': strong} for label, text, strong in lines]
