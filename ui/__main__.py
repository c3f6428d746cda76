"""`python -m ui`: start the server."""

import os

from domain import settings

from . import refusals
from .server import assemble, serve


def main() -> None:
    """Read the environment, check it, serve."""
    os.umask(0o077)  # what is written is ours alone from its first byte
    with refusals.told():
        chosen = settings.read()
    serve(assemble(chosen), chosen)


if __name__ == '__main__':
    main()
