"""Every link leads to a route of the site, every route has a link, and nothing else spells an address."""

import inspect
import re
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import compile_path

import ui
from domain import links, roles
from domain.cases.worklists import UnitList
from domain.links.addresses import TrainingFilters, asking
from ui import assets, files, routes, session, uploads
from ui.components.desk.desk_view import TABS as QUEUES
from ui.components.profile.profile_header import TABS
from ui.door import public_paths
from ui.pages.admin import SECTIONS

UI = Path(ui.__file__).parent
KNOWN = UUID(int=7)
# What may stand in an address, by the name of the parameter.
SAMPLES: dict[str, tuple[object, ...]] = {
    'part': ('field',),
    'page': (links.menu(),),
    'section': tuple(SECTIONS),
    'which': ('', *UnitList),
    'status': ('', *(key for key, _ in QUEUES.values())),
    'due': ('', 'today'),
    'wanted': ('', '/volunteers?name=王 小明&page=2'),
    'token': ('', 'a-token'),
    'name': ('', 'icons.js'),
    'text': ('', '王 & 陳'),
    'kind': ('pdf',),
    'file_id': (KNOWN,),
    'draft_id': (KNOWN,),
    'training_id': (7, 'new-2'),
    'months': (12,),
    'year': (None, 115),
    'since': (None, date(2026, 3, 8)),
    'until': (None, date(2026, 3, 9)),
    'edit': ('', 'new', 7),
    'back': ('', '/volunteers'),
    'step': ('passkey', 'passkey-options', 'set-up', 'leave'),
    'act': ('app', 'app-removal', 'passkey', 'passkey-options', 'passkey-removal', 'codes'),
}
FLAGS = ('join', 'download', 'masked', 'batch')
# Addresses that no route has: the gate and NiceGUI answer them.
BEHIND = (links.favicon(), links.health(), links.readiness(), links.metrics())


def called(function: Any) -> Iterator[str]:
    """The link with each of its sample arguments; ids are 7."""
    spelled = inspect.signature(function).parameters.values()
    filters = TrainingFilters.__annotations__ if any(each.kind is each.VAR_KEYWORD for each in spelled) else {}
    names = [*(each.name for each in spelled if each.kind is not each.VAR_KEYWORD), *filters]
    for values in product(*((False, True) if name in FLAGS else SAMPLES.get(name, (7,)) for name in names)):
        yield function(**dict(zip(names, values, strict=True)))


FUNCTIONS = {
    name: function
    for name, function in inspect.getmembers(links, inspect.isfunction)
    if function.__module__.startswith(links.__name__) and function is not asking
}


@pytest.fixture(scope='module')
def table() -> list[tuple[re.Pattern[str], str, Any]]:
    """Every route in the order in which the site asks them: its pattern and what is called there."""
    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    session.register(site)
    for plain in (uploads, files, *routes.PLAIN):
        plain.register(site)
    found = [(route.path, route.endpoint) for route in site.routes if isinstance(route, APIRoute)]
    found += [(address, builder) for address, builder in routes.PAGES]
    return [(compile_path(address)[0], address, builder) for address, builder in found]


def route_of(address: str, table: list[tuple[re.Pattern[str], str, Any]]) -> str:
    """The pattern that takes this address. Fails when there is none, or when it cannot read what stands in it."""
    path = urlsplit(address).path
    for pattern, written, builder in table:
        if match := pattern.match(path):
            wanted = inspect.signature(builder).parameters
            for name, value in match.groupdict().items():
                assert wanted[name].annotation is not int or value.isdecimal(), f'{address} is not {written}'
                assert name != 'tab' or value in TABS, f'{address}: no such tab'
                assert name != 'section' or value in SECTIONS, f'{address}: no such section'
            return written
    raise AssertionError(f'{address} leads nowhere')


@pytest.mark.parametrize('name', FUNCTIONS)
def test_a_link_leads_to_a_route(name: str, table: list[tuple[re.Pattern[str], str, Any]]) -> None:
    for address in called(FUNCTIONS[name]):
        if address.startswith(links.static()):
            assert (assets.STATIC / address.removeprefix(links.static())).exists()
        elif address not in BEHIND:
            assert route_of(address, table)


@pytest.mark.parametrize('name', FUNCTIONS)
def test_what_is_asked_for_is_a_parameter_of_the_page(name: str, table: list[tuple[re.Pattern[str], str, Any]]) -> None:
    builders = {written: builder for _, written, builder in table if not written.startswith(links.login())}
    for address in called(FUNCTIONS[name]):
        asked = parse_qs(urlsplit(address).query)
        if asked and (builder := builders.get(route_of(address, table))) is not None:
            assert set(asked) <= {*inspect.signature(builder).parameters}, address


def test_every_route_has_a_link(table: list[tuple[re.Pattern[str], str, Any]]) -> None:
    linked = {
        route_of(address, table)
        for function in FUNCTIONS.values()
        for address in called(function)
        if not address.startswith((links.static(), *BEHIND))
    }

    assert {written for _, written, _ in table} - linked == set()


def test_what_is_not_asked_stays_out_of_the_address_and_words_are_escaped() -> None:
    assert links.volunteers() == '/volunteers'
    assert links.login('/numbers?q=王&小 明') == '/login?next=/numbers%3Fq%3D%E7%8E%8B%26%E5%B0%8F+%E6%98%8E'
    assert links.printed_trainings(7, 'pdf', masked=False) == '/printouts/trainings/7.pdf?masked=0'
    assert links.login('/volunteers?name=x') == '/login?next=/volunteers%3Fname%3Dx'


def test_addresses_are_written_in_links_and_where_routes_are_registered_only() -> None:
    allowed = re.compile(r"PackURI|add_(api_route|static_files)\(\s*'/|^    \('/[^']*', \w+\.\w+(, |\),$)|_nicegui")
    address = re.compile(r"""['"]/[a-z]|f['"]/""")
    spelled = [
        f'{file.relative_to(UI.parent)}:{number}'
        for folder in (UI, UI.parent / 'domain')
        for file in sorted(folder.rglob('*.py'))
        if file.parent != Path(links.__file__).parent and file != Path(roles.__file__)
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if address.search(line) and not allowed.search(line)
    ]

    assert spelled == []


def test_addresses_in_scripts_and_templates_are_routes(table: list[tuple[re.Pattern[str], str, Any]]) -> None:
    written = {
        (file.name, address)
        for kind in ('*.js', '*.html')
        for file in UI.rglob(kind)
        for address in re.findall(r"""["'`](/[a-z][a-z./_-]*)""", file.read_text())
    }

    assert len(written) > 20
    for name, address in written:
        if address.startswith(public_paths.ASSETS):
            assert (assets.STATIC / address.removeprefix(links.static())).is_file(), name
        else:
            assert route_of(f'{address}7' if address.endswith('/') else address, table), name
