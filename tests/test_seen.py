"""Whoever is read leaves an entry: a walk over every page, file and print as every role, with the log beside it."""

import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from domain import identity_numbers

from .database import SiteDatabase
from .pages import PAGES
from .site import Site
from .ui.browser import Browser

PRINTS = {
    'clerk': [
        '/books/{book}.pdf',
        '/printouts/record-books/{volunteer}.odt',
        '/printouts/trainings.ods',
        '/printouts/trainings/{volunteer}.ods',
        '/printouts/volunteers.ods',
        '/imports/on-record/volunteers.ods?reason=%E6%A0%B8%E5%B0%8D',
    ],
    'clerk2': ['/printouts/rosters/1.ods', '/printouts/rosters/1.ods?masked=false'],
    'reviewer': [
        '/books/{book}.pdf',
        '/reviews/{case}/preview.png',
        '/printouts/numbers.ods',
        '/printouts/evidence.ods',
    ],
    'supervisor': [],
    'county': ['/printouts/office-figures.ods'],
    'ministry': ['/printouts/office-figures.ods'],
    'inspector': [],  # the log as a file asks for a purpose, which has a key of its own
    'DEMO00001': [],
    'admin': [],
}
# A letter to somebody made up, who is called as one of the demo's people is.
MADE_UP = '/admin/mail?edit=returned'
_ESCAPED = re.compile(r'\\u([0-9a-f]{4})')


@dataclass(frozen=True)
class Walk:
    """A demo office in which roles go about, and the log beside them. `by_sign`: whose name or masked number it is."""

    site: Site
    database: SiteDatabase
    by_sign: dict[str, set[int]]
    ids: dict[str, int]
    files: list[tuple[str, int]]

    async def silent(self, role: str) -> list[str]:
        """The addresses at which somebody was shown of whom the log says nothing."""
        async with Browser(self.site.url) as browser:
            await browser.sign_in(role, self.site.passwords[role])
            own = self.own_of(role)
            paths = [path for _, path in PAGES[role]] + [path.format(**self.ids) for path in PRINTS[role]]
            return [wrong for path in paths if path != MADE_UP and (wrong := await self._looked(browser, path, own))]

    async def unheard_files(self, role: str) -> list[str]:
        """The files that the role may open, and of which the log does not say whose they are."""
        unheard, opened = [], 0
        async with Browser(self.site.url) as browser:
            await browser.sign_in(role, self.site.passwords[role])
            for file, volunteer in self.files:
                before = self._last()
                if (await browser.get(f'/files/{file}')).status_code == 200 and volunteer != self.own_of(role):
                    opened += 1
                    unheard += [] if volunteer in self._noted(before) else [file]
        assert opened or role not in ('clerk', 'clerk2', 'reviewer')
        return unheard

    def own_of(self, role: str) -> int | None:
        """The volunteer who signs in so."""
        return next(iter(self.by_sign.get(identity_numbers.masked(role), {None})))

    async def _looked(self, browser: Browser, path: str, own: int | None) -> str:
        before = self._last()
        answer = await browser.get(path)
        if answer.status_code == 303:
            answer = await browser.get(answer.headers['location'])
        noted, text = self._noted(before), text_of(answer)
        shown = [ids for sign, ids in self.by_sign.items() if sign in text and own not in ids]
        if answer.status_code != 200 and '999999' not in path:
            return f'{path}: {answer.status_code}'
        lacking = sum(not ids & noted for ids in shown)
        return f'{path}: {lacking} of {len(shown)} not noted' if lacking else ''

    def _last(self) -> int:
        return int(self.database.value('SELECT coalesce(max(id), 0) FROM log_entry'))

    def _noted(self, after: int) -> set[int]:
        every = 'SELECT array(SELECT DISTINCT unnest(about) FROM log_entry WHERE id > $1)'
        return set(self.database.value(every, after))


@pytest.fixture
def walk(site: Site) -> Iterator[Walk]:
    with SiteDatabase(site.folder / 'postgres') as database:
        signs = 'SELECT json_agg(json_build_array(id, name, identity_masked)) FROM volunteer'
        by_sign: dict[str, set[int]] = {}
        for volunteer, *words in json.loads(database.value(signs)):
            for word in words:
                by_sign.setdefault(word, set()).add(volunteer)
        files = json.loads(
            database.value(
                'SELECT json_agg(json_build_array(id, volunteer_id)) FROM stored_file WHERE volunteer_id IS NOT NULL'
            )
        )
        ids = {
            'volunteer': 1,
            'book': database.value('SELECT min(id) FROM record_book'),
            'case': 2,
        }
        yield Walk(site, database, by_sign, ids, files)


@pytest.mark.parametrize('role', [role for role in PAGES if role])
async def test_every_page_file_and_print_that_shows_somebody_leaves_an_entry(walk: Walk, role: str) -> None:
    assert '\n'.join(await walk.silent(role)) == ''
    assert await walk.unheard_files(role) == []


async def test_neither_names_nor_numbers_stand_in_the_log_of_the_process_whatever_goes_wrong(
    site: Site, walk: Walk
) -> None:
    began = len(site.said())
    name, number = next(iter(walk.by_sign)), 'A123456789'
    async with Browser(site.url) as browser:
        await browser.sign_in(number, name)
        await browser.sign_in('clerk', site.passwords['clerk'])
        for path in (f'/volunteers/{name}', f'/numbers?q={number}', f'/trainings?since={name}', f'/files/{number}'):
            await browser.get(path)
        sent = {'file': (f'{name}.jpg', f'{name}{number}'.encode(), 'image/jpeg')}
        for address in ('/uploads/photo', '/uploads/imports/volunteers'):
            await browser.post(address, files=sent)
        socket = await browser.connect(await browser.open('/menu'))
        await socket.emit('log', {'level': 'error', 'message': f'{number} is wrong'})
        await socket.emit('event', {'client_id': name, 'args': [number]})

    words = site.said()[began:]
    assert [sign for sign in (*walk.by_sign, number) if sign in words] == []


def text_of(answer: Any) -> str:
    """What an answer says: of a page its elements too, of a spreadsheet its cells."""
    if answer.content.startswith(b'PK'):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
            return html.unescape(file.read('content.xml').decode())
    if not answer.headers['content-type'].startswith('text/'):
        return ''
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), html.unescape(answer.text))
