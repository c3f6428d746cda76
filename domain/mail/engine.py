"""A mail's letter from its template and facts, and what a template may hold.

A template is a small piece of Jinja over plain values. Before it is used, its syntax tree is read: text, facts, if, one
list after another and the office's own pieces are all it may have. So it reaches nothing, ends soon and stays small,
whatever somebody typed.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ..errors import DomainError
from .catalogue import COMMON, KINDS, PARTS, PERSONAL, Fact

LONGEST_SUBJECT = 200
LONGEST_BODY = 4000
LONGEST_LETTER = 40_000

_FOLDER = Path(__file__).parent / 'texts'
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


def rendered(name: str, subject: str, body: str, values: Mapping[str, Fact]) -> tuple[str, str]:
    """Raises Unfit."""
    for text, is_subject in ((subject, True), (body, False)):
        if sentence := problem(name, text, is_subject=is_subject):
            raise Unfit(sentence)
    try:
        letter = one_line(_compiled(subject).render(values)), _compiled(body).render(values)
    except _UNREADABLE as error:
        raise Unfit(f'範本無法套用（{one_line(error)[:120]}）。請檢查大括號內的寫法。') from None
    if not letter[0] or len(letter[0]) > LONGEST_SUBJECT:
        raise Unfit(f'主旨會是空白，或超過 {LONGEST_SUBJECT} 個字。請修改主旨。')
    if len(letter[1]) > LONGEST_LETTER:
        raise Unfit(f'信件會超過 {LONGEST_LETTER} 個字。請縮短內容。')
    return letter


@lru_cache(maxsize=256)  # subject and body of every kind, and those that somebody tries
def _compiled(text: str) -> Template:
    """Compiling takes ten times as long as writing a letter."""
    return _TEMPLATES.from_string(text)


@lru_cache(maxsize=256)
def problem(name: str, text: str, *, is_subject: bool) -> str:
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
            found |= names_of_part(part)
    return found


@cache
def names_of_part(part: str) -> frozenset[str]:
    return frozenset(meta.find_undeclared_variables(_TEMPLATES.parse((_FOLDER / part).read_text())))
