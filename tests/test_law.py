"""Every reference to a law leads to an entry of domain/law.md, and every entry is referred to."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LAW = (ROOT / 'domain' / 'law.md').read_text(encoding='utf-8')
HEADINGS = re.findall(r'^### (.+)$', LAW, re.MULTILINE)
# The columns `name` and `full title` of the table; of the latter what stands before the dates.
TITLES = dict(re.findall(r'^\| (\w+) \| (\w+)', LAW, re.MULTILINE)[1:])
NAMES = {title: name for name, title in TITLES.items()} | {name: name for name in TITLES}

# Other laws end in 管理辦法, too, so it does not stand behind another word.
WHOLE = tuple(NAMES.keys() - {'管理辦法'})

KINDS = {'.py', '.csv', '.html', '.txt', '.js', '.css', '.xml'}
NAME = '|'.join(sorted(map(re.escape, NAMES), key=len, reverse=True))
SPACE = r'(?:\s|#)+'  # a line of a comment or docstring may end here
ARTICLE = re.compile(rf'({NAME})(?:》)?(?: §(\d+)| ?第 (\d+) 條)')
ANNEX = re.compile(rf'({NAME}) (附表[一二三四五六七八九十]+)')
FACT = re.compile(r'law\.md#([\w-]+)')
# However it is written, right or wrong.
ANY_ARTICLE = re.compile(r'§|第\s*\d+\s*條')
RFC = re.compile(r'RFC \d+ §[\d.]+')
ANY_LAW = re.compile(
    '[\u4e00-\u9fff]{2,}(?:施行細則|管理辦法|分級辦法|作業規定|實施條例|程序法|保護法|服務法)|(?<![\u4e00-\u9fff])民法'
)
LETTER = re.compile(r'(?:衛部|內授|台內)\w{1,3}字第\w+號')


def sources() -> Iterator[tuple[str, str]]:
    """Path and text of what may refer to a law; line breaks inside comments and docstrings are spaces."""
    for folder in ('db', 'domain', 'ui', 'tests'):
        for path in sorted((ROOT / folder).rglob('*')):
            if path.suffix in KINDS and path != Path(__file__) and 'migrations' not in path.parts:
                text = re.sub(rf'\n{SPACE}', ' ', path.read_text(encoding='utf-8'))
                yield str(path.relative_to(ROOT)), text


# Of law.md itself what follows the head, without the headings.
BODY = re.sub('^#.*$', '', LAW[LAW.index('\n## ') :], flags=re.MULTILINE)
TEXTS = dict(sources()) | {'domain/law.md': BODY}


def slug(heading: str) -> str:
    """The anchor that a heading has in Markdown."""
    return heading.lower().replace(' ', '-')


def referred(text: str) -> Iterator[str]:
    """The headings that `text` refers to."""
    for name, article, in_a_sentence in ARTICLE.findall(text):
        yield f'{NAMES[name]} §{article or in_a_sentence}'
    for name, annex in ANNEX.findall(text):
        yield f'{NAMES[name]} {annex}'
    for name in re.findall(NAME, text):
        if NAMES[name] in HEADINGS:
            yield NAMES[name]
    anchors = {slug(heading): heading for heading in HEADINGS}
    for anchor in FACT.findall(text):
        yield anchors.get(anchor, f'law.md#{anchor}')


def test_every_reference_leads_to_an_entry() -> None:
    assert [
        (path, heading) for path, text in TEXTS.items() for heading in referred(text) if heading not in HEADINGS
    ] == []


def test_every_reference_is_written_as_the_head_of_law_md_says() -> None:
    stray = []
    for path, text in TEXTS.items():
        stray += [(path, found) for found in ANY_ARTICLE.findall(ARTICLE.sub('', RFC.sub('', text)))]
        stray += [(path, found) for found in ANY_LAW.findall(text) if not found.endswith(WHOLE)]
        stray += [(path, letter) for letter in LETTER.findall(text) if letter not in LAW]

    assert stray == []


def test_every_entry_is_referred_to() -> None:
    found = {heading for text in TEXTS.values() for heading in referred(text)}

    assert [heading for heading in HEADINGS if heading not in found] == []


def test_entries_are_grouped_by_the_rooms_of_domain() -> None:
    groups = re.findall(r'^## (.+)$', LAW, re.MULTILINE)

    assert groups == sorted(groups)
    for group in groups:
        assert (ROOT / 'domain' / group).is_dir() or (ROOT / 'domain' / f'{group}.py').is_file()
    assert len(set(HEADINGS)) == len(HEADINGS)
