"""Every page, print and file that may show people has its own name in the log."""

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from domain.audit.log import LogAct
from ui import documents, files, routes, sights


def addresses() -> list[str]:
    site = FastAPI()
    documents.register(site)
    files.register(site)
    plain = [route.path for route in site.routes if isinstance(route, APIRoute)]
    return sorted({address for address, _ in routes.PAGES} | set(plain))


@pytest.mark.parametrize('address', addresses())
def test_the_log_has_a_name_for_every_address(address: str) -> None:
    act, what = sights.of_path(re.sub(r'\{\w+\}', '7', address))

    assert what, f'{address} is not among SIGHTS of ui/sights.py'
    assert act.value.startswith(('read-', 'exported', 'searched'))


def test_a_tab_of_a_profile_is_named() -> None:
    assert sights.of_path('/volunteers/7/service-hours') == (LogAct.READ_PROFILE, '志工資料：服務時數')
    assert sights.of_path('/reviews/7') == (LogAct.READ_CASE, '申請案')
