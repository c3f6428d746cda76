"""送審內容 as it was kept: what was sent with each round, and what a reviewer has looked at since.

The latest row of a round is what was looked at. Nothing is ever taken away.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from db import transaction
from db.choices import ApplicationStatus, Place
from db.models import Account, Application, CaseContent, Training

from .. import dates, permissions, validation
from ..cases import transitions
from ..cases.worklists import CLOSED
from ..errors import MovedOn, NotFound
from .entries import Papers, collected

_RELATED = ('volunteer', 'county', 'agency')
# So many are read together.
_PIECE = 25
_LATEST = (
    'SELECT DISTINCT ON (application_id) application_id, content FROM case_content'
    ' WHERE application_id = ANY($1::int[]) ORDER BY application_id, id DESC'
)


@dataclass(frozen=True)
class Kept:
    """Papers as they were sent, or looked at by somebody (`by_name`), at that moment."""

    papers: Papers
    digest: str
    at: datetime
    by_name: str
    is_sent: bool


async def of(application: Application) -> Papers:
    """What the application holds now; of one that ended without a book, what was looked at last. Two queries."""
    if application.status in CLOSED and (kept := await last(application)):
        return kept.papers
    return (await of_many([application.id]))[application.id]


async def of_many(application_ids: Iterable[int]) -> dict[int, Papers]:
    """Application id → what it holds now. Two queries, however many there are."""
    return await of_those(Application.filter(id__in=list(application_ids)))


async def of_those(found: QuerySet[Application]) -> dict[int, Papers]:
    """The same of the applications that are found. Two queries."""
    cases = await found.select_related(*_RELATED)
    people = {case.volunteer_id for case in cases}
    listed: dict[int, list[Training]] = {one: [] for one in people}
    for training in await Training.filter(volunteer_id__in=people).select_related('trained_for', 'field'):
        listed[training.volunteer_id].append(training)
    return {case.id: collected(case, listed[case.volunteer_id]) for case in cases}


async def of_whole(case: Application) -> Papers:
    """What a case holds that was just read with volunteer, county and agency. One query.

    What is to be kept is read in the transaction that has locked the case.
    """
    trainings = Training.filter(volunteer_id=case.volunteer_id).select_related('trained_for', 'field')
    return collected(case, await trainings)


async def sent(application: Application) -> Papers | None:
    """What was sent in the last round; None for what was never sent, or before this was kept."""
    rows = CaseContent.filter(application_id=application.id, is_sent=True).order_by('-round', '-id')
    row = await rows.first()
    return Papers.from_text(row.content.open()) if row else None


async def rows_of(application: Application) -> list[CaseContent]:
    """All that was kept of it, with who sent it or looked at it, oldest first."""
    return await CaseContent.filter(application_id=application.id).select_related('by').order_by('id')


async def last(application: Application) -> Kept | None:
    """What was looked at last in this round: at first what was sent."""
    rows = CaseContent.filter(application_id=application.id, round=application.round).order_by('-id')
    row = await rows.select_related('by').first()
    return opened(row) if row else None


def last_of(application: Application, rows: Iterable[CaseContent]) -> CaseContent | None:
    """The one among `rows` that was looked at last in this round."""
    return max((row for row in rows if row.round == application.round), key=lambda row: row.id, default=None)


def opened(row: CaseContent) -> Kept:
    """What a row holds; who it is by was read with it."""
    return Kept(Papers.from_text(row.content.open()), row.digest, row.at, row.by.name, row.is_sent)


async def names(application_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Application id → name and masked number as they were kept last, where they were. One query."""
    ids = list(application_ids)
    if not ids:
        return {}
    found: dict[int, tuple[str, str]] = {}
    content: Any = CaseContent._meta.fields_map['content']
    for row in await get_connection('default').execute_query_dict(_LATEST, [ids]):
        papers = Papers.from_text(content.to_python_value(row['content']).open())
        name, number = papers.at(Place.BASICS, 'name'), papers.at(Place.BASICS, 'identity_number')
        if name and number:
            found[row['application_id']] = name.value, number.value
    return found


def looks(rows: Sequence[CaseContent]) -> list[CaseContent]:
    """Of all that was kept of a case, oldest first: each time that a reviewer has looked at changes."""
    earlier = {row.round: row.id for row in reversed(rows)}  # the first of a round is what came, not a change of it
    return [row for row in rows if not row.is_sent and row.id != earlier[row.round]]


async def unlooked(application_ids: Iterable[int]) -> set[int]:
    """Which of the cases hold something else than what was looked at last. Three queries."""
    digests = await looked_at(application_ids)
    now = await of_many(digests) if digests else {}
    return {one for one, digest in digests.items() if now[one].digest() != digest}


async def looked_at(application_ids: Iterable[int]) -> dict[int, str]:
    """Application id → the digest of what was looked at last in its round; none where nothing was kept. Two queries."""
    ids = list(application_ids)
    if not ids:
        return {}
    cases = {one.id: one for one in await Application.filter(id__in=ids)}
    rows = CaseContent.filter(application_id__in=list(cases)).order_by('id')
    kept: list[tuple[int, int, str]] = [*await rows.values_list('application_id', 'round', 'digest')]
    return {case_id: digest for case_id, round_, digest in kept if cases[case_id].round == round_}


async def keep(application: Application, papers: Papers, *, by: Account, is_sent: bool = False) -> None:
    """Keep `papers` as what was sent, or looked at, in this round; inside the caller's transaction.

    `application` as it stands: that something was changed before is forgotten.
    """
    await CaseContent.create(
        application_id=application.id,
        round=application.round,
        content=papers.to_text(),
        digest=papers.digest(),
        by_id=by.id,
        at=dates.now(),
        is_sent=is_sent,
    )
    if application.papers_changed_at is not None:
        await Application.filter(id=application.id).update(papers_changed_at=None)


async def keep_each(sent: Sequence[Application], *, by: Account) -> None:
    """Keep what each of many cases holds as what was sent."""
    for begin in range(0, len(sent), _PIECE):
        piece = sent[begin : begin + _PIECE]
        held = await of_many(one.id for one in piece)
        rows = []
        for one in piece:
            content, digest = held[one.id].to_text(), held[one.id].digest()
            facts = {'by_id': by.id, 'at': dates.now(), 'is_sent': True}
            rows.append(CaseContent(application_id=one.id, round=one.round, content=content, digest=digest, **facts))
            await asyncio.sleep(0)  # pages of others go on meanwhile
        await CaseContent.bulk_create(rows)
    await Application.filter(id__in=[one.id for one in sent]).update(papers_changed_at=None)


async def begin(application: Application, papers: Papers, rows: Iterable[CaseContent], *, by: Account) -> None:
    """The first look at a case that was sent before its content was kept: `rows` have none of its round."""
    if last_of(application, rows) is None:
        await keep(application, papers, by=by)


async def look(application: Application, digest: str, *, by: Account) -> None:
    """已看過變更: a reviewer has looked at what has changed; `digest` is of what the page showed. Twice counts once.

    Raises NotFound, NotPermitted, MovedOn when the papers have changed again or the case has moved.
    """
    permissions.require(by, 'papers.kept.look')
    async with transaction():
        now = await Application.filter(id=validation.record_id(application.id)).select_for_update(no_key=True).first()
        if now is None or not permissions.may_see_case(by, now):
            raise NotFound
        await transitions.require_sent_by_others(now, by=by)
        if now.status != ApplicationStatus.SUBMITTED or now.round != application.round:
            raise await transitions.moved_on(now)
        papers = await of(now)
        if papers.digest() != digest:
            raise MovedOn('您看的時候，資料又有了修改。畫面已更新，請再看一次變更，再按「已看過變更」。')
        kept = await last(now)
        if kept is not None and kept.digest == digest:
            return
        await keep(now, papers, by=by)
        await transitions.announce(now)
