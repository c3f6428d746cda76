"""系統異動紀錄: who changed what in the office itself: its directory, rules, calendar, numbers, wordings and accounts.

Services note a change in the transaction that makes it, so a refused act leaves nothing. Passwords, hashes and keys
are not among what is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tortoise.expressions import Q
from tortoise.models import Model

from db.choices import Role
from db.models import Account, Agency, CalendarDay, HostUnit, NumberSeries, OfficeEntry, RequiredHours, Rule, Team

from .. import dates, permissions, validation
from ..fields import Field
from ..paging import Page, bounds
from . import history
from .history import ADDED, AMENDED, REMOVED, Change

Facts = Mapping[str, object]


@dataclass(frozen=True)
class _Kept:
    """What is told of a kind of record: its section, a label by field (relations stand by name), what names one."""

    section: str
    labels: Mapping[str, str]
    names: Sequence[str] = ('name',)

    @property
    def fields(self) -> dict[str, Field]:
        """Its fields, by key."""
        return {key: Field(key, label) for key, label in self.labels.items()}


_OF_ALL = {'agency': '發冊機關', 'field': '課程領域'}
_KEPT: dict[type[Model], _Kept] = {
    Account: _Kept(
        '帳號',
        {
            'username': '使用者帳號',
            'name': '姓名',
            'email': '電子郵件',
            'phone': '聯絡電話',
            'role': '角色',
            'host_unit': '所屬運用單位',
            'agency': '所屬發冊機關',
            'is_active': '帳號使用中',
        },
    ),
    HostUnit: _Kept(
        '運用單位', {'name': '單位名稱', 'county': '縣市', 'phone': '電話', 'email': '電子郵件', 'is_active': '使用中'}
    ),
    Team: _Kept('志工隊', {'host_unit': '運用單位', 'name': '志工隊名稱'}, ('host_unit', 'name')),
    Agency: _Kept(
        '發冊機關',
        {
            'county': '縣市',
            'name': '機關名稱',
            'field': '課程領域',
            'phone': '電話',
            'email': '電子郵件',
            'document_word': '機關代字',
            'number_pattern': '號碼格式',
            'renewal_keeps_number': '換發、補發沿用原號',
            'review_days': '審核天數',
            'counts_working_days': '依辦公日計算',
            'supervisor_name': '主管姓名',
            'supervisor_email': '主管電子郵件',
            'valid_from': '開始受理日',
            'valid_to': '停止受理日',
        },
    ),
    RequiredHours: _Kept(
        '規定時數',
        {
            'kind': '訓練課程',
            **_OF_ALL,
            'minutes': '規定時數（分鐘）',
            'completed_from': '結訓日期自',
            'completed_to': '結訓日期至',
            'source': '依據',
        },
        ('kind', 'agency', 'field'),
    ),
    Rule: _Kept(
        '審核規則',
        {
            'label': '顯示名稱',
            'demand': '要求程度',
            'kind': '發冊類別',
            **_OF_ALL,
            'source': '法源依據',
            'note': '說明',
            'valid_from': '適用自',
            'valid_to': '適用至',
        },
        ('label', 'kind', 'agency', 'field'),
    ),
    CalendarDay: _Kept(
        '辦公日曆', {'day': '日期', 'county': '適用縣市', 'is_off': '放假', 'name': '名稱'}, ('day', 'county', 'name')
    ),
    NumberSeries: _Kept(
        '號碼設定', {'agency': '發冊機關', 'roc_year': '民國年', 'pattern': '號碼格式'}, ('agency', 'roc_year')
    ),
}


# An act of which there is nothing to say but that it was done.
_ACT_ITSELF = (Change(Field('', ''), '', ''),)


async def stands(record: Model) -> dict[str, object]:
    """What is on record of it at this moment, by field; {} when it is not kept, or no longer."""
    kept = _KEPT[type(record)]
    relations = [name for name in kept.labels if name in type(record)._meta.fk_fields]
    found = await type(record).filter(pk=record.pk).select_related(*relations).first() if record.pk else None
    if found is None:
        return {}
    return {name: _named(getattr(found, name)) for name in kept.labels}


async def note(record: Model, before: Facts, *, by: Account) -> None:
    """Write down how `record` stands now and did not `before` (as `stands` gave it), in the caller's transaction."""
    kept, after = _KEPT[type(record)], await stands(record)
    changes = history.compared(kept.fields, before, after)
    if changes:
        action = AMENDED if before and after else ADDED if after else REMOVED
        await tell(kept.section, _subject(kept, before or after), action.label, changes, by=by)


async def tell(
    section: str, subject: str, action: str, changes: Sequence[Change] = _ACT_ITSELF, *, by: Account
) -> None:
    """Write down an act, one entry for each of its changes, in the caller's transaction."""
    at, unit = dates.now(), await history.unit_of(by)
    await OfficeEntry.bulk_create(
        OfficeEntry(
            at=at,
            by_id=by.id,
            by_name=by.name,
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
    permissions.require(by, Role.ADMINISTRATOR)
    number, per_page = bounds(page, per_page)
    entries = OfficeEntry.all()
    if wanted := validation.searched(words):
        columns = ('section', 'subject', 'action', 'label', 'old', 'new', 'by_name', 'from_unit')
        entries = entries.filter(Q(*(Q(**{f'{column}__icontains': wanted}) for column in columns), join_type=Q.OR))
    return Page(await entries.offset((number - 1) * per_page).limit(per_page), await entries.count(), number, per_page)


def _named(value: Any) -> object:
    return getattr(value, 'name', value) if isinstance(value, Model) else value


def _subject(kept: _Kept, facts: Facts) -> str:
    """Which record it is, as its list calls it."""
    return '　'.join(filter(None, (history.describe(facts[name]) for name in kept.names)))
