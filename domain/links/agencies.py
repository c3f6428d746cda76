"""What an issuing agency does: cases, rosters, paper books, its number ledger and figures."""

from .addresses import asking


def review_queue(status: str = '', due: str = '', unit: int | None = None) -> str:
    """志工紀錄冊審核; the list `status`, of it what is `due`, or what a unit has sent."""
    return asking('/reviews', status=status, due=due, unit=unit)


def case(application_id: int, roster_id: int | None = None) -> str:
    """One application on the reviewer's desk; with `roster_id` beside the others of its roster."""
    return asking(f'/reviews/{application_id}', roster=roster_id)


def case_preview(application_id: int) -> str:
    """A picture of the page that approval would print."""
    return f'/reviews/{application_id}/preview.png'


def review_rosters(q: str = '', turn: str = '', page: int | None = None) -> str:
    """名冊審核, as `rosters`."""
    return asking('/reviews/rosters', q=q, turn=turn, page=page)


def review_roster(roster_id: int) -> str:
    """One roster, as its agency has received it."""
    return f'/reviews/rosters/{roster_id}'


def review_paper_books(q: str = '', status: str = '', unit: int | None = None, page: int | None = None) -> str:
    """紙本紀錄冊確認: what waits, or the list `status`; `q` is the key of what was searched for (`searches`)."""
    return asking('/reviews/paper-books', q=q, status=status, unit=unit, page=page)


def review_paper_book(registration_id: int) -> str:
    """One paper book that waits for its agency, with its pictures."""
    return f'/reviews/paper-books/{registration_id}'


def overdue(due: str = '') -> str:
    """逾期案件, or what else is `due` (`deadlines.Due`)."""
    return asking('/reviews/overdue', due=due)


def number_ledger(
    q: str = '', *, kind: str = '', year: int | None = None, page: int | None = None, per: int | None = None
) -> str:
    """發冊紀錄 as it was searched and turned; `q` is the key of what was searched for (`searches`)."""
    return asking('/numbers', q=q, kind=kind, year=year, page=page, per=per)


def statistics(months: int | None = None) -> str:
    """審核統計 of the last `months`."""
    return asking('/figures', months=months)
