"""`python -m ui`: start the server."""

import os
import sys

from domain import settings
from domain.settings import BadSettings

from .server import assemble, serve


def main() -> None:
    """Read the environment, check it, serve."""
    os.umask(0o077)  # what is written is ours alone from its first byte
    try:
        chosen = settings.read()
    except BadSettings as mistake:
        sys.exit(f'設定有誤，無法啟動。\n{mistake}')
    settings.use(chosen)
    serve(assemble(chosen), chosen)


if __name__ == '__main__':
    main()
