"""A photo of twelve megapixels, sent as a browser sends it: how long it holds the server's event loop.

The whole site is served by this process, so that its own loop can be watched.
"""

import asyncio
import gc
import logging
import tempfile
import urllib.request

import uvicorn

from db.models import Account
from domain import settings
from domain.accounts import sessions
from tests import samples
from tests.site import free_port
from ui.server import assemble

from .table import Row
from .ticks import is_short, longest_hold

PHOTOS = 10
_BOUNDARY = '-----------------------------a-form-of-the-bench'


async def measured() -> list[Row]:
    """Half a minute."""
    logging.getLogger('ui').addHandler(logging.NullHandler())  # the demo's accounts are nobody's concern here
    with tempfile.TemporaryDirectory(prefix='bench-') as folder:
        port = free_port()
        office = settings.read({'DATA_DIR': folder, 'PORT': str(port), 'DEMO': '1'})
        server = uvicorn.Server(uvicorn.Config(assemble(office), port=port, log_level='warning'))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.05)
        token = await sessions.open(await Account.get(username='clerk'))
        photo = samples.twelve_megapixels()
        await _sent(photo, office.public_url, token, times=2)
        sending, idle = await longest_hold(_sent(photo, office.public_url, token, PHOTOS))
        server.should_exit = True
        await serving
        gc.unfreeze()  # the server has frozen what was there before it
    return [
        Row(
            'event loop held by a 12-megapixel photo',
            f'{sending * 1000:.1f} ms',
            f'an idle process meanwhile {idle * 1000:.1f} ms',
            '',
            'under 50 ms',
            is_short(sending, idle),
        )
    ]


async def _sent(photo: bytes, url: str, token: str, times: int) -> None:
    for _ in range(times):
        await asyncio.to_thread(_send, photo, url, token)


def _send(photo: bytes, url: str, token: str) -> None:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
    request = urllib.request.Request(
        f'{url}/uploads/photo',
        head.encode() + photo + f'\r\n--{_BOUNDARY}--\r\n'.encode(),
        {'Content-Type': f'multipart/form-data; boundary={_BOUNDARY}', 'Origin': url, 'Cookie': f'sid={token}'},
    )
    urllib.request.urlopen(request, timeout=60).close()


if __name__ == '__main__':
    print(*asyncio.run(measured()), sep='\n')
