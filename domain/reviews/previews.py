"""預覽: what the identity page of the book would look like if the case were approved now. Nothing is written."""

from datetime import date

from db.choices import ApplicationStatus, BookKind, BookStatus, IssueKind
from db.models import Account, Application, RecordBook

from .. import applications, dates, permissions, pictures
from ..books import contents, record_books
from ..errors import DomainError
from ..logbook import pdf
from . import openings


class NothingToPreview(DomainError):
    """Approval of this case prints no page, or it has been decided."""


async def page(application_id: int, *, by: Account) -> bytes:
    """The page as a JPEG, stamped 預覽; the identity number masked, the number that of `record_books.number_ahead`.

    Raises NotFound, NothingToPreview, record_books.CannotIssue, and as `logbook.pdf.as_pdf`.
    """
    permissions.require(by, 'reviews.previews.page')
    application = await applications.get(application_id, by=by)
    if application.status != ApplicationStatus.SUBMITTED:
        raise NothingToPreview(f'這個案件現在是「{application.status.label}」，沒有可以預覽的紀錄冊。')
    if application.kind == IssueKind.CANCELLATION:
        raise NothingToPreview('註銷不會印紀錄冊，所以沒有預覽。')
    await openings.note(application, by=by)
    printed = await pdf.preview_as_pdf(await contents.gather(await _book(application)), whose=by.id)
    return (await pictures.first_page(printed)).content


async def _book(application: Application) -> RecordBook:
    """The book as 核可 would issue or renew it today, in no database."""
    number: str = await record_books.number_ahead(application)
    first: date | None = dates.today()
    if before := await RecordBook.filter(volunteer_id=application.volunteer_id, status=BookStatus.IN_USE).first():
        number, first = number or before.number, before.first_issued_on
    elif application.kind != IssueKind.FIRST:
        first = application.volunteer.legacy_issued_on
    return RecordBook(
        volunteer=application.volunteer,
        application=application,
        agency=application.agency,
        number=number,
        kind=BookKind[application.kind.name],
        issued_on=dates.today(),
        first_issued_on=first,
    )
