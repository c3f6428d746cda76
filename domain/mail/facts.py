"""What mails say of a case, a unit, an agency and a book, and how days, addresses and free words stand in them."""

from datetime import date, datetime

from db.choices import BookStatus
from db.models import Account, Agency, Application, HostUnit, RecordBook, Volunteer

from .. import dates, settings
from . import templates
from .catalogue import Fact

NOT_KNOWN = '（未登錄）'


def of_case(case: Application, link: str) -> dict[str, Fact]:
    """Of a case with all that belongs to it; `link` is a path of ours."""
    return {
        '案號': case.id,
        '送審次數': case.round,
        '志工': case.volunteer.name,
        '證號': case.volunteer.identity_masked,
        '發冊類別': case.kind.label,
        **of_unit(case.host_unit, case.submitted_by),
        **of_agency(case.agency),
        '連結': url_of(link),
    }


def of_unit(unit: HostUnit, clerk: Account | None) -> dict[str, Fact]:
    """How to reach the unit: by its clerk where that is known, else at its own telephone and mailbox."""
    return {
        '運用單位': unit.name,
        '承辦人': clerk.name if clerk else '',
        '單位電話': (clerk.phone if clerk else '') or unit.phone or NOT_KNOWN,
        '單位信箱': (clerk.email if clerk else '') or unit.email or NOT_KNOWN,
    }


def of_agency(agency: Agency) -> dict[str, Fact]:
    """How to reach the agency."""
    return {'發冊機關': agency.name, '機關電話': agency.phone or NOT_KNOWN, '機關信箱': agency.email or NOT_KNOWN}


def of_book(book: RecordBook) -> dict[str, Fact]:
    """Its number and day, and whether it has been cancelled since."""
    is_cancelled = book.status == BookStatus.CANCELLED
    return {
        '紀錄冊號': book.number,
        '發冊日期': dates.roc_long(book.issued_on) if book.issued_on else '暫不填寫',
        '註銷': is_cancelled,
    }


def of_sending(at: datetime, due: date) -> dict[str, Fact]:
    """When it was sent, and until when it is to be decided."""
    return {'送審時間': dates.roc_instant(at), '期限': dates.roc(due), '期限全文': dates.roc_long(due)}


def person(volunteer: Volunteer) -> str:
    """Name and masked number on one line."""
    return templates.one_line(f'{volunteer.name}（{volunteer.identity_masked}）')


def review_days(agency: Agency) -> str:
    """How long the agency has for a case."""
    return f'{agency.review_days} 個工作天內' if agency.counts_working_days else f'{agency.review_days} 日內'


def lines(reason: str) -> list[str]:
    """What somebody wrote, line by line as a mail shows it."""
    return [line for line in map(templates.one_line, reason.splitlines()) if line]


def url_of(path: str) -> str:
    """A path of ours as a whole address; what is one already stays."""
    return f'{settings.current().public_url}{path}' if path.startswith('/') else path


def day(on: date | None) -> str:
    """A day as mails write it, '' for none."""
    return dates.roc(on) if on else ''


def instant(moment: datetime | None) -> str:
    """A day with its time, '' for none."""
    return dates.roc_instant(moment) if moment else ''
