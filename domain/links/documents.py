"""Files, and what is printed or exported; who asks gets a file, not a page."""

from datetime import date
from typing import Unpack

from .addresses import TrainingFilters, asking


def file(file_id: object) -> str:
    """A picture or an attachment."""
    return f'/files/{file_id}'


def upload(kind: str) -> str:
    """Takes a file; a POST."""
    return f'/uploads/{kind}'


def upload_import(kind: str, *, replaces: object = None) -> str:
    """Takes a file to be imported, perhaps in place of a batch; a POST."""
    return asking(f'/uploads/imports/{kind}', replaces=replaces)


def book_pdf(book_id: int, *, download: bool = False) -> str:
    """A record book as PDF: to look at, or with `download` to keep."""
    return f'/books/{book_id}.pdf{"?download" if download else ""}'


def printed_books(key: str) -> str:
    """The file of many books, `key` of which the page that had them printed knows."""
    return f'/printouts/books/{key}.pdf'


def printed_record_books(
    volunteer_id: int,
    kind: str,
    *,
    issue: str = '',
    status: str = '',
    since: date | None = None,
    until: date | None = None,
) -> str:
    """The record books of the 紀錄冊 tab, as it is filtered, as docx or odt."""
    path = f'/printouts/record-books/{volunteer_id}.{kind}'
    return asking(path, issue=issue, status=status, since=since, until=until)


def printed_roster(roster_id: int, kind: str, *, masked: bool = True) -> str:
    """列印名冊 as pdf or ods, identity numbers masked or in full."""
    return asking(f'/printouts/rosters/{roster_id}.{kind}', masked=int(masked))


def volunteer_sheet(
    q: str = '', *, team: int | None = None, membership: str = '', state: str = '', sort: str = ''
) -> str:
    """志工基本資料維護 as it is filtered and sorted, as a spreadsheet."""
    return asking('/printouts/volunteers.ods', q=q, team=team, membership=membership, state=state, sort=sort)


def printed_counter_code(volunteer_id: int) -> str:
    """登入碼 on paper, a new one each time; a POST."""
    return f'/printouts/counter-codes/{volunteer_id}.pdf'


def printed_code(volunteer_id: int | str) -> str:
    """A new 紙本驗證碼 for a volunteer, as pdf; a POST."""
    return f'/printouts/codes/{volunteer_id}.pdf'


def printed_trainings(volunteer_id: int, kind: str, *, masked: bool = True, **filters: Unpack[TrainingFilters]) -> str:
    """列印 of the 教育訓練 tab as pdf, odt, ods or strips, as it is filtered and sorted."""
    return asking(f'/printouts/trainings/{volunteer_id}.{kind}', masked=int(masked), **filters)


def printed_unit_trainings(kind: str, *, masked: bool = True, **filters: Unpack[TrainingFilters]) -> str:
    """列印 of 教育訓練查詢 as pdf, odt, ods or strips, as it is filtered and sorted."""
    return asking(f'/printouts/trainings.{kind}', masked=int(masked), **filters)


def printed_consolidated(kind: str, q: str) -> str:
    """列印 of 志工總歸戶 as pdf or ods; `q` is the key of number and purpose."""
    return asking(f'/printouts/consolidated.{kind}', q=q)


def number_ledger_sheet(q: str = '', *, kind: str = '', year: int | None = None) -> str:
    """發冊紀錄 as it was searched for, as a spreadsheet."""
    return asking('/printouts/numbers.ods', q=q, kind=kind, year=year)


def period_evidence(since: date | None = None, until: date | None = None) -> str:
    """審核期限紀錄 between two days, as a spreadsheet."""
    return asking('/printouts/evidence.ods', since=since, until=until)


def statistics_sheet(months: int) -> str:
    """審核統計 of the last `months`, as a spreadsheet."""
    return asking('/printouts/figures.ods', months=months)


def office_figures_sheet() -> str:
    """The same as .ods."""
    return '/printouts/office-figures.ods'


def printed_log(
    q: str = '',
    *,
    from_day: date | None = None,
    to_day: date | None = None,
    act: str | None = None,
    who: str = '',
    unit: str = '',
    address: str = '',
) -> str:
    """使用紀錄 as it was searched for (`usage_log.LogQuery`) as a spreadsheet; `q`: the key of number and purpose."""
    filters = {'from_day': from_day, 'to_day': to_day, 'act': act, 'who': who, 'unit': unit, 'address': address}
    return asking('/printouts/log.ods', q=q, **filters)
