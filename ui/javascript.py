"""JavaScript as a browser needs it: without comments, and a library without what nobody asks it for.

No parser: a text is cut into its signs, and a library, which is one scope of declarations, into its statements. What
stays is copied sign by sign. Whatever is not understood is kept or refused, never guessed; what comes out is read by a
real parser in `tests/ui/test_bundles.py`.
"""

import re
from collections.abc import Iterable, Iterator

# A sign and its kind: space, comment, name, number, text, template, pattern or sign.
Sign = tuple[str, str]

_SIGN = re.compile(
    r"""(?P<space>\s+)|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<name>[A-Za-z_$][\w$]*)
    |(?P<number>0[xXbBoO][\da-fA-F]+n?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?n?)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<sign>\.\.\.|=>|[^\s\w$"'`])""",
    re.VERBOSE | re.DOTALL,
)
_PATTERN = re.compile(r'/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*')
_TEMPLATE = re.compile(r'[`}](?:[^`\\$]|\\.|\$(?!\{))*(?:`|\$\{)', re.DOTALL)
# After one of these a slash begins a pattern; after another name, or what ends a value, it divides.
_BEFORE_A_PATTERN = frozenset(
    ('return', 'typeof', 'case', 'in', 'of', 'delete', 'void', 'instanceof', 'new', 'else', 'do')
)
_ENDS_A_VALUE = re.compile(r'[\w$)\]}`"\']\Z')
# Statements that end with their brace, and need no semicolon.
_BRACED = frozenset(('function', 'async', 'class', '{', 'try', 'for'))
_EXPORTS = re.compile(r'[\w$]+\(([\w$]+),\{((?:\w+:\(\)=>[\w$]+,?)+)\}\);?\Z')


def signs(script: str) -> Iterator[Sign]:
    """All of it, in order: joined they are the script. Raises ValueError where it cannot be read."""
    at, last = 0, ''
    depths: list[int] = []
    while at < len(script):
        kind = None
        if script[at] == '`' or (script[at] == '}' and depths and not depths[-1]):
            kind, found = 'template', _TEMPLATE.match(script, at)
            if script[at] == '}':
                depths.pop()
            if found and found[0].endswith('${'):
                depths.append(0)
        elif script[at] == '/' and script[at + 1] not in '/*':
            divides = last not in _BEFORE_A_PATTERN and _ENDS_A_VALUE.search(last)
            found = _SIGN.match(script, at) if divides else _PATTERN.match(script, at)
            kind = 'sign' if divides else 'pattern'
        else:
            found = _SIGN.match(script, at)
        if found is None:
            raise ValueError(f'no JavaScript: {script[at : at + 40]!r}')
        kind, text = kind or str(found.lastgroup), found[0]
        if depths and text in ('{', '}') and kind == 'sign':
            depths[-1] += 1 if text == '{' else -1
        if kind not in ('space', 'comment'):
            # a template that goes on with `${` is followed by a value, a pattern is one
            last = (
                '(' if kind == 'template' and text.endswith('${') else '`' if kind in ('template', 'pattern') else text
            )
        yield kind, text
        at = found.end()


def lean(script: str) -> str:
    """Without comments (licences stay) and without indentation; what stands in a template literal stays as it is.

    >>> lean('// why\\nconst a = `\\n  // b`; // so\\n  return/* it */a / 2;\\n')
    'const a = `\\n  // b`;\\nreturn a / 2;\\n'
    """
    kept = ['\n']
    for kind, text in signs(script):
        if kind == 'space' or (kind == 'comment' and not text.startswith('/*!')):
            if '\n' in text and kept[-1] == ' ':
                kept.pop()
            if not kept[-1].isspace():
                kept.append('\n' if '\n' in text else ' ')
        else:
            kept.append(text)
    return ''.join(kept[1:])


def pruned(library: str, wanted: Iterable[str]) -> str:
    """A library in one function, minified by esbuild, with the `wanted` of its exports and what they are in need of.

    A declaration stays when what stays names it; another statement (`Object.assign(a, b)`) when it names a variable
    that stays, or none. Its initializers, as those of Quasar, do nothing but make a value. Raises ValueError where the
    library has no such shape or not all that is wanted.
    """
    banner, opening, inside = library.partition('(()=>{')
    inside, ending, rest = inside.rpartition('})();')
    if not opening or not ending or rest.strip():
        raise ValueError('no library in one function')
    wanted = frozenset(wanted)
    found: set[str] = set()
    statements = []
    for statement in _statements(signs(inside)):
        exports = _EXPORTS.match(''.join(text for _, text in statement))
        if exports:
            entries = [each for each in exports[2].strip(',').split(',') if each.partition(':')[0] in wanted]
            found.update(each.partition(':')[0] for each in entries)
            head = ''.join(text for _, text in statement).partition('{')[0]
            statements.append([*signs(f'{head}{{{",".join(entries)}}});')])
        else:
            statements.append(statement)
    if found != wanted:
        raise ValueError(f'the library lacks {sorted(wanted - found)}')
    return f'{banner}{opening}{_alive(statements)}{ending}\n'


def _alive(statements: list[list[Sign]]) -> str:
    """What has to stay of them, as it stood."""
    parts = [part for each in statements for part in (_declared(each) if each[0][1] == 'var' else [each])]
    names = [_names(part) for part in parts]
    binds = [_bound(part) for part in parts]
    declaring = _numbers(binds)
    variables = {name for part, bound in zip(parts, binds, strict=True) if part[0][1] == 'var' for name in bound}
    acts = [named & variables if not bound else frozenset[str]() for named, bound in zip(names, binds, strict=True)]
    acting = _numbers(acts)
    todo = [
        number
        for number, part in enumerate(parts)
        if not binds[number] and (not acts[number] or part[0][1] == 'window')
    ]
    alive: set[int] = set()
    while todo:
        number = todo.pop()
        if number not in alive:
            alive.add(number)
            todo += [other for name in names[number] for other in declaring.get(name, ())]
            todo += [act for name in binds[number] for act in acting.get(name, ())]
    return ''.join(text for number in sorted(alive) for _, text in parts[number])


def _numbers(sets: list[frozenset[str]]) -> dict[str, list[int]]:
    """For each name the numbers of the sets it is in."""
    found: dict[str, list[int]] = {}
    for number, names in enumerate(sets):
        for name in names:
            found.setdefault(name, []).append(number)
    return found


def _names(part: list[Sign]) -> frozenset[str]:
    """Names that stand there, but for those of properties after a dot."""
    after = [('sign', ';'), *part]
    return frozenset(
        text for (_, before), (kind, text) in zip(after, part, strict=False) if kind == 'name' and before != '.'
    )


def _bound(part: list[Sign]) -> frozenset[str]:
    """What a declaration binds: `var a=…`, `var{a:b}=…`, `function a(){…}`; an act binds nothing."""
    head = part[0][1]
    if head in ('let', 'const'):
        raise ValueError(f'a declaration that is not looked for: {head}')
    if head not in ('var', 'function', 'async', 'class'):
        return frozenset()
    own = [text for kind, text in part if kind == 'name' and text not in ('var', 'function', 'async', 'class')]
    if part[1][1] != '{':
        return frozenset(own[:1])
    return _names(part[1 : [text for _, text in part].index('=')])


def _declared(statement: list[Sign]) -> Iterator[list[Sign]]:
    """`var a=1,b=2;` as two."""
    for each in _apart(statement[1:], ','):
        yield [('name', 'var'), *([] if each[0][1] in '{ ' else [('space', ' ')]), *each[:-1], ('sign', ';')]


def _statements(script: Iterable[Sign]) -> Iterator[list[Sign]]:
    """One after the other; a space or comment between them is left out."""
    told = [each for each in script if each[0] != 'comment']
    for each in _apart(told, ';', _BRACED):
        while each and each[0][0] == 'space':
            each.pop(0)
        if each:
            yield each


def _apart(script: list[Sign], end: str, braced: frozenset[str] = frozenset()) -> Iterator[list[Sign]]:
    """Cut behind each `end` or semicolon outside of brackets; behind its brace what begins with one of `braced`."""
    depth, at = 0, 0
    for now, (kind, text) in enumerate(script):
        if kind == 'sign':
            depth += (text in ('(', '[', '{')) - (text in (')', ']', '}'))
        elif kind == 'template':
            depth += text.endswith('${') - text.startswith('}')
        if depth:
            continue
        is_over = kind == 'sign' and text in (end, ';')
        if text == '}' and script[at][1] in braced:
            following = script[now + 1][1] if now + 1 < len(script) else ''
            is_over = following not in ('catch', 'finally')
        if is_over:
            yield script[at : now + 1]
            at = now + 1
    if at < len(script):
        yield script[at:]
