"""下載專區: what an office needs beside the screen, for everybody: the roster to fill in, the steps, the process."""

import asyncio

from fastapi import FastAPI, Request
from fastapi.responses import Response

from domain import links, validation
from domain.errors import DomainError, NotFound
from domain.imports import templates
from domain.model import ImportKind
from domain.printouts import roster_sheets

from .. import public
from ..components.step_guide import STEPS
from ..door import gate
from ..door.headers import disposition

ODS = 'application/vnd.oasis.opendocument.spreadsheet'


def register(site: FastAPI) -> None:
    """Put the page and its file under their addresses."""
    site.add_api_route(links.downloads(), _page, methods=['GET'])
    site.add_api_route(links.blank_roster(), _roster, methods=['GET'])
    site.add_api_route('/downloads/imports/{kind}.{form}', _template, methods=['GET'])


async def _page(request: Request) -> Response:
    account = gate.account_of(request)
    return public.page(
        'downloads.html', account=account, steps=STEPS, roster=links.blank_roster(), templates=_templates()
    )


def _templates() -> list[tuple[str, list[tuple[str, str]]]]:
    """Each kind that has a template, with its address in each format."""
    return [
        (kind.label, [(form.upper(), links.import_template(kind, form)) for form in templates.FORMS])
        for kind in templates.OFFERED
    ]


async def _template(request: Request, kind: str, form: str) -> Response:
    try:
        chosen = validation.member(ImportKind, kind)
        if chosen is None:
            raise NotFound
        made = await templates.blank(chosen, form)
    except DomainError as refusal:
        return public.refusal(request.scope, 404, str(refusal))
    headers = {'Content-Disposition': disposition(made.name, is_download=True)}
    return Response(made.content, media_type=made.media_type, headers=headers)


async def _roster() -> Response:
    sheet = await asyncio.to_thread(roster_sheets.blank)
    name = disposition('名冊範本.ods', is_download=True)
    return Response(sheet, media_type=ODS, headers={'Content-Disposition': name})
