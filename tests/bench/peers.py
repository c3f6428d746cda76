"""A peer of the bench in a process of its own: a module of this folder that serves when it is called with a port."""

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from tests.site import ROOT, free_port


@contextmanager
def served(module: str, ready: str = '/healthz') -> Iterator[tuple[str, int, str]]:
    """Its address, the number of its process, and what it answered at `ready` at last; while this lasts."""
    port = free_port()
    url = f'http://127.0.0.1:{port}'
    process = subprocess.Popen([sys.executable, '-m', f'tests.bench.{module}', str(port)], cwd=ROOT)
    said = ''
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(url + ready, timeout=2) as answer:
                    said = answer.read().decode()
                break
            except OSError:
                time.sleep(0.1)
        yield url, process.pid, said
    finally:
        process.terminate()
        process.wait(10)
