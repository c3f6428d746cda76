"""名冊 as a document: the list of volunteers that is sent with their applications (管理辦法 §5)."""

import asyncio
from collections.abc import Collection, Iterable, Sequence

from db.choices import AccessKind, ApplicationStatus, Role
from db.models import Account, Application, RecordBook, Volunteer

from .. import dates, permissions, printouts
from ..audit import access
from ..errors import NotFound
from .odf import Cell

TITLE = '志願服務紀錄冊申請名冊'
# The facts of 管理辦法 §5; volunteers without a national ID are listed by passport number.
COLUMNS = ('編號', '姓名', '性別', '出生年月日', '國民身分證統一編號或護照號碼')
BOOK = '紀錄冊號'
TO_SIGN = ('承辦人', '單位主管', '運用單位用印', '發冊機關收件')
BLANK_ROWS = 20


async def roster(applications: Sequence[Application], *, by: Account) -> bytes:
    """The roster of one or more applications as .ods, in their order, numbered from 1.

    It has the full identity numbers, which 管理辦法 §5 requires, and the access log records this for each volunteer.
    For the unit that applies and the agency it applies to; raises NotFound for others. `applications` come with their
    volunteers, the first one with unit and agency, too.
    """
    first = applications[0]
    return await printed(
        applications, 'ods', unit=first.host_unit.name, agency=first.agency.name, is_masked=False, by=by
    )


async def printed(
    applications: Sequence[Application],
    kind: str,
    *,
    unit: str,
    agency: str,
    name: str = '',
    is_masked: bool,
    by: Account,
) -> bytes:
    """The roster `name` as `kind` pdf or ods, from `unit` to `agency`, with identity numbers masked or in full.

    Once books were issued it has their numbers; on paper it has lines for stamps. Raises NotFound as `roster`, and as
    `logbook.pdf.as_pdf`.
    """
    if kind not in ('pdf', 'ods') or not all(_concerns(application, by) for application in applications):
        raise NotFound
    volunteers = [application.volunteer for application in applications]
    unmasked = set() if is_masked else await _may_see(volunteers, by)
    seen = [volunteer for volunteer in volunteers if volunteer.id in unmasked]
    await access.note_each(seen, AccessKind.ROSTER, '紀錄冊申請名冊（管理辦法第 5 條）', by=by)
    columns, rows = await _table(applications, unmasked)
    some_masked = is_masked or len(seen) < len(volunteers)
    subtitle = printouts.below(
        *([f'名冊「{name}」'] if name else []),
        f'{unit}　送　{agency}',
        f'共 {len(rows)} 人',
        *(['證號部分遮蔽'] if some_masked else []),
    )
    if kind == 'pdf':
        return await printouts.pdf(TITLE, subtitle, columns, rows, to_sign=TO_SIGN, whose=by.id)
    return await asyncio.to_thread(printouts.ods, TITLE, subtitle, columns, rows)


def blank() -> bytes:
    """A roster to fill in by hand, as .ods (下載專區)."""
    lines: list[list[Cell]] = [[number, *[''] * (len(COLUMNS) - 1)] for number in range(1, BLANK_ROWS + 1)]
    return printouts.ods(
        TITLE, '運用單位：　　　　　　　　　　　發冊機關：　　　　　　　　　　　造冊日期：', COLUMNS, lines
    )


async def _may_see(volunteers: Iterable[Volunteer], by: Account) -> set[int]:
    """Whose full number `by` may read: not that of a volunteer who has left the unit since."""
    ids = [volunteer.id for volunteer in volunteers]
    return {one.id for one in await Volunteer.filter(permissions.visible_to(by), id__in=ids).only('id')}


async def _table(
    applications: Sequence[Application], unmasked: Collection[int]
) -> tuple[Sequence[str], list[list[Cell]]]:
    """Columns and rows, with the numbers of the books once there are any."""
    people = [application.volunteer for application in applications]
    rows = [_as_row(number, person, person.id not in unmasked) for number, person in enumerate(people, start=1)]
    approved = [each.id for each in applications if each.status == ApplicationStatus.APPROVED]
    books = await RecordBook.filter(application_id__in=approved) if approved else []
    if not books:
        return COLUMNS, rows
    numbers = {book.application_id: book.number for book in books}
    return (*COLUMNS, BOOK), [[*row, numbers.get(each.id, '')] for row, each in zip(rows, applications, strict=True)]


def _concerns(application: Application, by: Account) -> bool:
    if by.role == Role.UNIT_STAFF:
        return permissions.is_of_place(by, application.host_unit_id, application.team_id)
    return by.role == Role.REVIEWER and by.agency_id == application.agency_id


def _as_row(number: int, volunteer: Volunteer, is_masked: bool) -> list[Cell]:
    return [
        number,
        volunteer.name,
        volunteer.sex.label,
        dates.roc(volunteer.born_on),
        volunteer.identity_masked if is_masked else volunteer.identity_number.open(),
    ]
