"""系統異動紀錄: who changed what in the office itself: its directory, rules, calendar, numbers, wordings and accounts.

Services note a change in the transaction that makes it, so a refused act leaves nothing. Passwords, hashes and keys
are not among what is told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model

from db.choices import LogAct
from db.models import Account, OfficeEntry

from .. import dates, permissions, validation
from ..errors import MovedOn, NotFound
from ..fields import Field
from ..paging import Page, bounds, page_of
from . import history, log
from .history import ADDED, AMENDED, REMOVED, Change

Facts = Mapping[str, object]


@dataclass(frozen=True)
class Kept:
    """What is noted of a kind of record: its section, its fields, and the keys of those that tell one from another."""

    section: str
    fields: Mapping[str, Field]
    names: Sequence[str] = ('name',)


ITSELF = '系統自動'
# Sections of accounts begin with it.
ACCOUNTS = '帳號'
# An act of which there is nothing to say but that it was done.
ACT_ITSELF = (Change(Field('', ''), '', ''),)


async def stands(record: Model, kept: Kept) -> dict[str, object]:
    """What is on record of it at this moment, by field; relations stand by name. {} when it is on record no longer."""
    relations = {key: key.removesuffix('_id') for key in kept.fields}
    relations = {key: name for key, name in relations.items() if name in type(record)._meta.fk_fields}
    found = await type(record).filter(pk=record.pk).select_related(*relations.values()).first() if record.pk else None
    if found is None:
        return {}
    return {key: _named(getattr(found, relations.get(key, key))) for key in kept.fields}


async def changed(record: Model, columns: Mapping[str, Any], kept: Kept) -> dict[str, Any]:
    """Which of `columns` a form has changed of the `record` that it was opened with; the row is locked.

    What only names the record, as a new case names its agency, does not wait for that.

    What others have saved since comes into `record`. Raises NotFound, and MovedOn when it is the same field: it tells
    who changed it to what, and then counts as seen, so that saving again saves.
    """
    if record.pk is None:
        return dict(columns)
    now = await type(record).filter(pk=record.pk).select_for_update(no_key=True).first()
    if now is None:
        raise NotFound
    mine = {name: value for name, value in columns.items() if getattr(record, name) != value}
    theirs = [name for name, value in mine.items() if getattr(now, name) not in (getattr(record, name), value)]
    was = subject_of(kept, {name: getattr(record, name) for name in kept.names})
    record.update_from_dict({name: getattr(now, name) for name in theirs or columns})
    if theirs:
        fields = [kept.fields[name] for name in theirs if name in kept.fields]
        raise await overtaken(kept.section, {was, subject_of(kept, await stands(now, kept))}, fields)
    return mine


async def overtaken(section: str, subjects: Collection[str], fields: Sequence[Field]) -> MovedOn:
    """Somebody else has saved these fields of the record first: who, when and what, as it was noted.

    `subjects`: as its list calls the record, and called it before.
    """
    labels = [field.label for field in fields]
    called = [subject[:120] for subject in subjects]
    noted = OfficeEntry.filter(section=section, subject__in=called, label__in=labels)
    told: dict[str, str] = {}
    for one in await noted.order_by('-id').limit(50):
        told.setdefault(
            one.label, f'{one.by_name}於 {dates.roc_instant(one.at)} 把「{one.label}」改成「{_brief(one.new)}」'
        )
    who = '；'.join(told.values()) or f'另一位系統管理者剛改了{"、".join(f"「{label}」" for label in labels)}'
    return MovedOn(f'{who}，所以您的還沒有儲存。您填的內容還在畫面上；看過之後再按一次「儲存」，就照您填的。')


def _brief(text: str) -> str:
    """The beginning of what may be a whole letter.

    >>> _brief(''), _brief('一二三\\n四')
    ('空白', '一二三 四')
    """
    line = ' '.join(text.split())
    return (line[:40] + '…' if len(line) > 40 else line) or '空白'


async def note(record: Model, kept: Kept, before: Facts, *, act: LogAct | None = None, by: Account) -> None:
    """Write down how `record` stands now and did not `before` (as `stands` gave it), in the caller's transaction.

    `act` as in `tell`.
    """
    after = await stands(record, kept)
    changes = history.compared(kept.fields, before, after)
    if changes:
        action = AMENDED if before and after else ADDED if after else REMOVED
        await tell(kept.section, subject_of(kept, before or after), action.label, changes, act=act, by=by)


async def tell(
    section: str,
    subject: str,
    action: str,
    changes: Sequence[Change] = ACT_ITSELF,
    *,
    act: LogAct | None = None,
    by: Account,
) -> None:
    """Write down an act, one entry for each of its changes, in the caller's transaction.

    What concerns accounts stands in the log too, with the address it was done from: as `act`, or as a change.
    """
    if act is None and section.startswith(ACCOUNTS):
        act = LogAct.ACCOUNT_CHANGED
    if act is not None:
        await log.note(act, by=by, what=f'{subject}：{action}')
    await _write(section, subject, action, changes, by.id, by.name, await history.unit_of(by))


async def tell_of_itself(
    section: str, subject: str, action: str, changes: Sequence[Change], *, account: Account
) -> None:
    """The same of what the office's rules do to `account`, and nobody in particular."""
    await _write(section, subject, action, changes, account.id, ITSELF, '')


async def _write(
    section: str, subject: str, action: str, changes: Sequence[Change], by_id: int, by_name: str, unit: str
) -> None:
    at = dates.now()
    await OfficeEntry.bulk_create(
        OfficeEntry(
            at=at,
            by_id=by_id,
            by_name=by_name,
            from_unit=unit,
            section=section,
            subject=subject[:120],
            action=action,
            label=change.field.label,
            old=change.old,
            new=change.new,
        )
        for change in changes
    )


async def of(*, by: Account, words: str = '', page: int = 1, per_page: int = 10) -> Page[OfficeEntry]:
    """The newest first; `words` stand in any column. For the administrator."""
    permissions.require(by, 'audit.office_history.of')
    number, per_page = bounds(page, per_page)
    entries = OfficeEntry.all()
    if wanted := validation.searched(words):
        columns = ('section', 'subject', 'action', 'label', 'old', 'new', 'by_name', 'from_unit')
        entries = entries.filter(Q(*(Q(**{f'{column}__icontains': wanted}) for column in columns), join_type=Q.OR))
    return await page_of(entries, ('-at', '-id'), number, per_page)


def _named(value: Any) -> object:
    return getattr(value, 'name', value) if isinstance(value, Model) else value


def subject_of(kept: Kept, facts: Facts) -> str:
    """Which record it is, as its list calls it."""
    return '　'.join(filter(None, (history.describe(facts[name]) for name in kept.names)))
