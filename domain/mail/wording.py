"""How each mail is worded: as it comes with the office, or as the administrator has rewritten it.

A wording is a small Jinja template over plain values. Before one is kept, its syntax tree is read: text, facts,
if, one list after another and the office's own pieces are all it may have. So it reaches nothing, ends soon and stays
small, whatever somebody types. It must also read well with every made-up case of its kind.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from db.choices import Role
from db.models import Account, MailTemplate

from .. import dates, permissions, settings
from ..errors import DomainError, Incomplete, NotFound
from .kinds import AUDIENCES, COMMON, FACTS, KINDS, PARTS, PERSONAL, Fact

log = logging.getLogger(__name__)

LONGEST_SUBJECT = 200
LONGEST_BODY = 4000
LONGEST_LETTER = 40_000
MAIL_SETTINGS = '/account/mail'

_FOLDER = Path(__file__).parent / 'templates'
# What lines and direction of writing are changed by: nothing of it may come out of a value.
_BREAKING = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]')
# All but the full-width one, which sets columns apart.
_BLANKS = re.compile('[^\\S\u3000]+')
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.If,
    nodes.For,
    nodes.Include,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.Not,
    nodes.And,
    nodes.Or,
)
_UNREADABLE = (TemplateError, SyntaxError, RecursionError, MemoryError, TypeError, ValueError, OverflowError)


class Unfit(DomainError):
    """A wording that cannot be used, and why."""


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
    values = _common() | dict(facts)
    own = await MailTemplate.get_or_none(name=name)
    if own is not None:
        try:
            return _rendered(name, own.subject, own.body, values)
        except Unfit as problem:
            log.warning('mail wording %s: the rewritten one is passed over: %s', name, problem)
    return _rendered(name, *built_in(name), values)


# The administrator's part


async def all(*, by: Account) -> list[Wording]:  # noqa: A001 -- read as `wording.all(by=…)`
    """Every mail and how it is worded, in the order of their way."""
    permissions.require(by, Role.ADMINISTRATOR)
    own = {row.name: row for row in await MailTemplate.all().select_related('changed_by')}
    return [_wording(name, own.get(name)) for name in KINDS]


async def get(name: str, *, by: Account) -> Wording:
    """One of them. Raises NotFound."""
    permissions.require(by, Role.ADMINISTRATOR)
    _require_known(name)
    return _wording(name, await MailTemplate.get_or_none(name=name).select_related('changed_by'))


async def preview(name: str, subject: str, body: str, *, by: Account) -> list[Sample]:
    """How the mail would read in each made-up case. Raises Incomplete, whose sentences name what is wrong."""
    permissions.require(by, Role.ADMINISTRATOR)
    _require_known(name)
    return checked(name, subject, body)


async def save(name: str, subject: str, body: str, *, by: Account) -> None:
    """From now on the mail is worded so. Raises Incomplete for what does not read well in every case."""
    permissions.require(by, Role.ADMINISTRATOR)
    _require_known(name)
    checked(name, subject, body)
    subject, body = _tidy(subject).strip(), _tidy(body)
    if (subject, body) == built_in(name):
        await MailTemplate.filter(name=name).delete()
        return
    kept = {'subject': subject, 'body': body, 'changed_by_id': by.id, 'changed_at': dates.now()}
    await MailTemplate.update_or_create(name=name, defaults=kept)
    log.info('mail wording %s changed by %s', name, by.id)


async def restore(name: str, *, by: Account) -> None:
    """Back to the wording that comes with the office."""
    permissions.require(by, Role.ADMINISTRATOR)
    _require_known(name)
    await MailTemplate.filter(name=name).delete()
    log.info('mail wording %s restored by %s', name, by.id)


def hints(name: str) -> list[Hint]:
    """What a mail may tell, in the order of its facts, then what every mail knows and its pieces. Raises NotFound."""
    _require_known(name)
    facts = [Hint(fact, FACTS[fact][0], _spelled(fact)) for fact in (*KINDS[name].facts, *COMMON)]
    fitting = [part for part in PARTS if _names_of_part(part) <= {*KINDS[name].facts, *COMMON}]
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
    sentences = {'subject': _problem(name, subject, is_subject=True), 'body': _problem(name, body, is_subject=False)}
    if found := {where: sentence for where, sentence in sentences.items() if sentence}:
        raise Incomplete(found)
    samples = []
    for case, facts in kind.samples().items():
        try:
            letter = Sample(case, *_rendered(name, subject, body, facts))
        except Unfit as problem:
            raise Incomplete({'body': f'用「{case}」的例子試寫時，{problem}'}) from None
        missing = [fact for fact in kind.needed if any(line not in letter.body for line in _lines(facts[fact]))]
        if missing:
            names = '、'.join(f'{{{{ {fact} }}}}' for fact in missing)
            raise Incomplete({'body': f'用「{case}」的例子試寫時，內容少了收件人需要的 {names}。請加回去再儲存。'})
        samples.append(letter)
    return samples


@cache
def built_in(name: str) -> tuple[str, str]:
    """Subject and body as they come with the office."""
    subject, _, body = (_FOLDER / f'{name}.txt').read_text().partition('\n')
    return subject, body.lstrip('\n')


def one_line(value: Any) -> str:
    """A value as it may stand in a text: one line, and no characters that turn the direction of writing."""
    return _BLANKS.sub(' ', _BREAKING.sub(' ', str(value))).strip()


_TEMPLATES = ImmutableSandboxedEnvironment(
    loader=FileSystemLoader(_FOLDER),
    autoescape=False,  # plain text; one_line keeps a value from looking like a line of ours
    undefined=StrictUndefined,
    finalize=one_line,
    trim_blocks=True,
    keep_trailing_newline=True,
    auto_reload=False,
)
# A wording can call nothing; and there is nothing to be called.
_TEMPLATES.globals.clear()


def _rendered(name: str, subject: str, body: str, values: Mapping[str, Fact]) -> tuple[str, str]:
    """Raises Unfit."""
    for text, is_subject in ((subject, True), (body, False)):
        if sentence := _problem(name, text, is_subject=is_subject):
            raise Unfit(sentence)
    try:
        letter = one_line(_TEMPLATES.from_string(subject).render(values)), _TEMPLATES.from_string(body).render(values)
    except _UNREADABLE as error:
        raise Unfit(f'範本無法套用（{one_line(error)[:120]}）。請檢查大括號內的寫法。') from None
    if not letter[0] or len(letter[0]) > LONGEST_SUBJECT:
        raise Unfit(f'主旨會是空白，或超過 {LONGEST_SUBJECT} 個字。請修改主旨。')
    if len(letter[1]) > LONGEST_LETTER:
        raise Unfit(f'信件會超過 {LONGEST_LETTER} 個字。請縮短內容。')
    return letter


@lru_cache(maxsize=64)
def _problem(name: str, text: str, *, is_subject: bool) -> str:
    """Why this text cannot be the subject or body of such a mail; '' when it can."""
    what, most = ('主旨', LONGEST_SUBJECT) if is_subject else ('內容', LONGEST_BODY)
    lines = text if is_subject else text.replace('\n', '').replace('\t', '')
    if not text.strip():
        return f'請輸入{what}。'
    if len(text) > most:
        return f'{what}最多 {most} 個字，這裡有 {len(text)} 個字。請縮短後再儲存。'
    if _BREAKING.search(lines):
        return f'{what}含有看不見的控制字元。請刪除後重新輸入，不要用貼上的。'
    try:
        tree = _TEMPLATES.parse(text)
        return _forbidden(tree) or _unknown(name, _names(tree), is_subject=is_subject)
    except TemplateSyntaxError as error:
        return f'{what}第 {error.lineno} 行的寫法不完整。請檢查大括號是否成對，例如 {{{{ 案號 }}}}。'
    except _UNREADABLE:
        return f'{what}的寫法太複雜，無法套用。請簡化後再儲存。'


def _unknown(name: str, used: set[str], *, is_subject: bool) -> str:
    if unknown := sorted(used - {*KINDS[name].facts, *COMMON}):
        return f'這封信沒有「{"、".join(unknown)[:60]}」可用。請從列出的欄位中選用。'
    if is_subject and (named := sorted(used & PERSONAL)):
        return f'主旨不加密，不能放「{"、".join(named)}」。請移到內容裡。'
    return ''


def _forbidden(tree: nodes.Template) -> str:
    """The first thing in it that a wording may not have."""
    for node in _walked(tree):
        if isinstance(node, nodes.Include):
            part = node.template
            if not (isinstance(part, nodes.Const) and part.value in PARTS):
                return f'第 {node.lineno} 行：只能引用 {"、".join(PARTS)}。'
        elif isinstance(node, nodes.For):
            is_plain = isinstance(node.iter, nodes.Name) and isinstance(node.target, nodes.Name)
            if not is_plain or node.recursive or node.find(nodes.For):
                return f'第 {node.lineno} 行：清單只能一項一行列出，例如 {{% for 行 in 原因 %}}，不能放在另一個清單裡。'
        elif not isinstance(node, _ALLOWED):
            return f'第 {node.lineno} 行：範本只能使用列出的欄位、if 與 for，不能計算或呼叫功能。'
    return ''


def _walked(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walked(child)


def _names(tree: nodes.Template) -> set[str]:
    """The facts it asks for, itself and through the pieces it includes."""
    found = set(meta.find_undeclared_variables(tree))
    for part in meta.find_referenced_templates(tree):
        if part is not None:
            found |= _names_of_part(part)
    return found


@cache
def _names_of_part(part: str) -> frozenset[str]:
    return frozenset(meta.find_undeclared_variables(_TEMPLATES.parse((_FOLDER / part).read_text())))


def _common() -> dict[str, Fact]:
    office = settings.current()
    return {
        '寄給個人': False,
        '通知設定': f'{office.public_url}{MAIL_SETTINGS}',
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
