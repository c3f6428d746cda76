"""Documents made on demand: the record book as PDF, the printed lists. Authenticated GETs; 404 for strangers."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from domain import dates, file_names, imports, rosters, searches, validation, volunteers
from domain.accounts.step_up import StepUpNeeded
from domain.books import book_prints, number_ledger, record_books
from domain.books.number_ledger import EntryQuery
from domain.books.record_books import RecordBookQuery
from domain.errors import DomainError, Incomplete, NotFound, NotPermitted, unhurried
from domain.guide import volunteer_sheet
from domain.imports import templates
from domain.logbook import pdf
from domain.model import Account, BookKind, BookStatus, ImportKind, LogAct, MembershipStatus, Role, TrainingKind
from domain.privacy import own_data
from domain.reports import (
    consolidated_sheet,
    office_figures,
    profile_lists,
    review_periods,
    statistics,
    training_lists,
    usage_log,
)
from domain.reports.profile_lists import Document, LongDocument
from domain.reports.review_periods import Period
from domain.reports.usage_log import LogQuery
from domain.reviews import previews
from domain.trainings import TrainingOrder, TrainingQuery
from domain.volunteers import State, VolunteerQuery, counter_codes, paper_codes

from . import public
from .door.headers import disposition
from .session import account_of
from .signing_in.own_factors import to_proof

_PIECE = 256 * 1024
REASONS = {Role.VOLUNTEER: '本人檢視', Role.UNIT_STAFF: '單位列印', Role.REVIEWER: '機關列印'}


def register(site: FastAPI) -> None:
    """Put the documents under their addresses."""
    site.add_api_route('/books/{book_id}.pdf', _in_peace(book), methods=['GET'])
    site.add_api_route('/reviews/{application_id}/preview.png', _in_peace(preview), methods=['GET'])
    site.add_api_route('/printouts/record-books/{volunteer_id}.{kind}', _in_peace(books), methods=['GET'])
    site.add_api_route('/printouts/books/{key}.pdf', _in_peace(many_books), methods=['GET'])
    site.add_api_route('/printouts/rosters/{roster_id}.{kind}', _in_peace(roster), methods=['GET'])
    site.add_api_route('/my/data/copy.{form}', _in_peace(own_copy), methods=['GET'])
    site.add_api_route('/printouts/consolidated.{kind}', _in_peace(consolidated_record), methods=['GET'])
    site.add_api_route('/printouts/trainings.{kind}', _in_peace(training_list), methods=['GET'])
    site.add_api_route('/printouts/trainings/{volunteer_id}.{kind}', _in_peace(training_list), methods=['GET'])
    site.add_api_route('/printouts/volunteers.ods', _in_peace(volunteer_list), methods=['GET'])
    site.add_api_route('/printouts/codes/{volunteer_id}.pdf', _in_peace(paper_code), methods=['POST'])
    site.add_api_route('/printouts/counter-codes/{volunteer_id}.pdf', _in_peace(counter_code), methods=['POST'])
    site.add_api_route('/printouts/evidence.ods', _in_peace(period_evidence), methods=['GET'])
    site.add_api_route('/printouts/numbers.ods', _in_peace(ledger), methods=['GET'])
    site.add_api_route('/printouts/figures.ods', _in_peace(figure_tables), methods=['GET'])
    site.add_api_route('/printouts/office-figures.ods', _in_peace(office_tables), methods=['GET'])
    site.add_api_route('/printouts/log.ods', _in_peace(log_sheet), methods=['GET'])
    site.add_api_route('/imports/on-record/{kind}.{form}', _in_peace(on_record), methods=['GET'])
    site.add_api_route('/imports/{batch_id}/marked.{form}', _in_peace(marked_sheet), methods=['GET'])


def _in_peace(make: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """A long list takes longer than a press may; what is refused is a page, or a sentence for a script."""

    @functools.wraps(make)
    async def made(request: Request, **how: Any) -> Response:
        try:
            with unhurried():
                return await make(request, **how)
        except StepUpNeeded:
            return to_proof(request)
        except DomainError as refusal:
            is_hidden = isinstance(refusal, NotFound | NotPermitted)
            status = 404 if is_hidden else public.status_of(refusal, otherwise=409)
            return public.refusal(request.scope, status, _sentence(refusal), '文件沒有印出')

    return made


def _sentence(refusal: DomainError) -> str:
    """What a document lacks, as when its address was opened without the search before it; nothing is saved here."""
    if isinstance(refusal, Incomplete):
        return f'{"".join(refusal.problems.values())}請回到查詢的頁面，填好條件再列印或匯出。'
    return str(refusal)


async def book(request: Request, book_id: int) -> Response:
    """The record book as PDF, for the volunteer, the unit and the agency; each printing is noted."""
    account = account_of(request)
    found = await record_books.get(book_id, by=account)
    contents = await record_books.printable(found, by=account, reason=_reason(account))
    name = file_names.clean(f'志願服務紀錄冊-{found.number}', 'pdf')
    made = Document(await pdf.as_pdf(contents, whose=account.id), 'application/pdf', name)
    return _sent(made, is_download='download' in request.query_params)


async def preview(request: Request, application_id: int) -> Response:
    """The page that approval would print now, stamped 預覽: a picture for the reviewer's desk."""
    made = Document(await previews.page(application_id, by=account_of(request)), 'image/jpeg', '預覽.jpg')
    return _sent(made, is_download=False)


async def books(
    request: Request,
    volunteer_id: int,
    kind: str,
    issue: str = '',
    status: str = '',
    since: date | None = None,
    until: date | None = None,
) -> Response:
    """列印(doc), 列印(odt) of the 紀錄冊 tab, as it is filtered."""
    query = RecordBookQuery(
        volunteer_id, validation.member(BookKind, issue), validation.member(BookStatus, status), since, until
    )
    account = account_of(request)
    made = await profile_lists.books(query, kind, reason=_reason(account), by=account)
    return _sent(made, is_download=True)


async def roster(request: Request, roster_id: int, kind: str, masked: bool = True) -> Response:
    """列印名冊 as pdf or ods; in full it is noted for each volunteer."""
    made = await rosters.sheet(roster_id, kind, is_masked=masked, by=account_of(request))
    return _sent(made, is_download=kind != 'pdf')


async def own_copy(request: Request, form: str) -> Response:
    """下載我的資料: everything on record of the volunteer who asks, as json, ods, pdf, or all of it in a zip."""
    return _sent(await own_data.copy(form, by=account_of(request)), is_download=True)


async def many_books(request: Request, key: str) -> Response:
    """整批列印: what a page of this account has had printed; it was whole before."""
    made = book_prints.under_way(key, by=account_of(request))
    headers = _headers(file_names.clean(made.title, 'pdf'), is_download=True)
    return StreamingResponse(
        made.pieces(), media_type='application/pdf', headers=headers | {'Content-Length': str(made.size)}
    )


async def training_list(
    request: Request,
    kind: str,
    volunteer_id: int | None = None,
    masked: bool = True,
    q: str = '',
    since: date | None = None,
    until: date | None = None,
    membership: str = '',
    course: str = '',
    field: int | None = None,
    civil: bool | None = None,
    least: int | None = None,
    most: int | None = None,
    order: str = '',
) -> Response:
    """列印 and 列印時數條, as it is filtered and sorted: of the 教育訓練 tab, or of the whole unit without a volunteer.

    `kind` is pdf, odt, ods or strips.
    """
    account = account_of(request)
    query = TrainingQuery(
        title=await searches.words(q, by=account),
        from_day=since,
        to_day=until,
        status=validation.member(MembershipStatus, membership),
        kind=validation.member(TrainingKind, course),
        field_id=field,
        is_civil_servant=civil,
        hours_from=least,
        hours_to=most,
        order=validation.member(TrainingOrder, order) or TrainingOrder.NAME,
    )
    if volunteer_id is None:
        made = await training_lists.printed(kind, query, is_masked=masked, by=account)
    else:
        made = await profile_lists.trainings(volunteer_id, kind, query, is_masked=masked, by=account)
    if isinstance(made, LongDocument):
        return _streamed(made)
    return _sent(made, is_download=made.media_type != 'application/pdf')


async def consolidated_record(request: Request, kind: str, q: str = '') -> Response:
    """志工總歸戶 of the person whose number stands under the key `q`, with the purpose; it is noted again."""
    account = account_of(request)
    identity_kind, _, rest = (await searches.words(q, by=account)).partition('|')
    number, _, reason = rest.partition('|')
    made = await consolidated_sheet.printed(kind, identity_kind, number, reason, by=account)
    return _sent(made, is_download=kind != 'pdf')


async def volunteer_list(
    request: Request, q: str = '', team: int | None = None, membership: str = '', state: str = '', sort: str = ''
) -> Response:
    """志工基本資料維護 as it is filtered and sorted, as a spreadsheet."""
    account = account_of(request)
    query = VolunteerQuery(
        await searches.words(q, by=account),
        team,
        validation.member(MembershipStatus, membership),
        validation.member(State, state),
        sort=sort,
    )
    file = await volunteer_sheet.ods(query, by=account)
    return _streamed(LongDocument(file, profile_lists.MEDIA_TYPES['ods'], '志工名單.ods'))


async def paper_code(request: Request, volunteer_id: int) -> Response:
    """列印紙本驗證碼: a new code each time; earlier ones work no more."""
    account = account_of(request)
    volunteer = await volunteers.get(volunteer_id, by=account)
    sheet = await paper_codes.printed(volunteer, by=account)
    made = Document(await pdf.code_as_pdf(sheet), 'application/pdf', '紙本驗證碼.pdf')
    return _sent(made, is_download=False)


async def counter_code(request: Request, volunteer_id: int) -> Response:
    """列印登入碼: signs the volunteer in once, in the next quarter of an hour."""
    account = account_of(request)
    sheet = await counter_codes.printed(await volunteers.get(volunteer_id, by=account), by=account)
    made = Document(await pdf.code_as_pdf(sheet), 'application/pdf', '登入碼.pdf')
    return _sent(made, is_download=False)


async def ledger(request: Request, q: str = '', kind: str = '', year: str = '') -> Response:
    """發冊紀錄 as a spreadsheet, as it was searched for."""
    account = account_of(request)
    query = EntryQuery(await searches.words(q, by=account), validation.member(BookKind, kind))
    query.year = validation.number_in(year[:4]) or None
    file = await number_ledger.export(query, by=account)
    return _streamed(LongDocument(file, profile_lists.MEDIA_TYPES['ods'], '發冊紀錄.ods'))


async def period_evidence(request: Request, since: date | None = None, until: date | None = None) -> Response:
    """匯出 ODS of 審核期限紀錄: every round that was sent in the period."""
    return _streamed(await review_periods.ods(Period(since, until), by=account_of(request)))


async def figure_tables(request: Request, months: int = 12) -> Response:
    """審核統計 as a spreadsheet."""
    last = dates.today()
    found = await statistics.of(statistics.first_of(min(max(months, 1), 120), last), last, by=account_of(request))
    content = await statistics.export(found, by=account_of(request))
    return _sent(Document(content, profile_lists.MEDIA_TYPES['ods'], '審核統計.ods'), is_download=True)


async def office_tables(request: Request) -> Response:
    """志願服務統計 as a spreadsheet, for the ministry and county authorities."""
    content = await office_figures.export(by=account_of(request))
    return _sent(Document(content, profile_lists.MEDIA_TYPES['ods'], '志願服務統計.ods'), is_download=True)


async def log_sheet(
    request: Request,
    q: str = '',
    from_day: date | None = None,
    to_day: date | None = None,
    act: str = '',
    who: str = '',
    unit: str = '',
    address: str = '',
) -> Response:
    """使用紀錄 as it was searched for; number and purpose stand under the key `q`."""
    account = account_of(request)
    number, _, reason = (await searches.words(q, by=account)).partition('|')
    query = LogQuery(from_day, to_day, who, unit, validation.member(LogAct, act), address, number, reason)
    file = await usage_log.export(query, by=account)
    return _streamed(LongDocument(file, profile_lists.MEDIA_TYPES['ods'], '使用紀錄.ods'))


async def on_record(request: Request, kind: str, form: str, reason: str = '') -> Response:
    """What the unit has on record, in the layout of the template; that it was taken out is noted."""
    chosen = validation.member(ImportKind, kind)
    if chosen is None:
        raise NotFound
    made = await templates.on_record(chosen, form, reason=reason, by=account_of(request))
    return _sent(made, is_download=True)


async def marked_sheet(request: Request, batch_id: int, form: str) -> Response:
    """下載標色檔案: what was imported with its cells coloured, to be mended and imported again."""
    name, content = await imports.marked_file(batch_id, form, by=account_of(request))
    return _sent(Document(content, templates.FORMS[form], name), is_download=True)


def _reason(account: Account) -> str:
    """Why the account prints a book. Raises NotPermitted for one that has none."""
    if account.role not in REASONS:
        raise NotPermitted
    return REASONS[account.role]


def _sent(made: Document, *, is_download: bool) -> Response:
    return Response(made.content, media_type=made.media_type, headers=_headers(made.name, is_download))


def _streamed(made: LongDocument) -> Response:
    """A long document, sent as it is read from the disk; it was whole before the first byte goes."""

    async def pieces() -> AsyncIterator[bytes]:
        with made.file:
            while piece := await asyncio.to_thread(made.file.read, _PIECE):
                yield piece

    return StreamingResponse(pieces(), media_type=made.media_type, headers=_headers(made.name, is_download=True))


def _headers(name: str, is_download: bool) -> dict[str, str]:
    return {
        'Content-Disposition': disposition(name, is_download=is_download),
        'Cache-Control': 'private, no-store',
        'X-Content-Type-Options': 'nosniff',
    }
