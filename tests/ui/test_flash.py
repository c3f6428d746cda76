"""A message left for the next page: each that is asked for is there, and none is left over."""

import re
import subprocess
from pathlib import Path

import pytest

from ui import flash
from ui.flash import CONFIRMATIONS, NOTICES, with_flash

UI = Path(flash.__file__).parent
KEY = re.compile(r"'([a-z]+(?:-[a-z]+)+)'")


def test_an_address_keeps_its_query() -> None:
    assert with_flash('/rosters', 'roster-discarded') == '/rosters?flash=roster-discarded'
    assert with_flash('/admin/rules?edit=7', 'office-saved') == '/admin/rules?edit=7&flash=office-saved'


def test_every_message_that_a_page_leaves_is_there_and_every_one_that_is_there_is_left() -> None:
    rooms = sorted(set(UI.rglob('*.py')) - {Path(flash.__file__)})
    pages = '\n'.join(file.read_text() for file in rooms)
    script = (UI / 'static' / 'site.js').read_text()
    asked = {key for line in pages.splitlines() if 'leave_with(' in line for key in KEY.findall(line)}

    assert asked - {*CONFIRMATIONS, *NOTICES} == set()
    assert {*CONFIRMATIONS, *NOTICES} - {*KEY.findall(pages), *re.findall(r'flash=([a-z-]+)', script)} == set()


@pytest.mark.parametrize('script', ['site.js', 'public.js'])
def test_what_was_shown_leaves_the_address_however_often_it_stands_there(script: str) -> None:
    taken = re.search(r'location\.href(\.replace\(/\(\[\?&\]\).*);', (UI / 'static' / script).read_text())
    assert taken
    asked = ['/a?flash=b', '/a?flash=b&flash=c', '/a?flash=b&q=1&flash=c#d', '/a?q=1&flash=b&flash=c', '/a?flash=b&q=1']
    found = subprocess.run(
        ['node', '-p', f'{asked}.map((at) => at{taken[1]}).join(" ")'], capture_output=True, text=True, check=True
    )

    assert found.stdout.split() == ['/a', '/a', '/a?q=1#d', '/a?q=1', '/a?q=1']
