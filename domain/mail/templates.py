"""How each mail is worded: as it comes with the office, or as the administrator has rewritten it.

A wording of one's own is kept only when it reads well with every made-up case of its kind; should it fail later, the
one that comes with the office is used.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from db import locks, transaction
from db.locks import Lock
from db.models import Account, MailTemplate

from .. import dates, links, permissions, settings
from ..audit import history, office_history
from ..audit.history import AMENDED
from ..errors import Incomplete, NotFound
from ..fields import Field, by_key
from .catalogue import AUDIENCES, COMMON, FACTS, KINDS, PARTS, Fact
from .engine import LONGEST_BODY, LONGEST_SUBJECT, Unfit, built_in, names_of_part, one_line, problem, rendered

__all__ = ['LONGEST_BODY', 'LONGEST_SUBJECT', 'built_in', 'one_line']

log = logging.getLogger(__name__)

_SECTION = '信件範本'
_FIELDS = by_key(Field('subject', '主旨'), Field('body', '內文'))


@dataclass(frozen=True)
class Wording:
    """The wording of a mail as it is used now; `is_own`: somebody has rewritten it."""

    name: str
    label: str
    receiver: str
    subject: str
    body: str
    is_own: bool
    changed_by: str
    changed_at: datetime | None


@dataclass(frozen=True)
class Sample:
    """A letter as it would read in one made-up case."""

    case: str
    subject: str
    body: str


@dataclass(frozen=True)
class Hint:
    """Something a wording may use: its name, what it is, and how it is written."""

    name: str
    meaning: str
    spelled: str


async def composed(name: str, facts: Mapping[str, Fact]) -> tuple[str, str]:
    """Subject and body of a mail that tells these facts; with the office's wording when the rewritten one fails."""
    return (await worded(name))(facts)


async def worded(name: str) -> Callable[[Mapping[str, Fact]], tuple[str, str]]:
    """What composes many mails of a kind, in the wording of now: facts → subject and body."""
    own = await MailTemplate.get_or_none(name=name)

    def compose(facts: Mapping[str, Fact]) -> tuple[str, str]:
        values = _common() | dict(facts)
        if own is not None:
            try:
                return rendered(name, own.subject, own.body, values)
            except Unfit as why:
                log.warning('mail wording %s: the rewritten one is passed over: %s', name, why)
        return rendered(name, *built_in(name), values)

    return compose


# The administrator's part


async def all(*, by: Account) -> list[Wording]:  # noqa: A001 -- read as `wording.all(by=…)`
    """Every mail and how it is worded, in the order of their way."""
    permissions.require(by, 'mail.templates.all')
    own = {row.name: row for row in await MailTemplate.all().select_related('changed_by')}
    return [_wording(name, own.get(name)) for name in KINDS]


async def get(name: str, *, by: Account) -> Wording:
    """One of them. Raises NotFound."""
    permissions.require(by, 'mail.templates.get')
    _require_known(name)
    return _wording(name, await MailTemplate.get_or_none(name=name).select_related('changed_by'))


async def preview(name: str, subject: str, body: str, *, by: Account) -> list[Sample]:
    """How the mail would read in each made-up case. Raises Incomplete, whose sentences name what is wrong."""
    permissions.require(by, 'mail.templates.preview')
    _require_known(name)
    return checked(name, subject, body)


async def save(name: str, subject: str, body: str, *, by: Account, seen: Wording | None = None) -> None:
    """From now on the mail is worded so. `seen`: the wording that the form was opened with.

    Raises Incomplete for what does not read well in every case, MovedOn when somebody has reworded it since.
    """
    permissions.require(by, 'mail.templates.save')
    _require_known(name)
    checked(name, subject, body)
    subject, body = _tidy(subject).strip(), _tidy(body)
    async with transaction():
        before = await _unchanged(name, seen, (subject, body), by)
        if (subject, body) == built_in(name):
            await MailTemplate.filter(name=name).delete()
        else:
            kept = {'subject': subject, 'body': body, 'changed_by_id': by.id, 'changed_at': dates.now()}
            await MailTemplate.update_or_create(name=name, defaults=kept)
        await _note(before, AMENDED.label, by)


async def restore(name: str, *, by: Account, seen: Wording | None = None) -> None:
    """Back to the wording that comes with the office. Raises MovedOn as `save`."""
    permissions.require(by, 'mail.templates.restore')
    _require_known(name)
    async with transaction():
        before = await _unchanged(name, seen, built_in(name), by)
        await MailTemplate.filter(name=name).delete()
        await _note(before, '還原', by)


async def _unchanged(name: str, seen: Wording | None, wanted: tuple[str, str], by: Account) -> Wording:
    """The wording as it is, for nobody else to change until the transaction ends. Raises MovedOn."""
    # The wording that comes with the office has no row that could be locked.
    await locks.alone(Lock.MAIL_TEMPLATES)
    now = await get(name, by=by)
    if seen is not None and (now.subject, now.body) not in ((seen.subject, seen.body), wanted):
        theirs = [key for key in _FIELDS if getattr(now, key) != getattr(seen, key)]
        raise await office_history.overtaken(_SECTION, [now.label], [_FIELDS[key] for key in theirs])
    return now


def hints(name: str) -> list[Hint]:
    """What a mail may tell, in the order of its facts, then what every mail knows and its pieces. Raises NotFound."""
    _require_known(name)
    facts = [Hint(fact, FACTS[fact][0], _spelled(fact)) for fact in (*KINDS[name].facts, *COMMON)]
    fitting = [part for part in PARTS if names_of_part(part) <= {*KINDS[name].facts, *COMMON}]
    return [*facts, *(Hint(PARTS[part], '共用的段落', f"{{% include '{part}' %}}\n") for part in fitting)]


def problems(name: str, subject: str, body: str) -> dict[str, str]:
    """What keeps a wording from being used: `subject` or `body` and the sentence beside it."""
    _require_known(name)
    try:
        checked(name, subject, body)
    except Incomplete as refusal:
        return refusal.problems
    return {}


def checked(name: str, subject: str, body: str) -> list[Sample]:
    """The letters of every made-up case. Raises Incomplete."""
    subject, body = _tidy(subject).strip(), _tidy(body)
    kind = KINDS[name]
    sentences = {'subject': problem(name, subject, is_subject=True), 'body': problem(name, body, is_subject=False)}
    if found := {where: sentence for where, sentence in sentences.items() if sentence}:
        raise Incomplete(found)
    samples = []
    for case, facts in kind.samples().items():
        try:
            letter = Sample(case, *rendered(name, subject, body, facts))
        except Unfit as why:
            raise Incomplete({'body': f'用「{case}」的例子試寫時，{why}'}) from None
        missing = [fact for fact in kind.needed if any(line not in letter.body for line in _lines(facts[fact]))]
        if missing:
            names = '、'.join(f'{{{{ {fact} }}}}' for fact in missing)
            raise Incomplete({'body': f'用「{case}」的例子試寫時，內容少了收件人需要的 {names}。請加回去再儲存。'})
        samples.append(letter)
    return samples


@lru_cache(maxsize=256)
def example(name: str, subject: str, body: str) -> str:
    """The subject in the usual made-up case, which is always the same; as it is written when it cannot be used."""
    try:
        return checked(name, subject, body)[0].subject
    except Incomplete:
        return subject


async def _note(before: Wording, action: str, by: Account) -> None:
    after = await get(before.name, by=by)
    changes = history.compared(_FIELDS, vars(before), vars(after))
    await office_history.tell(_SECTION, before.label, action, changes, by=by)


def _common() -> dict[str, Fact]:
    office = settings.current()
    return {
        '寄給個人': False,
        '代理': '',
        '通知設定': f'{office.public_url}{links.mail_settings()}',
        '洽詢電話': office.office_phone,
        '客服電話': office.service_phone,
        '客服信箱': office.service_email,
        '系統網址': office.public_url,
    }


def _wording(name: str, own: MailTemplate | None) -> Wording:
    kind = KINDS[name]
    subject, body = (own.subject, own.body) if own else built_in(name)
    return Wording(
        name=name,
        label=kind.label,
        receiver=AUDIENCES[kind.audience],
        subject=subject,
        body=body,
        is_own=own is not None,
        changed_by=own.changed_by.name if own else '',
        changed_at=own.changed_at if own else None,
    )


def _spelled(fact: str) -> str:
    """A yes or no asks, a list is told line by line, everything else stands for itself."""
    match FACTS[fact][1]:
        case bool():
            return f'{{% if {fact} %}}\n\n{{% endif %}}\n'
        case list():
            return f'{{% for 行 in {fact} %}}\n　{{{{ 行 }}}}\n{{% endfor %}}\n'
        case _:
            return f'{{{{ {fact} }}}}'


def _require_known(name: str) -> None:
    if name not in KINDS:
        raise NotFound


def _lines(fact: Fact) -> list[str]:
    return [one_line(line) for line in (fact if isinstance(fact, list) else [fact])]


def _tidy(text: str) -> str:
    return text.replace('\r\n', '\n').replace('\r', '\n') if isinstance(text, str) else ''
