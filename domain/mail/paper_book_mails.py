"""Mails of paper books: that some wait, that they are on record, and what is to be mended."""

from collections.abc import Sequence

from db.models import Account, Agency, HostUnit, PaperRegistration

from .. import book_numbers, links
from . import outbox, templates
from .catalogue import Fact
from .facts import lines, of_agency, of_unit, person, url_of
from .receivers import mailbox_of, tell_agency, tell_people


async def wait(agency: Agency, unit: HostUnit, *, by: Account) -> None:
    """To the issuing agency: paper books of the unit wait; while some of them do, it is told no more."""
    facts = of_unit(unit, by) | of_agency(agency) | {'連結': url_of(links.review_paper_books(unit=unit.id))}
    await tell_agency('paper_books_wait', agency, facts)


async def confirmed(unit: HostUnit, agency: Agency, registrations: Sequence[PaperRegistration]) -> None:
    """To the unit: these paper books, each with its volunteer and clerk fetched, stand in the records now."""
    only = registrations[0].volunteer_id if len(registrations) == 1 else None
    facts: dict[str, Fact] = {
        **of_unit(unit, registrations[0].sent_by),
        **of_agency(agency),
        '件數': len(registrations),
        '各冊': [f'{row}. {_row(one)}' for row, one in enumerate(registrations, 1)],
        '連結': url_of(links.record_books(only) if only else links.paper_books('confirmed')),
    }
    await _tell_unit('paper_books_confirmed', unit, registrations, facts)


async def returned(registration: PaperRegistration) -> None:
    """To the unit: what is to be mended of a paper book, which comes with all that belongs to it."""
    await _to_mend('paper_book_returned', registration)


async def unconfirmed(registration: PaperRegistration) -> None:
    """To the unit: a paper book that was confirmed is none any more, and why; comes with all that belongs to it."""
    await _to_mend('paper_book_unconfirmed', registration)


async def _to_mend(template: str, registration: PaperRegistration) -> None:
    facts: dict[str, Fact] = {
        **of_unit(registration.host_unit, registration.sent_by),
        **of_agency(registration.agency),
        '志工': registration.volunteer.name,
        '證號': registration.volunteer.identity_masked,
        '紀錄冊號': _number(registration),
        '原因': lines(registration.reason),
        '連結': url_of(links.paper_book(registration.volunteer_id)),
    }
    await _tell_unit(template, registration.host_unit, [registration], facts)


async def _tell_unit(
    template: str, unit: HostUnit, registrations: Sequence[PaperRegistration], facts: dict[str, Fact]
) -> None:
    clerks = {one.sent_by.id: one.sent_by for one in registrations if one.sent_by.host_unit_id == unit.id}
    mailbox = mailbox_of(unit, clerks.values())
    await outbox.queue(mailbox, *await templates.composed(template, facts), template=template)
    await tell_people(template, facts, [clerk for clerk in clerks.values() if clerk.is_active], [mailbox])


def _number(registration: PaperRegistration) -> str:
    return templates.one_line(book_numbers.written(registration.series, registration.serial))


def _row(registration: PaperRegistration) -> str:
    return f'{person(registration.volunteer)}　{_number(registration)}'
