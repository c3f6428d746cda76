"""What is sent to a demo office is changed at random, by hypothesis: no answer of 500, nothing unexpected in the log.

`python -m tests.fuzz [SECONDS [TARGET…]]`, 60 seconds for each target; ends with 1 where something fell, and tells the
example that did it. Not in the gate: what it has found has a test of its own there. deploy/scan.md has the result.
"""

import base64
import functools
import io
import itertools
import json
import random
import re
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

from domain import citizen_certificates, links
from domain.citizen_certificates import authorities
from domain.demo import sample_pictures
from domain.errors import DomainError
from domain.model import FileKind, ImportKind
from domain.sheets import workbooks

from .card_component import Component
from .citizen_ca import Authority
from .pages import PAGES
from .scan import GENEROUS, ROLES, accidents, say, signed_in
from .served import free_port
from .sheet_files import an_xlsx
from .site import Site, computer, launched, running_site

EXAMPLES = 25
quietly = {'deadline': None, 'database': None, 'suppress_health_check': list(HealthCheck)}
settings.register_profile('fuzz', max_examples=EXAMPLES, phases=[Phase.generate], **quietly)  # type: ignore[arg-type]
settings.load_profile('fuzz')

SHEETS = sorted((Path(__file__).parent / 'samples' / 'sheets').glob('*.[xoc]*'))
PLACES = [(role, path) for role in ROLES for _, path in PAGES.get(role, [])]
TOKENS = ['0', '-1', '1', '115', '1150229', '9' * 400, 'NaN', '1e999', 'None', '\0', '\u202e', '=1+1', '%', "'", '１']
TEXTS = st.text(max_size=40) | st.sampled_from([*TOKENS, 'x' * 19_000, '\U0010ffff', '\ud800', '<b>&', '../../x'])
CHANGE = st.tuples(st.sampled_from(['put', 'take', 'insert', 'repeat']), *[st.integers(0, 2**24)] * 3)
CHANGES = st.lists(CHANGE, min_size=1, max_size=6)
NAMES = st.sampled_from(['value', 'label', 'id', 'key', 'name', 'x', 'client_id', 'args', 'next_message_id']) | TEXTS
SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.sampled_from([10**400, -1, 2**31, 2**63])
VALUES = st.recursive(SIMPLE, lambda some: st.lists(some, max_size=4) | st.dictionaries(NAMES, some, max_size=4))
SOCKET_EVENTS = st.sampled_from(['event', 'javascript_response', 'ack', 'log', 'handshake'])
FORGED = st.tuples(st.integers(0, 10**4) | SOCKET_EVENTS, st.lists(VALUES.map(json.dumps) | TEXTS, max_size=2))
FORM = re.compile(r'<form[^>]*?(?:data-(?:card|passkey)|action)="([^"]*)".*?</form>', re.DOTALL)
FIELD = re.compile(r' name="([^"]*)"')
LED_AWAY = re.compile('context was destroyed|navigat|ERR_ABORTED|Timeout|[Dd]ownload')
# To whatever listener there is at that moment, in a dialog that was opened on the way too; or a message of any shape.
EMIT = """async (forged) => {
  for (const [which, args] of forged) {
    const elements = document.getElementById('app')?._vnode?.component?.proxy?.elements ?? {};
    const all = Object.entries(elements).flatMap(([id, each]) => each.events.map((one) => [+id, one.listener_id]));
    if (typeof which === 'string') {
      try { window.socket?.emit(which, ...args.map(JSON.parse)); } catch { window.socket?.emit(which, ...args); }
    } else if (all.length) {
      const [id, listener_id] = all[which % all.length];
      window.socket?.emit('event', { id, client_id: window.clientId, listener_id, args });
    }
    await new Promise((go) => setTimeout(go, 20));
  }
}"""


class Fallen(Exception):
    """An answer nobody wants, or an accident in the log."""


class Office:
    """The site, and who is signed in."""

    def __init__(self, site: Site, browser: Browser, component: Component) -> None:
        self.site, self.browser, self.component = site, browser, component
        self._clients: dict[str, httpx.Client] = {}
        self._tabs: dict[str, Page] = {}

    def client(self, username: str) -> httpx.Client:
        """Signed in again where the fuzzing has ended its session."""
        http = self._clients.get(username)
        if http is None or (username and http.get(links.own_sessions()).status_code != 200):
            http = self._clients[username] = signed_in(self.site, username)
        return http

    def tab(self, username: str) -> Page:
        """With the same session."""
        if username not in self._tabs:
            self._tabs[username] = computer(self.browser, self.site).new_page()
            self._tabs[username].on('dialog', lambda dialog: dialog.accept())
        cookies = self.client(username).cookies.items()
        self._tabs[username].context.add_cookies([{'name': k, 'value': v, 'url': self.site.url} for k, v in cookies])
        return self._tabs[username]

    def check(self, *answered: httpx.Response) -> None:
        """Raises Fallen."""
        for answer in answered:
            if answer.status_code >= 500:
                raise Fallen(f'{answer.status_code}: {answer.request.method} {answer.request.url}')
        if found := accidents(self.site):
            raise Fallen(f'in the log: {found[:5]}\n{self.site.said()[-6000:]}')


def changed(content: bytes, changes: Sequence[tuple[str, int, int, int]]) -> bytes:
    """Bytes put, taken, inserted and repeated."""
    damaged = bytearray(content)
    for what, place, byte, length in changes:
        at, many = place % (len(damaged) + 1), length % 500
        if what == 'put':
            damaged[at : at + 1] = bytes([byte % 256])
        elif what == 'take':
            del damaged[at : at + many]
        else:
            damaged[at:at] = bytes([byte % 256]) * many if what == 'insert' else damaged[at : at + many]
    return bytes(damaged)


def changed_inside(content: bytes, changes: Sequence[tuple[str, int, int, int]]) -> bytes:
    """The same in one member of an archive, which stays one; another file is changed where it is."""
    if not content.startswith(b'PK'):
        return changed(content, changes)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, 'w', zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        for name in names:
            whole = old.read(name)
            new.writestr(name, changed(whole, changes) if name == names[changes[0][1] % len(names)] else whole)
    return made.getvalue()


@functools.cache
def pictures() -> list[tuple[str, bytes]]:
    """Two photos and a scan."""
    certificate = sample_pictures.certificate(True, '王小明', '志工基礎訓練', 6, '示例文化中心', date(2026, 3, 8))
    scan = io.BytesIO()
    Image.open(io.BytesIO(certificate)).save(scan, 'PDF')
    return [('a.jpg', sample_pictures.portrait(1)), ('b.jpg', certificate), ('c.pdf', scan.getvalue())]


@functools.cache
def headings(office: Office, kind: ImportKind) -> list[str]:
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
    sent = {'params': {'crop': crop}, 'files': {'file': (name, changed(content, changes))}}
    office.check(office.client('clerk').post(f'/uploads/{kind.value}', **sent))


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
        storable = [[text.encode('utf-8', 'replace').decode() for text in line] for line in lines]
        imported(office, kind, 'x.xlsx', an_xlsx(storable))


@given(CHANGES, TEXTS, st.booleans())
def messages(office: Office, changes: Any, number: str, is_bare: bool) -> None:
    """CMS messages of a card, to the reader of them and to the door."""
    authorities.use([office.component.authority.certificate])
    http = office.client('')
    started = http.post(links.certificate_challenge())
    text = started.json()['text']
    number = number.encode('utf-8', 'replace').decode()
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
    quoted = httpx.URL(office.site.url).copy_with(path=other.partition('?')[0])
    answer = http.get(path)
    names = ['which', 'edit', 'status', 'next', *re.findall(r'(\w+)=', path)]
    office.check(answer, http.get(quoted, params=dict(zip(names, sent, strict=False))))
    found = [form for form in FORM.finditer(answer.text) if form[1] != links.logout()]
    if found:
        form = found[which % len(found)]
        fields = dict(zip(FIELD.findall(form[0]), sent, strict=False))
        tries = [{'data': fields}, {'content': body}, {'files': fields or {'x': b''}}, {'json': values[:1]}]
        office.check(http.post(form[1], **tries[which % 4]))


@given(st.sampled_from([place for place in PLACES if place[0]]), st.lists(FORGED, min_size=5, max_size=25))
def events(office: Office, place: tuple[str, str], forged: list[tuple[Any, list[str]]]) -> None:
    """Over the socket of an open page, to every listener there is."""
    tab = office.tab(place[0])
    try:
        tab.goto(office.site.url + place[1])
        tab.wait_for_function("!document.getElementById('app') || window.did_handshake", timeout=20_000)
        tab.evaluate(EMIT, [[which, [ascii_json(text) for text in args]] for which, args in forged])
    except Error as gone:
        if not LED_AWAY.search(str(gone)):
            raise
    office.check()


def ascii_json(text: str) -> str:
    """Playwright carries no lone surrogates; JSON can name them."""
    return text.encode('utf-8', 'replace').decode()


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
        running_site(Path(folder) / 'data', **GENEROUS, **component.environ(Path(folder) / 'authorities')) as site,
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
