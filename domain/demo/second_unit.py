"""What the second unit of the demo office has besides: a roster, its sign-off, and paper books at each stage."""

from datetime import date
from uuid import UUID

from db.choices import CorrectionReason, FileKind, Place
from db.models import Account, Application, Roster, Volunteer

from .. import book_numbers, corrections, dates, directory, files, pictures, reviews, rosters, sign_offs
from ..books import paper_books
from ..books.paper_books import PaperBookDetails
from ..corrections import TEXTS, Anchor
from ..sign_offs import Asking
from . import sample_pictures
from .cast import PAPERS, PEOPLE, ROSTER
from .days import days_ago


async def make(clerk: Account, reviewer: Account) -> None:
    """In the order in which it would happen."""
    await _roster(clerk, reviewer)
    await _asked_to_sign(clerk)
    await _papers(clerk, reviewer)


async def _roster(clerk: Account, reviewer: Account) -> None:
    """A roster of the second unit: one waits, one has come back, one cannot be sent yet."""
    names = [person.name for person in PEOPLE if person.clerk == 'clerk2' and person.stage in ('listed', 'untrained')]
    with dates.frozen(days_ago(1)):
        county, agency = await directory.defaults()
        roster = await rosters.start(ROSTER, county.code, agency.id, by=clerk)
        people = await Volunteer.filter(name__in=names).order_by('id')
        await Roster.filter(id=roster.id).update(created_at=dates.now())
        await rosters.add(roster, [person.id for person in people], by=clerk)
        await rosters.send(roster, by=clerk)
    [case] = await Application.filter(roster_id=roster.id, volunteer__name=names[1])
    with dates.frozen(dates.now()):
        photo = Anchor(Place.BASICS, 'photo')
        await corrections.mark(case, photo, CorrectionReason.BLURRED, TEXTS[CorrectionReason.BLURRED], by=reviewer)
        await reviews.return_for_correction(case, '', case.version, by=reviewer)


async def _asked_to_sign(clerk: Account) -> None:
    """What came back of the roster waits for the unit's 志工督導, who is asked without being demanded."""
    roster = await Roster.get(host_unit_id=clerk.host_unit_id)
    await sign_offs.ask(roster, Asking(of_account=True), by=clerk)


async def _papers(clerk: Account, reviewer: Account) -> None:
    """Paper books: one waits with its pictures, one has come back for them, one is a book."""
    _, agency = await directory.defaults()
    day = date(2016, 3, 8)
    for name, serial, stage in PAPERS:
        volunteer = await Volunteer.get(name=name)
        details = PaperBookDetails('中市文志', serial, day, county_code=agency.county_id, agency_id=agency.id)
        with dates.frozen(days_ago(3)):
            if stage != 'returned':
                number = book_numbers.written(details.series, details.serial)
                details.cover, details.last_page = [
                    await _paper(front, number, agency.name, day, clerk) for front in (True, False)
                ]
            sent = await paper_books.register(volunteer, details, by=clerk)
        with dates.frozen(days_ago(1)):
            if stage == 'returned':
                reason = '沒有封面與末頁的圖片，請補上再送。'
                await paper_books.send_back(sent.id, reason, sent.version, by=reviewer)
            elif stage == 'confirmed':
                await paper_books.confirm(sent.id, sent.version, by=reviewer)


async def _paper(front: bool, number: str, agency: str, day: date, clerk: Account) -> UUID:
    [scan] = await pictures.accept_scan(sample_pictures.paper_book(front, number, agency, day))
    return (await files.keep(scan, FileKind.PAPER_BOOK, '封面.jpg' if front else '末頁.jpg', by=clerk)).id
