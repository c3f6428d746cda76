"""A server that speaks S3 (moto), in a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count

from .served import SECONDS_TO_START, free_port

KEYS = {'AWS_ACCESS_KEY_ID': 'office', 'AWS_SECRET_ACCESS_KEY': 'secret'}
_numbers = count()


@contextmanager
def running_server() -> Iterator[int]:
    """Its port."""
    port = free_port()
    command = [sys.executable, '-m', 'moto.server', '-H', '127.0.0.1', '-p', str(port)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith('PYTEST')}
    server = subprocess.Popen(command, env=inherited, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + SECONDS_TO_START
        while not _answers(port):
            assert server.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        yield port
    finally:
        server.kill()
        server.wait()


def a_bucket(port: int) -> str:
    """The address of a folder in a new bucket."""
    name = f'office-{next(_numbers)}'
    assert _asked(port, 'PUT', f'/{name}') == 200
    return f's3+http://127.0.0.1:{port}/{name}/files'


def _answers(port: int) -> bool:
    try:
        return _asked(port, 'GET', '/') == 200
    except OSError:
        return False


def _asked(port: int, method: str, path: str) -> int:
    connection = HTTPConnection('127.0.0.1', port, timeout=60)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    finally:
        connection.close()
