"""JavaScript as a browser needs it: without comments, and a library without what nobody asks it for.

Tree-sitter reads it, and what stays is copied as it stands. What is not understood is kept or refused, never guessed.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import tree_sitter
import tree_sitter_javascript
from tree_sitter import Node

_LANGUAGE = tree_sitter.Language(tree_sitter_javascript.language())
_WRONG = tree_sitter.Query(_LANGUAGE, '[(ERROR) (MISSING)] @found')
_LITERALS = frozenset(('string', 'template_string', 'regex'))
_LIBRARY = tree_sitter.Query(
    _LANGUAGE,
    """(program (expression_statement . (call_expression
    function: (parenthesized_expression . (arrow_function body: (statement_block) @found)))))""",
)
_EXPORTS = re.compile(rb'([\w$]+\([\w$]+,\{)((?:\w+:\(\)=>[\w$]+,?)+)(\}\);)')
# Those of properties (`a.name`, `{name: a}`) are of another kind.
_NAMES = tree_sitter.Query(
    _LANGUAGE, '[(identifier) (shorthand_property_identifier) (shorthand_property_identifier_pattern)] @found'
)
# What a statement declares for all of the function it stands in.
_HOISTED = tree_sitter.Query(
    _LANGUAGE,
    """[(variable_declaration (variable_declarator name: (_) @found)) (for_in_statement kind: "var" left: (_) @found)
    (function_declaration name: (_) @found) (generator_function_declaration name: (_) @found)]""",
)


class _Part(NamedTuple):
    """A statement, or one of the variables that it declares. It is needed when something that it is about is."""

    text: bytes
    names: frozenset[bytes]
    binds: frozenset[bytes]
    about: frozenset[bytes]


def lean(script: str) -> str:
    """Without comments (licences stay) and without indentation; what stands in a template literal stays as it is.

    Raises ValueError where it cannot be read.

    >>> lean('// why\\nconst a = `\\n  // b`; // so\\n  return/* it */a / 2;\\n')
    'const a = `\\n  // b`;\\nreturn a / 2;\\n'
    """
    source = script.encode()
    kept, between, at = [], b'', 0
    for sign in _signs(_read(source)):
        between += source[at : sign.start_byte]
        at = sign.end_byte
        if sign.type == 'comment' and not _text(sign).startswith(b'/*!'):
            between += _text(sign)
        else:
            kept += [_space(between), _text(sign)]
            between = b''
    return b''.join([*kept[1:], _space(between + source[at:])]).decode()


def pruned(library: str, wanted: Iterable[str]) -> str:
    """A library in one function, minified by esbuild, with the `wanted` of its exports and what they are in need of.

    A declaration stays when what stays names it; another statement (`Object.assign(a, b)`) when it names something that
    stays, `window`, or nothing of the library's. Its initializers, as those of Quasar, do nothing but make a value.
    Raises ValueError where the library has no such shape or not all that is wanted.
    """
    source = library.encode()
    program = _read(source)
    bodies = _found(_LIBRARY, program)
    if not bodies or len(_uncommented(program)) != 1:
        raise ValueError('no library in one function')
    body = bodies[0]
    asked = {name.encode() for name in wanted}
    parts: list[_Part] = []
    for statement in _uncommented(body):
        exports = _EXPORTS.fullmatch(_text(statement))
        if exports:
            head, entries, end = exports.groups()
            kept = [each for each in entries.split(b',') if each.partition(b':')[0] in asked]
            asked.difference_update(each.partition(b':')[0] for each in kept)
            parts += _parts(_read(head + b','.join(kept) + end).children[0])
        else:
            parts += _parts(statement)
    if asked:
        raise ValueError(f'the library lacks {b", ".join(sorted(asked)).decode()}')
    return b''.join((source[: body.start_byte + 1], *_needed(parts), source[body.end_byte - 1 :])).decode()


def _needed(parts: list[_Part]) -> list[bytes]:
    """What has to stay of them, as it stood."""
    used = {b'window'}  # what is set there is what others see of it
    declared = used.union(*(part.binds for part in parts))
    abouts = [part.about & declared for part in parts]
    alive: set[int] = set()
    while True:
        new = {
            number
            for number, about in enumerate(abouts)
            if number not in alive and (not about or not about.isdisjoint(used))
        }
        if not new:
            return [parts[number].text for number in sorted(alive)]
        alive |= new
        used.update(*(parts[number].names for number in new))


def _uncommented(node: Node) -> list[Node]:
    return [each for each in node.named_children if each.type != 'comment']


def _parts(statement: Node) -> Iterator[_Part]:
    """`var a=1,b=2;` is two."""
    text, names = _text(statement), _names(statement)
    name = statement.child_by_field_name('name')
    if statement.type in ('variable_declaration', 'lexical_declaration'):
        for each in _uncommented(statement):
            bound = _names(each.children[0])
            yield _Part(_text(statement.children[0]) + b' ' + _text(each) + b';', _names(each), bound, bound)
    elif name:
        yield _Part(text, names, _names(name), _names(name))
    else:
        end = b'' if text.endswith(b';') else b'\n'
        yield _Part(text + end, names, _names(*_found(_HOISTED, statement)), names)


def _names(*nodes: Node) -> frozenset[bytes]:
    """Of variables and functions that stand there."""
    return frozenset(_text(name) for node in nodes for name in _found(_NAMES, node))


def _signs(node: Node) -> Iterator[Node]:
    """All of it in order, space aside; a literal is one."""
    if node.children and node.type not in _LITERALS:
        for each in node.children:
            yield from _signs(each)
    else:
        yield node


def _space(between: bytes) -> bytes:
    return b'\n' if b'\n' in between else b' ' if between else b''


def _read(source: bytes) -> Node:
    root = tree_sitter.Parser(_LANGUAGE).parse(source).root_node
    if root.has_error:
        line = min(node.start_point.row for node in _found(_WRONG, root)) + 1
        raise ValueError(f'no JavaScript: line {line}')
    return root


def _found(query: tree_sitter.Query, node: Node) -> list[Node]:
    return tree_sitter.QueryCursor(query).captures(node).get('found', [])


def _text(node: Node) -> bytes:
    return node.text or b''
