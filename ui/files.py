"""GET /files/{id}: pictures and attachments, for those who may see them; for everybody else there is no such file."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request
from starlette.responses import Response

from domain import files, inspections, links, sign_offs
from domain.errors import DomainError
from domain.model import StoredFile

from . import public
from .door.headers import disposition
from .session import account_of


def register(site: FastAPI) -> None:
    """Put the files under their address."""
    site.add_api_route('/files/{file_id}', file, methods=['GET', 'HEAD'])
    site.add_api_route(links.sign_off_picture(), picture_of_link, methods=['GET'])
    site.add_api_route('/sign-offs/{sign_off_id}/pictures/{file_id}', picture_to_sign, methods=['GET'])
    site.add_api_route('/inspections/{inspection_id}/{application_id}/pictures/{file_id}', inspected, methods=['GET'])


async def file(request: Request, file_id: str) -> Response:
    """A picture to look at, with its viewer and the time over it; or with `?download`, as a PDF always, to keep."""
    get = files.read if 'download' in request.query_params else files.looked_at
    return await _shown(request, lambda: get(file_id, by=account_of(request)))


async def picture_of_link(request: Request, token: str = '', file: str = '') -> Response:
    """A picture of what a mailed link asks to sign; it needs no session."""
    return await _shown(request, lambda: sign_offs.picture(token, file))


async def picture_to_sign(request: Request, sign_off_id: int, file_id: str) -> Response:
    """The same for the account of a 志工督導, whose name stands over it."""
    account = account_of(request)

    async def read() -> tuple[StoredFile, bytes]:
        return await files.with_viewer(await sign_offs.picture_of(sign_off_id, file_id, by=account), by=account)

    return await _shown(request, read)


async def inspected(request: Request, inspection_id: int, application_id: int, file_id: str) -> Response:
    """A picture of a case that an inspector has drawn, whose name stands over it."""
    account = account_of(request)

    async def read() -> tuple[StoredFile, bytes]:
        found = await inspections.picture(inspection_id, application_id, file_id, by=account)
        return await files.with_viewer(found, by=account)

    return await _shown(request, read)


async def _shown(request: Request, read: Callable[[], Awaitable[tuple[StoredFile, bytes]]]) -> Response:
    try:
        stored, content = await read()
    except files.FilesAway as away:
        return public.refusal(request.scope, 503, str(away), '檔案暫時打不開')
    except DomainError as refusal:
        return public.refusal(request.scope, 404, str(refusal), '沒有這個檔案')
    is_download = stored.media_type != 'image/jpeg' or 'download' in request.query_params
    return Response(
        content,
        media_type=stored.media_type,
        headers={
            'Content-Disposition': disposition(stored.name, is_download=is_download),
            # Whatever is in the file, it is shown as nothing but a picture.
            'Content-Security-Policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
            'Cache-Control': 'private, no-store',
        },
    )
