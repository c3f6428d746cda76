"""下載專區: what an office needs beside the screen, for everybody: the roster to fill in, the steps, the process."""

import asyncio

from fastapi import FastAPI, Request
from fastapi.responses import Response

from domain import links
from domain.printouts import roster_sheets

from .. import gate, public
from ..components.step_guide import STEPS
from ..headers import disposition

ODS = 'application/vnd.oasis.opendocument.spreadsheet'


def register(site: FastAPI) -> None:
    """Put the page and its file under their addresses."""
    site.add_api_route(links.downloads(), _page, methods=['GET'])
    site.add_api_route(links.blank_roster(), _roster, methods=['GET'])


async def _page(request: Request) -> Response:
    account = gate.account_of(request)
    return public.page('downloads.html', account=account, steps=STEPS, roster=links.blank_roster())


async def _roster() -> Response:
    sheet = await asyncio.to_thread(roster_sheets.blank)
    name = disposition('名冊範本.ods', is_download=True)
    return Response(sheet, media_type=ODS, headers={'Content-Disposition': name})
