"""送審前體檢 as rows: what is asked of whom, since when, by which law; and what a reviewer has looked at (目視).

Rows belong to the administrator. Of those that fit a case the narrowest counts: one for its 發冊類別 before one for
all, then agency before field before neither, then the one that began last.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from secrets import token_hex
from typing import Any, Self

from tortoise.exceptions import IntegrityError

from db import transaction
from db.choices import ApplicationStatus, Demand, IssueKind, Part, TrainingKind
from db.models import Account, Agency, Application, EyeCheck, Field, Rule

from .. import announcements, dates, fields, papers, permissions, validation
from ..announcements import EyeChecksChanged, RulesChanged
from ..audit import office_history
from ..cases import application_fields, transitions
from ..errors import Incomplete, MovedOn, NotFound, NotPermitted
from ..trainings import details as course
from ..volunteers import basics

# 'application:agency' whenever a box of a case was ticked or emptied. Lists do not show it.

# What `checkup` finds by itself, in the order of the list; every other key is checked by a person.
LABELS = {
    'basics': '基本資料',
    'identity': basics.FIELDS['identity_number'].label,
    'letters': '姓名用字',
    'photo': basics.FIELDS['photo'].label,
    'consent': basics.FIELDS['consents_to_data_use'].label,
    'basic': TrainingKind.BASIC.label,
    'special': TrainingKind.SPECIAL.label,
    'certificates': '教育訓練結業證書',
    'certificates-back': '證書反面',
    'book': '紀錄冊',
    'insurance': '保險狀態',
    'agency': application_fields.FIELDS['agency_id'].label,
    'references': course.FIELDS['approval_reference'].label,
    'membership': basics.HOST_UNIT.label,
}
FIELDS = fields.by_key(
    fields.Field('key', '檢查項目'),
    fields.Field('label', '顯示名稱'),
    fields.Field('demand', '要求程度'),
    fields.Field('kind', '發冊類別'),
    fields.Field('agency_id', '發冊機關'),
    fields.Field('field_id', '課程領域', '發冊機關的領域'),
    fields.Field('source', '法源依據'),
    fields.Field('note', '說明'),
    fields.Field('looks_at', '目視範圍'),
    fields.Field('valid_from', '適用自'),
    fields.Field('valid_to', '適用至'),
)
_KEPT = office_history.Kept(
    '審核規則',
    {key: field for key, field in FIELDS.items() if key != 'key'},
    ('label', 'kind', 'agency_id', 'field_id'),
)

# Without these no book can be issued: no row makes less of them.
FIRM = ('basics', 'identity', 'book', 'agency')


@dataclass
class RuleDetails:
    """One row. `key` '' begins a new 目視 item; no agency, field, kind or day: any.

    `looks_at`: values of Part, what of the papers is to be looked at; [] is everything.
    """

    key: str = ''
    label: str = ''
    demand: str = Demand.ADVICE
    kind: str | None = None
    agency_id: int | None = None
    field_id: int | None = None
    source: str = ''
    note: str = ''
    valid_from: date | None = None
    valid_to: date | None = None
    looks_at: list[str] = field(default_factory=list)

    @classmethod
    def from_record(cls, rule: Rule) -> Self:
        """The details of an existing row."""
        return cls(**{name: getattr(rule, name) for name in cls.__dataclass_fields__})

    def problems(self) -> dict[str, str]:
        """Field → sentence."""
        weighs_less = self.key in FIRM and self.demand != Demand.REQUIRED
        firm = '缺了這一項就無法發冊，只能「必須符合」。可以改的是依據與說明。' if weighs_less else None
        ends_first = isinstance(self.valid_from, date) and isinstance(self.valid_to, date)
        ends_first = ends_first and self.valid_to < self.valid_from  # type: ignore[operator]
        return validation.found(
            {
                'key': validation.text(FIELDS['key'].label, self.key, most=40),
                'label': validation.text(FIELDS['label'].label, self.label, most=60, needed=True),
                'demand': validation.choice(FIELDS['demand'].label, self.demand, Demand) or firm,
                'kind': validation.choice(FIELDS['kind'].label, self.kind, IssueKind, needed=False),
                'agency_id': validation.whole(
                    FIELDS['agency_id'].label, self.agency_id, least=1, most=validation.MOST_INT4
                ),
                'field_id': validation.whole(
                    FIELDS['field_id'].label, self.field_id, least=1, most=validation.MOST_INT4
                ),
                'source': validation.text(FIELDS['source'].label, self.source, most=200),
                'note': validation.text(FIELDS['note'].label, self.note, most=200),
                'looks_at': self._parts_problem(),
                'valid_from': validation.day(FIELDS['valid_from'].label, self.valid_from, future=True),
                'valid_to': validation.day(FIELDS['valid_to'].label, self.valid_to, future=True)
                or (f'{FIELDS["valid_to"].label}不能早於{FIELDS["valid_from"].label}。' if ends_first else None),
            }
        )

    def columns(self) -> dict[str, Any]:
        """As it is kept. The details have no problems."""
        texts = {name: validation.tidy(getattr(self, name)) for name in ('key', 'label', 'source', 'note')}
        kinds = {'demand': validation.member(Demand, self.demand), 'kind': validation.member(IssueKind, self.kind)}
        rest = ('agency_id', 'field_id', 'valid_from', 'valid_to')
        parts = {'parts': '' if self.key in LABELS else ' '.join(part for part in Part if part in self.looks_at)}
        return texts | kinds | parts | {name: getattr(self, name) for name in rest}

    def _parts_problem(self) -> str | None:
        is_right = isinstance(self.looks_at, list) and all(validation.member(Part, one) for one in self.looks_at)
        return None if is_right else f'請重新選擇{FIELDS["looks_at"].label}。'


def applying(rows: Iterable[Rule], agency: Agency, kind: IssueKind, day: date) -> dict[str, Rule]:
    """Key → the row that counts for an application of `kind` to `agency` on `day`, in order; OFF ones are left out."""
    counting = {key: _firm(key) for key in FIRM}
    fitting = [
        row
        for row in rows
        if row.kind in (None, kind)
        and row.agency_id in (None, agency.id)
        and row.field_id in (None, agency.field_id)
        and (row.valid_from or day) <= day <= (row.valid_to or day)
    ]
    counting |= {row.key: row for row in sorted(fitting, key=_narrowness)}
    asked = [row for row in counting.values() if row.demand != Demand.OFF]
    return {row.key: row for row in sorted(asked, key=lambda row: (row.position, row.key))}


@functools.cache
def _firm(key: str) -> Rule:
    """Where no row says otherwise; shared, as rows are."""
    return Rule(key=key, label=LABELS[key], demand=Demand.REQUIRED)


async def every(*, by: Account) -> list[Rule]:
    """Every row in the order of the list, the widest of each item first; agency and field fetched."""
    permissions.require(by, 'readiness.rules.every')
    rows = await Rule.all().select_related('agency', 'agency__county', 'field')
    return sorted(rows, key=lambda row: (row.position, row.key, _narrowness(row)))


async def save(details: RuleDetails, *, by: Account, of: Rule | None = None) -> Rule:
    """A new row, or `of` amended; it keeps its item. Cases under review keep to the day they were sent on.

    Raises Incomplete, also when another row says something about the same from the same day on.
    """
    permissions.require(by, 'readiness.rules.save')
    if of is not None and details.key != of.key:
        raise NotPermitted('規則不能改成另一個檢查項目，請另外新增一條。')
    if problems := details.problems():
        raise Incomplete(problems)
    columns = details.columns()
    siblings = await Rule.filter(key=columns['key'])
    if columns['key'] not in LABELS and columns['key'] and not siblings:
        raise NotFound
    scope = {name: columns[name] for name in ('kind', 'agency_id', 'field_id', 'valid_from')}
    rule = of or Rule()
    for other in siblings:
        if other.id != rule.id and all(getattr(other, name) == value for name, value in scope.items()):
            raise Incomplete({'valid_from': '已有一條規則，項目、範圍和適用自都相同。請改那一條，或換一個適用自。'})
    await _require_in_directory(columns)
    columns['by_eye'] = columns['key'] not in LABELS
    if of is None:
        columns['position'] = siblings[0].position if siblings else await _last_position() + 1
    columns['key'] = columns['key'] or f'eye-{token_hex(4)}'
    async with transaction():
        before = await office_history.stands(rule, _KEPT)
        rule.update_from_dict(await office_history.changed(rule, columns, _KEPT))
        await rule.save()
        await office_history.note(rule, _KEPT, before, by=by)
        await announcements.announce(RulesChanged())
    return rule


async def remove(rule: Rule, *, by: Account) -> None:
    """Strike a row; the next wider one counts from now on. One by which somebody has ticked stays: let it end."""
    permissions.require(by, 'readiness.rules.remove')
    try:
        async with transaction():
            before = await office_history.stands(rule, _KEPT)
            await rule.delete()
            await office_history.note(rule, _KEPT, before, by=by)
            await announcements.announce(RulesChanged())
    except IntegrityError:
        raise NotPermitted('已有案件依這條規則勾選過，不能刪除。請填「適用至」，讓它從那天以後不再適用。') from None


async def tick(application: Application, rule_id: int, *, by: Account, digest: str | None = None) -> None:
    """The reviewer has looked at what the row asks, in the round that `application` was read in; twice counts once.

    `digest` is of what the page showed (Check.digest); without it, what the case holds now was seen. Raises
    NotPermitted, NotFound for a row that asks nothing here, MovedOn when the case has moved or holds something else.
    """
    async with transaction():
        now, rule = await _to_look_at(application, rule_id, by)
        held = (await papers.of(now)).digest(rule.looks_at)
        if digest not in (None, held):
            raise MovedOn('您看的時候，資料又有了修改，所以這一項沒有勾選。畫面已更新，請看過目前的內容再勾選。')
        mine = {'application_id': now.id, 'round': now.round, 'rule_id': rule.id}
        if await EyeCheck.filter(**mine, digest=held).exists():
            return
        await EyeCheck.filter(**mine).delete()  # a tick of what has been changed since
        await EyeCheck.create(**mine, digest=held, by_id=by.id, at=dates.now())
        await announcements.announce(EyeChecksChanged(now.id, now.agency_id))


async def untick(application: Application, rule_id: int, *, by: Account) -> None:
    """Take a tick of this round back, whoever made it. Raises as `tick`."""
    async with transaction():
        now, rule = await _to_look_at(application, rule_id, by)
        await EyeCheck.filter(application_id=now.id, round=now.round, rule_id=rule.id).delete()
        await announcements.announce(EyeChecksChanged(now.id, now.agency_id))


async def _to_look_at(application: Application, rule_id: int, by: Account) -> tuple[Application, Rule]:
    """The case, locked, and the row. A decision waiting to be carried out is about what was ticked: nothing moves."""
    permissions.require(by, 'readiness.rules.tick')
    case = Application.filter(id=validation.record_id(application.id))
    now = await case.select_for_update(of=('application',), no_key=True).first()
    if now is None or not permissions.may_see_case(by, now):
        raise NotFound
    await transitions.require_sent_by_others(now, by=by)
    has_moved = now.status != ApplicationStatus.SUBMITTED or now.round != application.round
    if has_moved or await transitions.decision_on(now):
        raise MovedOn('這個案件已有變動，您的勾選沒有儲存。請重新整理，看過目前的內容再勾選。')
    assert now.submitted_at is not None
    day = dates.day_of(now.submitted_at)
    asked = applying(await Rule.all(), await Agency.get(id=now.agency_id), now.kind, day)
    rule = next((row for row in asked.values() if row.by_eye and row.id == validation.record_id(rule_id)), None)
    if rule is None:
        raise NotFound('這一項檢查已由系統管理者更改或停用，請重新整理後再看一次。')
    return now, rule


async def _require_in_directory(columns: dict[str, Any]) -> None:
    if columns['agency_id'] and not await Agency.exists(id=columns['agency_id']):
        raise Incomplete({'agency_id': '名錄裡找不到這個發冊機關，請重新選擇。'})
    if columns['field_id'] and not await Field.exists(id=columns['field_id']):
        raise Incomplete({'field_id': '名錄裡找不到這個課程領域，請重新選擇。'})


async def _last_position() -> int:
    last = await Rule.all().order_by('-position').first()
    return last.position if last else 0


def _narrowness(row: Rule) -> tuple[bool, bool, bool, date, int]:
    return (
        row.kind is not None,
        row.agency_id is not None,
        row.field_id is not None,
        row.valid_from or date.min,
        row.id,
    )
