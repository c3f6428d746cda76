"""What is sent to a demo office is changed at random, by hypothesis: no answer of 500, nothing unexpected in the log.

`python -m tests.fuzz [SECONDS [TARGET…]]`, 60 seconds for each target; ends with 1 where something fell, and tells the
example that did it. Not in the gate: what it has found has a test of its own there. deploy/scan.md has the result.
"""

import base64
import functools
import itertools
import random
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from playwright.sync_api import sync_playwright

from domain import citizen_certificates, links
from domain.citizen_certificates import authorities
from domain.errors import DomainError
from domain.model import FileKind, ImportKind
from domain.sheets import workbooks

from .card_component import Component
from .citizen_ca import Authority
from .fuzzed_office import Office
from .mutations import CHANGES, FORGED, SHEETS, TEXTS, TOKENS, changed, changed_inside, pictures, storable
from .pages import PAGES
from .scan import GENEROUS, ROLES, say
from .served import free_port
from .sheet_files import an_xlsx
from .site import launched, running_site

EXAMPLES = 25
quietly = {'deadline': None, 'database': None, 'suppress_health_check': list(HealthCheck)}
settings.register_profile('fuzz', max_examples=EXAMPLES, phases=[Phase.generate], **quietly)  # type: ignore[arg-type]
settings.load_profile('fuzz')

PLACES = [(role, path) for role in ROLES for _, path in PAGES.get(role, [])]
FORM = re.compile(r'<form[^>]*?(?:data-(?:card|passkey)|action)="([^"]*)".*?</form>', re.DOTALL)
FIELD = re.compile(r' name="([^"]*)"')


@functools.cache
def headings(office: Office, kind: ImportKind) -> Sequence[str]:
    """Those of the template; a picture's import has none."""
    template = office.client('clerk').get(f'/downloads/imports/{kind.value}.xlsx')
    return workbooks.read(template.content).rows[0] if template.status_code == 200 else ['x']


def imported(office: Office, kind: ImportKind, name: str, content: bytes, **query: str) -> None:
    """Sent, and what is shown and given back of it."""
    http = office.client('clerk')
    answer = http.post(f'/uploads/imports/{kind.value}', params=query, files={'file': (name, content)})
    shown = answer.json().get('address', '')
    office.check(answer, *(http.get(shown + end) for end in ('', '/marked.xlsx', '/marked.ods') if shown))


@given(st.sampled_from(sorted(FileKind)), st.integers(0, 2), CHANGES, TEXTS.map(ascii))
def uploads(office: Office, kind: FileKind, which: int, changes: Any, crop: str) -> None:
    """Photos and scans."""
    name, content = pictures()[which]
    sent = {'file': (name, changed(content, changes))}
    office.check(office.client('clerk').post(f'/uploads/{kind.value}', params={'crop': crop}, files=sent))


@given(st.sampled_from(sorted(ImportKind)), st.sampled_from(SHEETS), CHANGES, st.booleans(), TEXTS.map(ascii))
def imports(office: Office, kind: ImportKind, path: Path, changes: Any, inside: bool, name: str) -> None:
    """Files of spreadsheets, as they are and in their members."""
    content = (changed_inside if inside else changed)(path.read_bytes(), changes)
    imported(office, kind, name + path.suffix, content)


@given(
    st.sampled_from(sorted(ImportKind)), st.booleans(), st.lists(st.lists(TEXTS, max_size=20), min_size=1, max_size=4)
)
def cells(office: Office, kind: ImportKind, is_pasted: bool, rows: list[list[str]]) -> None:
    """Rows under the headings of the kind."""
    lines = [headings(office, kind), *rows]
    if is_pasted:
        pasted = '\n'.join('\t'.join(line) for line in lines).encode('utf-8', 'surrogatepass')
        imported(office, kind, 'x', pasted, pasted='1')
    else:
        imported(office, kind, 'x.xlsx', an_xlsx([[*map(storable, line)] for line in lines]))


@given(CHANGES, TEXTS, st.booleans())
def messages(office: Office, changes: Any, number: str, is_bare: bool) -> None:
    """CMS messages of a card, to the reader of them and to the door."""
    authorities.use([office.component.authority.certificate])
    http = office.client('')
    started = http.post(links.certificate_challenge())
    text = started.json()['text']
    number = storable(number)
    signature = number if is_bare else base64.b64encode(changed(office.component.card.sign(text), changes)).decode()
    with suppress(DomainError):
        citizen_certificates.card_of(text, signature)
    form = {'text': text, 'signature': signature, 'number': number}
    office.check(started, http.post(links.certificate_login(), data=form))


@given(st.sampled_from(PLACES), st.integers(0, 99), st.lists(TEXTS, min_size=4, max_size=12), st.binary(max_size=200))
def forms(office: Office, place: tuple[str, str], which: int, values: list[str], body: bytes) -> None:
    """Plain HTML forms, and the addresses of pages with other ids and queries."""
    http, path = office.client(place[0]), place[1]
    sent = [value.encode('utf-8', 'replace') for value in values]
    other = re.sub(r'\d+', lambda _: TOKENS[which % len(TOKENS)], path)
    quoted = quote(other.partition('?')[0])
    answer = http.get(path)
    names = ['which', 'edit', 'status', 'next', *re.findall(r'(\w+)=', path)]
    office.check(answer, http.get(quoted, params=dict(zip(names, sent, strict=False))))
    found = [form for form in FORM.finditer(answer.text) if form[1] != links.logout()]
    if found:
        form = found[which % len(found)]
        fields = dict(zip(FIELD.findall(form[0]), sent, strict=False))
        tries: list[dict[str, Any]] = [
            {'data': fields},
            {'content': body},
            {'files': fields or {'x': b''}},
            {'json': values[:1]},
        ]
        office.check(http.post(form[1], **tries[which % 4]))


@given(st.sampled_from([place for place in PLACES if place[0]]), st.lists(FORGED, min_size=5, max_size=25))
def events(office: Office, place: tuple[str, str], forged: list[tuple[Any, list[str]]]) -> None:
    """Over the socket of an open page, to every listener there is."""
    office.forge(place[0], place[1], forged)
    office.check()


TARGETS = {each.__name__: each for each in (uploads, imports, cells, messages, forms, events)}


def run(target: Callable[..., None], office: Office, seconds: float) -> tuple[int, str]:
    """How many examples there were in that time, more or less, and what fell, or ''."""
    until = time.monotonic() + seconds
    for turn in itertools.count():
        try:
            if time.monotonic() > until:
                break
            seed(random.getrandbits(64))(target)(office)
        except Exception:
            return turn * EXAMPLES, traceback.format_exc()
    return turn * EXAMPLES, ''


def main(arguments: Sequence[str]) -> int:
    """The status to end with."""
    seconds = float(arguments[0]) if arguments else 60.0
    authority, fallen = Authority(), 0
    with (
        tempfile.TemporaryDirectory(prefix='fuzz-') as folder,
        Component(authority, authority.card('何專員'), free_port()) as component,
        running_site(
            Path(folder) / 'data', None, None, **GENEROUS, **component.environ(Path(folder) / 'authorities')
        ) as site,
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):
        office = Office(site, browser, component)
        for name in arguments[1:] or TARGETS:
            many, why = run(TARGETS[name], office, seconds)
            say(f'| {name} | {seconds:.0f} s | {many} examples | {"FALLEN" if why else "nothing fell"} |')
            say(why[:12_000])
            fallen += bool(why)
    return int(fallen > 0)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
