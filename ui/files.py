"""GET /files/{id}: pictures and attachments, for those who may see them; for everybody else there is no such file."""

from fastapi import FastAPI, Request
from starlette.responses import Response

from domain import files
from domain.errors import DomainError

from . import public
from .headers import disposition
from .session import account_of


def register(site: FastAPI) -> None:
    """Put the files under their address."""
    site.add_api_route('/files/{file_id}', file, methods=['GET', 'HEAD'])


async def file(request: Request, file_id: str) -> Response:
    """A picture to look at, with its viewer and the time over it; or with `?download`, as a PDF always, to keep."""
    try:
        is_kept = 'download' in request.query_params
        get = files.read if is_kept else files.looked_at
        stored, content = await get(file_id, by=account_of(request))
    except files.FilesAway as away:
        return public.refusal(request.scope, 503, str(away), '檔案暫時打不開')
    except DomainError as refusal:
        return public.refusal(request.scope, 404, str(refusal), '沒有這個檔案')
    is_download = stored.media_type != 'image/jpeg' or is_kept
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
