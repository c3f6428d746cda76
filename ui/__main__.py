"""`python -m ui`: start the server."""

import sys

import uvicorn

from domain import settings
from domain.settings import BadSettings

from .server import assemble


def main() -> None:
    """Read the environment, check it, serve."""
    try:
        chosen = settings.read()
    except BadSettings as mistake:
        sys.exit(f'設定有誤，無法啟動。\n{mistake}')
    settings.use(chosen)
    uvicorn.run(
        assemble(chosen),
        host=chosen.host,
        port=chosen.port,
        log_level='warning',
        ws_per_message_deflate=False,
        ws_max_size=1_100_000,
        timeout_graceful_shutdown=5,
        server_header=False,
    )


if __name__ == '__main__':
    main()
